/** Records what happens: a video of a tab, a trace of all tabs. */
import { mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '@sandlot/core';
import { startScreencast } from '../human/screencast.ts';
import { AviWriter } from './avi.ts';
import type { Session } from './session.ts';

/** A finished recording. */
export interface Recorded {
  readonly path: string;
  readonly bytes: number;
}

const mostBytes = 900 * 1024 * 1024;

/** The recordings of one caller. */
export class Recordings implements AsyncDisposable {
  readonly #session: Session;
  #video: Video | undefined;
  #tracing = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Starts a video of a tab. */
  async startVideo(options: {
    filename?: string | undefined;
    fps: number;
    width: number;
    height: number;
    tabId?: string | undefined;
  }): Promise<string> {
    if (this.#video)
      throw new ToolError('FAILED_PRECONDITION', 'A video is being recorded.', { advice: 'End it with browser_stop_video.' });
    const tab = await this.#session.tab(options.tabId);
    const folder = await mkdtemp(join(tmpdir(), 'sandlot-video-'));
    const video = new Video(folder, await open(join(folder, 'video.avi'), 'w'), options.fps, options.filename ?? `video-${stamp()}.avi`);
    this.#video = video;
    try {
      video.cast = await startScreencast(tab.page, { quality: 80, maxWidth: options.width, maxHeight: options.height }, async ({ jpeg }) =>
        video.add(jpeg),
      );
    } catch (error) {
      this.#video = undefined;
      await video[Symbol.asyncDispose]();
      throw error;
    }
    return tab.id;
  }

  /** Ends the video and puts it into the workspace. */
  async stopVideo(): Promise<Recorded & { seconds: number }> {
    const video = this.#video;
    if (!video)
      throw new ToolError('FAILED_PRECONDITION', 'No video is being recorded.', { advice: 'Start one with browser_start_video.' });
    this.#video = undefined;
    try {
      const source = await video.end();
      const path = await this.#session.files.adopt(source, video.filename);
      return { path, bytes: (await stat(path)).size, seconds: video.seconds };
    } finally {
      await video[Symbol.asyncDispose]();
    }
  }

  /** Starts a trace: actions, pictures, network, the DOM at each step. */
  async startTracing(): Promise<void> {
    if (this.#tracing)
      throw new ToolError('FAILED_PRECONDITION', 'A trace is being recorded.', { advice: 'End it with browser_stop_tracing.' });
    if (this.#session.secrets.any) {
      throw new ToolError('FAILED_PRECONDITION', 'A trace would show the secrets that are typed.', {
        advice: 'Start the server without --secrets.',
      });
    }
    await this.#session.context.tracing.start({ screenshots: true, snapshots: true });
    this.#tracing = true;
  }

  /** Ends the trace and puts it into the workspace. */
  async stopTracing(filename = `trace-${stamp()}.zip`): Promise<Recorded> {
    if (!this.#tracing)
      throw new ToolError('FAILED_PRECONDITION', 'No trace is being recorded.', { advice: 'Start one with browser_start_tracing.' });
    this.#tracing = false;
    const folder = await mkdtemp(join(tmpdir(), 'sandlot-trace-'));
    try {
      await this.#session.context.tracing.stop({ path: join(folder, 'trace.zip') });
      const path = await this.#session.files.adopt(join(folder, 'trace.zip'), filename);
      return { path, bytes: (await stat(path)).size };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Drops what is not finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#video?.[Symbol.asyncDispose]();
    if (this.#tracing) await this.#session.context.tracing.stop().catch(() => undefined);
  }
}

class Video implements AsyncDisposable {
  readonly filename: string;
  cast: AsyncDisposable | undefined;
  seconds = 0;
  readonly #folder: string;
  readonly #file: FileHandle;
  readonly #fps: number;
  readonly #writer: AviWriter;
  readonly #started = performance.now();
  #ended = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(folder: string, file: FileHandle, fps: number, filename: string) {
    this.#folder = folder;
    this.#file = file;
    this.#fps = fps;
    this.#writer = new AviWriter(file, fps);
    this.filename = filename;
  }

  /** Adds a picture at its time; between two of them the first is shown. */
  async add(jpeg: Buffer): Promise<void> {
    const due = this.#due();
    this.#turn = this.#turn.then(async () => {
      if (this.#ended || due < this.#writer.frames || this.#writer.bytes > mostBytes) return;
      if (this.#writer.frames > 0) await this.#fill(due);
      await this.#writer.add(jpeg);
    });
    return this.#turn;
  }

  async end(): Promise<string> {
    await this.cast?.[Symbol.asyncDispose]();
    await this.#turn;
    this.#ended = true;
    if (this.#writer.frames === 0) throw new ToolError('FAILED_PRECONDITION', 'The page showed nothing while it was recorded.');
    await this.#fill(this.#due());
    await this.#writer.end();
    this.seconds = Math.round((this.#writer.frames / this.#fps) * 10) / 10;
    return join(this.#folder, 'video.avi');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.cast?.[Symbol.asyncDispose]();
    await this.#turn.catch(() => undefined);
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #due(): number {
    return Math.floor(((performance.now() - this.#started) * this.#fps) / 1_000);
  }

  async #fill(until: number): Promise<void> {
    while (this.#writer.frames < until) await this.#writer.add();
  }
}

function stamp(): string {
  return new Date().toISOString().replaceAll(/[:.]/g, '-').slice(0, 19);
}
