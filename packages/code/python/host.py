"""Speaks the Jupyter protocol for the code server: JSON lines on stdin and stdout, any number of kernels.

In:   {"op": "open", "kernel", "file"}                 connect to a kernel that somebody has started
      {"op": "run", "kernel", "cell", "code", "meta", "silent"}  execute; "meta" goes into the request's metadata
      {"op": "close", "kernel"}
Out:  {"kernel", "event": "ready" | "failed"}
      {"kernel", "cell", "event": <message type>, "content"}   what the cell publishes; without "cell": what an ended one does
      {"kernel", "cell", "event": "reply", "content"}          the last one of a cell
Ends with its stdin.

A loop of its own over plain sockets: asyncio's would cost a cell more time than all else here.
"""

import json
import os
import sys
import time

import zmq
from jupyter_client.client import KernelClient
from jupyter_client.jsonutil import json_clean
from traitlets import Instance

# The first messages of a new subscription are lost: it is asked until one comes.
ASK_SECONDS = 0.05
# The reply of a cell comes on another channel than its output; the idle status is the last of the output. Only a kernel
# that loses messages stays silent for so long before it.
SILENT_SECONDS = 10
# From one kernel at a time, so that no other has to wait long.
MOST_MESSAGES = 100
# The kernel itself keeps output and pictures far below; code in it may not.
LONGEST_BYTES = 128 * 2**20
PUBLISHED = {"stream", "display_data", "update_display_data", "execute_result", "error", "clear_output"}


def send(**message):
    try:
        text = json.dumps(message, default=str, allow_nan=False)
    except ValueError:
        text = json.dumps(json_clean(message), default=str)
    except RecursionError:
        text = json.dumps({**message, "content": {}})
    data = memoryview(text.encode() + b"\n")
    while data:
        data = data[os.write(1, data) :]


class Client(KernelClient):
    # Version 7 takes one of asyncio's only.
    context = Instance(zmq.Context)


class Connection:
    def __init__(self, kernel, file, context):
        self.kernel = kernel
        client = Client(connection_file=file, context=context)
        client.load_connection_file()
        self.session = client.session
        self.shell = client.connect_shell()
        self.output = client.connect_iopub()
        self.sockets = (self.shell, self.output)
        self.cells = {}
        self.ready = False
        # When to look at this again, should no message come.
        self.due = 0

    def ask(self):
        self.session.send(self.shell, "kernel_info_request", {})
        self.due = time.monotonic() + ASK_SECONDS

    def run(self, cell, code, meta, silent):
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = self.session.msg("execute_request", content, metadata={"sandlot": meta})
        self.cells[message["header"]["msg_id"]] = {"cell": cell, "idle": False, "reply": None}
        self.session.send(self.shell, message)

    def receive(self, socket):
        for _ in range(MOST_MESSAGES):
            try:
                frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            if sum(map(len, frames)) > LONGEST_BYTES:
                continue
            try:
                message = self.session.deserialize(self.session.feed_identities(frames)[1])
            except Exception:
                # A message that is not signed, or no JSON: not the kernel's.
                continue
            try:
                self.take(message, socket is self.output)
            except (AttributeError, KeyError, TypeError):
                # Code in the kernel can sign what it likes, of any form.
                continue

    def take(self, message, is_output):
        if is_output and not self.ready:
            self.ready = True
            self.due = float("inf")
            send(kernel=self.kernel, event="ready")
        kind, content = message["msg_type"], message["content"]
        parent = message.get("parent_header") or {}
        id = parent.get("msg_id")
        cell = self.cells.get(id)
        if is_output and kind in PUBLISHED:
            if cell:
                send(kernel=self.kernel, cell=cell["cell"], event=kind, content=content)
            elif not parent or parent.get("session") == self.session.session:
                send(kernel=self.kernel, event=kind, content=content)
        if not cell:
            return
        if is_output and kind == "status" and content.get("execution_state") == "idle":
            cell["idle"] = True
        elif not is_output and kind == "execute_reply":
            cell["reply"] = content
        if cell["reply"]:
            self.due = time.monotonic() + SILENT_SECONDS
            if cell["idle"]:
                self.finish(id)

    def finish(self, id):
        cell = self.cells.pop(id)
        self.due = float("inf")
        send(kernel=self.kernel, cell=cell["cell"], event="reply", content=cell["reply"])

    def look(self):
        if not self.ready:
            self.ask()
            return
        self.due = float("inf")
        for id in [id for id, cell in self.cells.items() if cell["reply"]]:
            self.finish(id)

    def close(self):
        for socket in self.sockets:
            socket.close(linger=0)


class Host:
    def __init__(self):
        self.context = zmq.Context()
        # What the server is slow to read waits here and is not lost.
        self.context.setsockopt(zmq.RCVHWM, 0)
        # A kernel that is starting does not listen yet.
        self.context.setsockopt(zmq.RECONNECT_IVL, 10)
        self.connections = {}
        self.by_socket = {}
        self.poller = zmq.Poller()
        self.poller.register(0, zmq.POLLIN)

    def loop(self):
        rest = b""
        while True:
            due = min((connection.due for connection in self.connections.values()), default=float("inf"))
            wait = None if due == float("inf") else max(0, (due - time.monotonic()) * 1000)
            for source, _ in self.poller.poll(wait):
                if source == 0:
                    chunk = os.read(0, 2**20)
                    if not chunk:
                        return
                    *lines, rest = (rest + chunk).split(b"\n")
                    for line in lines:
                        self.handle(json.loads(line))
                elif source in self.by_socket:
                    self.by_socket[source].receive(source)
            now = time.monotonic()
            for connection in self.connections.values():
                if connection.due <= now:
                    connection.look()

    def handle(self, message):
        op, kernel = message["op"], message["kernel"]
        connection = self.connections.get(kernel)
        if op == "open":
            self.open(kernel, message["file"])
        elif op == "run" and connection:
            connection.run(message["cell"], message["code"], message["meta"], message["silent"])
        elif op == "close" and connection:
            del self.connections[kernel]
            for socket in connection.sockets:
                self.poller.unregister(socket)
                del self.by_socket[socket]
            connection.close()

    def open(self, kernel, file):
        try:
            connection = Connection(kernel, file, self.context)
        except Exception as error:
            send(kernel=kernel, event="failed", content=repr(error))
            return
        self.connections[kernel] = connection
        for socket in connection.sockets:
            self.by_socket[socket] = connection
            self.poller.register(socket, zmq.POLLIN)


if __name__ == "__main__":
    try:
        Host().loop()
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    sys.stdout = None
