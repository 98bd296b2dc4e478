/** Files as HTTP resources, for bytes that are too many for a JSON message: `/v1/file/content/<path>`. */
import { errorResponse, type Routes, ToolError } from '@sandlot/core';
import { hasErrno } from '../confine/errors.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { download } from './download.ts';
import { upload } from './upload.ts';
import { quote } from '../workspace/names.ts';

const path = '/v1/file/content/';

/** GET and HEAD with ranges, PUT; conditions by entity tag. The tag is the `version` of the tools. */
export const content: Routes<Workspace> = {
  path,
  scopes: { GET: 'file:read', HEAD: 'file:read', PUT: 'file:write' },
  async fetch(request, { domain, signal }) {
    const file = pathOf(request.url);
    const isUpload = request.method === 'PUT';
    try {
      return await domain.operation(isUpload ? 'upload' : 'download', file, () =>
        isUpload ? upload(domain, file, request, signal) : download(domain, file, request),
      );
    } catch (error) {
      if (ToolError.is(error) && hasErrno(error.cause, 'ENOSPC', 'EDQUOT')) return errorResponse(error.toBody(), 507);
      throw error;
    }
  },
};

/** The path of a file: what comes after the prefix, percent-decoded once. A second slash makes it absolute. */
function pathOf(url: string): string {
  const rest = new URL(url).pathname.slice(path.length);
  try {
    return decodeURIComponent(rest);
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `The path ${quote(rest)} is not percent-encoded UTF-8.`, { cause: error });
  }
}
