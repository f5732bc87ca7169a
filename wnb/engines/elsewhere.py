"""Appointments that lie in a table elsewhere, in our columns: a region's or a nation's, in Parquet, Delta, a catalogue.

The table is read where it lies and findings come back; nothing enters the lake or a casebook. Linking was done by
whoever keeps the table (`child_id` says who is one child); recoding is done here, by the same function as every night.
`COLUMNS` and `OPTIONAL` are the contract with whoever keeps the table. `tables` reads it by Spark, `mapped` on one
machine.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.ages import UNKNOWN_DATE
from wnb.config import Configuration
from wnb.engines.worker import row, runs
from wnb.errors import UsageFault
from wnb.households import households
from wnb.joining import day_number, kept_back
from wnb.patterns import Rule
from wnb.patterns.family import LARGEST_HOUSEHOLD
from wnb.recode import Age, only_date, recode
from wnb.terms import FINDING, TELLABLE, Desk, Outcome, Status

COLUMNS: Final = {
    "child_id": "who it is, text or whole number; the same for all records of one child, and of nobody else",
    "agency": "the id of one of the agencies of the configuration",
    "appointment_id": "text; with the agency and the time it names the appointment",
    "appointment_at": "TIMESTAMP_NTZ, local time; or TIMESTAMP, an instant, read in the partnership's zone",
    "told": "the outcome as the agency says it: a word of the table of outcomes, `not_attended`; never recoded before",
}
"""What a table must have, and no row without it."""
OPTIONAL: Final = {
    "service": "string",
    "date_of_birth": "date",
    "age_at_appointment": "smallint",
    "manages_own_appointments": "boolean",
    "statuses": "array<string>",
    "known_on": "date",
}
"""What it may have beside `household_id`, and Spark's word for its type; what it has not is empty on every row."""
DESKS: Final = (Desk.PARTNERSHIP, Desk.OWN_AGENCY)
WORDS: Final = {outcome.word: int(outcome) for outcome in TELLABLE}


@dataclass(frozen=True)
class Told:
    """What a table elsewhere gave: findings (`terms.FINDING`), and what was read for them."""

    findings: pa.Table
    appointments: int
    children: int
    households_set_aside: int  # too large for a home: each of their children was judged alone


def passes(configuration: Configuration, there: Collection[str]) -> tuple[tuple[Rule, ...], ...]:
    """The rules of each of `DESKS` over a table that has the columns `there`.

    Raises:
        UsageFault: the table lacks a column; or a rule would have an agency told of children whom it does not know.
    """
    if lack := [name for name in COLUMNS if name not in there]:
        words = "; ".join(f"{name}: {COLUMNS[name]}" for name in lack)
        raise UsageFault(f"the table lacks {', '.join(lack)}. Rename or make the columns ({words})")
    rules = tuple(tuple(rule for rule in configuration.rules.rules if rule.desk is desk) for desk in DESKS)
    if lack := [rule.id for rule in rules[1] if rule.others]:
        raise UsageFault(
            f"{', '.join(lack)}: a household_id of such a table is nobody's own, and an agency's own list would tell "
            "of a brother or sister whom it does not know; take the rule out, or give it list: partnership"
        )
    return rules


def published(
    configuration: Configuration,
    rules: Sequence[Rule],
    night: date,
    *,
    child_id: pa.Array,
    rule: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    count: np.ndarray,
    late: np.ndarray,
    evidence: pa.Array,
) -> pa.Table:
    """The published findings (`terms.FINDING`) in the order of child and rule; one entry a finding in every column.

    `rule` is the place in `rules`; `evidence` lists references; days are days since 1970-01-01.
    """

    def of_rule(values: list[str]) -> pa.Array:
        return pa.array(values, pa.string()).take(pa.array(rule))

    def always(value: object, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), len(rule))

    columns = {
        "child_id": child_id,
        "rule_id": of_rule([each.id for each in rules]),
        "rule_version": always(configuration.rules.version, pa.string()),
        "step": of_rule([each.step.value for each in rules]),
        "list": of_rule([each.desk.value for each in rules]),
        "first_met_on": pa.array(first, pa.int32()).cast(pa.date32()),
        "last_met_on": pa.array(last, pa.int32()).cast(pa.date32()),
        "count": pa.array(count, pa.int32()),
        "evidence": evidence,
        "late": pa.array(late),
        "as_of": always(night, pa.date32()),
    }
    table = pa.table([columns[name] for name in FINDING.names], schema=FINDING)
    return table.sort_by([("child_id", "ascending"), ("rule_id", "ascending")])


@dataclass(frozen=True)
class Recoded:
    """What the recode makes of the rows of whole children."""

    outcome: np.ndarray  # uint8, by row, Outcome
    kept: np.ndarray  # bool, by row: no entry in error, and the person was a child on the day
    born: np.ndarray  # int32, by child: the only verified date of birth; UNKNOWN_DATE


def recoded(table: pa.Table, child: np.ndarray, children: int, day: np.ndarray, told: np.ndarray) -> Recoded:
    """Recode the rows of whole children, numbered from 0; of `table` what the recode asks beside the arrays is read."""
    live = told != Outcome.ENTERED_IN_ERROR
    own = ints(table["date_of_birth"], pa.int32(), UNKNOWN_DATE)
    born = only_date(child, own, live, children)
    done = recode(
        day=day,
        told=told,
        date_of_birth=own,
        age=ints(table["age_at_appointment"], pa.int16(), -1),
        linked_date=born[child],
        manages_own=pc.fill_null(table["manages_own_appointments"], False).to_numpy(),
    )
    return Recoded(done.outcome, np.asarray(live & (done.age == Age.CHILD), bool), born)


