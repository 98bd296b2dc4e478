import { describe, expect, it } from 'vitest';
import { type Tag, taggedPdf } from '../../../test/make/tagged-pdf.ts';
import { convert } from '../index.ts';

const markdown = async (tags: readonly Tag[], places?: readonly (readonly [number, number])[]) =>
  (await convert(taggedPdf(tags, places))).markdown.trim();

describe('tagged PDF', () => {
  it('takes levels of headings from the tags, not from the size', async () => {
    expect(
      await markdown([
        ['H1', 'Top'],
        ['P', 'text'],
        ['H3', 'Deep'],
        ['P', 'more'],
      ]),
    ).toBe('# Top\n\ntext\n\n### Deep\n\nmore');
  });

  it('reads in the order of the tags', async () => {
    const tags: Tag[] = [
      ['H1', 'Head'],
      ['P', 'first'],
      ['P', 'second'],
    ];
    expect(
      await markdown(tags, [
        [50, 100],
        [50, 700],
        [50, 400],
      ]),
    ).toBe('# Head\n\nfirst\n\nsecond');
  });

  it('nests lists, and numbers them by their labels', async () => {
    const item = (label: string, ...body: Tag[]): Tag => [
      'LI',
      [
        ['Lbl', label],
        ['LBody', body],
      ],
    ];
    const inner: Tag = ['L', [item('a.', ['P', 'inner'])]];
    expect(await markdown([['L', [item('3.', ['P', 'three'], inner), item('4.', ['P', 'four'])]]])).toBe('3. three\n   - inner\n4. four');
    expect(await markdown([['L', [item('\\225', ['P', 'dot'])]]])).toBe('- dot');
  });

  it('reads tables with head and body, and lays short rows over the columns', async () => {
    const row = (...cells: string[]): Tag => ['TR', cells.map((cell): Tag => ['TD', cell])];
    const table: Tag = [
      'Table',
      [
        ['THead', [row('over both', 'last')]],
        ['TBody', [row('a', 'b', 'c'), row('d', 'e', 'f')]],
      ],
    ];
    const places = [
      [50, 700],
      [250, 700],
      [50, 680],
      [100, 680],
      [250, 680],
      [50, 660],
      [100, 660],
      [250, 660],
    ] as const;
    expect(await markdown([table], places)).toMatch(
      /^\| over both \|.*\| last \|\n\| --- \| --- \| --- \|\n\| a \| b \| c \|\n\| d \| e \| f \|$/,
    );
  });

  it('reads quotes, code, figures and notes', async () => {
    const tags: Tag[] = [
      ['H1', 'H'],
      ['BlockQuote', [['P', 'quoted']]],
      ['Code', 'x = 1'],
      ['Figure', ' ', 'a duck'],
      ['Note', [['P', 'noted']]],
    ];
    expect(await markdown(tags)).toBe('# H\n\n> quoted\n\n```\nx = 1\n```\n\n![a duck](figure)\n\nnoted');
  });

  it('joins spans and links to one paragraph, also in elements without a meaning', async () => {
    const tags: Tag[] = [
      ['H1', 'H'],
      [
        'P',
        [
          ['Span', 'one '],
          ['NonStruct', 'two '],
          ['Link', 'three'],
        ],
      ],
    ];
    expect(
      await markdown(tags, [
        [50, 760],
        [50, 700],
        [80, 700],
        [110, 700],
      ]),
    ).toBe('# H\n\none two three');
  });

  it('sees headings by size when tags tell none', async () => {
    expect(
      await markdown([
        ['Sect', [['L', [['LI', [['LBody', 'one']]]]]]],
        ['P', 'plain'],
      ]),
    ).toBe('- one\n\nplain');
  });
});
