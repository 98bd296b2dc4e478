/** Notebooks through the gateway, by MCP and by REST, and the workspace that all servers share. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RealGateway, realGateway } from '../../apps/gateway/test/real-gateway.ts';
import { key } from '../../apps/gateway/test/sample-gateway.ts';
import { javascriptNotebook } from '../../packages/code/test/notebooks/javascript.ts';
import { type NotebookCell, shownPictures, shownText } from '../../packages/code/test/notebooks/notebook.ts';
import { pythonNotebook } from '../../packages/code/test/notebooks/python.ts';
import { testPython } from '../../packages/code/test/test-python.ts';

const answerSchema = z.looseObject({
  content: z.array(
    z.looseObject({ type: z.string(), text: z.string().optional(), data: z.string().optional(), mimeType: z.string().optional() }),
  ),
  structuredContent: z.record(z.string(), z.unknown()),
  isError: z.boolean().default(false),
});
type Answer = z.output<typeof answerSchema>;
type Call = (tool: string, args: Record<string, unknown>) => Promise<Answer>;

const notebooks: Record<string, readonly NotebookCell[]> = { python: pythonNotebook, javascript: javascriptNotebook };
let gateway: RealGateway;
let mcp: Client;

beforeAll(async () => {
  gateway = await realGateway(['file', 'shell', 'browser', 'code'], {}, { code: { python: await testPython() }, browser: {} });
  mcp = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const headers = { authorization: `Bearer ${key}` };
  await mcp.connect(new StreamableHTTPClientTransport(new URL('/mcp', gateway.url), { requestInit: { headers } }));
});

afterAll(async () => {
  await mcp.close();
  await gateway[Symbol.asyncDispose]();
});

const doors: Record<string, Call> = {
  MCP: async (name, args) => answerSchema.parse(await mcp.callTool({ name, arguments: args }, { timeout: 300_000 })),
  REST: async (tool, args) => {
    const { status, body } = await gateway.call(key, tool, args);
    expect(status, JSON.stringify(body)).toBe(200);
    return answerSchema.parse(body['data']);
  },
};

describe.each(Object.entries(doors))('through %s', (_door, call) => {
  it.each(Object.entries(notebooks))('a notebook of %s shows what it should, cell by cell', async (language, cells) => {
    expect(cells.length).toBeGreaterThanOrEqual(60);
    const { structuredContent } = await call('code_context_create', { language });
    const wrong: object[] = [];
    for (const [index, cell] of cells.entries()) {
      const context = cell.with?.['once'] === true ? {} : { context: structuredContent['context'] };
      const answer = await call('code_execute', { language: cell.language ?? language, code: cell.code, ...context, ...cell.with });
      const { status } = answer.structuredContent;
      const text = shownText(answer.content);
      const fits = typeof cell.shows === 'string' ? cell.shows === text : cell.shows.test(text);
      const pictures = shownPictures(answer.content);
      if (!fits || status !== (cell.status ?? 'ok') || pictures.join() !== (cell.pictures ?? []).join())
        wrong.push({ index, code: cell.code, shows: cell.shows, text, status, pictures });
    }
    expect(wrong).toEqual([]);
    await call('code_context_delete', { context: structuredContent['context'] });
  });
});

describe('the workspace', () => {
  it('is shared: what a cell writes is read by the file and shell servers, and the other way round', async () => {
    const call = doors['MCP'] ?? expect.fail();
    await call('code_execute', { language: 'python', code: 'open("from-python.txt", "w").write("written by Python")' });
    expect((await call('file_read', { path: 'from-python.txt' })).content[0]?.text).toBe('written by Python');
    await call('code_execute', { language: 'javascript', code: 'require("fs").appendFileSync("from-python.txt", " and JavaScript")' });
    expect((await call('shell_exec', { command: 'cat from-python.txt' })).content[0]?.text).toContain('written by Python and JavaScript');
    await call('file_write', { path: 'numbers.csv', content: 'n\n1\n2\n' });
    const sum = await call('code_execute', { language: 'python', code: 'import pandas as pd\nint(pd.read_csv("numbers.csv").n.sum())' });
    expect(sum.content[0]?.text).toBe('3');
  });

  it('is shared: a plot is a file in it', async () => {
    const call = doors['REST'] ?? expect.fail();
    const code =
      'import matplotlib.pyplot as plt\nplt.figure(figsize=(3, 2), dpi=100)\nplt.plot([0, 1], [0, 1], linewidth=4, color="#ff0000");';
    const { content, structuredContent } = await call('code_execute', { language: 'python', code });
    const picture = content.find(({ type }) => type === 'image');
    const outputs = z.array(z.looseObject({ mime: z.string(), file: z.string().optional() })).parse(structuredContent['outputs']);
    const { file = '' } = outputs.find(({ mime }) => mime === 'image/png') ?? {};
    const bytes = await readFile(join(gateway.folder, 'workspace', file));
    expect(bytes.toString('base64')).toBe(picture?.data);
    // Its structure, as Python itself sees it: the size, a white ground, and a red line.
    const look = `from matplotlib.image import imread\nimport numpy as np\np = imread(${JSON.stringify(file)})[..., :3]\nred = (p[..., 0] > 0.9) & (p[..., 1:].max(axis=-1) < 0.1)\nprint(p.shape[1] > 200, (p.min(axis=-1) > 0.99).mean() > 0.5, 500 < red.sum() < 5000)`;
    expect((await call('code_execute', { language: 'python', code: look })).content[0]?.text).toBe('True True True');
  });

  it("is shared: the browser's download is read by pandas", async () => {
    const call = doors['MCP'] ?? expect.fail();
    const site = createServer((request, response) => {
      if (request.url === '/sales.csv')
        response.writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment' }).end('city,units\nBonn,3\nKiel,4\n');
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<a href="/sales.csv">Download</a>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    try {
      const address = site.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      await call('browser_navigate', { url: `http://127.0.0.1:${port}/` });
      const snapshot = await call('browser_snapshot', {});
      const ref = /link "Download"[^\n]*\[ref=(\w+)\]/.exec(snapshot.content.map(({ text }) => text).join('\n'))?.[1];
      await call('browser_click', { target: ref });
      const downloads = await call('browser_get_download_list', { wait: true });
      const [file] = z
        .array(z.looseObject({ path: z.string() }))
        .min(1)
        .parse(downloads.structuredContent['files']);
      const code = `import pandas as pd\npd.read_csv(${JSON.stringify(file?.path)}).set_index("city")`;
      expect((await call('code_execute', { language: 'python', code })).content[0]?.text).toContain('| Kiel | 4 |');
    } finally {
      site.close();
      site.closeAllConnections();
    }
  });
});
