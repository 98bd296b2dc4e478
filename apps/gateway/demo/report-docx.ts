/** A Word report about the CRM's contacts: headings, text, a list and a table. */
import { strToU8, zipSync } from 'fflate';
import { type Contact, stages } from './crm/contacts.ts';

/** A report: the document, and what must be found in it. */
export interface Report {
  readonly docx: Uint8Array;
  readonly title: string;
  /** The rows of its table, without the header. */
  readonly rows: readonly (readonly string[])[];
}

/** Writes the report. */
export function makeReport(contacts: readonly Contact[]): Report {
  const title = `Pipeline review: ${contacts.length} contacts`;
  const rows = stages.map((stage) => {
    const deals = contacts.filter((contact) => contact.stage === stage);
    return [stage, String(deals.length), String(deals.reduce((sum, { dealSize }) => sum + dealSize, 0))];
  });
  const body = [
    heading(1, title),
    paragraph('The team calls the best open deals first. Deals that are won need no call.'),
    heading(2, 'Rules'),
    bullet('A deal weighs more the further it has come.'),
    bullet('Silence costs: whoever was not called for long moves down.'),
    heading(2, 'Deals by stage'),
    table([['Stage', 'Deals', 'Sum'], ...rows]),
  ];
  return { docx: pack(body.join('')), title, rows };
}

const paragraph = (text: string, properties = '') =>
  `<w:p>${properties && `<w:pPr>${properties}</w:pPr>`}<w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r></w:p>`;
const heading = (level: number, text: string) => paragraph(text, `<w:pStyle w:val="Heading${level}"/>`);
const bullet = (text: string) =>
  paragraph(text, '<w:pStyle w:val="ListParagraph"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>');
const cell = (text: string) => `<w:tc><w:tcPr><w:tcW w:w="2400" w:type="dxa"/></w:tcPr>${paragraph(text)}</w:tc>`;
const table = (rows: readonly (readonly string[])[]) =>
  `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>${'<w:gridCol w:w="2400"/>'.repeat(3)}</w:tblGrid>${rows
    .map((row, index) => `<w:tr>${index === 0 ? '<w:trPr><w:tblHeader/></w:trPr>' : ''}${row.map(cell).join('')}</w:tr>`)
    .join('')}</w:tbl>`;

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const relationships = 'http://schemas.openxmlformats.org/package/2006/relationships';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const contentType = 'application/vnd.openxmlformats-officedocument.wordprocessingml';

/** The package around a body: the parts that Word asks for. */
function pack(body: string): Uint8Array {
  const override = (part: string, kind: string) => `<Override PartName="/word/${part}.xml" ContentType="${contentType}.${kind}+xml"/>`;
  const relation = (id: number, type: string, target: string) =>
    `<Relationship Id="rId${id}" Type="${office}/${type}" Target="${target}"/>`;
  const style = (level: number) =>
    `<w:style w:type="paragraph" w:styleId="Heading${level}"><w:name w:val="heading ${level}"/><w:pPr><w:outlineLvl w:val="${level - 1}"/></w:pPr></w:style>`;
  const files: Record<string, string> = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('document', 'document.main')}${override('styles', 'styles')}${override('numbering', 'numbering')}</Types>`,
    '_rels/.rels': `<Relationships xmlns="${relationships}">${relation(1, 'officeDocument', 'word/document.xml')}</Relationships>`,
    'word/document.xml': `<w:document ${word}><w:body>${body}<w:sectPr/></w:body></w:document>`,
    'word/_rels/document.xml.rels': `<Relationships xmlns="${relationships}">${relation(1, 'styles', 'styles.xml')}${relation(2, 'numbering', 'numbering.xml')}</Relationships>`,
    'word/styles.xml': `<w:styles ${word}>${style(1)}${style(2)}<w:style w:type="paragraph" w:styleId="ListParagraph"><w:name w:val="List Paragraph"/></w:style></w:styles>`,
    'word/numbering.xml': `<w:numbering ${word}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
  };
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, xml]) => [path, strToU8(declaration + xml)])));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
