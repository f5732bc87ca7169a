"""A process of its own for work that may not be trusted: started once, asked again and again, put away when it dies.

It is a fresh interpreter, so it holds nothing of ours but what it is told. We tell it Python objects; what it tells us
is data and nothing else (numbers, texts, lists, dates), never an object whose making could run code here. Nothing heavy
is imported, so that a command can start the process before it loads what it needs itself.
"""

import atexit
import contextlib
import datetime
import pickle
import queue
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import IO, Any

from wnb.errors import ReaderFault

BEGIN = "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from wnb.ingest.child import serve; serve()"
READY = "ready"
SECONDS_TO_BEGIN = 300  # on a machine that compiles the scanners for the first time, and is busy


class GaveUp(Exception):
    """The work was not done, and the process is gone. The words say why; they hold nothing of the file."""


class TookTooLong(GaveUp):
    """It went over its time."""


class TookTooMuch(GaveUp):
    """It went over its memory."""


class Died(GaveUp):
    """It ended without a word: killed by the system, or by what it read."""


class Worker:
    """One process for one work at a time, from any thread. `ask` starts it where it does not run."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._listener: threading.Thread | None = None
        self._ready = False
        self._one_at_a_time = threading.RLock()

    @property
    def pid(self) -> int | None:
        """The process that would be asked, where one runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Have a process; it loads what it needs while others work."""
        with self._one_at_a_time:
            if self._process is not None and self._process.poll() is None:
                return
            self.put_away()
            self._process = process = subprocess.Popen(
                [sys.executable, "-c", BEGIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            assert process.stdin is not None
            assert process.stdout is not None
            self._ready = False
            self._answers = queue.SimpleQueue()
            self._listener = threading.Thread(target=_listen, args=(process.stdout, self._answers), daemon=True)
            self._listener.start()
            with contextlib.suppress(OSError):  # it died at once: `ask` will see
                pickle.dump(sys.path, process.stdin)
                process.stdin.flush()

    def ask(self, work: str, arguments: tuple[Any, ...], folder: Path, memory: int, seconds: float) -> Any:
        """The answer to one request.

        `folder`: where the process may write; whoever asks clears it away. `memory`: bytes of data beyond what the
        process takes now. `seconds`: by the clock, from when the process is ready.

        Raises:
            TookTooLong, TookTooMuch, Died: there is none; the next request gets a new process.
            ReaderFault: no process can be had, or the work failed by a fault that is not the file's.
        """
        with self._one_at_a_time:
            self.start()
            self._wait_until_ready()
            assert self._process is not None
            assert self._process.stdin is not None
            try:
                pickle.dump((work, arguments, folder, memory, seconds), self._process.stdin)
                self._process.stdin.flush()
                kind, answer = self._answers.get(timeout=seconds)
            except queue.Empty:
                self.put_away()
                raise TookTooLong(f"it took more than {seconds:.0f} seconds") from None
            except OSError:
                kind, answer = "died", None
            match kind:
                case "answer":
                    return answer
                case "fault":
                    raise ReaderFault(f"Reading in a process of its own failed: {answer}. Nothing was published.")
                case "memory":
                    self.put_away()
                    raise TookTooMuch(f"it took more than {memory >> 20:,} MiB of memory")
                case _:
                    self.put_away()
                    raise Died("the process that read it died")

    def put_away(self) -> None:
        """Have no process any more."""
        with self._one_at_a_time:
            process, self._process = self._process, None
            if process is None:
                return
            process.kill()
            process.wait()
            if self._listener is not None:
                self._listener.join()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):  # what was never sent needs no sending
                    if pipe is not None:
                        pipe.close()

    def _wait_until_ready(self) -> None:
        """Until it has loaded what it needs: that is no part of a file's time, and its failing no fault of a file."""
        while not self._ready:
            try:
                kind, _ = self._answers.get(timeout=SECONDS_TO_BEGIN)
            except queue.Empty:
                kind = "died"
            if kind != READY:
                self.put_away()
                raise ReaderFault(
                    "Extracts are read in a process of their own, and none could be started. Is there memory, and may "
                    "this user start processes? No extract was read; what was published stands."
                )
            self._ready = True


class _Plain(pickle.Unpickler):
    """Reads data, and refuses everything whose making is a call."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("datetime", "date"):
            return datetime.date
        raise pickle.UnpicklingError(f"{module}.{name} is no data")


def _listen(pipe: IO[bytes], answers: "queue.SimpleQueue[Any]") -> None:
    """Hand on each answer as it comes, and at last that there are no more."""
    try:
        while True:
            answers.put(_Plain(pipe).load())
    except Exception:  # torn or foreign bytes fail in any way that unpickling can; a closed pipe says the same
        answers.put(("died", None))


@cache
def own() -> Worker:
    """This process's one worker, put away when this process ends."""
    worker = Worker()
    atexit.register(worker.put_away)
    return worker
