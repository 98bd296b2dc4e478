/** Structured log lines on stderr. stdout belongs to the protocol. */
import { trace } from '@opentelemetry/api';

/** Severity of a log line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one JSON line per event. */
export interface Log {
  debug(message: string, facts?: Record<string, unknown>): void;
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

const order: Record<LogLevel, number> = { debug: 10, info: 20, warn: 30, error: 40 };

/** Options of {@link createLog}. */
export interface LogOptions {
  /** Name of the server, in every line. */
  name: string;
  /** Least severity that is written. Default `info`. */
  level?: LogLevel;
  /** Where a line goes. Default: stderr. */
  write?: (line: string) => void;
}

/** Makes a log that writes JSON lines with time, level, name, message, trace id and facts. */
export function createLog(options: LogOptions): Log {
  const least = order[options.level ?? 'info'];
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const at =
    (level: LogLevel) =>
    (message: string, facts: Record<string, unknown> = {}) => {
      if (order[level] < least) return;
      const span = trace.getActiveSpan()?.spanContext();
      const line = {
        time: new Date().toISOString(),
        level,
        name: options.name,
        message,
        ...(span && { trace_id: span.traceId, span_id: span.spanId, trace_flags: `0${span.traceFlags}` }),
        ...facts,
      };
      write(`${JSON.stringify(line, plainErrors)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { type: value.name, message: value.message, stack: value.stack, ...(value.cause !== undefined && { cause: value.cause }) };
}
