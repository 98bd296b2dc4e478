/** What must be reached, from the reference: its "must" column and the figures of the issue. */
export interface Gate {
  readonly measure: string;
  readonly most?: number;
  readonly least?: number;
}

export const gates: readonly Gate[] = [
  { measure: 'score docx', least: 0.86 },
  { measure: 'score pptx', least: 0.86 },
  { measure: 'score xlsx', least: 0.8 },
  { measure: 'score html', least: 0.93 },
  { measure: 'score odf', least: 0.78 },
  { measure: 'score csv', least: 1 },
  { measure: '1 MB HTML, s', most: 0.7 },
  { measure: '10k-row XLSX, s', most: 0.6 },
  { measure: '400-table DOCX, s', most: 0.8 },
  { measure: '193-page PDF, s', most: 5 },
  { measure: 'mixed batch, times faster than markitdown', least: 5 },
  { measure: '--version, ms', most: 60 },
  { measure: 'MCP ready, ms', most: 250 },
  { measure: '464-page PDF, MB', most: 400 },
  { measure: '100 conversions, growth in MB', most: 50 },
  { measure: 'bomb.docx, s', most: 1 },
  { measure: 'bomb.docx, MB', most: 300 },
  { measure: 'bomb.ods, s', most: 1 },
  { measure: 'bomb.ods, MB', most: 300 },
  { measure: 'bomb-nested.docx, s', most: 1 },
  { measure: 'bomb-nested.docx, MB', most: 300 },
  { measure: 'install, MB', most: 60 },
];

/** "pass", "miss" with the limit, or "not measured". */
export function verdict({ most, least }: Gate, value: number | undefined): string {
  if (value === undefined) return 'not measured';
  const passes = (most === undefined || value <= most) && (least === undefined || value >= least);
  return passes ? 'pass' : `MISS (${most === undefined ? `at least ${least}` : `at most ${most}`})`;
}
