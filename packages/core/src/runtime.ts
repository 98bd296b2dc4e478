/** A defined server at work: makes its state at the first call, runs calls within its limits, and closes. */
import { mkdir } from 'node:fs/promises';
import { CallSignal } from './call-signal.ts';
import type { ToolContext } from './context.ts';
import { ToolError } from './errors.ts';
import { type Answer, type CallContext, invoke, toToolError } from './invoke.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { createLog, type Log } from './log.ts';
import type { ServerDefinition } from './server.ts';
import type { Tool } from './tool.ts';

/** Options of {@link createRuntime}. */
export interface RuntimeOptions {
  /** Absolute path of the workspace folder; made when it is missing. */
  workspace: string;
  /** The server's options, parsed. */
  options: Readonly<Record<string, unknown>>;
  /** Default {@link defaultLimits}. */
  limits?: Partial<Limits>;
  /** Opt-in groups of tools that are on. Default none. */
  caps?: readonly string[];
  /** Only these tools, of any group. Default: those that `caps` switches on. */
  only?: readonly string[];
  /** Without these tools. Default none. */
  except?: readonly string[];
  /** `tools/list` shows output schemas and every hint. Default false. */
  outputSchemas?: boolean;
  /** Default: JSON lines on stderr. */
  log?: Log;
}

/** Facts about one call, from its front door. */
export interface CallInfo {
  /** Aborts when the caller cancels or goes away. */
  signal: AbortSignal;
  /** Who calls. Default `local`. */
  principal?: string;
  /** Receives progress, when the caller asked for it. */
  progress?: ToolContext['progress'];
}

/** A server at work. */
export interface Runtime {
  readonly server: ServerDefinition;
  readonly tools: readonly Tool[];
  /** True when `tools/list` shows output schemas and every hint. */
  readonly outputSchemas: boolean;
  readonly limits: Limits;
  readonly log: Log;
  /** Runs one call. @throws ToolError, and nothing else */
  call(name: string, args: unknown, info: CallInfo): Promise<Answer>;
  /** Runs work that is no tool call, such as a resource or a route, within the same limits. @throws ToolError, and nothing else */
  run<T>(info: CallInfo, work: (ctx: ToolContext) => Promise<T>): Promise<T>;
  /** True while calls run, or work that outlives its call. */
  isBusy(): Promise<boolean>;
  /** Ends what runs and disposes the server's state. */
  close(): Promise<void>;
}

/** The tools that are listed with the given groups switched on. */
export function listedTools(server: ServerDefinition, caps: readonly string[] = []): readonly Tool[] {
  return (server.tools as readonly Tool[]).filter(({ group }) => group === undefined || caps.includes(group) || caps.includes('all'));
}

/** @throws ToolError INVALID_ARGUMENT for a name that no tool has */
function chosenTools(server: ServerDefinition, { caps, only = [], except = [] }: RuntimeOptions): readonly Tool[] {
  const all = server.tools as readonly Tool[];
  const unknown = [...only, ...except].find((name) => all.every((tool) => tool.name !== name));
  if (unknown !== undefined) {
    throw new ToolError('INVALID_ARGUMENT', `No tool "${unknown}" in the server "${server.name}".`, {
      advice: `Its tools: ${all.map(({ name }) => name).join(', ')}.`,
    });
  }
  const kept = only.length === 0 ? listedTools(server, caps) : all.filter(({ name }) => only.includes(name));
  return kept.filter(({ name }) => !except.includes(name));
}

/** Makes a server ready for calls. Starts nothing. */
export function createRuntime(server: ServerDefinition, options: RuntimeOptions): Runtime {
  const log = options.log ?? createLog({ name: server.name });
  const limits = { ...defaultLimits, ...options.limits };
  const tools = chosenTools(server, options);
  const byName = new Map(tools.flatMap((tool) => [tool.name, ...(tool.aliases ?? [])].map((name) => [name, tool] as const)));
  const running = new Set<CallSignal>();
  let ended: ToolError | undefined;
  let opening: Promise<unknown> | undefined;

  const open = () => {
    opening ??= (async () => {
      await mkdir(options.workspace, { recursive: true }).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new ToolError('FAILED_PRECONDITION', `The workspace "${options.workspace}" cannot be made: ${reason}`, { cause: error });
      });
      return server.open({ workspace: options.workspace, options: options.options, log });
    })().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  const within = async <T>(info: CallInfo, work: (ctx: CallContext) => Promise<T>): Promise<T> => {
    if (running.size >= limits.concurrentCalls) {
      throw new ToolError('RESOURCE_EXHAUSTED', `${server.name} already runs ${running.size} calls, the most it takes at once.`);
    }
    using call = new CallSignal(info.signal, limits.callTimeoutMs, running);
    if (ended) call.abort(ended);
    return await work({
      signal: call.signal,
      principal: info.principal ?? 'local',
      workspace: options.workspace,
      limits,
      log,
      progress: info.progress ?? (() => undefined),
    });
  };

  return {
    server,
    tools,
    outputSchemas: options.outputSchemas ?? false,
    limits,
    log,
    async call(name, args, info) {
      const tool = byName.get(name);
      if (!tool) throw unknownTool(server, name, [...(options.only ?? []), ...(options.except ?? [])].length > 0);
      return within(info, (ctx) => invoke(tool, args, open, ctx));
    },
    run: (info, work) =>
      within(info, async (ctx) => {
        try {
          return await work({ ...ctx, domain: await open() });
        } catch (error) {
          throw toToolError(error, ctx);
        }
      }),
    async isBusy() {
      if (running.size > 0) return true;
      if (opening === undefined || server.isBusy === undefined) return false;
      return server.isBusy(await opening);
    },
    async close() {
      ended ??= new ToolError('UNAVAILABLE', `${server.name} is shutting down.`);
      for (const call of running) call.abort(ended);
      const domain = await opening?.catch(() => undefined);
      if (typeof domain === 'object' && domain !== null && Symbol.asyncDispose in domain) {
        await (domain as AsyncDisposable)[Symbol.asyncDispose]();
      }
    },
  };
}

function unknownTool(server: ServerDefinition, name: string, chosen: boolean): ToolError {
  const off = (server.tools as readonly Tool[]).find((tool) => tool.name === name);
  if (off && chosen) {
    return new ToolError('NOT_FOUND', `The tool "${name}" is off in this server (--tools, --no-tools).`, {
      advice: 'Who runs the server chooses with --tools and --no-tools.',
    });
  }
  if (off?.group) {
    return new ToolError('NOT_FOUND', `The tool "${name}" is in the group "${off.group}", which is off.`, {
      advice: `Start the server with --caps ${off.group}.`,
    });
  }
  return new ToolError('NOT_FOUND', `No tool "${name}" in the server "${server.name}".`, { advice: 'Call tools/list to see the tools.' });
}
