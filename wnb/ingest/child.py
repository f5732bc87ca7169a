"""What the process of `worker` does: reads one file after another, under limits, until nobody asks any more.

A file may take so much data memory and time; where the system knows no such limits (Windows), only the clock of whoever
asked counts. Whatever is said back is data. Nothing that a library prints about a file leaves this process.
"""

import contextlib
import gc
import importlib
import os
import pickle
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from wnb.agency import Agency
from wnb.errors import SafetyStop
from wnb.ingest.glimpse import glimpse
from wnb.ingest.reading import in_pieces
from wnb.ingest.reasons import Refused
from wnb.ingest.suggest import suggest
from wnb.ingest.worker import READY

CONTAINERS = ("wnb.ingest.text", "wnb.ingest.excel", "wnb.ingest.parquet", "wnb.ingest.fhir")
TABLES = ("rows", "quarantined")


def serve() -> None:
    """Answer on what was standard output, until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks decides when to stop
    sys.meta_path.insert(0, _WithoutPandas())
    for module in CONTAINERS:  # before any limit, and while nobody waits
        importlib.import_module(module)
    gc.freeze()  # what is loaded stays, and need not be looked through again for every file
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    _no_core()
    _say(answers, READY, None)
    folder: Path | None = None
    while True:
        try:
            work, arguments, folder, memory, seconds = pickle.load(sys.stdin.buffer)
        except (EOFError, OSError):  # whoever asked is gone, and clears nothing away any more
            if folder is not None:
                with contextlib.suppress(OSError):
                    shutil.rmtree(folder.parent)
            return
        tempfile.tempdir = str(folder)  # where whoever asked clears away, should this process die
        _may_take(memory, seconds)
        try:
            _say(answers, "answer", WORKS[work](folder, *arguments))
        except MemoryError:
            _say(answers, "memory", None)
            return
        except Exception as fault:  # of the program: its kind and place, never its words, which could hold a name
            _say(answers, "fault", _placed(fault))


class _WithoutPandas:
    """Arrow loads pandas, if it is there, when it makes its first array: a fifth of this process's start, for nothing.

    Nothing that reads an extract asks for it, and Arrow does without.
    """

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Nothing else is kept from loading."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not loaded here", name=name)


def _say(answers: IO[bytes], kind: str, answer: Any) -> None:
    pickle.dump((kind, _plain(answer)), answers)
    answers.flush()


def _plain(told: Any) -> Any:
    """The same without NumPy's numbers, which are no data to whoever asked."""
    match told:
        case np.generic():
            return told.item()
        case Mapping():
            return {_plain(key): _plain(value) for key, value in told.items()}
        case tuple() | list() | frozenset():
            return type(told)(map(_plain, told))
    return told


def _read(folder: Path, content: Path, name: str, agency: Agency, zone: str, night: date) -> Mapping[str, Any]:
    """What one file says, its tables as files in the folder."""
    try:
        with in_pieces(content, name, agency, ZoneInfo(zone), night) as told:
            reading = told.reading
            for table, schema, pieces in (
                ("rows", reading.rows.schema, told.rows()),
                ("quarantined", reading.quarantined.schema, told.set_aside()),
            ):
                with pa.OSFile(str(folder / table), "wb") as file, pa.ipc.new_file(file, schema) as writer:
                    for piece in pieces:
                        writer.write_table(piece)
    except SafetyStop as stop:
        return {"stop": str(stop)}
    return {field.name: getattr(reading, field.name) for field in fields(reading) if field.name not in TABLES}


def _suggest(folder: Path, content: Path, name: str, decided: Mapping[str, str] | None) -> Mapping[str, Any]:
    return _worded(lambda: vars(suggest(content, name, decided)))


def _glimpse(folder: Path, content: Path, name: str) -> Mapping[str, Any]:
    def look() -> Mapping[str, Any]:
        seen = glimpse(content, name)
        return {**vars(seen), "encoding": vars(seen.encoding)}

    return _worded(look)


def _worded(look: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return look()
    except MemoryError:
        raise
    except Refused as fault:
        return {"strange": fault.note}
    except UnicodeError as wrong:  # a ValueError whose words are of the file
        return {"strange": f"it is no text ({type(wrong).__name__})"}
    except ValueError as strange:  # in our own words: it is of a kind that no extract is
        return {"strange": str(strange)}
    except Exception as fault:
        return {"strange": f"it cannot be read ({type(fault).__name__})"}


WORKS: Mapping[str, Callable[..., Mapping[str, Any]]] = {"read": _read, "suggest": _suggest, "glimpse": _glimpse}


def _placed(fault: Exception) -> str:
    """The kind of a fault and its place in the program; of the system's own faults also the system's words."""
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
    words = f" ({os.strerror(fault.errno)})" if isinstance(fault, OSError) and fault.errno else ""
    return f"{type(fault).__name__}{words}{where}"


def _no_core() -> None:
    """A process that dies leaves no picture of its memory, where children's data is."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _may_take(memory: int, seconds: float) -> None:
    """Limit this process to so many bytes of data more than it has now, and to so much work, where the system can.

    The work is counted for each processor, and is for the case that whoever asked is gone and nobody looks at a clock.
    """
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    work = used.ru_utime + used.ru_stime + 10 + seconds * (os.cpu_count() or 1)
    _limit(resource.RLIMIT_CPU, int(work))
    status = Path("/proc/self/status")
    if status.is_file():
        taken = next(int(line.split()[1]) for line in status.read_text().split("\n") if line.startswith("VmData"))
        _limit(resource.RLIMIT_DATA, (taken << 10) + memory)


def _limit(which: int, wanted: int) -> None:
    import resource

    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
