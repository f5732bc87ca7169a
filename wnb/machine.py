"""A function at the speed of memory: compiled for declared types as its module loads, and kept for the next process.

Numba watches only the file of the function it compiles, and where it keeps its work must be writable. Here the folder
is named by the hash of that file and by Numba's version; a module's compiled functions call only functions of the
same file. Where the folder cannot be written, or what lies in it is torn, a passing one is used instead.
"""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

Function = Callable[..., Any]


@cache
def _folder(source: str) -> Path:
    digest = hashlib.sha256(f"{numba.__version__} {sys.implementation.cache_tag} ".encode() + Path(source).read_bytes())
    home = os.environ.get("XDG_CACHE_HOME")
    try:
        root = Path(home) if home else Path.home() / ".cache"
        folder = root / "wnb" / f"{Path(source).stem}-{digest.hexdigest()[:24]}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return _passing()


@cache
def _passing() -> Path:
    folder = tempfile.mkdtemp(prefix="wnb-compiled-")
    atexit.register(shutil.rmtree, folder, True)
    return Path(folder)


def compiled(*signatures: object) -> Callable[[Function], Function]:
    """Decorator: the function compiled for exactly these types, without Python's lock while it runs."""

    def compile_one(function: Function) -> Function:
        source = function.__code__.co_filename
        settings: Any = numba.config
        usual = settings.CACHE_DIR
        try:
            settings.CACHE_DIR = str(_folder(source))
            return _njit(function, signatures)
        except Exception:  # a torn cache fails in any way that unpickling can; a true fault fails again below
            settings.CACHE_DIR = str(_passing())
            return _njit(function, signatures)
        finally:
            settings.CACHE_DIR = usual

    return compile_one


def _njit(function: Function, signatures: tuple[object, ...]) -> Function:
    made: Function = numba.njit(list(signatures), cache=True, nogil=True)(function)
    return made


def inlined(function: Function) -> Function:
    """Decorator: a function that compiled ones of the same file call."""
    made: Function = numba.njit(nogil=True, inline="never")(function)
    return made
