/** Takes known secret values out of text, in the forms in which they travel. */

const shortest = 6;
const mark = '[secret]';

/** Replaces known secrets. */
export interface SecretScan {
  /** Length of the longest form. */
  readonly longest: number;
  /** The first `limit` characters of a text without secrets. */
  clean(text: string, limit: number): string;
}

/** Makes a scan for secrets: plain, as in JSON, base64 (also inside a longer base64 text), base64url and URL-encoded. */
export function createSecretScan(secrets: readonly string[]): SecretScan {
  const forms = [...new Set(secrets.filter(({ length }) => length >= shortest).flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  const pattern = forms.length > 0 ? new RegExp(forms.map(escape).join('|'), 'g') : undefined;
  const longest = forms[0]?.length ?? 0;
  return {
    longest,
    clean(text, limit) {
      if (!pattern) return text.slice(0, limit);
      let clean = '';
      let at = 0;
      for (const { index, 0: found } of text.slice(0, limit + longest).matchAll(pattern)) {
        if (index >= limit) break;
        clean += text.slice(at, index) + mark;
        at = index + found.length;
      }
      return clean + text.slice(at, Math.max(at, limit));
    },
  };
}

/** Makes the function that takes secrets out of text of any length, such as log lines. @param secrets what may grow while it is used */
export function createCleaner(secrets: ReadonlySet<string>): (text: string) => string {
  let size = -1;
  let scan = createSecretScan([]);
  return (text) => {
    if (secrets.size !== size) {
      scan = createSecretScan([...secrets]);
      ({ size } = secrets);
    }
    return scan.clean(text, text.length);
  };
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].flatMap((offset) => {
    const all = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = all.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const url = encodeURIComponent(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    ...encoded,
  ];
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
