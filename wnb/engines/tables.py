"""Appointments that lie in a table elsewhere, in our columns: a region's or a nation's, in Parquet, Delta, a catalogue.

The table is read where it lies and findings come back; nothing enters the lake or a casebook. Linking was done by
whoever keeps the table (`child_id` says who is one child); recoding is done here, by the same function as every night.
`COLUMNS` and `OPTIONAL` are the contract with whoever keeps the table.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, functions

from wnb.ages import UNKNOWN_DATE
from wnb.config import Agency, Configuration
from wnb.engines import local
from wnb.engines.spark import detected
from wnb.engines.worker import READ, Orders, row, runs
from wnb.errors import UsageFault
from wnb.households import households
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


@dataclass(frozen=True)
class Told:
    """What a table elsewhere gave: findings (`terms.FINDING`), and what was read for them."""

    findings: pa.Table
    appointments: int
    children: int
    households_set_aside: int  # too large for a home: each of their children was judged alone


def findings(configuration: Configuration, appointments: DataFrame, night: date) -> Told:
    """Every finding of a table that lies elsewhere (`COLUMNS`), as of `night`, in the order of child and rule.

    Raises:
        UsageFault: the table is not as `tables` says, or an agency of it is not configured.
    """
    there = appointments.columns
    if lack := [name for name in COLUMNS if name not in there]:
        words = "; ".join(f"{name}: {COLUMNS[name]}" for name in lack)
        raise UsageFault(f"the table lacks {', '.join(lack)}. Rename or make the columns ({words})")
    rules = tuple(tuple(rule for rule in configuration.rules.rules if rule.desk is desk) for desk in DESKS)
    if lack := [rule.id for rule in rules[1] if rule.others]:
        raise UsageFault(
            f"{', '.join(lack)}: a household_id of such a table is nobody's own, and an agency's own list would tell "
            "of a brother or sister whom it does not know; take the rule out, or give it list: partnership"
        )
    agencies = tuple(configuration.agencies.values())
    organisations = {agency.agency: agency.organisation_id for agency in agencies}
    orders = Orders(night, configuration.rules.recall_days, rules, organisations)
    making = Making(agencies, configuration.partnership.timezone, night)
    child = _key("c", "child_id")
    household = functions.coalesce(_key("h", "household_id"), child) if "household_id" in there else child
    rows = appointments.select(
        household.alias("household"),
        child.alias("child"),
        *(name for name in COLUMNS if name != "child_id"),
        *(
            (functions.col(name) if name in there else functions.lit(None)).cast(kind).alias(name)
            for name, kind in OPTIONAL.items()
        ),
    )
    answers = detected(rows, orders, making)
    read = {name: pc.sum(answers[name]).as_py() or 0 for name in READ}
    children = rows.select("child").distinct().count()
    if read["children_read"] != children:
        raise UsageFault(
            f"{read['children_read'] - children} children stand in more than one household, and would be judged in "
            "halves; give each child one household_id on all its rows"
        )
    return Told(
        finding_rows(answers, rules, configuration, night),
        read["appointments_read"],
        children,
        read["households_set_aside"],
    )


def _key(kind: str, name: str) -> Column:
    """A number or text as bytes, which have one order wherever they are compared; an empty text is none."""
    text = functions.nullif(functions.col(name).cast("string"), functions.lit(""))
    return functions.concat(functions.lit(kind), text).cast("binary")


def finding_rows(
    answers: pa.Table, rules: tuple[tuple[Rule, ...], ...], configuration: Configuration, night: date
) -> pa.Table:
    """The published findings (`terms.FINDING`) of what workers answered, in the order of child and rule."""
    chosen = answers.filter(pc.fill_null(answers["chosen"], False))
    rows = []
    for told in chosen.to_pylist():
        rule = rules[told["pass"]][told["rule"]]
        rows.append(
            {
                "child_id": told["child"].decode()[1:],
                "rule_id": rule.id,
                "rule_version": configuration.rules.version,
                "step": rule.step.value,
                "list": rule.desk.value,
                "first_met_on": local.EPOCH + timedelta(told["first"]),
                "last_met_on": local.EPOCH + timedelta(told["last"]),
                "count": told["count"],
                "evidence": [proof["reference"] for proof in told["evidence"]],
                "late": told["late"],
                "as_of": night,
            }
        )
    return pa.Table.from_pylist(sorted(rows, key=lambda row: (row["child_id"], row["rule_id"])), schema=FINDING)


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
        at = _local_time(table["appointment_at"], self.zone)
        day = pc.cast(pc.cast(at, pa.date32()), pa.int32()).to_numpy()
        told = _numbers_of(table["told"], {o.word: int(o) for o in TELLABLE}, "told").astype(np.uint8)
        live = told != Outcome.ENTERED_IN_ERROR
        own = _ints(table["date_of_birth"], pa.int32(), UNKNOWN_DATE)
        born = only_date(child, own, live, len(begins))[child]
        done = recode(
            day=day,
            told=told,
            date_of_birth=own,
            age=_ints(table["age_at_appointment"], pa.int16(), -1),
            linked_date=born,
            manages_own=pc.fill_null(table["manages_own_appointments"], False).to_numpy(),
        )
        columns = {
            **{name: table[name] for name in ("household", "child", "agency", "appointment_id", "service", "known_on")},
            "appointment_at": pc.cast(at, pa.timestamp("us")),
            "outcome": pa.array(done.outcome.astype(np.int16)),
            "date_of_birth": pa.array(born, pa.int32(), mask=born == UNKNOWN_DATE).cast(pa.date32()),
            "statuses": pa.array(_bits(table["statuses"])),
            "row": pa.array(np.arange(table.num_rows)),
        }
        kept = live & (done.age == Age.CHILD) & (day <= local.day_number(self.night))
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
        whose = _numbers_of(table["agency"], {a.agency: k for k, a in enumerate(self.agencies)}, "agency")
        shared = np.zeros(table.num_rows, bool)
        for k in np.unique(whose).tolist():
            mine = np.flatnonzero(whose == k)
            shared[mine] = ~local.kept_back(self.agencies[k], table["service"].take(pa.array(mine)))
        return shared


def _homes(table: pa.Table, child: np.ndarray, shared: np.ndarray) -> tuple[np.ndarray, int]:
    """The household of each child, as what may be shared tells it; how many were too large for one."""
    number = np.repeat(np.arange(len(lots := runs(table["household"]))), np.diff([*lots, table.num_rows]))
    return households(child[shared], number[shared], int(child[-1]) + 1, LARGEST_HOUSEHOLD)


def _every_row_is_whole(table: pa.Table) -> None:
    for name in COLUMNS:
        if lack := table["child" if name == "child_id" else name].null_count:
            raise UsageFault(f"{lack} appointments of the table have no {name}; every row must have one")
    single = table.group_by(["child", "agency", "appointment_id", "appointment_at"]).aggregate([]).num_rows
    if single < table.num_rows:
        raise UsageFault(
            f"{table.num_rows - single} appointments stand in the table more than once, with one id and one time; "
            "it must hold each as it was told last"
        )


def _local_time(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    """As the partnership's clock on the wall said it. An instant has one such time, whatever a session's zone."""
    if column.type.tz is None:
        return column
    local_time: pa.ChunkedArray = pc.local_timestamp(pc.cast(column, pa.timestamp(column.type.unit, zone)))
    return local_time


def _numbers_of(column: pa.ChunkedArray, numbers: dict[str, int], what: str) -> np.ndarray:
    place = pc.index_in(column, value_set=pa.array(list(numbers), pa.string()))
    if strange := place.null_count:  # which word is not said: a column of names may have been taken for it
        raise UsageFault(f"{what} of {strange} appointments of the table is none of: {', '.join(sorted(numbers))}")
    return np.asarray(np.array(list(numbers.values()))[place.to_numpy()])


def _bits(statuses: pa.ChunkedArray) -> np.ndarray:
    lists = statuses.combine_chunks()
    each = _numbers_of(pa.chunked_array([lists.flatten()]), {status.value: status.bit for status in Status}, "statuses")
    bits = np.zeros(len(lists), np.int32)
    np.bitwise_or.at(bits, pc.list_parent_indices(lists).to_numpy(), each.astype(np.int32))
    return bits


def _ints(column: pa.ChunkedArray, kind: pa.DataType, missing: int) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.cast(column, kind), missing).to_numpy())
