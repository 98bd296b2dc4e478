/** What a cell does in silence is told all the same. */
import { connect, temporaryFolder, type TestClient } from '@sandlot/core/testing';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { code } from '../src/index.ts';
import { execute, until } from './kit.ts';
import { testPython } from './test-python.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let client: TestClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  client = await connect(code, { workspace: folder.path, options: { python: await testPython() } });
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

it('what a program of a cell prints comes with that cell', async () => {
  await execute(client, 'python', 'import subprocess');
  for (let round = 0; round < 60; round++) {
    const { text } = await execute(client, 'python', `done = subprocess.run(["echo", "round ${round}"])`);
    expect(text).toMatch(new RegExp(`^round ${round}\n`));
  }
  // More than is read at a time, from both streams, with what looks like a mark in it.
  const much = ['seq 700', 'seq 700 >&2', "printf '\\\\0'", 'echo end'].join('; ');
  for (let round = 0; round < 20; round++) {
    const { text } = await execute(client, 'python', `done = subprocess.run("${much}", shell=True)`);
    expect(text.split('\n700\n')).toHaveLength(3);
    expect(text).toMatch(/\0end\n/);
  }
});

describe('code that ends its process', () => {
  it.each(['exit()', 'quit()', 'exit(keep_kernel=True)', 'import sys; sys.exit(3)', 'raise SystemExit'])(
    'in Python, %s is an error of the cell; the state is kept, and no later cell ends',
    async (cell) => {
      const { facts, text } = await execute(client, 'python', `kept = 5\n${cell}\nprint("never")`);
      expect(facts).toMatchObject({ status: 'error', error_name: 'SystemExit' });
      expect(text).not.toContain('never');
      expect(text).not.toContain('Warning');
      expect(text).toContain('the kernel goes on, the state is kept');
      for (let round = 0; round < 3; round++) expect((await execute(client, 'python', 'kept')).text).toMatch(/^5\n\[ok/);
    },
  );

  it.each([
    ['python', 'import os\nos._exit(0)', 'exit code 0'],
    ['python', 'import os, signal\nos.kill(os.getpid(), 9)', 'killed by SIGKILL'],
    ['python', 'import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)', 'killed by SIGSEGV'],
    ['javascript', 'process.exit()', 'exit code 0'],
    ['javascript', 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})', 'killed by SIGKILL'],
    ['javascript', 'process.abort()', 'killed by SIGABRT'],
  ])('%s: %s is told at once', async (language, cell, why) => {
    await execute(client, language, 'var_before = 1');
    const { facts, text } = await execute(client, language, cell);
    expect(facts['status']).toBe('died');
    expect(facts['died']).toContain(why);
    expect(text).toContain('the state was lost, the next cell begins with a new kernel');
    expect((await execute(client, language, 'var_before')).facts['error_name']).toMatch(/NameError|ReferenceError/);
  });

  it.each([
    ['python', 'import sys\nprint("done")\nsys.exit()'],
    ['python', 'print("done")\nexit(0)'],
    ['javascript', 'console.log("done"); process.exit()'],
  ])('in a script of its own, %s may end it well', async (language, cell) => {
    const { facts, text } = await execute(client, language, cell, { once: true });
    expect(facts['status']).toBe('ok');
    expect(text).toMatch(/^done\n\[ok after [\d.]+ s\]$/);
  });
});

describe('a cell that is at its limit', () => {
  it.each([
    ['python', 'import time\ntry: time.sleep(600)\nexcept KeyboardInterrupt: print("caught")\n42'],
    ['python', 'import time\ndef run():\n    try: time.sleep(600)\n    except KeyboardInterrupt: return 42\nprint("caught")\nrun()'],
  ])('and catches its interrupt was interrupted all the same (%s)', async (language, cell) => {
    const { facts, text } = await execute(client, language, cell, { timeout: 0.5 });
    expect(facts['status']).toBe('timed_out');
    expect(text).toMatch(/^caught\n42\n\[timed out after [\d.]+ s; interrupted, it caught that and ended by itself, the state is kept\]$/);
  });

  it.each([
    ['python', 'import time\ntime.sleep(600)'],
    ['javascript', 'await new Promise(() => {})'],
  ])('does not keep a state where there is none (%s)', async (language, cell) => {
    const { text } = await execute(client, language, cell, { timeout: 0.5, once: true });
    expect(text).toMatch(/\[timed out after [\d.]+ s; the script was ended\]$/);
  });
});

