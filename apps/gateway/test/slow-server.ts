/** `slow-server.ts FILE`: a stdio server of the old protocols that says nothing before FILE is there, and then is like any other. */
import { existsSync, watchFile } from 'node:fs';

const [gate = ''] = process.argv.slice(2);
let held: string[] = [];
let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  held.push(...lines);
  answerAll();
});
process.stdin.on('end', () => process.exit());
watchFile(gate, { interval: 50 }, answerAll);

function answerAll(): void {
  if (!existsSync(gate)) return;
  const lines = held;
  held = [];
  for (const line of lines) answer(JSON.parse(line) as { id?: number; method?: string; params?: { protocolVersion?: string } });
}

function answer({ id, method, params }: { id?: number; method?: string; params?: { protocolVersion?: string } }): void {
  if (id === undefined) return;
  const results: Record<string, object> = {
    initialize: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'slow', version: '1' } },
    'tools/list': { tools: [{ name: 'late', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [{ type: 'text', text: `in ${process.cwd()}` }] },
  };
  const result = results[method ?? ''];
  const body = result ? { result } : { error: { code: -32_601, message: 'Method not found' } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`);
}
