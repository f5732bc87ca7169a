"""Small invented extracts for the tests of ingest: twelve appointments, of nobody, and the contract they are read by.

NHS numbers are of the 999 range, which is never issued.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from wnb.agency import Agency
from wnb.ingest.reading import read
from wnb.ingest.verdict import Reading

LONDON = ZoneInfo("Europe/London")
NIGHT = date(2026, 3, 20)
NAMES = ("appt_id", "nhs_number", "family_name", "given_name", "dob", "postcode", "appt_start", "status", "service")
HEADER = ",".join(NAMES)
ROWS = (
    "A1001,9990001006,SMITH,Amara,2012-01-13,ZZ1 0ZZ,2026-03-02 09:30,DNA,Paediatrics",
    "A1002,9990001073,O'BRIEN,Zoe,2013-02-14,ZZ2 1ZZ,2026-03-03 10:30,ATT,Paediatrics",
    "A1003,9990001146,KHAN,Yusuf,2014-03-15,ZZ3 2ZZ,2026-03-04 11:30,DNA,Paediatrics",
    "A1004,9990001219,NOWAK,Lena,2015-04-16,ZZ4 3ZZ,2026-03-05 12:30,CANP,Paediatrics",
    "A1005,9990001286,JONES,Mali,2016-05-17,ZZ5 4ZZ,2026-03-06 13:30,DNA,Paediatrics",
    "A1006,9990001359,PATEL,Isha,2017-06-18,ZZ6 5ZZ,2026-03-07 14:30,ATT,Paediatrics",
)
BASE: Mapping[str, object] = {
    "agency": "hospital-a",
    "name": "Hospital A",
    "kind": "hospital",
    "sharing": "partnership",
    "extract": {},
    "columns": {
        "appointment_id": "appt_id",
        "appointment_at": {"column": "appt_start", "format": "%Y-%m-%d %H:%M"},
        "outcome": "status",
        "nhs_number": "nhs_number",
        "given_name": "given_name",
        "family_name": "family_name",
        "date_of_birth": {"column": "dob", "format": "%Y-%m-%d"},
        "postcode": "postcode",
        "service": "service",
    },
    "outcomes": {"DNA": "not_attended", "ATT": "attended", "CANP": "cancelled_by_family", "BOOKED": "booked"},
}


def agency(columns: Mapping[str, object] | None = None, **extract: object) -> Agency:
    """The contract, with some columns (None: taken away) and settings of the extract changed."""
    merged = {**BASE["columns"], **(columns or {})}  # type: ignore[dict-item]
    kept = {ours: theirs for ours, theirs in merged.items() if theirs is not None}
    return Agency.model_validate({**BASE, "columns": kept, "extract": extract})


def row(number: int, **changed: str) -> str:
    """One of the rows with some fields changed."""
    fields = dict(zip(NAMES, ROWS[number - 1].split(","), strict=True))
    return ",".join({**fields, **changed}.values())


def lines(*rows: str, header: str = HEADER, newline: str = "\n") -> bytes:
    """A file of these rows under the header."""
    return "".join(line + newline for line in (header, *(rows or ROWS))).encode()


def reading(
    folder: Path, content: bytes, by: Agency | None = None, name: str = "extract.csv", night: date = NIGHT
) -> Reading:
    """What is read of a file with this content."""
    path = folder / "content"
    path.write_bytes(content)
    return read(path, name, by or agency(), LONDON, night)


def outcome(found: Reading) -> str:
    """What became of a file, in the interface's words."""
    if found.rejected:
        return "rejected"
    if found.quarantined.num_rows:
        return "rows_quarantined"
    return "accepted_with_warnings" if found.reasons else "accepted"


def ids(found: Reading) -> list[str]:
    """The appointments accepted, in their order."""
    return found.rows["appointment_id"].to_pylist()
