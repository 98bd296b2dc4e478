/** The console: static files that need no credential and hold no secret. A person gives the key to the page, which sends it as a header. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyOf } from '@sandlot/core/http';
import { type Context, Hono } from 'hono';
import type { GatewayEnv } from '../middleware/auth.ts';
import { callerOfPass } from './entrance.ts';
import { basePathOf } from './place.ts';
import type { Uis } from './uis.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** xterm.js sets styles from scripts. Pages that could take hold of this one's window are kept apart from it. */
const page = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Where pages of AIO Sandbox are, and what of the console shows the same. */
const pages: Readonly<Record<string, string>> = {
  '/terminal': 'terminals',
  '/vnc': 'screen',
  '/vnc/': 'screen',
  '/vnc/index.html': 'screen',
  '/browser-ui': 'browser',
};

/** Makes the routes. They belong before what asks for a credential. */
export function consoleRoutes(uis: Uis): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  const { basePath, asksForKey } = uis.options;
  app.get('/', (c, next) => (c.env?.upgrade ? next() : file(c, 'index.html')));
  app.get('/console/:name{[A-Za-z0-9_-]+\\.[A-Za-z0-9.]+}', (c, next) =>
    c.env?.upgrade ? next() : file(c, join('console', c.req.param('name'))),
  );
  for (const [path, panel] of Object.entries(pages)) {
    app.get(path, (c, next) => {
      if (c.env?.upgrade || !(c.req.header('accept') ?? '').includes('text/html')) return next();
      const { search } = new URL(c.req.url);
      return Promise.resolve(c.redirect(`${basePathOf(c.req.raw.headers, basePath)}/#${panel}${search}`, 302));
    });
  }
  for (const path of asksForKey ? ['/code-server/*', '/jupyter/*', '/proxy/*'] : []) {
    app.get(path, (c, next) => {
      if (!isStranger(c, uis)) return next();
      return Promise.resolve(c.redirect(`${basePathOf(c.req.raw.headers, basePath)}/#apps`, 302));
    });
  }
  return app;
}

/** Somebody who opens a page without anything: the console asks for the key, and leads on. */
function isStranger(c: Context<GatewayEnv>, uis: Uis): boolean {
  const { headers } = c.req.raw;
  if (c.env?.upgrade || headers.get('sec-fetch-mode') !== 'navigate' || keyOf(headers) !== undefined || c.req.query('ticket') !== undefined)
    return false;
  const place = uis.placeOf(new URL(c.req.url).pathname);
  return place !== undefined && place.pass === undefined && callerOfPass(c, place, uis.passes) === undefined;
}

async function file(c: Context<GatewayEnv>, name: string): Promise<Response> {
  const bytes = await read(name);
  if (!bytes)
    return c.text(
      name === 'index.html' ? 'The console is not built: npm run build. The API is at /v1/openapi.json, MCP at /mcp.\n' : 'Not found.\n',
      404,
    );
  const isPage = name === 'index.html';
  // Names of all other files change with what is in them.
  c.env?.outgoing?.removeHeader('Cache-Control');
  return c.body(bytes, 200, {
    'Content-Type': types[extname(name)] ?? 'application/octet-stream',
    'Cache-Control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    ...(isPage && page),
  });
}

/** From `dist/console`, whether this file runs from source, as it was compiled, or bundled. */
async function read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (const folder of ['../../dist/console/', '../console/']) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    try {
      return new Uint8Array(await readFile(join(path, name)));
    } catch {
      // It may be in the other place.
    }
  }
  return undefined;
}