@dataclass(frozen=True)
class Making:
    """How rows of the table become rows of `worker.row`, in a worker: what it must know of the configuration."""

    agencies: tuple[Agency, ...]
    zone: str
    night: date

    def __call__(self, table: pa.Table) -> tuple[pa.Table, int]:
        """Rows of whole households, recoded, and how many households were too large for one.

        Left out are appointments at which nobody was a child, and days ahead.

        Raises:
            UsageFault: a row without what every row must have, or with a word that is not on its list.
        """
        _every_row_is_whole(table)
        begins = runs(table["household"], table["child"])
        child = np.repeat(np.arange(len(begins), dtype=np.int32), np.diff([*begins, table.num_rows]))
        at = local_time(table["appointment_at"], self.zone)
        day = pc.cast(pc.cast(at, pa.date32()), pa.int32()).to_numpy()
        told = numbers_of(table["told"], WORDS, "told").astype(np.uint8)
        done = recoded(table, child, len(begins), day, told)
        born = done.born[child]
        columns = {
            **{name: table[name] for name in ("household", "child", "agency", "appointment_id", "service", "known_on")},
            "appointment_at": pc.cast(at, pa.timestamp("us")),
            "outcome": pa.array(done.outcome.astype(np.int16)),
            "date_of_birth": pa.array(born, pa.int32(), mask=born == UNKNOWN_DATE).cast(pa.date32()),
            "statuses": pa.array(status_bits(table["statuses"])),
            "row": pa.array(np.arange(table.num_rows)),
        }
        kept = done.kept & (day <= day_number(self.night))
        shared = kept & self._shared(table)
        home, set_aside = _homes(table, child, shared)
        columns |= {
            "pass_0": pa.array(np.zeros(len(child), np.int32), mask=~shared),  # the partnership's rules
            "home_0": pa.array(home[child].astype(np.int64)),
            "pass_1": pa.array(np.ones(len(child), np.int32)),  # agencies' own
            "home_1": pa.nulls(len(child), pa.int64()),
        }
        return pa.table({field.name: columns[field.name] for field in row(2)}).filter(pa.array(kept)), set_aside

    def _shared(self, table: pa.Table) -> np.ndarray:
        """Which appointments the partnership's rules may count."""
        whose = numbers_of(table["agency"], {a.agency: k for k, a in enumerate(self.agencies)}, "agency")
        shared = np.zeros(table.num_rows, bool)
        for k in np.unique(whose).tolist():
            mine = np.flatnonzero(whose == k)
            shared[mine] = ~kept_back(self.agencies[k], table["service"].take(pa.array(mine)))
        return shared


def _homes(table: pa.Table, child: np.ndarray, shared: np.ndarray) -> tuple[np.ndarray, int]:
    """The household of each child, as what may be shared tells it; how many were too large for one."""
    number = np.repeat(np.arange(len(lots := runs(table["household"]))), np.diff([*lots, table.num_rows]))
    return households(child[shared], number[shared], int(child[-1]) + 1, LARGEST_HOUSEHOLD)


def _every_row_is_whole(table: pa.Table) -> None:
    for name in COLUMNS:
        if lack := table["child" if name == "child_id" else name].null_count:
            raise without(name, lack)
    single = table.group_by(["child", "agency", "appointment_id", "appointment_at"]).aggregate([]).num_rows
    if single < table.num_rows:
        raise more_than_once(table.num_rows - single)


def without(name: str, rows: int) -> UsageFault:
    """What is said of rows that lack what every row must have."""
    return UsageFault(f"{rows} appointments of the table have no {name}; every row must have one")


def more_than_once(rows: int) -> UsageFault:
    """What is said of rows that stand in the table again."""
    return UsageFault(
        f"{rows} appointments stand in the table more than once, with one id and one time; "
        "it must hold each as it was told last"
    )


def strange(what: str, rows: int, known: Collection[str]) -> UsageFault:
    """What is said of words that are on no list; which word is not said: a column of names may have been taken."""
    return UsageFault(f"{what} of {rows} appointments of the table is none of: {', '.join(sorted(known))}")


def local_time(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    """As the partnership's clock on the wall said it. An instant has one such time, whatever a session's zone."""
    if column.type.tz is None:
        return column
    there: pa.ChunkedArray = pc.local_timestamp(pc.cast(column, pa.timestamp(column.type.unit, zone)))
    return there


def numbers_of(column: pa.ChunkedArray, numbers: dict[str, int], what: str) -> np.ndarray:
    """Each word's number.

    Raises:
        UsageFault: some word has none.
    """
    place = pc.index_in(column, value_set=pa.array(list(numbers), pa.string()))
    if rows := place.null_count:
        raise strange(what, rows, numbers)
    return np.asarray(np.array(list(numbers.values()))[place.to_numpy()])


def status_bits(statuses: pa.ChunkedArray) -> np.ndarray:
    """int32, by row: the bits of the statuses that its list names."""
    lists = statuses.combine_chunks()
    each = numbers_of(pa.chunked_array([lists.flatten()]), {status.value: status.bit for status in Status}, "statuses")
    bits = np.zeros(len(lists), np.int32)
    np.bitwise_or.at(bits, pc.list_parent_indices(lists).to_numpy(), each.astype(np.int32))
    return bits


def ints(column: pa.ChunkedArray, kind: pa.DataType, missing: int) -> np.ndarray:
    """The column as plain numbers."""
    return np.asarray(pc.fill_null(pc.cast(column, kind), missing).to_numpy())
