/** A stdio server of the old protocols with tools of many kinds, a prompt and a resource. No imports: it starts fast. */
const text = { type: 'string', description: 'Words' };
const object = (properties: object) => ({ type: 'object', properties });
const read = { readOnlyHint: true };
const tools = [
  { name: 'find_item', description: 'Looks up articles in the catalogue', inputSchema: object({ words: text }), annotations: read },
  { name: 'buy_item', description: 'Places an order', inputSchema: { ...object({ id: text }), required: ['id'] } },
  { name: 'show_cart', inputSchema: object({}), annotations: read, _meta: { ui: { resourceUri: 'ui://shop/cart' } } },
  { name: 'cart_data', inputSchema: object({}), _meta: { ui: { resourceUri: 'ui://shop/cart', visibility: ['app'] } } },
  { name: 'dump', description: 'Answers with as much as is asked for', inputSchema: object({ blocks: { type: 'array', items: {} } }) },
  { name: 'report', inputSchema: object({}), outputSchema: object({ rows: { type: 'array', items: { type: 'string' } } }) },
];

interface Message {
  id?: number;
  method?: string;
  params: { name?: string; uri?: string; protocolVersion?: string; arguments?: { blocks?: Block[]; structured?: number } };
}

/** Content as asked for: `size` characters of text, or a block as it is. */
type Block = { size: number } | { type: string };

let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) take(JSON.parse(line) as Message);
});
process.stdin.on('end', () => process.exit());

function take({ id, method, params }: Message): void {
  if (id === undefined) return;
  const body = answer(method, params);
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`);
}

function answer(method: string | undefined, params: Message['params']): object {
  switch (method) {
    case 'initialize':
      return {
        result: {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: {}, prompts: {}, resources: {} },
          serverInfo: { name: 'shop', version: '1' },
          instructions: 'A shop.',
        },
      };
    case 'tools/list':
      return { result: { tools } };
    case 'prompts/list':
      return { result: { prompts: [{ name: 'haggle' }] } };
    case 'prompts/get':
      return { result: { messages: [{ role: 'user', content: { type: 'text', text: 'Cheaper, please.' } }] } };
    case 'resources/list':
      return { result: { resources: [{ uri: 'shop://stock', name: 'stock' }] } };
    case 'resources/read':
      return { result: { contents: [{ uri: params.uri, text: 'full' }] } };
    case 'tools/call':
      return { result: call(params) };
    default:
      return { error: { code: -32_601, message: 'Method not found' } };
  }
}

function call({ name, arguments: { blocks = [], structured } = {} }: Message['params']): object {
  if (name === 'report')
    return { content: [{ type: 'text', text: 'r'.repeat(300_000) }], structuredContent: { rows: ['x'.repeat(300_000)] } };
  if (name !== 'dump') return { content: [{ type: 'text', text: `${name} was called` }] };
  const content = blocks.map((block, n) => ('size' in block ? { type: 'text', text: sized(block.size, n) } : block));
  return { content, ...(structured !== undefined && { structuredContent: { rows: 'x'.repeat(structured) } }) };
}

function sized(size: number, n: number): string {
  const line = `block ${n} of many lines\n`;
  return line.repeat(Math.ceil(size / line.length)).slice(0, size);
}
