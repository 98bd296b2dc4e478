/** Access control lists and extended attributes, which Node cannot reach: `cp` of GNU coreutils carries them over. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { quote } from './names.ts';

/**
 * Copies mode, owner, access control list and extended attributes from one file to another, both held open.
 *
 * @throws ToolError PERMISSION_DENIED when they cannot be kept
 */
export function copyAttributes(from: string | Buffer, to: string | Buffer, name: string): void {
  const source = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const target = openSync(to, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      // The child gets the two files themselves, not their names.
      const args = ['--attributes-only', '--preserve=mode,ownership,xattr', '--', '/dev/fd/3', '/dev/fd/4'];
      const { status, error, stderr } = spawnSync('cp', args, { stdio: ['ignore', 'ignore', 'pipe', source, target] });
      if (status === 0) return;
      throw new ToolError(
        'PERMISSION_DENIED',
        `The attributes of ${quote(name)} could not be kept: ${error?.message ?? String(stderr).trim()}`,
        {
          advice: 'Change it with a program that writes to the file in place.',
        },
      );
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}
