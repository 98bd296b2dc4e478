/** Hands spans on inside this machine: to the gateway's socket. */
import { Agent, request } from 'node:http';
import type { Send } from './batch.ts';

/** Sends requests to a Unix socket. */
export function toSocket(path: string): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return (body) =>
    new Promise((resolve, reject) => {
      const sent = request({ socketPath: path, path: '/v1/traces', method: 'POST', agent, timeout: 2000 }, (response) => {
        response.resume();
        response.once('end', resolve);
      });
      sent.once('timeout', () => sent.destroy());
      sent.once('error', reject);
      sent.end(body);
    });
}
