"""Where compiled functions are kept for the next process: a folder named by all that decides what they are.

Numba itself looks only at the file of the function it compiles, and would miss an edit to one in another file; so
a folder is named by the hash of every source that its functions can reach and of Numba's version. Where folders are is
all that this module asks of the environment.
"""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def version(sources: Iterable[Path]) -> str:
    """The SHA-256 of the sources and of what compiles them, shortened to 32 hexadecimal digits."""
    import numba

    digest = hashlib.sha256(f"{numba.__version__} {sys.implementation.cache_tag}".encode())
    for source in sorted(sources):
        digest.update(f"\0{source.relative_to(HERE).as_posix()}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:32]


def kept(name: str, sources: Iterable[Path]) -> Path:
    """The folder of one version of some functions, whether it is there yet or not."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "wnb" / f"{name}-{version(sources)}"


@cache
def passing() -> Path:
    """A folder that goes with this process, for where the usual one cannot be used."""
    folder = tempfile.mkdtemp(prefix="wnb-compiled-")
    atexit.register(shutil.rmtree, folder)
    return Path(folder)


@contextmanager
def keeping_in(folder: Path) -> Iterator[None]:
    """What Numba compiles meanwhile is kept in `folder`, which is made where it is not there."""
    import numba

    settings: Any = numba.config
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    usual = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        settings.CACHE_DIR = usual
