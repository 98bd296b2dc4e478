/** Severities of MCP log messages (RFC 5424). */
const order = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** True when a message of a level is wanted by one who asked for `least` or more; nobody who asked for nothing wants any. */
export function levelPasses(level: unknown, least: unknown): boolean {
  const wanted = order.indexOf(String(least));
  return wanted >= 0 && order.indexOf(String(level)) >= wanted;
}

/** True for the name of a severity. */
export function isLevel(level: unknown): boolean {
  return order.includes(String(level));
}
