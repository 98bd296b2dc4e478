/** Opens what a caller names: a path, a `file:`, `data:` or `http(s):` address. */
import { ToolError } from '@sandlot/core';
import { readDataUri } from './data-uri.ts';
import { fetchSource } from './fetch.ts';
import { fileUriPath, readWorkspaceFile } from './file.ts';
import type { Source, SourcePolicy } from './types.ts';

/** Opens a source within the policy. @throws ToolError naming the source */
export async function openSource(uri: string, policy: SourcePolicy, signal: AbortSignal): Promise<Source> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return readWorkspaceFile(uri, policy);
    case 'file':
      return readWorkspaceFile(fileUriPath(uri), policy);
    case 'data':
      return readDataUri(uri, policy);
    case 'http':
    case 'https':
      return fetchSource(uri, policy, signal);
    default:
      // A file name may hold a colon.
      if (!uri.includes('://')) return readWorkspaceFile(uri, policy);
      throw new ToolError('INVALID_ARGUMENT', `uri "${uri.slice(0, 200)}": the scheme "${scheme}:" is not supported.`, {
        advice: 'Give a path in the workspace, or a file:, data:, http: or https: address.',
      });
  }
}
