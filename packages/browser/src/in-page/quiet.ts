/** Runs inside a page: Playwright sends the source of this function, so it uses nothing from outside itself. */

/**
 * Resolves when the document has not changed for `quietMs`, or after `mostMs`. Nodes that change again and again (clocks,
 * progress bars) stop counting after a few changes.
 */
export function domQuiet({ quietMs, mostMs }: { quietMs: number; mostMs: number }): Promise<void> {
  return new Promise((resolve) => {
    const noisyAfter = 4;
    const changes = new WeakMap<Node, number>();
    let timer = setTimeout(done, quietMs);
    const cap = setTimeout(done, mostMs);
    const observer = new MutationObserver((records) => {
      let real = false;
      for (const target of new Set(records.map((record) => record.target))) {
        const count = (changes.get(target) ?? 0) + 1;
        changes.set(target, count);
        real ||= count <= noisyAfter;
      }
      if (!real) return;
      clearTimeout(timer);
      timer = setTimeout(done, quietMs);
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    function done() {
      observer.disconnect();
      clearTimeout(timer);
      clearTimeout(cap);
      resolve();
    }
  });
}
