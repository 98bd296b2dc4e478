/** What can be converted, for `--list-formats`. */
export const formats = [
  'html htm xhtml             web pages',
  'pdf                        PDF',
  'docx docm dotx             Word',
  'pptx pptm ppsx potx        PowerPoint',
  'xlsx xlsm xlsb xls         Excel',
  'doc ppt                    old Word and PowerPoint, their text',
  'odt ods odp                OpenDocument',
  'rtf                        Rich Text',
  'epub                       books',
  'eml mhtml msg              mail, with attachments',
  'csv tsv                    tables as text',
  'ipynb                      notebooks',
  'rss atom                   feeds',
  'json jsonl xml md txt      text, as it is',
  'zip tar gz tgz             archives, every member',
  'jpg png gif webp tiff heic pictures: size and embedded facts',
];
