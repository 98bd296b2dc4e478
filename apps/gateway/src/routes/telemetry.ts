/** `/metrics` for Prometheus, and the last traces: `/v1/traces`, `/v1/traces/<id>` (OTLP JSON, to be kept or shown). */
import { ToolError } from '@sandlot/core';
import { prometheusText, prometheusType } from '@sandlot/core/telemetry';
import { Hono } from 'hono';
import { requireScopes } from '../auth/scopes.ts';
import { adminScope } from '../auth/visible.ts';
import type { GatewayMetrics } from '../metrics/look.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import type { TraceStore } from '../traces/store.ts';

/** What a scrape needs. */
export const metricsScope = 'metrics:read';

/** Options of {@link telemetryRoutes}. */
export interface TelemetryRoutesOptions {
  readonly metrics: GatewayMetrics;
  /** Undefined when no traces are kept. */
  readonly traces: TraceStore | undefined;
}

/** The routes. A caller sees the traces of its own requests; who administers sees all. */
export function telemetryRoutes({ metrics, traces }: TelemetryRoutesOptions): Hono<GatewayEnv> {
  const kept = () => {
    if (traces) return traces;
    throw new ToolError('FAILED_PRECONDITION', 'This gateway keeps no traces.', { advice: 'Start it with --traces 100.' });
  };
  return new Hono<GatewayEnv>()
    .get('/metrics', async (c) => {
      requireScopes(c.get('caller'), [metricsScope]);
      return c.body(prometheusText(await metrics.look()), 200, { 'content-type': prometheusType });
    })
    .get('/v1/traces', (c) => {
      const caller = c.get('caller');
      const data = kept().list(caller.allows(adminScope) ? undefined : caller.id);
      return c.json({ success: true, message: 'ok', data });
    })
    .get('/v1/traces/:id', (c) => {
      const caller = c.get('caller');
      const id = c.req.param('id');
      const trace = kept().get(id, caller.allows(adminScope) ? undefined : caller.id);
      if (trace) return c.json(trace);
      throw new ToolError('NOT_FOUND', `No trace "${id.slice(0, 64)}".`, { advice: 'See /v1/traces; only the last ones are kept.' });
    });
}
