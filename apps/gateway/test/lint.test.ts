import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ownServers } from '../src/servers.ts';
import { type ForeignGateway, foreignGateway, keys, send } from './foreign-gateway.ts';

const program = fileURLToPath(new URL('listed-server.ts', import.meta.url));
/** An entry of `mcpServers`: a server with these tools. */
const listed = (tools: readonly object[]) => ({ command: process.execPath, args: [program, JSON.stringify(tools)], protocol: 'legacy' });
const object = (properties: object = {}, rest: object = {}) => ({ type: 'object', properties, ...rest });
const tool = (name: string, inputSchema: object = object(), rest: object = {}) => ({ name, inputSchema, ...rest });

const findingSchema = z.looseObject({ rule: z.string(), tool: z.string().optional(), message: z.string(), clients: z.array(z.string()) });
const surveySchema = z.looseObject({ tools: z.number(), tokens: z.number(), findings: z.array(findingSchema) });
const statusSchema = z.looseObject({ data: z.array(surveySchema.extend({ costs: z.record(z.string(), z.number()) })) });
const sandboxSchema = z.looseObject({ data: z.looseObject({ listing: surveySchema }) });

async function get({ url }: ForeignGateway, path: string): Promise<unknown> {
  return (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${keys.ann}` } })).json();
}

async function detailsOf(gateway: ForeignGateway) {
  await toolsOf(gateway, '/mcp');
  const [details] = statusSchema.parse(await get(gateway, '/v1/mcp/servers?details=true')).data;
  if (!details) throw new Error('no server');
  return details;
}

async function toolsOf({ url }: ForeignGateway, path: string) {
  return (await send(`${url}${path}`, keys.ann, 'tools/list', {})).body.result?.tools ?? [];
}

describe('the linter warns of', () => {
  const nested = object({ list: { anyOf: [{ type: 'array' }] } });
  const long = 'n'.repeat(70);
  const cases: readonly [rule: string, tool: object, shown: string, message: string, also?: string][] = [
    ['input-type', tool('t', { properties: {} }), 's__t', 'not of type "object"'],
    ['input-union', tool('t', object({}, { oneOf: [object()] })), 's__t', '"oneOf" at its top'],
    ['property-name', tool('t', object({ 'filter[id]': { type: 'string' } })), 's__t', '"filter[id]"'],
    ['array-items', tool('t', nested), 's__t', 'input.list.anyOf'],
    ['ref-outside', tool('t', object({ a: { $ref: 'https://example.com/a.json' } })), 's__t', '"https://example.com/a.json"'],
    ['ref-missing', tool('t', object({ a: { $ref: '#/$defs/A' } })), 's__t', '"#/$defs/A"'],
    ['ref', tool('t', object({ a: { $ref: '#/$defs/A' } }, { $defs: { A: { type: 'string' } } })), 's__t', 'write it out'],
    ['format', tool('t', object({ a: { type: 'string', format: 'uri' } })), 's__t', '"uri"'],
    ['output-type', tool('t', object(), { outputSchema: { type: 'array', items: {} } }), 's__t', 'not of type "object"'],
    [
      'output-dialect',
      tool('t', object(), { outputSchema: object({}, { $schema: 'http://json-schema.org/draft-07/schema#' }) }),
      's__t',
      'draft-07',
    ],
    ['own-name', tool('x.y'), 's__x_y', '"x.y"'],
    ['long-name', tool('n'.repeat(50)), 's__n{50}', '67 characters'],
    ['own-name', tool(long), 's__n+_[0-9a-f]{8}', long, 'long-name'],
  ];
  for (const [rule, wrong, shown, message, also] of cases) {
    it(`${rule}: ${message}`, async () => {
      await using gateway = await foreignGateway({ s: listed([tool('fine', object({ a: { type: 'array', items: {} } })), wrong]) });
      const { findings } = await detailsOf(gateway);
      expect(findings.filter((finding) => finding.rule === rule)).toEqual([
        {
          rule,
          tool: expect.stringMatching(new RegExp(`^${shown}$`)),
          message: expect.stringContaining(message),
          clients: expect.arrayContaining([expect.any(String)]),
        },
      ]);
      const others = findings.map((finding) => finding.rule).filter((other) => other !== rule);
      expect(others, 'nothing else').toEqual(also === undefined ? [] : [also]);
      expect(await toolsOf(gateway, '/mcp'), 'and leaves nothing out').toHaveLength(2);
    });
  }

  it('more tools than clients take', async () => {
    const rules = async (count: number) => {
      await using gateway = await foreignGateway({ s: listed(Array.from({ length: count }, (_, n) => tool(`t${n}`))) });
      await toolsOf(gateway, '/mcp');
      return sandboxSchema.parse(await get(gateway, '/v1/sandbox')).data.listing.findings.map(({ clients }) => clients.join());
    };
    expect(await rules(40)).toEqual([]);
    expect(await rules(41)).toEqual(['Cursor']);
    expect(await rules(129)).toEqual(['VS Code', 'Claude Desktop', 'Cursor']);
  });

  it('nothing worse than itself: a schema that is very deep', async () => {
    const deep = Array.from({ length: 500 }).reduce<object>((inner) => object({ a: inner }), { type: 'array' });
    await using gateway = await foreignGateway({ s: listed([tool('t', deep)]) });
    expect((await detailsOf(gateway)).tools).toBe(1);
  });
});

describe('the cost of tools', () => {
  it('is shown by server and tool', async () => {
    const tools = [tool('small'), tool('large', object({ text: { type: 'string', description: 'words '.repeat(100) } }))];
    await using gateway = await foreignGateway({ s: listed(tools) });
    const [small, large] = tools.map((one) => Math.ceil(JSON.stringify(one).length / 4));
    const { costs, tokens } = await detailsOf(gateway);
    expect(Object.entries(costs)).toEqual([
      ['s__large', large],
      ['s__small', small],
    ]);
    expect(tokens).toBe((small ?? 0) + (large ?? 0));
  });

  it('of all servers of Sandlot is at most 45 tools and 6,500 tokens, with nothing that a client would not take', async () => {
    await using gateway = await foreignGateway({}, { own: ownServers });
    const tools = await toolsOf(gateway, '/mcp');
    expect(tools.length).toBeGreaterThan(20);
    expect(tools.length).toBeLessThanOrEqual(45);
    expect(JSON.stringify(tools).length / 4).toBeLessThanOrEqual(6500);
    for (const { name } of tools) expect(name.length, name).toBeLessThanOrEqual(40);
    const details = statusSchema.parse(await get(gateway, '/v1/mcp/servers?details=true')).data;
    expect(details.flatMap(({ findings }) => findings)).toEqual([]);
    const { listing } = sandboxSchema.parse(await get(gateway, '/v1/sandbox')).data;
    expect(listing).toMatchObject({ tools: tools.length });
  });

  it('does without minor tools, which are listed for their server and where they are asked for', async () => {
    await using gateway = await foreignGateway({}, { own: ownServers, profiles: { all: {} } });
    const namesAt = async (path: string) => (await toolsOf(gateway, path)).map(({ name }) => name);
    expect(await namesAt('/mcp')).not.toContain('browser_hover');
    for (const path of ['/mcp/browser', '/mcp?servers=browser', '/mcp?tools=*_hover', '/mcp/p/all']) {
      expect(await namesAt(path), path).toContain('browser_hover');
    }
  });

  it('of a profile in search mode is under 600 tokens, whatever is behind it', async () => {
    await using gateway = await foreignGateway({}, { own: ownServers, profiles: { found: { mode: 'search' } } });
    expect(JSON.stringify(await toolsOf(gateway, '/mcp/p/found')).length / 4).toBeLessThan(600);
  });
});

describe('sandlot lint', () => {
  it('prints costs and warnings of every view and server, as text or JSON; only --strict makes them an error', async () => {
    await using folder = await temporaryFolder();
    const config = {
      mcpServers: { s: listed([tool('x.y', object({}, { anyOf: [] }))]), gone: { command: join(folder.path, 'nothing') } },
      profiles: { found: { mode: 'search' }, few: { servers: ['s'] } },
    };
    await writeFile(join(folder.path, 'sandlot.json'), JSON.stringify(config));
    const plain = await lint(folder.path);
    expect(plain.code).toBe(0);
    expect(plain.out).toMatch(
      /^\/mcp +\d+ tools +[\d,]+ tokens\n\/mcp\/p\/found +3 tools +\d+ tokens\n\/mcp\/p\/few +1 tools +\d+ tokens\n/,
    );
    expect(plain.out).toMatch(/\ngone +is not there: .*nothing/);
    expect(plain.out).toContain('s__x_y: The input schema has "anyOf" at its top. [input-union: Claude]\n');
    const strict = await lint(folder.path, '--json', '--strict');
    expect(strict.code).toBe(1);
    const json = z
      .object({ views: z.record(z.string(), surveySchema), servers: z.record(z.string(), surveySchema) })
      .parse(JSON.parse(strict.out));
    expect(json.servers['s']?.findings.map(({ rule }) => rule)).toEqual(['input-union', 'own-name']);
    expect(json.views['/mcp/p/found']?.tools).toBe(3);
  });
});

async function lint(cwd: string, ...flags: string[]): Promise<{ code: number | null; out: string }> {
  const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
  const args = ['--conditions=@sandlot/source', bin, 'lint', '--workspace', 'ws', '--state-dir', 'state', '--log-level', 'error', ...flags];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'], HOME: cwd } });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { out: await text(child.stdout), code: await ended };
}
