/** Pictures of a page as it changes. */
import type { Page } from 'playwright-core';

/** One picture. */
export interface Frame {
  readonly jpeg: Buffer;
  /** Size of the visible part of the page in CSS pixels, to which the picture was scaled. */
  readonly width: number;
  readonly height: number;
}

/** How pictures are made. */
export interface ScreencastOptions {
  /** 0 to 100. */
  readonly quality: number;
  readonly maxWidth: number;
  readonly maxHeight: number;
}

/**
 * Starts to take pictures; the next one is taken when `onFrame` has settled, so that a slow viewer gets fewer.
 *
 * @returns ends it
 */
export async function startScreencast(
  page: Page,
  options: ScreencastOptions,
  onFrame: (frame: Frame) => Promise<void>,
): Promise<AsyncDisposable> {
  const cdp = await page.context().newCDPSession(page);
  cdp.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    const { deviceWidth: width, deviceHeight: height } = metadata;
    void onFrame({ jpeg: Buffer.from(data, 'base64'), width, height })
      .then(() => cdp.send('Page.screencastFrameAck', { sessionId }))
      .catch(() => undefined);
  });
  await cdp.send('Page.startScreencast', { format: 'jpeg', ...options });
  return {
    async [Symbol.asyncDispose]() {
      await cdp.send('Page.stopScreencast').catch(() => undefined);
      await cdp.detach().catch(() => undefined);
    },
  };
}
