/** Takes a file's bytes as a stream. What is there stays as it is until all of them have come. */
import { constants, statfsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import { Held } from '../confine/held.ts';
import { assertWritable, makeMissing, stage, type Staged } from '../workspace/replace.ts';
import { readVersion } from '../workspace/version.ts';
import { type Changeable, isFound, type Workspace } from '../workspace/workspace.ts';
import { judge, tagOf } from './conditions.ts';
import { notMatching } from './download.ts';
import { asText, quote } from '../workspace/names.ts';

const drainMs = 1000;
const drainBytes = 64 * 1024 * 1024;

/** Answers PUT: 201 for a new file, 200 for one that was replaced, with its new tag. */
export async function upload(workspace: Workspace, path: string, request: Request, signal: AbortSignal): Promise<Response> {
  if (request.headers.has('content-range')) {
    throw new ToolError('INVALID_ARGUMENT', 'A part of a file cannot be put.', {
      advice: 'Send the whole file without Content-Range, or append with file_write.',
    });
  }
  const declared = request.headers.get('content-length');
  const most = workspace.limits.uploadBytes;
  if (declared !== null && Number(declared) > most) throw tooLarge(most);
  using spot = workspace.changeable(path);
  assertWritable(spot);
  const refusal = await refused(spot, request.headers);
  if (refusal) return refusal;
  if (declared !== null) assertSpace(spot, Number(declared));
  // Beside the deepest folder that exists: a failed upload leaves no new folders.
  await using staged = await stage(spot.parent, isFound(spot) ? 0o600 : 0o666);
  const bytes = await receive(staged.file, request, most, signal);
  if (declared !== null && bytes !== Number(declared))
    throw new ToolError('INVALID_ARGUMENT', `${declared} bytes were announced, but ${bytes} came.`);
  return await workspace.inOrder([path], () => put(workspace, path, staged, { bytes, existed: isFound(spot), headers: request.headers }));
}

async function receive(file: FileHandle, { body }: Request, most: number, signal: AbortSignal): Promise<number> {
  const reader = body?.getReader();
  let bytes = 0;
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      signal.throwIfAborted();
      bytes += part.value.byteLength;
      if (bytes > most) throw tooLarge(most);
      await file.writeFile(part.value);
    }
    return bytes;
  } catch (error) {
    if (reader) await drain(reader);
    throw error;
  }
}

/** A client that still sends does not read the answer: what is on its way is taken first, within bounds. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const end = performance.now() + drainMs;
  for (let bytes = 0; bytes < drainBytes && performance.now() < end;) {
    const part = await Promise.race([reader.read(), setTimeout(drainMs, undefined, { ref: false })]).catch(() => undefined);
    if (!part || part.done) return;
    bytes += part.value.byteLength;
  }
}

/** Looks again: other changes may have come while the bytes did. */
async function put(
  workspace: Workspace,
  path: string,
  staged: Staged,
  { bytes, existed, headers }: { bytes: number; existed: boolean; headers: Headers },
): Promise<Response> {
  using spot = workspace.changeable(path);
  assertWritable(spot);
  const refusal = await refused(spot, headers);
  if (refusal) return refusal;
  if (existed && !isFound(spot)) throw new ToolError('ABORTED', `${quote(path)} was deleted while its new content came.`);
  using made = new Held();
  const folder = makeMissing(spot, made);
  const version = await readVersion(staged.file);
  await staged.place(folder, spot.name, isFound(spot) ? { old: spot.target.stats } : { mustBeNew: true });
  return Response.json(
    {
      success: true,
      message: 'ok',
      data: { path: asText(spot.shown), bytes, version, created: !existed },
    },
    { status: existed ? 200 : 201, headers: { ETag: tagOf(version) } },
  );
}

async function refused(spot: Changeable, headers: Headers): Promise<Response | undefined> {
  if (!headers.has('if-match') && !headers.has('if-none-match')) return undefined;
  const tag = await tagAt(spot);
  return judge(headers, tag) === 'go' ? undefined : notMatching(spot.path, tag);
}

async function tagAt({ target }: Changeable): Promise<string | undefined> {
  if (!target) return undefined;
  await using file = await target.open(constants.O_RDONLY);
  return tagOf(await readVersion(file));
}

function assertSpace({ parent, path }: Changeable, bytes: number): void {
  const { bavail, bsize } = statfsSync(parent.path);
  if (bytes <= bavail * bsize) return;
  throw new ToolError('RESOURCE_EXHAUSTED', `${quote(path)} needs ${bytes} bytes, and the disk has ${bavail * bsize}.`, {
    cause: Object.assign(new Error('no space'), { code: 'ENOSPC' }),
  });
}

function tooLarge(most: number): ToolError {
  return new ToolError('PAYLOAD_TOO_LARGE', `The file is over the limit of ${most} bytes.`, {
    advice: 'Raise it with --upload-bytes, or send less.',
  });
}
