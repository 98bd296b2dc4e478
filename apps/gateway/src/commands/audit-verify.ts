/** `sandlot audit verify`. */
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';
import type { OptionTable, OptionValues } from '@sandlot/core/config';
import { z } from 'zod';
import { parseVerifierKey, rawKey } from '../audit/note.ts';
import type { Anchor, Verification } from '../audit/report.ts';
import { verifyLog } from '../audit/verify.ts';
import type { CommandOutput } from './output.ts';

/** Options of `sandlot audit verify`. */
export const verifyOptions = {
  anchor: {
    description: 'What an outside place knows: number of records and hash of the last one; several with commas',
    placeholder: 'SIZE:HASH',
    schema: z.string().optional(),
    env: [],
  },
  anchors: {
    description: 'File with "audit-checkpoint" lines, such as the log output of the container',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
    env: [],
  },
  pub: {
    description: 'Keys that may sign: verifier keys as in the log, or PEM files; several with commas',
    placeholder: 'KEYS',
    schema: z.string().min(1).optional(),
    env: [],
  },
  allowOpen: {
    description: 'Calls without an end are no reason for exit code 5',
    boolean: true,
    schema: z.boolean().default(false),
    env: [],
  },
  json: { description: 'Print the result as JSON, one line per log', boolean: true, schema: z.boolean().default(false), env: [] },
} satisfies OptionTable;

/** Every exit code of `sandlot audit`. */
export const auditExitCodes = {
  ok: 0,
  chain: 1,
  usage: 2,
  signature: 3,
  anchor: 4,
  open: 5,
  torn: 6,
} as const;

type VerifyValues = OptionValues<typeof verifyOptions>;

const mostListed = 20;

/** Checks logs and prints what was found. @returns the exit code of the worst of them */
export async function verifyLogs(
  logs: readonly { folder: string; files: readonly string[] }[],
  values: VerifyValues,
  output: CommandOutput,
): Promise<number> {
  const anchors = [...parseAnchors(values.anchor), ...(values.anchors === undefined ? [] : await readAnchors(values.anchors))];
  const keys = values.pub === undefined ? undefined : new Set(await Promise.all(values.pub.split(',').map(readKey)));
  if (logs.length > 1 && values.anchor !== undefined)
    throw new ToolError('INVALID_ARGUMENT', '--anchor is about one log, but several were named.', {
      advice: 'Name the folder of one log.',
    });
  const codes = new Set<number>();
  for (const { folder, files } of logs) {
    const result = verifyLog(files, { anchors, ...(keys && { keys }), isWhole: folder !== '' });
    codes.add(codeOf(result, values.allowOpen));
    const place = folder || files.join(' ');
    await output.out(values.json ? `${JSON.stringify({ place, files: files.length, ...result })}\n` : toText(place, files.length, result));
  }
  const { chain, signature, anchor, torn, open, ok } = auditExitCodes;
  return [chain, signature, anchor, torn, open].find((code) => codes.has(code)) ?? ok;
}

function codeOf({ fault, open, pendingTorn }: Verification, allowOpen: boolean): number {
  if (fault) return auditExitCodes[fault.kind];
  if (pendingTorn.length > 0) return auditExitCodes.torn;
  return open.length > 0 && !allowOpen ? auditExitCodes.open : auditExitCodes.ok;
}

function toText(place: string, files: number, result: Verification): string {
  const { fault, origin, first, size, head, runs, unsigned, open, torn, pendingTorn, anchorsMet } = result;
  const where = fault?.file === undefined ? '' : `${fault.file} line ${fault.line}: `;
  const lines = [
    `${place}: ${origin ?? 'no log'}`,
    fault ? `  BAD (${fault.kind}): ${where}${fault.message}` : '  GOOD: the chain and its signatures are whole',
    `  ${fault ? 'good up to here: ' : ''}${size - first} records in ${files} files, ${first} to ${size - 1}; head ${size}:${head}`,
    `  ${unsigned} records after the last checkpoint; ${anchorsMet} anchors compared`,
    ...runs.map(
      ({ ts, run, version, seq, key, closed }) =>
        `  run ${run} from record ${seq}, ${ts}, version ${version}, key ${key}${closed === false ? ': ended without closing (crash)' : ''}`,
    ),
    ...torn.map(({ file, bytes }) => `  cut-off last line of ${file} (${bytes} bytes): a crash, accounted for`),
    ...pendingTorn.map(({ file, bytes }) => `  cut-off last line of ${file} (${bytes} bytes): the next start accounts for it`),
    ...(open.length > 0
      ? [`  ${open.length} calls without an end: records ${open.slice(0, mostListed).join(', ')}${open.length > mostListed ? ', …' : ''}`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function parseAnchors(text: string | undefined): Anchor[] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((anchor) => {
      const [, size, head] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(anchor.trim()) ?? [];
      if (size === undefined || head === undefined)
        throw new ToolError('INVALID_ARGUMENT', `--anchor "${anchor}": expected SIZE:HASH with a SHA-256 in hex.`);
      return { size: Number(size), head: head.toLowerCase() };
    });
}

async function readAnchors(path: string): Promise<Anchor[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ToolError('NOT_FOUND', `Cannot read "${path}".`, { cause: error });
  });
  const anchors = [...text.matchAll(/audit-checkpoint (\d{1,15}):([0-9a-f]{64}) ([^\s+]+)\+/g)].map(([, size, head, origin]) => ({
    size: Number(size),
    head: head ?? '',
    origin: origin ?? '',
  }));
  if (anchors.length === 0) throw new ToolError('INVALID_ARGUMENT', `"${path}" has no line with "audit-checkpoint".`);
  return anchors;
}

async function readKey(text: string): Promise<string> {
  const known = parseVerifierKey(text.trim());
  if (known) return known.raw.toString('base64');
  try {
    return rawKey(createPublicKey(await readFile(text.trim()))).toString('base64');
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `--pub "${text}" is neither a verifier key nor a PEM file with an Ed25519 key.`, {
      cause: error,
    });
  }
}
