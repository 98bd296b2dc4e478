/** Archives: every member under its own heading, converted by its own converter. */
import { gunzipSync } from 'node:zlib';
import type { ConvertContext, Converter, Input } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import { type Block, type Document, heading } from '../model/document.ts';
import { readTar } from './tar.ts';
import { Zip } from './zip.ts';

interface Member {
  readonly name: string;
  readonly read: () => Uint8Array;
}

/** Converts .zip, .tar, .gz, .tgz. */
export const archive: Converter = {
  name: 'archive',
  priority: 10,
  accepts: ({ kind }) => kind === 'zip' || kind === 'tar' || kind === 'gz',
  convert,
};

async function convert(input: Input, context: ConvertContext): Promise<Document> {
  const { kind, filename = '' } = input.detected;
  if (kind === 'gz')
    return context.nested(gunzip(input.bytes, context), filename.replace(/\.gz$/i, '').replace(/\.tgz$/i, '.tar') || 'content');
  const members = kind === 'zip' ? zipMembers(input.bytes, context) : tarMembers(input.bytes, context);
  const blocks: Block[] = [
    { type: 'markdown', text: `Content from the ${kind} file${filename ? ` \`${filename.replaceAll('`', '')}\`` : ''}:` },
  ];
  const warnings: string[] = [];
  for (const [index, { name, read }] of members.entries()) {
    context.check();
    context.progress(index, members.length);
    try {
      const { blocks: inner, notes, warnings: more = [] } = await context.nested(read(), name);
      blocks.push(heading(2, `File: ${name}`), ...inner, ...[...(notes ?? [])].flatMap(([, note]) => note));
      warnings.push(...more.map((warning) => `${name}: ${warning}`));
    } catch (error) {
      if (
        !(error instanceof ConvertError) ||
        error.code === 'cancelled' ||
        error.code === 'timeout' ||
        (error.code === 'limit' && /inflatedBytes/.test(error.message))
      )
        throw error;
      warnings.push(`${name}: ${error.message}`);
    }
  }
  return { blocks, warnings, metadata: { files: String(members.length) } };
}

function zipMembers(bytes: Uint8Array, { budget, limits }: ConvertContext): Member[] {
  const zip = new Zip(bytes, budget, limits.entries);
  return zip.entries.filter(({ name }) => isWanted(name)).map((entry) => ({ name: entry.name, read: () => zip.unpack(entry) }));
}

function tarMembers(bytes: Uint8Array, { limits }: ConvertContext): Member[] {
  return readTar(bytes, limits.entries)
    .filter(({ name }) => isWanted(name))
    .map(({ name, bytes: content }) => ({ name, read: () => content }));
}

/** Folders, and files that only systems make, say nothing. */
function isWanted(name: string): boolean {
  return !name.endsWith('/') && !/(?:^|\/)(?:__MACOSX\/|\.DS_Store$|Thumbs\.db$|\._)/.test(name);
}

function gunzip(bytes: Uint8Array, { budget }: ConvertContext): Uint8Array {
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: budget.mostFor(bytes.length) });
    budget.take(unpacked.length);
    return unpacked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw budget.tooLarge('content');
    throw error instanceof ConvertError ? error : new ConvertError('malformed', 'The gzip file is broken.', { cause: error });
  }
}
