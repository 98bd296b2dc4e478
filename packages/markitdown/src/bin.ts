#!/usr/bin/env node
/** Both the command line and the MCP server: with a document it prints Markdown, without one it serves. */
import { cacheCompiled } from '@sandlot/core/compile-cache';
import { isCommand } from './cli/arguments.ts';
import { answerAtOnce } from './cli/at-once.ts';

const argv = process.argv.slice(2);
const answer = answerAtOnce(argv);
if (answer !== undefined) process.stdout.write(answer);
else if (isCommand(argv)) {
  cacheCompiled(import.meta.url);
  const { runCommand } = await import('./cli/run.ts');
  process.exitCode = await runCommand(argv);
} else {
  cacheCompiled(import.meta.url);
  const [{ runServer }, { markitdown }] = await Promise.all([import('@sandlot/core/cli'), import('./index.ts')]);
  await runServer(markitdown);
}
