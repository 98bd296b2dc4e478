/** Tables that are drawn with lines. */
import { type Chunk, cutChunk, type Rectangle, type Ruling } from './geometry.ts';

/** A cell of a drawn table. */
export interface RuledCell {
  readonly colspan: number;
  readonly rowspan: number;
  readonly chunks: Chunk[];
}

/** A drawn table. */
export interface RuledTable extends Rectangle {
  readonly rows: RuledCell[][];
  /** Where rows end: y of the horizontal lines. */
  readonly edges: readonly number[];
}

/** Lines closer than this are one. */
const near = 3;
const mostPlaces = 20_000;

/** Finds the tables, and puts the text into their cells. */
export function findRuledTables(rulings: readonly Ruling[], chunks: readonly Chunk[]): RuledTable[] {
  return groups(rulings)
    .map((group) => toTable(group, chunks))
    .filter((table) => table !== undefined)
    .toSorted((a, b) => a.top - b.top);
}

/** The engine may put the texts of two cells into one: cuts at the space beside a line. */
export function splitAtWalls(chunks: readonly Chunk[], rulings: readonly Ruling[]): Chunk[] {
  const walls = rulings.filter(({ isVertical }) => isVertical).toSorted((a, b) => a.at - b.at);
  if (walls.length === 0) return [...chunks];
  return chunks.flatMap((chunk) => {
    const done: Chunk[] = [];
    let rest = chunk;
    for (let index = lowerBound(walls, chunk.left + 1); index < walls.length; index++) {
      const wall = walls[index];
      const y = chunk.baseline - chunk.size / 3;
      if (!wall || wall.at > chunk.right - 1) break;
      if (wall.from > y || wall.to < y || wall.at <= rest.left) continue;
      const at = spaceNear(rest, wall.at);
      if (at === undefined) continue;
      const [before, after] = cutChunk(rest, at);
      if (before.text.trim() !== '') done.push(before);
      rest = after;
    }
    return rest.text.trim() === '' ? done : [...done, rest];
  });
}

function spaceNear(chunk: Chunk, x: number): number | undefined {
  const width = (chunk.right - chunk.left) / Math.max(1, chunk.text.length);
  let best: number | undefined;
  let distance = chunk.size * 1.5;
  for (let at = chunk.text.indexOf(' '); at !== -1; at = chunk.text.indexOf(' ', at + 1)) {
    const off = Math.abs(chunk.left + (at + 0.5) * width - x);
    if (off < distance) [best, distance] = [at, off];
  }
  return best;
}

/** Lines that touch each other, directly or through others. */
function groups(rulings: readonly Ruling[]): Ruling[][] {
  const vertical = rulings.filter(({ isVertical }) => isVertical);
  const horizontal = rulings.filter(({ isVertical }) => !isVertical);
  const parent = new Map<Ruling, Ruling>();
  const root = (one: Ruling): Ruling => {
    let at = one;
    for (let up = parent.get(at); up; up = parent.get(at)) at = up;
    if (at !== one) parent.set(one, at);
    return at;
  };
  const touching = new Set<Ruling>();
  const sorted = vertical.toSorted((a, b) => a.at - b.at);
  for (const line of horizontal) {
    for (let at = lowerBound(sorted, line.from - near); at < sorted.length; at++) {
      const other = sorted[at];
      if (!other || other.at > line.to + near) break;
      if (line.at < other.from - near || line.at > other.to + near) continue;
      touching.add(line).add(other);
      const [a, b] = [root(line), root(other)];
      if (a !== b) parent.set(a, b);
    }
  }
  const found = new Map<Ruling, Ruling[]>();
  for (const one of touching) {
    const top = root(one);
    found.set(top, [...(found.get(top) ?? []), one]);
  }
  return [...found.values()];
}

function lowerBound(sorted: readonly Ruling[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.at ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function toTable(group: readonly Ruling[], chunks: readonly Chunk[]): RuledTable | undefined {
  const xs = cluster(group.filter(({ isVertical }) => isVertical).map(({ at }) => at));
  const ys = cluster(group.filter(({ isVertical }) => !isVertical).map(({ at }) => at));
  const columns = xs.length - 1;
  const lines = ys.length - 1;
  if (columns < 1 || lines < 1 || columns * lines < 2 || columns * lines > mostPlaces) return undefined;
  const box = { left: xs[0] ?? 0, right: xs.at(-1) ?? 0, top: ys[0] ?? 0, bottom: ys.at(-1) ?? 0 };
  const isWall = (vertical: boolean, at: number, from: number, to: number) => covered(group, vertical, at, from, to);
  const taken = new Set<number>();
  const rows: RuledCell[][] = [];
  const places = new Map<number, RuledCell>();
  for (let y = 0; y < lines; y++) {
    const row: RuledCell[] = [];
    for (let x = 0; x < columns; x++) {
      if (taken.has(y * columns + x)) continue;
      let colspan = 1;
      while (
        x + colspan < columns &&
        !taken.has(y * columns + x + colspan) &&
        !isWall(true, xs[x + colspan] ?? 0, ys[y] ?? 0, ys[y + 1] ?? 0)
      )
        colspan++;
      let rowspan = 1;
      while (y + rowspan < lines && !isWall(false, ys[y + rowspan] ?? 0, xs[x] ?? 0, xs[x + colspan] ?? 0)) rowspan++;
      const cell: RuledCell = { colspan, rowspan, chunks: [] };
      row.push(cell);
      for (let dy = 0; dy < rowspan; dy++) {
        for (let dx = 0; dx < colspan; dx++) {
          taken.add((y + dy) * columns + x + dx);
          places.set((y + dy) * columns + x + dx, cell);
        }
      }
    }
    rows.push(row);
  }
  let filled = 0;
  for (const chunk of chunks) {
    const [x, y] = [(chunk.left + chunk.right) / 2, chunk.baseline - chunk.size / 3];
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
    const column = Math.max(
      0,
      xs.findLastIndex((edge) => edge <= x),
    );
    const line = Math.max(
      0,
      ys.findLastIndex((edge) => edge <= y),
    );
    places.get(Math.min(line, lines - 1) * columns + Math.min(column, columns - 1))?.chunks.push(chunk);
    filled++;
  }
  const cells = rows.flat();
  const used = cells.filter((cell) => cell.chunks.length > 0).length;
  // A frame around text, or a drawing, is no table.
  return filled === 0 || cells.length < 2 || used < 2 || (cells.length > 8 && used < cells.length / 8)
    ? undefined
    : { ...box, rows, edges: ys };
}

/** Merges values that are near each other. */
function cluster(values: readonly number[]): number[] {
  const found: number[] = [];
  for (const value of values.toSorted((a, b) => a - b)) if (value - (found.at(-1) ?? -Infinity) > near) found.push(value);
  return found;
}

/** True when lines cover most of a stretch. */
function covered(group: readonly Ruling[], vertical: boolean, at: number, from: number, to: number): boolean {
  let sum = 0;
  for (const line of group) {
    if (line.isVertical !== vertical || Math.abs(line.at - at) > near) continue;
    sum += Math.max(0, Math.min(to, line.to) - Math.max(from, line.from));
  }
  return sum >= (to - from) * 0.6;
}
