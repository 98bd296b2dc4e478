/** The command line of a server. */
export { baseOptions } from './options.ts';
export { runServer, serverHelp } from './run.ts';
