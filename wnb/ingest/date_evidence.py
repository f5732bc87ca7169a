"""Which exact form a column's dates are written in, with the evidence for and against. For proposals to a person only.

Day before month or month before day is decided by values that only one of the two can read (a 13th and later); where
none decides, nobody guesses.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from wnb.ingest.dates import CONDEMNING
from wnb.ingest.moments import GOOD, Form, why

DAYS = (
    "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %m %Y", "%d%m%Y",
    "%d-%b-%Y", "%d %b %Y", "%d/%b/%Y", "%d.%b.%Y", "%d%b%Y", "%d-%B-%Y", "%d %B %Y", "%b %d %Y", "%b %d, %Y",
    "%B %d, %Y", "%B %d %Y", "%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m%d%Y", "%Y-%d-%m",
)  # fmt: skip
CLOCKS = (
    "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H.%M", "%H.%M.%S", "%H%M", "%H%M%S", "%I:%M %p", "%I:%M%p", "%I:%M:%S %p",
    "%H:%M%z", "%H:%M:%S%z", "%H:%M:%S.%f%z", "%H:%M:%S %z", "%H:%M Uhr", "%Hh%M",
)  # fmt: skip
BETWEEN = (" ", "T", ", ", "  ", " - ", " at ", "")
SWAPS = {"%d": "%m", "%m": "%d"}
TIME = re.compile(r"\d{1,2}[:.h]\d{2}([:.]\d{2})?( ?[AaPp][Mm])?")
MOST_SHAPES = 40
FEW = 3
"""So many values that decide between two readings could be slips of a hand."""


@dataclass(frozen=True)
class Dated:
    """How a column's dates are written. `form`: "" where no form is the one; then `rivals`, where some could be.

    `fit` of `given` values have the form. `evidence`, `doubt`: words for a person, never a value.
    """

    form: str
    rivals: tuple[str, ...] = ()
    given: int = 0
    fit: int = 0
    evidence: str = ""
    doubt: str = ""
    others: tuple[str, ...] = ()  # other forms that read what this one does not

    @property
    def is_dates(self) -> bool:
        """Whether the column holds dates at all, in whatever form."""
        return bool(self.form or self.rivals or self.doubt)

    @property
    def has_time(self) -> bool:
        """Whether its form says an hour."""
        return any(Form(form).has_time for form in (self.form, *self.rivals) if form)


@cache
def _parts(texts: tuple[str, ...]) -> tuple[Form, ...]:
    return tuple(Form(text) for text in texts)


def _forms_like(value: str) -> Iterable[str]:
    """Every form whose shape a text has."""
    for day in _parts(DAYS):
        if begun := day.pattern.match(value):
            rest = value[begun.end() :]
            if not rest:
                yield day.text
            for between in BETWEEN if rest else ():
                if rest.startswith(between):
                    for clock in _parts(CLOCKS):
                        if clock.pattern.fullmatch(rest[len(between) :]):
                            yield f"{day.text}{between}{clock.text}"
    for clock in _parts(CLOCKS[:2]):
        if begun := clock.pattern.match(value):
            rest = value[begun.end() :]
            for day in _parts(DAYS):
                if rest.startswith(" ") and day.pattern.fullmatch(rest[1:]):
                    yield f"{clock.text} {day.text}"


def dated(counts: Mapping[str, int]) -> Dated:
    """How the dates of a column are written. `counts`: its distinct values, without the empty one -> rows."""
    given = sum(counts.values())
    shapes: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for value, number in counts.items():
        shape = re.sub(r"\d", "0", re.sub(r"[A-Za-z]{3,}", "x", value))
        shapes[shape] += number
        shown.setdefault(shape, value)
    if not given or len(shapes) > MOST_SHAPES:
        return Dated("", given=given)
    likely = [shown[shape] for shape, _ in shapes.most_common(6)]
    forms = [Form(text) for text in dict.fromkeys(text for value in likely for text in _forms_like(value))]
    fits = {form.text: {value for value in counts if form.read_one(value)[1] == GOOD} for form in forms}
    rows = {form: sum(counts[value] for value in read) for form, read in fits.items()}
    best = max(rows, key=lambda form: rows[form], default="")
    if not best or 2 * rows[best] < given:
        return _unreadable(counts, given)
    return _decided(best, fits, rows, counts, given)


def _decided(
    best: str, fits: Mapping[str, set[str]], rows: Mapping[str, int], counts: Mapping[str, int], given: int
) -> Dated:
    said = f"{rows[best]} of {given} values have this form"
    doubts = []
    swapped = "".join(SWAPS.get(part, part) for part in re.findall(r"%.|[^%]", best))
    evidence = said
    if swapped != best and swapped in fits and best[:2] != "%Y":
        only_best = _rows(fits[best] - fits[swapped], counts)
        only_other = _rows(fits[swapped] - fits[best], counts)
        which = ("the day", "the month") if best.index("%d") < best.index("%m") else ("the month", "the day")
        if not only_best and not only_other:
            return Dated(
                "", (best, swapped), given, rows[best], said, f"{best} and {swapped} read every value: none decides"
            )
        evidence += f"; {only_best} of them can only be read with {which[0]} first"
        if only_other:
            return Dated(
                "", (best, swapped), given, rows[best], said,
                f"{only_best} values are written with {which[0]} first and {only_other} with {which[1]} first, "
                "and the rest could be either",
            )  # fmt: skip
        evidence += f", none with {which[1]} first"
        if which[0] == "the month":
            doubts.append("here days come first: has a spreadsheet of another country written this?")
        if only_best < FEW:
            doubts.append(f"only {only_best} of {given} values decide between {best} and {swapped}")
    others = [form for form in fits if form not in (best, swapped) and rows[form] == rows[best] and given]
    if others:
        doubts.append(f"{others[0]} reads as many")
    rest, more = {value for value in counts if value not in fits[best]}, []
    while rest:
        form = max(fits, key=lambda form: len(fits[form] & rest), default="")
        if not form or not fits[form] & rest or form == swapped:
            break
        more.append(form)
        doubts.append(f"{_rows(fits[form] & rest, counts)} values have the form {form}")
        rest -= fits[form]
    if rest:
        words = f"{_rows(rest, counts)} values have no form that wnb reads ({_what(rest, best, counts)})"
        doubts.append(words + _condemns(rest, best))
    return Dated(best, (), given, rows[best], evidence, "; ".join(doubts), tuple(more))


def _unreadable(counts: Mapping[str, int], given: int) -> Dated:
    """Dates that no exact form reads, and why; or no dates at all."""
    kinds = Counter[str]()
    for value, number in counts.items():
        if short := _short(value):
            kinds[short] += number
    if not kinds:
        return Dated("", given=given)
    kind, number = kinds.most_common(1)[0]
    if 2 * number < given:
        return Dated("", given=given)
    return Dated("", given=given, doubt=f"{number} of {given} values are {kind}")


def _short(value: str) -> str:
    """What a text that looks like a date and is in no exact form is; "" where it looks like none."""
    if why(value, Form("%Y-%m-%d")) == "two_digit_year":
        return "dates with a year of two digits, which wnb refuses: ask for four"
    if re.fullmatch(r"\d{1,2}[/.\- ]\d{1,2}[/.\- ]\d{4}([ T,].*)?", value):
        return "dates without the leading zero of a day or month, which wnb does not read: ask for two digits"
    if re.fullmatch(r"[1-9]\d{4}[.,]\d+", value):
        return "numbers as a spreadsheet counts days, which wnb refuses: ask for dates as text"
    if re.fullmatch(r"([A-Za-z]{2,9},? )?\d{1,2}([-/. ]|st |nd |rd |th )?[A-Za-z]{3,9}[-/. ,]*\d{4}.*", value):
        return "dates in words, in a form that wnb does not read: ask for numbers"
    return ""


def _what(rest: Iterable[str], form: str, counts: Mapping[str, int]) -> str:
    kinds = Counter[str]()
    for value in rest:
        kinds[why(value, Form(form))] += counts[value]
    return ", ".join(kind for kind, _ in kinds.most_common(3))


def _condemns(rest: Iterable[str], form: str) -> str:
    """What is to be said where some of the texts make a night refuse the whole file."""
    return ": a night refuses such a file" if any(why(value, Form(form)) in CONDEMNING for value in rest) else ""


def _rows(values: Iterable[str], counts: Mapping[str, int]) -> int:
    return sum(counts[value] for value in values)


def is_clock(value: str) -> bool:
    """Whether a text is a time of day and nothing else."""
    return TIME.fullmatch(value) is not None
