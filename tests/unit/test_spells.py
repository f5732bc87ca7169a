"""From which day to which a status holds, as its agency's rows tell it, in whatever order they came."""

from datetime import date, timedelta
from itertools import permutations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statuses import SNAPSHOT, SOCIAL
from wnb.agency import Agency
from wnb.ingest.deliveries import Delivery, Snapshot, empty, lay
from wnb.spells import STILL_SO, told_by
from wnb.terms import Known

FIRST = date(2026, 3, 2)
EPOCH = date(1970, 1, 1)


def agency(gone_means: str = "withdrawn", delivers: str = "delivers: changes") -> Agency:
    """The contract of the agency; its columns are not asked here."""
    from ruamel.yaml import YAML

    told = YAML(typ="safe").load(SOCIAL.format(sharing="partnership", delivers=delivers))
    told["extract"]["gone_means"] = gone_means
    return Agency.model_validate(told)


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def row(known: Known, since: int, until: int | None = None, id_: str = "E1") -> dict[str, object]:
    """One accepted row, its days counted from `FIRST`."""
    return {
        "line": 2,
        "status_id": id_,
        "status": known.value,
        "ends": known is Known.ENDED,
        "status_from": on(since),
        "status_to": None if until is None else on(until),
        "unverified": False,
    }


def delivered(day: int, *rows: dict[str, object]) -> Delivery:
    """A file dated so many days after `FIRST`; its receipt is its day, so that the order of arrival decides nothing."""
    from wnb.terms import STATUS_ROW

    return Delivery(pa.Table.from_pylist(list(rows), schema=STATUS_ROW), on(day), day, f"{day}.csv")


def held(by: Agency, *deliveries: Delivery) -> pa.Table:
    table, snapshots = empty("statuses"), tuple[Snapshot, ...]()
    for one in deliveries:
        laid = lay(table, one, by, snapshots)
        table, snapshots = laid.held, (*snapshots, *([laid.snapshot] if laid.snapshot else []))
    return table


def spells(by: Agency, table: pa.Table) -> list[tuple[str, int, int | None]]:
    """What is said: the status, its first and last day, counted from `FIRST`."""
    told = told_by(by, table)
    start = (FIRST - EPOCH).days
    found = [
        (status, int(first) - start, None if last == STILL_SO else int(last) - start)
        for status, says, first, last in zip(table["status"].to_pylist(), told.says, told.first, told.last, strict=True)
        if says
    ]
    return sorted(found, key=lambda spell: (spell[:2], spell[2] is None, spell[2] or 0))


PLAN = Known.CHILD_PROTECTION_PLAN
CASES = {
    "still so": ([(1, row(PLAN, 0))], [(PLAN, 0, None)]),
    "its own last day": ([(1, row(PLAN, 0, 5))], [(PLAN, 0, 5)]),
    "over, with the day on which it ended": ([(1, row(PLAN, 0)), (9, row(Known.ENDED, 0, 7))], [(PLAN, 0, 7)]),
    "over from a later day on": ([(1, row(PLAN, 0)), (9, row(Known.ENDED, 8))], [(PLAN, 0, 8)]),
    "over, and nobody says when": ([(1, row(PLAN, 0)), (9, row(Known.ENDED, 0))], [(PLAN, 0, 9)]),
    "over before it began held for a day": ([(1, row(PLAN, 4)), (9, row(Known.ENDED, 0, 2))], [(PLAN, 4, 4)]),
    "begun again after it was over": (
        [(1, row(PLAN, 0)), (9, row(Known.ENDED, 0, 7)), (12, row(PLAN, 10))], [(PLAN, 10, None)],
    ),
    "another id is another plan": ([(1, row(PLAN, 0)), (9, row(Known.ENDED, 0, 7, "E2"))], [(PLAN, 0, None)]),
    "over, of which nobody told the beginning": ([(9, row(Known.ENDED, 0, 7))], []),
    "told and over in one file": ([(9, row(PLAN, 0)), (9, row(Known.ENDED, 0, 7))], [(PLAN, 0, 7)]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_how_long_a_status_holds(name: str) -> None:
    """Whatever the order in which the files came."""
    told, expected = CASES[name]
    days = sorted({day for day, _ in told})
    files = [delivered(day, *(one for on_day, one in told if on_day == day)) for day in days]
    for order in permutations(files):
        assert spells(agency(), held(agency(), *order)) == expected


def test_what_a_snapshot_no_longer_holds_was_never_so_or_is_over_as_the_agency_says() -> None:
    files = (delivered(1, row(PLAN, 0), row(PLAN, 0, id_="E2")), delivered(9, row(PLAN, 0, id_="E2")))
    withdrawn, over = (agency(means, SNAPSHOT) for means in ("withdrawn", "ended"))
    assert spells(withdrawn, held(withdrawn, *files)) == [(PLAN, 0, None)]
    assert spells(over, held(over, *files)) == [(PLAN, 0, 8), (PLAN, 0, None)]


def test_what_is_over_is_no_withdrawal_and_no_alarm() -> None:
    by = agency("ended", SNAPSHOT)
    first = lay(empty("statuses"), delivered(1, row(PLAN, 0), row(PLAN, 0, id_="E2")), by, ())
    assert first.snapshot
    second = lay(first.held, delivered(9, row(PLAN, 0, id_="E2")), by, (first.snapshot,))
    assert (second.withdrawn, second.ended) == (0, 1)


def test_whoever_is_named_again_goes_on_without_a_gap() -> None:
    by = agency("ended", SNAPSHOT)
    both, one = (row(PLAN, 0), row(PLAN, 0, id_="E2")), (row(PLAN, 0, id_="E2"),)
    files = (delivered(1, *both), delivered(9, *one), delivered(10, *both))
    assert spells(by, held(by, *files)) == [(PLAN, 0, None), (PLAN, 0, None)]


TOLD = st.tuples(
    st.integers(0, 20),
    st.sampled_from(["E1", "E2"]),
    st.sampled_from([PLAN, Known.ENDED]),
    st.integers(0, 20),
    st.none() | st.integers(0, 20),
)


@given(st.lists(TOLD, max_size=6, unique_by=lambda told: (told[0], told[1], told[2])), st.randoms())
def test_files_in_any_order_and_twice_say_the_same(told: list[tuple[int, str, Known, int, int | None]], chance) -> None:  # type: ignore[no-untyped-def]
    by = agency()
    days = sorted({day for day, *_ in told})
    files = [
        delivered(day, *(row(known, since, until, id_) for on_day, id_, known, since, until in told if on_day == day))
        for day in days
    ]
    expected = spells(by, held(by, *files))
    again = [*files, *files]
    chance.shuffle(again)
    assert spells(by, held(by, *again)) == expected


@given(st.lists(TOLD, max_size=6, unique_by=lambda told: (told[0], told[1], told[2])))
def test_no_end_takes_away_the_first_day(told: list[tuple[int, str, Known, int, int | None]]) -> None:
    """Whatever ends it, each plan that was told last of its id holds on the day on which it began."""
    by = agency()
    files = [delivered(day, row(known, since, until, id_)) for day, id_, known, since, until in sorted(told)]
    begun = {id_: since for _, id_, known, since, _ in sorted(told) if known is PLAN}
    assert sorted(first for _, first, _ in spells(by, held(by, *files))) == sorted(begun.values())
