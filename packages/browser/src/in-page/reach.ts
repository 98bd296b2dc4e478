/** Runs inside a page: Playwright sends the source of this function, so it uses nothing from outside itself. */

/** Why an element cannot be clicked now; undefined when it can. */
export interface Obstacle {
  kind: 'covered' | 'disabled' | 'invisible';
  /** The covering element, as a short tag. */
  by?: string;
}

/** Looks whether a click in the middle of the element would reach it. */
export function findObstacle(element: Element): Obstacle | undefined {
  if (element.matches(':disabled') || element.closest('[aria-disabled=true]')) return { kind: 'disabled' };
  element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
  let rect = [...element.getClientRects()].find(({ width, height }) => width > 0 && height > 0);
  if (!rect || getComputedStyle(element).visibility !== 'visible') return { kind: 'invisible' };
  const middle = ({ left, top, width, height }: DOMRect): [number, number] => [left + width / 2, top + height / 2];
  const root = element.getRootNode();
  if (!(root instanceof Document || root instanceof ShadowRoot)) return undefined;
  let hit = root.elementFromPoint(...middle(rect));
  if (!hit || !related(hit)) {
    // Under a sticky header or footer: the middle of the viewport is free more often.
    element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    rect = [...element.getClientRects()].find(({ width, height }) => width > 0 && height > 0) ?? rect;
    hit = root.elementFromPoint(...middle(rect));
  }
  if (!hit || related(hit)) return undefined;
  return { kind: 'covered', by: describe(hit) };

  function related(other: Element): boolean {
    if (element.contains(other) || other.contains(element)) return true;
    const label = other.closest('label');
    return label?.control === element || (element.closest('label')?.contains(other) ?? false);
  }

  function describe(other: Element): string {
    const shown = other.closest('dialog,[role],[id]') ?? other;
    const attributes = ['id', 'role', 'aria-label', 'class']
      .flatMap((name) => {
        const value = shown.getAttribute(name);
        return value ? [`${name}="${value.slice(0, 60)}"`] : [];
      })
      .join(' ');
    const text = (shown.textContent ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 80);
    return `<${shown.localName}${attributes && ` ${attributes}`}>${text && ` "${text}"`}`;
  }
}