describe('what is written between cells', () => {
  const seen = (text: string) => until(async () => ((await readFile(join(folder.path, text), 'utf8').catch(() => '')) ? true : undefined));

  it.each([
    [
      'python',
      'import threading, asyncio, time\ndef late(): time.sleep(0.1); print("from a thread"); open("py-thread", "w").write("x")\nthreading.Thread(target=late).start()\nasync def task(): await asyncio.sleep(0.1); print("from a task"); open("py-task", "w").write("x")\nkeep = asyncio.create_task(task())',
      ['py-thread', 'py-task'],
      ['from a thread', 'from a task'],
    ],
    [
      'javascript',
      'setTimeout(() => { console.log("from a timer"); fs.writeFileSync("js-timer", "x"); throw new Error("in a timer"); }, 100); var fs = require("fs"); undefined',
      ['js-timer'],
      ['from a timer', 'Uncaught Error: in a timer'],
    ],
  ])('comes with the next answer, apart from its own output (%s)', async (language, cell, files, texts) => {
    const first = await execute(client, language, cell);
    expect(first.facts['status']).toBe('ok');
    await Promise.all(files.map(seen));
    const { content, facts } = await execute(client, language, '"own"');
    expect(content[0]?.text).toMatch(/^\[written by earlier cells:\]\n/);
    for (const text of texts) expect(content[0]?.text).toContain(text);
    expect(facts['outputs']).toMatchObject([{ type: 'late' }, { type: 'result' }]);
    expect(content[1]?.text).toBe("'own'");
    expect((await execute(client, language, '"own"')).content[0]?.text).toBe("'own'");
  });

  it.each([
    [
      'python',
      'import threading\ndef late():\n    time.sleep(0.1)\n    for i in range(30): print("x" * 1000)\n    open("py-much", "w").write("x")\nimport time\nthreading.Thread(target=late).start()',
      'py-much',
    ],
    [
      'javascript',
      'setTimeout(() => { for (let i = 0; i < 30; i++) console.log("x".repeat(1000)); require("fs").writeFileSync("js-much", "x"); }, 100)',
      'js-much',
    ],
  ])('is bounded, with all of it in a file (%s)', async (language, cell, file) => {
    await execute(client, language, cell);
    await seen(file);
    const { content } = await execute(client, language, '1');
    expect(content[0]?.text?.length).toBeLessThan(17_000);
    const path = /\[all of it: (\.sandlot\/output\/cell-\w+\.log)\]/.exec(content[0]?.text ?? '')?.[1] ?? '';
    expect((await readFile(join(folder.path, path), 'utf8')).length).toBe(30_030);
  });

  it('of a cell that was given up is not lost either', async () => {
    await execute(
      client,
      'javascript',
      'await new Promise((r) => setTimeout(r, 800)); console.log("went on"); require("fs").writeFileSync("js-on", "x")',
      {
        timeout: 0.2,
      },
    );
    await seen('js-on');
    expect((await execute(client, 'javascript', '1')).content[0]?.text).toMatch(/written by earlier cells[\s\S]*went on/);
  });
});

describe('JavaScript that is wrong', () => {
  const shown = async (cell: string, language = 'javascript') => {
    const { content, facts } = await execute(client, language, cell);
    expect(facts['status']).toBe('error');
    return content[0]?.text ?? '';
  };

  it.each(["import { nope } from 'node:fs'", "import all, { readFileSync, nope as other } from 'node:fs'"])('%s', async (cell) => {
    expect(await shown(cell)).toMatch(
      /^SyntaxError: The requested module 'node:fs' does not provide an export named 'nope'\n {4}at async cell_\d+\.js:1:\d+$/,
    );
  });

  it("has a traceback of the cell's own frames, well formed", async () => {
    expect(await shown('throw new Error("outer", { cause: new Error("inner") })')).toMatch(
      /^Error: outer\n {4}at cell_\d+\.js:1:7 \{\n {2}\[cause\]: Error: inner\n {6}at cell_\d+\.js:1:35\n\}$/,
    );
    expect(await shown('function f() { throw Object.assign(new Error("own"), { code: "E1" }) }\nf()')).toMatch(
      /^Error: own\n {4}at f \(cell_\d+\.js:1:\d+\)\n {4}at cell_\d+\.js:2:1 \{\n {2}code: 'E1'\n\}$/,
    );
    expect(await shown('import x from "missing-package"')).toMatch(
      /^Error \[ERR_MODULE_NOT_FOUND\]: Cannot find package 'missing-package' imported from [^\n]*\n {4}at cell_\d+\.js:1:\d+ \{\n {2}code: 'ERR_MODULE_NOT_FOUND'\n\}$/,
    );
    expect(await shown('await import("./missing.js")')).not.toMatch(/TracingChannel|node:/);
    expect(await shown('require("node:fs").readFileSync("/nowhere")')).toMatch(
      /^Error: ENOENT[^\n]*\n {4}at Object.openSync \(node:fs[^\n]*\n {4}at Object.readFileSync \(node:fs[^\n]*\n {4}at cell_\d+\.js:1:\d+ \{/,
    );
    expect(await shown('[1].map(() => display({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("own") } }))')).toMatch(
      /^Error: own\n {4}at [^\n]*cell_\d+\.js:1:\d+\)\n {4}at cell_\d+\.js:1:\d+\n {4}at Array.map \(<anonymous>\)\n {4}at cell_\d+\.js:1:\d+$/,
    );
  });

  it.each([
    '({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("shown") } })',
    '({ [Symbol.for("Jupyter.display")]() { throw new Error("shown") } })',
  ])('as a value that cannot be shown is told: %s', async (cell) => {
    expect(await shown(cell)).toMatch(/^Error: shown\n {4}at [^\n]*cell_\d+\.js/);
  });

  it('as TypeScript tells where in the cell', async () => {
    expect(await shown('const fine: number = 1;\nlet bad: number = ;', 'typescript')).toMatch(
      /^cell_\d+\.ts:2\nconst fine: number = 1;\nlet bad: number = ;\n +\^\n\nSyntaxError: Expression expected$/,
    );
    // Enums are more than types: their code takes other lines than their source.
    expect(await shown('enum E { A }\nthrow new Error("in line two")', 'typescript')).toMatch(
      /^Error: in line two\n {4}at cell_\d+\.ts:2:7$/,
    );
    expect(await shown('enum E { A }\nfunction f() {\n  null.x\n}\nf()', 'typescript')).toMatch(
      /at f \(cell_\d+\.ts:3:\d+\)\n {4}at cell_\d+\.ts:5:1$/,
    );
  });
});
