"""Extracts of many shapes, and the YAML proposed for each: never silently wrong, and right once a person decided."""

import gzip
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from wnb.agency import Agency
from wnb.ingest.reading import read
from wnb.ingest.suggest import Suggestion, suggest
from wnb.placing import DECIDE
from wnb.terms import Outcome

LONDON = ZoneInfo("Europe/London")
NIGHT = date(2026, 11, 14)
GIVEN = ("Amara", "Zoë", "Yusuf", "Lena", "Mali", "Isha", "Chidi", "Renée", "Tomasz", "Björn", "Seán", "Aoife", "Kofi")
FAMILY = (
    "Smith",
    "O'Brien",
    "Khan",
    "Nowak",
    "Jones",
    "Patel",
    "Okafor",
    "Müller",
    "García",
    "Wójcik".replace("ó", "o"),
)
HEADERS: Mapping[str, tuple[str, ...]] = {
    "appointment_id": ("Appt ID", "appointment_number", "Slot GUID", "Booking Ref", "Contact ID", "APPTID", "Ref"),
    "appointment_at": ("Appt Date/Time", "appointment_start", "Slot Start", "Planned for", "When", "ContactDate"),
    "outcome": ("Attendance Status", "outcome", "AppointmentStatus", "Result", "Code", "Attended Or DNA Code"),
    "nhs_number": ("NHS No.", "nhs_number", "NHSNumber", "NHS"),
    "child_local_id": ("MRN", "patient id", "Client Number", "Child Ref", "Hospital No"),
    "given_name": ("Forename", "first_name", "GivenName"),
    "family_name": ("Surname", "last name", "FamilyName"),
    "date_of_birth": ("D.O.B.", "date_of_birth", "BirthDate", "Born"),
    "postcode": ("Post Code", "postcode", "HomePostcode"),
    "booked_on": ("Date Booked", "booked_on", "Booking Date"),
    "household_id": ("Household", "Family ID"),
    "mother": ("Mother NHS No", "Maternal NHS Number"),
    "mothers_birth": ("Mother DOB", "Maternal Date of Birth"),
    "sex": ("Sex", "Gender"),
    "mode": ("Mode", "Contact Mode"),
}
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y", "%Y%m%d", "%m/%d/%Y", "%d-%m-%Y")
CLOCKS = (" %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H.%M", "", "T%H:%M:%S.%f", " %I:%M %p", "T%H:%M:%S%z")
CODES: tuple[Mapping[str, str], ...] = (
    {"5": "attended", "3": "not_attended", "2": "cancelled_by_family", "4": "cancelled_by_provider", "0": "booked"},
    {"Finished": "attended", "Did Not Attend": "not_attended", "Cancelled by Unit": "cancelled_by_provider"},
    {"ATT": "attended", "DNA": "not_attended", "WNB": "was_not_brought", "Cancelled": "cancelled_by_family"},
    {"S": "attended", "N": "not_attended", "F": "cancelled_by_family", "X": "cancelled_by_provider"},
    {"1": "not_attended", "2": "attended", "9": "cancelled_by_provider"},
    {"erschienen": "attended", "nicht erschienen": "not_attended", "abgesagt": "cancelled_by_family"},
)  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How an invented agency writes. `nonsense`: the share of its columns whose names say nothing."""

    seed: int
    delimiter: str
    encoding: str
    nonsense: float
    day: str
    clock: str
    birth: str
    codes: Mapping[str, str]
    narrow: bool  # no day after the 12th: nothing tells day from month
    extras: frozenset[str]
    rows: int
    title: int
    trailer: bool
    packed: bool


@dataclass(frozen=True)
class Extract:
    """A file and what is true of it. `at`: ours -> the agency's name of its column."""

    content: bytes
    name: str
    encoding: str
    at: Mapping[str, str]
    forms: Mapping[str, str]
    codes: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    people: frozenset[str]


def number(stem: int) -> str:
    """An NHS number of the 999 range that passes its check; of the next stem, where none can."""
    nine = f"999{stem:06d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return number(stem + 1) if check == 10 else nine + str(check % 11)


DIALECTS = st.builds(
    Dialect,
    seed=st.integers(0, 2**32),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    nonsense=st.sampled_from([0.0, 0.2, 1.0]),
    day=st.sampled_from(DAYS),
    clock=st.sampled_from(CLOCKS),
    birth=st.sampled_from(DAYS),
    codes=st.sampled_from(CODES),
    narrow=st.booleans(),
    extras=st.frozensets(st.sampled_from(["booked_on", "household_id", "mother", "mothers_birth", "sex", "mode"])),
    rows=st.integers(120, 220),
    title=st.sampled_from([0, 0, 1, 3]),
    trailer=st.booleans(),
    packed=st.booleans(),
)


