/** Tests that need programs of the system. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { it } from 'vitest';
import { environment } from '../config/load.ts';

/** `it` where all of the programs are on PATH, and in CI, where a missing one is a failure. Elsewhere the test is skipped. */
export function itWith(...programs: readonly string[]): typeof it | typeof it.skip {
  return environment()['CI'] || programs.every(isOnPath) ? it : it.skip;
}

function isOnPath(program: string): boolean {
  return (environment()['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
