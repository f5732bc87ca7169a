"""A function at the speed of memory: compiled for declared types as its module loads, and kept for the next process.

A module's compiled functions call only functions of the same file. Where the folder for them cannot be written, or what
lies in it is torn, a passing one is used instead.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

from wnb.compile_cache import keeping_in, kept, passing

Function = Callable[..., Any]


def compiled(*signatures: object) -> Callable[[Function], Function]:
    """Decorator: the function compiled for exactly these types, without Python's lock while it runs."""

    def compile_one(function: Function) -> Function:
        try:
            with keeping_in(_folder(Path(function.__code__.co_filename))):
                return _njit(function, signatures)
        except Exception:  # a torn cache fails in any way that unpickling can; a true fault fails again below
            with keeping_in(passing()):
                return _njit(function, signatures)

    return compile_one


@cache
def _folder(source: Path) -> Path:
    return kept(source.stem, [source])


def _njit(function: Function, signatures: tuple[object, ...]) -> Function:
    made: Function = numba.njit(list(signatures), cache=True, nogil=True)(function)
    return made


def inlined(function: Function) -> Function:
    """Decorator: a function that compiled ones of the same file call."""
    made: Function = numba.njit(nogil=True, inline="never")(function)
    return made
