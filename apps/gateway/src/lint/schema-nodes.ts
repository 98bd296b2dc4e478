/** The parts of a JSON Schema. Bounded: schemas come from servers that nobody vouches for. */
import { isLoose, type Loose } from '../upstreams/caller.ts';

/** A schema within a schema. */
export interface Node {
  readonly schema: Loose;
  /** Where it is, for people: `input.filter.tags`. */
  readonly path: string;
}

const maxDepth = 32;
const maxNodes = 5000;
/** Keywords that hold a schema, a list of schemas, or schemas by name. */
const single = ['items', 'additionalProperties', 'contains', 'not', 'if', 'then', 'else', 'propertyNames', 'unevaluatedProperties'];
const lists = ['oneOf', 'anyOf', 'allOf', 'prefixItems', 'items'];
const named = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];

/** Every part, the schema itself first. */
export function nodesOf(root: Loose, name: string): readonly Node[] {
  const nodes: Node[] = [];
  const visit = (value: unknown, path: string, depth: number) => {
    if (!isLoose(value) || depth > maxDepth || nodes.length >= maxNodes) return;
    nodes.push({ schema: value, path });
    for (const key of single) visit(value[key], `${path}.${key}`, depth + 1);
    for (const key of lists) {
      const list = value[key];
      if (Array.isArray(list)) for (const one of list) visit(one, `${path}.${key}`, depth + 1);
    }
    for (const key of named) {
      const parts = value[key];
      if (isLoose(parts)) for (const [part, schema] of Object.entries(parts)) visit(schema, `${path}.${part.slice(0, 80)}`, depth + 1);
    }
  };
  visit(root, name, 0);
  return nodes;
}

/** True when a reference within a schema leads somewhere: a JSON pointer (RFC 6901), or an anchor, which is taken on trust. */
export function resolves(ref: string, root: Loose): boolean {
  const pointer = ref.slice(1);
  if (!pointer.startsWith('/')) return true;
  let node: unknown = root;
  for (const part of pointer.slice(1).split('/')) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(node)) node = node[Number(key)];
    else if (isLoose(node) && Object.hasOwn(node, key)) node = node[key];
    else return false;
  }
  return node !== undefined;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
