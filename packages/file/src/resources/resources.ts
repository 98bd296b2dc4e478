/** Workspace files as MCP resources: `file://` with the absolute path. */
import { constants } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Resource, type ResourceContents, type Resources, ToolError } from '@sandlot/core';
import { findPaths } from '../search/find.ts';
import { detect } from '../text/encoding.ts';
import { mediaType } from '../workspace/media.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { asText, quote } from '../workspace/names.ts';

/** The list is for choosing from; whatever it leaves out is read all the same. */
const mostListed = 100;

/** The resources of the server. */
export const resources: Resources<Workspace> = {
  scope: 'file:read',
  templates: [
    {
      uriTemplate: 'file:///{+path}',
      name: 'file',
      title: 'File of the workspace',
      description: `Any file below the workspace, by its absolute path. The list shows the ${mostListed} newest.`,
    },
  ],
  async list({ domain, signal }) {
    const newest = { pattern: '**', path: '.', limit: mostListed, sort: 'mtime', ignored: false, type: 'file', signal } as const;
    const { paths } = await domain.operation('glob', '.', () => findPaths(domain, newest));
    return paths.map((path) => toResource(domain, asText(path)));
  },
  read: (uri, { domain, limits }) => {
    const path = pathOf(uri);
    return domain.operation('read', path, () => readContents(domain, uri, path, limits.answerBytes));
  },
  async watch(uri, onUpdate, { domain }) {
    return domain.updates.watch(pathOf(uri), onUpdate);
  },
};

function toResource({ roots }: Workspace, path: string): Resource {
  return { uri: pathToFileURL(`${roots.first.path}/${path}`).href, name: path, mimeType: mediaType(path, Buffer.alloc(0), true) };
}

async function readContents(workspace: Workspace, uri: string, path: string, most: number): Promise<ResourceContents[]> {
  using found = workspace.existing(path);
  await using file = await found.target.open(constants.O_RDONLY);
  const { size } = await file.stat();
  if (size > most) {
    throw new ToolError('PAYLOAD_TOO_LARGE', `${quote(path)} has ${size} bytes; resources may have ${most}.`, {
      advice: 'Read a range with file_read, or stream it from /v1/file/content/.',
    });
  }
  const bytes = await file.readFile();
  const { codec } = detect(bytes, true);
  const mimeType = mediaType(found.name, bytes.subarray(0, 64), codec !== undefined);
  if (codec) return [{ uri, mimeType, text: codec.decode(bytes.subarray(codec.mark.length)) }];
  return [{ uri, mimeType, blob: bytes.toString('base64') }];
}

/** The path of a URI. What it leads to is the walk's business. */
function pathOf(uri: string): string {
  try {
    const { protocol, host, pathname } = new URL(uri);
    if (protocol === 'file:' && host === '') return decodeURIComponent(pathname);
  } catch {
    // No URL at all is as wrong as another one.
  }
  throw new ToolError('INVALID_ARGUMENT', `${quote(uri)} is not the URI of a file.`, { advice: 'Use file:// and an absolute path.' });
}
