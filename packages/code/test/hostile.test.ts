/** Code that attacks what runs it: the server goes on, and the caller is told something clear. */
import { connect, temporaryFolder, type TestClient } from '@sandlot/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { code } from '../src/index.ts';
import { execute } from './kit.ts';
import { processesWith } from './processes.ts';
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

type Case = [what: string, cell: string, shows: RegExp, more?: Record<string, unknown>];

const python: Case[] = [
  ['a representation that throws', 'class R:\n    def __repr__(self): raise ValueError("none")\nR()', /ValueError: none\n\[ValueError/],
  ['a representation that is no text', 'class R:\n    def __repr__(self): return 5\nR()', /returned non-string[\s\S]*\[TypeError/],
  [
    'a representation of 50 MB',
    'class R:\n    def __repr__(self): return "x" * 50_000_000\nR()',
    /^<text\/plain of 50000000 characters, too large to show>\n\[ok/,
  ],
  [
    'an error that cannot be shown',
    'class E(Exception):\n    def __str__(self): raise ValueError("none")\nraise E',
    /ValueError: none\n\[\w+ after/,
  ],
  [
    'numbers that JSON does not have',
    'from IPython.display import JSON, display\ndisplay(JSON({"a": float("nan"), "b": float("inf")}))',
    /^\{\n {2}"a": "nan",\n {2}"b": "inf"\n\}\n\[ok/,
  ],
  ['a circle as JSON', 'd = {}\nd["d"] = d\nfrom IPython.display import JSON\nJSON(d)', /Circular reference[\s\S]*\[\w+Error after/],
  ['half a character', 'print("\\ud800")\nraise ValueError("\\udfff")', /^\ufffd\n[\s\S]*ValueError: \ufffd\n\[ValueError/],
  [
    'bytes that are no text',
    'import os\n_ = os.write(1, b"\\xff\\xfe raw\\n")\nimport subprocess\n_ = subprocess.run(["printf", "\\\\377 child"])',
    /\ufffd\ufffd raw[\s\S]*\ufffd child/,
  ],
  ['an output without end', 'while True: print("x" * 1000)', /\[timed out after/, { timeout: 2 }],
  [
    'a stream that cannot be flushed',
    'import sys\nclass W:\n    def write(self, text): pass\n    def flush(self): raise RuntimeError\nsys.stdout = W()',
    /sys\.stdout was put back: its flush\(\) fails with RuntimeError\n\[ok/,
  ],
  ['no stream at all', 'import sys\nbefore = sys.stdout\nsys.stdout = None\n1', /^AttributeError: [^\n]*flush/],
  ['the stream again', 'sys.stdout = before\nprint("back")', /back\n/],
  ['a closed stream', 'sys.stdout.close()\nprint("x")', /I\/O operation on closed file/],
  ['closed descriptors', 'os.close(0); os.close(1); os.close(2)\n1', /^1\n\[ok/],
  [
    'forged messages',
    'k = get_ipython().kernel\nfor t, c in [("stream", {}), ("display_data", {"data": {"image/png": 5, "text/html": None}}), ("error", {"ename": 1}), ("execute_result", {"data": []}), ("clear_output", {}), ("status", "[1]"), ("stream", "5"), ("status", "null")]:\n    k.session.send(k.iopub_socket, t, c, parent=k.get_parent())\nk.session.send(k.iopub_socket, "execute_reply", {}, parent=k.get_parent())\n5',
    /^5\n|\n5\n/,
  ],
  [
    'a message of 200 MB',
    'k.session.send(k.iopub_socket, "stream", {"name": "stdout", "text": "x" * 200_000_000}, parent=k.get_parent()); 6',
    /^6\n\[ok/,
  ],
  [
    'forged parents',
    'for p in [[1], {"header": {"msg_id": [1], "session": 5}}, {"header": "x"}]:\n    try: k.session.send(k.iopub_socket, "stream", {"name": "stdout", "text": "forged"}, parent=p)\n    except Exception: pass\n6',
    /^6\n|\n6\n/,
  ],
  [
    'a JSON of great depth',
    'import sys\nsys.setrecursionlimit(100_000)\nd = []\nfor _ in range(20_000): d = [d]\nfrom IPython.display import JSON, display\ntry: display(JSON(d))\nexcept RecursionError: pass\nsys.setrecursionlimit(3000)\n7',
    /7\n\[ok|the kernel died/,
  ],
  [
    'pictures that are none',
    'display({"image/png": "no base64!"}, raw=True)\ndisplay({"image/jpeg": "iVBORw0KGgo="}, raw=True)',
    /^\[no picture: what was shown as image\/png is not of that type\]\n\[no picture[^\n]*jpeg[^\n]*\n\[ok/,
  ],
  ['150 outputs', 'for i in range(150): display(i)\n"result"', /^0\n[\s\S]*\n99\n'result'\n\[… 50 more outputs left out …\]\n\[ok/],
  [
    'its own handlers of signals',
    'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nimport time\ntime.sleep(600)',
    /\[timed out after[^\n]*killed/,
    { timeout: 0.5 },
  ],
  ['a folder that is removed', 'import os\nos.makedirs("gone")\nos.chdir("gone")\nos.rmdir("../gone")\n1', /^1\n\[ok/],
  ['work in no folder', '2', /^2\n\[ok/],
  [
    'a thread without end',
    'import threading, time\ndef forever():\n    while True: time.sleep(0.05)\nthreading.Thread(target=forever).start()\n3',
    /^3\n\[ok/,
  ],
  ['a process that is left', 'import subprocess\nsubprocess.Popen(["sleep", "86381"], start_new_session=True)\n4', /^4\n\[ok/],
];

const javascript: Case[] = [
  ['a circle as JSON', 'const c = {}; c.c = c; display.json(c)', /^TypeError: Converting circular structure/],
  [
    'numbers that JSON does not have',
    'display.json({ a: NaN, b: [Infinity] })',
    /^\{\n {2}"a": null,\n {2}"b": \[\n {4}null\n {2}\]\n\}\n\[ok/,
  ],
  [
    'a value whose every trap throws',
    'const trap = () => { throw new Error("trap") }; new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap })',
    /\[(?:ok|Error) after/,
  ],
  [
    'an error whose stack throws',
    'throw Object.defineProperty(new Error("s"), "stack", { get() { throw new Error("none") } })',
    /\[\w+ after/,
  ],
  ['an error whose name is no text', 'throw Object.assign(new Error("m"), { name: 5, message: 7 })', /\[\w+ after/],
  [
    'pictures that are none',
    'display.png("no base64!"); display({ "image/gif": "iVBORw0KGgo=" })',
    /^\[no picture: what was shown as image\/png is not of that type\]\n\[no picture/,
  ],
  ['half a character', 'console.log("\\ud800")', /^\ufffd\n/],
  [
    'bytes that are no text',
    'process.stdout.write(Buffer.from([255, 254, 65])); require("node:child_process").execSync("printf \'\\\\377 child\'", { stdio: "inherit" }); 1',
    /\ufffd\ufffdA[\s\S]*\ufffd child/,
  ],
  ['an output without end', 'for (;;) console.log("x".repeat(1000))', /\[timed out after/, { timeout: 2 }],
  ['closed descriptors', 'require("node:fs").closeSync(1); require("node:fs").closeSync(2); console.log("x"); 2', /^x\n2\n\[ok/],
  [
    'forged messages',
    `require("node:fs").writeSync(4, 'garbage\\n{"event":"end","status":"ok"}\\n{"event":"stream"}\\n[]\\n5\\n'); 5`,
    /^5\n\[ok/,
  ],
  ['a line of 300 MB', 'for (let i = 0; i < 300; i++) require("node:fs").writeSync(4, "x".repeat(1e6)); 5', /^5\n\[ok/],
  [
    '150 outputs',
    'for (let i = 0; i < 150; i++) display(i); "result"',
    /^0\n[\s\S]*\n99\n'result'\n\[… 50 more outputs left out …\]\n\[ok/,
  ],
  [
    '40 pages of 8 MB',
    'for (let i = 0; i < 40; i++) display.markdown("x".repeat(8e6)); "result"',
    /\[… 32 more outputs left out …\]\n\[ok/,
    { max_output: 200 },
  ],
  [
    'a page of 100 MB',
    'display.html("x".repeat(100e6)); display.json(new Array(10e6).fill("abc")); throw new Error("x".repeat(50e6))',
    /^<100000\d+ characters, too large to show>\n<\d+ characters, too large to show>\nError: <\d+ characters/,
  ],
  ['a closed channel', 'require("node:fs").closeSync(4); 3', /the kernel died[^\n]*the state was lost/],
  ["tools of its own in place of the engine's", 'JSON.stringify = () => "x"; Buffer.from = null; JSON.parse = null; 6', /^6\n\[ok/],
  ['no process', 'globalThis.process = null; 7', /^7\n\[ok/],
  ['a cell after that', '8', /^8\n\[ok/],
  ['microtasks without end', 'const again = () => Promise.resolve().then(again); await again()', /\[timed out after/, { timeout: 0.5 }],
  [
    'a module that never ends',
    'require("node:fs").writeFileSync("loop.mjs", "for (;;);"); await import("./loop.mjs")',
    /\[timed out after/,
    { timeout: 0.5 },
  ],
  ['a finally that never ends', 'try { for (;;); } finally { for (;;); }', /\[timed out after/, { timeout: 0.5 }],
  [
    'a generator without end',
    '[...(function* () { for (;;) yield 1 })()]',
    /Invalid array length|out of memory|timed out|heap|kernel died/,
    { timeout: 60 },
  ],
  [
    'a rejection that nobody handles',
    'Promise.reject(new Error("unhandled")); await new Promise((resolve) => setTimeout(resolve, 20)); 9',
    /Uncaught Error: unhandled[\s\S]*9\n\[ok/,
  ],
  ['a thread without end', 'new (require("node:worker_threads").Worker)("for (;;);", { eval: true }); 10', /^10\n\[ok/],
  [
    'a process that is left',
    'require("node:child_process").spawn("sleep", ["86381"], { detached: true, stdio: "ignore" }).unref(); 11',
    /^11\n\[ok/,
  ],
  ['a text of 10 MB', '"x".repeat(10e6)', /more characters|left out/],
];

it.each([
  ['python', python, 'sum([20, 22])'],
  ['javascript', javascript, '20 + 22'],
] as const)('%s', async (language, cases, check) => {
  const wrong: object[] = [];
  for (const [what, cell, shows, more] of cases) {
    const { text } = await execute(client, language, cell, more);
    if (!shows.test(text)) wrong.push({ what, text: text.slice(0, 1500) });
  }
  expect(wrong, JSON.stringify(wrong)).toEqual([]);
  await client.call('code_context_delete', { context: language });
  expect(processesWith('86381')).toEqual([]);
  expect((await execute(client, language, check)).text).toMatch(/^42\n\[ok/);
});
