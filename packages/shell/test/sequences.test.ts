/** Random sequences of commands in one session, against one bash that runs them all: 200, and with SANDLOT_TEST_FULL 1,000. */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { connect, temporaryFolder, type TestClient } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { baseEnvironment, pipeEnvironment } from '../src/sessions/environment.ts';
import { shell } from '../src/index.ts';

const sequences = process.env['SANDLOT_TEST_FULL'] ? 1000 : 200;
const steps = 5;
const parallel = 8;
// One script counts on where several begin anew.
const lines = /(?:eval: )?line \d+/g;

it(`carries state through ${sequences} random sequences as one bash does`, { timeout: 30 * 60_000 }, async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path });
  const numbers = Array.from({ length: sequences }, (_, index) => index);
  const work = async () => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) await compare(client, folder.path, number);
  };
  await Promise.all(Array.from({ length: parallel }, work));
});

async function compare(client: TestClient, folder: string, number: number): Promise<void> {
  const random = generator(number + 1);
  const commands = Array.from({ length: steps }, () => command(random));
  // Deep enough that `cd ..` stays in what belongs to this sequence.
  const [ours, oracles] = ['ours', 'oracles'].map((side) => join(folder, `${side}`, `${number}`, '1/2/3/4/5'));
  if (ours === undefined || oracles === undefined) return;
  await Promise.all([mkdir(ours, { recursive: true }), mkdir(oracles, { recursive: true })]);
  const actual: string[] = [];
  for (const [index, text] of commands.entries()) {
    const answer = await client.call('shell_exec', {
      command: text,
      session: `s${number}`,
      wait_ms: 120_000,
      ...(index === 0 && { cwd: ours }),
    });
    actual.push(`${answer.content.length > 1 ? String(answer.content[0]?.text) : ''}=${String(answer.facts['exit_code'])}`);
  }
  await client.call('shell_kill', { session: `s${number}` });
  expect(
    actual.map((text) => text.replaceAll('/ours/', '/oracles/').replaceAll(lines, 'line')),
    `seed ${number}: ${JSON.stringify(commands)}`,
  ).toEqual(await oracle(commands, oracles));
}

async function oracle(commands: readonly string[], workspace: string): Promise<string[]> {
  const end = '\u0001';
  const script = commands.map((text) => `eval ${quote(text)}; printf '=%s${end}' $?`).join('\n');
  const { stdout } = spawn('/bin/bash', ['--norc', '--noprofile', '-O', 'expand_aliases', '-c', `exec 2>&1\n${script}`, 'bash'], {
    cwd: workspace,
    env: { ...baseEnvironment([]), ...pipeEnvironment, PWD: workspace },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (await readText(stdout)).replaceAll(lines, 'line').split(end).slice(0, -1);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

type Random = <T>(choices: readonly T[]) => T;

/** The same choices for the same seed (mulberry32). */
function generator(seed: number): Random {
  let state = seed;
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const chosen = choices[((t ^ (t >>> 14)) >>> 0) % choices.length];
    if (chosen === undefined) throw new Error('Nothing to choose from.');
    return chosen;
  };
}

const values = [
  '',
  'plain',
  'two words',
  "it's",
  '"double"',
  '$HOME',
  '`id`',
  '\\',
  '\\\\n',
  'a\nb',
  'a\n\n',
  '\t',
  'é日本🙂',
  '!x',
  '*',
  '#',
  '=a=',
  '; ls',
  '\u001b[31m',
  "$'x'",
];
const names = ['A', 'B', 'LONG_NAME', '_c', 'lower'];
const folders = ['d', 'two words', "it's", 'é日本', '-dash', '$x', 'new\nline', ' lead'];
const functions = ['f', 'g', 'h-i'];

function command(random: Random): string {
  const name = random(names);
  const folder = quote(random(folders));
  const f = random(functions);
  return random([
    () => `export ${name}=${quote(random(values))}`,
    () => `export ${name}=${quote(random(values) + random(values))}; echo set`,
    () => `unset ${name}`,
    () => `printf '%q|' "\${${name}-unset}"`,
    () => `env -0 | grep -z '^${name}=' | od -c`,
    () => `mkdir -p -- ${folder} && cd -- ${folder}; pwd`,
    () => 'cd ..; pwd',
    () => 'cd - >/dev/null 2>&1; pwd; echo "$OLDPWD" | wc -l',
    () => 'basename "$PWD" | od -c',
    () => `${f}() { echo "${f}: $* ${random(['a', 'b'])}"; return ${random([0, 1, 7])}; }`,
    () => `${f}() { cat <<EOF\nin ${f} \\$1 $1\nEOF\n}`,
    () => `${f}() { for i in 1 2; do case $i in 1) echo one;; *) printf '%s\\n' "${random(['x', 'it'])}";; esac; done; (echo sub) | cat; }`,
    () => `${f}() { local l=$'q\\'\\n'; [[ $l == *q* ]] && { echo "\${l@Q}"; } >&2; }`,
    () => `${f} one 'two 2'`,
    () => `unset -f ${f}; echo $?`,
    () => `declare -f ${f}`,
    () => `export -f f; bash -c 'f exported'`,
    () => `alias al=${quote(random(['echo aliased', "printf '%s,' it", 'ls -d', 'f']))}`,
    () => 'al . 2>/dev/null || echo no alias',
    () => 'unalias al 2>/dev/null; alias',
    () => `umask ${random(['022', '077', '002'])}`,
    () => 'umask; touch u; stat -c %a u; rm u',
    () => `PATH=$PATH:/${random(['x', 'y'])}; echo "$PATH"`,
    () => 'set -e; true; set +e; echo $-',
    () => `(exit ${random([0, 1, 2, 77])})`,
    () => `echo ${quote(random(values))} | wc -c`,
    () => `${name}=${quote(random(values))} printenv ${name} | od -c`,
    () => 'false',
    () => 'no-such-command 2>/dev/null',
  ])();
}
