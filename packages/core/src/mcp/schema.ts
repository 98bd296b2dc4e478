/** A tool as `tools/list` shows it, and in full for documents. JSON Schemas are made once per tool. */
import { z } from 'zod';
import type { Tool } from '../tool.ts';

/** A JSON Schema of an object. */
export interface ObjectSchema {
  type: 'object';
  [key: string]: unknown;
}

/** A tool in the form of the MCP specification (schema 2026-07-28, `Tool`). */
export interface ListedTool {
  [key: string]: unknown;
  name: string;
  title: string;
  description: string;
  inputSchema: ObjectSchema;
  outputSchema?: ObjectSchema;
  annotations?: Annotations;
}

/** The hints of the MCP specification (`ToolAnnotations`). */
export interface Annotations {
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
}

const listed = new WeakMap<Tool, ListedTool>();
const full = new WeakMap<Tool, ListedTool>();

/**
 * A tool as `tools/list` shows it to a model: without what costs tokens and says nothing new. Facts come as `structuredContent`
 * without an output schema too, unknown arguments are refused by name anyway and values out of bounds with the bound, and hints have
 * defaults in the specification.
 */
export function toListedTool(tool: Tool): ListedTool {
  return once(listed, tool, () => {
    const { additionalProperties: _, ...inputSchema } = toObjectSchema(tool.input, 'input', dropBounds);
    const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = toAnnotations(tool);
    const annotations: Annotations = {
      ...(readOnlyHint && { readOnlyHint }),
      // These two mean something only for a tool that writes.
      ...(!readOnlyHint && !destructiveHint && { destructiveHint }),
      ...(!readOnlyHint && idempotentHint && { idempotentHint }),
      ...(!openWorldHint && { openWorldHint }),
    };
    const { name, title, description } = tool;
    return { name, title, description, inputSchema, ...(Object.keys(annotations).length > 0 && { annotations }) };
  });
}

/** A tool with everything that is known of it: its output schema and every hint. */
export function toFullTool(tool: Tool): ListedTool {
  return once(full, tool, () => ({
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: toObjectSchema(tool.input, 'input'),
    outputSchema: toObjectSchema(tool.output, 'output'),
    annotations: toAnnotations(tool),
  }));
}

function once(made: WeakMap<Tool, ListedTool>, tool: Tool, make: () => ListedTool): ListedTool {
  const known = made.get(tool) ?? make();
  made.set(tool, known);
  return known;
}

function toAnnotations({ effect, idempotent, openWorld }: Tool): Required<Annotations> {
  return {
    readOnlyHint: effect === 'read',
    destructiveHint: effect === 'destroy',
    idempotentHint: idempotent ?? effect === 'read',
    openWorldHint: openWorld ?? false,
  };
}

/** JSON Schema 2020-12 of a zod object, without the parts that only cost tokens. */
export function toObjectSchema(
  schema: z.ZodObject,
  io: 'input' | 'output',
  drop: (schema: z.core.JSONSchema.BaseSchema) => void = dropSafeIntegerBounds,
): ObjectSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => drop(jsonSchema) });
  return { ...rest, type: 'object' };
}

const bounds = [
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
  'propertyNames',
];

function dropBounds(schema: z.core.JSONSchema.BaseSchema): void {
  for (const key of bounds) delete schema[key];
  // An argument that is taken but says nothing to a model, marked by `.meta({ unlisted: true })`.
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === 'object' && property['unlisted'] === true) delete schema.properties?.[name];
  }
}

function dropSafeIntegerBounds(schema: z.core.JSONSchema.BaseSchema): void {
  delete schema['unlisted'];
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
