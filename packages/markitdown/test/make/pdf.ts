/** PDF files out of drawing operators. */

/** A font of an East Asian script that is not in the file, and names a predefined character map. */
export interface CidFont {
  readonly encoding: string;
  readonly ordering: string;
}

/** One page's content stream; fonts: F1 Helvetica, F2 Helvetica-Bold, F3 Courier, F4 the given one. */
export function pdf(pages: string[], annotations: string[] = [], cidFont?: CidFont): Uint8Array {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  add('<</Type/Catalog/Pages 2 0 R>>');
  add(`<</Type/Pages/Count ${pages.length}/Kids[${pages.map((_, at) => `${6 + at * 2} 0 R`).join(' ')}]>>`);
  for (const font of ['Helvetica', 'Helvetica-Bold', 'Courier'])
    add(`<</Type/Font/Subtype/Type1/BaseFont/${font}/Encoding/WinAnsiEncoding>>`);
  for (const [at, content] of pages.entries()) {
    const more = cidFont ? `/F4 ${toFont(cidFont)}` : '';
    const links = annotations[at] ? `/Annots[${annotations[at]}]` : '';
    add(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R/F2 4 0 R/F3 5 0 R${more}>>>>/Contents ${7 + at * 2} 0 R${links}>>`,
    );
    add(`<</Length ${content.length}>>stream\n${content}\nendstream`);
  }
  let out = '%PDF-1.4\n';
  const offsets = objects.map((body, at) => {
    const offset = out.length;
    out += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const xref = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}`;
  out += `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF`;
  return Buffer.from(out, 'latin1');
}

function toFont({ encoding, ordering }: CidFont): string {
  const descriptor = '<</Type/FontDescriptor/FontName/Mincho/Flags 4/FontBBox[0 -200 1000 900]/Ascent 800/Descent -200>>';
  const system = `<</Registry(Adobe)/Ordering(${ordering})/Supplement 2>>`;
  const descendant = `<</Type/Font/Subtype/CIDFontType0/BaseFont/Mincho/CIDSystemInfo${system}/FontDescriptor${descriptor}>>`;
  return `<</Type/Font/Subtype/Type0/BaseFont/Mincho/Encoding/${encoding}/DescendantFonts[${descendant}]>>`;
}

/** Text at a place; y counts from the bottom. */
export const at = (x: number, y: number, text: string, font = 'F1', size = 10) => `BT /${font} ${size} Tf ${x} ${y} Td (${text}) Tj ET\n`;

/** A straight line. */
export const rule = (x1: number, y1: number, x2: number, y2: number) => `${x1} ${y1} m ${x2} ${y2} l S\n`;
