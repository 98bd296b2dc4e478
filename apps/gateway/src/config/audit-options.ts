/** Options of the audit trail. In `sandlot.json` they stand under `audit`, see `audit.ts`. */
import type { OptionTable } from '@sandlot/core/config';
import { z } from 'zod';
import { list } from './auth-options.ts';

const byTool = z.record(z.string(), z.array(z.string())).default({});

const redact = z.preprocess(
  (value, ctx) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      ctx.addIssue('expected a JSON object');
      return z.NEVER;
    }
  },
  z.strictObject({ allow: byTool, deny: byTool }).optional(),
);

/** Options of the audit trail. */
export const auditOptions = {
  audit: {
    description: '"on" records every call before it runs and after, and refuses a call that cannot be recorded; "off" records nothing',
    placeholder: 'MODE',
    schema: z.enum(['on', 'off']).default('on'),
    env: 'SANDLOT_AUDIT',
  },
  auditDir: {
    description: 'Folder of the audit trail; default: audit in the state folder; audit.dir',
    placeholder: 'DIR',
    schema: z.string().min(1).optional(),
    env: 'SANDLOT_AUDIT_DIR',
  },
  auditDurability: {
    description:
      '"kernel" survives a crash of the gateway; "disk" also one of the machine, and each call waits for the disk; audit.durability',
    placeholder: 'MODE',
    schema: z.enum(['kernel', 'disk']).default('kernel'),
    env: 'SANDLOT_AUDIT_DURABILITY',
  },
  auditKeyFile: {
    description: 'PEM file with the Ed25519 key that signs checkpoints; default: a key of this run that is kept nowhere; audit.keyFile',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
    env: 'SANDLOT_AUDIT_KEY_FILE',
  },
  auditHashKey: {
    description: 'Secret that makes hashes of arguments HMACs, so that short arguments cannot be guessed from them; audit.hashKey',
    placeholder: 'SECRET',
    schema: z.string().min(16, 'a hash key has at least 16 characters').optional(),
    env: 'SANDLOT_AUDIT_HASH_KEY',
    secret: true,
  },
  auditAnchors: {
    description: 'Where each checkpoint goes, of stdout, stderr and otlp; default: stdout (stderr with --stdio) and otlp; audit.anchors',
    placeholder: 'NAMES',
    schema: list.pipe(z.array(z.enum(['stdout', 'stderr', 'otlp']))).optional(),
    env: 'SANDLOT_AUDIT_ANCHORS',
  },
  auditFileMb: {
    description: 'A file of the audit trail of this size is followed by a new one, in MiB; audit.fileMb',
    placeholder: 'N',
    schema: z.coerce.number().positive().default(64),
    env: 'SANDLOT_AUDIT_FILE_MB',
  },
  auditKeepFiles: {
    description: 'Files of the audit trail that are kept; audit.keep.files',
    placeholder: 'N',
    schema: z.coerce.number().int().positive().default(100),
    env: 'SANDLOT_AUDIT_KEEP_FILES',
  },
  auditKeepDays: {
    description: 'Days for which files of the audit trail are kept; unless set, for ever; audit.keep.days',
    placeholder: 'N',
    schema: z.coerce.number().positive().optional(),
    env: 'SANDLOT_AUDIT_KEEP_DAYS',
  },
  auditRedact: {
    description: 'By tool, arguments that are recorded ("allow", and no others of this tool) or never ("deny"), as JSON; audit.redact',
    placeholder: 'JSON',
    schema: redact,
    env: 'SANDLOT_AUDIT_REDACT',
  },
} satisfies OptionTable;
