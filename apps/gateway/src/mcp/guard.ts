/** What stands before every call of a tool, on MCP and REST alike: scopes, and later limits and the audit trail. */
import type { Caller, Loose } from '../upstreams/caller.ts';
import type { Upstream, UpstreamRequest } from '../upstreams/upstream.ts';

/** A call that is about to run. */
export interface GuardedCall {
  readonly upstream: Upstream;
  /** The upstream's own name of the tool. */
  readonly tool: string;
  readonly scope: string;
  readonly request: UpstreamRequest;
}

/** Decides and records. */
export interface Guard {
  /** True when the caller has a scope. */
  allows(caller: Caller, scope: string): boolean;
  /** Runs a call within the policy. @throws ToolError when it is refused */
  call(call: GuardedCall, run: () => Promise<Loose>): Promise<Loose>;
}

/** Lets every caller that got in do everything. */
export const openGuard: Guard = { allows: () => true, call: (_, run) => run() };
