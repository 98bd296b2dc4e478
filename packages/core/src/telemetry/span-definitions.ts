/** Every span: its name, where it is made, what is on it. The docs table is made from this, and a test holds it against real runs. */

/** Spans of one kind. */
export interface SpanDefinition {
  /** Name; what stands in braces is filled in, from a small set. */
  readonly name: string;
  readonly kind: 'SERVER' | 'CLIENT' | 'INTERNAL';
  /** `service.name` without `sandlot-`. */
  readonly from: string;
  readonly description: string;
  readonly attributes: readonly string[];
}

const mcp = ['mcp.method.name', 'gen_ai.operation.name', 'gen_ai.tool.name', 'jsonrpc.request.id', 'network.transport', 'error.type'];

const requestAttributes = [
  'http.request.method',
  'http.response.status_code',
  'url.scheme',
  'server.address',
  'url.path',
  'sandlot.browser.resource',
  'error.type',
];

/** Every span. */
export const spanDefinitions: readonly SpanDefinition[] = [
  {
    name: '{http.request.method} {http.route}',
    kind: 'SERVER',
    from: 'gateway',
    description: 'A request, until the last byte of its answer; a WebSocket, until it closes',
    attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'url.path', 'url.scheme', 'sandlot.principal'],
  },
  {
    name: 'tools/call {gen_ai.tool.name}',
    kind: 'SERVER',
    from: 'gateway, or a server that runs alone',
    description: "A client's call of a tool; a name that is in no list is _OTHER. Failed: error.type is tool_error or a JSON-RPC code",
    attributes: [...mcp, 'mcp.protocol.version', 'rpc.response.status_code'],
  },
  {
    name: 'tools/call {gen_ai.tool.name}',
    kind: 'INTERNAL',
    from: 'gateway',
    description: 'The same over REST',
    attributes: ['mcp.method.name', 'gen_ai.operation.name', 'gen_ai.tool.name', 'network.transport', 'error.type'],
  },
  {
    name: 'tools/call {gen_ai.tool.name}',
    kind: 'CLIENT',
    from: 'gateway',
    description: 'A call to a server that a user added; its context goes along in _meta',
    attributes: ['mcp.method.name', 'gen_ai.operation.name', 'gen_ai.tool.name', 'error.type'],
  },
  {
    name: '{mcp.method.name}',
    kind: 'SERVER',
    from: 'gateway',
    description: 'Any other MCP request; a method that the specification does not have is _OTHER',
    attributes: [
      'mcp.method.name',
      'jsonrpc.request.id',
      'network.transport',
      'mcp.protocol.version',
      'rpc.response.status_code',
      'error.type',
    ],
  },
  {
    name: '{mcp.method.name}',
    kind: 'CLIENT',
    from: 'gateway',
    description: 'Any other request to a server that a user added',
    attributes: ['mcp.method.name', 'error.type'],
  },
  {
    name: 'execute_tool {gen_ai.tool.name}',
    kind: 'INTERNAL',
    from: 'each server',
    description: 'The tool itself, in the process that runs it; arguments and result when they are asked for',
    attributes: [
      'gen_ai.operation.name',
      'gen_ai.tool.name',
      'gen_ai.tool.type',
      'gen_ai.tool.call.arguments',
      'gen_ai.tool.call.result',
      'error.type',
    ],
  },
  {
    name: 'process.exec',
    kind: 'INTERNAL',
    from: 'shell',
    description: 'A command, until it ends; the command itself is not on it',
    attributes: [
      'process.executable.name',
      'process.interactive',
      'process.pid',
      'process.exit.code',
      'process.exit.signal',
      'process.cpu.time_ms',
      'process.duration_ms',
      'process.output_bytes',
    ],
  },
  {
    name: 'file.{operation}',
    kind: 'INTERNAL',
    from: 'file',
    description: 'An operation on files',
    attributes: ['file.path', 'error.type'],
  },
  {
    name: 'browser.{action}',
    kind: 'INTERNAL',
    from: 'browser',
    description: 'An action on a page, or the start of the browser',
    attributes: ['url.scheme', 'server.address', 'sandlot.browser.way', 'sandlot.browser.scope', 'sandlot.browser.sandbox', 'error.type'],
  },
  {
    name: 'browser.navigation',
    kind: 'CLIENT',
    from: 'browser',
    description: 'A document that a page loads, for itself or a frame, in the course of an action; the query is not on it',
    attributes: requestAttributes,
  },
  {
    name: 'browser.request',
    kind: 'CLIENT',
    from: 'browser',
    description: 'Anything else that a page loads in the course of an action: the first 50 requests, without their queries',
    attributes: requestAttributes,
  },
  {
    name: 'markitdown.convert',
    kind: 'INTERNAL',
    from: 'markitdown',
    description: 'A conversion; the address is not on it',
    attributes: ['markitdown.scheme', 'markitdown.bytes', 'markitdown.kind', 'markitdown.chars', 'error.type'],
  },
  {
    name: 'code.cell',
    kind: 'INTERNAL',
    from: 'code',
    description: 'Code that runs in a context; the code itself is not on it',
    attributes: ['code.language', 'code.context', 'code.outcome', 'code.duration_ms', 'code.output_chars', 'error.type'],
  },
  {
    name: 'audit.checkpoint',
    kind: 'INTERNAL',
    from: 'gateway',
    description: 'A signed checkpoint of the audit trail, in a trace of its own: an anchor outside',
    attributes: ['sandlot.audit.records', 'sandlot.audit.head', 'sandlot.audit.key'],
  },
];
