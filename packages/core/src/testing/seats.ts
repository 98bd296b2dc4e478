/** Where the examples of a contract suite are called: in a server each, or at a common one. */
import type { ServerDefinition } from '../server.ts';
import { connect, type TestClient } from './connect.ts';
import type { ContractOptions } from './contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A client for one example, and its workspace. */
export interface Seat extends AsyncDisposable {
  readonly client: TestClient;
  readonly folder: string;
}

type Era = 'modern' | 'legacy';

/** The servers of a suite. */
export class Seats implements AsyncDisposable {
  readonly #server: ServerDefinition;
  readonly #options: ContractOptions;
  readonly #common = new Map<Era, Promise<Seat>>();

  constructor(server: ServerDefinition, options: ContractOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** A seat for an example of this tool. */
  async take(era: Era, tool: string): Promise<Seat> {
    const { reset, prepare } = this.#options;
    if (!reset) return this.#open(era);
    const opening = this.#common.get(era) ?? this.#open(era);
    this.#common.set(era, opening);
    const { client, folder } = await opening;
    await prepare?.(folder);
    return { client, folder, [Symbol.asyncDispose]: async () => void (await reset(client, tool)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opening of this.#common.values()) await (await opening)[Symbol.asyncDispose]();
  }

  async #open(era: Era): Promise<Seat> {
    const { prepare, caps, options } = this.#options;
    const folder = await temporaryFolder();
    await prepare?.(folder.path);
    const client = await connect(this.#server, { workspace: folder.path, era, ...(caps && { caps }), ...(options && { options }) });
    return {
      client,
      folder: folder.path,
      async [Symbol.asyncDispose]() {
        await client[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  }
}
