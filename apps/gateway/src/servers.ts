/** The servers that come with Sandlot. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browser } from '@sandlot/browser';
import { code } from '@sandlot/code';
import type { ServerDefinition } from '@sandlot/core';
import { file } from '@sandlot/file';
import { markitdown } from '@sandlot/markitdown';
import { shell } from '@sandlot/shell';

/** A server and the program file that serves it. */
export interface InstalledServer {
  readonly server: ServerDefinition;
  readonly bin: string;
}

/** Our servers, in the order in which their tools are listed. */
export const ownServers: readonly InstalledServer[] = [file, shell, browser, markitdown, code].map((server) => ({
  server,
  bin: binOf(server.name),
}));

/** The program file of a server's package: bundled when this one is and there is a bundle, else the sibling of its index. */
function binOf(name: string): string {
  const index = fileURLToPath(import.meta.resolve(`@sandlot/${name}`));
  const bundled = join(dirname(index), 'bundle', 'bin.js');
  if (basename(dirname(fileURLToPath(import.meta.url))) === 'bundle' && existsSync(bundled)) return bundled;
  return join(dirname(index), `bin${extname(index)}`);
}
