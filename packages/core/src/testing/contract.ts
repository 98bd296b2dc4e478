/** The suite that every tool of every server runs through. */
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toListedTool } from '../mcp/schema.ts';
import { listedTools } from '../runtime.ts';
import type { ServerDefinition } from '../server.ts';
import type { Tool } from '../tool.ts';
import { connect, type TestClient } from './connect.ts';
import { Seats } from './seats.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Good arguments for one tool; a function when they depend on what earlier calls made. */
export type Example = Record<string, unknown> | ((client: TestClient, workspace: string) => Promise<Record<string, unknown>>);

/** Options of {@link contractSuite}. */
export interface ContractOptions {
  /** One good call per tool, by tool name; a tool with an `example` of its own needs none here. */
  examples: Record<string, Example>;
  /** The server's own options. */
  options?: Record<string, unknown>;
  /** Opt-in groups. Default `['all']`: every tool is checked. */
  caps?: readonly string[];
  /** Fills the workspace before each example. */
  prepare?: (workspace: string) => Promise<void>;
  /**
   * For a server whose start is expensive: one for all examples of an era. Called after each example to undo what would get into
   * the way of the next. Default: a server for each example.
   */
  reset?: (client: TestClient, tool: string) => Promise<unknown>;
}

/** Registers the contract of a server with vitest. Call it at the top level of a test file. */
export function contractSuite(server: ServerDefinition, options: ContractOptions): void {
  const caps = options.caps ?? ['all'];
  const tools = listedTools(server, caps);
  describe(`contract of ${server.name}`, () => {
    it('has an example for every tool and no other', () => {
      const own = tools.filter(({ example, name }) => example && !(name in options.examples)).map(({ name }) => name);
      expect([...Object.keys(options.examples), ...own].toSorted()).toEqual(tools.map(({ name }) => name).toSorted());
    });
    const seats = new Seats(server, { ...options, caps });
    afterAll(() => seats[Symbol.asyncDispose]());
    for (const tool of tools) describe(tool.name, () => toolContract(server, tool, seats, { ...options, caps }));
  });
}

function toolContract(server: ServerDefinition, tool: Tool, seats: Seats, options: ContractOptions): void {
  it('has a name, a description, an effect and a scope that fit', () => {
    expect(tool.name).toMatch(new RegExp(`^${server.name}_[a-z0-9]+(?:_[a-z0-9]+)*$`));
    expect(tool.name.length).toBeLessThanOrEqual(40);
    expect(tool.title.length).toBeGreaterThan(0);
    expect(tool.description.length).toBeGreaterThan(20);
    expect(tool.description.length).toBeLessThanOrEqual(1200);
    expect(['read', 'write', 'destroy']).toContain(tool.effect);
    expect(tool.scope).toMatch(new RegExp(`^${server.name}:[a-z]+$`));
  });

  it('describes every argument and every fact, flat enough for any client', () => {
    for (const schema of [tool.input, tool.output]) checkObject(toListedTool(tool), schema);
  });

  it('refuses an unknown argument by its name', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(server, { workspace: folder.path, ...pick(options) });
    const answer = await client.call(tool.name, { no_such_argument: 1 });
    expect(answer.isError).toBe(true);
    expect(answer.error?.code).toBe('INVALID_ARGUMENT');
    expect(answer.text).toContain('no_such_argument');
  });

  it('refuses an argument of a wrong type', async () => {
    const [name] = Object.keys(tool.input.shape);
    if (name === undefined) return;
    await using folder = await temporaryFolder();
    await using client = await connect(server, { workspace: folder.path, ...pick(options) });
    const answer = await client.call(tool.name, { [name]: { wrong: ['type'] } });
    expect(answer.error?.code).toBe('INVALID_ARGUMENT');
    expect(answer.text).toContain(name);
  });

  for (const era of ['modern', 'legacy'] as const) {
    it(`answers its example with facts that match its schema (${era})`, async () => {
      await using seat = await seats.take(era, tool.name);
      const { client, folder } = seat;
      const example = options.examples[tool.name] ?? tool.example ?? {};
      const answer = await client.call(tool.name, typeof example === 'function' ? await example(client, folder) : example);
      expect(answer.text, answer.text).not.toContain('INTERNAL');
      expect(answer.isError, answer.text).toBe(false);
      expect(answer.content.length).toBeGreaterThan(0);
      expect(() => tool.output.strict().parse(answer.facts)).not.toThrow();
    });
  }
}

function pick({ options, caps }: ContractOptions): { options?: Record<string, unknown>; caps?: readonly string[] } {
  return { ...(options && { options }), ...(caps && { caps }) };
}

function checkObject(listed: { name: string }, schema: z.ZodObject, depth = 0): void {
  for (const [name, field] of Object.entries(schema.shape)) {
    const json = z.toJSONSchema(field as z.ZodType, { io: 'input', unrepresentable: 'any' });
    expect(json.description, `${listed.name}: "${name}" has no description`).toBeTruthy();
    expect(name, `${listed.name}: "${name}" is neither snake_case nor camelCase`).toMatch(/^[a-z][A-Za-z0-9]*(?:_[a-z0-9]+)*$/);
    expect(JSON.stringify(json).match(/"type":"object"/g)?.length ?? 0, `${listed.name}: "${name}" nests objects`).toBeLessThanOrEqual(
      1 - depth,
    );
  }
}
