import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contractSuite } from '@sandlot/core/testing';
import { markitdown } from './index.ts';

contractSuite(markitdown, {
  prepare: (workspace) => writeFile(join(workspace, 'page.html'), '<title>T</title><h1>Hello</h1><p>World</p>'),
  examples: {
    markitdown_convert: { uri: 'page.html' },
    markitdown_convert_to_file: { uri: 'page.html', output_path: 'out/page.md' },
    markitdown_info: { uri: 'page.html' },
  },
});
