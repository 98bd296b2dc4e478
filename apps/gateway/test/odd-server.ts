/** `odd-server.ts [silent|garbage|exit|stubborn] [sign]`: a stdio server of the old protocols that misbehaves on demand. No imports: it starts fast. */
const [mode, sign = 'odd'] = process.argv.slice(2);
const tool = (name: string) => ({ name, description: `The tool ${name}`, inputSchema: { type: 'object' } });
const names = ['ok', 'hang', 'wait', 'release', 'die', 'flood', 'big', 'big_last', 'babble', 'ask', 'x.y', 'x_y', `long_${'n'.repeat(80)}`];

if (mode === 'exit') {
  process.stderr.write('no licence found\n');
  process.exit(3);
}
if (mode === 'stubborn') {
  const { spawn } = await import('node:child_process');
  spawn('sleep', ['1000'], { stdio: 'ignore' });
  process.on('SIGTERM', () => undefined);
  setInterval(() => undefined, 1000);
}
if (mode === 'garbage') process.stdout.write('Welcome to the server!\n');

/** 100 MB without an end of line. */
function flood(): void {
  const part = 'x'.repeat(1024 * 1024);
  for (let n = 0; n < 100; n++) process.stdout.write(part);
}

let asking: (text: string, isError: boolean) => void = () => undefined;
let rest = '';
const waiting = new Set<() => void>();
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines)
    take(JSON.parse(line) as { id?: number; method?: string; params: { name?: string; protocolVersion?: string }; error?: object });
});
process.stdin.on('end', () => mode !== 'stubborn' && process.exit());

function take({
  id,
  method,
  params,
  error,
}: {
  id?: number;
  method?: string;
  params: { name?: string; protocolVersion?: string };
  error?: object;
}): void {
  if (mode === 'silent' || id === undefined) return;
  if (method === undefined) return asking(error ? 'refused' : 'answered', error !== undefined);
  const reply = (body: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`);
  if (method === 'initialize') {
    const { protocolVersion } = params;
    return void reply({ result: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'odd', version: '1' } } });
  }
  if (method === 'tools/list') return void reply({ result: { tools: names.map(tool) } });
  if (method !== 'tools/call') return void reply({ error: { code: -32_601, message: 'Method not found' } });
  if (params.name === 'hang') return;
  if (params.name === 'ask') {
    asking = (text, isError) => reply({ result: { content: [{ type: 'text', text }], isError } });
    const asked = { message: 'Go on?', requestedSchema: { type: 'object', properties: {} } };
    return void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: 'a', method: 'elicitation/create', params: asked })}\n`);
  }
  if (params.name === 'die') process.exit(7);
  if (params.name === 'flood') return flood();
  const big = () => ({ result: { content: [{ type: 'text', text: 'x'.repeat(100 * 1024 * 1024) }] } });
  if (params.name === 'big') return void reply(big());
  // SDKs write the id last.
  if (params.name === 'big_last') return void process.stdout.write(`${JSON.stringify({ ...big(), jsonrpc: '2.0', id })}\n`);
  if (params.name === 'wait')
    return void waiting.add(() => reply({ result: { content: [{ type: 'text', text: `waited ${process.pid}` }] } }));
  if (params.name === 'release') {
    for (const release of waiting) release();
    waiting.clear();
  }
  if (params.name === 'babble') process.stdout.write('debug: not JSON\n{"neither": "this"}\n');
  reply({ result: { content: [{ type: 'text', text: `${sign} ${params.name} ${process.pid}` }] } });
}
