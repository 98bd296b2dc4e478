/** Runs inside a page: Playwright sends the source of this function, so it uses nothing from outside itself. */

/** Resolves when the page has been drawn twice, and so has told its scripts of a scroll; or after `mostMs`: a hidden page is not drawn. */
export function drawnTwice({ mostMs }: { mostMs: number }): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, mostMs);
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}
