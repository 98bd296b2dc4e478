/** F28–F37: what is not edited stays byte for byte; what does not fit is refused with help. */
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { makeWorld, type World } from './world.ts';

async function edit(world: World, path: string, edits: Record<string, unknown>[], more: Record<string, unknown> = {}) {
  return world.client.call('file_edit', { path, edits, ...more });
}

async function roundTrip(
  world: World,
  before: Buffer,
  edits: Record<string, unknown>[],
  more: Record<string, unknown> = {},
): Promise<Buffer> {
  await writeFile(world.inside('f'), before);
  const answer = await edit(world, 'f', edits, more);
  expect(answer.isError, answer.text).toBe(false);
  return readFile(world.inside('f'));
}

it('F28 changes only the edited bytes of files with any line endings', async () => {
  await using world = await makeWorld();
  const cases = [
    ['a\r\nb\r\nc', 'a\nb', 'a\nx\nb', 'a\r\nx\r\nb\r\nc'],
    ['a\r\nb\nc\r\nd', 'b\nc', 'b\nC', 'a\r\nb\nC\r\nd'],
    ['a\nb\r\nc\nd\n', 'a\nb\nc', 'a\nB\nc', 'a\nB\r\nc\nd\n'],
    ['a\nb', 'b', 'B', 'a\nB'],
    ['a\r\nb\r\n', 'b', 'b\nc', 'a\r\nb\r\nc\r\n'],
    ['a\r\nb\r\n', 'a\r\nb', 'a\r\nB', 'a\r\nB\r\n'],
    ['a\rb\rc', 'b', 'B', 'a\rB\rc'],
    ['x\r\n\r\ny\r\n', 'x\n\ny', 'x\ny', 'x\r\ny\r\n'],
  ] as const;
  for (const [before, old_string, new_string, after] of cases) {
    expect((await roundTrip(world, Buffer.from(before), [{ old_string, new_string }])).toString(), JSON.stringify(before)).toBe(after);
  }
  expect((await roundTrip(world, Buffer.from('a\r\nb'), [{ insert_line: 2, new_string: 'c' }])).toString()).toBe('a\r\nb\r\nc');
  expect(
    (
      await roundTrip(world, Buffer.from('a\r\nb\r\n'), [
        { insert_line: 0, new_string: 'z' },
        { insert_line: 1, new_string: 'x\ny\n' },
      ])
    ).toString(),
  ).toBe('z\r\na\r\nx\r\ny\r\nb\r\n');
});

