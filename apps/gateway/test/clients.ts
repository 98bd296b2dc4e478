/** Real clients of both eras. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const info = { name: 'test', version: '1.0.0' };

/** The client of the 2026-07-28 protocol. */
export async function newClient(url: string, key: string): Promise<Client> {
  const client = new Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${key}` } } }));
  return client;
}

/** The client of SDK v1: protocols up to 2025-11-25. */
export async function oldClient(url: string, key: string): Promise<OldClient> {
  const client = new OldClient(info);
  await client.connect(new OldHttp(new URL(url), { requestInit: { headers: { authorization: `Bearer ${key}` } } }));
  return client;
}
