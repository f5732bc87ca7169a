"""Which column of a file never seen is which of ours: every column weighed for every role by its name and by what it
holds, and the best matching taken. For proposals to a person.

A name (`column_names`) never outweighs contents that speak against it (`judging`); contents alone are a doubt; two
columns that are nearly as likely are for a person to choose between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wnb.extract_columns import MAY_HAVE
from wnb.extract_columns import WHO as OF_ANYBODY
from wnb.ingest.column_names import named
from wnb.ingest.judging import (
    BY_CONTENT,
    NEVER,
    OF,
    WHO,
    Fits,
    Judge,
    Table,
)
from wnb.ingest.profile import Profile, words_of

NEAR = 0.3
"""A column whose score is less than this below the best one's is a rival."""
LEAST, LEAST_NAMED = 0.55, 0.6


@dataclass(frozen=True)
class Taken:
    """A column proposed for a role, or none. `sure`: nothing speaks for another."""

    at: int  # -1: none, a person must say
    score: float
    named: float
    why: str  # the evidence, in words
    rivals: tuple[int, ...] = ()
    doubt: str = ""


MUST = {
    "appointments": ("appointment_id", "appointment_at", "outcome"),
    "statuses": ("status", "status_from"),
    "people": (),
}
DECIDING = frozenset({*MUST["appointments"], *MUST["statuses"], "nhs_number", "child_local_id", "date_of_birth"})
"""Roles in which a wrong column would make one child another, or one day or outcome another."""


def cast(columns: Sequence[Profile], holds: str) -> dict[str, Taken]:
    """The role of each column, by our names; the required ones always, with `at` -1 where a person must say."""
    table = Table(columns)
    judges = _judges(holds)
    weighed: dict[str, dict[int, Weight]] = {
        ours: {at: weight for at, column in enumerate(columns) if (weight := _weighed(table, ours, judge, column))}
        for ours, judge in judges.items()
    }
    best_first = sorted(
        ((ours, at, weight) for ours, mine in weighed.items() for at, weight in mine.items()),
        key=lambda each: (-each[2].score, list(judges).index(each[0]), each[1]),
    )
    given: dict[str, int] = {}
    for ours, at, weight in best_first:
        enough = weight.score >= LEAST if ours in BY_CONTENT or weight.named >= 0.5 else weight.named >= LEAST_NAMED
        if ours not in given and at not in given.values() and enough:
            given[ours] = at
    if "school_upn" in given and not {"child_local_id", "nhs_number"} & set(given):
        given["child_local_id"] = given["school_upn"]  # nothing else says which child it was
    return {ours: _taken(ours, given, weighed) for ours in judges if ours in given or ours in MUST[holds]}


def _judges(holds: str) -> Mapping[str, Judge]:
    """The judge of each column that such an extract may have."""
    return {ours: judge for ours, judge in {**OF[holds], **WHO}.items() if ours in OF_ANYBODY | MAY_HAVE[holds]}


def belied(columns: Sequence[Profile], holds: str) -> Iterable[tuple[str, str, Fits]]:
    """Columns whose name says plainly that they are ours and whose contents speak against it: ours, its name, why."""
    table = Table(columns)
    for ours, judge in _judges(holds).items():
        for column in columns:
            if column.name and named(ours, column.name) >= 1.0:
                fits = judge(table, column)
                if fits.score <= NEVER:
                    yield ours, column.name, fits


def looks_like_names(column: Profile) -> bool:
    """Whether a column could be of names by what it holds: words, many of them different, and no codes."""
    return column.words > 0.6 and not column.is_codes and column.variety > 0.02


def people_in(columns: Iterable[Profile]) -> frozenset[str]:
    """The words that stand in columns that could be of names: no code that holds one is ever shown."""
    found: set[str] = set()
    for column in columns:
        says_so = max(named("given_name", column.name), named("family_name", column.name)) > 0
        if (says_so and column.words > 0.6) or looks_like_names(column):
            for value in column.counts:
                found.update(words_of(value))
    return frozenset(found)


@dataclass(frozen=True)
class Weight:
    """What speaks for one column in one role: its name and its contents together, its name alone, and words."""

    score: float
    named: float
    words: str


def _weighed(table: Table, ours: str, judge: Judge, column: Profile) -> Weight | None:
    name = named(ours, column.name) if column.name else -1.0
    if name < 0 or (not name and ours not in BY_CONTENT):
        return None
    fits = judge(table, column)
    return None if fits.score <= NEVER else Weight(name + fits.score, name, fits.words)


def _taken(ours: str, given: Mapping[str, int], weighed: Mapping[str, Mapping[int, Weight]]) -> Taken:
    mine = weighed[ours]
    if ours not in given:
        free = [at for at in mine if at not in given.values()]
        likely = sorted(free, key=lambda at: -mine[at].score)[:3]
        return Taken(-1, 0.0, 0.0, "", tuple(likely), "no column is surely this")
    at = given[ours]
    weight = mine.get(at, Weight(0.0, 1.0, ""))
    rivals = [
        other
        for other, found in mine.items()
        if other != at
        and found.score >= weight.score - NEAR
        and (weight.named < 0.8 or found.named >= weight.named - NEAR)
        and not _well_placed(other, given, weighed)
    ]
    rivals.sort(key=lambda other: -mine[other].score)
    doubt = ""
    if weight.named < 0.5:
        doubt = "by what it holds, not by its name"
    elif weight.named < 0.8:
        doubt = "its name could be another's"
    return Taken(at, weight.score, weight.named, weight.words, tuple(rivals[:3]), doubt)


def _well_placed(at: int, given: Mapping[str, int], weighed: Mapping[str, Mapping[int, Weight]]) -> bool:
    """Whether a column is taken by another role that its name speaks for."""
    role = next((name for name, place in given.items() if place == at), None)
    return role is not None and at in weighed[role] and weighed[role][at].named >= 0.8
