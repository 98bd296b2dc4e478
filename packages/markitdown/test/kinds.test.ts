/** Every kind of document, converted in a worker as the server and the command line do it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerPool } from '../src/convert/index.ts';
import { samples } from './make/samples.ts';

/** File name → kind, and what the Markdown holds. */
const expected: Readonly<Record<string, readonly [kind: string, ...parts: string[]]>> = {
  'page.html': ['html', '# H', '- a\n  - b', '| 1 | 2 |', '| 1 | 3 |', '```\nx\n```'],
  'text.docx': ['docx', '# Head', '- one\n  - two', 'c'],
  'slides.pptx': ['pptx', '<!-- Slide number: 1 -->', '# T', 'body', '### Notes:\n\nnote'],
  'book.xlsx': ['xlsx', '## One', '| a | b |\n| --- | --- |\n| 1 | TRUE |\n| x | 2.5 |'],
  'book.xls': ['xls', '## One', '| 1 | TRUE |'],
  'book.xlsb': ['xlsb', '## One', '| 1 | TRUE |'],
  'text.odt': ['odt', '# H', '- i'],
  'sheet.ods': ['ods', '## S', '| x | x |'],
  'slides.odp': ['odp', 'x'],
  'text.rtf': ['rtf', '**bold**', '| a |', 'café'],
  'old.doc': ['doc', 'text', '| a | b |', 'wide'],
  'old.ppt': ['ppt', '# Title', 'one\n\ntwo', 'next'],
  'mail.msg': ['msg', '**Subject:** Subject'],
  'mail.eml': ['eml', '**From:** a@example.com', '**Subject:** Hi', 'Hello', 'a.csv', '| x | y |'],
  'book.epub': ['epub', '**Title:** Book', '# C'],
  'plain.pdf': ['pdf', 'Some text on a page', '| a | b |\n| --- | --- |\n| c | d |'],
  'tagged.pdf': ['pdf', '# Head', 'text', '1. one', '| a | b |'],
  'data.csv': ['csv', '| a | b |\n| --- | --- |\n| 1 | x, y |'],
  'data.tsv': ['tsv', '| 1 | 2 |'],
  'data.json': ['json', '{"a":[1,{"b":null}]}'],
  'data.jsonl': ['jsonl', '{"a":1}\n{"a":2}'],
  'data.xml': ['xml', '<b c="d">e</b>'],
  'feed.rss': ['rss', '# F', '## I', 'x'],
  'note.ipynb': ['ipynb', '# N', '```python\nx = 1\n```'],
  'text.md': ['markdown', '# A\n\n- b'],
  'text.txt': ['text', 'Plain text, café.'],
  'all.zip': ['zip', '## File: a.csv', '| x | y |', '## File: b/c.html'],
  'all.tar': ['tar', '## File: a.txt', 'inside'],
  'all.tgz': ['gz', '## File: a.txt', 'inside'],
  'dot.png': ['image', '![](dot.png)', 'ImageSize: 4x3'],
  'sound.wav': ['audio', 'Title: Song', 'Artist: Singer', 'Duration: 0:02', 'SampleRate: 8000 Hz'],
};

describe('every kind of document', () => {
  let workers: WorkerPool;
  beforeAll(() => {
    workers = new WorkerPool({ size: 1 });
  });
  afterAll(() => workers[Symbol.asyncDispose]());

  for (const [filename, bytes] of Object.entries(samples)) {
    const [kind, ...parts] = expected[filename] ?? [];
    if (kind === undefined) continue;
    it(`converts ${filename}`, async () => {
      const conversion = await workers.convert(bytes, { hints: { filename } });
      expect(conversion.kind).toBe(kind);
      for (const part of parts) expect(conversion.markdown).toContain(part);
    });
  }

  it('tells the kinds that have marks of their own without a name', async () => {
    const marked = ['page.html', 'text.docx', 'slides.pptx', 'book.xlsx', 'book.xls', 'book.xlsb', 'text.odt', 'sheet.ods', 'slides.odp'];
    const more = ['text.rtf', 'old.doc', 'old.ppt', 'mail.msg', 'mail.eml', 'book.epub', 'plain.pdf', 'data.json', 'data.xml', 'feed.rss'];
    for (const filename of [...marked, ...more, 'note.ipynb', 'all.zip', 'all.tar', 'all.tgz', 'dot.png', 'sound.wav']) {
      const conversion = await workers.convert(samples[filename] ?? new Uint8Array());
      expect(conversion.kind, filename).toBe(expected[filename]?.[0]);
    }
  });
});
