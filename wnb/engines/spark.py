"""The engine for data that one machine cannot, or may not, hold: the same functions in the workers of a Spark cluster.

Spark brings each household's appointments together and in order, and nothing else: no rule, no date and no text is
judged by it. What each worker does is `wnb.engines.worker`; what comes back is findings, which are few. Likeness is
asked of it by Splink (`spark_alike`).
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.errors import PythonException
from pyspark.sql import DataFrame
from pyspark.sql.types import LongType

from wnb import may_read
from wnb.ages import UNKNOWN_DATE
from wnb.config import Configuration
from wnb.detect import Findings
from wnb.engines import worker
from wnb.engines.engine import Pass
from wnb.engines.sessions import session, without_pandas
from wnb.engines.spark_alike import alike
from wnb.engines.worker import NUMBERS, PROOF, Orders
from wnb.errors import SafetyStop, UsageFault
from wnb.histories import FROM_THE_FIRST, Histories, Spells
from wnb.households import households
from wnb.joining import Joined, day_number

FOLDER: Final = ".spark"
"""In the data folder: the rows on their way to the workers; removed when they have answered."""
ROWS_A_GROUP: Final = 1_000_000
IN_SPARK: Final = {
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.binary(): "binary",
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.list_(PROOF): "array<struct<row: bigint, reference: string>>",
}
"""Spark's words for the types of an answer."""
__all__ = ["alike", "at_work", "detected", "passes"]


@contextmanager
def at_work() -> Iterator[None]:
    """One Java from a night's first question to its last: see `engine.Engine`."""
    with session():
        yield


def passes(
    configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined, night: date
) -> tuple[Pass, ...]:
    """Every rule over what it may read, as of `night`: see `engine.Engine`. The workers must reach the data folder.

    Raises:
        SafetyStop: the workers have not read every appointment once, or a household in one piece.
        UsageFault: Spark cannot be started.
    """
    asked = tuple(may_read.asked(configuration, facts, joined, night))
    orders = Orders(
        night,
        configuration.rules.recall_days,
        tuple(one.rules for one in asked),
        {agency: configuration.agencies[agency].organisation_id for agency in joined.agencies},
        _in_order(joined.spells),
    )
    slots = _slots(asked, joined, joined.in_history & (joined.day <= day_number(night)))
    together = _together(asked, joined.linked.children)
    sent = np.flatnonzero(np.any([slot.which >= 0 for slot in slots], axis=0))
    folder = configuration.path("data") / FOLDER
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    try:
        _write(folder, configuration, facts, joined, slots, together, sent)
        with session() as spark:
            answers = detected(spark.read.parquet(folder.resolve().as_uri()), orders)
    finally:
        shutil.rmtree(folder)
    _balance(answers, len(sent), len(np.unique(together[joined.child[sent]])))
    return tuple(_pass(configuration, facts, joined, night, k, one, answers) for k, one in enumerate(asked))


@dataclass(frozen=True)
class _Slot:
    """By held row: which pass of the slot may count it (-1: none), and the child's household in it (-1: none asks)."""

    which: np.ndarray
    home: np.ndarray


def _slots(asked: Sequence[may_read.Asked], joined: Joined, rows: np.ndarray) -> list[_Slot]:
    """Each pass in the first slot of which it shares no row with another: an agency's own with the other agencies'."""
    slots: list[_Slot] = []
    for k, one in enumerate(asked):
        mine = rows & one.allowed
        slot = next((each for each in slots if not np.any(mine & (each.which >= 0))), None)
        if slot is None:
            slot = _Slot(np.full(len(rows), -1, np.int32), np.full(len(rows), -1, np.int32))
            slots.append(slot)
        slot.which[mine] = k
        if one.home is not None:
            slot.home[mine] = one.home[joined.child[mine]]
    return slots


def _together(asked: Sequence[may_read.Asked], children: int) -> np.ndarray:
    """Whom any pass puts into one household, by child: they must come to one worker."""
    homes = [one.home for one in asked if one.home is not None]
    whose = np.tile(np.arange(children, dtype=np.int32), len(homes))
    told = np.concatenate([np.empty(0, np.int64), *(home + k * children for k, home in enumerate(homes))])
    return households(whose, told.astype(np.int64), children, largest=children)[0]


def detected(rows: DataFrame, orders: Orders, made: worker.Made | None = None) -> pa.Table:
    """What the workers say of `rows`: rows of `worker.answer`, in no order.

    `rows` are of `worker.row`, or of whatever `made` makes into them, with `household`, `child`, `appointment_at`.

    Raises:
        UsageFault, SafetyStop: as a worker raised it.
    """
    gathered = rows.repartition("household").sortWithinPartitions("household", "child", "appointment_at")

    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return worker.found(batches, orders, made)

    child = pa.int64() if isinstance(rows.schema["child"].dataType, LongType) else pa.binary()
    schema = ", ".join(f"`{field.name}` {IN_SPARK[field.type]}" for field in worker.answer(child))
    with without_pandas():
        try:
            return gathered.mapInArrow(judge, schema).toArrow()
        except PythonException as wrong:
            said = re.search(r"wnb\.errors\.(UsageFault|SafetyStop): (.*)", str(wrong))
            if said is None:
                raise
            raise {"UsageFault": UsageFault, "SafetyStop": SafetyStop}[said[1]](said[2]) from None


