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

/** Nests items. A change of kind at one level begins a new list. */
export function nestItems(items: readonly FlatItem[]): List[] {
  const top: OpenList[] = [];
  const path: OpenList[] = [];
  for (const item of items) {
    while (path.length > 0 && (path.at(-1)?.level ?? 0) > item.level) path.pop();
    let open = path.at(-1);
    if (open?.level === item.level && open.ordered !== item.ordered) {
      path.pop();
      open = path.at(-1);
    }
    if (!open || open.level < item.level) {
      const list: OpenList = { type: 'list', level: item.level, ordered: item.ordered, start: item.number ?? 1, items: [] };
      const parent = open?.items.at(-1);
      if (parent) parent.blocks.push(list);
      else top.push(list);
      path.push(list);
      open = list;
    }
    open.items.push({ blocks: [...item.blocks], ...(item.checked !== undefined && { checked: item.checked }) });
  }
  return top;
}

interface OpenList extends List {
  readonly level: number;
  readonly items: OpenItem[];
}

interface OpenItem extends ListItem {
  readonly blocks: Block[];
}
