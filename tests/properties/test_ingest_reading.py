"""An invented table written in any dialect comes back as it was; damaged in any way it comes back so, or not at all."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extracts import LONDON, NAMES, NIGHT, agency
from wnb.agency import Agency
from wnb.ingest import source
from wnb.ingest.reading import read
from wnb.ingest.verdict import Reading

NUMBERS = ("9990001006", "9990001073", "9990001146", "9990001219", "9990001286", "9990001359")
LETTERS = st.characters(codec="utf-8", categories=["Lu", "Ll", "Lo", "Nd"], exclude_characters="ÂÃâ")
NAME = st.text(st.one_of(LETTERS, st.sampled_from(" ,;|-'\"\t")), min_size=1, max_size=12).filter(
    lambda name: name.strip() and name[0] not in "=+-@\t"
)


@dataclass(frozen=True)
class Told:
    """One invented appointment."""

    id: str
    number: str
    family: str
    given: str
    born: date
    at: datetime
    code: str
    service: str

    @property
    def typed(self) -> tuple[object, ...]:
        """What must be read of it."""
        return (self.id, self.at, self.code, int(self.number), self.given, self.family, self.born, self.service or None)


@dataclass(frozen=True)
class Dialect:
    """One way to write a table."""

    delimiter: str
    newline: str
    quoting: int
    encoding: str
    day: str
    order: tuple[int, ...]
    before: int


@st.composite
def appointments(draw: st.DrawFn) -> list[Told]:
    people = [
        (number, draw(NAME), draw(NAME), date(2008, 1, 1) + timedelta(days=draw(st.integers(0, 6_000))))
        for number in NUMBERS
    ]
    count = draw(st.integers(1, 12))
    return [
        Told(
            f"A{index:03}",
            *draw(st.sampled_from(people)),
            at=datetime(2026, 1, 1, 9) + timedelta(days=draw(st.integers(0, 70)), minutes=draw(st.integers(0, 500))),
            code=draw(st.sampled_from(["DNA", "ATT", "CANP"])),
            service=draw(st.sampled_from(["", "Eyes", "Ears, nose", "Zähne"])),
        )
        for index in range(count)
    ]


DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from(",;|\t"),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    day=st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d"]),
    order=st.permutations(range(9)).map(tuple),
    before=st.integers(0, 2),
)


def written(table: list[Told], by: Dialect) -> bytes:
    """The table as bytes."""
    out = io.StringIO(newline="")
    for line in range(by.before):
        out.write(f"Title {line}{by.newline}")
    writer = csv.writer(out, delimiter=by.delimiter, lineterminator=by.newline, quoting=by.quoting)
    writer.writerow([NAMES[at] for at in by.order])
    for told in table:
        fields = (
            told.id,
            told.number,
            told.family,
            told.given,
            told.born.strftime(by.day),
            "",
            told.at.strftime(by.day + " %H:%M"),
            told.code,
            told.service,
        )
        writer.writerow([fields[at] for at in by.order])
    return out.getvalue().encode(by.encoding)


def contract(by: Dialect) -> Agency:
    columns = {
        "date_of_birth": {"column": "dob", "format": by.day},
        "appointment_at": {"column": "appt_start", "format": by.day + " %H:%M"},
    }
    encoding = "utf-8" if by.encoding == "utf-8-sig" else by.encoding
    return agency(columns, delimiter=by.delimiter, encoding=encoding, header_after=by.before)


def told(found: Reading) -> list[tuple[object, ...]]:
    """What was accepted."""
    columns = [
        "appointment_id",
        "appointment_at",
        "original_code",
        "nhs_number",
        "given_name",
        "family_name",
        "date_of_birth",
        "service",
    ]
    return [tuple(row.values()) for row in found.rows.select(columns).to_pylist()]


def read_bytes(content: bytes, by: Agency) -> Reading:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "content"
        path.write_bytes(content)
        return read(path, "extract.csv", by, LONDON, NIGHT)


@pytest.fixture(params=[4 << 20, 1_024], ids=["one block", "many blocks"], scope="module", autouse=True)
def _blocks(request: pytest.FixtureRequest) -> object:
    """The same properties whether a file is one block or many."""
    whole = (source.BLOCK, source.SHORT)
    source.BLOCK, source.SHORT = request.param, min(64 << 10, request.param // 16)
    yield
    source.BLOCK, source.SHORT = whole


@settings(max_examples=60, deadline=None)
@given(appointments(), DIALECTS)
def test_what_is_accepted_is_the_truth_in_every_dialect(table: list[Told], by: Dialect) -> None:
    found = read_bytes(written(table, by), contract(by))
    assert not found.rejected, found.note
    assert told(found) == [each.typed for each in table]
    assert found.records == len(table)
    assert not found.quarantined.num_rows


DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["cut", "quote", "delimiter", "newline", "delete", "again", "swap", "zero", "garbage"]),
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 1, exclude_max=True),
    ),
    min_size=1,
    max_size=3,
)


def damaged(content: bytes, damage: list[tuple[str, float, float]], by: Dialect) -> bytes:
    """The bytes cut, or with structure put in, taken out, told again, put elsewhere."""
    for kind, where, other in damage:
        at, to = int(where * len(content)), int(other * len(content))
        lines = content.split(b"\n")
        match kind:
            case "cut":
                content = content[:at]
            case "quote":
                content = content[:at] + b'"' + content[at:]
            case "delimiter":
                content = content[:at] + by.delimiter.encode() + content[at:]
            case "newline":
                content = content[:at] + b"\n" + content[at:]
            case "delete":
                marks = [place for place, byte in enumerate(content) if byte in b'\n"' + by.delimiter.encode()]
                if marks:
                    gone = marks[int(where * len(marks))]
                    content = content[:gone] + content[gone + 1 :]
            case "again":
                line = lines[int(where * len(lines))]
                content = b"\n".join([*lines, line, b""]) if content.endswith(b"\n") else content
            case "swap":
                first, second = int(where * len(lines)), int(other * len(lines))
                if 0 not in (first, second):
                    lines[first], lines[second] = lines[second], lines[first]
                content = b"\n".join(lines)
            case "zero":
                content = content[:at] + b"\0" * 3 + content[at:]
            case "garbage":
                content = content[:at] + b"\xff\xfe" + content[at:]
            case _:
                content = content[:to]
    return content


PLAIN_NAMES = st.text(st.characters(codec="ascii", categories=["Lu", "Ll"]), min_size=1, max_size=8)


@settings(max_examples=120, deadline=None)
@given(appointments(), DAMAGE, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_every_record_is_accounted_for_and_nobody_is_bent(
    table: list[Told], damage: list[tuple[str, float, float]], quoting: int
) -> None:
    plain = [Told(t.id, t.number, "Family", "Given", t.born, t.at, t.code, "Eyes") for t in table]
    by = Dialect(",", "\n", quoting, "utf-8", "%Y-%m-%d", (0, 1, 2, 3, 4, 5, 6, 7, 8), 0)
    found = read_bytes(damaged(written(plain, by), damage, by), contract(by))
    assert found.rows.num_rows + found.superseded + found.quarantined.num_rows == found.records
    assert not found.rejected or (found.records == 0 and found.note and found.reasons)
    if found.quarantined.num_rows:
        assert set(found.quarantined["reason"].to_pylist()) <= set(found.reasons)
    # a byte put into a name or a number is another name or number: of these only what says when and what is compared
    true = Counter((t.at, t.code) for t in plain)
    kinds = {kind for kind, _, _ in damage}
    if not kinds & {"delimiter", "quote", "newline", "zero", "garbage"}:
        assert {(row[1], row[2]) for row in told(found)} <= set(true)
        whole = {t.typed for t in plain}
        bent = [row for row in told(found) if row not in whole]
        assert not bent or "no_final_newline" in found.reasons
    else:
        assert {(row[1], row[2]) for row in told(found)} <= set(true)
