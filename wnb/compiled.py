"""The same lines at the speed of memory: compiles the kernels and the patterns with Numba, once for a version of them.

Patterns are handed to one loop as typed function pointers of one declared signature, so that the loop is compiled once
whatever the rules. Everything compiled is kept in a folder named by the SHA-256 of the sources that a kernel can reach
and of Numba's version: Numba itself looks only at the file of the function it compiles, and would miss an edit to a
function in another file. Where that folder is, is all that this module asks of the environment.
"""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wnb import kernels
from wnb.patterns import KINDS

Function = Callable[..., Any]
HERE: Final = Path(__file__).parent
SOURCES: Final = ("kernels.py", "compiled.py", "histories.py", "patterns/*.py")


@dataclass(frozen=True)
class Kernels:
    """What `wnb.detect` runs: its two passes, and `judge`, which gives a pattern's function in the same form."""

    tally: Function
    sweep: Function
    judge: Callable[[Function], Function]


def plain_kernels() -> Kernels:
    """The functions as they are written: slow, and open to a debugger."""
    return Kernels(kernels.tally, kernels.sweep, lambda judge: judge)


_lock = threading.Lock()
_ready: list[Kernels] = []


def compiled_kernels() -> Kernels:
    """The functions compiled, from the cache where this version was compiled before. Safe to call from any thread.

    Where the cache folder cannot be used, or what lies in it is torn, it is cleared away for the next process, and this
    one compiles into a folder that passes with it.
    """
    with _lock:
        if not _ready:
            folder = _cache_folder()
            try:
                _ready.append(_compile(folder))
            except Exception:  # torn entries fail in any way that unpickling can; a true fault fails again below
                shutil.rmtree(folder, ignore_errors=True)
                _ready.append(_compile(_passing_folder()))
        return _ready[0]


def version() -> str:
    """The SHA-256 of everything that decides what the compiled code is, shortened to 32 hexadecimal digits."""
    import numba

    digest = hashlib.sha256(f"{numba.__version__} {sys.implementation.cache_tag}".encode())
    for source in sorted(path for pattern in SOURCES for path in HERE.glob(pattern)):
        digest.update(f"\0{source.relative_to(HERE).as_posix()}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:32]


def _cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "wnb" / f"compiled-{version()}"


def _passing_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="wnb-compiled-")
    atexit.register(shutil.rmtree, folder, True)
    return Path(folder)


def _compile(folder: Path) -> Kernels:
    """Compile, or load, every kernel and the function of every pattern."""
    import numba
    from numba import types as t

    settings: Any = numba.config

    def read(kind: t.Type) -> t.Type:
        return t.Array(kind, 1, "C", readonly=True)

    i32, i64, u8, u16 = t.int32, t.int64, t.uint8, t.uint16
    own = i32[::1]
    judge = t.void(own, u8[::1], own, i64, i64[::1], own, own, own, own)
    tally = t.void(read(i64), read(u8), read(u16), read(i64), i64[::1], u16[::1], i64, i64)
    found: Any = t.Tuple((i32[:, ::1], i64[::1]))  # type: ignore[no-untyped-call]
    sweep = found(
        t.FunctionType(judge), read(u8), read(u16), i64, i64[::1], i64, i64, i64, i64, i64, i64, read(i32), read(i64),
        read(u16), read(i64), read(i32), read(u8), read(i32), read(u16), read(i32), read(i32),
    )  # fmt: skip

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    usual = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        made: dict[Function, Function] = {}
        judges = {kind.judge: _machine(kind.judge, judge, made) for kind in KINDS.values()}
        return Kernels(_machine(kernels.tally, tally, made), _machine(kernels.sweep, sweep, made), judges.__getitem__)
    finally:
        settings.CACHE_DIR = usual


def _machine(function: Function, signature: object, made: dict[Function, Function]) -> Function:
    """The function compiled, with every function of ours that it calls compiled in its place.

    The functions stay plain Python in their own modules; what is compiled is a twin whose globals name compiled twins.
    `signature` None: a function that another calls, compiled for what it is called with.
    """
    import numba

    if function not in made:
        assert isinstance(function, types.FunctionType)
        names = dict(function.__globals__)
        for name in function.__code__.co_names:
            called = names.get(name)
            if isinstance(called, types.FunctionType) and called.__module__.startswith("wnb."):
                names[name] = _machine(called, None, made)
        twin = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__)
        twin.__module__, twin.__qualname__ = function.__module__, function.__qualname__
        if signature is None:
            made[function] = numba.njit(nogil=True)(twin)
        else:
            made[function] = numba.njit(signature, cache=True, nogil=True)(twin)
    return made[function]
