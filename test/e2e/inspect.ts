/** Runs the MCP Inspector's CLI, a client that is not ours. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@sandlot/core/testing';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = fileURLToPath(import.meta.resolve('@modelcontextprotocol/inspector/clients/launcher/build/index.js'));

/** What it prints. */
export interface Inspected {
  tools: { name: string }[];
  content: { type: string; text?: string }[];
  structuredContent: Record<string, unknown>;
}

/** Arguments that call a tool. */
export function call(tool: string, args: Record<string, unknown>): string[] {
  return ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)];
}

/** Runs the Inspector; its own files go to a folder that is removed. */
export async function inspect(args: readonly string[]): Promise<Inspected> {
  await using home = await temporaryFolder();
  const env = { ...process.env, HOME: home.path };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, '--cli', '--format', 'json', '--connect-timeout', '120000', ...args],
    { env, cwd: root },
  );
  return (JSON.parse(stdout) as { result: Inspected }).result;
}
