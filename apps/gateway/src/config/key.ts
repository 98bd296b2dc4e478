/** The API key that is made when none is given. */
import { mkdir, open, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { environment } from '@sandlot/core/config';
import { newKey } from '../auth/keys.ts';

/** The folder for what must outlive a restart. */
export function defaultStateDir(): string {
  return join(environment()['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'sandlot');
}

/**
 * Reads the generated key, or makes one of 32 random bytes in a file that only this user can read. It outlives restarts, so that
 * clients stay configured.
 */
export async function generatedKey(stateDir: string): Promise<string> {
  const path = join(stateDir, 'api-key');
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const key = newKey();
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(`${key}\n`);
    return key;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const kept = (await readFile(path, 'utf8')).trim();
    if (kept.length >= 16) return kept;
    throw new Error(`The key file "${path}" is damaged. Remove it, and a new key is made.`, { cause: error });
  }
}
