import { contractSuite, type TestClient } from '@sandlot/core/testing';
import { shell } from './index.ts';

async function started(client: TestClient, args: Record<string, unknown>): Promise<string> {
  const { facts } = await client.call('shell_exec', { wait_ms: 0, ...args });
  return String(facts['process_id']);
}

contractSuite(shell, {
  examples: {
    shell_exec: { command: 'echo hello' },
    shell_read: async (client) => ({ process_id: await started(client, { command: 'echo hello' }), wait_ms: 60_000 }),
    shell_write: async (client) => ({ process_id: await started(client, { command: 'cat', tty: true }), input: 'hello', keys: ['enter'] }),
    shell_kill: async (client) => ({ process_id: await started(client, { command: 'sleep 600' }) }),
    shell_list: async (client) => {
      await started(client, { command: 'sleep 600' });
      return {};
    },
  },
});
