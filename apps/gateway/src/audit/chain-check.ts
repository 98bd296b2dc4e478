/** What must hold from record to record. */
import { parseVerifierKey, type Verifier, verifyNote } from './note.ts';
import { checkpointSchema, type Envelope, type Genesis, genesisSchema, hashLine, parseRecord, prunedSchema, zeroHash } from './record.ts';
import type { Fault, Run, Torn, Verification } from './report.ts';

/** Checks records one after the other. */
export class ChainCheck {
  readonly #keys: ReadonlySet<string> | undefined;
  #file = '';
  #isFirstLine = false;
  #first: number | undefined;
  #size = 0;
  #head = zeroHash;
  #genesis: Genesis | undefined;
  #verifier: Verifier | undefined;
  #runs: Run[] = [];
  #unsigned = 0;
  #mustSign = false;
  #prunedTo = 0;
  #open = new Set<number>();
  #torn: Torn[] = [];
  #pendingTorn: Torn[] = [];

  constructor(keys: ReadonlySet<string> | undefined) {
    this.#keys = keys;
  }

  /** Records so far, with those before the first file. */
  get size(): number {
    return this.#size;
  }

  /** Hash of the last record. */
  get head(): string {
    return this.#head;
  }

  /** Number of the first record. */
  get first(): number {
    return this.#first ?? 0;
  }

  /** Name of the log. */
  get origin(): string | undefined {
    return this.#genesis?.origin;
  }

  beginFile(name: string): void {
    this.#file = name;
    this.#isFirstLine = true;
  }

  /** Takes a last line without a newline. It must be named by the next record. */
  addTorn(bytes: Buffer): void {
    this.#pendingTorn.push({ file: this.#file, bytes: bytes.length, sha256: hashLine(bytes) });
  }

  /** Takes the next record. A fault leaves the state as it was before it. */
  add(record: Envelope | undefined, bytes: Buffer, hash: string): Fault | undefined {
    if (!record) return broken('this line is no record');
    const fault = this.#checkLink(record) ?? this.#checkPlace(record) ?? this.#checkContent(record, bytes);
    if (fault) return fault;
    this.#first ??= record.seq;
    this.#size = record.seq + 1;
    this.#head = hash;
    this.#isFirstLine = false;
    return undefined;
  }

  /** What can only be said at the end. */
  end(isWhole: boolean): Fault | undefined {
    if (!isWhole || this.first <= this.#prunedTo) return undefined;
    return broken(`the records before ${this.first} are missing, and retention did not remove them`);
  }

  /** Whether a record is a checkpoint that was signed for the very place at which it says it stands. */
  isSigned({ seq, prev, type }: Envelope, bytes: Buffer): boolean {
    const checkpoint = type === 'checkpoint' ? parseRecord(bytes, checkpointSchema) : undefined;
    const signed = checkpoint && this.#verifier && verifyNote(checkpoint.note, this.#verifier);
    return signed?.origin === this.#genesis?.origin && signed?.size === seq && signed.head === prev;
  }

  report(): Omit<Verification, 'fault' | 'anchorsMet'> {
    return {
      origin: this.#genesis?.origin,
      first: this.first,
      size: this.#size,
      head: this.#head,
      runs: this.#runs,
      unsigned: this.#unsigned,
      open: [...this.#open],
      torn: this.#torn,
      pendingTorn: this.#pendingTorn,
    };
  }

  #checkLink({ seq, prev }: Envelope): Fault | undefined {
    const isStart = this.#first === undefined;
    if (isStart && seq > 0) return void ((this.#size = seq), (this.#head = prev));
    if (seq > this.#size) return broken(`record ${this.#size} is missing: record ${seq} stands in its place`);
    if (seq < this.#size) return broken(`record ${this.#size} is expected, but record ${seq} stands here`);
    if (prev !== this.#head) return broken('this record or the one before it was changed: their hashes do not fit');
    return undefined;
  }

  #checkPlace({ type }: Envelope): Fault | undefined {
    if (this.#isFirstLine && type !== 'genesis') return broken('a file must begin with a genesis record');
    if (this.#pendingTorn.length > 0 && type !== 'genesis') return broken('the cut-off line before this record is not accounted for');
    if (type === 'genesis' || type === 'checkpoint') return undefined;
    if (this.#mustSign || this.#unsigned >= (this.#genesis?.checkpoint_records ?? 0)) return unsigned('a checkpoint is missing here');
    return undefined;
  }

  #checkContent(record: Envelope, bytes: Buffer): Fault | undefined {
    if (record.type === 'begin') this.#open.add(record.seq);
    else if (record.type === 'end') return this.#checkEnd(record);
    else if (record.type === 'checkpoint') return this.#checkCheckpoint(record, bytes);
    else if (record.type === 'genesis') return this.#checkGenesis(record, bytes);
    else if (record.type === 'pruned') this.#prunedTo = parseRecord(bytes, prunedSchema)?.size ?? this.#prunedTo;
    this.#unsigned++;
    return undefined;
  }

  #checkEnd({ call, seq }: Envelope): Fault | undefined {
    if (call === undefined || (!this.#open.delete(call) && call >= this.first)) return broken(`record ${seq} ends a call that is not open`);
    this.#unsigned++;
    return undefined;
  }

  #checkCheckpoint(record: Envelope, bytes: Buffer): Fault | undefined {
    if (!this.isSigned(record, bytes)) return unsigned('this checkpoint was not signed by the key of its run, or for another place');
    const run = this.#runs.at(-1);
    if (run) run.closed = parseRecord(bytes, checkpointSchema)?.reason === 'close' ? true : undefined;
    this.#unsigned = 0;
    this.#mustSign = false;
    return undefined;
  }

  #checkGenesis({ seq, prev }: Envelope, bytes: Buffer): Fault | undefined {
    const genesis = parseRecord(bytes, genesisSchema);
    const key = genesis && parseVerifierKey(genesis.key);
    if (!genesis || !key) return broken('this genesis record is malformed');
    if (this.#genesis && genesis.origin !== this.#genesis.origin) return broken(`this belongs to another log, "${genesis.origin}"`);
    if (genesis.previous && (genesis.previous.size !== seq || genesis.previous.head !== prev))
      return broken('this file does not follow the one before it');
    const knowsBefore = this.#first !== undefined || seq === 0;
    if (knowsBefore && JSON.stringify(genesis.torn ?? []) !== JSON.stringify(this.#pendingTorn))
      return broken('this genesis record does not name the cut-off line before it');
    if (this.#keys && !this.#keys.has(key.raw.toString('base64'))) return unsigned(`a run signs with an unknown key, ${genesis.key}`);
    const last = this.#runs.at(-1);
    if (last?.run !== genesis.run) {
      if (last) last.closed ??= false;
      this.#runs.push({ run: genesis.run, key: genesis.key, version: genesis.version, ts: genesis.ts, seq, closed: undefined });
    }
    this.#torn.push(...(genesis.torn ?? []));
    this.#pendingTorn = [];
    this.#genesis = genesis;
    this.#verifier = key;
    this.#mustSign = true;
    this.#unsigned++;
    return undefined;
  }
}

function broken(message: string): Fault {
  return { kind: 'chain', message };
}

function unsigned(message: string): Fault {
  return { kind: 'signature', message };
}
