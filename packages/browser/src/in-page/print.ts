/** Runs inside a page: Playwright sends the source of this function, so it uses nothing from outside itself. */

/** `print()` of a page opens a window over it that stops its scripts until somebody closes it: it only tells the page that it printed. */
export function printNothing(): void {
  window.print = () => {
    window.dispatchEvent(new Event('beforeprint'));
    window.dispatchEvent(new Event('afterprint'));
  };
}
