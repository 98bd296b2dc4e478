/** Rules that an operator may add: nothing on another file system, no file that has a second name, every attribute kept. */
import { ToolError } from '@sandlot/core';
import type { Handle, OpenRoot } from './handle.ts';

/** What is refused, and what is kept. */
export interface Rules {
  /** True refuses whatever is mounted inside a root. */
  readonly oneFileSystem: boolean;
  /** True refuses to open files with several hard links: the other name may be outside. */
  readonly oneName: boolean;
  /** True keeps access control lists and extended attributes of replaced files. */
  readonly allAttributes: boolean;
}

/** Adds rules to how a root is opened. */
export function withRules(open: OpenRoot, rules: Rules): OpenRoot {
  return rules.oneFileSystem || rules.oneName || rules.allAttributes ? (path) => ruled(open(path), rules) : open;
}

function ruled(handle: Handle, rules: Rules): Handle {
  const { stats } = handle;
  return {
    ...handle,
    keepsAttributes: rules.allAttributes,
    child(name) {
      const child = handle.child(name);
      if (!rules.oneFileSystem || child.stats.dev === stats.dev) return ruled(child, rules);
      child[Symbol.dispose]();
      // As the kernel says it, so that every walk treats it alike.
      throw Object.assign(new Error(`"${name}" is a mount`), { code: 'EXDEV' });
    },
    open: (flags) => (assertOneName(handle, rules), handle.open(flags)),
    readSmall: (most) => (assertOneName(handle, rules), handle.readSmall(most)),
  };
}

function assertOneName({ stats }: Handle, { oneName }: Rules): void {
  if (!oneName || !stats.isFile() || stats.nlink === 1n) return;
  throw new ToolError('PERMISSION_DENIED', `This file has ${stats.nlink} hard links, which is not allowed here.`, {
    advice: 'Make a copy of it with a program in the shell.',
  });
}
