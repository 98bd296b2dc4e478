/** Makes the copy of a call's arguments that may be kept: without secrets, and of bounded size. */
import { createHmac, hash } from 'node:crypto';
import { createSecretScan, type SecretScan } from './secrets.ts';

/** Options of {@link createRedactor}. */
export interface RedactOptions {
  /** Values that must never be recorded, such as every key that the gateway holds; asked for at each call. Default none. */
  readonly secrets?: () => readonly string[];
  /** For a tool: the arguments that are recorded, whatever they are called; of all others only that they were there. Default: no list. */
  readonly allow?: Readonly<Record<string, readonly string[]>>;
  /** Makes hashes keyed (HMAC), for arguments that could be guessed from their hash. Default: plain SHA-256. */
  readonly hashKey?: string | Buffer;
  /** Most characters of one string. Default 256. */
  readonly stringCharacters?: number;
  /** Most characters of all arguments of a call. Default 4096. */
  readonly callCharacters?: number;
}

/** What is recorded of arguments. */
export interface Redacted {
  /** Hash of the complete arguments as JSON. */
  readonly args_sha256: string;
  readonly args: unknown;
}

const secretName = /authori[sz]|auth[-_]|auth$|cookie|token|secret|passw|passphrase|credential|key|^pwd$|^pin$|signature|^otp$/i;
const mark = '[redacted]';
const mostDepth = 6;
const mostEntries = 40;

/** Makes the function that redacts the arguments of a tool. */
export function createRedactor(options: RedactOptions): (tool: string, args: unknown) => Redacted {
  const scan = scanOf(options.secrets ?? (() => []));
  const digest = (text: string): string =>
    options.hashKey === undefined ? hash('sha256', text) : createHmac('sha256', options.hashKey).update(text).digest('hex');
  return (tool, args) => {
    const copy = new Copy(scan(), digest, options.stringCharacters ?? 256, options.callCharacters ?? 4096);
    return { args_sha256: digest(JSON.stringify(args) ?? ''), args: copy.of(args, options.allow?.[tool]) };
  };
}

/** Copies one value, as long as there is room. */
class Copy {
  readonly #scan: SecretScan;
  readonly #digest: (text: string) => string;
  readonly #stringCharacters: number;
  #room: number;

  constructor(scan: SecretScan, digest: (text: string) => string, stringCharacters: number, room: number) {
    this.#scan = scan;
    this.#digest = digest;
    this.#stringCharacters = stringCharacters;
    this.#room = room;
  }

  of(value: unknown, allowed: readonly string[] | undefined, depth = 0): unknown {
    if (typeof value === 'string') return this.#string(value);
    this.#room -= 8;
    if (typeof value !== 'object' || value === null) return value;
    if (depth === mostDepth) return '[too deep]';
    if (Array.isArray(value)) return this.#array(value, depth);
    return this.#object(Object.entries(value), allowed, depth);
  }

  #array(items: readonly unknown[], depth: number): unknown[] {
    const kept: unknown[] = [];
    for (const item of items) {
      if (kept.length === mostEntries || this.#room <= 0) return [...kept, `[${items.length - kept.length} more]`];
      kept.push(this.of(item, undefined, depth + 1));
    }
    return kept;
  }

  #object(entries: readonly [string, unknown][], allowed: readonly string[] | undefined, depth: number): Record<string, unknown> {
    const kept: [string, unknown][] = [];
    for (const [name, value] of entries) {
      if (kept.length === mostEntries || this.#room <= 0) {
        kept.push(['…', `[${entries.length - kept.length} more]`]);
        break;
      }
      const isShown = allowed ? allowed.includes(name) : !secretName.test(name) || typeof value === 'boolean';
      kept.push([this.#string(name), isShown ? this.of(value, undefined, depth + 1) : mark]);
    }
    return Object.fromEntries(kept);
  }

  #string(text: string): string {
    const limit = Math.max(0, Math.min(this.#stringCharacters, this.#room));
    const clean = this.#scan.clean(text, limit);
    this.#room -= clean.length + 4;
    return text.length <= limit ? clean : `${clean}… [${text.length} characters, sha256 ${this.#digest(text)}]`;
  }
}

/** Keeps the scan until the secrets change. */
function scanOf(secrets: () => readonly string[]): () => SecretScan {
  let known: readonly string[] = [];
  let scan = createSecretScan(known);
  return () => {
    const current = secrets();
    if (current.length !== known.length || current.some((secret, at) => secret !== known[at])) {
      known = [...current];
      scan = createSecretScan(known);
    }
    return scan;
  };
}
