/** Something about a list of tools that a known client does not take. */
export interface Finding {
  readonly rule: string;
  /** The tool, as clients see it; undefined for a finding about the whole list. */
  readonly tool?: string;
  readonly message: string;
  /** Who is known to have the problem. */
  readonly clients: readonly string[];
}
