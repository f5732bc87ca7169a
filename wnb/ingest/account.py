"""What is said of a delivered file: every record of it accounted for, and whether a person must look."""

from collections.abc import Mapping

import pyarrow.compute as pc

from wnb.errors import SafetyStop
from wnb.ingest.deliveries import Laid
from wnb.ingest.vault import Receipt
from wnb.ingest.verdict import Reading
from wnb.terms import Extract, ExtractOutcome

ALARMING = frozenset(
    {
        "unknown_status",
        "seal_not_declared",
        "conflicting_duplicate",
        "identity_conflict",
        "withdrawn",
        "extra_sheet",
        "encoding",
        "volume_drop",
        "wrong_agency",
        "truncated",
    }
)
"""Reasons that sound the alarm by themselves (interface, section 4): unknown code, conflicting ids, an identity
conflict, a withdrawal, hidden rows, mixed encodings, a word that was taken to seal an address. And `truncated` of a
file that is not rejected for it: text of as many lines as a spreadsheet has rows was very likely cut by one, and whom
it cut nobody can say."""
NO_DEFECT_OF_ROWS = frozenset(
    {
        "no_final_newline",
        "trailing_delimiter",
        "repeated_header",
        "duplicate_column",
        "zero_rows",
        "ambiguous_local_time",
        "status_changed",
    }
)
"""Reasons that say something of a file, or nothing bad of its rows: in a tiny file they are no defect in half of it."""


def account(receipt: Receipt, reading: Reading, laid: Laid | None) -> Extract:
    """What is said of a file in `night.json`.

    Raises:
        SafetyStop: when its records do not add up.
    """
    reasons = dict(reading.reasons)
    if laid:
        for reason, number in (
            ("withdrawn", laid.withdrawn),
            ("status_changed", laid.status_changed),
            ("volume_drop", laid.withdrawals_kept_for_a_person),
        ):
            if number:
                reasons[reason] = reasons.get(reason, 0) + number
    note = reading.note
    if laid and laid.withdrawals_kept_for_a_person:
        number = laid.withdrawals_kept_for_a_person
        note = f"{number} of those held {'is' if number == 1 else 'are'} gone from a snapshot, {_why_none(reading)}"
    if laid and laid.ended:
        ended = f"{laid.ended} of those held are not in it any more: over since the day before its date"
        note = f"{note}; {ended}" if note else ended
    extract = Extract(
        agency=receipt.agency,
        file=receipt.name,
        sha256=receipt.sha256,
        outcome=_outcome(reading, reasons),
        records=reading.records,
        accepted=laid.accepted if laid else 0,
        superseded=reading.superseded + laid.superseded if laid else 0,
        quarantined=reading.quarantined.num_rows,
        replaced=laid.replaced if laid else 0,
        withdrawn=laid.withdrawn if laid else 0,
        unverified=_unverified(reading),
        reasons=tuple(sorted(reasons.items())),
        alarm=reading.rejected or any(_sounds(reason, n, reading.records) for reason, n in reasons.items()),
        note=note,
    )
    if not extract.balances():
        raise SafetyStop(
            f"{extract.agency}: the records of a file do not add up: {extract.accepted} accepted + "
            f"{extract.superseded} superseded + {extract.quarantined} quarantined is not {extract.records}"
        )
    return extract


def _why_none(reading: Reading) -> str:
    """Why nothing was withdrawn by a snapshot, and what to do."""
    if reading.unreadable:
        return (
            "and a row that was set aside does not say which it is: none was withdrawn; mend that row, or ask the "
            "agency for its id"
        )
    if not reading.rows.num_rows and not reading.ids_set_aside:
        return "which names nobody: none was withdrawn; ask the agency whether it is whole"
    return (
        "more than the agency's withdrawn_limit_percent allows: none was withdrawn; ask the agency, and raise the "
        "limit for the next one where it says that this one is right"
    )


def sounding(extract: Extract) -> list[tuple[str, int]]:
    """The reasons for which a file sounds the alarm, with their counts."""
    return [(reason, number) for reason, number in extract.reasons if _sounds(reason, number, extract.records)]


def _sounds(reason: str, number: int, records: int) -> bool:
    """Whether a reason sounds the alarm: by itself, or as a defect in half of the rows or more."""
    return reason in ALARMING or (reason not in NO_DEFECT_OF_ROWS and 2 * number >= records > 0)


def _unverified(reading: Reading) -> int:
    return int(pc.sum(reading.rows["unverified"]).as_py() or 0)


def _outcome(reading: Reading, reasons: Mapping[str, int]) -> ExtractOutcome:
    if reading.rejected:
        return ExtractOutcome.REJECTED
    if reading.quarantined.num_rows:
        return ExtractOutcome.ROWS_QUARANTINED
    return ExtractOutcome.ACCEPTED_WITH_WARNINGS if reasons else ExtractOutcome.ACCEPTED
