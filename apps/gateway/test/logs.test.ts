/** Log lines, and what a real rsyslog makes of them with the configuration in docker/logging. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kill, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type GatewayProcess, startGatewayProcess } from '../demo/gateway-process.ts';

const shipped = fileURLToPath(new URL('../../../docker/logging/rsyslog-elasticsearch.conf', import.meta.url));
/** Where Debian's packages rsyslog and rsyslog-elasticsearch are unpacked; the machine itself unless set. */
const root = process.env['SANDLOT_TEST_RSYSLOG'] ?? '/';
const binary = join(root, 'usr/sbin/rsyslogd');
const [modules] = globSync(join(root, 'usr/lib/*/rsyslog'));
const isThere = existsSync(binary) && modules !== undefined && existsSync(join(modules, 'omelasticsearch.so'));
const until = { timeout: 60_000 };

const lineSchema = z.looseObject({
  time: z.iso.datetime(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  name: z.string(),
  message: z.string(),
});

/** The log lines of a run with a call, a server that dies and one that says something odd, besides all else that was said. */
async function linesOfARun(): Promise<{ log: string[]; other: string; key: string }> {
  await using gateway = await startGatewayProcess({ SANDLOT_TRACES: '10', SANDLOT_LOG_LEVEL: 'debug' });
  expect(await call(gateway, 'file_write', { path: 'a.txt', content: gateway.key })).toBe(200);
  expect(await call(gateway, 'shell_exec', { command: `echo ${gateway.key}` })).toBe(200);
  kill(await pidOf(gateway, 'shell'));
  await expect.poll(gateway.said, until).toContain('"server ended by itself"');
  const lines = gateway.said().trimEnd().split('\n');
  return {
    log: lines.filter((line) => line.startsWith('{"')),
    other: lines.filter((line) => !line.startsWith('{"')).join('\n'),
    key: gateway.key,
  };
}

it('are JSON, one a line, with the trace of the call, and without the key', async () => {
  const { log, other, key } = await linesOfARun();
  const lines = log.map((line) => lineSchema.parse(JSON.parse(line)));
  expect(lines.map(({ message }) => message)).toEqual(expect.arrayContaining(['server started', 'server ended by itself']));
  const started = lines.find(({ message, server }) => message === 'server started' && server === 'shell');
  expect(started).toMatchObject({ trace_id: expect.stringMatching(/^[\da-f]{32}$/), span_id: expect.any(String), trace_flags: '01' });
  expect(log.join('\n')).not.toContain(key);
  // What CloudWatch Logs Insights finds fields in.
  expect(log.every((line) => Buffer.byteLength(line) < 256 * 1024)).toBe(true);
  expect(lines.every((line) => Object.keys(line).length < 200)).toBe(true);
  // All else is the text that welcomes a person.
  expect(other).toMatch(/^\s*Sandlot is ready\.\n/);
  expect(other.trimEnd()).toMatch(/\}$/);
});

describe.skipIf(!isThere)(
  `a real rsyslog${isThere ? '' : ' (skipped: install rsyslog and rsyslog-elasticsearch, or name the folder where they are unpacked in SANDLOT_TEST_RSYSLOG)'}`,
  () => {
    it('ships every line to Elasticsearch, from a file and from Docker, and nothing else', async () => {
      const { log, other } = await linesOfARun();
      await using folder = await temporaryFolder();
      await using elastic = await startElastic();
      const [config, logs, port] = [join(folder.path, 'rsyslog.conf'), join(folder.path, 'logs'), await freePort()];
      await mkdir(logs);
      const changed = (await readFile(shipped, 'utf8'))
        .replaceAll('/var/log/sandlot', logs)
        .replace('port="1514"', `port="${port}"`)
        .replace('serverport="9200"', `serverport="${elastic.port}"`);
      expect(changed.match(new RegExp(`${logs}|"${port}"|"${elastic.port}"`, 'g'))).toHaveLength(4);
      await writeFile(config, `global(workDirectory="${folder.path}")\n${changed}`);
      const args = ['-n', '-f', config, '-i', join(folder.path, 'pid'), '-M', modules ?? ''];
      const child = spawn(binary, args, { env: { LD_LIBRARY_PATH: join(modules ?? '', '..') }, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
      try {
        await appendFile(join(logs, 'sandlot.log'), `${other}\n${log.map((line) => `${line}\n`).join('')}`);
        await expect.poll(() => elastic.documents.length, until).toBe(log.length);
        expect(elastic.documents).toEqual(log.map((line) => JSON.parse(line) as unknown));
        expect(elastic.indexes.every((name) => /^sandlot-\d{4}\.\d\d\.\d\d$/.test(name))).toBe(true);
        // As the syslog driver of Docker sends it: https://docs.docker.com/engine/logging/drivers/syslog/.
        const socket = connect(port, '127.0.0.1');
        for (const line of [...other.split('\n'), ...log]) socket.write(`<30>Nov 26 01:02:03 host sandlot[1]: ${line}\n`);
        socket.end();
        await expect.poll(() => elastic.documents.length, until).toBe(2 * log.length);
        expect(elastic.documents.slice(log.length)).toEqual(elastic.documents.slice(0, log.length));
      } catch (error) {
        throw new Error(`rsyslog said: ${said}`, { cause: error });
      } finally {
        child.kill('SIGTERM');
        if (child.exitCode === null) await once(child, 'exit');
      }
    }, 300_000);
  },
);

/** Takes what Elasticsearch takes at /_bulk: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk. */
async function startElastic(): Promise<{ port: number; documents: unknown[]; indexes: string[] } & AsyncDisposable> {
  const documents: unknown[] = [];
  const indexes: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const lines = text.trim().split('\n');
      const items = [];
      for (let at = 0; request.url?.includes('_bulk') && at + 1 < lines.length; at += 2) {
        const { index } = z.object({ index: z.object({ _index: z.string() }) }).parse(JSON.parse(lines[at] ?? ''));
        indexes.push(index._index);
        documents.push(JSON.parse(lines[at + 1] ?? ''));
        items.push({ index: { status: 201 } });
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: false, items }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    documents,
    indexes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function call({ url, key }: GatewayProcess, tool: string, args: object): Promise<number> {
  const path = `/v1/mcp/${tool.slice(0, tool.indexOf('_'))}/tools/${tool}`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(args) });
  await response.text();
  return response.status;
}

async function pidOf({ url, key }: GatewayProcess, server: string): Promise<number> {
  const response = await fetch(`${url}/v1/mcp/servers?details=true`, { headers: { authorization: `Bearer ${key}` } });
  const { data } = z.object({ data: z.array(z.object({ id: z.string(), pid: z.number().optional() })) }).parse(await response.json());
  return data.find(({ id }) => id === server)?.pid ?? Number.NaN;
}
