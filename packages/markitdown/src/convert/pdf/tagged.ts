/** Tagged PDF: the structure that the author's program wrote down, where it covers the text. */
import type { Block, Inline, ListItem } from '../model/document.ts';
import { isBlank, joinLines, lineBlocks, linesInOrder, plainRun } from './lines.ts';
import type { Chunk } from './geometry.ts';
import type { HeadingSizes } from './headings.ts';
import type { RuledTable } from './ruled-tables.ts';
import { ruledBlocks } from './blocks.ts';
import { type PlacedCell, withSpans } from './tagged-table.ts';

/** An element of the structure tree as the engine lists it. */
export interface TagNode {
  readonly role: string;
  readonly children: readonly (TagNode | TagContent)[];
  readonly alt?: string;
}

/** A piece of the page's content. */
export interface TagContent {
  readonly type: string;
  readonly id: string;
}

/** A page with its tags. */
export interface TaggedPage {
  readonly chunks: readonly Chunk[];
  readonly tree: TagNode;
}

/** Roles that say more than "this is text". */
const telling = /^(?:H[1-6]?|Title|L|Table|TOC)$/;
const headings = /^(?:H[1-6]?|Title)$/;
const containers = /^(?:Root|Document|DocumentFragment|Part|Art|Sect|Div|NonStruct|Private|Aside|Index|TBody|THead|TFoot)$/;
const inlines = /^(?:Span|Link|Em|Strong|Quote|Reference|BibEntry|Annot|Sub|Ruby|RB|RT|RP|Warichu|WT|WP|Lbl)$/;
const texts = /^(?:P|H[1-6]?|Title|LBody|LI|Lbl|TD|TH|Caption|Note|FENote|TOCI|BlockQuote|Code|Formula|Form)$/;
/** Share of a page's letters that its tags must hold. */
const leastShare = 0.9;

/** True when the tags hold the text of a page. */
export function coversPage({ chunks, tree }: TaggedPage): boolean {
  const ids = new Set<string>();
  collectIds(tree, ids);
  let all = 0;
  let held = 0;
  for (const { text, tag, isArtifact } of chunks) {
    if (isArtifact) continue;
    all += text.length;
    if (tag !== undefined && ids.has(tag)) held += text.length;
  }
  return all > 0 && held >= all * leastShare;
}

/** Whether any element is a heading, a list or a table; and whether any is a heading. */
export function tellingRoles(node: TagNode): { structure: boolean; headings: boolean } {
  const found = { structure: telling.test(node.role), headings: headings.test(node.role) };
  for (const child of node.children) {
    if (!isNode(child)) continue;
    const inner = tellingRoles(child);
    found.structure ||= inner.structure;
    found.headings ||= inner.headings;
  }
  return found;
}

/** Blocks of a page by its tags. */
export function taggedBlocks(page: TaggedPage, sizes: HeadingSizes, hasHeadings: boolean, ruled: readonly RuledTable[]): Block[] {
  const byTag = new Map<string, Chunk[]>();
  for (const chunk of page.chunks) {
    if (chunk.tag === undefined) continue;
    const known = byTag.get(chunk.tag);
    if (known) known.push(chunk);
    else byTag.set(chunk.tag, [chunk]);
  }
  return new Reader(byTag, sizes, hasHeadings, ruled).blocks(page.tree);
}

function isNode(child: TagNode | TagContent): child is TagNode {
  return 'role' in child;
}

/** Elements without a meaning of their own are text when they stand in text. */
function isInline(node: TagNode, parent: string): boolean {
  if (inlines.test(node.role)) return true;
  return (
    /^(?:NonStruct|Private)$/.test(node.role) &&
    texts.test(parent) &&
    node.children.every((child) => !isNode(child) || isInline(child, parent))
  );
}

function collectIds(node: TagNode, ids: Set<string>): void {
  for (const child of node.children) {
    if (isNode(child)) collectIds(child, ids);
    else ids.add(child.id);
  }
}

class Reader {
  readonly #byTag: ReadonlyMap<string, Chunk[]>;
  readonly #sizes: HeadingSizes;
  readonly #hasHeadings: boolean;
  readonly #ruled: readonly RuledTable[];

  constructor(byTag: ReadonlyMap<string, Chunk[]>, sizes: HeadingSizes, hasHeadings: boolean, ruled: readonly RuledTable[]) {
    this.#byTag = byTag;
    this.#sizes = sizes;
    this.#hasHeadings = hasHeadings;
    this.#ruled = ruled;
  }

