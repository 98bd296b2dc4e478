/** Documents of the model at random, and the structure that their Markdown must have. */
import * as fc from 'fast-check';
import type { Block, Inline, ListItem } from '../../src/convert/index.ts';

/** What is compared: a kind, then its level or order, and its text or the shapes inside. */
export type Shape = readonly [kind: 'heading' | 'paragraph' | 'code' | 'quote' | 'list' | 'table', ...facts: unknown[]];

const letters = Array.from('abcdeXYZ019 éß中*_#[](){}<>&|\\`~!$^-+.:;=/"\'@%');
const word = fc
  .string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 })
  .map((text) => text.replaceAll(/\s+/g, ' ').trim());
const words = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .map((all) => all.filter((one) => one !== '').join(' '))
  .filter((text) => /[\p{L}\p{N}]/u.test(text));
const plain = words.map((text): Inline[] => [{ type: 'text', text }]);
const simple = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,2}$/);
const marked = fc
  .array(
    fc.record(
      {
        text: simple,
        bold: fc.boolean(),
        italic: fc.boolean(),
        strike: fc.boolean(),
        href: fc.constantFrom('https://example.com/a_(b)', '/c d'),
      },
      { requiredKeys: ['text'] },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((runs): Inline[] =>
    runs.flatMap((run, at): Inline[] => [...(at > 0 ? [{ type: 'text' as const, text: ' ' }] : []), { type: 'text', ...run }]),
  );
const running = fc.oneof(plain, marked);

const heading = fc.tuple(fc.integer({ min: 1, max: 6 }), running).map(([level, content]): Block => ({ type: 'heading', level, content }));
const paragraph = running.map((content): Block => ({ type: 'paragraph', content }));
const code = fc
  .string({ unit: fc.constantFrom(...letters, '\n'), maxLength: 60 })
  .filter((text) => text.trim() !== '' && !text.endsWith('\n') && !/[\r]/.test(text))
  .map((text): Block => ({ type: 'code', text }));
const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc.array(fc.array(running, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 4 }).map((rows): Block => ({
    type: 'table',
    rows: rows.map((row) => row.map((content) => ({ blocks: [{ type: 'paragraph', content }] }))),
  })),
);

function list(depth: number): fc.Arbitrary<Block> {
  const item: fc.Arbitrary<ListItem> =
    depth > 2
      ? paragraph.map((one) => ({ blocks: [one] }))
      : fc
          .tuple(paragraph, fc.option(list(depth + 1), { nil: undefined }))
          .map(([one, inner]) => ({ blocks: inner ? [one, inner] : [one] }));
  return fc
    .tuple(fc.boolean(), fc.array(item, { minLength: 1, maxLength: 4 }))
    .map(([ordered, items]): Block => ({ type: 'list', ordered, items }));
}

const quote = fc.array(fc.oneof(paragraph, heading), { minLength: 1, maxLength: 3 }).map((blocks): Block => ({ type: 'quote', blocks }));

/** Blocks of every kind. Lists never follow each other: Markdown has no border between them. */
export const documents = fc
  .array(fc.oneof(heading, paragraph, code, table, list(0), quote), { minLength: 1, maxLength: 8 })
  .map((blocks) =>
    blocks
      .filter(({ type }, at) => type !== 'list' || blocks[at - 1]?.type !== 'list')
      .filter(({ type }, at, all) => type !== 'quote' || all[at - 1]?.type !== 'quote'),
  );

/** The structure of blocks. */
export function shapesOf(blocks: readonly Block[]): Shape[] {
  return blocks.flatMap((block): Shape[] => {
    switch (block.type) {
      case 'heading':
        return [['heading', block.level, textOf(block.content)]];
      case 'paragraph':
        return [['paragraph', textOf(block.content)]];
      case 'code':
        return [['code', block.text]];
      case 'quote':
        return [['quote', ...shapesOf(block.blocks)]];
      case 'list':
        return [['list', block.ordered, ...block.items.map((item) => shapesOf(item.blocks))]];
      case 'table':
        return [
          [
            'table',
            ...block.rows.map((row) =>
              row.map((cell) => cell.blocks.map((one) => (one.type === 'paragraph' ? textOf(one.content) : '')).join(' ')),
            ),
          ],
        ];
      default:
        return [];
    }
  });
}

function textOf(content: readonly Inline[]): string {
  return content
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
