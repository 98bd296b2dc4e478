/**
 * Arguments and results of tools on spans, when `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` asks for it: a variable of the
 * OpenTelemetry conventions for GenAI, and off unless set, because they hold what people and agents would not show to everybody.
 */
import type { Span } from '@opentelemetry/api';
import { environment } from '../config/load.ts';
import { attributes } from './conventions.ts';

/** Most characters of one attribute. */
const mostChars = 4096;
const mark = '[redacted]';
const secretName = /authori[sz]|^auth$|cookie|token|secret|passw|passphrase|credential|api[-_]?key|private[-_]?key|^key$|^pin$|^otp$/i;
// Bearer credentials, user information in addresses, JSON Web Tokens, keys in PEM, and keys by their usual beginnings.
const secretText =
  /\b(?:Bearer|Basic) +[\w.~+/=-]{8,}|(?<=:\/\/)[^\s/@]+(?=@)|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-]*-----|$)|\b(?:sk|pk|ghp|gho|ghs|xox[abp]|AKIA)[-_]?[\w-]{16,}/g;
const assignment = /\b([\w-]*(?:token|secret|passw(?:or)?d|api[-_]?key|credential)[\w-]*)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)/gi;

type Env = Readonly<Record<string, string | undefined>>;

/** Whether this process is asked for it: looked up once, since reading a variable of the environment costs as much as a span. */
let isAsked: boolean | undefined;

/** Puts arguments or a result on a span, without what looks like a secret; does nothing unless it is asked for. */
export function contentOnSpan(span: Span, what: 'arguments' | 'result', value: unknown): void {
  if (!span.isRecording() || !(isAsked ??= wantsContent(environment()))) return;
  span.setAttribute(what === 'arguments' ? attributes.callArguments : attributes.callResult, redacted(value, namesOf(environment())));
}

/** The values that the conventions have known for it. */
function wantsContent(env: Env): boolean {
  return /^(?:true|span_only|span_and_event)$/i.test(env['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'] ?? '');
}

/** `SANDLOT_TRACE_REDACT`: further names whose values are hidden, separated by commas. */
function namesOf(env: Env): ReadonlySet<string> {
  return new Set((env['SANDLOT_TRACE_REDACT'] ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

function redacted(value: unknown, names: ReadonlySet<string>): string {
  const text = JSON.stringify(value, (name, inner: unknown) => {
    if (name !== '' && (secretName.test(name) || names.has(name.toLowerCase()))) return mark;
    // Cut before it is searched: a long text must not cost more than a short one.
    return typeof inner === 'string' ? clean(inner.slice(0, 2 * mostChars)) : inner;
  });
  return (text ?? '').slice(0, mostChars);
}

function clean(text: string): string {
  return text.replaceAll(secretText, mark).replaceAll(assignment, `$1$2${mark}`);
}
