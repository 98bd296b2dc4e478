/** The numbers of the moment: what was counted here, what the servers counted, and what only a look can tell. */
import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { mergeSnapshots, meter, Recorder, type Snapshot } from '@sandlot/core/telemetry';
import type { AuditTrail } from '../audit/trail.ts';
import type { OwnServer } from '../upstreams/own-server.ts';
import type { Registry } from '../upstreams/registry.ts';
import type { Boots } from './boots.ts';
import { lookAtContainer } from './container.ts';
import { Probe } from './probe.ts';
import { usesOf } from './process-tree.ts';

/** What {@link GatewayMetrics} looks at. */
export interface MetricsSources {
  readonly registry: Registry;
  readonly own: readonly OwnServer[];
  readonly workspace: string;
  readonly trail: AuditTrail | undefined;
  readonly boots: Boots | undefined;
}

/** The gateway's metrics. Until somebody looks it only counts. */
export class GatewayMetrics implements Disposable {
  readonly #sources: MetricsSources;
  readonly #probe: Probe;
  readonly #cpu = new Map<string, { pid: number; last: number; total: number }>();
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #utilization: EventLoopUtilization | undefined;

  constructor(sources: MetricsSources) {
    this.#sources = sources;
    this.#probe = new Probe(sources.workspace);
  }

  /** Everything. @param withServers also what our servers counted, which export it themselves over OTLP. Default true */
  async look(withServers = true): Promise<Snapshot> {
    const seen = new Recorder();
    const asked = withServers ? await Promise.all(this.#sources.own.map((server) => server.metrics())) : [];
    seen.set('sandlot.metrics.unseen', asked.filter(({ answered }) => !answered).length, {});
    await Promise.all([lookAtContainer(seen, this.#sources.workspace), this.#probe.look()]);
    this.#lookAtServers(seen);
    this.#lookAtGateway(seen);
    return mergeSnapshots([meter.snapshot(), seen.snapshot(), ...asked.map(({ snapshot }) => snapshot)]);
  }

  [Symbol.dispose](): void {
    this.#delay?.disable();
  }

  #lookAtServers(seen: Recorder): void {
    const servers = this.#sources.registry
      .list()
      .map((upstream) => ({ labels: { 'sandlot.server': upstream.name }, ...upstream.health() }));
    const uses = usesOf(servers.flatMap(({ pid }) => pid ?? []));
    for (const { labels, pid, state, error } of servers) {
      const isUp = state === 'running' || (state === 'degraded' && error === undefined);
      seen.set('sandlot.server.up', isUp ? 1 : 0, labels);
      const use = pid === undefined ? undefined : uses.get(pid);
      if (pid === undefined || !use) {
        const total = this.#cpu.get(labels['sandlot.server'])?.total;
        if (total !== undefined) seen.set('sandlot.server.cpu.time', total, labels);
        continue;
      }
      seen.set('sandlot.server.cpu.time', this.#cpuOf(labels['sandlot.server'], pid, use.cpuSeconds), labels);
      seen.set('sandlot.server.memory.usage', use.residentBytes, labels);
      seen.set('sandlot.server.processes', use.processes, labels);
    }
  }

  /** A tree's sum falls when a member leaves it; the counter does not. */
  #cpuOf(server: string, pid: number, now: number): number {
    const before = this.#cpu.get(server);
    const since = before?.pid === pid ? before.last : 0;
    const total = (before?.total ?? 0) + Math.max(0, now - since);
    this.#cpu.set(server, { pid, last: now, total });
    return total;
  }

  #lookAtGateway(seen: Recorder): void {
    const { trail, boots } = this.#sources;
    const { user, system } = process.cpuUsage();
    seen.set('process.cpu.time', user / 1e6, { 'cpu.mode': 'user' });
    seen.set('process.cpu.time', system / 1e6, { 'cpu.mode': 'system' });
    seen.set('process.memory.usage', process.memoryUsage.rss(), {});
    seen.set('process.uptime', process.uptime(), {});
    seen.set('nodejs.eventloop.utilization', this.#utilizationNow(), {});
    if (this.#delay) {
      seen.set('nodejs.eventloop.delay.p99', this.#delay.percentile(99) / 1e9, {});
      this.#delay.reset();
    } else {
      // It wakes the process up many times a second: only from the first look on.
      this.#delay = monitorEventLoopDelay({ resolution: 20 });
      this.#delay.enable();
    }
    if (boots) {
      seen.set('sandlot.boot.count', boots.boots, {});
      seen.set('sandlot.boot.crashes', boots.crashes, {});
    }
    if (!trail) return;
    const { waiting, checkpointAt } = trail.status();
    seen.set('sandlot.audit.lag', waiting, {});
    if (checkpointAt !== undefined) seen.set('sandlot.audit.checkpoint.age', (Date.now() - checkpointAt) / 1000, {});
  }

  #utilizationNow(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    return utilization;
  }
}
