/** What a look finds. */

/** One finding. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /**
   * - `ok`: as it should be.
   * - `warn`: works, but is less confined, or lacks a part.
   * - `fail`: does not work.
   */
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was seen. */
  readonly detail: string;
  /** What to do, unless all is well. */
  readonly fix?: string;
}

/** Makes a finding. */
export function check(id: string, title: string, ok: boolean, detail: string, fix: string, bad: 'warn' | 'fail' = 'warn'): Check {
  return { id, title, status: ok ? 'ok' : bad, detail, ...(!ok && { fix }) };
}
