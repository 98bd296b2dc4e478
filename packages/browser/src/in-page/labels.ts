/** Runs inside a page: Playwright sends the source of these functions, so they use nothing from outside themselves. */

/** A label and where it goes, in CSS pixels of the viewport. */
export interface Label {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Draws frames with labels over the page, in a closed shadow root, so that neither its styles nor its scripts meet them. */
export function drawLabels({ id, labels }: { id: string; labels: Label[] }): void {
  const host = document.createElement(id);
  const root = host.attachShadow({ mode: 'closed' });
  for (const { text, x, y, width, height } of labels) {
    const frame = document.createElement('div');
    frame.style.cssText = `position:fixed;left:${x}px;top:${y}px;width:${width}px;height:${height}px;outline:1px solid #d00;z-index:2147483647;pointer-events:none`;
    const label = document.createElement('span');
    label.style.cssText = 'position:absolute;left:0;top:0;font:bold 10px/12px monospace;background:#d00;color:#fff;padding:0 2px';
    label.textContent = text;
    frame.append(label);
    root.append(frame);
  }
  document.documentElement.append(host);
}

/** Takes them away again. */
export function eraseLabels(id: string): void {
  document.querySelector(id)?.remove();
}
