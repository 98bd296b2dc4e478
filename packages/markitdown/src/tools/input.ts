/** Arguments that the tools share. */
import { z } from 'zod';
import type { ConvertOptions } from '../convert/options.ts';

/** The shared arguments. */
export const documentInput = {
  uri: z.string().min(1).describe('Path in the workspace, or file:, http(s): or data: address'),
  pages: z.string().optional().describe('Pages, slides or sheets only: "1-3,7", or names of sheets'),
  content: z.enum(['full', 'main']).default('full').describe('Web pages: all, or the article without navigation'),
  links: z.enum(['keep', 'absolute', 'text']).default('keep').describe('Links of web pages: as they are, absolute, or their text alone'),
  format: z.string().optional().describe('File extension to assume when the content does not tell: "csv"'),
  charset: z.string().optional().describe('Charset of a text, when a guess goes wrong'),
};

interface SharedArguments {
  readonly pages?: string | undefined;
  readonly content?: 'full' | 'main' | undefined;
  readonly links?: 'keep' | 'absolute' | 'text' | undefined;
  readonly format?: string | undefined;
  readonly charset?: string | undefined;
}

/** The shared arguments as options of the library. */
export function toConvertOptions({ pages, content, links, format, charset }: SharedArguments): ConvertOptions {
  return {
    ...(pages !== undefined && { pages }),
    ...(content !== undefined && { content }),
    ...(links !== undefined && { links }),
    hints: { ...(format !== undefined && { extension: format }), ...(charset !== undefined && { charset }) },
  };
}
