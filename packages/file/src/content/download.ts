/** Gives a file's bytes, whole or a range of them, as a stream. */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { errorResponse, ToolError } from '@sandlot/core';
import { detect } from '../text/encoding.ts';
import { mediaType } from '../workspace/media.ts';
import { readVersion } from '../workspace/version.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { judge, rangeOf, tagOf } from './conditions.ts';
import { asText, quote } from '../workspace/names.ts';

const chunkBytes = 256 * 1024;
const headBytes = 4096;

/** Answers GET and HEAD. */
export async function download(workspace: Workspace, path: string, request: Request): Promise<Response> {
  using found = workspace.existing(path);
  const file = await found.target.open(constants.O_RDONLY);
  let streams = false;
  try {
    const { size, mtime } = await file.stat();
    const tag = tagOf(await readVersion(file));
    const headers = { ETag: tag, 'Last-Modified': mtime.toUTCString(), 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-cache' };
    const verdict = judge(request.headers, tag);
    if (verdict === 'unchanged') return new Response(null, { status: 304, headers });
    if (verdict === 'failed') return notMatching(path, tag);
    const range = rangeOf(request.headers, size, tag);
    if (range === 'unsatisfiable') return notThatLong(path, size);
    const { start, end } = range ?? { start: 0, end: size };
    const body = request.method === 'HEAD' ? null : bytesOf(file, start, end);
    streams = body !== null;
    return new Response(body, {
      status: range ? 206 : 200,
      headers: {
        ...headers,
        ...(await contentHeaders(file, found.name)),
        'Content-Length': String(end - start),
        ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
      },
    });
  } finally {
    if (!streams) await file.close();
  }
}

/** What it is. A browser must not run it: the gateway's own pages have the same origin. */
async function contentHeaders(file: FileHandle, name: string): Promise<Record<string, string>> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  const head = buffer.subarray(0, bytesRead);
  return {
    'Content-Type': mediaType(name, head, detect(head, false).codec !== undefined),
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(asText(name))}`,
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
  };
}

/** The bytes, and an error instead of the rest when the file has become shorter. */
function bytesOf(file: FileHandle, start: number, end: number): ReadableStream<Uint8Array> {
  let at = start;
  return new ReadableStream(
    {
      async pull(controller) {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(Math.min(chunkBytes, end - at)), 0, undefined, at);
        at += bytesRead;
        if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
        if (at < end && bytesRead > 0) return;
        await file.close();
        if (at === end) controller.close();
        else controller.error(new Error('The file became shorter while it was read.'));
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}

/** 412 with the tag of what is there. */
export function notMatching(path: string, tag: string | undefined): Response {
  const now = tag === undefined ? 'it does not exist' : `its tag is ${tag}`;
  const error = new ToolError('ABORTED', `${quote(path)} is not what the request expects: ${now}.`, {
    advice: 'Read it again, then repeat the request with the tag that it has now.',
  });
  return errorResponse(error.toBody(), 412, tag === undefined ? {} : { ETag: tag });
}

function notThatLong(path: string, size: number): Response {
  const error = new ToolError('INVALID_ARGUMENT', `${quote(path)} has ${size} bytes; the range begins after them.`);
  return errorResponse(error.toBody(), 416, { 'Content-Range': `bytes */${size}` });
}
