/**
 * The one writer of a log. Whatever arrives while the disk syncs is written together and shares the next sync.
 */
import { setImmediate } from 'node:timers/promises';
import type { Log } from '@sandlot/core';
import { auditFile } from './folder.ts';
import { LogFile } from './log-file.ts';
import type { Signer } from './note.ts';
import { type CheckpointReason, type Genesis, hashLine, now, toLine, toMembers } from './record.ts';
import type { Tail } from './tail.ts';

/** Options of a {@link Writer}. */
export interface WriterOptions {
  readonly folder: string;
  readonly tail: Tail;
  readonly signer: Signer;
  /** The genesis record without what depends on where the log is. */
  readonly genesis: Omit<Genesis, 'ts' | 'cause' | 'previous' | 'torn'>;
  /** A file of this size is followed by a new one. */
  readonly fileBytes: number;
  /** False: a call waits for the kernel only, and checkpoints for the disk. */
  readonly syncCalls: boolean;
  /** Gets every checkpoint when it is on the disk. */
  readonly onCheckpoint: (line: string) => void;
  readonly log: Log;
}

interface Entry {
  readonly type: string;
  /** Members of the record; a function when they depend on what stands before it. */
  readonly members: string | ((size: number, head: string) => string);
  /** Whether it must be on the disk. */
  readonly sync: boolean;
}

interface Item {
  /** Undefined: nothing but the wish to know when all before it is written. */
  readonly record: Entry | undefined;
  /** Settles the caller, who waits; without it the record is kept until it can be written. */
  readonly settle?: { resolve: (seq: number) => void; reject: (error: unknown) => void };
}

/** How long a record that nobody waits for waits for others, in milliseconds: the next begin takes it along in the same write. */
const gatherMs = 10;

/** Appends records to a log. */
export class Writer {
  readonly #options: WriterOptions;
  #file: LogFile;
  #index: number;
  #size: number;
  #head: string;
  /** Why the next record must be a genesis; undefined when it must not. */
  #opening: Pick<Genesis, 'cause' | 'previous' | 'torn'> | undefined;
  #sinceCheckpoint = 0;
  #queue: Item[] = [];
  #pumping: Promise<void> | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #failing = false;

  constructor(options: WriterOptions) {
    const { tail } = options;
    this.#options = options;
    this.#file = new LogFile(tail.file.path);
    this.#index = tail.file.index;
    this.#size = tail.size;
    this.#head = tail.head;
    this.#opening = {
      cause: tail.previous ? 'restart' : 'new',
      ...(tail.previous && { previous: tail.previous }),
      ...(tail.torn.length > 0 && { torn: tail.torn }),
    };
  }

  /** How many records wait to be written. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Resolves with the record's number when it is safe. Rejects when it could not be written; then it never will be. */
  append(type: string, members: string): Promise<number> {
    return this.#enqueue({ type, members, sync: this.#options.syncCalls });
  }

  /** Writes a record with the next one, at the latest in a few milliseconds; while the disk fails it is kept. The next sync covers it. */
  appendLater(type: string, members: string): void {
    this.#queue.push({ record: { type, members, sync: false } });
    if (!this.#pumping) this.#gathering ??= setTimeout(() => this.#start(), gatherMs);
  }

  /** Waits until what was asked for is safe, and a new run has begun. */
  flush(): Promise<void> {
    return this.#enqueue(undefined).then(() => {});
  }

  /** Signs what is there. */
  checkpoint(reason: CheckpointReason): Promise<number> {
    return this.#enqueue(this.#checkpointItem(reason));
  }

  /** Waits for everything that was asked for, signs the end and closes the file. */
  async close(): Promise<void> {
    try {
      await this.checkpoint('close');
    } finally {
      await this.#pumping;
      this.#file.close();
    }
  }

  /** Closes the file after a beginning that failed. */
  abandon(): void {
    this.#file.close();
  }

  #enqueue(record: Entry | undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, settle: { resolve, reject } });
      this.#start();
    });
  }

  #start(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    // Whatever comes in this turn of the event loop is written together.
    await setImmediate();
    while (this.#queue.some(({ settle }) => settle) || (this.#queue.length > 0 && !this.#failing)) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        if (this.#file.size >= this.#options.fileBytes) await this.#nextFile();
        await this.#write(batch);
        this.#recovered();
      } catch (error) {
        this.#failed(error);
        this.#queue.unshift(...batch.filter(({ settle }) => !settle));
        for (const { settle } of batch) settle?.reject(error);
      }
    }
    this.#pumping = undefined;
  }

  /** Writes a batch and commits to it: all of it is in the log, or nothing is. */
  async #write(batch: readonly Item[]): Promise<void> {
    let [size, head, since] = [this.#size, this.#head, this.#sinceCheckpoint];
    const lines: string[] = [];
    const checkpoints: string[] = [];
    let sync = false;
    const add = ({ type, members, sync: mustSync }: Entry): number => {
      if (type === 'checkpoint') checkpoints.push(`audit-checkpoint ${size}:${head} ${this.#options.signer.key}`);
      const line = toLine(size, type, typeof members === 'string' ? members : members(size, head), head);
      lines.push(line);
      since = type === 'checkpoint' ? 0 : since + 1;
      head = hashLine(line);
      sync ||= mustSync;
      const seq = size++;
      if (since >= this.#options.genesis.checkpoint_records) add(this.#checkpointItem('count'));
      return seq;
    };
    for (const record of this.#openingRecords()) add(record);
    const numbers = batch.map(({ record }) => (record ? add(record) : size));
    if (lines.length > 0) await this.#file.append(lines.join(''), sync);
    this.#size = size;
    this.#head = head;
    this.#sinceCheckpoint = since;
    this.#opening = undefined;
    batch.forEach(({ settle }, at) => settle?.resolve(numbers[at] ?? size));
    for (const line of checkpoints) this.#tell(line);
  }

  #openingRecords(): Entry[] {
    if (!this.#opening) return [];
    const { cause, previous, torn } = this.#opening;
    const members = toMembers({ ...now(), cause, ...this.#options.genesis, previous, torn });
    return [{ type: 'genesis', members, sync: true }, this.#checkpointItem('start')];
  }

  #checkpointItem(reason: CheckpointReason): Entry {
    return { type: 'checkpoint', members: this.#checkpointMembers(reason), sync: true };
  }

  #checkpointMembers(reason: CheckpointReason): (size: number, head: string) => string {
    return (size, head) => toMembers({ ...now(), reason, note: this.#options.signer.sign(size, head) });
  }

  async #nextFile(): Promise<void> {
    if (this.#sinceCheckpoint > 0) await this.#write([{ record: this.#checkpointItem('rotation') }]);
    const next = auditFile(this.#options.folder, this.#index + 1);
    const file = new LogFile(next.path);
    const previous = { file: auditFile(this.#options.folder, this.#index).name, size: this.#size, head: this.#head, closed: false };
    this.#file.close();
    this.#file = file;
    this.#index = next.index;
    this.#opening ??= { cause: 'rotation', previous };
  }

  #tell(line: string): void {
    try {
      this.#options.onCheckpoint(line);
    } catch (error) {
      this.#options.log.error('the receiver of audit checkpoints failed', { error });
    }
  }

  #failed(error: unknown): void {
    if (!this.#failing) this.#options.log.error('the audit log cannot be written; calls are refused', { error });
    this.#failing = true;
  }

  #recovered(): void {
    if (this.#failing) this.#options.log.warn('the audit log can be written again');
    this.#failing = false;
  }
}
