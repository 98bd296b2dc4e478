/** What was added and switched off over the API: a file in the state folder, so that it outlives a restart. */
import { join } from 'node:path';
import { z } from 'zod';
import { readStateFile, writeStateFile } from '../config/state-file.ts';

const schema = z.object({
  /** Servers that were added, as in `sandlot.json`. */
  mcpServers: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  /** By id of any added server: what stands here goes before its own `disabled`. */
  disabled: z.record(z.string(), z.boolean()).default({}),
});

/** The content of the file. */
export type AddedServers = z.output<typeof schema>;

/** The file. */
export class AddedServersFile {
  readonly #path: string;

  constructor(stateDir: string) {
    this.#path = join(stateDir, 'servers.json');
  }

  /** @throws ToolError FAILED_PRECONDITION when it is damaged: what was switched off must not come back by that */
  async read(): Promise<AddedServers> {
    return (await readStateFile(this.#path, schema)) ?? { mcpServers: {}, disabled: {} };
  }

  write(servers: AddedServers): Promise<void> {
    return writeStateFile(this.#path, servers);
  }
}
