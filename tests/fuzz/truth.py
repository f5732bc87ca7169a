"""A plausible extract whose truth is known: appointments of nobody, and one of the many ways to write them down."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from tests.extracts import NAMES
from wnb.identity import verifies

NUMBERS = [number for number in range(9_990_001_000, 9_990_003_000) if verifies(number)]
COLUMNS = (*NAMES, "notes")
CODES = ("DNA", "ATT", "CANP", "BOOKED")
LETTERS = {
    "western": "abcdefghijklmnopqrstuvwxyzéèëïöüñç",
    "any": "abcdefghijklmnopqrstuvwxyzéëłşžюяаرحमन李明",
    "ascii": "abcdefghijklmnopqrstuvwxyz",
}
SIGNS = (" ", "-", "'", ", ", " ; ", "|", '"', "\t", "#")
SERVICES = ("", "Eyes", "Ears, nose; throat", 'The "blue" room', "NULL", "N/A", "Zahn", " Feet ")


@dataclass(frozen=True)
class Told:
    """One invented appointment."""

    id: str
    number: int
    family: str
    given: str
    born: date
    at: datetime
    code: str
    service: str
    notes: str

    def typed(self) -> list[object]:
        """What must be read of it, as JSON has it."""
        return [
            self.id, self.at.isoformat(" "), self.code, self.number, self.given, self.family, self.born.isoformat(),
            self.service or None,
        ]  # fmt: skip


@dataclass
class Dialect:
    """One way to write a table."""

    delimiter: str
    newlines: tuple[str, ...]
    quoting: str  # needed, all, some
    encoding: str
    mark: bool
    day: str
    order: list[int]
    before: int
    auto: bool
    trailer: bool
    packed: bool
    last_newline: bool
    habit: bool


@dataclass
class Line:
    """One line of the file, as UTF-8. `who`: the record's place in the truth; None: structure."""

    raw: bytes
    who: int | None = None


@dataclass
class Draft:
    """An extract while it is being written and bent, and what may be expected of its reading."""

    told: list[Told]
    by: Dialect
    cells: list[list[str]]
    lines: list[Line] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    dirty: set[int] = field(default_factory=set)  # bent in themselves: what is accepted of them may be another text
    never: set[int] = field(default_factory=set)  # no longer records: may not be accepted
    gone: set[int] = field(default_factory=set)  # not in the file any more
    idless: set[int] = field(default_factory=set)  # their id itself is bent, or another cell stands for it
    touched: set[int] = field(default_factory=set)
    harmless: bool = True  # nothing that a file may not have: everything must be accepted
    refuse: bool = False  # must be refused
    nothing_certain: bool = False  # every record may be bent
    encoded: bytes | None = None  # bent after it was encoded


def invent(rng: Random, letters: str) -> list[Told]:
    """Some appointments of a few children; every id once."""
    people = [
        (number, _name(rng, letters), _name(rng, letters), date(2009, 1, 1) + timedelta(days=rng.randrange(6_000)))
        for number in rng.sample(NUMBERS, rng.randint(1, 6))
    ]
    shape = rng.choice(["A{:04}", "{:06}", "HOSP/{:04}", "{:04x}-{:04x}", "x{:08x}"])
    numbers = rng.sample(range(1_000, 60_000), rng.choice([1, 2, 3, 8, 20, 60]))
    return [
        Told(
            shape.format(number, number * 7 % 65_536), *rng.choice(people),
            at=datetime(2026, 1, 1, 8) + timedelta(days=rng.randrange(75), minutes=5 * rng.randrange(100)),
            code=rng.choice(CODES[:3]), service=rng.choice(SERVICES),
            notes=rng.choice(["", "", _name(rng, letters), "kind, and on time"]),
        )
        for number in numbers
    ]  # fmt: skip


def _name(rng: Random, letters: str) -> str:
    name = "".join(rng.choice(LETTERS[letters]) for _ in range(rng.randint(5, 9))).capitalize()
    if rng.random() < 0.3:
        at = rng.randrange(1, len(name))
        name = name[:at] + rng.choice(SIGNS) + name[at:]
    return name


def dialect(rng: Random) -> tuple[Dialect, str]:
    """One way to write, and the letters that it can write."""
    encoding = rng.choice(["utf-8"] * 8 + ["cp1252", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    letters = "western" if encoding == "cp1252" else rng.choice(["any", "ascii", "western"])
    twice = ("\r\r\n",)  # a line end that was turned into one once more: every other line is blank
    plain = [("\n",)] * 4 + [("\r\n",)] * 3
    newlines: tuple[str, ...] = rng.choice([*plain, ("\r",), twice, ("\n", "\r\n"), ("\n", "\r\n", "\r")])
    made = Dialect(
        delimiter=rng.choice([",", ",", ",", ";", "|", "\t"]),
        newlines=newlines,
        quoting=rng.choice(["needed", "needed", "plain", "plain", "all", "some"]),
        encoding=encoding,
        mark=encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32") or (encoding == "utf-8" and rng.random() < 0.3),
        day=rng.choice(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y"]),
        order=rng.choice([list(range(10)), rng.sample(range(10), 10)]),
        before=0 if newlines == twice else rng.choice([0, 0, 0, 1, 3]),
        auto=rng.random() < 0.2,
        trailer=rng.random() < 0.15,
        packed=rng.random() < 0.1,
        last_newline=rng.random() < 0.9,
        habit=rng.random() < 0.05,
    )
    return made, letters


def drafted(rng: Random) -> Draft:
    """A sound extract, its cells not yet lines."""
    by, letters = dialect(rng)
    told = invent(rng, letters)
    if by.quoting == "plain":  # without anything that wants a quote
        bare = str.maketrans(dict.fromkeys('"\t,;|', ""))
        told = [
            Told(t.id, t.number, t.family.translate(bare), t.given.translate(bare), t.born, t.at, t.code,
                 t.service.translate(bare), t.notes.translate(bare)) for t in told
        ]  # fmt: skip
    by.habit = by.habit and len(told) >= 3
    cells = [
        [t.id, str(t.number), t.family, t.given, t.born.strftime(by.day), "", t.at.strftime(by.day + " %H:%M"), t.code,
         t.service, t.notes] for t in told
    ]  # fmt: skip
    return Draft(told, by, cells)


def write(draft: Draft, rng: Random) -> None:
    """Turn the cells into lines."""
    by = draft.by
    draft.lines = [Line(f"Extract {n}{by.newlines[0]}".encode()) for n in range(by.before)]
    draft.lines.append(header(draft, rng))
    for who, cells in enumerate(draft.cells):
        draft.lines.append(Line(line(cells, by, rng, by.habit), who))
    if by.trailer:
        draft.lines.append(Line(f"Total,{len(draft.cells)}{by.newlines[0]}".encode()))
    if not by.last_newline:
        draft.lines[-1].raw = draft.lines[-1].raw.rstrip(b"\r\n")


def header(draft: Draft, rng: Random) -> Line:
    """The header in the dialect's order."""
    return Line(line(list(COLUMNS), draft.by, rng, False))


def line(cells: list[str], by: Dialect, rng: Random, habit: bool) -> bytes:
    """One record."""
    marks = {by.delimiter, '"', "\r", "\n"}
    ordered = []
    for at in by.order:
        cell = cells[at]
        must = any(mark in cell for mark in marks) or by.quoting == "all"
        if must or (by.quoting == "some" and rng.random() < 0.2):
            cell = '"' + cell.replace('"', '""') + '"'
        ordered.append(cell)
    return (by.delimiter.join(ordered) + by.delimiter * habit + rng.choice(by.newlines)).encode()
