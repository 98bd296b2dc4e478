/** Arguments that several tools take. */
import { z } from 'zod';

/** A language. */
export const language = z.enum(['python', 'javascript', 'typescript']);

/** Id of a context. */
export const contextId = z.string().min(1).max(100);
