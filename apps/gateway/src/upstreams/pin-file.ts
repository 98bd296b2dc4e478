/** What was approved of an added server: the definitions of its tools, one file a server in the state folder. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { readStateFile, writeStateFile } from '../config/state-file.ts';

const definitionSchema = z.object({
  /** SHA-256 of the definition as canonical JSON, in hex. */
  hash: z.string(),
  /** The whole definition as the server listed it. */
  definition: z.looseObject({ name: z.string() }),
});

const pinSchema = z.object({
  tool: z.string(),
  /** What clients see. */
  approved: definitionSchema.optional(),
  /** What the server says now, when that is something else. */
  waiting: definitionSchema.optional(),
});

const fileSchema = z.object({ tools: z.array(pinSchema) });

/** A tool's pin. */
export type Pin = z.output<typeof pinSchema>;

/** The folder of the pins, in the state folder. */
export function pinFolder(stateDir: string): string {
  return join(stateDir, 'pins');
}

/** The pins of a server; undefined when it was never seen. @throws ToolError FAILED_PRECONDITION when the file is damaged */
export async function readPins(folder: string, server: string): Promise<readonly Pin[] | undefined> {
  return (await readStateFile(pathOf(folder, server), fileSchema))?.tools;
}

/** Replaces the pins of a server. */
export function writePins(folder: string, server: string, tools: readonly Pin[]): Promise<void> {
  return writeStateFile(pathOf(folder, server), { tools });
}

/** Forgets a server: it is new when it comes again. */
export function removePins(folder: string, server: string): Promise<void> {
  return rm(pathOf(folder, server), { force: true });
}

/** What to approve. */
export interface Approval {
  /** One tool; all that wait unless given. */
  readonly tool?: string | undefined;
  /** Only when this is what waits: the hash, or its beginning of at least 8 characters. */
  readonly hash?: string | undefined;
}

/**
 * Approves what waits.
 *
 * @returns names of the approved tools
 * @throws ToolError NOT_FOUND when nothing waits, ABORTED when something else waits than the hash says
 */
export async function approvePins(folder: string, server: string, { tool, hash }: Approval): Promise<readonly string[]> {
  const pins = (await readPins(folder, server)) ?? [];
  const found = pins.filter((pin) => pin.waiting && (tool === undefined || pin.tool === tool));
  if (found.length === 0) {
    throw new ToolError('NOT_FOUND', `Nothing of "${server}"${tool === undefined ? '' : `, "${tool}"`} waits for approval.`, {
      advice: '`sandlot approve` lists what waits.',
    });
  }
  const other = found.find(({ waiting }) => hash !== undefined && !(hash.length >= 8 && waiting?.hash.startsWith(hash)));
  if (other) {
    throw new ToolError('ABORTED', `What waits of "${other.tool}" has the hash ${other.waiting?.hash}, not "${hash}".`, {
      advice: 'Look at it again: it has changed since.',
    });
  }
  const approved = pins.map((pin) => (found.includes(pin) && pin.waiting ? { tool: pin.tool, approved: pin.waiting } : pin));
  await writePins(folder, server, approved);
  return found.map((pin) => pin.tool);
}

function pathOf(folder: string, server: string): string {
  return join(folder, `${server}.json`);
}
