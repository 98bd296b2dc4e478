/** The Markdown of any document is read back by another parser as the same structure. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, convert, type Converter } from '../src/convert/index.ts';
import { documents, shapesOf } from './make/documents.ts';
import { linksIn, parseMarkdown } from './parse.ts';

async function print(blocks: readonly Block[]): Promise<string> {
  const own: Converter = { name: 'own', priority: -1, accepts: () => true, convert: () => ({ blocks }) };
  return (await convert('x', { converters: [own] })).markdown;
}

const runs = { numRuns: 300, seed: 6 };

describe('Markdown', () => {
  it('is read back as the same headings, paragraphs, lists, tables, quotes and code', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (blocks) => {
        expect(parseMarkdown(await print(blocks))).toEqual(shapesOf(blocks));
      }),
      runs,
    );
  });

  it('keeps the targets of links', async () => {
    const target = fc.webUrl({ withQueryParameters: true, withFragments: true });
    await fc.assert(
      fc.asyncProperty(target, async (href) => {
        const markdown = await print([{ type: 'paragraph', content: [{ type: 'text', text: 'link', href }] }]);
        expect(linksIn(markdown).map((one) => decodeURI(one))).toEqual([decodeURI(href)]);
      }),
      {
        ...runs,
        examples: [
          ['https://example.com/a_(b)'],
          ['https://example.com/a)b(c'],
          ['https://example.com/[x]'],
          ['https://example.com/a*b_c'],
        ],
      },
    );
  });

  it('in parts is the whole', async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.integer({ min: 1, max: 80 }), async (blocks, maxChars) => {
        const own: Converter = { name: 'own', priority: -1, accepts: () => true, convert: () => ({ blocks }) };
        const whole = await print(blocks);
        let joined = '';
        for (let offset: number | undefined = 0; offset !== undefined;) {
          const part = await convert('x', { converters: [own], offset, maxChars });
          joined += part.markdown;
          offset = part.nextOffset;
        }
        expect(joined).toBe(whole);
      }),
      { ...runs, numRuns: 100 },
    );
  });
});
