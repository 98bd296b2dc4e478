/** Minimal escaping: a character gets a backslash only where Markdown would read it as markup. */

/** Escapes text that stands within a line. */
export function escapeInline(text: string): string {
  if (!/[\\`*_[\]<~&$]/.test(text)) return text;
  return text
    .replaceAll(/\\(?=[!-/:-@[-`{-~])/g, '\\\\')
    .replaceAll('`', '\\`')
    .replaceAll(/\*+/g, (run, at: number, all: string) => (isSpaced(all, at, run.length) ? run : run.replaceAll('*', '\\*')))
    .replaceAll(/_+/g, (run, at: number, all: string) =>
      isWithinWord(all, at, run.length) || isSpaced(all, at, run.length) ? run : run.replaceAll('_', '\\_'),
    )
    .replaceAll(/~+/g, (run, at: number, all: string) => (isSpaced(all, at, run.length) ? run : run.replaceAll('~', '\\~')))
    .replaceAll(/\[(?=\^|[^\]]*\](?:\(|\[|:))/g, '\\[')
    .replaceAll(/<(?=[a-z/!?]|[^\s<>]+@[^\s<>]*>)/gi, '\\<')
    .replaceAll(/&(?=#?\w+;)/g, '\\&');
}

/** Escapes what would begin a block at the start of a line. */
export function escapeLineStart(line: string): string {
  return (
    line
      .replace(/^(\s*)(#{1,6})(?=\s|$)/, '$1\\$2')
      .replace(/^(\s*)([-+*])(?=\s|$)/, '$1\\$2')
      .replace(/^(\s*)(\d{1,9})([.)])(?=\s|$)/, '$1$2\\$3')
      .replace(/^(\s*)>/, '$1\\>')
      // Lines of nothing else are rules.
      .replace(/^(\s*)(([-_*])(?:\s*\3){2,}\s*$)/, '$1\\$2')
      .replace(/^(\s*)(`{3,}[^`]*$|~{3,})/, '$1\\$2')
  );
}

function isSpaced(text: string, at: number, length: number): boolean {
  return /\s|^$/.test(text.charAt(at - 1)) && /\s|^$/.test(text.charAt(at + length)) && text.trim().length > length;
}

function isWithinWord(text: string, at: number, length: number): boolean {
  return /[\p{L}\p{N}]/u.test(text.charAt(at - 1)) && /[\p{L}\p{N}]/u.test(text.charAt(at + length));
}
