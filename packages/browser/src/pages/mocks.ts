/** Answers requests of pages in place of the network. */
import { ToolError } from '@sandlot/core';
import type { BrowserContext, Route } from 'playwright-core';

/** What happens to requests whose URL fits the pattern. */
export interface Mock {
  /** Glob, such as `**\/api/users`. */
  readonly pattern: string;
  /** Answer with this status; default 200 when there is a body. */
  readonly status?: number | undefined;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** `Name: value`; of the answer, or of the request when it goes on to the network. */
  readonly headers?: readonly string[] | undefined;
  /** Names of headers, separated by commas, that the request goes on without. */
  readonly removeHeaders?: string | undefined;
  /** Let the request fail. */
  readonly abort?: boolean | undefined;
}

const mostMocks = 100;

export class Mocks {
  readonly #context: BrowserContext;
  readonly #active: { mock: Mock; handler: (route: Route) => Promise<void> }[] = [];

  constructor(context: BrowserContext) {
    this.#context = context;
  }

  get list(): readonly Mock[] {
    return this.#active.map(({ mock }) => mock);
  }

  /** Adds one; the latest that fits wins. @throws ToolError for headers that are none */
  async add(mock: Mock): Promise<void> {
    if (this.#active.length >= mostMocks) throw new ToolError('RESOURCE_EXHAUSTED', `${mostMocks} routes are set, the most there may be.`);
    const headers = parseHeaders(mock.headers ?? []);
    const removed = (mock.removeHeaders ?? '').split(',').map((name) => name.trim().toLowerCase());
    const handler = async (route: Route) => {
      if (mock.abort) return route.abort();
      if (mock.status !== undefined || mock.body !== undefined) {
        const { status = 200, body = '', contentType } = mock;
        return route.fulfill({ status, body, headers, ...(contentType !== undefined && { contentType }) });
      }
      const kept = Object.entries(route.request().headers()).filter(([name]) => !removed.includes(name));
      return route.continue({ headers: { ...Object.fromEntries(kept), ...headers } });
    };
    await this.#context.route(mock.pattern, handler);
    this.#active.push({ mock, handler });
  }

  /** Removes those with this pattern, or all. Returns how many there were. */
  async remove(pattern?: string): Promise<number> {
    const gone = this.#active.filter(({ mock }) => pattern === undefined || mock.pattern === pattern);
    for (const entry of gone) {
      await this.#context.unroute(entry.mock.pattern, entry.handler);
      this.#active.splice(this.#active.indexOf(entry), 1);
    }
    return gone.length;
  }
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) {
        throw new ToolError('INVALID_ARGUMENT', `"${line.slice(0, 100)}" is no header.`, { advice: 'Write "Name: value".' });
      }
      return [name.toLowerCase(), value];
    }),
  );
}
