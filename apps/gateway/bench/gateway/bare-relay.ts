/**
 * The floor: what any gateway on Node must cost. HTTP in, the message with an id of its own as a line to the server's stdin, the line
 * that comes back with the caller's id as the answer. No policy, no record, no check: it is no example of a gateway.
 */
import { spawn } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';

const [port = '0', server = ''] = process.argv.slice(2);
const child = spawn(process.execPath, [server], { stdio: ['pipe', 'pipe', 'ignore'] });
process.once('SIGTERM', () => (child.kill(), process.exit(0)));

interface Message {
  id?: string | number;
}

const waiting = new Map<number, { readonly id: string | number; readonly outgoing: ServerResponse }>();
let lastId = 0;

createInterface({ input: child.stdout }).on('line', (line) => {
  const answer: Message = JSON.parse(line);
  const asked = waiting.get(Number(answer.id));
  if (!asked) return;
  waiting.delete(Number(answer.id));
  const body = JSON.stringify({ ...answer, id: asked.id });
  asked.outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
});

createServer((incoming, outgoing) => {
  let text = '';
  incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  incoming.once('end', () => {
    const message: Message = JSON.parse(text);
    if (message.id === undefined) return outgoing.writeHead(202).end();
    waiting.set(++lastId, { id: message.id, outgoing });
    return child.stdin.write(`${JSON.stringify({ ...message, id: lastId })}\n`);
  });
}).listen(Number(port), '127.0.0.1');
