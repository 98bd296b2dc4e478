/** The second thread of a JavaScript context: stops what runs in the first one, when it is asked to. */
import inspector from 'node:inspector';
import { Socket } from 'node:net';

const session = new inspector.Session();
session.connectToMainThread();
const input = new Socket({ fd: 5, readable: true, writable: false });
input.on('data', () => session.post('Runtime.terminateExecution'));
// The server is gone: the first thread may be in a loop and not see it.
input.on('close', () => process.kill(process.pid, 'SIGKILL'));