def _in_order(spells: Spells) -> Spells:
    order = np.argsort(spells.child, kind="stable")
    return Spells(spells.child[order], spells.bit[order], spells.first[order], spells.last[order])


def _write(
    folder: Path,
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    joined: Joined,
    slots: Sequence[_Slot],
    together: np.ndarray,
    sent: np.ndarray,
) -> None:
    """The rows that any pass may count, a file an agency."""
    schema = worker.row(len(slots))
    pq.write_table(schema.empty_table(), folder / "none.parquet")  # a partnership that holds nothing yet
    for agency, start, end in zip(joined.agencies, joined.bounds[:-1], joined.bounds[1:], strict=True):
        held = facts[agency]
        rows = sent[np.searchsorted(sent, start) : np.searchsorted(sent, end)]
        mine = rows - start
        chosen = held.select(["appointment_at", "appointment_id", "service"]).take(pa.array(mine))
        child = joined.child[rows]
        columns = {
            "household": pa.array(together[child].astype(np.int64)),
            "child": pa.array(child.astype(np.int64)),
            "appointment_at": pc.cast(chosen["appointment_at"], pa.timestamp("us")),
            "agency": pa.repeat(pa.scalar(agency), len(rows)),
            "appointment_id": chosen["appointment_id"],
            "service": chosen["service"],
            "outcome": pa.array(joined.counted_outcome[rows].astype(np.int16)),
            "date_of_birth": _dates(joined.date_of_birth[child], UNKNOWN_DATE),
            "known_on": _dates(joined.known[rows], FROM_THE_FIRST),
            "statuses": pa.array(may_read.asked_by_type(configuration.agencies[agency], held)[mine].astype(np.int32)),
            "row": pa.array(rows),
        }
        for s, slot in enumerate(slots):
            columns[f"pass_{s}"] = _numbers(slot.which[rows], pa.int32())
            columns[f"home_{s}"] = _numbers(slot.home[rows], pa.int64())
        table = pa.Table.from_pydict(columns, schema=schema)
        pq.write_table(table, folder / f"{agency}.parquet", row_group_size=ROWS_A_GROUP)


def _numbers(numbers: np.ndarray, kind: pa.DataType) -> pa.Array:
    return pa.array(numbers, pa.int32(), mask=numbers < 0).cast(kind)


def _dates(days: np.ndarray, missing: int) -> pa.Array:
    return pa.array(days, pa.int32(), mask=days == missing).cast(pa.date32())


def _balance(answers: pa.Table, appointments: int, whole: int) -> None:
    read = pc.sum(answers["appointments_read"]).as_py() or 0
    pieces = pc.sum(answers["households_read"]).as_py() or 0
    if read != appointments:
        raise SafetyStop(f"the workers read {read} appointments, and {appointments} were sent")
    if pieces != whole:
        raise SafetyStop(f"{whole} households were sent, and the workers judged {pieces}: some were cut in pieces")


def _pass(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    joined: Joined,
    night: date,
    k: int,
    asked: may_read.Asked,
    answers: pa.Table,
) -> Pass:
    """The findings of pass k beside the histories of the children who were found, which are made here again."""
    mine = answers.filter(pc.equal(answers["pass"], k))
    was_found = np.zeros(joined.linked.children, bool)
    was_found[mine["child"].to_numpy()] = True
    allowed = asked.allowed & was_found[joined.child]
    histories = may_read.cluster(configuration, facts, joined, night, allowed, asked.home)
    return Pass(histories, asked.rules, _findings(mine, histories), asked.households_set_aside)


def _findings(answers: pa.Table, h: Histories) -> Findings:
    """The answers as `detect` would have given them over `h`, in its order."""
    agency = {name: number for number, name in enumerate(h.agencies)}
    service = {pair: number for number, pair in enumerate(h.services)}
    scope = np.array(
        [
            0 if named is None else agency[named] if of is None else service[named, of]
            for named, of in zip(answers["scope_agency"].to_pylist(), answers["scope_service"].to_pylist(), strict=True)
        ],
        np.int32,
    )
    child, rule = (answers[name].to_numpy().astype(np.int32) for name in ("child", "rule"))
    order = np.lexsort((scope, rule, child))
    ordered = answers.take(pa.array(order))
    evidence = ordered["evidence"].combine_chunks()
    by_row = np.argsort(h.row)
    rows = evidence.flatten().field("row").to_numpy()
    starts = np.zeros(len(order) + 1, np.int64)
    np.cumsum(pc.list_value_length(evidence).to_numpy(), out=starts[1:])
    return Findings(
        child=child[order],
        rule=rule[order],
        scope=scope[order],
        chosen=ordered["chosen"].to_numpy(),
        late=ordered["late"].to_numpy(),
        evidence_starts=starts,
        evidence=by_row[np.searchsorted(h.row, rows, sorter=by_row)],
        **{name: ordered[name].to_numpy().astype(np.int32) for name in NUMBERS},
    )
