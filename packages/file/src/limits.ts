/** Limits that whoever runs the server can set. An answer that meets one says so. */
import { z } from 'zod';

const MiB = 1024 * 1024;

/** What they are unless they are set. */
export const defaultLimits = {
  readBytes: 50_000,
  readLines: 2000,
  imageBytes: 3 * MiB,
  writeBytes: 8 * MiB,
  editBytes: 64 * MiB,
  uploadBytes: 4096 * MiB,
  listEntries: 200_000,
  searchMatches: 200_000,
  searchSeconds: 30,
  watchEntries: 200_000,
  archiveEntries: 100_000,
  archiveBytes: 1024 * MiB,
  archiveRatio: 200,
};

/** The limits. */
export type Limits = Readonly<typeof defaultLimits>;

function limit(name: keyof Limits, description: string, most = Number.MAX_SAFE_INTEGER) {
  return {
    description,
    schema: z.coerce.number().int().min(1).max(most).default(defaultLimits[name]),
    placeholder: name.replace(/^[a-z]+/, '').toUpperCase(),
  };
}

/** The limits as options of the server. */
export const limitOptions = {
  readBytes: limit('readBytes', 'Text of one file_read without max_bytes, in bytes.', 4_000_000),
  readLines: limit('readLines', 'Lines of one file_read without limit and max_bytes.'),
  imageBytes: limit('imageBytes', 'Largest image that is shown, in bytes; as base64 it grows by a third.', 3 * MiB),
  writeBytes: limit('writeBytes', 'Content of one file_write, and a file that is patched, in bytes.'),
  editBytes: limit('editBytes', 'Largest file that file_edit changes, in bytes.'),
  uploadBytes: limit('uploadBytes', 'Largest file that is taken over HTTP, in bytes.'),
  listEntries: limit('listEntries', 'Entries that one file_list walks through.'),
  searchMatches: limit('searchMatches', 'Matches after which a search ends.'),
  searchSeconds: limit('searchSeconds', 'Seconds after which a search ends.', 3600),
  watchEntries: limit('watchEntries', 'Entries of a folder that is watched.'),
  archiveEntries: limit('archiveEntries', 'Entries of one archive.'),
  archiveBytes: limit('archiveBytes', 'What one archive may unpack to, in bytes.'),
  archiveRatio: limit('archiveRatio', 'How many times its own size an archive may unpack to, above 16 MiB.'),
};
