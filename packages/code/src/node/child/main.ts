/**
 * The process of a JavaScript context. It gets cells as JSON lines on descriptor 3 and answers on descriptor 4; a second thread,
 * which descriptor 5 talks to, stops a cell that never gives the thread back.
 */
import inspector from 'node:inspector';
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { readMessages } from '../../processes/messages.ts';
import { Evaluator } from './evaluator.ts';
import { installGlobals } from './globals.ts';
import { send } from './send.ts';

// Made before the cell can change anything.
const exit = process.exit.bind(process);
const session = new inspector.Session();
session.connect();
const interrupter = new Worker(new URL(import.meta.url.replace(/main(\.[jt]s)$/, 'interrupter$1')), { stdout: true, stderr: true });
interrupter.unref();

const input = new Socket({ fd: 3, readable: true, writable: false });
const evaluator = new Evaluator(session, installGlobals(), whenIdle);
input.on('close', () => exit(0));
readMessages(input, (message) => {
  if (message['op'] === 'run') void evaluator.run(message);
  else if (message['op'] === 'interrupt') evaluator.interrupt();
});

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => evaluator.uncaught(error));
}
// Ctrl+C of a terminal is for the server.
process.on('SIGINT', () => undefined);
send({ event: 'ready' });

async function whenIdle(): Promise<void> {
  input.unref();
  await new Promise((resolve) => process.once('beforeExit', resolve));
  input.ref();
}
