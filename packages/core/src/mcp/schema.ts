/** A tool as `tools/list` shows it. JSON Schemas are made once per tool. */
import { z } from 'zod';
import type { Effect, Tool } from '../tool.ts';

/** A tool in the form of the MCP specification (schema 2026-07-28, `Tool`). */
export interface ListedTool {
  [key: string]: unknown;
  name: string;
  title: string;
  description: string;
  inputSchema: { type: 'object'; [key: string]: unknown };
  outputSchema: { type: 'object'; [key: string]: unknown };
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
}

const made = new WeakMap<Tool, ListedTool>();

/** The listed form of a tool. */
export function toListedTool(tool: Tool): ListedTool {
  const known = made.get(tool);
  if (known) return known;
  const listed: ListedTool = {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: toObjectSchema(tool.input, 'input'),
    outputSchema: toObjectSchema(tool.output, 'output'),
    annotations: toAnnotations(tool.effect, tool),
  };
  made.set(tool, listed);
  return listed;
}

function toAnnotations(effect: Effect, tool: Tool): ListedTool['annotations'] {
  return {
    readOnlyHint: effect === 'read',
    destructiveHint: effect === 'destroy',
    idempotentHint: tool.idempotent ?? effect === 'read',
    openWorldHint: tool.openWorld ?? false,
  };
}

/** JSON Schema 2020-12 of a zod object, without the parts that only cost tokens. */
export function toObjectSchema(schema: z.ZodObject, io: 'input' | 'output'): ListedTool['inputSchema'] {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => dropSafeIntegerBounds(jsonSchema) });
  return { ...rest, type: 'object' };
}

function dropSafeIntegerBounds(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
