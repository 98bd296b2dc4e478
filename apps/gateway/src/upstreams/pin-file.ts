/** What was approved of an added server: what it says of itself, of its tools and prompts. One file a server in the state folder. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { readStateFile, writeStateFile } from '../config/state-file.ts';

/** What is pinned. */
export const pinKinds = ['tool', 'prompt', 'template', 'instructions'] as const;

/** A kind of what is pinned. */
export type PinKind = (typeof pinKinds)[number];

const definitionSchema = z.object({
  /** SHA-256 of the definition as canonical JSON, in hex. */
  hash: z.string(),
  /** The whole definition as the server listed it. */
  definition: z.looseObject({}),
});

const pinSchema = z.object({
  kind: z.enum(pinKinds).default('tool'),
  /** Name of the tool or prompt, or the URI template. */
  tool: z.string(),
  /** What clients see. */
  approved: definitionSchema.optional(),
  /** What the server says now, when that is something else. */
  waiting: definitionSchema.optional(),
});

const fileSchema = z.object({
  tools: z.array(pinSchema),
  /** Kinds that were seen: what comes of another one is taken as it comes first. */
  seen: z.array(z.enum(pinKinds)).default(['tool']),
});

/** A pin. */
export type Pin = z.output<typeof pinSchema>;

/** The pins of a server. */
export interface PinFile {
  readonly pins: readonly Pin[];
  readonly seen: readonly PinKind[];
}

/** How people name what is pinned: tools by their names, the rest by its kind, too. */
export function labelOf({ kind, tool }: Pick<Pin, 'kind' | 'tool'>): string {
  if (kind === 'instructions') return kind;
  return kind === 'tool' && !tool.includes(':') && tool !== 'instructions' ? tool : `${kind}:${tool}`;
}

/** The folder of the pins, in the state folder. */
export function pinFolder(stateDir: string): string {
  return join(stateDir, 'pins');
}

/** The pins of a server; undefined when it was never seen. @throws ToolError FAILED_PRECONDITION when the file is damaged */
export async function readPins(folder: string, server: string): Promise<PinFile | undefined> {
  const file = await readStateFile(pathOf(folder, server), fileSchema);
  return file && { pins: file.tools, seen: file.seen };
}

/** Replaces the pins of a server. */
export function writePins(folder: string, server: string, { pins, seen }: PinFile): Promise<void> {
  return writeStateFile(pathOf(folder, server), { tools: pins, seen });
}

/** Forgets a server: it is new when it comes again. */
export function removePins(folder: string, server: string): Promise<void> {
  return rm(pathOf(folder, server), { force: true });
}

/** What to approve. */
export interface Approval {
  /** One of what waits, by its label; all unless given. */
  readonly tool?: string | undefined;
  /** Only when this is what waits: the hash, or its beginning of at least 8 characters. */
  readonly hash?: string | undefined;
}

/**
 * Approves what waits.
 *
 * @returns labels of what was approved
 * @throws ToolError NOT_FOUND when nothing waits, ABORTED when something else waits than the hash says
 */
export async function approvePins(folder: string, server: string, { tool, hash }: Approval): Promise<readonly string[]> {
  const file = await readPins(folder, server);
  const pins = file?.pins ?? [];
  const found = pins.filter((pin) => pin.waiting && (tool === undefined || labelOf(pin) === tool));
  if (found.length === 0) {
    throw new ToolError('NOT_FOUND', `Nothing of "${server}"${tool === undefined ? '' : `, "${tool}"`} waits for approval.`, {
      advice: '`sandlot approve` lists what waits.',
    });
  }
  const other = found.find(({ waiting }) => hash !== undefined && !(hash.length >= 8 && waiting?.hash.startsWith(hash)));
  if (other) {
    throw new ToolError('ABORTED', `What waits of "${labelOf(other)}" has the hash ${other.waiting?.hash}, not "${hash}".`, {
      advice: 'Look at it again: it has changed since.',
    });
  }
  const approved = pins.map((pin) =>
    found.includes(pin) && pin.waiting ? { kind: pin.kind, tool: pin.tool, approved: pin.waiting } : pin,
  );
  await writePins(folder, server, { pins: approved, seen: file?.seen ?? [] });
  return found.map(labelOf);
}

function pathOf(folder: string, server: string): string {
  return join(folder, `${server}.json`);
}
