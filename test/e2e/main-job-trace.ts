/** What the trace of the main job must look like, wherever it is read: names, kinds, parents and attributes of every span. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { ReceivedSpan } from '@sandlot/core/testing';
import { expect } from 'vitest';
import { SpanTree } from './span-tree.ts';

/** Servers that the main job uses. */
export const servers = ['browser', 'file', 'markitdown', 'shell'];
/** Steps of the main job. */
export const stepCount = 13;
const kinds = { internal: 1, server: 2, client: 3 };

/** Holds the spans of one run against what they must be. */
export function checkMainJob(spans: readonly ReceivedSpan[]): void {
  checkTree(spans);
  checkPaths(spans);
  checkSpans(spans);
}

/** Runs the demo's command. */
export async function demo(args: readonly string[], env: Record<string, string> = {}) {
  const path = fileURLToPath(new URL('../../apps/gateway/demo/demo.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@sandlot/source', path, ...args], { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code: code as number | null, stdout, stderr };
}

/** One trace, one root, no gap, every process in it. */
function checkTree(spans: readonly ReceivedSpan[]): void {
  const tree = new SpanTree(spans);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(tree.orphans().map(titleOf)).toEqual([]);
  expect(tree.roots()).toMatchObject([{ service: 'sandlot-demo', name: 'main job', kind: kinds.internal }]);
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['demo', 'gateway', ...servers].map((name) => `sandlot-${name}`)));
  expect(spans.filter(({ status }) => status === 2).map(titleOf)).toEqual([]);
  expect(tree.roots().flatMap((root) => tree.children(root))).toHaveLength(stepCount);
}

/** From the step down to the work in the server, with the attributes of the work. */
function checkPaths(spans: readonly ReceivedSpan[]): void {
  const tree = new SpanTree(spans);
  for (const [step, tool, work, attributes] of [
    [
      'put the report into the workspace',
      'file_write',
      'file.write',
      { 'file.path': expect.stringMatching(/^main-job-\w+\/report\.docx$/) },
    ],
    ['log in to the CRM', 'browser_navigate', 'browser.navigate', { 'url.scheme': 'http', 'server.address': '127.0.0.1' }],
    ['download the CSV', 'browser_click', 'browser.click', {}],
    ['run it over the download', 'shell_exec', 'process.exec', { 'process.exit.code': 0 }],
    ['read the ranking', 'file_read', 'file.read', { 'file.path': expect.stringMatching(/^main-job-\w+\/ranking\.json$/) }],
    ['convert the report to Markdown', 'markitdown_convert', 'markitdown.convert', {}],
  ] as const) {
    const service = `sandlot-${tool.split('_')[0]}`;
    const path = [
      'sandlot-demo main job',
      `sandlot-demo ${step}`,
      `sandlot-demo tools/call ${tool}`,
      'sandlot-gateway POST /mcp',
      `sandlot-gateway tools/call ${tool}`,
      `${service} execute_tool ${tool}`,
      `${service} ${work}`,
    ];
    const found = spans.filter((span) => span.name === work && isDeepStrictEqual(tree.path(span).map(titleOf), path));
    expect(found, path.join(' > ')).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind: kinds.internal, attributes });
  }
}

/** Every span of each kind, by its service: kind, parent, attributes. */
function checkSpans(spans: readonly ReceivedSpan[]): void {
  const tree = new SpanTree(spans);
  const calls = spans.filter(({ service, name }) => service === 'sandlot-demo' && name.startsWith('tools/call '));
  expect(calls.length).toBeGreaterThan(25);
  for (const span of spans) {
    const parent = tree.parent(span);
    const [what = '', tool = ''] = span.name.split(' ');
    if (calls.includes(span)) {
      expect(span).toMatchObject({ kind: kinds.client, attributes: { 'mcp.method.name': what, 'gen_ai.tool.name': tool } });
    } else if (span.service === 'sandlot-demo') {
      expect(span.kind).toBe(kinds.internal);
    } else if (span.service === 'sandlot-gateway' && span.name.endsWith(' /mcp')) {
      expect(span).toMatchObject({ kind: kinds.server, attributes: { 'http.request.method': what, 'http.route': '/mcp' } });
      expect(parent?.service).toBe('sandlot-demo');
    } else if (span.service === 'sandlot-gateway') {
      expect(span).toMatchObject({ kind: kinds.server, attributes: { 'mcp.method.name': what, 'network.transport': 'tcp' } });
      expect(parent).toMatchObject({ name: 'POST /mcp', attributes: { 'http.response.status_code': 200 } });
      if (what === 'tools/call')
        expect(span.attributes).toMatchObject({ 'gen_ai.tool.name': tool, 'gen_ai.operation.name': 'execute_tool' });
    } else if (what === 'execute_tool') {
      const attributes = { 'gen_ai.operation.name': what, 'gen_ai.tool.name': tool, 'gen_ai.tool.type': 'function' };
      expect(span).toMatchObject({ service: `sandlot-${tool.split('_')[0]}`, kind: kinds.internal, attributes });
      expect(parent).toMatchObject({ service: 'sandlot-gateway', name: `tools/call ${tool}` });
    } else expect(parent?.service, titleOf(span)).toBe(span.service);
  }
  expect(spans.filter(({ name }) => name.startsWith('execute_tool '))).toHaveLength(calls.length);
}

function titleOf({ service, name }: ReceivedSpan): string {
  return `${service} ${name}`;
}
