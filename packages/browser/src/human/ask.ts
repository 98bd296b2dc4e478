/** An agent asks a person for help, and learns what changed meanwhile. */
import type { ToolContext } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import { act } from '../pages/act.ts';
import type { Browsers } from '../pages/browsers.ts';
import type { Report } from '../pages/report.ts';
import { clean } from '../pages/snapshot.ts';
import type { Outcome } from './takeover.ts';

/** A sign of life for clients that give up on silent calls. */
const heartbeatMs = 10_000;
const pageChars = 4_000;

/** What came of it. */
export interface Helped extends Report {
  readonly status: Outcome['status'];
  readonly notes: string[];
  readonly tabs: string[];
}

/** Waits for a person, at most `timeoutMs`. */
export async function askHuman(
  { domain, principal, signal, progress }: ToolContext<Browsers>,
  wanted: { reason: string; need: string; timeoutMs: number },
): Promise<Helped> {
  return withSpan('browser.takeover', {}, async (span) => {
    const session = await domain.session(principal);
    using _ = session.hold();
    const takeover = domain.takeover(principal);
    let beat = 0;
    const tell = () => progress({ progress: ++beat, message: takeover.held ? 'A person has taken over.' : 'Waiting for a person.' });
    using _watch = takeover.watch(tell);
    const timer = setInterval(tell, heartbeatMs);
    try {
      const { status, notes } = await takeover.ask({ reason: wanted.reason, need: wanted.need }, wanted.timeoutMs, signal);
      span.setAttribute('sandlot.browser.takeover', status);
      const report = await act(session, { signal, throughDialog: true, maxChars: pageChars }, async () => undefined);
      const tabs = [...session.tabs.values()].map(
        ({ id, url }) => `${id === session.current?.id ? '(current) ' : ''}${id} ${url.slice(0, 300)}`,
      );
      return { ...report, status, notes: notes.map(clean), tabs };
    } finally {
      clearInterval(timer);
    }
  });
}
