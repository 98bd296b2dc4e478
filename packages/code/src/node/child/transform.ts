/** Turns a cell into a script: static imports and exports, `import()` and `import.meta` work in modules only. */
import { type AnyNode, type Node, parse } from 'acorn';

/** Names under which the script finds what modules have. */
export interface ModuleNames {
  readonly import: string;
  readonly meta: string;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The script of a cell. What cannot be parsed stays as it is, so that the engine says what is wrong. */
export function toScript(code: string, names: ModuleNames): string {
  if (!/\b(?:import|export)\b/.test(code)) return code;
  let program;
  try {
    program = parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true, allowHashBang: true });
  } catch {
    return code;
  }
  const edits: Edit[] = [];
  visit(program, code, names, edits);
  let script = code;
  for (const { start, end, text } of edits.toSorted((a, b) => b.start - a.start)) {
    script = script.slice(0, start) + text + script.slice(end);
  }
  return script;
}

function visit(node: Node, code: string, names: ModuleNames, edits: Edit[]): void {
  const { start, end } = node;
  if (node.type === 'ImportExpression') edits.push({ start, end: start + 'import'.length, text: names.import });
  if (node.type === 'MetaProperty' && code.slice(start, end).replace(/\s/g, '') === 'import.meta')
    edits.push({ start, end, text: names.meta });
  const replaced = toStatement(node, code, names);
  if (replaced !== undefined) {
    edits.push({ start, end: replaced.end, text: replaced.text + newlines(code.slice(start, replaced.end)) });
    if (replaced.done) return;
  }
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, code, names, edits);
  }
}

/** Lines keep their numbers. */
function newlines(text: string): string {
  return '\n'.repeat(text.split('\n').length - 1);
}

function toStatement(node: Node, code: string, names: ModuleNames): { end: number; text: string; done: boolean } | undefined {
  if (isType(node, 'ImportDeclaration')) return { end: node.end, text: importStatement(node, code, names), done: true };
  if (isType(node, 'ExportNamedDeclaration')) {
    return node.declaration ? { end: node.declaration.start, text: '', done: false } : { end: node.end, text: '', done: true };
  }
  if (isType(node, 'ExportDefaultDeclaration')) return { end: node.declaration.start, text: '', done: false };
  if (isType(node, 'ExportAllDeclaration')) return { end: node.end, text: `await ${names.import}(${node.source.raw});`, done: true };
  return undefined;
}

function importStatement(node: ImportDeclarationOf, code: string, names: ModuleNames): string {
  const options =
    node.attributes.length > 0 ? `{ with: {${node.attributes.map(({ start, end }) => code.slice(start, end)).join(', ')}} }` : 'undefined';
  const load = `await ${names.import}(${node.source.raw}, ${options}, ${JSON.stringify(wantedBy(node))})`;
  if (node.specifiers.length === 0) return `${load};`;
  const parts: string[] = [];
  const named: string[] = [];
  for (const specifier of node.specifiers) {
    const local = code.slice(specifier.local.start, specifier.local.end);
    if (specifier.type === 'ImportNamespaceSpecifier') parts.push(`${local} = ${load}`);
    else if (specifier.type === 'ImportDefaultSpecifier') named.push(`default: ${local}`);
    else named.push(`${code.slice(specifier.imported.start, specifier.imported.end)}: ${local}`);
  }
  if (named.length > 0) parts.push(`{ ${named.join(', ')} } = ${load}`);
  return `const ${parts.join(', ')};`;
}

/** The exports that an import statement names: a module that does not have them is an error. */
function wantedBy(node: ImportDeclarationOf): string[] {
  return node.specifiers.flatMap((specifier) => {
    if (specifier.type === 'ImportDefaultSpecifier') return ['default'];
    if (specifier.type === 'ImportNamespaceSpecifier') return [];
    const { imported } = specifier;
    return [imported.type === 'Identifier' ? imported.name : String(imported.value)];
  });
}

type Of<T extends AnyNode['type']> = Extract<AnyNode, { type: T }>;
type ImportDeclarationOf = Of<'ImportDeclaration'>;

function isType<T extends AnyNode['type']>(node: Node, type: T): node is Of<T> {
  return node.type === type;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && typeof value.type === 'string';
}
