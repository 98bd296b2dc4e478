/** docker/seccomp.json is Docker's default profile and one rule more. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** SHA-256 of the default profile of github.com/moby/profiles/seccomp v0.3.0, which docker/make-seccomp takes, as compact JSON. */
const dockersDefault = '3e30a4b18c1cab37399d130ba2abfbaa15827f1db45c451253314c635f57907d';

interface Profile {
  defaultAction: string;
  syscalls: { names: string[]; action: string; comment?: string; args?: unknown; includes?: unknown; excludes?: unknown }[];
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

it('allows what Docker allows, and three system calls more', () => {
  const { syscalls, ...rest } = JSON.parse(read('docker/seccomp.json')) as Profile;
  expect(rest.defaultAction).toBe('SCMP_ACT_ERRNO');
  expect(syscalls.at(-1)).toEqual({
    names: ['chroot', 'clone', 'unshare'],
    action: 'SCMP_ACT_ALLOW',
    comment: expect.any(String),
  });
  const without = JSON.stringify({ ...rest, syscalls: syscalls.slice(0, -1) });
  expect(createHash('sha256').update(without).digest('hex')).toBe(dockersDefault);
  expect(read('docker/make-seccomp')).toContain('version=v0.3.0');
});
