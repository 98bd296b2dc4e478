/** The audit trail: who called what, recorded before it happens and after. */
import { type KeyObject, randomBytes } from 'node:crypto';
import { type Log, ToolError } from '@sandlot/core';
import { beginMembers, type CallEnd, type CallRecord, endMembers } from './call-record.ts';
import { takeLog } from './folder.ts';
import { createSigner, signingKey } from './note.ts';
import { createRedactor, type RedactOptions } from './redact.ts';
import { prune, type Retention } from './retention.ts';
import { readTail } from './tail.ts';
import { Writer } from './writer.ts';

/** Options of {@link openAudit}. */
export interface AuditOptions {
  /** Folder of the logs; made when it is missing. Only the gateway's user should be able to write it. */
  readonly folder: string;
  /** Version of the program that writes. */
  readonly version: string;
  readonly log: Log;
  /** Hash of the configuration that this run has. Default: not recorded. */
  readonly configSha256?: string;
  /** PEM file with an Ed25519 private key. Default: a key of this run, which is never written anywhere. */
  readonly keyFile?: string;
  /** Most records without a checkpoint. Default 1000. */
  readonly checkpointRecords?: number;
  /** Most milliseconds without a checkpoint, also when nothing happens. Default 60,000. */
  readonly checkpointMs?: number;
  /** Bytes after which a new file is begun. Default 64 MiB. */
  readonly fileBytes?: number;
  /** What is kept. Default: 100 files, of any age. */
  readonly retention?: Retention;
  /**
   * `disk`: a call waits until its begin record is on the disk. `kernel`: until the kernel has it, which survives a crash of this
   * process but not of the machine; each checkpoint then waits for the disk. Default `disk`.
   */
  readonly durability?: 'disk' | 'kernel';
  readonly redact?: RedactOptions;
  /** Gets a line per checkpoint, `audit-checkpoint <size>:<hash> <key>`, to be kept where nobody can change it. */
  readonly onCheckpoint?: (line: string) => void;
}

/** A call whose begin record is safe. */
export interface AuditEntry {
  /** Number of the begin record. */
  readonly seq: number;
  /** Records the end. Returns at once; the record is kept until it is written. A second end is ignored. */
  end(end: CallEnd): void;
}

/** An open audit trail. */
export interface AuditTrail extends AsyncDisposable {
  /**
   * Records that a call begins. The call may run when this resolves.
   *
   * @throws ToolError UNAVAILABLE when the record could not be written; the call must not run
   */
  begin(record: CallRecord): Promise<AuditEntry>;
  /** Signs what is there now, and waits until all of it is on the disk. */
  checkpoint(): Promise<void>;
  /** How far it is behind: records that wait, and when the last checkpoint was written, in milliseconds since 1970. */
  status(): { readonly waiting: number; readonly checkpointAt: number | undefined };
}

const defaults = { checkpointRecords: 1000, checkpointMs: 60_000, fileBytes: 64 * 1024 * 1024 };

/**
 * Opens the audit trail. It goes on where the last run ended.
 *
 * @throws ToolError FAILED_PRECONDITION when the end of the log was changed, UNAVAILABLE when it cannot be written, INVALID_ARGUMENT when
 *   the key file is none
 */
export async function openAudit(options: AuditOptions): Promise<AuditTrail> {
  const redact = createRedactor(options.redact ?? {});
  const privateKey = await signingKey(options.keyFile);
  const { folder, lock } = await takeLog(options.folder).catch((error: unknown) => {
    throw ToolError.is(error) ? error : unavailable(error);
  });
  try {
    let checkpointAt: number | undefined;
    const onCheckpoint = (line: string) => {
      checkpointAt = Date.now();
      options.onCheckpoint?.(line);
    };
    const writer = await openWriter(folder, privateKey, { ...options, onCheckpoint });
    const tick = setInterval(() => {
      writer.checkpoint('time').catch(() => {});
      prune(folder, options.retention, writer).catch((error: unknown) => options.log.error('old audit files were not removed', { error }));
    }, options.checkpointMs ?? defaults.checkpointMs).unref();
    let closing: Promise<void> | undefined;
    const close = async () => {
      clearInterval(tick);
      await writer.close().catch((error: unknown) => options.log.error('the audit log could not be closed in order', { error }));
      await lock[Symbol.asyncDispose]();
    };
    return {
      async begin(record) {
        return await begin(writer, beginMembers(record, redact(record.tool, record.args)));
      },
      async checkpoint() {
        await writer.checkpoint('time');
      },
      status: () => ({ waiting: writer.waiting, checkpointAt }),
      [Symbol.asyncDispose]: () => (closing ??= close()),
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw ToolError.is(error) ? error : unavailable(error);
  }
}

/** Opens the writer and begins a run: its genesis and first checkpoint are on the disk when this resolves. */
async function openWriter(folder: string, privateKey: KeyObject, options: AuditOptions): Promise<Writer> {
  const tail = await readTail(folder);
  const signer = createSigner(tail.origin ?? `sandlot/audit/${randomBytes(8).toString('hex')}`, privateKey);
  const writer = new Writer({
    folder,
    tail,
    signer,
    genesis: {
      run: randomBytes(8).toString('hex'),
      origin: signer.origin,
      version: options.version,
      ...(options.configSha256 !== undefined && { config_sha256: options.configSha256 }),
      key: signer.key,
      args_hash: options.redact?.hashKey === undefined ? 'sha256' : 'hmac-sha256',
      checkpoint_records: options.checkpointRecords ?? defaults.checkpointRecords,
      checkpoint_ms: options.checkpointMs ?? defaults.checkpointMs,
    },
    fileBytes: options.fileBytes ?? defaults.fileBytes,
    syncCalls: options.durability !== 'kernel',
    onCheckpoint: options.onCheckpoint ?? (() => {}),
    log: options.log,
  });
  try {
    await writer.flush();
    await prune(folder, options.retention, writer);
    return writer;
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

async function begin(writer: Writer, members: string): Promise<AuditEntry> {
  const seq = await writer.append('begin', members).catch((error: unknown) => {
    throw unavailable(error);
  });
  let ended = false;
  return {
    seq,
    end(end) {
      if (ended) return;
      ended = true;
      writer.appendLater('end', endMembers(seq, end));
    },
  };
}

function unavailable(cause: unknown): ToolError {
  return new ToolError('UNAVAILABLE', 'The audit log cannot be written, and nothing runs without it.', {
    cause,
    advice: 'Call again when the audit log can be written; the log of the gateway says what is wrong, often a full disk.',
  });
}
