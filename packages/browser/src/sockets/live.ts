/** `/browser/live`: a person looks at the agent's browser, and takes over when asked. The README describes what goes over the wire. */
import { socketDefiner } from '@sandlot/core';
import { z } from 'zod';
import type { Browsers } from '../pages/browsers.ts';

/** The live view. */
export const live = socketDefiner<Browsers>()({
  path: '/browser/live',
  title: 'Live view of the browser',
  scope: 'browser:act',
  query: z.object({
    quality: z.coerce.number().int().min(1).max(100).default(60).describe('Of the pictures (JPEG)'),
    width: z.coerce.number().int().min(100).max(4_000).default(1_280).describe('Largest width of the pictures, in pixels'),
    height: z.coerce.number().int().min(100).max(4_000).default(1_280).describe('Largest height of the pictures, in pixels'),
  }),
  async open({ quality, width, height }, { domain, principal, log }) {
    const { serveLiveView } = await import('../human/live-view.ts');
    const pictures = { quality, maxWidth: width, maxHeight: height };
    return (connection) => serveLiveView({ browsers: domain, principal, pictures, log }, connection);
  },
});
