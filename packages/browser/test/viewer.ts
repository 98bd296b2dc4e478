/** A person's client at the live view. */
import { vi } from 'vitest';
import { WebSocket } from 'ws';

/** What the server says. */
export type Told = Record<string, unknown> & { type: string };

/** An open live view. */
export interface Viewer extends AsyncDisposable {
  readonly states: Told[];
  readonly errors: Told[];
  readonly frames: { width: number; height: number; jpeg: Buffer }[];
  /** The last state. */
  state(): Told;
  say(message: Record<string, unknown>): void;
  /** Waits until the state is like this. */
  sees(check: (state: Told) => void): Promise<void>;
}

/** Opens it. */
export async function viewLive(url: string, headers: Record<string, string>): Promise<Viewer> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/browser/live?quality=30`, { headers });
  const [states, errors]: [Told[], Told[]] = [[], []];
  const frames: Viewer['frames'] = [];
  let next = { width: 0, height: 0 };
  socket.on('message', (data, isBinary) => {
    if (!Buffer.isBuffer(data)) return;
    if (isBinary) return void frames.push({ ...next, jpeg: data });
    const told = JSON.parse(data.toString()) as Told;
    if (told.type === 'state') states.push(told);
    if (told.type === 'error') errors.push(told);
    if (told.type === 'frame') next = { width: Number(told['width']), height: Number(told['height']) };
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const state = () => states.at(-1) ?? { type: 'none' };
  return {
    states,
    errors,
    frames,
    state,
    say: (message) => socket.send(JSON.stringify(message)),
    sees: async (check) => vi.waitFor(() => check(state()), { timeout: 60_000, interval: 20 }),
    async [Symbol.asyncDispose]() {
      socket.terminate();
    },
  };
}
