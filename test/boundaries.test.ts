import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const servers = ['file', 'shell', 'browser', 'markitdown', 'code', 'desktop'];

/** What a workspace may import of the others; `@sandlot/markitdown/convert` is a library without MCP. */
const allowed: Record<string, readonly RegExp[]> = {
  'packages/core': [/^@sandlot\/core(\/|$)/],
  'apps/gateway': [/^@sandlot\/\w+$/, /^@sandlot\/core\//],
  'packages/sdk': [],
  'apps/console': [],
  ...Object.fromEntries(
    servers.map((name) => [
      `packages/${name}`,
      [/^@sandlot\/core(\/|$)/, /^@sandlot\/markitdown\/convert$/, new RegExp(`^@sandlot/${name}(/|$)`)],
    ]),
  ),
};

/** Imports that no file outside tests may have, by folder. A server and its domain know nothing of MCP or HTTP. */
const forbidden: Record<string, RegExp> = Object.fromEntries(
  servers.map((name) => [`packages/${name}/src`, /^(hono|@hono|@modelcontextprotocol)(\/|$)/]),
);

/** One broken rule, in words. */
export function brokenBoundaries(files: readonly { path: string; text: string }[]): string[] {
  return files.flatMap(({ path, text }) => {
    const workspace = path.split('/').slice(0, 2).join('/');
    const isTest = /\.test\.ts$|\/(test|bench|demo|scripts)\//.test(path);
    return importsOf(text).flatMap((name) => {
      const broken: string[] = [];
      if (name.startsWith('@sandlot/') && !isTest && !allowed[workspace]?.some((rule) => rule.test(name)))
        broken.push(`${path} imports ${name}`);
      if (name.startsWith('.') && !isTest && !join(path, '..', name).startsWith(`${workspace}/`))
        broken.push(`${path} reaches into ${name}`);
      const folder = Object.keys(forbidden).find((key) => path.startsWith(`${key}/`));
      if (folder && !isTest && forbidden[folder]?.test(name)) broken.push(`${path} imports ${name}: a server knows nothing of MCP or HTTP`);
      return broken;
    });
  });
}

function importsOf(text: string): string[] {
  return [
    ...text.matchAll(
      /(?:^|\s)(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|^import\s+['"]([^'"]+)['"]/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (['node_modules', 'dist'].includes(entry)) return [];
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry) ? [path] : [];
  });
}

describe('dependency direction', () => {
  it('holds in every file', () => {
    const files = ['packages', 'apps'].flatMap((folder) => sources(join(root, folder)));
    expect(files.length).toBeGreaterThan(50);
    expect(brokenBoundaries(files.map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') })))).toEqual([]);
  });

  it('is seen to break', () => {
    const broken = (path: string, text: string) => brokenBoundaries([{ path, text }]);
    expect(broken('packages/file/src/tools/read.ts', `import { shell } from '@sandlot/shell';`)).toEqual([
      'packages/file/src/tools/read.ts imports @sandlot/shell',
    ]);
    expect(broken('packages/file/src/index.ts', `export { x } from '@sandlot/gateway';`)).toHaveLength(1);
    expect(broken('packages/file/src/index.ts', `const x = await import('@sandlot/browser');`)).toHaveLength(1);
    expect(broken('packages/file/src/index.ts', `import type { X } from '../../shell/src/index.ts';`)).toHaveLength(1);
    expect(broken('packages/file/src/index.ts', `import { X } from '../../../packages/shell/src/index.ts';`)).toHaveLength(1);
    expect(broken('packages/core/src/index.ts', `import '@sandlot/file';`)).toHaveLength(1);
    expect(broken('packages/shell/src/sessions/run.ts', `import { Hono } from 'hono';`)).toHaveLength(1);
    expect(broken('packages/browser/src/pages/markdown.ts', `import { convertHtml } from '@sandlot/markitdown/convert';`)).toHaveLength(0);
    expect(broken('packages/browser/src/pages/markdown.ts', `import { markitdown } from '@sandlot/markitdown';`)).toHaveLength(1);
    expect(broken('apps/gateway/src/app.ts', `import { x } from '@sandlot/shell/src/tools';`)).toHaveLength(1);
  });

  it('is declared: a package imports only what its package.json names', () => {
    const folders = ['packages', 'apps'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
    for (const folder of folders) {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
        name: string;
        dependencies?: Record<string, string>;
        optionalDependencies?: Record<string, string>;
      };
      const own = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).filter((name) =>
        name.startsWith('@sandlot/'),
      );
      const rules = allowed[folder] ?? [];
      expect(rules.length, `${folder} has no rule in test/boundaries.test.ts`).toBeGreaterThanOrEqual(0);
      for (const name of own)
        expect(
          rules.some((rule) => rule.test(name) || rule.test(`${name}/convert`)),
          `${manifest.name} depends on ${name}`,
        ).toBe(true);
    }
  });
});
