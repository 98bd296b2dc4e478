/** The schema of options that take a list. */
import { z } from 'zod';

/** Words between commas, without the blanks around them and without empty ones. Default: none. */
export const commaList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean),
  );
