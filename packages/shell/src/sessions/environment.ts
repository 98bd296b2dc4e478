/** The environment of commands: what keeps programs from waiting for a person. */
import type { Environment } from '@sandlot/core/processes';

export { baseEnvironment, type Environment } from '@sandlot/core/processes';

/** Defaults of a command without a terminal: no colours, no pagers, no editors, no questions. */
export const pipeEnvironment: Environment = {
  TERM: 'dumb',
  NO_COLOR: '1',
  PAGER: 'cat',
  MANPAGER: 'cat',
  GIT_PAGER: 'cat',
  GH_PAGER: 'cat',
  SYSTEMD_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_TERMINAL_PROMPT: '0',
};

/** Defaults of a command in a terminal. */
export const terminalEnvironment: Environment = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };
