"""The rows of a table's files, child by child: rows in any order in, columns of whole children out.

DuckDB brings a child's rows together, within a limit of memory and with the disk for what does not fit; what each row
means, and in which order a child's rows stand, is settled by the functions of every night.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.ages import birthday
from wnb.engines.elsewhere import (
    COLUMNS,
    WORDS,
    ints,
    local_time,
    more_than_once,
    recoded,
    strange,
    without,
)  # fmt: skip
from wnb.engines.files import NUMBER, PLACE, Table, children_of, ids_of, quoted
from wnb.engines.worker import runs, whole_households
from wnb.errors import UsageFault
from wnb.histories import DAY, FROM_THE_FIRST, WIDTHS, numbered, order_of
from wnb.joining import kept_back
from wnb.terms import Status

TOGETHER: Final = 1_000_000
"""Rows are gathered to about so many before they are made columns."""
BY_ROW: Final = ("day", "outcome", "organisation", "agency", "service", "statuses", "known", "row", "shared")
"""Columns of a generation with an entry an appointment; all others have an entry a child."""
UNKNOWN_STATUS: Final = 1 << 20


@dataclass(frozen=True)
class Named:
    """What is numbered or measured over all rows before any is read: services, and the widths of ids in bytes."""

    services: tuple[tuple[str, str], ...]  # (agency, service), in the order of both texts; a missing one is ""
    width: int  # 0: child ids are whole numbers
    household_width: int  # 0: no household is told

    @classmethod
    def of(cls, table: Table, first: int, connection: duckdb.DuckDBPyConnection) -> "Named":
        """Over every row of the files from `first` on, those that later files replace too.

        Raises:
            UsageFault: an agency is not configured, or an id of a child holds a byte 0, which would end it.
        """
        service = "coalesce(service::VARCHAR, '')" if "service" in table.kinds else "''"
        home = "household_id::VARCHAR" if "household_id" in table.kinds else "''"
        text = "''" if table.kinds["child_id"] == NUMBER else "child_id::VARCHAR"
        every = " UNION ALL ".join(
            f"SELECT agency::VARCHAR AS agency, {service} AS service, {text} AS child, {home} AS home "
            f"FROM {table.of_file(k)}"
            for k in range(first, len(table.files))
        )
        found = connection.execute(
            "SELECT agency, service, count(*), max(strlen(child)), max(strlen(home)), "
            "sum(contains(child, chr(0))::INTEGER + contains(coalesce(home, ''), chr(0))::INTEGER) "
            f"FROM ({every}) GROUP BY ALL"
        ).fetchall()
        if lack := sum(n for agency, _, n, *_ in found if agency not in table.agencies and agency is not None):
            raise strange("agency", lack, table.agencies)
        if sum(row[5] or 0 for row in found):
            raise UsageFault("a child_id or household_id of the table holds a byte 0; make it text without")
        return cls(
            tuple(sorted((row[0], row[1]) for row in found if row[0] is not None)),
            0 if table.kinds["child_id"] == NUMBER else max((row[3] or 1 for row in found), default=1),
            max((row[4] or 1 for row in found), default=1) if "household_id" in table.kinds else 0,
        )

    def with_(self, other: "Named") -> "Named":
        """Of all rows of both."""
        return Named(
            tuple(sorted({*self.services, *other.services})),
            max(self.width, other.width),
            max(self.household_width, other.household_width),
        )

    @property
    def types(self) -> dict[str, np.dtype[Any]]:
        """The type of every column of a generation."""
        found = {name: np.dtype(WIDTHS.get(name, np.bool_)) for name in BY_ROW}
        found |= {name: np.dtype(np.int32) for name in ("length", "adult_from", "told_rows")}
        found["child_id"] = np.dtype(f"S{self.width}") if self.width else np.dtype(np.int64)
        if self.household_width:
            found["household_id"] = np.dtype(f"S{self.household_width}")
        return found


Part = dict[str, np.ndarray]
"""Some whole children in the order of their ids, by column."""


def parts(table: Table, first: int, named: Named, connection: duckdb.DuckDBPyConnection) -> Iterator[Part]:
    """The children whom the files from `first` on tell of, as they tell of them last."""
    making = _Making(table, named)
    for name, words in (("an_agency", table.agencies), ("a_word", WORDS), ("a_service", making.texts)):
        members = ", ".join(map(quoted, words))
        connection.execute(f"DROP TYPE IF EXISTS {name}; CREATE TYPE {name} AS ENUM ({members})")
    asked = ", ".join(
        f"{ASKED[name][name not in table.kinds] if name in ASKED else name} AS {name}"
        for name in (*ASKED, "file_row_number")
    )
    each = []
    for k in range(first, len(table.files)):
        where = ["true"]
        if later := children_of(table, k + 1):
            where.append(f"({table.child} IS NULL OR {table.child} NOT IN ({later}))")
        if k:
            where.append(f"NOT ({ALONE})")
        each.append(
            f"SELECT {k} AS file, {table.child} AS household, {asked} FROM {table.of_file(k)} "
            f"WHERE {' AND '.join(where)}"
        )
    query = f"SELECT * FROM ({' UNION ALL '.join(each)}) ORDER BY household"
    for rows in whole_households(connection.sql(query).to_arrow_reader(TOGETHER // 4), TOGETHER):
        yield making.part(rows)


ASKED: Final = {
    "agency": ("TRY_CAST(agency::VARCHAR AS an_agency)", ""),
    "told": ("TRY_CAST(told::VARCHAR AS a_word)", ""),
    "has_told": ("told IS NOT NULL", "told IS NOT NULL"),
    "appointment_id": ("appointment_id::VARCHAR", ""),
    "appointment_at": ("appointment_at", ""),
    "service": ("coalesce(service::VARCHAR, '')::a_service", "''::a_service"),
    "date_of_birth": ("date_of_birth::DATE", "NULL::DATE"),
    "age_at_appointment": ("age_at_appointment::SMALLINT", "NULL::SMALLINT"),
    "manages_own_appointments": ("manages_own_appointments::BOOLEAN", "NULL::BOOLEAN"),
    "statuses": (
        "coalesce(list_sum(list_transform(list_distinct(statuses), lambda s: CASE s "
        + " ".join(f"WHEN '{status.value}' THEN {status.bit}" for status in Status)
        + f" ELSE {UNKNOWN_STATUS} END)), 0)::INTEGER",
        "0::INTEGER",
    ),
    "known_on": ("known_on::DATE", "NULL::DATE"),
    "household_id": ("household_id::VARCHAR", "NULL::VARCHAR"),
}
"""What is asked of a file, by name; the second where it has no such column."""
ALONE: Final = " AND ".join(f"{name} IS NULL" for name in COLUMNS if name != "child_id")
"""A row of a later file that names a child alone: nothing of it is left."""


@dataclass(frozen=True)
class _Making:
    table: Table
    named: Named

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The names of services, whose agencies they may be."""
        return tuple(sorted({service for _, service in self.named.services} | {""}))

    @cached_property
    def number(self) -> np.ndarray:
        """By agency and text: the number of the service."""
        number = np.full((len(self.table.agencies), len(self.texts)), -1, np.int32)
        for k, (agency, service) in enumerate(self.named.services):
            number[self.table.agencies.index(agency), self.texts.index(service)] = k
        return number

    @cached_property
    def shared(self) -> np.ndarray:
        """bool, by service: whether the partnership's rules may count its appointments."""
        shared = np.zeros(len(self.named.services), bool)
        for k, (agency, service) in enumerate(self.named.services):
            told = pa.chunked_array([pa.array([service or None], pa.string())])
            shared[k] = not kept_back(self.table.configuration.agencies[agency], told)[0]
        return shared

    def part(self, rows: pa.Table) -> Part:
        """Whole children's rows as columns.

        Raises:
            UsageFault: a row lacks what every row must have, holds a word that is on no list, or stands there twice.
        """
        table = self.table
        _refuse(rows)
        begins = runs(rows["household"])
        many = np.diff(np.append(begins, rows.num_rows)).astype(np.int32)
        child = np.repeat(np.arange(len(begins), dtype=np.int32), many)
        there = local_time(rows["appointment_at"], table.configuration.partnership.timezone)
        at = pc.cast(pc.cast(there, pa.timestamp("s"), safe=False), pa.int64()).to_numpy()
        agency = _codes(rows["agency"])
        order = order_of(child, at, agency, rows["appointment_id"])
        _refuse_twice(rows["appointment_id"], order, child, at, agency)
        told = np.array(list(WORDS.values()), np.uint8)[_codes(rows["told"])]
        done = recoded(rows, child, len(begins), (at // DAY).astype(np.int32), told)
        mine = order[done.kept[order]]
        service = self.number[agency[mine], _codes(rows["service"])[mine]]
        histories = numbered(
            child=child[mine],
            at=at[mine],
            agency=agency[mine],
            agencies=table.agencies,
            appointment_id=rows["appointment_id"].take(pa.array(mine)),
            service=service,
            services=self.named.services,
            outcome=done.outcome[mine],
            known=ints(rows["known_on"], pa.int32(), FROM_THE_FIRST)[mine],
            row=(rows["file"].to_numpy().astype(np.int64) << PLACE)[mine] + rows["file_row_number"].to_numpy()[mine],
            organisations=table.organisations,
            adult_from=birthday(done.born, 18),
            row_statuses=rows["statuses"].to_numpy()[mine].astype(np.uint16),
            born=done.born,
        )
        part: Part = {name: getattr(histories, name) for name in BY_ROW if name != "shared"}
        part["shared"] = self.shared[service]
        part["length"] = np.diff(histories.starts).astype(np.int32)
        part["adult_from"] = histories.adult_from
        part["told_rows"] = many
        part["child_id"] = ids_of(rows["household"].take(pa.array(begins)))
        if self.named.household_width:
            part["household_id"] = _one_each(rows["household_id"], begins)
        return part


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """The numbers of a column whose words are those of one of our types."""
    return np.asarray(pa.concat_arrays([chunk.indices for chunk in column.chunks]).to_numpy()).astype(np.int32)


def _one_each(told: pa.ChunkedArray, begins: np.ndarray) -> np.ndarray:
    """The household of each child, as bytes of one width; empty where none is told."""
    texts = pc.fill_null(told, "")
    changes = np.flatnonzero(pc.not_equal(texts[1:], texts[:-1]).to_numpy()) + 1
    if split := len(np.setdiff1d(changes, begins)):
        raise UsageFault(
            f"{split} children stand in more than one household, and would be judged in "
            "halves; give each child one household_id on all its rows"
        )
    return ids_of(texts.take(pa.array(begins)))


def _refuse(rows: pa.Table) -> None:
    """Refuse rows without what every row must have, and words that are on no list."""
    for name in ("household", "appointment_id", "appointment_at", "agency"):
        if lack := rows[name].null_count:  # agencies that are not configured were refused before
            raise without("child_id" if name == "household" else name, lack)
    if unknown := rows["told"].null_count:
        if lack := rows.num_rows - int(pc.sum(rows["has_told"]).as_py()):
            raise without("told", lack)
        raise strange("told", unknown, WORDS)
    if unknown := int((rows["statuses"].to_numpy() >= UNKNOWN_STATUS).sum()):
        raise strange("statuses", unknown, [status.value for status in Status])


def _refuse_twice(
    ids: pa.ChunkedArray, order: np.ndarray, child: np.ndarray, at: np.ndarray, agency: np.ndarray
) -> None:
    """Refuse an appointment that stands there again, with one id and one time."""
    same = np.ones(max(len(order) - 1, 0), bool)
    for column in (child, at, agency):
        same &= column[order[1:]] == column[order[:-1]]
    tied = np.flatnonzero(same)
    one, another = (ids.take(pa.array(order[tied + k])) for k in (0, 1))
    if again := pc.sum(pc.equal(one, another)).as_py():
        raise more_than_once(again)
