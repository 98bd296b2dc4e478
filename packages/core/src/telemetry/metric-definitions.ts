/**
 * Every metric: what it counts, in which unit, with which labels. The docs table, the dashboard and the alert rules are made from
 * this. Names of the `mcp.` kind and their buckets are those of https://github.com/open-telemetry/semantic-conventions-genai
 * (2026-11), `container.`, `process.`, `nodejs.` and `otel.` ones those of the OpenTelemetry semantic conventions 1.44.
 */

/** A metric. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** UCUM, as in OpenTelemetry: `s`, `By`, `1`, or a thing in braces. */
  readonly unit: string;
  readonly description: string;
  /** Labels; a value is a word of a small set, never a path, an address or an agent's text. */
  readonly attributes: readonly string[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** The convention's bounds for MCP operations, in seconds. */
const mcpBuckets = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const fastBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30];

/** Every metric, by name. */
export const metricDefinitions = {
  'mcp.server.operation.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Requests of MCP clients, from their arrival to their answer',
    attributes: ['mcp.method.name', 'gen_ai.tool.name', 'gen_ai.operation.name', 'network.transport', 'error.type', 'sandlot.server'],
    buckets: mcpBuckets,
  },
  'mcp.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Requests of the gateway to servers, ours and added ones; calls over MCP and over REST alike',
    attributes: ['mcp.method.name', 'gen_ai.tool.name', 'error.type', 'sandlot.server'],
    buckets: mcpBuckets,
  },
  'sandlot.server.up': {
    kind: 'gauge',
    unit: '1',
    description: '1 while a server runs, 0 while it is stopped or has failed',
    attributes: ['sandlot.server'],
  },
  'sandlot.server.restarts': {
    kind: 'counter',
    unit: '{restart}',
    description: 'Servers that ended by themselves, and by what: a signal or an exit code',
    attributes: ['sandlot.server', 'reason'],
  },
  'sandlot.server.cpu.time': {
    kind: 'counter',
    unit: 's',
    description:
      "CPU time of a server's process tree, as far as it was seen: processes that ended between two looks are counted by their parent",
    attributes: ['sandlot.server'],
  },
  'sandlot.server.memory.usage': {
    kind: 'gauge',
    unit: 'By',
    description: "Resident memory of a server's process tree; shared pages count once for each process",
    attributes: ['sandlot.server'],
  },
  'sandlot.server.processes': {
    kind: 'gauge',
    unit: '{process}',
    description: "Processes in a server's tree, zombies included",
    attributes: ['sandlot.server'],
  },
  'sandlot.agent.cpu.time': {
    kind: 'counter',
    unit: 's',
    description: 'CPU time of what an agent runs in a server: its commands, its code',
    attributes: ['sandlot.principal', 'sandlot.server'],
  },
  'sandlot.agent.memory.usage': {
    kind: 'gauge',
    unit: 'By',
    description: 'Resident memory of what an agent runs in a server; shared pages count once for each process',
    attributes: ['sandlot.principal', 'sandlot.server'],
  },
  'sandlot.agent.processes': {
    kind: 'gauge',
    unit: '{process}',
    description: 'Processes of what an agent runs in a server',
    attributes: ['sandlot.principal', 'sandlot.server'],
  },
  'sandlot.browser.page.create.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Opening of a page until it can be used',
    attributes: ['outcome'],
    buckets: mcpBuckets,
  },
  'sandlot.browser.page.close.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Closing of a page until it is gone',
    attributes: ['outcome'],
    buckets: mcpBuckets,
  },
  'sandlot.browser.pages': { kind: 'gauge', unit: '{page}', description: 'Open pages', attributes: [] },
  'sandlot.browser.crashes': { kind: 'counter', unit: '{crash}', description: 'Pages that crashed', attributes: [] },
  'sandlot.egress': {
    kind: 'counter',
    unit: '{connection}',
    description: 'Connections that the browser asked for: refused by the policy, not reachable, or passed on',
    attributes: ['decision'],
  },
  'sandlot.egress.io': {
    kind: 'counter',
    unit: 'By',
    description: "Bytes of the browser's connections",
    attributes: ['direction'],
  },
  'sandlot.fs.operation.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Operations of the file server',
    attributes: ['operation', 'outcome'],
    buckets: fastBuckets,
  },
  'sandlot.fs.io': {
    kind: 'counter',
    unit: 'By',
    description: 'Bytes of files that the file server read and wrote, without searches, copies and archives',
    attributes: ['direction'],
  },
  'sandlot.fs.probe.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Write, sync and read of 4 KiB in the workspace, at most every 30 s while somebody looks',
    attributes: ['outcome'],
    buckets: fastBuckets,
  },
  'container.filesystem.capacity': { kind: 'gauge', unit: 'By', description: "Size of the workspace's file system", attributes: [] },
  'container.filesystem.available': { kind: 'gauge', unit: 'By', description: 'What is free of it', attributes: [] },
  'container.cpu.time': { kind: 'counter', unit: 's', description: 'CPU time of the container', attributes: [] },
  'container.memory.usage': { kind: 'gauge', unit: 'By', description: 'Memory of the container', attributes: [] },
  'sandlot.memory.limit': { kind: 'gauge', unit: 'By', description: 'Most memory that the container may use', attributes: [] },
  'container.disk.io': {
    kind: 'counter',
    unit: 'By',
    description: 'Bytes that the container read from and wrote to disks (cgroup v2); file systems in memory do not count',
    attributes: ['disk.io.direction'],
  },
  'sandlot.oom_kills': {
    kind: 'counter',
    unit: '{process}',
    description: 'Processes that the kernel ended for want of memory',
    attributes: [],
  },
  'sandlot.pressure.time': {
    kind: 'counter',
    unit: 's',
    description: 'Time in which some task waited for a resource (PSI)',
    attributes: ['resource'],
  },
  'nodejs.eventloop.utilization': {
    kind: 'gauge',
    unit: '1',
    description: "Share of time in which the gateway's event loop worked",
    attributes: [],
  },
  'nodejs.eventloop.delay.p99': {
    kind: 'gauge',
    unit: 's',
    description: "Delay of the gateway's event loop since the last look, 99th percentile",
    attributes: [],
  },
  'process.cpu.time': { kind: 'counter', unit: 's', description: 'CPU time of the gateway itself', attributes: ['cpu.mode'] },
  'process.memory.usage': { kind: 'gauge', unit: 'By', description: 'Resident memory of the gateway itself', attributes: [] },
  'process.uptime': { kind: 'gauge', unit: 's', description: 'Time since the gateway started', attributes: [] },
  'sandlot.boot.count': { kind: 'counter', unit: '{boot}', description: 'Starts of the gateway with this state folder', attributes: [] },
  'sandlot.boot.crashes': {
    kind: 'counter',
    unit: '{boot}',
    description: 'Starts that found that the run before had not ended in order',
    attributes: [],
  },
  'sandlot.audit.lag': { kind: 'gauge', unit: '{record}', description: 'Audit records that wait to be written', attributes: [] },
  'sandlot.audit.checkpoint.age': { kind: 'gauge', unit: 's', description: 'Time since the last signed checkpoint', attributes: [] },
  'otel.sdk.processor.span.processed': {
    kind: 'counter',
    unit: '{span}',
    description: 'Spans for a collector that were handed on, or dropped (`queue_full`) because too many waited',
    attributes: ['error.type'],
  },
  'otel.sdk.exporter.span.exported': {
    kind: 'counter',
    unit: '{span}',
    description: 'Spans that a collector took, or did not take: its HTTP status, or why it was not reached',
    attributes: ['error.type'],
  },
  'sandlot.metrics.unseen': {
    kind: 'gauge',
    unit: '{server}',
    description: 'Running servers that did not say their metrics in time',
    attributes: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** The name of a metric. */
export type MetricName = keyof typeof metricDefinitions;

/** Names of metrics of one kind. */
export type MetricOf<Kind extends MetricDefinition['kind']> = {
  [Name in MetricName]: (typeof metricDefinitions)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

/** The labels of a metric. */
export type LabelsOf<Name extends MetricName> = Readonly<Partial<Record<(typeof metricDefinitions)[Name]['attributes'][number], string>>>;
