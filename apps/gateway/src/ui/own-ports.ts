/** The ports of this machine that are no preview: what listens there is Sandlot's own, or may be the operator's. */
import { ToolError } from '@sandlot/core';

/** Tells which ports may be previewed. */
export class OwnPorts {
  readonly #blocked: ReadonlySet<number>;
  readonly #urls: (() => Iterable<string>)[] = [];

  /** @param blocked ports that the operator named */
  constructor(blocked: readonly number[]) {
    this.#blocked = new Set(blocked);
  }

  /** Adds the ports of those of the URLs that are this machine's; they are asked for again at each request. */
  addUrls(urls: () => Iterable<string>): void {
    this.#urls.push(urls);
  }

  /** @param gateway the port of the gateway itself. @throws ToolError PERMISSION_DENIED for a port below 1024 or one of our own */
  check(port: number, gateway: number | undefined): void {
    if (port < 1024) throw refused(`Port ${port} is below 1024, and such ports are not previewed.`);
    if (port === gateway) throw refused(`Port ${port} is the gateway's own.`);
    if (this.#blocked.has(port)) throw refused(`Port ${port} is not previewed here.`);
    for (const urls of this.#urls) {
      for (const url of urls()) if (localPort(url) === port) throw refused(`Port ${port} is one of Sandlot's own.`);
    }
  }
}

/** The port of a URL of this machine; undefined for another machine's, and for what is no URL. */
function localPort(text: string): number | undefined {
  const url = URL.parse(text);
  if (!url || !/^(?:localhost|.*\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(url.hostname)) return undefined;
  return Number(url.port || (/^(?:https|wss):$/.test(url.protocol) ? 443 : 80));
}

function refused(message: string): ToolError {
  return new ToolError('PERMISSION_DENIED', message, { advice: 'Let your server listen on another port, from 1024 on.' });
}
