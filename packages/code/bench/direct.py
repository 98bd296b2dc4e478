"""jupyter_client driven directly: one line on stdin is one cell, one line on stdout its time in milliseconds."""

import json
import sys
import time

from jupyter_client.manager import start_new_kernel

from_start = time.perf_counter()
manager, client = start_new_kernel(kernel_name="python3")


def run(code):
    start = time.perf_counter()
    request = client.execute(code)
    while True:
        message = client.get_iopub_msg()
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            break
    client.get_shell_msg()
    return (time.perf_counter() - start) * 1000


print(json.dumps((time.perf_counter() - from_start) * 1000), flush=True)
for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
client.stop_channels()
manager.shutdown_kernel(now=True)
