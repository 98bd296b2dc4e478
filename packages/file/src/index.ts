/** The file server: files in a workspace, confined to it. */
import { resolve } from 'node:path';
import { defineServer } from '@sandlot/core';
import { content } from './content/routes.ts';
import { options } from './options.ts';
import { resources } from './resources/resources.ts';
import { tools } from './tools/index.ts';
import { Workspace } from './workspace/workspace.ts';

/** The server `file`. */
export const file = defineServer<Workspace, typeof options>({
  name: 'file',
  title: 'Sandlot files',
  version: '0.1.0',
  description: 'Read, write, edit and search files, confined to a workspace.',
  instructions:
    'Paths are absolute or relative to the workspace. Find with file_glob (names) and file_grep (contents), read ranges with file_read, change parts with file_edit. Answers say what was left out and how to get it.',
  options,
  tools,
  resources,
  routes: content,
  isBusy: ({ updates }) => updates.size > 0,
  open({ workspace, options: { roots, readOnlyRoots, confinement, mounts, hardLinks, attributes, ...limits }, log }) {
    const readOnly = new Set(readOnlyRoots.map((path) => resolve(path)));
    return new Workspace({
      path: workspace,
      readOnly: readOnly.delete(resolve(workspace)),
      roots: [...roots.map((path) => ({ path, readOnly: false })), ...[...readOnly].map((path) => ({ path, readOnly: true }))],
      confinement,
      mounts,
      hardLinks,
      attributes,
      limits,
      onMissingRoot: (path, error) => log.warn('a root cannot be opened and is left out', { path, error }),
    });
  },
});
