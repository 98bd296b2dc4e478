/** Word documents out of the XML of their body. */
import { zip } from './zip.ts';

const namespaces = [
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
  'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
].join(' ');

export interface DocxParts {
  styles?: string;
  numbering?: string;
  footnotes?: string;
  comments?: string;
  /** Relationships of the body: id → [type, target, external]. */
  relations?: Record<string, [type: string, target: string, external?: boolean]>;
  files?: Record<string, string | Uint8Array>;
}

const relationType = (type: string) => `http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}`;

export function docx(body: string, parts: DocxParts = {}): Uint8Array {
  const files: Record<string, string | Uint8Array> = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relationType('officeDocument')}" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<?xml version="1.0" encoding="UTF-8"?><w:document ${namespaces}><w:body>${body}<w:sectPr/></w:body></w:document>`,
    ...parts.files,
  };
  const relations = { ...parts.relations };
  for (const name of ['styles', 'numbering', 'footnotes', 'comments'] as const) {
    const content = parts[name];
    if (content === undefined) continue;
    files[`word/${name}.xml`] = `<w:${name} ${namespaces}>${content}</w:${name}>`;
    relations[`rel-${name}`] = [name, `${name}.xml`];
  }
  files['word/_rels/document.xml.rels'] =
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${Object.entries(relations)
      .map(
        ([id, [type, target, external]]) =>
          `<Relationship Id="${id}" Type="${relationType(type)}" Target="${target}"${external ? ' TargetMode="External"' : ''}/>`,
      )
      .join('')}</Relationships>`;
  return zip(files);
}

/** A paragraph of one run. */
export const p = (text: string, style = '', run = '') =>
  `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ''}<w:r>${run ? `<w:rPr>${run}</w:rPr>` : ''}<w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;

/** A list item. */
export const li = (text: string, level = 0, list = 1) =>
  `<w:p><w:pPr><w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${list}"/></w:numPr></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;

/** Numbering: list 1 has bullets, list 2 numbers. */
export const numbering = ['bullet', 'decimal']
  .map(
    (format, id) =>
      `<w:abstractNum w:abstractNumId="${id}">${[0, 1, 2].map((level) => `<w:lvl w:ilvl="${level}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="%${level + 1}."/></w:lvl>`).join('')}</w:abstractNum>`,
  )
  .concat([1, 2].map((id) => `<w:num w:numId="${id}"><w:abstractNumId w:val="${id - 1}"/></w:num>`))
  .join('');

/** The built-in styles that documents use. */
export const styles = [
  ['Title', 'Title'],
  ['Heading1', 'heading 1'],
  ['Heading2', 'heading 2'],
  ['Heading7', 'heading 7'],
  ['Quote', 'Quote'],
  ['SourceCode', 'Source Code'],
]
  .map(([id, name]) => `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/></w:style>`)
  .join('');
