"""What programs of a cell wrote to the kernel's own stdout and stderr: a thread of each stream reads it from a pipe, some time later."""

import os
import threading

# A thread that has not come so far by then is stuck; what it brings comes with a later cell.
PATIENCE_S = 5


class Intake:
    """Knows when that thread has passed on all that was in the pipe: it writes a mark behind it, and waits for the mark."""

    def __init__(self, stream):
        self.stream = stream
        self.mark = f"\0{os.urandom(8).hex()}\0"
        self.held = ""
        self.expected = False
        self.arrived = threading.Event()
        self.write = stream.write
        stream.write = self.unmarked

    def unmarked(self, text):
        """Writes what is not the mark; the thread reads in pieces, so that the mark may come in two."""
        __tracebackhide__ = True
        if not self.expected or threading.current_thread() is not getattr(self.stream, "watch_fd_thread", None):
            return self.write(text)
        before, mark, after = (self.held + text).partition(self.mark)
        self.held = ""
        if mark:
            self.expected = False
            self.write(before + after)
            self.arrived.set()
            return len(text)
        start = before.rfind("\0")
        if start >= 0 and self.mark.startswith(before[start:]):
            before, self.held = before[:start], before[start:]
        self.write(before)
        return len(text)

    def wait(self):
        """Waits until all that is in the pipe now has been written to the stream."""
        pipe, target = getattr(self.stream, "_fid", None), getattr(self.stream, "_original_stdstream_fd", None)
        if pipe is None or target is None or self.expected:
            return
        try:
            # The cell may have sent its descriptor elsewhere, where no mark may go.
            if not os.path.sameopenfile(pipe, target):
                return
            self.arrived.clear()
            self.expected = True
            os.write(target, self.mark.encode())
        except OSError:
            self.expected = False
            return
        self.arrived.wait(PATIENCE_S)
