/** Where a user interface stands: a path of the gateway, or a host name of its own for a previewed port. */

/** Sub-path in which a UI stands, and what is asked for below it. */
export interface Place {
  /** What stands there: `code-server`, `jupyter`, `vnc`, `proxy`. Its scope is `ui:<id>`. */
  readonly id: string;
  /** Path of the gateway, with a slash at both ends. Tickets, cookies and passes are good for it and what is below. */
  readonly path: string;
  /** The previewed port. */
  readonly port?: number;
  /**
   * How a port is previewed.
   * - `strip`: `/proxy/<port>/x` is `/x` of the server.
   * - `keep`: `/absproxy/<port>/x` is the same for the server.
   * - `host`: `<port>-<host>` is an origin of its own.
   */
  readonly form?: 'strip' | 'keep' | 'host';
  /** The pass in the path, see `passes.ts`. */
  readonly pass?: string;
  /** What is asked for, from the slash at the end of the place on. */
  readonly rest: string;
}

const previewPath = /^\/(proxy|absproxy)\/([1-9]\d{0,4})(?:~([\w-]{22}))?(\/.*)$/;
const previewHost = /^([1-9]\d{0,4})-(.+)$/;

/** The scope of what stands at a place. */
export function scopeOf({ id }: Pick<Place, 'id'>): string {
  return `ui:${id}`;
}

/** The place of a path of the form `/proxy/<port>/…`; undefined for another path, and for one that is no port. */
export function previewOfPath(path: string): Place | undefined {
  const [, kind, digits, pass, rest = '/'] = previewPath.exec(path) ?? [];
  const port = Number(digits);
  if (kind === undefined || port > 65_535) return undefined;
  return { id: 'proxy', path: `/${kind}/${port}/`, port, form: kind === 'proxy' ? 'strip' : 'keep', rest, ...(pass && { pass }) };
}

/** The place of a request to the host `<port>-<host>`. @param host name without a port */
export function previewOfHost(host: string, path: string): Place | undefined {
  const port = Number(previewHost.exec(host)?.[1]);
  return port > 0 && port <= 65_535 ? { id: 'proxy', path: `/proxy/${port}/`, port, form: 'host', rest: path } : undefined;
}

/** A host name without the port of a preview: `3000-box.example` is `box.example`. */
export function withoutPreview(name: string): string {
  return previewHost.exec(name)?.[2] ?? name;
}

/** The part of a URL under which a proxy shows the gateway, such as `/sandbox`; empty when there is none. */
export function basePathOf(headers: Headers, configured: string): string {
  const told = headers.get('x-forwarded-prefix')?.replace(/\/+$/, '');
  return told !== undefined && isBasePath(told) ? told : configured;
}

/** True for `/a/b`, of plain characters and without a slash at its end. */
export function isBasePath(text: string): boolean {
  return text.length <= 200 && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(text);
}
