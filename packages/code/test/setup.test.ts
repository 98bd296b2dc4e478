import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startServer } from './kit.ts';
import { testPython } from './test-python.ts';

const resultSchema = z.looseObject({
  content: z.array(z.looseObject({ text: z.string().optional() })),
  isError: z.boolean().default(false),
});
const cell = { name: 'code_execute', arguments: { language: 'python', code: '40 + 2' } };

describe('a machine without ipykernel', () => {
  it('gets a virtual environment once, and is told so meanwhile', async () => {
    await using folder = await temporaryFolder();
    const { stdout } = await promisify(execFile)('python3', ['-m', 'pip', 'cache', 'dir']).catch(() => ({ stdout: '' }));
    const env = { XDG_CACHE_HOME: join(folder.path, 'cache'), ...(stdout && { PIP_CACHE_DIR: stdout.trim() }), ...pipSettings() };
    const messages: string[] = [];
    const texts: string[] = [];
    for (let round = 0; round < 2; round++) {
      await using server = await startServer(join(folder.path, 'workspace'), env);
      const onprogress = ({ message }: { message?: string | undefined }) => messages.push(`${round}: ${message}`);
      const { content } = resultSchema.parse(
        await server.client.callTool(cell, { onprogress, timeout: 600_000, resetTimeoutOnProgress: true }),
      );
      texts.push(content[0]?.text ?? '');
    }
    expect(texts).toEqual(['42', '42']);
    // The system's Python may have ipykernel; then there is nothing to make.
    const { stdout: has } = await promisify(execFile)('python3', [
      '-c',
      'from importlib.util import find_spec; print(find_spec("ipykernel") is not None)',
    ]);
    const steps = messages.filter((message) => /virtual environment|Installing|is ready/.test(message));
    expect(steps).toEqual(
      has.trim() === 'True'
        ? []
        : [
            expect.stringMatching(/^0: .*making a virtual environment/),
            expect.stringMatching(/^0: Installing ipykernel/),
            '0: Python is ready',
          ],
    );
  });

  it('is told what to install when there is no Python at all', async () => {
    await using folder = await temporaryFolder();
    await using server = await startServer(folder.path, { PATH: folder.path });
    const { content, isError } = resultSchema.parse(await server.client.callTool(cell));
    expect(isError).toBe(true);
    expect(content[0]?.text).toContain('There is no python3 on this machine.');
    expect(content[0]?.text).toContain('apt-get install python3 python3-venv');
    const info = resultSchema.parse(await server.client.callTool({ name: 'code_info', arguments: {} }));
    expect(info.content[0]?.text).toMatch(/python is not available: There is no python3/);
    expect(info.content[0]?.text).toMatch(/javascript \d+\.\d+\.\d+/);
  });

  it('is told what to install when virtual environments cannot be made', async () => {
    await using folder = await temporaryFolder();
    const bin = join(folder.path, 'bin');
    await mkdir(bin);
    // A Python as Debian's without python3-venv.
    const script = `#!/bin/sh\ncase "$*" in\n*venv*) echo "ensurepip is not available" >&2; exit 1;;\n*) echo '["${bin}/python3", "3.11.2", ""]';;\nesac\n`;
    await writeFile(join(bin, 'python3'), script);
    await chmod(join(bin, 'python3'), 0o755);
    await using server = await startServer(folder.path, { PATH: `${bin}:/usr/bin:/bin`, XDG_CACHE_HOME: folder.path });
    const { content, isError } = resultSchema.parse(await server.client.callTool(cell));
    expect(isError).toBe(true);
    expect(content[0]?.text).toContain('ensurepip is not available');
    expect(content[0]?.text).toContain('apt-get install python3-venv');
  });

  it('is told so when there is nowhere to make one; kernels need no home folder', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    const home = { HOME: join(folder.path, 'file'), XDG_CACHE_HOME: join(folder.path, 'file'), PATH: '/usr/bin:/bin' };
    await using server = await startServer(join(folder.path, 'workspace'), home);
    const { content } = resultSchema.parse(await server.client.callTool(cell));
    // The system's Python may have ipykernel; then it works at once.
    expect(content[0]?.text).toMatch(/^42$|cannot be made: .*ENOTDIR[\s\S]*XDG_CACHE_HOME/);
    await using other = await startServer(join(folder.path, 'workspace'), home, ['--python', await testPython()]);
    expect(resultSchema.parse(await other.client.callTool(cell)).content[0]?.text).toBe('42');
  });

  it('is told what is wrong with the Python that it names', async () => {
    await using folder = await temporaryFolder();
    await using server = await startServer(folder.path, {}, ['--python', '/nowhere/python']);
    const { content } = resultSchema.parse(await server.client.callTool(cell));
    expect(content[0]?.text).toContain('"/nowhere/python" is no Python that starts.');
  });
});

