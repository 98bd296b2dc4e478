/** Arguments that a tool mirrors in `Mcp-Param-*` headers (`x-mcp-header` in its schema): header and body must agree. */
import { isLoose, type Loose, objectAt } from '../upstreams/caller.ts';

interface Mirrored {
  readonly header: string;
  readonly path: readonly string[];
  readonly isNumber: boolean;
}

const base64 = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/;
const known = new WeakMap<Loose, readonly Mirrored[]>();

/**
 * Compares headers and arguments of a call.
 *
 * @returns what disagrees; undefined when nothing does
 */
export function headerMismatch(tool: Loose, args: Loose, headers: Pick<Headers, 'get'>): string | undefined {
  for (const { header, path, isNumber } of mirroredBy(tool)) {
    const value = path.reduce<unknown>((node, key) => (isLoose(node) ? node[key] : undefined), args);
    if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number') continue;
    const raw = headers.get(header);
    if (raw === null) return `the body carries ${path.join('.')}, but the ${header} header is absent`;
    const sent = decode(raw);
    if (sent === undefined) return `the ${header} header is not valid Base64`;
    const same = isNumber && typeof value === 'number' && sent.trim() !== '' ? Number(sent) === value : sent === String(value);
    if (!same) return `the ${header} header and ${path.join('.')} in the body differ`;
  }
  return undefined;
}

function mirroredBy(tool: Loose): readonly Mirrored[] {
  const found = known.get(tool) ?? [...scan(objectAt(tool, 'inputSchema'), [])];
  known.set(tool, found);
  return found;
}

function* scan(schema: Loose, path: readonly string[]): Generator<Mirrored> {
  if (path.length > 8) return;
  for (const [key, property] of Object.entries(objectAt(schema, 'properties'))) {
    if (!isLoose(property)) continue;
    const name = property['x-mcp-header'];
    const isNumber = property['type'] === 'number' || property['type'] === 'integer';
    if (typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name))
      yield { header: `Mcp-Param-${name}`, path: [...path, key], isNumber };
    yield* scan(property, [...path, key]);
  }
}

function decode(value: string): string | undefined {
  if (!value.startsWith('=?base64?') || !value.endsWith('?=')) return value;
  const encoded = base64.exec(value)?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}
