"""What a command gives back: words for people, the same as a document for programs, and how it ends."""

from dataclasses import dataclass
from typing import Any

from wnb.errors import Exit


@dataclass(frozen=True)
class Told:
    """A command's result."""

    words: str
    document: dict[str, Any]
    exit: Exit = Exit.DONE
