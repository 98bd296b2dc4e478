import { connect, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { sample } from '../test/sample-server.ts';

describe('a call', () => {
  it('renders text for the model and keeps facts apart', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path, options: { greeting: 'Servus' } });
    const answer = await client.call('sample_greet', { name: 'Ada' });
    expect(answer).toMatchObject({ text: 'Servus, Ada!', facts: { length: 12 }, isError: false });
  });

  it('shows a known error with its advice, as text and as data', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path, caps: ['broken'] });
    const answer = await client.call('sample_fail', { known: true });
    expect(answer.text).toBe('No such thing: "x".\nTry "y".');
    expect(answer.error).toEqual({ code: 'NOT_FOUND', message: 'No such thing: "x".', retryable: false, advice: 'Try "y".' });
  });

  it('hides an unknown error behind an id and logs its cause', async () => {
    const lines: string[] = [];
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path, caps: ['broken'], onLog: (line) => lines.push(line) });
    const answer = await client.call('sample_fail', { known: false });
    const id = /id ([0-9a-f-]{36})/.exec(answer.text)?.[1];
    expect(answer.error?.code).toBe('INTERNAL');
    expect(answer.text).not.toContain('secret detail');
    expect(lines.find((line) => line.includes(String(id)))).toContain('secret detail');
  });

  it('names the group of a tool that is off', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path });
    await expect(client.call('sample_fail', { known: true })).rejects.toThrow(/--caps broken|group "broken"/);
  });

  it('answers an unknown tool with a protocol error that names it', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path });
    await expect(client.call('sample_nothing')).rejects.toThrow(/sample_nothing/);
  });

  it('ends when the caller cancels', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path });
    const controller = new AbortController();
    const answer = client.call('sample_wait', { ms: 3_600_000 }, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(answer).rejects.toThrow(/abort|cancel/i);
  });

  it('ends at the time limit and says so', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path, limits: { callTimeoutMs: 20 } });
    const answer = await client.call('sample_wait', { ms: 3_600_000 });
    expect(answer.error).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true });
  });

  it('refuses an answer over the limit', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path, limits: { answerBytes: 100 } });
    const answer = await client.call('sample_greet', { name: 'x'.repeat(200) });
    expect(answer.error?.code).toBe('PAYLOAD_TOO_LARGE');
  });

  it('knows its principal', async () => {
    await using folder = await temporaryFolder();
    await using ada = await connect(sample, { workspace: folder.path, principal: 'ada' });
    await using bob = await ada.as('bob');
    expect((await ada.call('sample_wait', { ms: 0 })).facts).toEqual({ principal: 'ada' });
    expect((await bob.call('sample_wait', { ms: 0 })).facts).toEqual({ principal: 'bob' });
  });
});
