"""`wnb agency dismiss`: a person says that a file which waits need not be shown any more, for it never comes again.

Nothing is deleted and nothing else changes: the vault keeps the bytes, each night counts its rows among those that
wait, and it is still read again when its agency's YAML says something else. `wnb status` counts it, and names it no
more; a file that comes again is another delivery, and is shown.
"""

from collections.abc import Mapping
from typing import Any

from wnb.config import Configuration
from wnb.errors import UsageFault
from wnb.nightly import Clock, opened
from wnb.standing import unread_files
from wnb.store.lake import Lake
from wnb.told import Told

REASONS: Mapping[str, str] = {
    "sent-again": "what it held came in another file",
    "not-theirs": "it was never an extract of this agency",
    "nobody-in-it": "somebody looked into it, and it tells of no child",
    "cannot-be-had": "the agency was asked, and cannot send it again",
}
"""Why a file need not be shown any more. A closed list, so that nobody writes a child's name here."""


def dismiss(configuration: Configuration, agency: str, file: str, reason: str | None, by: str, clock: Clock) -> Told:
    """Take a file off those that `wnb status` names, or (no `reason`) name it again; the audit says who, when and why.

    Raises:
        UsageFault: no such file waits, or the reason is none of `REASONS`.
    """
    if reason is not None and reason not in REASONS:
        raise UsageFault(f"--reason {reason} is not one of: {', '.join(REASONS)}")
    with opened(configuration, clock) as casebook:
        nights = casebook.nights()
        generation = Lake(configuration.path("data") / "lake").open(nights[-1].generation if nights else "")
        named = [
            told
            for told in unread_files(configuration, generation.agencies)
            if (told["agency"], told["file"]) == (agency, file)
        ]
        if not named:
            raise UsageFault(
                f"{file} of {agency} is not among the files that wait, rejected or with rows set aside (`wnb status`); "
                "one that is deferred still lies in the inbox: take it away there"
            )
        receipt = named[0]["receipt"]
        casebook.record_dismissal(by, clock.now(), agency, file, receipt, reason or "")
    document: dict[str, Any] = {
        "schema": "wnb.dismissed/1",
        "agency": agency,
        "file": file,
        "dismissed": reason is not None,
        "reason": reason,
    }
    if reason is None:
        return Told(f"{file} of {agency} is named again by `wnb status`.\n", document)
    return Told(
        f"{file} of {agency} is not named any more by `wnb status` ({REASONS[reason]}). Nothing is deleted: its rows "
        "are still counted among those that wait, and it is read again when the agency's YAML changes.\n",
        document,
    )
