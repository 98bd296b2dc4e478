import { utils, write } from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import { convert, type ConvertOptions } from '../index.ts';

type Rows = (string | number | boolean | Date | null)[][];

function book(
  sheets: Record<string, Rows>,
  bookType: 'xlsx' | 'xls' | 'xlsb' = 'xlsx',
  change?: (sheet: ReturnType<typeof utils.aoa_to_sheet>) => void,
): Uint8Array {
  const made = utils.book_new();
  for (const [name, rows] of Object.entries(sheets)) {
    const sheet = utils.aoa_to_sheet(rows);
    change?.(sheet);
    utils.book_append_sheet(made, sheet, name);
  }
  return new Uint8Array(write(made, { type: 'array', bookType }) as ArrayBuffer);
}

const markdown = async (bytes: Uint8Array, options?: ConvertOptions) => (await convert(bytes, options)).markdown.trim();

describe('spreadsheets', () => {
  for (const type of ['xlsx', 'xls', 'xlsb'] as const) {
    it(`prints every sheet of ${type} as a table`, async () => {
      const bytes = book(
        {
          One: [
            ['a', 'b'],
            [1, 2.5],
          ],
          Two: [
            ['x', 'y'],
            [true, ''],
          ],
        },
        type,
      );
      expect(await markdown(bytes)).toBe(
        '## One\n\n| a | b |\n| --- | --- |\n| 1 | 2.5 |\n\n## Two\n\n| x | y |\n| --- | --- |\n| TRUE |  |',
      );
    });
  }

  it('parts tables at blank rows and columns', async () => {
    const bytes = book({ S: [['a', 'b', null, 'c', 'd'], [1, 2, null, 3, 4], [], ['e', 'f'], [5, 6]] });
    expect(await markdown(bytes)).toBe(
      '## S\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n| c | d |\n| --- | --- |\n| 3 | 4 |\n\n| e | f |\n| --- | --- |\n| 5 | 6 |',
    );
  });

  it('shows values as the sheet shows them', async () => {
    const bytes = book(
      {
        S: [
          ['date', 'part'],
          [45_000, 0.25],
        ],
      },
      'xlsx',
      (sheet) => {
        Object.assign(sheet['A2'] ?? {}, { z: 'yyyy-mm-dd' });
        Object.assign(sheet['B2'] ?? {}, { z: '0%' });
      },
    );
    expect(await markdown(bytes)).toContain('| 2023-03-15 | 25% |');
  });

  it('repeats merged cells, and takes a title over the whole width out of the table', async () => {
    const bytes = book(
      {
        S: [
          ['Title', null],
          ['a', 'b'],
          ['c', null],
        ],
      },
      'xlsx',
      (sheet) => {
        sheet['!merges'] = [
          { s: { r: 0, c: 0 }, e: { r: 0, c: 1 } },
          { s: { r: 2, c: 0 }, e: { r: 2, c: 1 } },
        ];
      },
    );
    expect(await markdown(bytes)).toBe('## S\n\nTitle\n\n| a | b |\n| --- | --- |\n| c | c |');
  });

  it('prints formulas, links, comments when there are any', async () => {
    const bytes = book(
      {
        S: [
          ['n', 'link'],
          [1, 'site'],
          [3, 'x'],
        ],
      },
      'xlsx',
      (sheet) => {
        Object.assign(sheet['A3'] ?? {}, { f: 'A2+2', c: [{ a: 'Ann', t: 'why' }] });
        Object.assign(sheet['B2'] ?? {}, { l: { Target: 'https://example.com/' } });
      },
    );
    expect(await markdown(bytes)).toContain('| 1 | [site](https://example.com/) |\n| 3[^1] | x |\n\n[^1]: Comment by Ann: why');
    expect(await markdown(bytes, { formulas: true, comments: false })).toContain('| =A2+2 | x |');
  });

  it('invents no value for a formula that was never calculated', async () => {
    const rows = [
      ['a', 'b', 'c'],
      [1, 2, 3],
    ];
    const bytes = book({ S: rows }, 'xlsx', (sheet) => {
      sheet['B2'] = { t: 'n', f: 'A2+1' };
    });
    expect(await markdown(bytes)).toContain('| 1 |  | 3 |');
    expect(await markdown(bytes, { formulas: true })).toContain('| 1 | =A2+1 | 3 |');
  });

  it('takes sheets by number and by name', async () => {
    const bytes = book({ One: [['a', 'b']], Two: [['c', 'd']], Three: [['e', 'f']] });
    expect(await markdown(bytes, { pages: 'two' })).toContain('| c | d |');
    expect(await markdown(bytes, { pages: '1,3' })).not.toContain('Two');
  });

  it('leaves hidden rows out unless asked', async () => {
    const bytes = book(
      {
        S: [
          ['a', 'b'],
          ['hidden', 'x'],
          ['c', 'd'],
        ],
      },
      'xlsx',
      (sheet) => {
        sheet['!rows'] = [{}, { hidden: true }];
      },
    );
    expect(await markdown(bytes)).not.toContain('hidden');
    expect(await markdown(bytes, { hidden: true })).toContain('| hidden | x |');
  });
});
