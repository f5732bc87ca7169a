"""A YAML being proposed: each key with its evidence and its doubt beside it, or above it where that is long."""

import json
import textwrap
from dataclasses import dataclass, field

from wnb.placing import DECIDE

WIDTH, WIDEST = 44, 116


@dataclass
class Draft:
    """The lines so far, with what is to be said of them."""

    lines: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)

    def put(self, key: str, value: str, evidence: str = "", doubt: str = "", depth: int = 0) -> None:
        """One key with its value, the evidence and the doubt beside it."""
        about = key.strip('"')
        if DECIDE in value:
            self.undecided.append(about)
        if doubt:
            self.doubts.append(f"{about}: {doubt}")
        said = "; ".join(filter(None, (evidence, f"doubt: {doubt}" if doubt else "")))
        line = f"{'  ' * depth}{key}: {value}"
        beside = f"{line:<{WIDTH}}  # {said}" if said else line
        if len(beside) > WIDEST:
            self._above(said, depth)
        self.lines.append(line if len(beside) > WIDEST else beside)

    def note(self, words: str, depth: int = 0, doubt: bool = False) -> None:
        """A comment on a line of its own."""
        if doubt:
            self.doubts.append(words)
        self._above(f"{'doubt: ' if doubt else ''}{words}", depth)

    def _above(self, words: str, depth: int) -> None:
        before = f"{'  ' * depth}# "
        self.lines += textwrap.wrap(
            words, WIDEST, initial_indent=before, subsequent_indent=before, break_on_hyphens=False
        )


def quoted(text: str) -> str:
    """A text as YAML has it in double quotes."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def single(text: str) -> str:
    """A text as YAML has it in single quotes, where a backslash is only itself."""
    return "'" + text.replace("'", "''") + "'"
