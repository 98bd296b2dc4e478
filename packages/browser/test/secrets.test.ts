import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { browser } from '../src/index.ts';
import { startSite } from './site.ts';

const value = 'p&ss "word" é';

it('types a secret by its name and shows it nowhere: answers, errors, files, log', async () => {
  await using folder = await temporaryFolder();
  let posted = '';
  await using site = await startSite({
    '/': `<form action=/in><input name=user aria-label=User><input name=pass aria-label=Password><button>Go</button></form><button id=echo onclick="out.textContent = JSON.stringify(document.forms[0].pass.value); console.error(document.forms[0].pass.value)">Echo</button><p id=out></p>`,
    '/in': (request, response) => {
      posted = decodeURIComponent((request.url ?? '').replaceAll('+', ' '));
      response.end(`<p>${request.url}</p>`);
    },
  });
  await writeFile(`${folder.path}/secrets.env`, `PASSWORD='${value}'\n`);
  const log: string[] = [];
  await using client = await connect(browser, {
    workspace: folder.path,
    caps: ['all'],
    options: { secrets: `${folder.path}/secrets.env` },
    onLog: (line) => log.push(line),
  });
  const answers: string[] = [];
  const call = async (name: string, args: Record<string, unknown>) => {
    const answer = await client.call(name, args);
    answers.push(JSON.stringify([answer.content, answer.facts, answer.error]));
    return answer.text;
  };
  await call('browser_navigate', { url: site.url });
  expect(await call('browser_type', { target: '[name=pass]', text: 'PASSWORD' })).toContain('<secret>PASSWORD</secret>');
  await call('browser_click', { target: '#echo' });
  await call('browser_snapshot', {});
  await call('browser_snapshot', { filename: 'page.txt' });
  await call('browser_console_messages', { level: 'error' });
  await call('browser_evaluate', { function: '() => document.forms[0].pass.value' });
  await call('browser_evaluate', { function: '() => { throw new Error(document.forms[0].pass.value) }' });
  await call('browser_fill_form', { fields: [{ target: '[name=pass]', name: 'Password', type: 'textbox', value: 'PASSWORD' }] });
  await call('browser_click', { target: 'text=Go' });
  await call('browser_network_requests', {});
  await call('browser_tabs', { action: 'list' });
  expect(posted).toContain(`pass=${value}`);
  const shown = [...answers, ...log, await readFile(`${folder.path}/page.txt`, 'utf8')].join('\n');
  for (const form of [value, 'p&ss', 'p%26ss']) expect(shown).not.toContain(form);
});

it('says what is wrong with the file', async () => {
  await using folder = await temporaryFolder();
  await using missing = await connect(browser, { workspace: folder.path, options: { secrets: `${folder.path}/none` } });
  expect((await missing.call('browser_navigate', { url: 'data:text/html,x' })).error?.message).toContain('--secrets');
  await writeFile(`${folder.path}/short`, 'A=1\n');
  await using short = await connect(browser, { workspace: folder.path, options: { secrets: `${folder.path}/short` } });
  expect((await short.call('browser_navigate', { url: 'data:text/html,x' })).error?.message).toContain('fewer than 4');
});

it('a profile that a container of another name left locked opens', async () => {
  await using folder = await temporaryFolder();
  await mkdir(`${folder.path}/profile`);
  await symlink('gone-container-4711', `${folder.path}/profile/SingletonLock`);
  await using client = await connect(browser, { workspace: folder.path, options: { userDataDir: `${folder.path}/profile` } });
  expect((await client.call('browser_navigate', { url: 'data:text/html,<h1>Open</h1>' })).text).toContain('heading "Open"');
});

it('keeps a profile, and gives isolated callers nothing of it', async () => {
  await using folder = await temporaryFolder();
  await using site = await startSite({ '/': '<title>Site</title>' });
  const options = { userDataDir: `${folder.path}/profile` };
  const cookie = { name: 'login', value: 'kept', expires: 4_000_000_000 };
  {
    await using client = await connect(browser, { workspace: folder.path, caps: ['storage'], options });
    await client.call('browser_navigate', { url: site.url });
    await client.call('browser_cookie_set', cookie);
    const bob = await client.as('bob');
    await bob.call('browser_navigate', { url: site.url });
    expect((await bob.call('browser_cookie_list')).text).not.toContain('kept');
  }
  {
    await using client = await connect(browser, { workspace: folder.path, caps: ['storage'], options });
    expect((await client.call('browser_cookie_list')).text).toContain('kept');
    await using second = await connect(browser, { workspace: folder.path, options });
    expect((await second.call('browser_navigate', { url: site.url })).error?.message).toContain('in use by another browser');
  }
  await using isolated = await connect(browser, { workspace: folder.path, caps: ['storage'], options: { ...options, isolated: true } });
  expect((await isolated.call('browser_cookie_list')).text).not.toContain('kept');
});