describe('code_install', () => {
  it('installs a wheel into the workspace, which a running kernel imports at once', async () => {
    await using folder = await temporaryFolder();
    await using server = await startServer(folder.path, {}, ['--python', await testPython()]);
    const run = async (language: string, code: string) => {
      const { content } = resultSchema.parse(await server.client.callTool({ name: 'code_execute', arguments: { language, code } }));
      return content.map(({ text }) => text).join('\n');
    };
    const wheel = `from zipfile import ZipFile
with ZipFile("tiny-1.0-py3-none-any.whl", "w") as z:
    z.writestr("tiny.py", "answer = 42")
    z.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
    z.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    z.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\\ntiny-1.0.dist-info/METADATA,,\\ntiny-1.0.dist-info/WHEEL,,\\ntiny-1.0.dist-info/RECORD,,\\n")`;
    await run('python', wheel);
    expect(await run('python', 'import tiny')).toContain("No module named 'tiny'");
    const args = { manager: 'pip', packages: ['./tiny-1.0-py3-none-any.whl'] };
    const installed = resultSchema.parse(await server.client.callTool({ name: 'code_install', arguments: args }, { timeout: 300_000 }));
    expect(installed.content[0]?.text).toMatch(/Successfully installed tiny-1\.0[\s\S]*installed into \.venv/);
    expect(await run('python', 'import tiny\ntiny.answer')).toMatch(/^42\n/);
    expect(await run('python', '!python -c "import tiny; print(tiny.__file__)"')).toContain('.venv');
    const info = resultSchema.parse(await server.client.callTool({ name: 'code_info', arguments: { language: 'python' } }));
    expect(info.content[0]?.text).toContain('tiny@1.0');

    await run(
      'javascript',
      'fs = require("fs"); fs.mkdirSync("own"); fs.writeFileSync("own/package.json", `{"name":"own","version":"2.0.0","type":"module","exports":"./index.js"}`); fs.writeFileSync("own/index.js", "export default 43")',
    );
    const npm = resultSchema.parse(
      await server.client.callTool({ name: 'code_install', arguments: { manager: 'npm', packages: ['./own'] } }, { timeout: 300_000 }),
    );
    expect(npm.content[0]?.text).toContain('installed into node_modules');
    expect(await run('javascript', 'import own from "own"; own')).toMatch(/^43\n/);
  });

  it('refuses what looks like an option, and tells when a package is not there', async () => {
    await using folder = await temporaryFolder();
    await using server = await startServer(folder.path, {}, ['--python', await testPython()]);
    const install = async (packages: string[]) =>
      resultSchema.parse(
        await server.client.callTool({ name: 'code_install', arguments: { manager: 'npm', packages } }, { timeout: 300_000 }),
      );
    const refused = await install(['--global']);
    expect(refused.isError).toBe(true);
    expect(refused.content[0]?.text).toContain('"--global" is not the name of a package');
    const missing = await install(['./not-here']);
    expect(missing.isError).toBe(false);
    expect(missing.content[0]?.text).toMatch(/failed with exit code [1-9]/);
  });
});

/** How pip reaches its index on this machine. */
function pipSettings(): Record<string, string> {
  const names = Object.keys(process.env).filter(
    (name) => name.startsWith('PIP_') || name.endsWith('_proxy') || name.endsWith('_PROXY') || name === 'SSL_CERT_FILE',
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}
