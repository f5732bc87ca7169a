"""The same lines at the speed of memory: compiles the kernels and the patterns with Numba, once for a version of them.

Patterns are handed to one loop as typed function pointers of one declared signature, so that the loop is compiled once
whatever the rules. `wnb.compile_cache` says where what was compiled is kept.
"""

import contextlib
import shutil
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wnb import kernels, kernels_nights
from wnb.compile_cache import HERE, keeping_in, kept, passing
from wnb.patterns import KINDS
from wnb.patterns.marks import Kin

Function = Callable[..., Any]
SOURCES: Final = ("kernels*.py", "compiled.py", "histories.py", "patterns/*.py")


@dataclass(frozen=True)
class Kernels:
    """What `wnb.detect` and `wnb.nights_met` run, and `judge`, which gives a pattern's function in the same form."""

    tally: Function
    sweep: Function
    sweep_nights: Function
    judge: Callable[[Function], Function]


def plain_kernels() -> Kernels:
    """The functions as they are written: slow, and open to a debugger."""
    return Kernels(kernels.tally, kernels.sweep, kernels_nights.sweep_nights, lambda judge: judge)


_lock = threading.Lock()
_ready: list[Kernels] = []


def compiled_kernels() -> Kernels:
    """The functions compiled, from the cache where this version was compiled before. Safe to call from any thread.

    Where the cache folder cannot be used, or what lies in it is torn, it is cleared away for the next process, and this
    one compiles into a folder that passes with it.
    """
    with _lock:
        if not _ready:
            folder = kept("compiled", (path for pattern in SOURCES for path in HERE.glob(pattern)))
            try:
                _ready.append(_compile(folder))
            except Exception:  # torn entries fail in any way that unpickling can; a true fault fails again below
                with contextlib.suppress(OSError):
                    shutil.rmtree(folder)
                _ready.append(_compile(passing()))
        return _ready[0]


def _compile(folder: Path) -> Kernels:
    """Compile, or load, every kernel and the function of every pattern."""
    from numba import types as t

    def read(kind: t.Type) -> t.Type:
        return t.Array(kind, 1, "C", readonly=True)

    i32, i64, u8, u16 = t.int32, t.int64, t.uint8, t.uint16
    own = i32[::1]
    kin = t.NamedTuple((own, own, u8[::1]), Kin)  # type: ignore[no-untyped-call]
    judge = t.void(own, u8[::1], own, i64, i64[::1], kin, own, own, own, own)
    tally = i64(
        read(i64), read(i32), read(u8), read(u16), read(i32), read(i64), i64, i64, i64, i64[::1], u16[::1], own
    )  # fmt: skip
    found: Any = t.Tuple((i32[:, ::1], i64[::1]))  # type: ignore[no-untyped-call]
    sweep = found(
        t.FunctionType(judge), read(u8), read(u16), i64, i64[::1], i64, i64, i64, i64, i64, i64, i64, i64,
        i64, read(i32), read(i32), read(i64), read(i32), read(i64), read(u16), read(i32),
        read(i64), read(i32), read(u8), read(i32), read(u16), read(i32), read(i32),
    )  # fmt: skip
    sweep_nights = found(
        t.FunctionType(judge), read(u8), read(u16), i64, i64[::1], i64, i64, i64, i64, i64, i64, i64, i64,
        i64, read(i32), read(i32), read(i64), read(i32), read(i64), read(u16), read(i32),
        read(i64), read(i32), read(u8), read(i32), read(u16), read(i32), read(i32),
    )  # fmt: skip

    with keeping_in(folder):
        made: dict[Function, Function] = {}
        judges = {kind.judge: _machine(kind.judge, judge, made) for kind in KINDS.values()}
        return Kernels(
            _machine(kernels.tally, tally, made),
            _machine(kernels.sweep, sweep, made),
            _machine(kernels_nights.sweep_nights, sweep_nights, made),
            judges.__getitem__,
        )


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
