/** What the command line answers before anything that converts is loaded. */
import { help, parseCommand } from './arguments.ts';
import { formats } from './formats.ts';

/** The text for `--help`, `--version` and `--list-formats`; undefined for everything else, wrong arguments included. */
export function answerAtOnce(argv: readonly string[]): string | undefined {
  try {
    const { values: flags } = parseCommand(argv);
    if (flags.help) return help;
    if (flags.version) return '0.1.0\n';
    return flags['list-formats'] ? `${formats.join('\n')}\n` : undefined;
  } catch {
    return undefined;
  }
}
