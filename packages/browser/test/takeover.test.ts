import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it, vi } from 'vitest';
import { browser } from '../src/index.ts';
import { headers, serve } from './served.ts';
import { startSite } from './site.ts';
import { viewLive } from './viewer.ts';

const patient = { timeout: 60_000, interval: 20 };
const login = `<title>Login</title><body style="margin:0"><input style="position:absolute;left:0;top:0;width:200px;height:40px" aria-label=Code>
  <button style="position:absolute;left:0;top:100px;width:200px;height:40px" onclick="document.body.append('Welcome ' + document.querySelector('input').value)">Go</button>`;
const wanted = { reason: 'A code was sent to your phone.', need: 'Type it and press Go.' };

it('a person takes over, acts at the live view, and the agent gets back what changed', async () => {
  await using site = await startSite({ '/': login });
  await using server = await serve();
  await server.call('browser_navigate', { url: site.url });
  await using viewer = await viewLive(server.url, headers);
  await vi.waitFor(() => expect(viewer.frames.length).toBeGreaterThan(0), patient);
  expect(viewer.frames[0]).toMatchObject({ width: 1280, height: 720 });
  expect(viewer.frames[0]?.jpeg.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  expect(viewer.state()).toMatchObject({ held: 'agent', current: 't1', shown: 't1', tabs: [{ id: 't1' }] });

  const answer = server.call('browser_request_takeover', wanted);
  await viewer.sees((state) => expect(state['request']).toMatchObject(wanted));
  // Looking is not acting.
  viewer.say({ type: 'text', text: 'too early' });
  await vi.waitFor(() => expect(viewer.errors.at(-1)?.['message']).toContain('Take over first'), patient);
  viewer.say({ type: 'take' });
  await viewer.sees((state) => expect(state['held']).toBe('you'));

  // The agent reads, and does not act.
  expect(await server.call('browser_snapshot')).toContain('textbox "Code"');
  for (const [name, args] of [
    ['browser_click', { target: 'button' }],
    ['browser_evaluate', { function: '() => 1' }],
    ['browser_tabs', { action: 'new' }],
    ['browser_close', {}],
  ] as const) {
    expect(await server.call(name, args), name).toContain('A person has taken over');
  }

  const before = viewer.frames.length;
  for (const action of ['down', 'up']) viewer.say({ type: 'mouse', action, x: 100, y: 20 });
  viewer.say({ type: 'text', text: '4711' });
  viewer.say({ type: 'key', action: 'press', key: 'Tab' });
  viewer.say({ type: 'key', action: 'press', key: 'Enter' });
  await vi.waitFor(() => expect(viewer.frames.length).toBeGreaterThan(before), patient);
  await vi.waitFor(async () => expect(await server.call('browser_find', { text: 'Welcome' })).toContain('Welcome 4711'), patient);
  viewer.say({ type: 'give_back', note: 'You are in.' });
  const told = await answer;
  expect(told).toContain('gave the browser back');
  expect(told).toContain('Note: You are in.');
  await viewer.sees((state) => expect(state).toMatchObject({ held: 'agent' }));
  expect(viewer.state()['request']).toBeUndefined();
  expect(await server.call('browser_click', { target: 'button' })).toContain('Welcome');
});

it('tells the agent what changed on the page since it looked last', async () => {
  await using site = await startSite({ '/': login });
  await using server = await serve();
  await server.call('browser_navigate', { url: site.url });
  await using viewer = await viewLive(server.url, headers);
  const answer = server.call('browser_request_takeover', wanted);
  await viewer.sees((state) => expect(state['request']).toBeDefined());
  viewer.say({ type: 'take' });
  for (const action of ['down', 'up']) viewer.say({ type: 'mouse', action, x: 100, y: 120 });
  viewer.say({ type: 'give_back' });
  expect(await answer).toMatch(/Changes[^]*Welcome/);
});

it('a person may say no, nobody may come, and the agent may give up', async () => {
  await using server = await serve();
  await using viewer = await viewLive(server.url, headers);
  const declined = server.call('browser_request_takeover', wanted);
  await viewer.sees((state) => expect(state['request']).toBeDefined());
  viewer.say({ type: 'decline', note: 'Not today.' });
  expect(await declined).toMatch(/declined[^]*Not today/);
  expect(await server.call('browser_request_takeover', { ...wanted, timeout: 1_000 })).toContain('Nobody took over in time.');
  const gone = new AbortController();
  const given = server.runtime.call('browser_request_takeover', wanted, { signal: gone.signal });
  await viewer.sees((state) => expect(state['request']).toBeDefined());
  expect(await server.call('browser_request_takeover', wanted)).toContain('has been asked already');
  gone.abort(new Error('given up'));
  await expect(given).rejects.toThrow();
  await viewer.sees((state) => expect(state['request']).toBeUndefined());
});

it('reports progress while the agent waits', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(browser, { workspace: folder.path, caps: ['human'] });
  const messages: (string | undefined)[] = [];
  const answer = await client.call(
    'browser_request_takeover',
    { ...wanted, timeout: 1_500 },
    { onProgress: ({ message }) => messages.push(message) },
  );
  expect(answer.facts['status']).toBe('nobody_came');
  expect(messages[0]).toBe('Waiting for a person.');
});

