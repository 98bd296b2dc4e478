/** The straight lines that a page draws. */
import { apply, type Matrix, multiply, type Ruling, toMatrix } from './geometry.ts';

/** What a page draws, as the engine lists it. */
export interface OperatorList {
  readonly fnArray: readonly number[];
  readonly argsArray: readonly unknown[];
}

/** The numbers of the operators that matter. */
export interface Operators {
  readonly save: number;
  readonly restore: number;
  readonly transform: number;
  readonly constructPath: number;
  readonly paintFormXObjectBegin: number;
  readonly paintFormXObjectEnd: number;
  readonly [name: string]: number;
}

/** Thinner rectangles are lines. */
const thickest = 3;
const shortest = 6;
const mostRulings = 20_000;

/** Reads the horizontal and vertical lines of a page. */
export function readRulings(list: OperatorList, ops: Operators, viewport: Matrix): Ruling[] {
  const rulings: Ruling[] = [];
  const stack: Matrix[] = [];
  let current = viewport;
  for (const [index, operator] of list.fnArray.entries()) {
    if (rulings.length > mostRulings) break;
    const args = list.argsArray[index];
    if (operator === ops.save) stack.push(current);
    else if (operator === ops.restore || operator === ops.paintFormXObjectEnd) current = stack.pop() ?? current;
    else if (operator === ops.transform) current = multiply(current, toMatrix(args) ?? identity);
    else if (operator === ops.paintFormXObjectBegin) {
      stack.push(current);
      current = multiply(current, (Array.isArray(args) ? toMatrix(args[0]) : undefined) ?? identity);
    } else if (operator === ops.constructPath && Array.isArray(args) && Array.isArray(args[1])) {
      const [path] = args[1] as unknown[];
      if (path && isPainted(args[0], ops)) addPath(Array.from(path as ArrayLike<number>), current, rulings);
    }
  }
  return rulings;
}

const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** Clipping paths draw nothing. */
function isPainted(operator: unknown, ops: Operators): boolean {
  return operator !== ops['endPath'];
}

function addPath(path: readonly number[], matrix: Matrix, rulings: Ruling[]): void {
  let points: (readonly [number, number])[] = [];
  const finish = () => {
    if (points.length > 1) addLines(points, rulings);
    points = [];
  };
  for (let at = 0; at < path.length;) {
    const step = path[at++];
    if (step === 0) finish();
    if (step === 0 || step === 1) {
      points.push(apply(matrix, path[at] ?? 0, path[at + 1] ?? 0));
      at += 2;
    } else if (step === 2 || step === 3) {
      // Curves are no rulings; what was straight before them is not a frame either.
      at += step === 2 ? 6 : 4;
      points = [];
    } else if (step === 4) {
      const [first] = points;
      if (first) points.push(first);
      finish();
    } else break;
  }
  finish();
}

function addLines(points: readonly (readonly [number, number])[], rulings: Ruling[]): void {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const width = right - left;
  const height = bottom - top;
  if (width <= thickest && height > shortest) rulings.push({ isVertical: true, at: (left + right) / 2, from: top, to: bottom });
  else if (height <= thickest && width > shortest) rulings.push({ isVertical: false, at: (top + bottom) / 2, from: left, to: right });
  else {
    for (const [index, [x, y]] of points.entries()) {
      const [nextX, nextY] = points[index + 1] ?? [x, y];
      if (Math.abs(nextX - x) < 1 && Math.abs(nextY - y) > shortest)
        rulings.push({ isVertical: true, at: x, from: Math.min(y, nextY), to: Math.max(y, nextY) });
      else if (Math.abs(nextY - y) < 1 && Math.abs(nextX - x) > shortest)
        rulings.push({ isVertical: false, at: y, from: Math.min(x, nextX), to: Math.max(x, nextX) });
    }
  }
}