it('F29 keeps encodings, marks and invalid bytes', async () => {
  await using world = await makeWorld();
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  const edits = [{ old_string: 'two', new_string: 'TWO' }];
  const text = 'one é\ntwo 漢\nthree\n';
  expect(await roundTrip(world, Buffer.from(`\ufeff${text}`), edits)).toEqual(Buffer.from(`\ufeff${text.replace('two', 'TWO')}`));
  expect(await roundTrip(world, utf16(text), edits)).toEqual(utf16(text.replace('two', 'TWO')));
  expect(await roundTrip(world, utf16(text).swap16(), edits)).toEqual(utf16(text.replace('two', 'TWO')).swap16());
  const invalid = Buffer.concat([Buffer.from('é é one '), Buffer.from([0xff, 0x80]), Buffer.from('\ntwo\n')]);
  expect(await roundTrip(world, invalid, edits)).toEqual(
    Buffer.concat([Buffer.from('é é one '), Buffer.from([0xff, 0x80]), Buffer.from('\nTWO\n')]),
  );
  const shown = await world.client.call('file_read', { path: 'f' });
  expect(shown.text).toContain('not valid utf-8');
  // Every byte of a one-byte encoding, and both bytes of two-byte ones, come back.
  const latin = Buffer.from(Array.from({ length: 224 }, (_, i) => i + 32));
  expect(await roundTrip(world, Buffer.concat([latin, Buffer.from('\ntwo')]), [{ old_string: 'two', new_string: '€é' }])).toEqual(
    Buffer.concat([latin, Buffer.from([10, 0x80, 0xe9])]),
  );
  const gbk = Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 10]);
  expect(await roundTrip(world, gbk, [{ old_string: '好', new_string: '们' }], { encoding: 'gbk' })).toEqual(
    Buffer.from([0xc4, 0xe3, 0xc3, 0xc7, 10]),
  );
  const sjis = Buffer.from([0x83, 0x5c, 0x5c, 10]);
  expect(await roundTrip(world, sjis, [{ old_string: '\\', new_string: '/' }], { encoding: 'shift_jis' })).toEqual(
    Buffer.from([0x83, 0x5c, 0x2f, 10]),
  );
  const before = await readFile(world.inside('f'));
  const refused = await edit(world, 'f', [{ old_string: '/', new_string: '😀' }], { encoding: 'shift_jis' });
  expect(refused.error?.code).toBe('INVALID_ARGUMENT');
  expect(refused.text).toContain('U+1F600');
  expect(await readFile(world.inside('f'))).toEqual(before);
  expect((await edit(world, 'f', [{ old_string: 'a', new_string: 'b' }], { encoding: 'klingon' })).text).toContain('klingon');
  for (const [encoding, bytes] of [
    ['gbk', [0xc4, 0xe3]],
    ['utf-16le', [0xff, 0xfe, 0x60, 0x4f]],
    ['big5', [0xa7, 0x41]],
    ['euc-kr', [0xc7, 0xd1]],
    ['euc-jp', [0x8f, 0xb0, 0xa1]],
  ] as const) {
    const character = new TextDecoder(encoding).decode(Uint8Array.from(bytes));
    expect((await world.client.call('file_write', { path: 'g', content: character, encoding })).isError).toBe(false);
    expect(await readFile(world.inside('g')), encoding).toEqual(Buffer.from(bytes));
    expect((await world.client.call('file_read', { path: 'g', encoding })).text.split('\n[')[0]).toBe(character);
  }
});

it('F30 explains edits that match twice, not at all, or nearly', async () => {
  await using world = await makeWorld();
  const content = 'function a() {\n\treturn "x";\n}\nfunction b() {\n\treturn "x";\n}\naaa\n';
  await writeFile(world.inside('f'), content);
  const refused = async (old_string: string, new_string: string, ...parts: string[]) => {
    const answer = await edit(world, 'f', [{ old_string, new_string }]);
    expect(answer.isError, old_string).toBe(true);
    for (const part of parts) expect(answer.text).toContain(part);
    expect(await readFile(world.inside('f'), 'utf8')).toBe(content);
    return answer;
  };
  const twice = await refused('return "x"', 'y', '2 times', 'lines 2, 5', 'replace_all');
  expect(twice.error?.data).toEqual({ matches: 2, lines: [2, 5] });
  await refused('aa', 'b', '2 times');
  await refused('same', 'same', 'the same');
  await refused('', 'x', 'empty');
  await refused('function b() {\n    return "x";\n}', 'y', 'Line 4', 'indentation', '→return');
  await refused('function a() {\n\treturn “x”;\n}', 'y', 'Line 1', 'typographic quotes');
  await refused('function a() { \n\treturn "x";', 'y', 'spaces at the ends');
  await refused('FUNCTION A() {', 'y', 'case');
  await refused('function aa(x) {', 'y', 'Nearest', 'Line 1', '% alike');
  await refused('qqqqqqq', 'y', 'Nothing in it is similar');
  const relaxed = await edit(
    world,
    'f',
    [{ old_string: 'function b() {\n    return "x";\n}', new_string: 'function c() {\n\treturn 1;\n}' }],
    { match: 'relaxed' },
  );
  expect(relaxed.facts['replacements']).toBe(1);
  expect(await readFile(world.inside('f'), 'utf8')).toContain('function c() {\n\treturn 1;\n}\naaa');
  const all = await edit(world, 'f', [{ old_string: 'a', new_string: 'b', replace_all: true }]);
  expect(all.isError).toBe(false);
  expect(await readFile(world.inside('f'), 'utf8')).toMatch(/bbb\n$/);
});

