/** `listed-server.ts TOOLS`: a stdio server of the old protocols that lists the tools given as JSON. No imports: it starts fast. */
const tools: unknown = JSON.parse(process.argv[2] ?? '[]');

let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) take(JSON.parse(line) as { id?: number; method?: string; params?: { protocolVersion?: string } });
});
process.stdin.on('end', () => process.exit());

function take({ id, method, params }: { id?: number; method?: string; params?: { protocolVersion?: string } }): void {
  if (id === undefined) return;
  const serverInfo = { name: 'listed', version: '1' };
  const result =
    method === 'initialize' ? { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo } : { tools };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
}
