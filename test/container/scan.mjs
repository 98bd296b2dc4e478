/**
 * What is in the image: a bill of materials (SPDX 2.3), its licences, and known vulnerabilities as far as their lists can be reached.
 *
 *   node test/container/scan.mjs [IMAGE [FILE]]
 *
 * writes the bill to FILE. Every finding that is accepted stands below, with the reason.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { docker } from './docker.mjs';

/** Licences of npm and Python packages that may be passed on beside ours: SPDX's names. */
const allowed =
  /^(0BSD|AFL-2\.1|Apache-2\.0|Artistic-2\.0|BlueOak-1\.0\.0|BSD(-[\w-]+)?|CC-BY-[34]\.0|CC0-1\.0|HPND|ISC|LGPL-[\w.+-]+|MIT(-CMU|-0)?|MPL-2\.0|OFL-1\.1|PSF-2\.0|Python-2\.0|Unlicense|WTFPL|Zlib)$/i;

/** Other spellings; most are Python's classifiers of licences. */
const classifiers = {
  'Apache 2.0': 'Apache-2.0',
  'Apache License, Version 2.0': 'Apache-2.0',
  'Apache Software License': 'Apache-2.0',
  'BSD License': 'BSD',
  'ISC License (ISCL)': 'ISC',
  'MIT License': 'MIT',
  'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
  'Python Software Foundation License': 'PSF-2.0',
};

/** Packages whose licence cannot be read where it should stand, and why. */
const explained = { libncursesw6: 'its folder of documents is a link to that of libtinfo6, which is of the base' };

/** Run inside: what each package manager knows, as lines of `kind name version licence`. */
const inventory = String.raw`
dpkg-query -W -f 'deb\t\${binary:Package}\t\${Version}\t\n'
node - <<'JS'
const { readdirSync, readFileSync, existsSync } = require('node:fs');
const { join } = require('node:path');
const seen = new Set();
function packages(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === '.bin') continue;
    const path = join(folder, entry.name);
    if (entry.name.startsWith('@')) { packages(path); continue; }
    const manifest = join(path, 'package.json');
    if (existsSync(manifest)) {
      const { name, version, license, licenses } = JSON.parse(readFileSync(manifest, 'utf8'));
      const known = typeof license === 'string' ? license : (license?.type ?? [licenses ?? []].flat().map((one) => one.type ?? one).join(' OR '));
      const line = ['npm', name, version, known].join('\t');
      if (name && version && !seen.has(line)) { seen.add(line); console.log(line); }
    }
    if (existsSync(join(path, 'node_modules'))) packages(join(path, 'node_modules'));
    if (existsSync(join(path, 'lib/vscode/node_modules'))) packages(join(path, 'lib/vscode/node_modules'));
  }
}
for (const root of ['/opt/sandlot/node_modules', '/opt/code-server/lib/node_modules', '/usr/local/lib/node_modules']) if (existsSync(root)) packages(root);
JS
if command -v python3 >/dev/null; then python3 - <<'PY'
from importlib.metadata import distributions
for found in distributions():
    data = found.metadata
    said = data.get('License-Expression') or next((c.split(' :: ')[-1] for c in data.get_all('Classifier') or [] if c.startswith('License ::')), None) or data.get('License') or ''
    print('pypi', data['Name'], found.version, said.split('\n')[0], sep='\t')
PY
fi`.replaceAll('\\$', '$');

/** Everything that is installed in an image. */
export function packagesOf(image) {
  const lines = docker('run', '--rm', '--entrypoint', 'bash', image, '-c', inventory).split('\n');
  return lines.map((line) => line.split('\t')).map(([kind, name, version, licence = '']) => ({ kind, name, version, licence }));
}

/** A bill of materials as SPDX 2.3: https://spdx.github.io/spdx-spec/v2.3/ */
export function spdx(image, packages) {
  const purl = {
    deb: (name) => `deb/debian/${name.split(':')[0]}`,
    npm: (name) => `npm/${name.replace('@', '%40')}`,
    pypi: (name) => `pypi/${name.toLowerCase()}`,
  };
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: image,
    documentNamespace: `urn:uuid:${randomUUID()}`,
    creationInfo: { created: new Date().toISOString().replace(/\.\d+/, ''), creators: ['Tool: sandlot test/container/scan.mjs'] },
    documentDescribes: packages.map((_, index) => `SPDXRef-${index}`),
    packages: packages.map(({ kind, name, version, licence }, index) => ({
      SPDXID: `SPDXRef-${index}`,
      name,
      versionInfo: version,
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: isExpression(licence) ? licence : 'NOASSERTION',
      copyrightText: 'NOASSERTION',
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: `pkg:${purl[kind](name)}@${encodeURIComponent(version)}`,
        },
      ],
    })),
  };
}

const isExpression = (licence) => /^[\w.+-]+( (OR|AND|WITH) [\w.+-]+)*$/.test(licence);

/** Licences that are neither allowed nor explained. Each of Debian's packages that is not of the base must bring its copyright file. */
export function licenceFindings(image, packages) {
  const words = (licence) => (classifiers[licence] ?? licence).replace(/[()]/g, '').split(/ OR | AND |\/|, /);
  const odd = packages
    .filter(({ kind }) => kind !== 'deb')
    .filter(({ name, licence }) => !(name in explained) && !words(licence).some((word) => allowed.test(word.trim())))
    .map(({ kind, name, version, licence }) => `${kind} ${name}@${version}: licence "${licence}"`);
  const inside = (name, command) => docker('run', '--rm', '--entrypoint', 'bash', name, '-c', command).split('\n').filter(Boolean);
  const names = "dpkg-query -W -f '${Package}\\n' | sort -u";
  const base = new Set(inside('debian:bookworm-slim', names));
  const missing = inside(image, `${names} | while read -r p; do [ -e /usr/share/doc/$p/copyright ] || echo $p; done`)
    .filter((name) => !base.has(name) && !(name in explained))
    .map((name) => `deb ${name}: no copyright file`);
  return [...odd, ...missing];
}

/** Known vulnerabilities: what the sources at hand say, and which could not be asked. */
export function vulnerabilityFindings(image) {
  const findings = [];
  const unreachable = [];
  const debian = spawnSync(
    'docker',
    [
      'run',
      '--rm',
      '--user',
      '0',
      '--entrypoint',
      'bash',
      image,
      '-c',
      'apt-get update -q >/dev/null && apt-get --simulate --quiet upgrade',
    ],
    { encoding: 'utf8' },
  );
  if (debian.status === 0) findings.push(...debian.stdout.split('\n').filter((line) => /^Inst .*security/i.test(line)));
  else unreachable.push("Debian's security updates");
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const npm = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8' });
  const audit = JSON.parse(npm.stdout || '{}');
  if (audit.vulnerabilities) findings.push(...Object.values(audit.vulnerabilities).map(({ name, severity }) => `npm ${name}: ${severity}`));
  else unreachable.push('npm audit');
  return { findings, unreachable };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [image = 'sandlot/sandlot', file] = process.argv.slice(2);
  const packages = packagesOf(image);
  if (file) writeFileSync(file, `${JSON.stringify(spdx(image, packages), null, 2)}\n`);
  const { findings, unreachable } = vulnerabilityFindings(image);
  const all = [...licenceFindings(image, packages), ...findings];
  console.log(`${packages.length} packages; not asked: ${unreachable.join(', ') || 'nothing'}`);
  console.log(all.length === 0 ? 'no findings' : all.join('\n'));
  process.exitCode = all.length === 0 ? 0 : 1;
}
