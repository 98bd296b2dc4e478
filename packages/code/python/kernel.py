"""An ipykernel that takes settings of one cell in the metadata of its execute_request, under "sandlot".

cwd      folder to change to first; it stays
env      variables of this cell alone
trace    TRACEPARENT and TRACESTATE; replaced by each cell
stdin    text for input() and sys.stdin
limit    most characters of output that are sent
The reply tells "cwd" and "dropped" (characters that were not sent) under the same key.
"""

import contextlib
import io
import os
import site
import sys

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell

LARGEST_DISPLAY = 8 * 1024 * 1024
FLUSH_CHARS = 1024 * 1024
TRACE_NAMES = ("TRACEPARENT", "TRACESTATE")


class Meter:
    """Stops the output of a cell that writes without end, before it is sent."""

    def __init__(self):
        self.begin(None)

    def begin(self, limit):
        self.limit = limit
        self.sent = 0
        self.dropped = 0
        self.unsent = 0

    def take(self, text):
        if self.limit is None:
            return text
        room = self.limit - self.sent
        part = text if len(text) <= room else text[: max(0, room)]
        self.sent += len(part)
        self.dropped += len(text) - len(part)
        return part

    def watch(self, stream):
        write = stream.write

        def metered(text):
            if not isinstance(text, str):
                return write(text)
            part = self.take(text)
            for start in range(0, len(part), FLUSH_CHARS):
                piece = part[start : start + FLUSH_CHARS]
                write(piece)
                self.unsent += len(piece)
                # What waits to be sent is held several times over.
                if self.unsent >= FLUSH_CHARS:
                    stream.flush()
                    self.unsent = 0
            return len(text)

        stream.write = metered


class Shell(ZMQInteractiveShell):
    def _tee(self, channel):
        # IPython 9 keeps all that was ever printed, for notebooks that it may be asked to write.
        return contextlib.nullcontext()


class Kernel(IPythonKernel):
    shell_class = Shell
    meter = None
    cell_stdin = None
    site_folder = None

    async def do_execute(self, code, silent, *args, **kwargs):
        cell = ((self.get_parent() or {}).get("metadata") or {}).get("sandlot")
        if cell is None:
            return await super().do_execute(code, silent, *args, **kwargs)
        if self.meter is None:
            self.meter = Meter()
            for stream in (sys.stdout, sys.stderr):
                self.meter.watch(stream)
            self.shell.display_pub.register_hook(bounded)
            if hasattr(self.shell.displayhook, "register_hook"):
                self.shell.displayhook.register_hook(bounded)
        try:
            before = self.prepare(cell)
        except Exception as error:
            self.shell.showtraceback()
            return {"status": "error", "execution_count": self.execution_count, "ename": type(error).__name__, "evalue": str(error), "traceback": []}
        self.meter.begin(cell.get("limit"))
        try:
            reply = await super().do_execute(code, silent, *args, **kwargs)
        finally:
            dropped = self.meter.dropped
            self.meter.begin(None)
            self.restore(before)
            getattr(self.shell.history_manager, "outputs", {}).clear()
        reply["sandlot"] = {"cwd": folder(), "dropped": dropped}
        return reply

    def prepare(self, cell):
        if cell.get("cwd"):
            os.chdir(cell["cwd"])
        self.use_environment(cell.get("venv"))
        for name in TRACE_NAMES:
            os.environ.pop(name, None)
        os.environ.update(cell.get("trace") or {})
        env = cell.get("env") or {}
        before = {name: os.environ.get(name) for name in env}
        os.environ.update(env)
        text = cell.get("stdin")
        self.cell_stdin = None if text is None else io.StringIO(text)
        stdin = sys.stdin
        if self.cell_stdin is not None:
            sys.stdin = self.cell_stdin
        return env, before, stdin

    def restore(self, state):
        env, before, stdin = state
        if self.cell_stdin is not None and sys.stdin is self.cell_stdin:
            sys.stdin = stdin
        self.cell_stdin = None
        for name, value in before.items():
            # A cell that changed its variable meant it.
            if os.environ.get(name) != env[name]:
                continue
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def use_environment(self, venv):
        """Makes packages of the workspace's virtual environment importable, before the kernel's own."""
        if not venv or self.site_folder is not None:
            return
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        packages = os.path.join(venv, "lib", version, "site-packages")
        if not os.path.isdir(packages) or packages in sys.path:
            return
        self.site_folder = packages
        known = list(sys.path)
        site.addsitedir(packages)
        added = [entry for entry in sys.path if entry not in known]
        first = next((i for i, entry in enumerate(known) if entry.endswith("-packages")), len(known))
        sys.path[:] = known[:first] + added + known[first:]
        os.environ["VIRTUAL_ENV"] = venv
        os.environ["PATH"] = os.pathsep.join((os.path.join(venv, "bin"), os.environ.get("PATH", "")))

    def raw_input(self, prompt=""):
        __tracebackhide__ = True
        if self.cell_stdin is None:
            if not self._allow_stdin:
                raise EOFError("input() has nothing to read: pass the text as stdin")
            return super().raw_input(prompt)
        if prompt:
            print(prompt, end="", flush=True)
        line = self.cell_stdin.readline()
        if not line:
            raise EOFError("stdin is at its end")
        return line.rstrip("\n")

    def getpass(self, prompt="", *args, **kwargs):
        return self.raw_input(prompt) if self.cell_stdin is not None else super().getpass(prompt, *args, **kwargs)


def folder():
    try:
        return os.getcwd()
    except OSError:
        return ""


def bounded(message):
    """Keeps a representation that nobody could read (a page of hundreds of megabytes) from being sent."""
    data = message.get("content", {}).get("data")
    for mime, value in list((data or {}).items()):
        if isinstance(value, str) and len(value) > LARGEST_DISPLAY:
            del data[mime]
            data.setdefault("text/plain", f"<{mime} of {len(value)} characters, too large to show>")
    return message


if __name__ == "__main__":
    # The folder of this file must not shadow what a cell imports.
    sys.path[0] = ""
    IPKernelApp.launch_instance(kernel_class=Kernel)
