/** Parts of schemas that known clients do not take. A tool that breaks a rule can cost its caller the whole list, or every request. */
import { isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import type { Finding } from './finding.ts';
import { type Node, nodesOf, resolves } from './schema-nodes.ts';

type Check = (schema: Loose) => { message: string; clients: readonly string[] } | undefined;

const draft2020 = 'https://json-schema.org/draft/2020-12/schema';
const propertyName = /^[a-zA-Z0-9_.-]{1,64}$/;
const geminiFormats: ReadonlySet<unknown> = new Set(['enum', 'date-time']);
const withSdk = ['clients on an MCP SDK'];

/** Rules for the schema of arguments as a whole. */
const inputRules: Readonly<Record<string, Check>> = {
  'input-type': ({ type }) => (type === 'object' ? undefined : { message: 'The input schema is not of type "object".', clients: withSdk }),
  'input-union': (schema) => {
    const key = ['oneOf', 'anyOf', 'allOf'].find((name) => name in schema);
    return key === undefined ? undefined : { message: `The input schema has "${key}" at its top.`, clients: ['Claude'] };
  },
  'property-name': (schema) => {
    const key = Object.keys(objectAt(schema, 'properties')).find((name) => !propertyName.test(name));
    return key === undefined
      ? undefined
      : { message: `The argument ${JSON.stringify(key.slice(0, 80))} is not 1 to 64 of a-z, A-Z, 0-9, _, . and -.`, clients: ['Claude'] };
  },
};

/** Rules for the schema of structured results as a whole. */
const outputRules: Readonly<Record<string, Check>> = {
  'output-type': ({ type }) =>
    type === 'object'
      ? undefined
      : { message: 'The output schema is not of type "object".', clients: ['clients on an MCP SDK before 2026-07-28'] },
  'output-dialect': ({ $schema }) =>
    $schema === undefined || (typeof $schema === 'string' && $schema.replace(/#$/, '') === draft2020)
      ? undefined
      : { message: `The output schema is of ${JSON.stringify($schema)}, not of JSON Schema 2020-12.`, clients: ['Claude'] },
};

/** Rules for every part of a schema. */
const nodeRules: Readonly<Record<string, (node: Node, root: Loose, isInput: boolean) => ReturnType<Check>>> = {
  'array-items': ({ schema, path }, _root, isInput) =>
    isInput && schema['type'] === 'array' && !isSchema(schema['items']) && !Array.isArray(schema['prefixItems'])
      ? { message: `The array ${path} says nothing of its items.`, clients: ['VS Code', 'Gemini', 'OpenAI'] }
      : undefined,
  'ref-outside': ({ schema: { $ref }, path }) =>
    typeof $ref === 'string' && !$ref.startsWith('#')
      ? { message: `${path} refers to ${JSON.stringify($ref.slice(0, 80))}, outside the schema: nobody fetches it.`, clients: withSdk }
      : undefined,
  'ref-missing': ({ schema: { $ref }, path }, root) =>
    typeof $ref === 'string' && $ref.startsWith('#') && !resolves($ref, root)
      ? {
          message: `${path} refers to ${JSON.stringify($ref.slice(0, 80))}, which is not there.`,
          clients: ['Claude Code', 'Cursor', 'Kiro'],
        }
      : undefined,
  ref: ({ schema: { $ref }, path }, root, isInput) =>
    isInput && typeof $ref === 'string' && $ref.startsWith('#') && resolves($ref, root)
      ? { message: `${path} refers to ${JSON.stringify($ref.slice(0, 80))}; write it out.`, clients: ['Gemini'] }
      : undefined,
  format: ({ schema: { format, type }, path }, _root, isInput) =>
    isInput && type === 'string' && format !== undefined && !geminiFormats.has(format)
      ? { message: `${path} has the format ${JSON.stringify(format)}; only "enum" and "date-time" are taken.`, clients: ['Gemini'] }
      : undefined,
};

/** Looks at the schemas of a tool. Each rule speaks once. */
export function lintSchemas(name: string, tool: Loose): Finding[] {
  const input = tool['inputSchema'];
  const output = tool['outputSchema'];
  const findings = [
    ...check(isLoose(input) ? input : {}, inputRules, true),
    ...(output === undefined ? [] : check(isLoose(output) ? output : {}, outputRules, false)),
  ];
  const seen = new Set<string>();
  return findings.filter(({ rule }) => !seen.has(rule) && seen.add(rule)).map((finding) => ({ ...finding, tool: name }));
}

function check(root: Loose, rules: Readonly<Record<string, Check>>, isInput: boolean): Finding[] {
  const nodes = nodesOf(root, isInput ? 'input' : 'output');
  return [
    ...Object.entries(rules).map(([rule, test]) => ({ rule, found: test(root) })),
    ...Object.entries(nodeRules).map(([rule, test]) => {
      for (const node of nodes) {
        const found = test(node, root, isInput);
        if (found) return { rule, found };
      }
      return { rule, found: undefined };
    }),
  ].flatMap(({ rule, found }) => (found ? [{ rule, ...found }] : []));
}

function isSchema(value: unknown): boolean {
  return isLoose(value) || typeof value === 'boolean';
}
