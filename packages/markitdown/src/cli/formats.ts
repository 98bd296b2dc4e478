/** What can be converted, for `--list-formats`. */
export const formats = [
  'html htm xhtml        web pages',
  'docx docm dotx        Word',
  'xlsx xlsm xlsb xls    Excel',
  'pdf                   PDF',
  'csv tsv               tables as text',
  'json jsonl xml md txt text, as it is',
];
