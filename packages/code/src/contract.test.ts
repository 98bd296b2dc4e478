import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contractSuite } from '@sandlot/core/testing';
import { testPython } from '../test/test-python.ts';
import { code } from './index.ts';

const python = await testPython();

contractSuite(code, {
  options: { python },
  examples: {
    code_execute: { language: 'javascript', code: '6 * 7' },
    code_context_list: async (client) => {
      await client.call('code_execute', { language: 'javascript', code: '1' });
      return {};
    },
    code_context_delete: async (client) => {
      const { facts } = await client.call('code_context_create', { language: 'javascript' });
      return { context: facts['context'] };
    },
    code_interrupt: async (client) => {
      await client.call('code_execute', { language: 'javascript', code: '1' });
      return { context: 'javascript' };
    },
    // A package of the workspace: no registry is asked.
    code_install: async (_client, workspace) => {
      await mkdir(join(workspace, 'own'));
      await writeFile(join(workspace, 'own', 'package.json'), '{"name":"own","version":"1.0.0"}');
      return { manager: 'npm', packages: ['./own'] };
    },
  },
});
