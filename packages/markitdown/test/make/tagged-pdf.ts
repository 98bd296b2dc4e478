/** Tagged PDF files: each text of a page belongs to an element of the structure tree. */

/** An element: its role, its text or its children, and a description. */
export type Tag = readonly [role: string, content: string | readonly Tag[], alt?: string];

/** One page whose texts stand one below the other, in the order of the tags unless `places` says where. */
export function taggedPdf(tags: readonly Tag[], places: readonly (readonly [x: number, y: number])[] = []): Uint8Array {
  const objects: string[] = [];
  let content = '';
  let count = 0;
  // Objects: 1 catalog, 2 pages, 3 page, 4 content, 5 font, 6 tree, 7 parents, 8 root element, then the elements.
  const add = (tag: Tag, parent: number): number => {
    const number = 9 + objects.length;
    objects.push('');
    const [role, inner, alt] = tag;
    const facts = `/Type/StructElem/S/${role}/P ${parent} 0 R/Pg 3 0 R${alt === undefined ? '' : `/Alt(${alt})`}`;
    if (typeof inner === 'string') {
      const id = count++;
      const [x, y] = places[id] ?? [50, 760 - id * 16];
      content += `/${role}<</MCID ${id}>>BDC BT /F1 10 Tf ${x} ${y} Td (${inner}) Tj ET EMC\n`;
      parents[id] = number;
      objects[number - 9] = `<<${facts}/K ${id}>>`;
    } else objects[number - 9] = `<<${facts}/K[${inner.map((child) => `${add(child, number)} 0 R`).join(' ')}]>>`;
    return number;
  };
  const parents: number[] = [];
  const kids = tags.map((tag) => `${add(tag, 8)} 0 R`).join(' ');
  const all = [
    '<</Type/Catalog/Pages 2 0 R/StructTreeRoot 6 0 R/MarkInfo<</Marked true>>>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/StructParents 0/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    '<</Type/StructTreeRoot/K 8 0 R/ParentTree 7 0 R>>',
    `<</Nums[0[${parents.map((number) => `${number} 0 R`).join(' ')}]]>>`,
    `<</Type/StructElem/S/Document/P 6 0 R/K[${kids}]>>`,
    ...objects,
  ];
  return write(all);
}

/** The objects as a file; the first one is the catalog. */
export function write(objects: readonly string[]): Uint8Array {
  let out = '%PDF-1.7\n';
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
