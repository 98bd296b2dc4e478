/** Builds nested lists out of the flat items that Office formats have: paragraphs with a level. */
import type { Block, List, ListItem } from './document.ts';

/** An item before it is nested. */
export interface FlatItem {
  /** 0 is the outermost. */
  readonly level: number;
  readonly ordered: boolean;
  /** Number of the item, when ordered. */
  readonly number?: number;
  readonly checked?: boolean;
  readonly blocks: readonly Block[];
}

/** Nests items. A change of kind at one level begins a new list, and so does a number that does not follow. */
export function nestItems(items: readonly FlatItem[]): List[] {
  const top: OpenList[] = [];
  const path: OpenList[] = [];
  for (const item of items) {
    while (path.length > 0 && (path.at(-1)?.level ?? 0) > item.level) path.pop();
    let open = path.at(-1);
    const jumps = item.ordered && item.number !== undefined && open?.level === item.level && item.number !== open.next;
    if (open?.level === item.level && (open.ordered !== item.ordered || jumps)) {
      path.pop();
      open = path.at(-1);
    }
    if (!open || open.level < item.level) {
      const start = item.number ?? 1;
      const list: OpenList = { type: 'list', level: item.level, ordered: item.ordered, start, next: start, items: [] };
      const parent = open?.items.at(-1);
      if (parent) parent.blocks.push(list);
      else top.push(list);
      path.push(list);
      open = list;
    }
    open.next++;
    open.items.push({ blocks: [...item.blocks], ...(item.checked !== undefined && { checked: item.checked }) });
  }
  return top;
}

/**
 * Some programs write a list that goes on below another one as a list of its own, whose first item holds nothing but the
 * deeper list: that belongs to the last item of the list before.
 */
export function joinLists(blocks: readonly Block[]): Block[] {
  const joined: Block[] = [];
  for (const block of blocks) {
    const before = joined.at(-1);
    const first = block.type === 'list' ? block.items[0] : undefined;
    const last = before?.type === 'list' ? before.items.at(-1) : undefined;
    if (block.type !== 'list' || before?.type !== 'list' || !first || !last || !first.blocks.every(({ type }) => type === 'list')) {
      joined.push(block);
      continue;
    }
    const items = [...before.items.slice(0, -1), { ...last, blocks: [...last.blocks, ...first.blocks] }];
    const rest = block.items.slice(1);
    // The items after it count on.
    joined[joined.length - 1] = { ...before, items: [...items, ...rest] };
  }
  return joined;
}

interface OpenList extends List {
  readonly level: number;
  /** The number that its next item has. */
  next: number;
  readonly items: OpenItem[];
}

interface OpenItem extends ListItem {
  readonly blocks: Block[];
}
