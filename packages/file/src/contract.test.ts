import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contractSuite } from '@sandlot/core/testing';
import { file } from './index.ts';

contractSuite(file, {
  prepare: (workspace) => writeFile(join(workspace, 'a.txt'), 'one\ntwo\n'),
  examples: {
    file_read: { path: 'a.txt' },
    file_write: { path: 'b/c.txt', content: 'hello\n' },
    file_edit: { path: 'a.txt', edits: [{ old_string: 'one', new_string: '1' }] },
    file_list: {},
    file_glob: { pattern: '*.txt' },
    file_grep: { pattern: 'tw.' },
    file_stat: { path: 'a.txt' },
    file_move: { source: 'a.txt', destination: 'b.txt' },
    file_copy: { source: 'a.txt', destination: 'b.txt' },
    file_delete: { path: 'a.txt' },
    file_mkdir: { path: 'folder' },
    file_patch: { patch: '*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+1\n two\n*** End Patch' },
    file_checkpoint: { label: 'start' },
    file_diff: async (client) => ({ from: (await client.call('file_checkpoint')).facts['checkpoint'] }),
    file_restore: async (client) => ({ checkpoint: (await client.call('file_checkpoint')).facts['checkpoint'] }),
    file_pack: { source: 'a.txt', archive: 'a.zip' },
    file_unpack: async (client) => {
      await client.call('file_pack', { source: 'a.txt', archive: 'a.tgz' });
      return { archive: 'a.tgz', destination: 'out' };
    },
    file_watch: {},
  },
});
