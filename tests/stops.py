"""Where a night can stop: each place between two of its commits and inside each, by its collaborators alone.

Production code knows nothing of this: a collaborator is put in place of itself that ends the night when it is called.
As a program it kills itself there, with no chance to tidy up: `python -m tests.stops ROOT NIGHT PLACE`.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import wnb.store.casebook
import wnb.store.lake
import wnb.store.published
from tests.partnership import at_noon
from wnb.config import load
from wnb.ingest.vault import Vault
from wnb.nightly import run
from wnb.store.casebook import Casebook
from wnb.store.lake import Lake
from wnb.store.published import PublishedLists

Put = Callable[[object, str, object], None]


class Place(NamedTuple):
    """`call`: the collaborator's how-manieth call never begins."""

    owner: object
    name: str
    call: int = 1
    committed: bool = False  # the casebook has the night
    published: bool = False  # and readers have it


PLACES = {
    "before anything": Place(Vault, "take_in"),
    "with bytes in the vault and no receipt": Place(Vault, "_write"),
    "between two receipts": Place(Vault, "take_in", call=2),
    "with receipts and no facts": Place(Lake, "write"),
    "with half of the facts": Place(wnb.store.lake, "_write", call=3),
    "with facts and no manifest": Place(wnb.store.lake, "write_whole"),
    "with facts and no lists": Place(PublishedLists, "write_hidden"),
    "with half of the lists": Place(wnb.store.published, "keep_names", call=5),
    "with hidden lists and no commit": Place(Casebook, "commit_night"),
    "in the commit, before the moves": Place(wnb.store.casebook, "_keep_identities"),
    "in the commit, after the moves": Place(wnb.store.casebook, "_keep_listings"),
    "committed and not revealed": Place(PublishedLists, "reveal", committed=True),
    "revealed and not tidied": Place(Lake, "keep_only", call=2, committed=True, published=True),
}


def stop_at(place: Place, end: Callable[[], None], put: Put = setattr) -> None:
    """Let the night end by `end` (which must not come back) at a place."""
    real: Any = getattr(place.owner, place.name)
    calls = 0

    def instead(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == place.call:
            end()
        return real(*given, **named)

    put(place.owner, place.name, instead)


def main() -> None:
    root, night, where = sys.argv[1:]
    stop_at(PLACES[where], lambda: os.kill(os.getpid(), signal.SIGKILL))
    run(load(Path(root) / "config"), date.fromisoformat(night), at_noon(date.fromisoformat(night)))


if __name__ == "__main__":
    main()
