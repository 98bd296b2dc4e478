/**
 * The main job: an agent logs in to a CRM, reads and downloads its contacts, ranks them with a Python script, reads a Word report and
 * writes a summary, with one MCP client and one workspace. Each step is checked against the CRM's own data.
 */
import { createHash, randomBytes } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import { withSpan } from '@sandlot/core/telemetry';
import { z } from 'zod';
import { CrmVisitor } from './browse-crm.ts';
import { toCsv } from './crm/contacts.ts';
import type { CrmSite } from './crm/site.ts';
import { type ClientEra, connectMcp } from './mcp-client.ts';
import { makeReport } from './report-docx.ts';
import { rank, type Ranked, scoringScript } from './scoring.ts';
import { check, stepper, type StepReport } from './steps.ts';

/** Options of {@link runMainJob}. */
export interface MainJobOptions {
  /** URL of the gateway. */
  url: string;
  key: string;
  client: ClientEra;
  crm: CrmSite;
  report?: (step: StepReport) => void;
  signal?: AbortSignal;
}

/** What came of the job. */
export interface MainJobResult {
  readonly protocolVersion: string;
  /** Folder in the workspace that holds what the job wrote. */
  readonly folder: string;
  /** The downloaded file, as the browser named it. */
  readonly download: string;
  readonly summary: string;
  /** Undefined when nothing is traced. */
  readonly traceId: string | undefined;
}

const toolsNeeded = [
  'file_read',
  'file_write',
  'shell_exec',
  'markitdown_convert',
  'browser_navigate',
  'browser_snapshot',
  'browser_type',
  'browser_click',
];
const scriptOutput = z.object({ contacts: z.number(), sha256: z.string() });
const longestMs = 60_000;
const topCount = 5;

/**
 * Runs the main job.
 *
 * @throws Error naming the step that failed, and why
 */
export async function runMainJob(options: MainJobOptions): Promise<MainJobResult> {
  const traced = { attributes: { 'sandlot.demo.client': options.client } };
  return withSpan('main job', traced, async (span) => {
    const result = await run(options);
    return { ...result, traceId: trace.isSpanContextValid(span.spanContext()) ? span.spanContext().traceId : undefined };
  });
}

async function run(options: MainJobOptions): Promise<Omit<MainJobResult, 'traceId'>> {
  const { url, key, client: era, crm, signal } = options;
  const step = stepper(options);
  const { contacts } = crm;
  const folder = `main-job-${randomBytes(4).toString('hex')}`;
  const csv = Buffer.from(toCsv(contacts));
  const report = makeReport(contacts);

  await using mcp = await step('connect', async () => {
    const client = await connectMcp({ url, key, era, signal });
    return { value: client, detail: `MCP ${client.protocolVersion}` };
  });
  await step('list the tools', async () => {
    const tools = await mcp.listTools();
    const missing = toolsNeeded.filter((name) => !tools.includes(name));
    check('tools that are missing', missing, []);
    return { detail: `${tools.length} tools` };
  });
  await step('look for Python', async () => {
    const { facts, text, first } = await mcp.call('shell_exec', { command: 'python3 --version', wait_ms: longestMs });
    if (facts['exit_code'] === 127)
      throw new Error('python3 is missing where the shell runs. Install it (Debian: apt-get install python3).');
    check(`"python3 --version" fails: ${text}`, facts['exit_code'], 0);
    return { detail: first.trim() };
  });
  await step('put the report into the workspace', async () => {
    await mcp.call('file_write', {
      path: `${folder}/report.docx`,
      content: Buffer.from(report.docx).toString('base64'),
      encoding: 'base64',
    });
    return { detail: `${report.docx.length} bytes of .docx` };
  });

  const visitor = new CrmVisitor(mcp);
  await step('log in to the CRM', async () => {
    await visitor.logIn(crm.url, crm.account);
    check('logins that the CRM saw', crm.visits.logins, 1);
    return { detail: crm.account.email };
  });
  await step('read the contact table', async () => {
    const seen = await visitor.readTable(contacts.length);
    check('the contacts read are not those of the CRM', seen.contacts, contacts);
    check('pages read', seen.pages, crm.pages);
    check('pages that the CRM served', crm.visits.pages.size, crm.pages);
    return { detail: `${seen.contacts.length} contacts on ${seen.pages} pages` };
  });
  const download = await step('download the CSV', async () => {
    const file = await visitor.download();
    check('downloads that the CRM served', crm.visits.csvDownloads, 1);
    check('size of the file', file.bytes, csv.length);
    return { value: file.path, detail: `${file.path}, ${file.bytes} bytes` };
  });
  await step('log out', async () => {
    await visitor.logOut();
    check('log-outs that the CRM saw', crm.visits.logouts, 1);
    return { detail: '' };
  });

  await step('write the scoring script', async () => {
    await mcp.call('file_write', { path: `${folder}/score.py`, content: scoringScript });
    return { detail: `${folder}/score.py` };
  });
  await step('run it over the download', async () => {
    const command = ['python3', `${folder}/score.py`, download, `${folder}/ranking.json`].map(quoted).join(' ');
    const { facts, text, first } = await mcp.call('shell_exec', { command, wait_ms: longestMs });
    check(`the script fails: ${text}`, facts['exit_code'], 0);
    const { contacts: count, sha256 } = scriptOutput.parse(JSON.parse(first));
    check('rows of the CSV', count, contacts.length);
    check('the file that the shell read is not the one that the CRM served', sha256, createHash('sha256').update(csv).digest('hex'));
    return { detail: `${count} rows` };
  });
  const ranking = await step('read the ranking', async () => {
    const { text } = await mcp.call('file_read', { path: `${folder}/ranking.json` });
    const expected = rank(contacts);
    check('the ranking is not the one that follows from the CRM', JSON.parse(text), expected);
    return { value: expected, detail: `first: ${expected[0]?.name}, ${expected[0]?.score} points` };
  });
  const title = await step('convert the report to Markdown', async () => {
    const { text } = await mcp.call('markitdown_convert', { uri: `${folder}/report.docx` });
    const [, heading = ''] = /^# (.+)$/m.exec(text) ?? [];
    check('heading of the report', heading, report.title);
    const table = text.split('\n').filter((line) => line.startsWith('|'));
    const rows = table.slice(2).map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    check('table of the report', rows, report.rows);
    return { value: heading, detail: `"${heading}", ${text.length} characters` };
  });
  const summary = await step('write the summary', async () => {
    const content = summarise(title, ranking);
    await mcp.call('file_write', { path: `${folder}/summary.md`, content });
    const { text } = await mcp.call('file_read', { path: `${folder}/summary.md` });
    check('the summary is not what was written', text, content);
    return { value: text, detail: `${folder}/summary.md` };
  });
  return { protocolVersion: mcp.protocolVersion, folder, download, summary };
}

/** A word for the shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function summarise(title: string, ranking: readonly Ranked[]): string {
  const lines = ranking.slice(0, topCount).map(({ name, company, score }, index) => `${index + 1}. ${name}, ${company}: ${score} points`);
  return `# Who to call first\n\nBy the rules of "${title}", from ${ranking.length} contacts of the CRM:\n\n${lines.join('\n')}\n`;
}
