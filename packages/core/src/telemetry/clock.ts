/** Time of spans: to the microsecond, and by the machine's clock, so that spans of several processes fit. */
let offsetMs = performance.timeOrigin;

/** Milliseconds since 1970, with fractions. */
export function wallClockMs(): number {
  return offsetMs + performance.now();
}

/** Follows a clock that was set since the last time. */
export function followClock(): void {
  const off = Date.now() - wallClockMs();
  if (Math.abs(off) > 50) offsetMs += off;
}

/** Nanoseconds since 1970, as OTLP writes them. */
export function toNanos(ms: number): string {
  return `${Math.floor(ms * 1000)}000`;
}
