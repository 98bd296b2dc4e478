/** Frames that answer nothing, such as those of addresses that Chromium blocks: whoever waits for one waits in vain. */
import type { Frame, Page } from 'playwright-core';
import { settlesWithin } from './patience.ts';

const mostFrames = 50;
const patienceMs = 700;

/** True when a frame of the page does not answer. */
export async function hasStuckFrame(page: Page): Promise<boolean> {
  const frames = page
    .frames()
    .filter((frame) => frame !== page.mainFrame())
    .slice(0, mostFrames);
  const stuck = await Promise.all(frames.map(isStuck));
  return stuck.includes(true);
}

async function isStuck(frame: Frame): Promise<boolean> {
  return !(await settlesWithin(
    frame.evaluate(() => true),
    patienceMs,
  ));
}
