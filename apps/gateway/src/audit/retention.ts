/** Removes old files of a log, and says so in the log first. */
import { rm, stat } from 'node:fs/promises';
import { auditFiles } from './folder.ts';
import { readLines } from './lines.ts';
import { now, readEnvelope, toMembers } from './record.ts';
import type { Writer } from './writer.ts';

/** What is kept of a log. The file that grows is always kept. */
export interface Retention {
  /** Most files. Default 100. */
  readonly files?: number;
  /** Days after which a file that no longer grows is removed. Default: never. */
  readonly days?: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Removes what is too old or too much. */
export async function prune(
  folder: string,
  retention: Retention | undefined,
  writer: Pick<Writer, 'append' | 'checkpoint'>,
): Promise<void> {
  const files = await auditFiles(folder);
  const oldest = retention?.days === undefined ? 0 : Date.now() - retention.days * dayMs;
  const ages = await Promise.all(files.map(async ({ path }) => (await stat(path)).mtimeMs));
  const excess = files.length - (retention?.files ?? 100);
  const kept = files.findIndex((_, at) => at === files.length - 1 || (at >= excess && (ages[at] ?? 0) >= oldest));
  const first = files[kept];
  if (kept <= 0 || !first) return;
  const gone = files.slice(0, kept);
  const begin = firstRecord(first.path);
  if (!begin) return;
  await writer.append('pruned', toMembers({ ...now(), files: gone.map(({ name }) => name), size: begin.seq, head: begin.prev }));
  await writer.checkpoint('prune');
  await Promise.all(gone.map(({ path }) => rm(path, { force: true })));
}

function firstRecord(path: string): ReturnType<typeof readEnvelope> {
  for (const { bytes } of readLines(path)) return readEnvelope(bytes);
  return undefined;
}
