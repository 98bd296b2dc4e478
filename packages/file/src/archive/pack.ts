/** Packs files and folders into an archive. */
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ToolError } from '@sandlot/core';
import { LeftOut } from '../workspace/left-out.ts';
import { assertWritable, makeMissing, replaceFile } from '../workspace/replace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { formatOfName } from './format.ts';
import { type PackItem, packItems } from './pack-items.ts';
import { tarBytes } from './tar-writer.ts';
import { zipBytes } from './zip-writer.ts';
import { Held } from '../confine/held.ts';
import { quote } from '../workspace/names.ts';

/** What to pack. */
export interface PackOptions {
  readonly source: string;
  readonly archive: string;
  readonly overwrite: boolean;
  readonly ignored: boolean;
  readonly signal?: AbortSignal;
}

/** What was packed. */
export interface PackResult {
  readonly entries: number;
  readonly bytes: number;
  readonly leftOut: LeftOut;
}

/** Packs one file, or what is in a folder, under names relative to it. */
export async function packArchive(workspace: Workspace, options: PackOptions): Promise<PackResult> {
  const format = formatOfName(options.archive);
  return workspace.inOrder([options.archive], async () => {
    using source = workspace.existing(options.source);
    using spot = workspace.changeable(options.archive);
    assertWritable(spot);
    if (spot.target && !options.overwrite) {
      throw new ToolError('ALREADY_EXISTS', `${quote(options.archive)} exists already.`, { advice: 'Set overwrite to replace it.' });
    }
    using made = new Held();
    let entries = 0;
    let bytes = 0;
    const leftOut = new LeftOut();
    const items = async function* (): AsyncGenerator<PackItem> {
      for await (const item of packItems(workspace, source, {
        ignored: options.ignored,
        skip: spot.target?.stats.ino,
        leftOut,
        signal: options.signal,
      })) {
        entries++;
        yield item;
      }
    };
    await replaceFile(
      makeMissing(spot, made),
      spot.name,
      async (file) => {
        const sink = async (chunks: AsyncIterable<Buffer>) => {
          for await (const chunk of chunks) {
            await file.writeFile(chunk);
            bytes += chunk.length;
          }
        };
        if (format === 'zip') await sink(zipBytes(items()));
        else if (format === 'tar') await sink(tarBytes(items()));
        else await pipeline(tarBytes(items()), createGzip(), sink);
      },
      { old: spot.target?.stats, mustBeNew: !spot.target },
    );
    return { entries, bytes, leftOut };
  });
}
