declare module '*.css';

declare module '@novnc/novnc' {
  /** See docs/API.md of the package. */
  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: WebSocket | string, options?: { shared?: boolean });
    scaleViewport: boolean;
    resizeSession: boolean;
    viewOnly: boolean;
    background: string;
    clipboardPasteFrom(text: string): void;
    disconnect(): void;
    focus(): void;
  }
}
