/** The command line of a server. */
export { baseOptions } from './options.ts';
export { endSignal } from './end-signal.ts';
export { requireNode } from './node-version.ts';
export { runServer, serverHelp } from './run.ts';
