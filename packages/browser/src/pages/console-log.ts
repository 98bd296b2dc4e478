/** The last messages that a page wrote to its console, with its uncaught errors. */
import type { Page } from 'playwright-core';

/** From most to least severe. */
export const consoleLevels = ['error', 'warning', 'info', 'debug'] as const;
export type ConsoleLevel = (typeof consoleLevels)[number];

/** One message. */
export interface ConsoleMessage {
  readonly level: ConsoleLevel;
  readonly text: string;
  readonly place: string;
  /** Number of the document that wrote it. */
  readonly document: number;
}

const kept = 1_000;
const longest = 2_000;

export class ConsoleLog {
  readonly messages: ConsoleMessage[] = [];
  #document = 0;
  #told = 0;
  #dropped = 0;

  constructor(page: Page) {
    page.on('framenavigated', (frame) => void (frame === page.mainFrame() && this.#document++));
    page.on('console', (message) => {
      const { url, lineNumber } = message.location();
      this.#add({ level: toLevel(message.type()), text: message.text(), place: url ? `${url}:${lineNumber}` : '' });
    });
    page.on('pageerror', (error) => this.#add({ level: 'error', text: error.stack ?? String(error), place: '' }));
  }

  /** Messages at least as severe as `level`; of this document only unless `all`. */
  list(level: ConsoleLevel, all: boolean): ConsoleMessage[] {
    const most = consoleLevels.indexOf(level);
    return this.messages.filter((message) => consoleLevels.indexOf(message.level) <= most && (all || message.document === this.#document));
  }

  /** Errors since this was asked last. */
  newErrors(): ConsoleMessage[] {
    const fresh = this.messages.slice(Math.max(0, this.#told - this.#dropped)).filter(({ level }) => level === 'error');
    this.#told = this.#dropped + this.messages.length;
    return fresh;
  }

  #add(message: Omit<ConsoleMessage, 'document'>): void {
    this.messages.push({ ...message, text: message.text.slice(0, longest), document: this.#document });
    if (this.messages.length > kept) {
      this.messages.shift();
      this.#dropped++;
    }
  }
}

function toLevel(type: string): ConsoleLevel {
  if (type === 'error' || type === 'assert') return 'error';
  if (type === 'warning') return 'warning';
  return type === 'debug' || type === 'trace' ? 'debug' : 'info';
}
