/** Everything that a look at this machine finds. */
import { dirname } from 'node:path';
import { type Check, check } from './check.ts';
import { confinement, isWritable } from './confinement.ts';
import { programs } from './programs.ts';

/** What is looked at. */
export interface LookOptions {
  /** Absolute path. */
  readonly workspace: string;
  /** `uid:gid` under which servers run; undefined for the gateway's own. */
  readonly agentUser: string | undefined;
}

/** What is confined, what is there and what is missing. */
export interface Report {
  readonly confinement: readonly Check[];
  readonly parts: readonly Check[];
}

/** Looks. Starts nothing but a probe for user namespaces. */
export async function look({ workspace, agentUser }: LookOptions): Promise<Report> {
  const writable = isWritable(workspace) || isWritable(dirname(workspace));
  return {
    confinement: await confinement(agentUser),
    parts: [
      check('node', 'Node.js', Number(process.versions.node.split('.')[0]) >= 22, process.versions.node, 'Install Node.js 24.', 'fail'),
      check(
        'workspace',
        'The workspace can be written',
        writable,
        workspace,
        `Make ${workspace} writable for uid ${process.getuid?.()}, or name another folder with --workspace.`,
        'fail',
      ),
      ...programs(),
    ],
  };
}
