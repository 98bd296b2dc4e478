/** Pictures of a page, scaled for a model. */
import { ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import { withLabels } from './annotate.ts';
import { look, type LookOptions } from './look.ts';
import type { Session } from './session.ts';
import type { Tab } from './tab.ts';
import { locate } from './target.ts';

/** How a picture is taken. */
export interface ScreenshotOptions extends LookOptions {
  readonly target?: string | undefined;
  /** Default `jpeg`. */
  readonly type?: 'png' | 'jpeg' | 'webp' | undefined;
  readonly fullPage?: boolean | undefined;
  /** 0 to 100, for jpeg and webp. Default 75. */
  readonly quality?: number | undefined;
  /** `device`: one pixel of the picture for each of the screen. Default `css`. */
  readonly scale?: 'css' | 'device' | undefined;
  /** Draws the refs of what can be acted on over the viewport. Default false. */
  readonly annotate?: boolean | undefined;
  /** Wider pictures are scaled down. Default 1280. */
  readonly maxWidth?: number | undefined;
  /** Workspace file to write. */
  readonly filename?: string | undefined;
}

/** A picture. */
export interface Screenshot {
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture per CSS pixel of the page: divide coordinates in the picture by it. */
  readonly scale: number;
  /** CSS pixels of the page that the picture leaves out at the bottom. */
  readonly cut: number;
  readonly mimeType: string;
  readonly data: string;
  readonly path?: string;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const tallest = 8_000;

/** Takes a picture of the viewport, of one element, or of the whole page. */
export async function takeScreenshot(session: Session, options: ScreenshotOptions): Promise<Screenshot> {
  return withSpan('browser.screenshot', {}, async () =>
    look(session, options, async (tab) => {
      const { annotate = false, signal } = options;
      return annotate ? withLabels(tab, signal, async () => capture(session, tab, options)) : capture(session, tab, options);
    }),
  );
}

async function capture(session: Session, tab: Tab, options: ScreenshotOptions): Promise<Screenshot> {
  const { type = 'jpeg', quality = 75, maxWidth = 1280 } = options;
  const box = await boxOf(tab, options);
  if (box.width < 1 || box.height < 1)
    throw new ToolError('FAILED_PRECONDITION', `${options.target ?? 'The page'} has no size to take a picture of.`);
  const height = Math.min(box.height, tallest);
  const density = options.scale === 'device' ? await tab.page.evaluate(() => devicePixelRatio) : 1;
  const scale = Math.min(density, maxWidth / box.width, tallest / height);
  const cdp = await tab.page.context().newCDPSession(tab.page);
  try {
    const { data } = await cdp.send('Page.captureScreenshot', {
      format: type,
      ...(type !== 'png' && { quality }),
      clip: { ...box, height, scale },
      captureBeyondViewport: options.fullPage === true || options.target !== undefined,
    });
    const path = options.filename === undefined ? undefined : await session.files.write(options.filename, Buffer.from(data, 'base64'));
    return {
      url: tab.url,
      width: Math.round(box.width * scale),
      height: Math.round(height * scale),
      scale: Math.round(scale * 1e4) / 1e4,
      cut: Math.round(box.height - height),
      mimeType: `image/${type}`,
      data,
      ...(path !== undefined && { path }),
    };
  } finally {
    await cdp.detach().catch(() => undefined);
  }
}

/** What to show, in CSS pixels of the document. */
async function boxOf({ page }: Tab, { target, fullPage }: ScreenshotOptions): Promise<Box> {
  const view = await page.evaluate(() => ({
    x: scrollX,
    y: scrollY,
    width: innerWidth,
    height: innerHeight,
    all: {
      x: 0,
      y: 0,
      width: Math.max(innerWidth, document.documentElement.scrollWidth),
      height: Math.max(innerHeight, document.documentElement.scrollHeight),
    },
  }));
  if (target !== undefined) {
    const box = await (await locate(page, target)).boundingBox();
    if (!box) throw new ToolError('FAILED_PRECONDITION', `${target} is not visible.`);
    return { ...box, x: box.x + view.x, y: box.y + view.y };
  }
  const { all, ...shown } = view;
  return fullPage ? all : shown;
}
