/**
 * `said-server.ts FILE`: a stdio server of the old protocols whose answers stand in a JSON file, by method; `capabilities` and
 * `instructions` besides. The tool `turn` says that the lists have changed, `storm` does so 3,000 times,
 * `nag` asks 1,000 times and never answers, `print` writes its environment to stderr.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

interface Said {
  readonly capabilities?: object;
  readonly instructions?: unknown;
  readonly [method: string]: unknown;
}

const [file = ''] = process.argv.slice(2);
const tell = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
let page = 0;

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method = '', params } = JSON.parse(line) as { id?: number; method?: string; params?: { name?: string } };
  if (id === undefined) return;
  const said = JSON.parse(readFileSync(file, 'utf8')) as Said;
  if (method === 'initialize') {
    const { capabilities = { tools: { listChanged: true } }, instructions } = said;
    return void tell({
      id,
      result: { protocolVersion: '2025-11-25', capabilities, instructions, serverInfo: { name: 'said', version: '1' } },
    });
  }
  if (method === 'tools/call' || method === 'prompts/get') {
    if (params?.name === 'turn')
      for (const list of ['tools', 'prompts', 'resources']) tell({ method: `notifications/${list}/list_changed` });
    if (params?.name === 'storm') for (let n = 0; n < 3000; n++) tell({ method: 'notifications/tools/list_changed' });
    if (params?.name === 'nag') {
      const asked = { message: 'Go on?', requestedSchema: { type: 'object', properties: {} } };
      for (let n = 0; n < 1000; n++) tell({ id: `ask ${n}`, method: 'elicitation/create', params: asked });
      return;
    }
    if (params?.name === 'print') process.stderr.write(`${JSON.stringify(process.env)}\n`);
    const content = { type: 'text', text: `called ${params?.name}` };
    return void tell({ id, result: method === 'tools/call' ? { content: [content] } : { messages: [{ role: 'user', content }] } });
  }
  const result = said[method];
  if (result === undefined) return void tell({ id, error: { code: -32_601, message: 'Method not found' } });
  // One list has no end.
  const more = said['endless'] === method && { nextCursor: `page ${page++}` };
  tell({ id, result: { ...(result as object), ...more } });
});
process.stdin.on('end', () => process.exit());
