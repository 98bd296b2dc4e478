import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { browser } from '../src/index.ts';
import { startOuterProxy } from './outer-proxy.ts';

const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;

it('goes to other machines through the proxy, with its password, and still refuses what the policy refuses', async () => {
  await using folder = await temporaryFolder();
  await using proxy = await startOuterProxy();
  const options = { proxyServer: `http://me:p%40ss@${proxy.address}` };
  await using client = await connect(browser, { workspace: folder.path, options });
  expect((await client.call('browser_navigate', { url: 'http://intra.invalid/page' })).text).toContain('Through intra.invalid');
  expect(proxy.seen).toContain(`GET http://intra.invalid/page ${basic}`);
  const before = proxy.seen.length;
  const refused = await client.call('browser_navigate', { url: 'http://169.254.169.254/latest/meta-data/' });
  expect(refused.error?.code).toBe('PERMISSION_DENIED');
  expect(proxy.seen.slice(before).join('\n')).not.toContain('169.254');
  await client.call('browser_navigate', { url: 'https://secure.invalid/' });
  expect(proxy.seen).toContain(`CONNECT secure.invalid:443 ${basic}`);
});

it('takes no proxy that the policy cannot stand before', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(browser, { workspace: folder.path, options: { proxyServer: 'socks5://127.0.0.1:1' } });
  expect((await client.call('browser_navigate', { url: 'http://a.invalid/' })).error?.message).toContain('--proxy-server');
});
