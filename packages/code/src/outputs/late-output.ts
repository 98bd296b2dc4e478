/** What cells show after they have ended (threads, tasks and timers go on), until the next answer hands it over. */
import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import type { CellEvent } from '../contexts/kernel.ts';
import { type Block, toBlocks } from './blocks.ts';
import { Collector } from './collector.ts';
import { OutputFile } from './output-file.ts';

const maxChars = 10_000;

/** The late output of one context. */
export class LateOutput {
  readonly #folders: { readonly workspace: string; readonly outputFolder: string };
  #gathered: { readonly fileBase: string; readonly file: OutputFile; readonly collector: Collector } | undefined;

  constructor(folders: { readonly workspace: string; readonly outputFolder: string }) {
    this.#folders = folders;
  }

  /** Takes one event. */
  add(event: CellEvent): void {
    this.#gathered ??= this.#begin();
    this.#gathered.collector.add(event);
  }

  /**
   * What has gathered: one block of text, then pictures; empty when there is nothing.
   *
   * @param dropped characters that the kernel has not sent
   */
  async take(dropped: number): Promise<Block[]> {
    const gathered = this.#gathered;
    this.#gathered = undefined;
    if (!gathered) return [];
    const { file, collector, fileBase } = gathered;
    await file.end();
    const { workspace } = this.#folders;
    const blocks = await toBlocks(collector.shown, { workspace, fileBase, maxChars });
    if (blocks.length === 0 && dropped === 0) return [];
    const path = file.exists ? relative(workspace, file.path) : undefined;
    const text = [
      '[written by earlier cells:]',
      ...blocks.flatMap(({ content }) => (content.type === 'text' ? [content.text] : [])),
      ...(path === undefined ? [] : [`[all of it: ${path}]`]),
      ...(dropped > 0 ? [`[${dropped} more characters were dropped]`] : []),
    ].join('\n');
    const pictures = blocks.filter(({ content }) => content.type !== 'text').map((block) => ({ ...block, type: 'late' as const }));
    return [{ type: 'late', mime: 'text/plain', content: { type: 'text', text }, ...(path !== undefined && { file: path }) }, ...pictures];
  }

  #begin() {
    const fileBase = join(this.#folders.outputFolder, `cell-${randomBytes(8).toString('hex')}`);
    const file = new OutputFile(`${fileBase}.log`, maxChars);
    return { fileBase, file, collector: new Collector({ maxChars, file }) };
  }
}
