import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { makeContacts, toCsv } from '../../apps/gateway/demo/crm/contacts.ts';
import { startCrmSite } from '../../apps/gateway/demo/crm/site.ts';
import { type GatewayProcess, startGatewayProcess } from '../../apps/gateway/demo/gateway-process.ts';
import { runMainJob } from '../../apps/gateway/demo/main-job.ts';
import { rank } from '../../apps/gateway/demo/scoring.ts';
import { checkMainJob, demo, servers, stepCount } from './main-job-trace.ts';

// A dozen processes and a browser: on a busy machine that takes its time.
const timeout = 600_000;

describe('the main job, with real processes, a real browser and a real shell', () => {
  for (const [client, protocolVersion, seed] of [
    ['modern', '2026-07-28', 11],
    ['legacy', '2025-06-18', 12],
  ] as const) {
    it(`is done by the client of ${protocolVersion}, and is one trace`, { timeout }, async () => {
      await using sink = await otlpSink();
      const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
      let key: string;
      let pids: number[];
      let stdout: string;
      {
        await using gateway = await startGatewayProcess(tracing);
        ({ key } = gateway);
        const run = await demo(['--url', gateway.url, '--key', key, '--client', client, '--seed', String(seed)], tracing);
        expect(run.code, run.stderr).toBe(0);
        ({ stdout } = run);
        await checkWorkspace(gateway, seed);
        pids = await runningServers(gateway);
      }
      expect(stdout).toMatch(new RegExp(`^ +1 {2}connect .* MCP ${protocolVersion}$`, 'm'));
      expect(stdout).toMatch(new RegExp(`^The main job is done: ${stepCount} steps in [\\d.]+ s\\.\n$`, 'm'));
      expect(pids).toHaveLength(servers.length);
      expect(pids.filter(isAlive)).toEqual([]);

      // The checkpoints of the audit trail are anchored in traces of their own.
      const spans = sink.spans.filter(({ name }) => name !== 'audit.checkpoint');
      checkMainJob(spans);
      expect(stdout).toContain(`Trace ${spans[0]?.traceId} `);
      for (const secret of [key, makeContacts(seed)[0]?.name]) expect(JSON.stringify(sink.spans)).not.toContain(secret);
    });
  }

  it('fails at the step whose result is not what the CRM has', { timeout }, async () => {
    await using gateway = await startGatewayProcess();
    await using crm = await startCrmSite({ seed: 1 });
    const job = runMainJob({ ...gateway, client: 'modern', crm: { ...crm, contacts: makeContacts(2) } });
    await expect(job).rejects.toThrow(/^read the contact table: the contacts read are not those of the CRM\. Expected values/);
  });
});

describe('the demo command', () => {
  it('starts a gateway of its own, says when Python is missing, and ends with 1 and without a gateway', { timeout }, async () => {
    await using nothing = await temporaryFolder();
    const { code, stdout, stderr } = await demo([], { PATH: nothing.path });
    expect(code).toBe(1);
    expect(stderr).toBe(
      '\nThe demo failed. look for Python: python3 is missing where the shell runs. Install it (Debian: apt-get install python3).\n',
    );
    const [, url = ''] = /^Gateway (\S+) \(started/m.exec(stdout) ?? [];
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('says what is wrong with the key, the URL and the options', { timeout }, async () => {
    let url: string;
    {
      await using gateway = await startGatewayProcess();
      ({ url } = gateway);
      for (const client of ['modern', 'legacy']) {
        const wrongKey = await demo(['--url', url, '--key', 'wrong-key-of-16-chars', '--client', client]);
        expect(wrongKey).toMatchObject({
          code: 1,
          stderr: `\nThe demo failed. connect: The gateway at ${url} refuses the key. Give the right one with --key, or in SANDLOT_API_KEY.\n`,
        });
      }
    }
    const nobody = await demo(['--url', url, '--key', 'a-key-of-16-chars']);
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toMatch(/failed\. connect: The gateway at \S+ cannot be used: .*ECONNREFUSED/);
    expect(await demo(['--clint', 'legacy'])).toMatchObject({ code: 2, stderr: expect.stringContaining("'--clint'") });
  });
});

/** What the job says it did is there, seen from outside: the download is the CRM's file, the summary has its best contact first. */
async function checkWorkspace({ workspace }: GatewayProcess, seed: number): Promise<void> {
  const contacts = makeContacts(seed);
  expect(await readFile(join(workspace, 'downloads', 'contacts.csv'), 'utf8')).toBe(toCsv(contacts));
  const folder = (await readdir(workspace)).find((name) => name.startsWith('main-job-')) ?? '';
  expect((await readdir(join(workspace, folder))).toSorted()).toEqual(['ranking.json', 'report.docx', 'score.py', 'summary.md']);
  const [first] = rank(contacts);
  expect(await readFile(join(workspace, folder, 'summary.md'), 'utf8')).toContain(
    `1. ${first?.name}, ${first?.company}: ${first?.score} points\n`,
  );
}

/** Process ids of the servers that run behind a gateway, asked in a request that wants no span. */
async function runningServers({ url, key }: GatewayProcess): Promise<number[]> {
  const headers = { authorization: `Bearer ${key}`, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` };
  const response = await fetch(`${url}/v1/sandbox`, { headers });
  const { data } = (await response.json()) as { data: { servers: Record<string, { pid?: number }> } };
  return Object.values(data.servers).flatMap(({ pid }) => pid ?? []);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
