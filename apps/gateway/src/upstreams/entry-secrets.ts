/** Secrets that stand in the entries of added servers: they must not appear in logs or in the audit trail either. */
import { isSecretName } from '../audit/redact.ts';
import type { Entries } from './entries.ts';

/** Values of variables and headers that are secret by their names. */
export function entrySecrets({ served, disabled }: Entries): readonly string[] {
  return [...served.values(), ...disabled.values()].flatMap(({ entry }) =>
    Object.entries('command' in entry ? entry.env : entry.headers)
      .filter(([name]) => isSecretName(name))
      .map(([, value]) => value.replace(/^(?:Bearer|Basic) +/i, '')),
  );
}
