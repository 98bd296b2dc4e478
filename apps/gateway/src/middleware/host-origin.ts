/** Refuses requests that a foreign web page sends through somebody's browser: DNS rebinding, and cross-site calls. */
import { isIP } from 'node:net';
import { ToolError } from '@sandlot/core';
import type { MiddlewareHandler } from 'hono';
import { previewOfPath, withoutPreview } from '../ui/place.ts';
import type { GatewayEnv } from './auth.ts';

/** Names under which the gateway answers. */
export interface HostRule {
  /** Host names without port; `*.name` allows what is below a name, `*` everything. */
  readonly names: readonly string[];
  /** Also addresses, and names that nobody outside can point elsewhere: for a gateway that others reach. */
  readonly plain: boolean;
}

/** `name`, `name:port`, `[ipv6]`, `[ipv6]:port`, and nothing else. */
const hostShape = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::\d{1,5})?$/i;

/** True when a `Host` header can be one at all. */
export function isHost(text: string | undefined): boolean {
  return text !== undefined && hostShape.test(text);
}

/**
 * Checks the `Host`, the host of the URL, and the `Origin` of a request.
 *
 * @throws ToolError PERMISSION_DENIED
 */
export type HostCheck = (host: string, url: string, origin: string | undefined) => void;

/**
 * Makes the check, which comes before anything else is looked at.
 *
 * A page may call only from the gateway's own origin, or from a host that is named in full: a page on another port of this machine is foreign.
 */
export function createHostCheck(rule: HostRule): HostCheck {
  const exact = new Set(rule.names.map((name) => hostnameOf(name) ?? name));
  const suffixes = rule.names.filter((name) => name.startsWith('*.')).map((name) => name.slice(1).toLowerCase());
  const isNamed = (name: string) => exact.has(name) || exact.has('*') || suffixes.some((suffix) => name.endsWith(suffix));
  const isUs = (name: string) => isNamed(name) || (rule.plain ? isPlain(name) : isLocal(name));
  const isAllowed = (name: string) => isUs(name) || isUs(withoutPreview(name));
  // Most requests carry one and the same Host.
  let lastGood: string | undefined;
  return function checkHost(host, url, origin) {
    if (host !== lastGood) {
      const name = hostnameOf(host);
      if (name === undefined || !isAllowed(name)) {
        throw refused(
          `The Host "${host}" is not allowed.`,
          'Use the address that the gateway showed, or add the name to SANDLOT_ALLOWED_HOSTS.',
        );
      }
      lastGood = host;
    }
    if (!isAt(url, host)) {
      throw refused(`The address in the request line is not that of the Host "${host}".`, 'Send a path in the request line.');
    }
    if (origin !== undefined && !isOwn(origin, host, exact) && !isSandboxed(origin, url)) {
      throw refused(`The Origin "${origin}" is not allowed.`, 'Call from a program, or add the host of the page to SANDLOT_ALLOWED_HOSTS.');
    }
  };
}

/** Applies the check. */
export function hostOrigin(check: HostCheck): MiddlewareHandler<GatewayEnv> {
  return async function hostOrigin(c, next) {
    check(c.req.header('host') ?? '', c.req.url, c.req.header('origin'));
    return next();
  };
}

/** The name in a `Host` header in its one spelling: lower case, no dot at the end, addresses in their short form. */
function hostnameOf(host: string): string | undefined {
  return isHost(host) ? URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '') : undefined;
}

/** True when the URL is at the host: they are made from one another, except when the request line carries an address of its own. */
function isAt(url: string, host: string): boolean {
  const start = url.indexOf('//') + 2;
  if (url.startsWith(host, start) && url[start + host.length] === '/') return true;
  return hostnameOf(URL.parse(url)?.host ?? '') === hostnameOf(host);
}

/** An IP address, a name without a dot, or one that public DNS never has: containers and Kubernetes. */
function isPlain(name: string): boolean {
  return !name.includes('.') || isIP(name) !== 0 || /\.(?:internal|svc|cluster\.local|localhost)$/.test(name);
}

/** This machine: nobody else can be reached by it. */
function isLocal(name: string): boolean {
  return /(?:^|\.)localhost$/.test(name) || name === '[::1]' || (name.startsWith('127.') && isIP(name) !== 0);
}

function isOwn(origin: string, host: string, named: ReadonlySet<string>): boolean {
  const url = /^https?:\/\/[^/]+$/i.test(origin) ? URL.parse(origin) : null;
  if (!url) return false;
  const own = URL.parse(`${url.protocol}//${host}`);
  return url.host === own?.host || named.has(url.hostname);
}

/** A previewed page on the gateway's host has no origin: its requests have a pass in their path instead, which no other page knows. */
function isSandboxed(origin: string, url: string): boolean {
  return origin === 'null' && previewOfPath(new URL(url).pathname)?.pass !== undefined;
}

function refused(message: string, advice: string): ToolError {
  return new ToolError('PERMISSION_DENIED', message, { advice });
}
