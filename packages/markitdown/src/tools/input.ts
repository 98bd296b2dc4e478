/** Arguments that the tools share. */
import { z } from 'zod';
import type { ConvertOptions } from '../convert/options.ts';

/** The shared arguments. */
export const documentInput = {
  uri: z.string().min(1).describe('Path in the workspace, or file:, http(s): or data: address'),
  pages: z.string().optional().describe('Pages, slides or sheets only: "1-3,7", or names of sheets'),
  section: z.string().optional().describe('Only the part under this heading: "Methods", or "Results > Data"'),
  content: z.enum(['full', 'main']).default('full').describe('Web pages: all, or the article without navigation'),
  links: z.enum(['keep', 'absolute', 'text']).default('keep').describe('Links of web pages: as they are, absolute, or their text alone'),
  format: z.string().optional().describe('File extension to assume when the content does not tell: "csv"'),
  charset: z.string().optional().describe('Charset of a text, when a guess goes wrong'),
  password: z.string().optional().describe('Opens a password protected PDF or Office document'),
  ocr: z
    .enum(['off', 'auto', 'force'])
    .default('off')
    .describe('Read scans and pictures: auto where there is no text. Needs an installed engine'),
};

interface SharedArguments {
  readonly pages?: string | undefined;
  readonly section?: string | undefined;
  readonly content?: 'full' | 'main' | undefined;
  readonly links?: 'keep' | 'absolute' | 'text' | undefined;
  readonly format?: string | undefined;
  readonly charset?: string | undefined;
  readonly password?: string | undefined;
  readonly ocr?: 'off' | 'auto' | 'force' | undefined;
}

/** The shared arguments as options of the library. */
export function toConvertOptions({ pages, section, content, links, format, charset, password, ocr }: SharedArguments): ConvertOptions {
  return {
    ...(pages !== undefined && { pages }),
    ...(section !== undefined && { section }),
    ...(content !== undefined && { content }),
    ...(links !== undefined && { links }),
    ...(password !== undefined && { password }),
    ...(ocr !== undefined && { ocr }),
    hints: { ...(format !== undefined && { extension: format }), ...(charset !== undefined && { charset }) },
  };
}
