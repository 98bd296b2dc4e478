/** A tool, defined once. MCP, REST, OpenAPI, docs, spans, audit and scopes all come from this one object. */
import type { z } from 'zod';
import type { Content } from './content.ts';
import type { ToolContext } from './context.ts';

/**
 * What a call does to the world: `read` changes nothing, `write` adds or changes, `destroy` may lose what was there.
 * The MCP annotations and the scope check come from it, so they cannot disagree.
 */
export type Effect = 'read' | 'write' | 'destroy';

/** A tool as the rest of Sandlot sees it; {@link defineTool} makes one with inferred types. */
export interface Tool<Domain = unknown> {
  /** `<server>_<verb>[_<noun>]`, snake case, at most 40 characters. */
  readonly name: string;
  /** Other names under which it can be called; they are not listed. */
  readonly aliases?: readonly string[];
  /** A short name for people. */
  readonly title: string;
  /** For the model: what it does, and when to use it rather than another. */
  readonly description: string;
  readonly effect: Effect;
  /** What a caller must be allowed: `<server>:<word>`, for example `file:write`. */
  readonly scope: string;
  /** True when the same call twice does no more than once. Default: true for `read`, else false. */
  readonly idempotent?: boolean;
  /** True when it reaches the outside world (a web page, a remote host). Default false. */
  readonly openWorld?: boolean;
  /** Opt-in group: the tool is listed only with `--caps <group>`. Default: always listed. */
  readonly group?: string;
  /** True when a list of several servers' tools does without it: it is listed for its own server, and where it is asked for. Default false. */
  readonly minor?: boolean;
  /** Arguments of one good call that needs nothing before it; the contract test makes it. */
  readonly example?: Readonly<Record<string, unknown>>;
  readonly input: z.ZodObject;
  /** The facts of the answer (`structuredContent`). Keys of `run`'s data that are not in it go to `render` only. */
  readonly output: z.ZodObject;
  run(input: Record<string, unknown>, ctx: ToolContext<Domain>): Promise<Record<string, unknown>>;
  render?(data: Record<string, unknown>, input: Record<string, unknown>): string | Content[];
}

/** What {@link defineTool} takes: a {@link Tool} with the types of its schemas. */
export interface ToolSpec<Domain, I extends z.ZodObject, O extends z.ZodObject, Data extends z.input<O>> extends Omit<
  Tool<Domain>,
  'input' | 'output' | 'run' | 'render'
> {
  readonly input: I;
  readonly output: O;
  /** Does the work. The input is parsed. The data holds at least the facts of `output`. */
  run(input: z.output<I>, ctx: ToolContext<Domain>): Promise<Data>;
  /** Makes the text (or blocks) for the model. Default: the facts as JSON. */
  render?(data: NoInfer<Data>, input: z.output<I>): string | Content[];
}

/**
 * Makes the function by which one server defines its tools; the type parameter is the server's domain object, which
 * `run` gets as `ctx.domain`.
 *
 * @example export const defineTool = toolDefiner<Sessions>();
 */
export function toolDefiner<Domain>() {
  return function defineTool<I extends z.ZodObject, O extends z.ZodObject, Data extends z.input<O>>(
    spec: ToolSpec<Domain, I, O, Data>,
  ): Tool<Domain> {
    // Unknown arguments are refused by name: a misspelt "limit" must not be ignored in silence.
    return { ...spec, input: spec.input.strict() };
  };
}

/** {@link toolDefiner} for a server without a domain object. */
export const defineTool = toolDefiner<unknown>();