it('one person at a time: a second one sees that, and comes in when the first is done', async () => {
  await using server = await serve();
  await using first = await viewLive(server.url, headers);
  await using second = await viewLive(server.url, headers);
  first.say({ type: 'take' });
  await second.sees((state) => expect(state['held']).toBe('other'));
  second.say({ type: 'take' });
  await vi.waitFor(() => expect(second.errors.at(-1)?.['message']).toContain('Somebody else'), patient);
  second.say({ type: 'give_back' });
  await vi.waitFor(() => expect(second.errors).toHaveLength(2), patient);
  first.say({ type: 'give_back' });
  await second.sees((state) => expect(state['held']).toBe('agent'));
  second.say({ type: 'take' });
  await second.sees((state) => expect(state['held']).toBe('you'));
});

it('does not show one caller the browser of another', async () => {
  await using site = await startSite({ '/': '<title>Secret</title>' });
  await using server = await serve();
  const signal = AbortSignal.timeout(120_000);
  await server.runtime.call('browser_navigate', { url: site.url }, { signal, principal: 'bob' });
  const asked = server.runtime.call('browser_request_takeover', { ...wanted, timeout: 5_000 }, { signal, principal: 'bob' });
  await using viewer = await viewLive(server.url, headers);
  viewer.say({ type: 'decline' });
  await vi.waitFor(() => expect(viewer.errors.at(-1)?.['message']).toContain('Nobody asks'), patient);
  expect(viewer.state()).toMatchObject({ tabs: [], held: 'agent' });
  expect(viewer.frames).toHaveLength(0);
  expect((await asked).facts['status']).toBe('nobody_came');
});

it('refuses messages that make no sense, and addresses that may not be opened', async () => {
  await using server = await serve();
  await using viewer = await viewLive(server.url, headers);
  viewer.say({ type: 'take' });
  await viewer.sees((state) => expect(state['held']).toBe('you'));
  viewer.say({ type: 'mouse', action: 'throw', x: 1, y: 1 });
  viewer.say({ type: 'navigate', url: 'file:///etc/passwd' });
  viewer.say({ type: 'dialog', accept: true });
  await vi.waitFor(() => expect(viewer.errors.map((error) => error['message'])).toHaveLength(3), patient);
  expect(viewer.errors[1]?.['message']).toContain('may not be opened');
});

it('a person answers a dialog and goes on', async () => {
  await using site = await startSite({ '/': `<button onclick="this.textContent = confirm('Sure?')">Go</button>` });
  await using server = await serve();
  await server.call('browser_navigate', { url: site.url });
  await using viewer = await viewLive(server.url, headers);
  viewer.say({ type: 'take' });
  viewer.say({ type: 'key', action: 'press', key: 'Tab' });
  viewer.say({ type: 'key', action: 'press', key: 'Enter' });
  await viewer.sees((state) => expect(state['dialog']).toContain('Sure?'));
  viewer.say({ type: 'dialog', accept: true });
  await viewer.sees((state) => expect(state['dialog']).toBeUndefined());
  viewer.say({ type: 'give_back' });
  await viewer.sees((state) => expect(state['held']).toBe('agent'));
  expect(await server.call('browser_snapshot')).toContain('button "true"');
});
