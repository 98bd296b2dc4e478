"""An ipykernel that takes settings of one cell in the metadata of its execute_request, under "sandlot".

cwd      folder to change to first; it stays
env      variables of this cell alone
trace    TRACEPARENT and TRACESTATE; replaced by each cell
stdin    text for input() and sys.stdin
limit    most characters of output that are sent
once     the cell is a script: it may end itself well by SystemExit
The reply tells "cwd", "dropped" (characters that were not sent) and "late_dropped" (the same since the cell before) under the same key.
"""

import contextlib
import io
import json
import os
import resource
import site
import sys
import warnings

from IPython.core.autocall import ZMQExitAutocall
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import json_packer
from sandlot_intake import Intake

LARGEST_DISPLAY = 8 * 1024 * 1024
FLUSH_CHARS = 1024 * 1024
TRACE_NAMES = ("TRACEPARENT", "TRACESTATE")


class Meter:
    """Stops the output of a cell that writes without end, before it is sent."""

    def __init__(self):
        self.limit = None
        self.sent = 0
        self.dropped = 0
        self.unsent = 0

    def begin(self, limit):
        """Counts anew; returns how many characters were dropped until now."""
        dropped = self.dropped
        self.limit = limit
        self.sent = 0
        self.dropped = 0
        return dropped

    def take(self, text):
        if self.limit is None:
            return text
        room = self.limit - self.sent
        part = text if len(text) <= room else text[: max(0, room)]
        self.sent += len(part)
        self.dropped += len(text) - len(part)
        return part

    def watch(self, stream):
        write, flush = stream.write, stream.flush
        written = True

        def metered(text):
            nonlocal written
            __tracebackhide__ = True
            if not isinstance(text, str):
                return write(text)
            part = self.take(text)
            for start in range(0, len(part), FLUSH_CHARS):
                piece = part[start : start + FLUSH_CHARS]
                write(piece)
                written = True
                self.unsent += len(piece)
                # What waits to be sent is held several times over.
                if self.unsent >= FLUSH_CHARS:
                    flush_written()
                    self.unsent = 0
            return len(text)

        def flush_written():
            # A kernel flushes both streams twice for each cell, and each time waits for another thread.
            nonlocal written
            if written:
                written = False
                flush()

        stream.write = metered
        stream.flush = flush_written


class Exit(ZMQExitAutocall):
    """exit() and quit(), which by default would end the kernel some time after the cell."""

    def __call__(self, code=None, *, keep_kernel=None):
        raise SystemExit(code) if code is not None else SystemExit


def ended_well(error):
    return isinstance(error, SystemExit) and error.code in (None, 0)


class Shell(ZMQInteractiveShell):
    is_script = False

    def _exiter_default(self):
        return Exit(self)

    def ask_exit(self):
        raise SystemExit

    def showtraceback(self, *args, **kwargs):
        if not (self.is_script and ended_well(sys.exc_info()[1])):
            super().showtraceback(*args, **kwargs)

    def _showtraceback(self, etype, evalue, stb):
        try:
            str(evalue)
        except Exception:
            evalue = "it cannot be shown: its __str__ fails"
        super()._showtraceback(etype, evalue, stb)

    def _tee(self, channel):
        # IPython 9 keeps all that was ever printed, for notebooks that it may be asked to write.
        return contextlib.nullcontext()


class Kernel(IPythonKernel):
    shell_class = Shell
    meter = None
    intakes = ()
    cell_stdin = None
    site_folder = None

    def __init__(self, **options):
        super().__init__(**options)
        self.session.pack = pack
        self.streams = {"stdout": sys.stdout, "stderr": sys.stderr}

    async def do_execute(self, code, silent, *args, **kwargs):
        if self.meter is None:
            self.meter = Meter()
            for stream in (sys.stdout, sys.stderr):
                self.meter.watch(stream)
            self.intakes = [Intake(stream) for stream in (sys.stdout, sys.stderr)]
            self.shell.display_pub.register_hook(bounded)
            if hasattr(self.shell.displayhook, "register_hook"):
                self.shell.displayhook.register_hook(bounded)
        cell = ((self.get_parent() or {}).get("metadata") or {}).get("sandlot")
        if cell is None:
            # Of a person, who reads it elsewhere.
            limit = self.meter.limit
            late_dropped = self.meter.begin(None)
            try:
                return await super().do_execute(code, silent, *args, **kwargs)
            finally:
                self.meter.begin(limit)
                self.meter.dropped = late_dropped
        try:
            before = self.prepare(cell)
        except Exception as error:
            self.shell.showtraceback()
            return {"status": "error", "execution_count": self.execution_count, "ename": type(error).__name__, "evalue": str(error), "traceback": []}
        late_dropped = self.meter.begin(cell.get("limit"))
        faults = child_faults()
        try:
            reply = await super().do_execute(code, silent, *args, **kwargs)
        finally:
            if child_faults() != faults:
                for intake in self.intakes:
                    intake.wait()
            self.check_streams()
            dropped = self.meter.begin(cell.get("limit"))
            self.restore(before)
            getattr(self.shell.history_manager, "outputs", {}).clear()
        if self.shell.is_script and reply.get("ename") == "SystemExit" and reply.get("evalue") in ("", "0", "None"):
            reply["status"] = "ok"
        reply["sandlot"] = {"cwd": folder(), "dropped": dropped, "late_dropped": late_dropped}
        return reply

    def prepare(self, cell):
        self.shell.is_script = bool(cell.get("once"))
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

    def check_streams(self):
        """Puts a stream back that the cell has replaced by one that cannot be flushed: the kernel flushes it before it replies."""
        for name, own in self.streams.items():
            try:
                stream = getattr(sys, name, None)
                if stream is not None and stream is not own:
                    stream.flush()
            except BaseException as error:
                setattr(sys, name, own)
                print(f"sys.{name} was put back: its flush() fails with {type(error).__name__}", file=self.streams["stderr"])

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


def child_faults():
    """Changes with every child process that has ended: none runs without a page fault."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt


def pack(message):
    try:
        return json_packer(message)
    except UnicodeEncodeError:
        # Half a character, as in "\ud800", has no UTF-8.
        return json.dumps(message, default=str).encode()


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
    # What IPython says after SystemExit is for a terminal.
    warnings.filterwarnings("ignore", message="To exit: use")
    # A number that JSON does not have is sent as a string.
    warnings.filterwarnings("ignore", message="Message serialization failed")
    IPKernelApp.launch_instance(kernel_class=Kernel)
