/** The command `sandlot audit`. */
import { join, resolve } from 'node:path';
import { ToolError } from '@sandlot/core';
import { loadOptions, type OptionTable, optionsHelp } from '@sandlot/core/config';
import { defaultStateDir } from '../config/key.ts';
import { gatewayOptions } from '../config/options.ts';
import { findLogs } from '../audit/folder.ts';
import { exportOptions, writeCalls } from './audit-export.ts';
import { auditExitCodes, verifyLogs, verifyOptions } from './audit-verify.ts';
import { type CommandOutput, processOutput } from './output.ts';

const stateDir = { stateDir: gatewayOptions.stateDir } satisfies OptionTable;

const help = `Usage: sandlot audit verify [options] [file or folder ...]
       sandlot audit export [options] [file or folder ...]

Without a file or folder: the audit log in the state folder.

verify: checks the chain, the signatures and the anchors.
${optionsHelp({ ...verifyOptions, ...stateDir })}

Exit codes: 0 all is well; 1 the chain is broken; 2 wrong usage, or nothing to read; 3 a signature is wrong or missing, or a key unknown;
4 the log is not what the anchor knows; 5 calls without an end; 6 a cut-off last line.

export: prints calls, one JSON object a line.
${optionsHelp({ ...exportOptions, ...stateDir })}
`;

/**
 * Runs `sandlot audit verify` or `sandlot audit export`.
 *
 * @returns the exit code, one of {@link auditExitCodes}
 */
export async function auditCommand(argv: readonly string[], output: CommandOutput = processOutput): Promise<number> {
  const [verb, ...rest] = argv;
  if (argv.includes('--help')) {
    await output.out(help);
    return auditExitCodes.ok;
  }
  try {
    if (verb === 'verify') {
      const { values, positionals } = loadOptions({ ...verifyOptions, ...stateDir }, { argv: rest });
      return await verifyLogs(await logsOf(positionals, values.stateDir), values, output);
    }
    if (verb === 'export') {
      const { values, positionals } = loadOptions({ ...exportOptions, ...stateDir }, { argv: rest });
      return await writeCalls(await logsOf(positionals, values.stateDir), values, output);
    }
    throw new ToolError('INVALID_ARGUMENT', verb === undefined ? 'What shall be done?' : `There is no "sandlot audit ${verb}".`, {
      advice: 'See sandlot audit --help.',
    });
  } catch (error) {
    if (!ToolError.is(error)) throw error;
    output.err(`sandlot audit: ${error.message}\n${error.advice}\n`);
    return auditExitCodes.usage;
  }
}

/** The logs to read. Files are one log; every folder is looked through. */
async function logsOf(paths: readonly string[], state: string | undefined): Promise<{ folder: string; files: string[] }[]> {
  const wanted = paths.length > 0 ? paths : [join(resolve(state ?? defaultStateDir()), 'audit')];
  const found = await Promise.all(
    wanted.map(async (path) => {
      const logs = await findLogs(path);
      if (!logs) throw new ToolError('NOT_FOUND', `No audit log at "${path}".`, { advice: 'Name its folder or its files.' });
      return logs;
    }),
  );
  const files = found.flat().filter(({ folder }) => folder === '');
  const folders = found.flat().filter(({ folder }) => folder !== '');
  return files.length > 0 ? [...folders, { folder: '', files: files.flatMap((log) => log.files) }] : folders;
}
