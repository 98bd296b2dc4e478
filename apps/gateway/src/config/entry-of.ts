/** Looks names up that come from outside: `constructor` and `__proto__` are names like any other. */
import { z } from 'zod';

/** The entry of a record under a name; undefined for what the record only inherits. */
export function entryOf<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A record by name. Zod drops the key `__proto__` in silence; here it is refused. */
export function recordByName<T extends z.ZodType>(value: T) {
  return z
    .preprocess(
      (given, context) => {
        if (typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__'))
          context.addIssue({ code: 'custom', message: '"__proto__" cannot be a name here.' });
        return given;
      },
      z.record(z.string(), value),
    )
    .default({});
}
