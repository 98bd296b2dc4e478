"""Speaks the Jupyter protocol for the code server: JSON lines on stdin and stdout, any number of kernels.

In:   {"op": "open", "kernel", "file"}                 connect to a kernel that somebody has started
      {"op": "run", "kernel", "cell", "code", "meta", "silent"}  execute; "meta" goes into the request's metadata
      {"op": "close", "kernel"}
Out:  {"kernel", "event": "ready" | "failed"}
      {"kernel", "cell", "event": <message type>, "content"}   what the cell publishes
      {"kernel", "cell", "event": "reply", "content"}          the last one of a cell
Ends with its stdin.
"""

import asyncio
import json
import sys

from jupyter_client.asynchronous import AsyncKernelClient

# The reply of a cell comes on another channel than its output; the idle status is the last of the output. Only a kernel
# that loses messages stays silent for so long before it.
SILENT_SECONDS = 10
PUBLISHED = {"stream", "display_data", "update_display_data", "execute_result", "error", "clear_output"}


def send(**message):
    sys.stdout.write(json.dumps(message, default=str) + "\n")
    sys.stdout.flush()


async def receive(channel):
    while True:
        try:
            return await channel.get_msg()
        except ValueError:
            # A message that is not signed, or no JSON: not the kernel's.
            continue


class Connection:
    def __init__(self, kernel, file):
        self.kernel = kernel
        self.client = AsyncKernelClient(connection_file=file)
        self.client.load_connection_file()
        self.cells = {}
        self.seen = asyncio.Event()
        self.tasks = []

    async def open(self):
        client = self.client
        client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=False)
        self.tasks = [asyncio.create_task(self.listen_output()), asyncio.create_task(self.listen_replies())]
        # The first messages of a new subscription are lost: ask until one comes.
        while not self.seen.is_set():
            client.kernel_info()
            try:
                await asyncio.wait_for(self.seen.wait(), 0.1)
            except asyncio.TimeoutError:
                pass
        send(kernel=self.kernel, event="ready")

    def run(self, cell, code, meta, silent):
        session = self.client.session
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = session.msg("execute_request", content, metadata={"sandlot": meta})
        self.cells[message["header"]["msg_id"]] = {"cell": cell, "idle": asyncio.Event(), "seen": 0}
        self.client.shell_channel.send(message)

    async def listen_output(self):
        while True:
            message = await receive(self.client.iopub_channel)
            self.seen.set()
            cell = self.cells.get((message.get("parent_header") or {}).get("msg_id"))
            if cell is None:
                continue
            cell["seen"] += 1
            kind, content = message["msg_type"], message["content"]
            if kind in PUBLISHED:
                send(kernel=self.kernel, cell=cell["cell"], event=kind, content=content)
            elif kind == "status" and content.get("execution_state") == "idle":
                cell["idle"].set()

    async def listen_replies(self):
        while True:
            message = await receive(self.client.shell_channel)
            cell = self.cells.get((message.get("parent_header") or {}).get("msg_id"))
            if cell is not None and message["msg_type"] == "execute_reply":
                self.tasks.append(asyncio.create_task(self.finish(message, cell)))

    async def finish(self, message, cell):
        seen = None
        while seen != cell["seen"]:
            seen = cell["seen"]
            try:
                await asyncio.wait_for(cell["idle"].wait(), SILENT_SECONDS)
                break
            except asyncio.TimeoutError:
                pass
        self.cells.pop(message["parent_header"]["msg_id"], None)
        self.tasks = [task for task in self.tasks if not task.done()]
        send(kernel=self.kernel, cell=cell["cell"], event="reply", content=message["content"])

    def close(self):
        for task in self.tasks:
            task.cancel()
        self.client.stop_channels()


async def main():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**30)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    connections = {}
    opening = set()

    async def connect(message):
        kernel = message["kernel"]
        try:
            connections[kernel] = Connection(kernel, message["file"])
            await connections[kernel].open()
        except Exception as error:
            send(kernel=kernel, event="failed", content=repr(error))

    while line := await reader.readline():
        message = json.loads(line)
        op, kernel = message["op"], message["kernel"]
        if op == "open":
            task = asyncio.create_task(connect(message))
            opening.add(task)
            task.add_done_callback(opening.discard)
        elif op == "run" and kernel in connections:
            connections[kernel].run(message["cell"], message["code"], message["meta"], message["silent"])
        elif op == "close" and kernel in connections:
            connections.pop(kernel).close()


asyncio.run(main())
