/** The servers that come with Sandlot. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browser } from '@sandlot/browser';
import { code } from '@sandlot/code';
import { type ServerDefinition, ToolError } from '@sandlot/core';
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

/**
 * The servers with these names.
 *
 * @throws ToolError INVALID_ARGUMENT for a name that no server has
 */
export function selectServers(names: readonly string[] | undefined): readonly InstalledServer[] {
  if (names === undefined) return ownServers;
  const known = ownServers.map(({ server }) => server.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return ownServers.filter(({ server }) => names.includes(server.name));
  throw new ToolError('INVALID_ARGUMENT', `--own-servers: there is no server "${unknown}".`, { advice: `Known: ${known.join(', ')}.` });
}

/** The program file of a server's package: bundled when this one is and there is a bundle, else the sibling of its index. */
function binOf(name: string): string {
  const index = fileURLToPath(import.meta.resolve(`@sandlot/${name}`));
  const bundled = join(dirname(index), 'bundle', 'bin.js');
  if (basename(dirname(fileURLToPath(import.meta.url))) === 'bundle' && existsSync(bundled)) return bundled;
  return join(dirname(index), `bin${extname(index)}`);
}
