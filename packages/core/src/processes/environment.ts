/** What the processes that a server starts for its caller get of the server's own environment. */
import { environment } from '../config/load.ts';

/** Variables as a process gets them. */
export type Environment = Readonly<Record<string, string>>;

// An allow list, because a list of secrets is never complete. OTEL_EXPORTER_OTLP_HEADERS holds keys and is left out on purpose.
const passed = new Set(
  [
    'PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR HOSTNAME DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS',
    'SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE CURL_CA_BUNDLE',
    'HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy',
    'JAVA_HOME GOPATH GOROOT CARGO_HOME RUSTUP_HOME PYENV_ROOT NVM_DIR VIRTUAL_ENV PLAYWRIGHT_BROWSERS_PATH',
    'OTEL_EXPORTER_OTLP_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL',
  ].flatMap((names) => names.split(' ')),
);
const passedPrefixes = ['LC_', 'XDG_'];

/**
 * What commands get of the server's environment.
 *
 * @param extra names to pass as well; a trailing `*` passes every name that starts so
 */
export function baseEnvironment(extra: readonly string[], from = environment()): Environment {
  const prefixes = [...passedPrefixes, ...extra.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))];
  const names = new Set([...passed, ...extra]);
  const base: Record<string, string> = { LANG: 'C.UTF-8', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && (names.has(name) || prefixes.some((prefix) => name.startsWith(prefix)))) base[name] = value;
  }
  return base;
}
