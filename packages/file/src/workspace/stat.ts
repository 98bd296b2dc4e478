/** Facts about a path. */
import { constants, statfsSync } from 'node:fs';
import { detect } from '../text/encoding.ts';
import { kindOf } from '../confine/handle.ts';
import { asText } from './names.ts';
import { mediaType } from './media.ts';
import { sourceOf } from './source.ts';
import { readVersion } from './version.ts';
import { type Found, isFound, type Workspace } from './workspace.ts';

/** Facts about a path; a path with nothing there is one of them. */
export interface StatResult {
  readonly path: string;
  readonly kind: ReturnType<typeof kindOf> | 'missing';
  readonly size?: number;
  readonly mtime?: string;
  readonly mode?: string;
  readonly mime?: string;
  readonly encoding?: string;
  /** For text of up to 1 MiB. */
  readonly lines?: number;
  readonly version?: string;
  /** Where a link points to. */
  readonly target?: string;
  readonly read_only?: boolean;
  /** For a root: bytes free on its disk. */
  readonly free?: number;
}

/** Looks at a path; a link is described, not followed. */
export async function statPath(workspace: Workspace, path: string): Promise<StatResult> {
  using spot = workspace.spot(path, { follow: false });
  if (!isFound(spot)) return { path, kind: 'missing' };
  const { stats } = spot.target;
  const kind = kindOf(stats);
  const root = workspace.roots.find(spot.target);
  const common = {
    path,
    kind,
    size: Number(stats.size),
    mtime: stats.mtime.toISOString(),
    mode: `0${(stats.mode & 0o7777n).toString(8)}`,
    ...(spot.root.readOnly && { read_only: true }),
  };
  if (kind === 'link') return { ...common, target: asText(spot.parent?.linkTarget(spot.name) ?? '') };
  if (root) {
    const { bavail, bsize } = statfsSync(spot.target.path);
    return { ...common, free: bavail * bsize };
  }
  return kind === 'file' ? { ...common, ...(await describeContent(spot)) } : common;
}

async function describeContent(found: Found): Promise<Pick<StatResult, 'mime' | 'encoding' | 'lines' | 'version'>> {
  await using file = await found.target.open(constants.O_RDONLY);
  const source = await sourceOf(file);
  const head = source.whole ?? (await source.read(0, 64 * 1024));
  const { codec } = detect(head, source.whole !== undefined);
  const version = await readVersion(file);
  const mime = mediaType(found.name, head, codec !== undefined);
  if (!codec) return { mime, version };
  if (!source.whole) return { mime, version, encoding: codec.name };
  const text = codec.decode(source.whole.subarray(codec.mark.length));
  const lines = (text.match(/\n/g)?.length ?? 0) + (text === '' || text.endsWith('\n') ? 0 : 1);
  return { mime, version, encoding: codec.name, lines };
}
