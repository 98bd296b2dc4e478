/** The licences of modules that stand in a bundle. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The file beside a bundle. */
export const licensesFile = 'LICENSES.txt';

const rule = `\n${'-'.repeat(80)}\n\n`;

/** Their text, one package after the other. @param {string[]} ids paths of modules; one that is a bundle itself brings its own */
export function licenses(ids) {
  const folders = new Set(ids.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []));
  const bundled = new Set(ids.map((id) => join(dirname(id), licensesFile)).filter((file) => existsSync(file)));
  const texts = new Set([...folders].map(licenseOf));
  for (const file of bundled)
    readFileSync(file, 'utf8')
      .split(rule)
      .forEach((text) => texts.add(text));
  return [...texts].toSorted((a, b) => a.localeCompare(b)).join(rule);
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`;
}