it('F31 takes replacements literally', async () => {
  await using world = await makeWorld();
  const text = String.raw`$& $1 $$ \n ${'${x}'} ` + '`tick` $`';
  expect((await roundTrip(world, Buffer.from('before X.*(a) after\n'), [{ old_string: 'X.*(a)', new_string: text }])).toString()).toBe(
    `before ${text} after\n`,
  );
});

it('F33 keeps ten edits made at once, also through links', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('f'), Array.from({ length: 10 }, (_, i) => `line-${i}\n`).join(''));
  const { symlink } = await import('node:fs/promises');
  await symlink('f', world.inside('link'));
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => edit(world, i % 2 ? 'link' : './f', [{ old_string: `line-${i}\n`, new_string: `LINE-${i}\n` }])),
  );
  expect(answers.filter(({ isError }) => isError)).toEqual([]);
  expect(await readFile(world.inside('f'), 'utf8')).toBe(Array.from({ length: 10 }, (_, i) => `LINE-${i}\n`).join(''));
  const appends = await Promise.all(
    Array.from({ length: 20 }, (_, i) => world.client.call('file_write', { path: 'log', content: `${i}\n`, mode: 'append' })),
  );
  expect(appends.every(({ isError }) => !isError)).toBe(true);
  expect((await readFile(world.inside('log'), 'utf8')).trim().split('\n')).toHaveLength(20);
});

it('F34 refuses a change against an outdated version, and only then', async () => {
  await using world = await makeWorld();
  const { version } = (await world.client.call('file_read', { path: 'good.txt' })).facts;
  await utimes(world.inside('good.txt'), new Date(0), new Date(0));
  const touched = await edit(world, 'good.txt', [{ old_string: 'good', new_string: 'better' }], { if_version: version });
  expect(touched.isError, touched.text).toBe(false);
  for (const [tool, args] of [
    ['file_edit', { edits: [{ old_string: 'better', new_string: 'x' }] }],
    ['file_write', { content: 'x' }],
    ['file_delete', {}],
  ] as const) {
    const answer = await world.client.call(tool, { path: 'good.txt', ...args, if_version: version });
    expect(answer.error?.code).toBe('ABORTED');
    expect(answer.error?.data).toEqual({ version: touched.facts['version'] });
  }
  expect(await readFile(world.inside('good.txt'), 'utf8')).toBe('better\n');
  expect((await world.client.call('file_write', { path: 'new.txt', content: 'x', if_version: 'zzz' })).error?.code).toBe('ABORTED');
});

it('F35 makes all edits or none, each against the file as it was', async () => {
  await using world = await makeWorld();
  const before = Buffer.from('one\ntwo\nthree\n');
  await writeFile(world.inside('f'), before);
  const { mtimeMs } = await stat(world.inside('f'));
  const failed = await edit(world, 'f', [
    { old_string: 'one', new_string: '1' },
    { old_string: 'two', new_string: '2' },
    { old_string: 'four', new_string: '4' },
  ]);
  expect(failed.text).toContain('Edit 3 of 3');
  expect(await readFile(world.inside('f'))).toEqual(before);
  expect((await stat(world.inside('f'))).mtimeMs).toBe(mtimeMs);
  const dry = await edit(world, 'f', [{ old_string: 'one', new_string: '1' }], { dry_run: true });
  expect(dry.text).toContain('-one\n+1');
  expect(await readFile(world.inside('f'))).toEqual(before);
  expect(
    (
      await edit(world, 'f', [
        { old_string: 'one\ntwo', new_string: 'x' },
        { old_string: 'two', new_string: 'y' },
      ])
    ).text,
  ).toContain('overlap');
  expect(
    (
      await roundTrip(world, before, [
        { old_string: 'three', new_string: 'one' },
        { insert_line: 1, new_string: 'new' },
        { old_string: 'one', new_string: '1' },
      ])
    ).toString(),
  ).toBe('1\nnew\ntwo\none\n');
});

