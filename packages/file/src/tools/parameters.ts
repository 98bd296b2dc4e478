/** Parameters that several tools share. */
import { z } from 'zod';

/** A path of something. */
export const path = z.string().describe('Path, absolute or below the workspace.');
/** A folder; the workspace when it is left out. */
export const folder = z.string().default('.').describe('Folder.');
export const ifVersion = z.string().optional().describe('Refuse unless the file has this version.');
export const version = z.string().describe('Version of the content.');
export const ignored = z.boolean().default(false).describe('Include what .gitignore leaves out.');
