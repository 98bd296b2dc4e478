/** Reads `sandlot.json`: JSON with comments and trailing commas. */
import { readFile } from 'node:fs/promises';
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { ToolError } from '../errors.ts';

/**
 * Reads a configuration file.
 *
 * @returns its object, or undefined when there is no such file
 * @throws ToolError INVALID_ARGUMENT with line and column of the first mistake
 */
export async function readConfigFile(path: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ToolError('INVALID_ARGUMENT', `Cannot read the configuration file "${path}": ${String(error)}`, { cause: error });
  }
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const before = text.slice(0, first.offset).split('\n');
    const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new ToolError('INVALID_ARGUMENT', `"${path}", ${where}: ${printParseErrorCode(first.error)}.`);
  }
  const value = tree && valueOf(tree);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ToolError('INVALID_ARGUMENT', `"${path}" must hold a JSON object.`);
  }
  return value as Record<string, unknown>;
}

/** The parser's own values take the key `__proto__` for the prototype; here it is a key like any other, for its reader to refuse. */
function valueOf({ type, children = [], value }: Node): unknown {
  if (type === 'array') return children.map(valueOf);
  if (type !== 'object') return value;
  return Object.fromEntries(children.map(({ children: [key, content] = [] }) => [String(key?.value), content && valueOf(content)]));
}
