/** What the matrix says: a page for the docs, and whether it is what is known. */
import { type Build, buildsOver, type Transport, transports } from './cells.ts';
import type { Revision, SuiteResult } from './suite.ts';

/** Directly, or through the gateway, which reaches the server by a transport. */
export type Route = 'direct' | Transport;

/** One pairing. */
export interface Cell {
  readonly build: Build;
  readonly revision: Revision;
  readonly route: Route;
  /** Undefined when the build does not speak the revision itself. */
  readonly result?: SuiteResult;
}

const upstreams: Record<Build, string> = {
  both: 'speaks both eras',
  legacy: '2025-11-25 only',
  modern: '2026-07-28 only',
};

const routes: Record<Route, string> = {
  direct: 'direct',
  stdio: 'through the gateway, stdio',
  http: 'through the gateway, Streamable HTTP',
  sse: 'through the gateway, HTTP+SSE',
};

/** Compares the cells with what is known to fail, by `<build> <revision> <route>`; returns what is not as known. */
export function judge(cells: readonly Cell[], known: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return cells.flatMap(({ build, revision, route, result }) => {
    const name = `${build} ${revision} ${route}`;
    const expected = known[name] ?? [];
    const lost = (result?.lost ?? []).filter((scenario) => !expected.includes(scenario));
    const fixed = expected.filter((scenario) => !result?.lost.includes(scenario));
    return [
      ...lost.map((scenario) => `${name}: lost ${scenario}`),
      ...fixed.map((scenario) => `${name}: ${scenario} passes now; take it out of known-failures.json`),
    ];
  });
}

/** The page. */
export function render(cells: readonly Cell[]): string {
  const cell = (build: Build, route: Cell['route'], revision: Revision) => {
    const result = cells.find((one) => one.build === build && one.route === route && one.revision === revision)?.result;
    return result ? `${result.passed.length}/${result.passed.length + result.lost.length}` : 'n/a';
  };
  const rows = (['both', 'legacy', 'modern'] as const).flatMap((build) =>
    (['direct', ...transports.filter((transport) => buildsOver(transport).includes(build))] as const).map(
      (route) => `| ${upstreams[build]} | ${routes[route]} | ${cell(build, route, '2025-11-25')} | ${cell(build, route, '2026-07-28')} |`,
    ),
  );
  const lost = cells.flatMap(({ build, revision, route, result }) =>
    (result?.lost ?? []).map((scenario) => `- ${upstreams[build]}, ${revision}, ${route}: \`${scenario}\``),
  );
  return `# Conformance

Written by \`npm run conformance\`: do not edit.

The official conformance suite (\`@modelcontextprotocol/conformance\` 0.2.0-alpha.12, \`--requirements\`) against a fixture server, once
directly over HTTP and through the gateway with the fixture in \`mcpServers\`, once for each transport. Figures are required scenarios
passed. A client of the one era in front of a server of the other is the gateway's bridge; without it such a pair cannot talk at all
(n/a).

| Server | Route | Client of 2025-11-25 | Client of 2026-07-28 |
| --- | --- | --- | --- |
${rows.join('\n')}

## Lost

${lost.length > 0 ? lost.join('\n') : 'Nothing.'}

## Not scored

The suite runs further scenarios that do not count. The tasks extension is not in the SDK that the fixture uses.

${unscored(cells)}

## How the bridge works

| Client | Server | What happens when the server asks (elicitation, sampling, roots) |
| --- | --- | --- |
| 2025-11-25 | 2025-11-25 | The ask goes to the session of the client that called. |
| 2026-07-28 | 2026-07-28 | \`input_required\` and the retry pass through. |
| 2025-11-25 | 2026-07-28 | The gateway runs the rounds: it asks the client over its session and calls again with the answers. |
| 2026-07-28 | 2025-11-25 | The call waits in the gateway. The client gets \`input_required\` with a \`requestState\` that is sealed, bound to the caller and the call, good for one retry and for 5 minutes. |

- An old server does not say which call an ask belongs to. Once it has asked, each client gets a connection of its own, opened with
  what that client can do; a new client gets one that was opened ahead (\`"isolation": "auto"\`; \`"shared"\` keeps one for everybody, and then an ask while calls of several clients
  are in flight is refused).
- An ask that the client of a call has not declared to support is refused; when the call fails for it, the client gets error \`-32021\`
  with the capability that it lacks.
- Asks of old servers have no key: they become \`ask_1\`, \`ask_2\`, and so on in \`inputRequests\`. A server may name one with
  \`_meta["sandlot.dev/inputKey"]\` in the ask. The old build of the fixture does, because \`input-required-result-basic-elicitation\`
  looks for its own key.
- A required scenario that fails is run a second time by itself, since some have time limits that a busy machine misses.
`;
}

function unscored(cells: readonly Cell[]): string {
  const scenarios = new Map<string, { why: string; direct: string[]; gateway: string[] }>();
  for (const { route, result } of cells) {
    for (const { name, passed, why } of result?.unscored ?? []) {
      const entry = scenarios.get(name) ?? { why, direct: [], gateway: [] };
      entry[route === 'direct' ? 'direct' : 'gateway'].push(passed ? 'passes' : 'fails');
      scenarios.set(name, entry);
    }
  }
  const said = (answers: readonly string[]) => [...new Set(answers)].join(' or ') || 'not run';
  const lines = [...scenarios].map(([name, { why, direct, gateway }]) => `| \`${name}\` | ${why} | ${said(direct)} | ${said(gateway)} |`);
  return ['| Scenario | Why | Direct | Through the gateway |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
