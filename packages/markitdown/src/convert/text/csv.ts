/** Comma-separated values as one table. */
import Papa from 'papaparse';
import type { Converter } from '../converter.ts';
import { decodeText } from '../detect/charset.ts';
import { cell } from '../model/document.ts';

/** Converts .csv and .tsv, whatever their delimiter. */
export const csv: Converter = {
  name: 'csv',
  accepts: ({ kind }) => kind === 'csv' || kind === 'tsv',
  convert({ bytes, detected }) {
    const text = decodeText(bytes, detected.charset).replace(/^\uFEFF/, '');
    const announced = /^sep=(.)\r?\n/i.exec(text);
    const { data } = Papa.parse<string[]>(announced ? text.slice(announced[0].length) : text, {
      skipEmptyLines: true,
      delimiter: announced?.[1] ?? (detected.kind === 'tsv' ? '\t' : ''),
      delimitersToGuess: [',', '\t', ';', '|', ':'],
    });
    const rows = data.filter((row) => row.some((value) => value.trim() !== '')).map((row) => row.map((value) => cell(value.trim())));
    return { blocks: rows.length === 0 ? [] : [{ type: 'table', rows, headerRows: 1 }] };
  },
};
