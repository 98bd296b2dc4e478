/** A person's mouse and keys, as the browser server takes them. */

/** A place on the picture in CSS pixels of the page. */
export function pointOf(event: MouseEvent, page: { width: number; height: number }): { x: number; y: number } {
  const shown = event.currentTarget;
  if (!(shown instanceof HTMLElement)) return { x: 0, y: 0 };
  const { left, top, width, height } = shown.getBoundingClientRect();
  const on = (at: number, whole: number, most: number) => Math.min(most, Math.max(0, (at / (whole || 1)) * most));
  return { x: on(event.clientX - left, width, page.width), y: on(event.clientY - top, height, page.height) };
}

/** A key with its modifiers: `Control+Shift+T`. */
export function keyName(event: KeyboardEvent): string {
  const { key } = event;
  const held = [event.ctrlKey && 'Control', event.altKey && 'Alt', event.metaKey && 'Meta', event.shiftKey && key.length > 1 && 'Shift'];
  return [...held.filter((name) => name !== false && name !== key), key].join('+');
}
