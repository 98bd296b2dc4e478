/** The window that a page is shown in. */
import type { Page } from 'playwright-core';

/** Gives the window the size at which the page has `width` times `height` CSS pixels, as far as the screen allows. */
export async function resizeWindow(page: Page, width: number, height: number): Promise<void> {
  const frame = await page.evaluate(() => ({ width: outerWidth - innerWidth, height: outerHeight - innerHeight }));
  const cdp = await page.context().newCDPSession(page);
  try {
    const { windowId } = await cdp.send('Browser.getWindowForTarget');
    await cdp.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'normal' } });
    await cdp.send('Browser.setWindowBounds', { windowId, bounds: { width: width + frame.width, height: height + frame.height } });
  } finally {
    await cdp.detach().catch(() => undefined);
  }
}
