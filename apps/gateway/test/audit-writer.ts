/** A process that writes an audit log until it is killed: `audit-writer.ts FOLDER CALLERS DURABILITY`. Prints what came of each begin. */
import { randomBytes } from 'node:crypto';
import { createLog } from '@sandlot/core';
import { openAudit } from '../src/audit/trail.ts';

const [folder = '', callers = '1', durability] = process.argv.slice(2);
const log = createLog({ name: 'writer' });
const trail = await openAudit({
  folder,
  version: '1',
  log,
  checkpointRecords: 50,
  fileBytes: 300_000,
  durability: durability === 'kernel' ? 'kernel' : 'disk',
});

async function caller(): Promise<void> {
  for (;;) {
    const text = randomBytes(8).toString('hex');
    const record = {
      principal: 'p',
      server: 's',
      tool: 't',
      method: 'm',
      args: { text, more: 'x'.repeat(200) },
      decision: 'allow',
    } as const;
    try {
      const entry = await trail.begin(record);
      process.stdout.write(`${entry.seq} ${text}\n`);
      entry.end({ outcome: 'ok', durationMs: 1 });
    } catch (error) {
      process.stdout.write(`refused ${error instanceof Error && 'code' in error ? String(error.code) : 'without a code'}\n`);
      await new Promise((done) => setTimeout(done, 5));
    }
  }
}

await Promise.all(Array.from({ length: Number(callers) }, caller));
