/**
 * How fast the image is there, and how big: medians, beside those of last time.
 *
 *   npm run bench:container [-- --save]
 *
 * `--save` writes them to docs/reference/container.json. The image must be built.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Container } from './docker.mjs';
import { compressedSize, image, imageOf, key, root, strict, targets } from './kit.mjs';

const rounds = 5;
const path = `${root}docs/reference/container.json`;
const times = new Map();

/** The container's gateway, in MB of resident memory. */
const idleMegabytes = (container) => container.processes().reduce((sum, { rssMb }) => sum + rssMb, 0);

for (let round = 0; round < rounds; round++) {
  const container = new Container(image, strict);
  const since = (what, from = container.startedAt) => add(what, performance.now() - from);
  try {
    await container.ready();
    since('docker run to ready, ms');
    await container.call(key, 'shell', 'shell_exec', { command: 'true' });
    since('docker run to the first result of the shell, ms');
  } finally {
    container[Symbol.dispose]();
  }
  const second = new Container(image, strict);
  try {
    await second.ready();
    add('idle memory, MB', idleMegabytes(second));
    const steps = {
      'first cell of Python, ms': () => second.call(key, 'code', 'code_execute', { language: 'python', code: '1 + 1' }),
      'first page, ms': () => second.call(key, 'browser', 'browser_navigate', { url: 'data:text/html,<title>Hi</title>' }),
      'first page of the editor, ms': () => editor(second),
    };
    for (const [what, step] of Object.entries(steps)) {
      const from = performance.now();
      await step();
      since(what, from);
    }
  } finally {
    second[Symbol.dispose]();
  }
}
for (const target of Object.keys(targets)) add(`compressed size of ${target}, MB`, (await compressedSize(imageOf(target))) / 1e6);

const last = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
const now = Object.fromEntries([...times].map(([what, values]) => [what, Math.round(median(values))]));
for (const [what, value] of Object.entries(now)) {
  const before = last[what];
  console.log(`${what.padEnd(52)} ${String(value).padStart(6)}${before === undefined ? '' : `   last time ${before}`}`);
}
if (process.argv.includes('--save')) writeFileSync(path, `${JSON.stringify(now, null, 2)}\n`);

function add(what, value) {
  times.set(what, [...(times.get(what) ?? []), value]);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Opens the editor with a one-time ticket, as a person's web browser does. */
async function editor(container) {
  const html = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
  const first = await fetch(await container.ticketUrl(key, '/code-server/'), { headers: html });
  const to = /content="0;url=([^"]*)"/.exec(await first.text())?.[1] ?? '';
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const page = await fetch(new URL(to, container.url), { headers: { ...html, cookie, 'sec-fetch-site': 'same-origin' } });
  if (!page.ok || !(await page.text()).includes('workbench')) throw new Error(`/code-server/ answered ${page.status}`);
}
