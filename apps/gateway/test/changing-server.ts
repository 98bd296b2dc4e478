/** `changing-server.ts FILE`: a stdio server whose tools stand in a JSON file, and may change while it runs: `turn` says so. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file = ''] = process.argv.slice(2);
const tell = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const turn = { name: 'turn', description: 'Says that the tools have changed', inputSchema: { type: 'object' } };

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line) as { id?: number; method: string; params: { name?: string } };
  if (id === undefined) return;
  if (method === 'initialize') {
    const capabilities = { tools: { listChanged: true } };
    tell({ id, result: { protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 'changing', version: '1' } } });
  } else if (method === 'tools/list') tell({ id, result: { tools: [turn, ...(JSON.parse(readFileSync(file, 'utf8')) as object[])] } });
  else if (method === 'tools/call') {
    if (params.name === 'turn') tell({ method: 'notifications/tools/list_changed' });
    tell({ id, result: { content: [{ type: 'text', text: `called ${params.name}` }] } });
  } else tell({ id, error: { code: -32_601, message: 'Method not found' } });
});