  blocks(node: TagNode): Block[] {
    const blocks: Block[] = [];
    let loose: Chunk[] = [];
    const flush = () => {
      blocks.push(...this.#text(loose));
      loose = [];
    };
    for (const child of node.children) {
      if (!isNode(child)) loose.push(...(this.#byTag.get(child.id) ?? []));
      else if (isInline(child, node.role)) loose.push(...this.#chunks(child));
      else {
        flush();
        blocks.push(...this.#element(child));
      }
    }
    flush();
    return blocks;
  }

  #element(node: TagNode): Block[] {
    const { role } = node;
    if (headings.test(role)) return this.#heading(node);
    if (role === 'L') return this.#list(node);
    if (role === 'Table') return this.#table(node);
    if (role === 'BlockQuote') return [{ type: 'quote', blocks: this.blocks(node) }];
    if (role === 'Code')
      return [
        {
          type: 'code',
          text: linesInOrder(this.#chunks(node))
            .map(({ text }) => text)
            .join('\n'),
        },
      ];
    if (role === 'TOC') return [{ type: 'list', ordered: false, items: this.#items(node) }];
    if (role === 'Figure') return [...this.#figure(node), ...this.blocks(node)];
    if (containers.test(role) || node.children.some((child) => isNode(child) && !isInline(child, role))) return this.blocks(node);
    return this.#text(this.#chunks(node));
  }

  #chunks(node: TagNode): Chunk[] {
    return node.children.flatMap((child) => (isNode(child) ? this.#chunks(child) : (this.#byTag.get(child.id) ?? [])));
  }

  #text(chunks: readonly Chunk[]): Block[] {
    const lines = linesInOrder(chunks);
    if (isBlank(lines)) return [];
    return lineBlocks(lines, this.#sizes, { isWhole: true, findsHeadings: !this.#hasHeadings });
  }

  #heading(node: TagNode): Block[] {
    const content = joinLines(linesInOrder(this.#chunks(node))).map(plainRun);
    if (content.length === 0) return [];
    const level = node.role === 'Title' || node.role === 'H' ? 1 : Number(node.role.slice(1));
    return [{ type: 'heading', level, content }];
  }

  #figure({ alt }: TagNode): Block[] {
    const text = alt?.trim() ?? '';
    return text === '' ? [] : [{ type: 'paragraph', content: [{ type: 'image', alt: text, name: 'figure', mimetype: '' }] }];
  }

  #list(node: TagNode): Block[] {
    const items = this.#items(node);
    if (items.length === 0) return [];
    const number = /^\s*\(?(\d+)[.)]?\s*$/.exec(this.#firstLabel(node))?.[1];
    return [{ type: 'list', ordered: number !== undefined, ...(number !== undefined && { start: Number(number) }), items }];
  }

  #items(node: TagNode): ListItem[] {
    const items: { blocks: Block[] }[] = [];
    for (const child of node.children) {
      if (!isNode(child)) continue;
      if (child.role === 'L' || child.role === 'TOC') {
        const inner = this.#element(child);
        const last = items.at(-1);
        if (last) last.blocks.push(...inner);
        else items.push({ blocks: inner });
      } else {
        const blocks = this.#item(child);
        if (blocks.length > 0) items.push({ blocks });
      }
    }
    return items;
  }

  #item(node: TagNode): Block[] {
    const parts = node.children.filter((child) => !isNode(child) || child.role !== 'Lbl');
    const label = node.children.find((child) => isNode(child) && child.role === 'Lbl');
    const blocks = this.blocks({ role: node.role, children: parts });
    const text = label && isNode(label) ? this.#plain(label) : '';
    const [first] = blocks;
    // Marks are printed by the writer; names, as of notes and letters, are text.
    if (/\p{L}{2,}|^\[/u.test(text) && first?.type === 'paragraph')
      return [{ type: 'paragraph', content: [{ type: 'text', text: `${text} ` }, ...first.content] }, ...blocks.slice(1)];
    if (label === undefined && first?.type === 'paragraph')
      return [{ type: 'paragraph', content: withoutMark(first.content) }, ...blocks.slice(1)];
    return blocks;
  }

  #firstLabel(node: TagNode): string {
    const [item] = node.children;
    if (!item || !isNode(item)) return '';
    const label = item.children.find((child) => isNode(child) && child.role === 'Lbl');
    const text = label && isNode(label) ? this.#plain(label) : this.#plain(item);
    return label ? text : (/^\s*\(?\d+[.)]/.exec(text)?.[0] ?? '');
  }

  #plain(node: TagNode): string {
    return linesInOrder(this.#chunks(node))
      .map(({ text }) => text)
      .join(' ');
  }

  #table(node: TagNode): Block[] {
    const chunks = new Set(this.#chunks(node));
    const drawn = this.#ruled.find((table) => {
      const inside = table.rows.flat().flatMap((cell) => cell.chunks);
      return inside.length >= chunks.size * 0.95 && inside.length <= chunks.size * 1.05 && inside.every((chunk) => chunks.has(chunk));
    });
    if (drawn) return ruledBlocks(drawn, this.#sizes);
    const rows = this.#rows(node);
    if (rows.length === 0) return [];
    if (rows.every(({ length }) => length <= 1)) return rows.flat().flatMap((cell) => cell.blocks);
    const caption = node.children.flatMap((child) => (isNode(child) && child.role === 'Caption' ? this.blocks(child) : []));
    return [...caption, { type: 'table', rows: withSpans(rows) }];
  }

  #rows(node: TagNode): PlacedCell[][] {
    return node.children.flatMap((child): PlacedCell[][] => {
      if (!isNode(child)) return [];
      if (child.role !== 'TR') return child.role === 'Caption' ? [] : this.#rows(child);
      const cells = child.children.flatMap((cell): PlacedCell[] => {
        if (!isNode(cell)) return [];
        const chunks = this.#chunks(cell);
        return [
          {
            blocks: this.blocks(cell),
            left: Math.min(...chunks.map(({ left }) => left)),
            right: Math.max(...chunks.map(({ right }) => right)),
          },
        ];
      });
      return cells.length > 0 ? [cells] : [];
    });
  }
}

const bulletMark = /^\s*(?:[•◦▪▫●○■□‣⁃∙·➢✓✔❖–—-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s*/i;

function withoutMark(content: readonly Inline[]): Inline[] {
  const [first, ...rest] = content;
  if (first?.type !== 'text') return [...content];
  return [{ ...first, text: first.text.replace(bulletMark, '') }, ...rest];
}
