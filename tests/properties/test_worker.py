"""What a worker of a cluster does with its rows: the answer of one machine, wherever a batch happens to end."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_patterns import ORDINARY, ORGANISATIONS, RULE, START, Told, histories, nights, on, rules
from wnb.ages import UNKNOWN_DATE, birthday
from wnb.detect import Findings, detect
from wnb.engines.worker import NUMBERS, ROW, Orders, found, row, whole_households
from wnb.errors import SafetyStop
from wnb.histories import FROM_THE_FIRST, Histories, Spells, build
from wnb.patterns import Rule
from wnb.terms import Status

EPOCH = date(1970, 1, 1)
Answer = tuple[Any, ...]
births = st.lists(st.sampled_from([UNKNOWN_DATE, START - 6_570, START - 200, START - 4_000]), min_size=4, max_size=4)
spells = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([2, 4]), st.integers(START, START + 90), st.integers(0, 60)),
    max_size=6,
)


def day_of(number: int, missing: int) -> date | None:
    return None if number == missing else EPOCH + timedelta(days=number)


def household_of(child: int) -> int:
    """Two children each, who do not come one after the other: 0 and 2, 1 and 3."""
    return child % 2 + 2 * (child // 4)


def homes_of(k: int, children: int) -> list[int] | None:
    """Each child's household in a pass; None where no rule of it asks."""
    together = [household_of(child) for child in range(children)]
    alone = [children + child if child % 2 == 0 else together[child] for child in range(children)]
    return [together, alone, None][k]


def rows_of(told: list[Told], born: list[int], passes: list[set[int]]) -> pa.Table:
    """The appointments as a cluster brings them: in order of household and child.

    Passes 0 and 1 ask for households, and 0 and 2 share a slot. In pass 1 children of even number are alone.
    """
    rows = [
        {
            "household": household_of(r.child),
            "child": r.child,
            "appointment_at": timedelta(days=r.day, hours=r.hour) // timedelta(microseconds=1),
            "agency": r.agency,
            "appointment_id": r.id,
            "service": r.service or None,
            "outcome": int(r.outcome),
            "date_of_birth": day_of(born[r.child], UNKNOWN_DATE),
            "known_on": day_of(r.known, FROM_THE_FIRST),
            "statuses": r.statuses,
            "row": k,
            "pass_0": min(passes[k] & {0, 2}, default=None),
            "home_0": household_of(r.child) if 0 in passes[k] else None,
            "pass_1": min(passes[k] & {1}, default=None),
            "home_1": homes_of(1, 1000)[r.child] if 1 in passes[k] else None,
        }
        for k, r in enumerate(told)
    ]
    return pa.Table.from_pylist(sorted(rows, key=lambda r: (r["household"], r["child"])), schema=row(2))


def as_spells(told: list[tuple[int, int, int, int]]) -> Spells:
    child, bit, first, days = (np.array(c) for c in zip(*sorted(told), strict=True)) if told else [np.zeros(0)] * 4
    return Spells(
        child.astype(np.int32), bit.astype(np.uint16), first.astype(np.int32), (first + days).astype(np.int32)
    )


def on_one_machine(
    told: list[Told],
    born: list[int],
    spells: Spells,
    passes: list[set[int]],
    asked: list[Rule],
    night: int,
    k: int,
    recall_days: int = 28,
) -> list[Answer]:
    """The findings of one pass as `detect` gives them over everything, named as a worker names them."""
    rows = [n for n in range(len(told)) if k in passes[n]]

    def texts(name: str) -> pa.Array:
        return pa.array([getattr(told[n], name) for n in rows], pa.string())

    h = build(
        child=np.array([told[n].child for n in rows], np.int32),
        at=np.array([told[n].day * 86_400 + told[n].hour * 3_600 for n in rows], np.int64),
        agency=texts("agency"),
        appointment_id=texts("id"),
        service=texts("service"),
        outcome=np.array([told[n].outcome for n in rows], np.uint8),
        known=np.array([told[n].known for n in rows], np.int32),
        row=np.array(rows, np.int64),
        organisations=ORGANISATIONS,
        adult_from=birthday(np.array(born, np.int32), 18),
        row_statuses=np.array([told[n].statuses for n in rows], np.uint16),
        spells=spells,
        born=np.array(born, np.int32),
        household=None if (homes := homes_of(k, len(born))) is None else np.array(homes, np.int32),
    )
    return named(detect(h, asked, on(night), recall_days=recall_days), asked, h, told, k)


def named(f: Findings, asked: list[Rule], h: Histories, told: list[Told], k: int) -> list[Answer]:
    def scope(n: int) -> tuple[Any, ...]:
        kind, number = asked[f.rule[n]].scope, int(f.scope[n])
        if kind == "anywhere":
            return None, None
        return (h.agencies[number], None) if kind == "agency" else h.services[number]

    return [
        (
            k, int(f.child[n]), int(f.rule[n]), *scope(n), bool(f.chosen[n]), bool(f.late[n]),
            *(int(getattr(f, name)[n]) for name in NUMBERS),
            [(int(row), f"{told[row].agency}/{told[row].id}") for row in h.row[f.evidence_of(n)]],
        )
        for n in range(len(f))
    ]  # fmt: skip


