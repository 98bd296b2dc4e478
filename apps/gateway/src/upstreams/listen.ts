/** Servers of 2026-07-28 report changes only to those who listen, on a stream that may break. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Loose } from './caller.ts';
import { ownEnvelope } from './connection.ts';
import { type JsonRpcPeer, UpstreamError } from './peer.ts';

const [firstMs, mostMs] = [1000, 30_000];

/**
 * Listens until the signal, and again after the stream broke, as long as the connection stands.
 *
 * @param notifications what to listen for
 * @param onAgain called when it listens again: what was sent meanwhile is lost
 */
export async function keepListening(
  peer: JsonRpcPeer,
  notifications: Loose,
  signal: AbortSignal,
  onAgain: () => Promise<unknown>,
): Promise<void> {
  const listen = () =>
    peer.request('subscriptions/listen', { _meta: ownEnvelope, notifications }, { signal }).then(
      () => true,
      // A server that says no has no such method; anything else was the connection.
      (error: unknown) => !(error instanceof UpstreamError),
    );
  let waitMs = firstMs;
  let open = listen();
  let openedAt = performance.now();
  while ((await open) && !signal.aborted && !peer.failed) {
    if (performance.now() - openedAt > mostMs) waitMs = firstMs;
    await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    waitMs = Math.min(mostMs, waitMs * 2);
    if (signal.aborted || peer.failed) return;
    openedAt = performance.now();
    open = listen();
    await onAgain().catch(() => undefined);
  }
}
