"""Where each appointment of twelve months stands on a child's small picture: a row an agency, a shape an outcome.

Places are percentages of the picture's width, so the picture keeps its lettering at every width; shapes carry a
letter, so that nothing is said by colour alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from wnb.publish.rows import Event
from wnb.publish.words import MONTHS, day, joined
from wnb.terms import MEANING, Meaning

LEFT, RIGHT = 2.5, 97.5  # percent: a mark at either end is drawn whole
APART = 2.2  # percent: marks nearer than this are put one above the other
NARROW = 28  # characters of an agency's name that a picture on a telephone has room for
DEEPEST = 3  # rows of marks in one agency's row; any more lie over one another, and the table has them all
LABEL_HEIGHT, MARK_HEIGHT, MARGIN, AXIS_HEIGHT = 17, 19, 5, 22  # pixels


@dataclass(frozen=True)
class Shape:
    """How one kind of outcome is drawn and named. `front`: the higher is drawn later, over the others."""

    key: str
    letter: str
    words: str
    front: int


SHAPES: dict[Meaning, Shape] = {
    Meaning.SEEN: Shape("seen", "S", "seen", 1),
    Meaning.NOT_BROUGHT: Shape("missed", "N", "not brought", 4),
    Meaning.UNSEEN: Shape("unseen", "U", "brought, not seen", 3),
    Meaning.FAMILY_CANCELLED: Shape("cancelled", "C", "cancelled by the family", 2),
    Meaning.NOTHING: Shape("other", "O", "other", 0),
    Meaning.DEATH: Shape("other", "O", "other", 0),
}


@dataclass(frozen=True)
class Mark:
    """One appointment: `x` in percent from the left, `y` in pixels from the top."""

    shape: Shape
    x: float
    y: int
    counted: bool


@dataclass(frozen=True)
class Lane:
    """One agency's row; `y` in pixels is where its name stands, `line` where the row ends.

    `unheard`: percent from the left, where what is known of a silent agency ends; None: it was heard.
    """

    name: str
    y: int
    line: int
    unheard: float | None

    @property
    def short(self) -> str:
        """The name as far as a narrow picture has room for it."""
        return self.name if len(self.name) <= NARROW else f"{self.name[: NARROW - 1].rstrip()}…"


@dataclass(frozen=True)
class Month:
    """The first day of a month on the axis."""

    x: float
    letters: str


@dataclass(frozen=True)
class Timeline:
    """A drawn year. `says` is the picture in words, for those who do not see it; `key` the shapes in use."""

    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]  # in the order of drawing
    height: int
    says: str
    key: tuple[Shape, ...]
    any_counted: bool


def year_before(night: date) -> date:
    """The day a year before; of 29 February, 1 March."""
    try:
        return night.replace(year=night.year - 1)
    except ValueError:
        return date(night.year - 1, 3, 1)


def place(on: date, night: date) -> float:
    """Percent from the left of a day in the year that ends with `night`; days outside stand at its ends."""
    first = year_before(night)
    share = (on - first).days / (night - first).days
    return round(LEFT + (RIGHT - LEFT) * min(max(share, 0.0), 1.0), 1)


def months(night: date) -> tuple[Month, ...]:
    """The months that begin within the year, in order."""
    found, on = [], night.replace(day=1)
    while on > year_before(night):
        year = f" {on.year}" if on.month == 1 else ""
        found.append(Month(place(on, night), MONTHS[on.month - 1][:3] + year))
        on = (on - timedelta(days=1)).replace(day=1)
    return tuple(reversed(found))


def timeline(events: Iterable[Event], night: date, silent: Mapping[str, date | None]) -> Timeline:
    """The picture of these appointments, an agency a row in the order of their first appointment shown.

    `silent`: names of the agencies that were not heard tonight, and the date of the last that was.
    """
    by_agency: dict[str, list[Event]] = {}
    for event in events:
        by_agency.setdefault(event.agency_name, []).append(event)
    lanes: list[Lane] = []
    marks: list[Mark] = []
    top = 0
    for name, own in by_agency.items():
        first = top + LABEL_HEIGHT + MARK_HEIGHT // 2
        depth = 0
        ends = [-APART] * DEEPEST  # percent: where the last mark of each level stands
        for event in own:
            x = place(event.at.date(), night)
            level = next((level for level, end in enumerate(ends) if x - end >= APART), DEEPEST - 1)
            ends[level] = x
            depth = max(depth, level)
            y = first + level * MARK_HEIGHT
            marks.append(Mark(SHAPES[MEANING[event.outcome]], x, y, event.in_evidence))
        bottom = first + depth * MARK_HEIGHT + MARK_HEIGHT // 2 + MARGIN
        lanes.append(Lane(name, top + LABEL_HEIGHT - 5, bottom, _unheard(name, own, night, silent)))
        top = bottom
    drawn = tuple(sorted(marks, key=lambda mark: (mark.counted, mark.shape.front)))
    used = {mark.shape for mark in marks}
    key = tuple(shape for shape in dict.fromkeys(SHAPES.values()) if shape in used)
    says = _says(by_agency, night, silent)
    return Timeline(tuple(lanes), drawn, top + AXIS_HEIGHT, says, key, any(mark.counted for mark in marks))


def _unheard(name: str, own: list[Event], night: date, silent: Mapping[str, date | None]) -> float | None:
    """Where a silent agency's row stops being known: after its last extract, else its last appointment shown."""
    if name not in silent:
        return None
    return place(silent[name] or own[-1].at.date(), night)


def _says(by_agency: dict[str, list[Event]], night: date, silent: Mapping[str, date | None]) -> str:
    """`Twelve months to 21 November 2026. Homerton outpatients: 2 seen, 3 not brought. …`"""
    sentences = [f"Twelve months to {day(night)}."]
    for name, own in by_agency.items():
        counts = Counter(SHAPES[MEANING[event.outcome]].words for event in own)
        heard = ", and silent tonight" if name in silent else ""
        sentences.append(f"{name}: {joined([f'{number} {words}' for words, number in counts.items()])}{heard}.")
    return " ".join([*sentences, "Each appointment is listed in the table below."])
