/** Options of the server. */
import { z } from 'zod';
import { limitOptions } from './limits.ts';

const folders = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(':').filter((path) => path !== '') : value),
  z.array(z.string()).default([]),
);

export const options = {
  roots: {
    description: 'Further folders that may be read and changed, by their absolute paths; several separated by ":".',
    schema: folders,
    separator: ':',
    placeholder: 'DIR[:DIR]',
  },
  readOnlyRoots: {
    description: 'Folders that may only be read; several separated by ":". May name the workspace itself.',
    schema: folders,
    separator: ':',
    placeholder: 'DIR[:DIR]',
  },
  confinement: {
    description: 'How paths are kept inside: "descriptors" (Linux with /proc), "paths" (weaker), or "auto".',
    schema: z.enum(['auto', 'descriptors', 'paths']).default('auto'),
    placeholder: 'HOW',
  },
  mounts: {
    description: 'What is mounted inside a root: "allow" or "refuse".',
    schema: z.enum(['allow', 'refuse']).default('allow'),
    placeholder: 'POLICY',
  },
  hardLinks: {
    description: 'Files with several hard links, whose other name may be outside: "allow" or "refuse" to open them.',
    schema: z.enum(['allow', 'refuse']).default('allow'),
    placeholder: 'POLICY',
  },
  attributes: {
    description: 'What a replaced file keeps: "mode" (with its owner), or "all" (ACL and extended attributes, too; needs GNU cp).',
    schema: z.enum(['mode', 'all']).default('mode'),
    placeholder: 'WHAT',
  },
  ...limitOptions,
} as const;