def answered(batches: list[pa.RecordBatch]) -> tuple[list[Answer], tuple[int, int, int]]:
    """A worker's findings in the order of `detect`, and what it says it has read."""
    rows = [row for batch in batches for row in batch.to_pylist()]
    told = [
        (
            r["pass"], r["child"], r["rule"], r["scope_agency"], r["scope_service"], r["chosen"], r["late"],
            *(r[name] for name in NUMBERS), [(p["row"], p["reference"]) for p in r["evidence"]],
        )
        for r in rows
        if r["pass"] is not None
    ]  # fmt: skip
    read = [r for r in rows if r["pass"] is None]
    sums = (sum(r[f"{what}_read"] for r in read) for what in ("appointments", "households", "children"))
    return sorted(told, key=lambda t: (t[:3], t[3] or "", t[4] or "")), tuple(sums)  # type: ignore[return-value]


def cut(table: pa.Table, sizes: list[int]) -> list[pa.RecordBatch]:
    """The rows in batches of these sizes, over and over."""
    batches, at, k = [], 0, 0
    while at < table.num_rows:
        size = sizes[k % len(sizes)]
        batches += table.slice(at, size).combine_chunks().to_batches() or []
        at, k = at + size, k + 1
    return batches


@settings(max_examples=30, deadline=None)
@given(
    histories(),
    st.lists(rules(), min_size=1, max_size=3),
    nights,
    births,
    spells,
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.integers(1, 30),
    st.data(),
)
def test_a_batch_may_end_anywhere(
    told: list[Told],
    asked: list[Rule],
    night: int,
    born: list[int],
    spelled: list[tuple[int, int, int, int]],
    sizes: list[int],
    together: int,
    data: st.DataObject,
) -> None:
    told = [replace(r, child=data.draw(st.integers(0, 3)), known=min(r.known, night)) for r in told]
    passes = [data.draw(st.sampled_from([{0, 1}, {0, 1}, {1, 2}, {1}])) for _ in told]
    spells = as_spells(spelled)
    three = (tuple(asked), tuple(asked[:1]), tuple(rule for rule in asked if not rule.others))
    orders = Orders(on(night), 28, three, ORGANISATIONS, spells)
    said, read = answered(list(found(cut(rows_of(told, born, passes), sizes), orders, together=together)))
    expected = [
        answer
        for k, these in enumerate(three)
        for answer in on_one_machine(told, born, spells, passes, list(these), night, k)
    ]
    assert said == expected
    assert read == (len(told), len({household_of(r.child) for r in told}), len({r.child for r in told}))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), max_size=30), st.lists(st.integers(1, 4), min_size=1), st.integers(1, 12))
def test_a_household_is_given_whole_and_once(households: list[int], sizes: list[int], together: int) -> None:
    table = pa.table({"household": pa.array(sorted(households), pa.int64()), "row": range(len(households))})
    lots = list(whole_households(cut(table, sizes), together))
    assert pa.concat_tables([table.slice(0, 0), *lots]).equals(table)
    seen = [h for lot in lots for h in set(lot["household"].to_pylist())]
    assert sorted(seen) == sorted(set(households))


@pytest.mark.parametrize("column", ["household", "child"])
def test_rows_out_of_order_stop_it(column: str) -> None:
    """A household that comes back later, or a child within one, would be judged in halves."""
    keys = {"household": [1, 1, 1], "child": [5, 5, 5]} | {column: [5, 6, 5]}
    told = [Told(0, START + k, 9, "a", "", str(k), 3, 0, START) for k in range(3)]  # type: ignore[arg-type]
    table = rows_of(told, [UNKNOWN_DATE] * 6, [{0}] * 3)
    for name, values in keys.items():
        table = table.set_column(table.schema.get_field_index(name), ROW.field(name), pa.array(values))
    with pytest.raises(SafetyStop, match="out of order"):
        list(found(cut(table, [1]), Orders(on(START + 9), 28, ((),), ORGANISATIONS), together=100))


def test_statuses_of_a_day_follow_the_child_into_the_worker() -> None:
    """A spell of one child is not another's, whatever numbers they have within a lot."""
    told = [Told(child, START, 9, "a", "", str(child), 3, 0, START) for child in (2, 1)]  # type: ignore[arg-type]
    rule = rules_only_if_on_a_plan()
    spells = as_spells([(1, Status.SECTION_47.bit, START, 5), (0, Status.SECTION_47.bit, START, 5)])
    orders = Orders(on(START + 1), 28, ((rule,),), ORGANISATIONS, spells)
    said, _ = answered(list(found(cut(rows_of(told, [UNKNOWN_DATE] * 4, [{0}, {0}]), [9]), orders)))
    assert [answer[1] for answer in said] == [1]


def rules_only_if_on_a_plan() -> Rule:
    asked = {"pattern": "repeated", "at_least": 1, "within_days": 9, "only_if": ["section-47"]}
    return RULE.validate_python({**ORDINARY, **asked})
