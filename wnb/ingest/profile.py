"""What a column of a file never seen holds, in counts and shares. For proposals to a person; no value leaves here but
codes.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from wnb import identity
from wnb.ingest.date_evidence import Dated, dated, is_clock
from wnb.ingest.moments import Form

POSTCODE = re.compile(r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}")
UPN = re.compile(r"[A-Z]\d{11}[\dA-Z]")
WORD = re.compile(r"[^\W\d_]+(?:[ '\u2019-]+[^\W\d_]+)*\.?")
SHORT_CODE = re.compile(r"(?=.*\d|.$)(?!(?:.*\d){5})[A-Za-z0-9./-]{1,6}")
MOST_CODES, MOST_CHARACTERS, OFTEN = 40, 40, 5
TYPED = "%Y-%m-%d %H:%M:%S"
TEXTS = 2_000


@dataclass(frozen=True)
class Profile:
    """One column: its name, and every row's value as text, empty where nothing is given."""

    name: str
    cells: Sequence[str]
    typed: bool = False  # the container types it as dates

    @cached_property
    def counts(self) -> Counter[str]:
        """Distinct value -> rows; without the empty one."""
        return Counter(cell for cell in self.cells if cell)

    @cached_property
    def given(self) -> int:
        """Rows that are not empty."""
        return sum(self.counts.values())

    def share(self, holds: Callable[[str], bool]) -> float:
        """The share of the given rows whose value `holds`; 0 where none is given. Of very many, those met first."""
        some = dict(list(self.counts.items())[:TEXTS])
        total = sum(some.values())
        return sum(number for value, number in some.items() if holds(value)) / total if total else 0.0

    @cached_property
    def dates(self) -> Dated:
        """How its dates are written."""
        if not self.typed:
            return dated(self.counts)
        clocks = all(re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?", value) for value in self.counts)
        form = TYPED if any(not value.endswith("00:00:00") and " " in value for value in self.counts) else "%Y-%m-%d"
        mixed = "" if clocks else "some of its cells are dates and others text: wnb refuses such a column"
        return Dated(
            form, (), self.given, self.given, "typed as dates by the file itself, so its form is not used", mixed
        )

    @cached_property
    def days(self) -> list[date | None]:
        """The day of each row, by the likeliest form; None where there is none."""
        read: dict[str, date | None] = {}
        forms = [Form(form) for form in (self.dates.form, *self.dates.rivals) if form][:1]
        for value in self.counts:
            read[value] = None
            if self.typed:
                read[value] = _iso(value)
            elif forms:
                seconds, standing = forms[0].read_one(value)
                read[value] = date(1970, 1, 1) + timedelta(days=seconds // 86_400) if standing == 0 else None
        return [read.get(cell) for cell in self.cells]

    @cached_property
    def numbers(self) -> float:
        """Share of values that are NHS numbers by their check digit."""
        return self.share(lambda value: identity.number_in(value)[1] == identity.VERIFIED)

    @cached_property
    def postcodes(self) -> float:
        """Share of values that look like postcodes."""
        return self.share(lambda value: POSTCODE.fullmatch(value) is not None)

    @cached_property
    def words(self) -> float:
        """Share of values that are words, as names are: letters only."""
        return self.share(lambda value: WORD.fullmatch(value) is not None)

    @cached_property
    def digits(self) -> float:
        """Share of values with a digit in them."""
        return self.share(lambda value: any(c.isdigit() for c in value))

    @cached_property
    def clocks(self) -> float:
        """Share of values that are a time of day alone."""
        return self.share(is_clock)

    @cached_property
    def variety(self) -> float:
        """Distinct values for each row that is given: 1 where none repeats."""
        return len(self.counts) / self.given if self.given else 0.0

    @cached_property
    def is_codes(self) -> bool:
        """Few distinct values, each seen often on average, short, and no dates or numbers of people.

        Only of such a column is any value ever shown to anybody.
        """
        return (
            0 < len(self.counts) <= MOST_CODES
            and (self.given >= OFTEN * len(self.counts) or (len(self.counts) <= 6 and self.variety <= 0.5))
            and all(len(value) <= MOST_CHARACTERS and "\n" not in value for value in self.counts)
            and self.numbers == 0
            and self.postcodes < 0.1
            and self.clocks < 0.1
            and not self.dates.is_dates
        )


def may_be_shown(value: str, rows: int, known: bool, people: frozenset[str]) -> bool:
    """Whether a value of a column of codes may be shown: a known code, one seen often, or one too short to name
    anybody. `people`: words that stand in the columns that look like names.
    """
    if known:
        return True
    if any(word in people for word in words_of(value)) or re.search(r"\d{6}", value):
        return False
    return rows >= OFTEN or SHORT_CODE.fullmatch(value) is not None


def words_of(value: str) -> list[str]:
    """Its words of three letters and more, in small letters."""
    return [word for word in re.findall(r"[^\W\d_]+", value.casefold()) if len(word) > 2]


def _iso(value: str) -> date | None:
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None
