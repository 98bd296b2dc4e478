/** Makes the copy of a call's arguments that may be kept: without secrets, and of bounded size. */
import { createHmac, hash } from 'node:crypto';
import { entryOf } from '../config/entry-of.ts';
import { hiddenArguments, isKeyName, pressedKeys } from './known-arguments.ts';
import { createSecretScan, type SecretScan } from './secrets.ts';

/** Options of {@link createRedactor}. */
export interface RedactOptions {
  /** Values that must never be recorded, such as every key that the gateway holds; asked for at each call. Default none. */
  readonly secrets?: () => readonly string[];
  /** For a tool: the arguments that are recorded, whatever they are called; of all others only that they were there. Default: no list. */
  readonly allow?: Readonly<Record<string, readonly string[]>>;
  /** For a tool: arguments that are hidden at any depth, whatever they are called. Default none besides {@link hiddenArguments}. */
  readonly deny?: Readonly<Record<string, readonly string[]>>;
  /** Makes hashes keyed (HMAC), for arguments that could be guessed from their hash. Default: plain SHA-256. */
  readonly hashKey?: string | Buffer;
  /** Most characters of one string. Default 256. */
  readonly stringCharacters?: number;
  /** Most characters of all arguments of a call. Default 4096. */
  readonly callCharacters?: number;
}

/** What is recorded of arguments. */
export interface Redacted {
  /** Bytes of the arguments as JSON. */
  readonly bytes_in: number;
  /** Hash of the complete arguments as JSON. */
  readonly args_sha256: string;
  readonly args: unknown;
}

const secretName = /authori[sz]|auth[-_]|auth$|cookie|token|secret|passw|passphrase|credential|key|^pwd$|^pin$|signature|^otp$/i;
/** True for the name of something that is secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

const mark = '[redacted]';
const mostDepth = 6;
const mostEntries = 40;

/** Makes the function that redacts the arguments of a tool. */
export function createRedactor(options: RedactOptions): (tool: string, args: unknown) => Redacted {
  const scan = scanOf(options.secrets ?? (() => []));
  const digest = (text: string): string =>
    options.hashKey === undefined ? hash('sha256', text) : createHmac('sha256', options.hashKey).update(text).digest('hex');
  return (tool, args) => {
    const allowed = entryOf(options.allow, tool);
    const rules = {
      allowed,
      // Whoever lists what is shown of a tool has thought of these.
      denied: new Set([...(entryOf(options.deny, tool) ?? []), ...(allowed ? [] : (entryOf(hiddenArguments, tool) ?? []))]),
      pressed: new Set(entryOf(pressedKeys, tool)),
    };
    const copy = new Copy(scan(), digest, options.stringCharacters ?? 256, options.callCharacters ?? 4096, rules);
    const text = JSON.stringify(args) ?? '';
    return { bytes_in: Buffer.byteLength(text), args_sha256: digest(text), args: copy.of(args) };
  };
}

/** Which arguments of a tool are shown. */
interface Rules {
  readonly allowed: readonly string[] | undefined;
  readonly denied: ReadonlySet<string>;
  readonly pressed: ReadonlySet<string>;
}

/** Copies one value, as long as there is room. */
class Copy {
  readonly #rules: Rules;
  readonly #scan: SecretScan;
  readonly #digest: (text: string) => string;
  readonly #stringCharacters: number;
  #room: number;

  constructor(scan: SecretScan, digest: (text: string) => string, stringCharacters: number, room: number, rules: Rules) {
    this.#rules = rules;
    this.#scan = scan;
    this.#digest = digest;
    this.#stringCharacters = stringCharacters;
    this.#room = room;
  }

  of(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.#string(value);
    this.#room -= 8;
    if (typeof value !== 'object' || value === null) return value;
    if (depth === mostDepth) return '[too deep]';
    if (Array.isArray(value)) return this.#array(value, depth);
    return this.#object(Object.entries(value), depth);
  }

  #array(items: readonly unknown[], depth: number): unknown[] {
    const kept: unknown[] = [];
    for (const item of items) {
      if (kept.length === mostEntries || this.#room <= 0) return [...kept, `[${items.length - kept.length} more]`];
      kept.push(this.of(item, depth + 1));
    }
    return kept;
  }

  #object(entries: readonly [string, unknown][], depth: number): Record<string, unknown> {
    const kept: [string, unknown][] = [];
    for (const [name, value] of entries) {
      if (kept.length === mostEntries || this.#room <= 0) {
        kept.push(['…', `[${entries.length - kept.length} more]`]);
        break;
      }
      kept.push([this.#string(name), this.#isShown(name, value, depth) ? this.of(value, depth + 1) : mark]);
    }
    return Object.fromEntries(kept);
  }

  #isShown(name: string, value: unknown, depth: number): boolean {
    const { allowed, denied, pressed } = this.#rules;
    if (denied.has(name)) return false;
    if (allowed && depth === 0) return allowed.includes(name);
    if (pressed.has(name)) return [value].flat().every((key) => typeof key === 'string' && isKeyName(key));
    return !isSecretName(name) || typeof value === 'boolean';
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
