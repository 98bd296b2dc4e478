/** The `audit` section of the configuration, and what it means. */
import { hash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import type { AnchorPlace } from '../audit/anchors.ts';
import type { AuditOptions } from '../audit/trail.ts';
import { defaultStateDir } from './key.ts';
import type { GatewayValues } from './options.ts';

const anything = z.unknown().optional();

/** `audit` in `sandlot.json`: each key stands for an option. */
const sectionSchema = z
  .strictObject({
    mode: anything,
    dir: anything,
    durability: anything,
    keyFile: anything,
    hashKey: anything,
    anchors: anything,
    fileMb: anything,
    keep: z.strictObject({ files: anything, days: anything }).optional(),
    redact: anything,
  })
  .partial();

/**
 * Turns the section `audit` of a configuration file into options; a string there is the option `audit` itself.
 *
 * @throws ToolError INVALID_ARGUMENT naming an unknown key
 */
export function flattenAudit(file: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { audit, ...rest } = file;
  if (audit === undefined || typeof audit === 'string') return file;
  const parsed = sectionSchema.safeParse(audit);
  if (!parsed.success) throw new ToolError('INVALID_ARGUMENT', `"audit" in the configuration file: ${z.prettifyError(parsed.error)}`);
  const { mode, dir, durability, keyFile, hashKey, anchors, fileMb, keep, redact } = parsed.data;
  const options = {
    audit: mode,
    auditDir: dir,
    auditDurability: durability,
    auditKeyFile: keyFile,
    auditHashKey: hashKey,
    auditAnchors: anchors,
    auditFileMb: fileMb,
    auditKeepFiles: keep?.files,
    auditKeepDays: keep?.days,
    auditRedact: redact,
  };
  return { ...rest, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
}

/** How the audit trail is opened. `settings` is the rest of the configuration, for its hash. */
export function toAuditOptions(
  values: GatewayValues,
  settings: unknown,
  secrets: () => readonly string[],
): Pick<AuditOptions, 'folder' | 'configSha256' | 'keyFile' | 'fileBytes' | 'retention' | 'durability' | 'redact'> {
  const { auditDir, auditKeyFile, auditHashKey, auditKeepDays, auditRedact } = values;
  return {
    folder: resolve(auditDir ?? join(values.stateDir ?? defaultStateDir(), 'audit')),
    configSha256: configHash(values, settings),
    ...(auditKeyFile !== undefined && { keyFile: resolve(auditKeyFile) }),
    fileBytes: values.auditFileMb * 1024 * 1024,
    retention: { files: values.auditKeepFiles, ...(auditKeepDays !== undefined && { days: auditKeepDays }) },
    durability: values.auditDurability,
    redact: { secrets, ...auditRedact, ...(auditHashKey !== undefined && { hashKey: auditHashKey }) },
  };
}

/** Where checkpoints go. @throws ToolError INVALID_ARGUMENT for stdout where that is the protocol's */
export function anchorPlaces({ auditAnchors, stdio }: GatewayValues): readonly AnchorPlace[] {
  if (stdio && auditAnchors?.includes('stdout')) {
    throw new ToolError('INVALID_ARGUMENT', 'With --stdio, stdout belongs to the client: audit checkpoints cannot go there.', {
      advice: 'Take stderr or otlp as anchors.',
    });
  }
  return auditAnchors ?? [stdio ? 'stderr' : 'stdout', 'otlp'];
}

/** Tells configurations apart. Of what can be a secret, only the names go in. */
function configHash(values: GatewayValues, settings: unknown): string {
  const { apiKey: _apiKey, auditHashKey: _hashKey, ...open } = values;
  const text = JSON.stringify({ values: open, settings }, (name, value: unknown) => {
    const hasSecrets = (name === 'env' || name === 'headers') && typeof value === 'object' && value !== null;
    if (hasSecrets) return Object.keys(value);
    return value instanceof Map ? [...value] : value;
  });
  return hash('sha256', text);
}