def written(by: Dialect) -> Extract:
    """An appointment table in a dialect that nobody has described."""
    dice = random.Random(by.seed)
    form, codes = by.day + by.clock, by.codes
    fields = [
        "appointment_id", "appointment_at", "outcome", "nhs_number", "child_local_id", "given_name", "family_name",
        "date_of_birth", "postcode", *sorted(by.extras),
    ]  # fmt: skip
    dice.shuffle(fields)
    names = {
        ours: f"{dice.choice(('F', 'Col ', 'x_', 'Feld'))}{at}"
        if dice.random() < by.nonsense
        else dice.choice(HEADERS[ours])
        for at, ours in enumerate(fields)
    }
    children = [
        {
            "nhs_number": number(at * 7_919 + dice.randrange(7_900)),
            "child_local_id": f"{dice.choice('MHC')}{100_000 + at}",
            "given_name": dice.choice(GIVEN),
            "family_name": dice.choice(FAMILY),
            "date_of_birth": (date(2009, 1, 1) + timedelta(days=dice.randrange(6_200))).strftime(by.birth),
            "postcode": f"E{dice.randint(1, 20)} {dice.randint(1, 9)}{dice.choice('ABDEFGH')}{dice.choice('ABDEFGH')}",
            "household_id": f"H{at // 2:05d}",
            "mother": number(600_000 + at // 2 * 20),
            "mothers_birth": (date(1980, 1, 1) + timedelta(days=at // 2 * 40)).strftime(by.birth),
            "sex": dice.choice("MF"),
        }
        for at in range(60)
    ]
    rows = []
    for at in range(by.rows):
        moment = datetime(2026, 9, 1) + timedelta(days=dice.randrange(60), minutes=15 * dice.randrange(32, 68))
        if by.narrow:
            moment = moment.replace(day=1 + moment.day % 12)
        booked = (moment - timedelta(days=dice.randrange(1, 60))).strftime(by.day)
        written = moment.strftime(form.replace("%z", "+00:00" if moment < datetime(2020, 1, 1) else "+01:00"))
        if "%z" in form:
            moment = moment if moment < datetime(2026, 10, 25) else moment - timedelta(hours=1)
        rows.append(
            {
                **dice.choice(children),
                "appointment_id": f"A{at:06d}",
                "appointment_at": written,
                "_at": moment.isoformat() if by.clock else moment.date().isoformat() + "T00:00:00",
                "booked_on": booked,
                "outcome": dice.choice([*codes, next(iter(codes))]),
                "mode": dice.choice(["Clinic", "Phone", "Video"]),
            }
        )
    title = [["Extract of appointments", "", f"run {at}"][at % 3] for at in range(by.title)]
    table = [[names[ours] for ours in fields], *([row[ours] for ours in fields] for row in rows)]
    text = "".join(f"{line}\r\n" for line in [*title, *(by.delimiter.join(cells) for cells in table)])
    if by.trailer:
        text += f"Total records: {len(rows)}\r\n"
    content = text.encode(by.encoding)
    return Extract(
        content=gzip.compress(content, mtime=0) if by.packed else content,
        name="extract_2026-11-14.csv" + (".gz" if by.packed else ""),
        encoding=by.encoding,
        at=names,
        forms={"appointment_at": form, "date_of_birth": by.birth, "booked_on": by.day},
        codes=codes,
        rows=tuple(rows),
        people=frozenset(
            child[what]
            for child in children
            for what in ("nhs_number", "child_local_id", "family_name", "postcode", "mother")
        ),
    )


def decided(proposal: Suggestion, true: Extract) -> Agency:
    """The proposal with what a person decides, and what it doubts, filled in from the truth; the rest as it stands."""
    raw = YAML(typ="safe").load(proposal.yaml)
    doubted = {doubt.partition(":")[0] for doubt in proposal.doubts}
    for key, value in {"agency": "new", "name": "New", "kind": "other", "sharing": "partnership"}.items():
        assert raw[key] == DECIDE
        raw[key] = value
    assert raw["extract"]["delivers"] == DECIDE
    raw["extract"]["delivers"] = "changes"
    if "encoding" in doubted:
        raw["extract"]["encoding"] = true.encoding
    for ours, value in raw["columns"].items():
        column, form = (value["column"], value["format"]) if isinstance(value, dict) else (value, None)
        if column == DECIDE or ours in doubted:
            column = true.at[ours]
        if form == DECIDE or (form and ours in doubted):
            form = true.forms[ours]
        assert column == true.at.get(ours), f"{ours} is proposed as {column} without a doubt"
        assert form is None or form == true.forms[ours], f"{ours} is proposed in the form {form} without a doubt"
        raw["columns"][ours] = {"column": column, "format": form} if form else column
    if isinstance(raw["outcomes"], str):
        raw["outcomes"] = {}
    for code, outcome in raw["outcomes"].items():
        assert outcome in (DECIDE, true.codes[code]), f"{code} is proposed as {outcome}"
    raw["outcomes"] = dict(true.codes)
    return Agency.model_validate(raw)


@settings(max_examples=25, deadline=None)
@given(DIALECTS)
def test_what_is_proposed_is_right_or_doubted_and_reads_every_row_once_decided(dialect: Dialect) -> None:
    extract = written(dialect)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "content"
        path.write_bytes(extract.content)
        proposal = suggest(path, extract.name)
        if any(doubt.startswith("holds: ") for doubt in proposal.doubts):  # "no, not a register"
            proposal = suggest(path, extract.name, {"holds": "appointments"})
        by = decided(proposal, extract)
        reading = read(path, extract.name, by, LONDON, NIGHT)
    assert not reading.rejected, reading.note
    assert reading.quarantined.num_rows == 0
    told = [
        (row["appointment_id"], row["appointment_at"].isoformat(), Outcome(row["told"]).word, row["nhs_number"])
        for row in reading.rows.to_pylist()
    ]
    numbers = "nhs_number" in by.columns.declared()
    assert told == [
        (row["appointment_id"], row["_at"], extract.codes[row["outcome"]], int(row["nhs_number"]) if numbers else None)
        for row in extract.rows
    ]


@settings(max_examples=25, deadline=None)
@given(DIALECTS)
def test_nothing_of_a_child_stands_in_a_proposal(dialect: Dialect) -> None:
    extract = written(dialect)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "content"
        path.write_bytes(extract.content)
        proposal = suggest(path, extract.name)
    said = set(re.findall(r"[^\s\"',:;]+", proposal.yaml + " ".join(proposal.doubts)))
    assert not said & extract.people
