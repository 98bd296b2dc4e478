/** `/browser/vnc`: the whole display of the browser over VNC, every caller's windows on it. */
import { socketDefiner } from '@sandlot/core';
import { z } from 'zod';
import type { Browsers } from '../pages/browsers.ts';

/** The display, for noVNC and other viewers that speak RFB over a WebSocket. */
export const vnc = socketDefiner<Browsers>()({
  path: '/browser/vnc',
  title: 'Display of the browser (VNC)',
  scope: 'browser:screen',
  query: z.object({}),
  async open(_, { domain, principal }) {
    const display = await domain.display();
    // So that there is something to see.
    await (await domain.session(principal)).tab();
    const { serveViewer } = await import('../display/view.ts');
    return async (connection) => {
      using _watching = domain.watching();
      await serveViewer(display.socket, connection);
    };
  },
});
