/** Where checkpoints are told, so that somebody outside can say what the log was: by lines that are printed, and by spans. */
import { trace } from '@opentelemetry/api';

/** A place. */
export type AnchorPlace = 'stdout' | 'stderr' | 'otlp';

/** Tells checkpoints. */
export interface Anchors {
  /** Takes a line, `audit-checkpoint <size>:<hash> <key>`. */
  take(line: string): void;
  /** Tells from now on, beginning with what was held back: before, a program that starts has other things to say, and no exporter yet. */
  show(): void;
}

/**
 * Makes them. A terminal gets no lines: nobody keeps what is shown there.
 *
 * @param output for tests. Default: this process's own
 */
export function createAnchors(
  places: readonly AnchorPlace[],
  output: Readonly<Record<'stdout' | 'stderr', Pick<NodeJS.WriteStream, 'write' | 'isTTY'>>> = process,
): Anchors {
  const printed = (['stdout', 'stderr'] as const).filter((place) => places.includes(place) && !output[place].isTTY);
  let held: string[] | undefined = [];
  const tell = (line: string) => {
    if (places.includes('otlp')) toSpan(line);
    for (const place of printed) output[place].write(`${line}\n`);
  };
  return {
    take(line) {
      if (held) held.push(line);
      else tell(line);
    },
    show() {
      for (const line of held ?? []) tell(line);
      held = undefined;
    },
  };
}

/** One span of no length, in a trace of its own. */
function toSpan(line: string): void {
  const [, size, head, key] = /^audit-checkpoint (\d+):(\S+) (\S+)$/.exec(line) ?? [];
  const attributes = { 'sandlot.audit.records': Number(size), 'sandlot.audit.head': head ?? '', 'sandlot.audit.key': key ?? '' };
  trace.getTracer('sandlot').startSpan('audit.checkpoint', { root: true, attributes }).end();
}
