import { readFile } from 'node:fs/promises';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { browser } from '../src/index.ts';
import { attachment, refIn, startSite } from './site.ts';

it('logs in, follows what changed, and downloads into the workspace', async () => {
  await using folder = await temporaryFolder();
  await using site = await startSite({
    '/': `<title>Login</title><form action="/table"><label>User <input name=user></label><button>Sign in</button></form>`,
    '/table': `<title>Contacts</title><table><tr><td>Ada</td></tr></table><button onclick="this.nextElementSibling.textContent='Page 2'">Next</button><p>Page 1</p><a href="/contacts.csv">CSV</a>`,
    '/contacts.csv': attachment('contacts.csv', 'name\nAda\n'),
  });
  await using client = await connect(browser, { workspace: folder.path });
  const login = await client.call('browser_navigate', { url: site.url });
  expect(login.text).toContain('textbox "User"');
  await client.call('browser_type', { target: refIn(login.text, 'textbox'), text: 'ada' });
  const table = await client.call('browser_click', { target: refIn(login.text, 'button') });
  expect(table.facts).toMatchObject({ url: `${site.url}/table?user=ada`, title: 'Contacts', changed: true });
  expect(table.text).toContain('cell "Ada"');
  const next = await client.call('browser_click', { target: refIn(table.text, 'button "Next"') });
  expect(next.text).toContain('Page 2');
  expect(next.text).not.toContain('cell "Ada"');
  const download = await client.call('browser_click', { target: refIn(table.text, 'link "CSV"') });
  expect(download.facts['files']).toEqual([{ path: `${folder.path}/downloads/contacts.csv`, bytes: 9, state: 'completed' }]);
  expect(await readFile(`${folder.path}/downloads/contacts.csv`, 'utf8')).toBe('name\nAda\n');
  const again = await client.call('browser_navigate', { url: `${site.url}/contacts.csv` });
  expect(again.facts['files']).toEqual([{ path: `${folder.path}/downloads/contacts-1.csv`, bytes: 9, state: 'completed' }]);
});