it('F36 answers binaries, images and empty files by their kind', async () => {
  await using world = await makeWorld();
  await writeFile(world.inside('b.bin'), Buffer.from([0, 1, 2, 3, 255]));
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  await writeFile(world.inside('p.png'), png);
  await writeFile(world.inside('empty'), '');
  await writeFile(world.inside('d.docx'), Buffer.from('PK\u0003\u0004\0\0'));
  await writeFile(world.inside('large.png'), Buffer.concat([png, Buffer.alloc(4_000_000)]));
  const binary = await world.client.call('file_read', { path: 'b.bin' });
  expect(binary.error?.code).toBe('UNSUPPORTED');
  expect(binary.text).toContain('5 bytes');
  expect((await world.client.call('file_read', { path: 'b.bin', as: 'base64' })).text).toBe('AAECA/8=');
  expect((await world.client.call('file_read', { path: 'p.png' })).content[0]).toEqual({
    type: 'image',
    data: png.toString('base64'),
    mimeType: 'image/png',
  });
  expect((await world.client.call('file_read', { path: 'large.png' })).error?.code).toBe('PAYLOAD_TOO_LARGE');
  expect((await world.client.call('file_read', { path: 'good.txt', as: 'image' })).error?.code).toBe('UNSUPPORTED');
  const empty = await world.client.call('file_read', { path: 'empty' });
  expect(empty.text).toContain('The file is empty');
  expect(empty.facts).toMatchObject({ total_lines: 0, bytes: 0, truncated: false });
  expect((await world.client.call('file_read', { path: 'd.docx' })).text).toContain('markitdown_convert');
  expect((await edit(world, 'b.bin', [{ old_string: 'a', new_string: 'b' }])).error?.code).toBe('UNSUPPORTED');
  expect((await world.client.call('file_write', { path: 'w.bin', content: 'AAECA/8=', encoding: 'base64' })).facts['bytes']).toBe(5);
  expect((await world.client.call('file_write', { path: 'w.bin', content: 'not base64!', encoding: 'base64' })).error?.code).toBe(
    'INVALID_ARGUMENT',
  );
});

it('F37 keeps characters of several bytes whole across every border', async () => {
  await using world = await makeWorld();
  for (const [name, encode] of [
    ['utf-8', (text: string) => Buffer.from(text)],
    ['utf-16le', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ] as const) {
    const lines = Array.from({ length: 120_000 }, (_, i) => `${i} 漢字😀é${'ü'.repeat(i % 7)}\n`);
    await writeFile(world.inside('f'), encode(lines.join('')));
    for (const offset of [1, 999, 1000, 1001, 1002, 50_000, 77_777, 119_999]) {
      const answer = await world.client.call('file_read', { path: 'f', offset, limit: 30 });
      const expected = lines.slice(offset - 1, offset + 29);
      expect(answer.content[0]?.text, `${name} ${offset}`).toBe(expected.join(''));
      expect(answer.facts).toMatchObject({
        start_line: offset,
        end_line: offset + expected.length - 1,
        total_lines: 120_000,
        encoding: name,
      });
    }
    const tail = await world.client.call('file_read', { path: 'f', offset: -3 });
    expect(tail.content[0]?.text).toBe(lines.slice(-3).join(''));
    expect(tail.facts['start_line']).toBe(119_998);
    const all: string[] = [];
    for (let offset: unknown = 1; offset !== undefined;) {
      const answer = await world.client.call('file_read', { path: 'f', offset, max_bytes: 1_234_567 });
      all.push(answer.content[0]?.text ?? '');
      offset = answer.facts['next_offset'];
    }
    expect(all.join('') === lines.join('')).toBe(true);
  }
});
