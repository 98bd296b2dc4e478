/** The OpenAPI 3.1 document, from the tools' own schemas. */
import { errorTable } from '@sandlot/core';

const jsonContent = (schema: object) => ({ 'application/json': { schema } });
const envelope = (data: object) => ({
  type: 'object',
  required: ['success', 'message', 'data'],
  properties: { success: { type: 'boolean', const: true }, message: { type: 'string' }, data },
});

/** What the document is made from. */
export interface Described {
  readonly title: string;
  readonly version: string;
  readonly servers: readonly {
    readonly name: string;
    readonly title: string;
    readonly tools: readonly Readonly<Record<string, unknown>>[];
  }[];
}

/** Makes the document for a view. */
export function openApi(view: Described): Record<string, unknown> {
  const paths: Record<string, unknown> = {};
  for (const server of view.servers) {
    for (const tool of server.tools) paths[`/v1/mcp/${server.name}/tools/${String(tool['name'])}`] = { post: operation(server.name, tool) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: view.title,
      version: view.version,
      description: 'Every tool of every server as a POST route. The same calls as over MCP at /mcp.',
    },
    security: [{ bearer: [] }],
    tags: view.servers.map(({ name, title }) => ({ name, description: title })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema() },
    },
  };
}

function operation(server: string, tool: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = {
    type: 'object',
    required: ['content'],
    properties: {
      content: { type: 'array', items: { type: 'object' } },
      ...(typeof tool['outputSchema'] === 'object' && { structuredContent: tool['outputSchema'] }),
    },
  };
  return {
    operationId: tool['name'],
    tags: [server],
    summary: tool['title'],
    description: tool['description'],
    requestBody: { required: true, content: jsonContent(typeof tool['inputSchema'] === 'object' ? { ...tool['inputSchema'] } : {}) },
    responses: {
      200: { description: 'The result, as in MCP', content: jsonContent(envelope(result)) },
      default: { description: 'What was wrong, and what to do', content: jsonContent({ $ref: '#/components/schemas/Error' }) },
    },
  };
}

function errorSchema(): Record<string, unknown> {
  return {
    type: 'object',
    required: ['success', 'message', 'data', 'error'],
    properties: {
      success: { type: 'boolean', const: false },
      message: { type: 'string' },
      data: { type: 'null' },
      error: {
        type: 'object',
        required: ['code', 'message', 'retryable', 'advice'],
        properties: {
          code: { type: 'string', enum: Object.keys(errorTable) },
          message: { type: 'string' },
          retryable: { type: 'boolean' },
          advice: { type: 'string' },
          data: { type: 'object' },
        },
      },
    },
  };
}
