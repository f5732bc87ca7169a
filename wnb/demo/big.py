"""One big extract of sixteen columns, the same for the same seed: what speed is measured on."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from wnb.demo.people import invent
from wnb.demo.scribe import lines

BIG_AGENCY = """\
agency: big
name: One big extract
kind: hospital
sharing: partnership
extract:
  files: "*.csv"
  extract_date: "%Y-%m-%d"
  quarantine_limit_percent: 100
columns:
  appointment_id: appt_id
  appointment_at: {column: appt_start, format: "%Y-%m-%d %H:%M"}
  outcome: status
  child_local_id: mrn
  nhs_number: nhs_number
  given_name: given_name
  family_name: family_name
  date_of_birth: {column: dob, format: "%Y-%m-%d"}
  postcode: postcode
  service: service
  appointment_type: appt_type
  booked_on: {column: booked, format: "%Y-%m-%d"}
  letter_sent_on: {column: letter_sent, format: "%Y-%m-%d"}
  mode: mode
  gp_practice: practice
  recorded_at: {column: recorded, format: "%Y-%m-%d %H:%M:%S"}
outcomes:
  "5": attended
  "6": attended
  "3": not_attended
  "2": cancelled_by_family
  "4": cancelled_by_provider
  "7": arrived_too_late
  "0": booked
"""
"""The agency's file that reads it."""

HEADER = (
    "appt_id", "appt_start", "status", "mrn", "nhs_number", "given_name", "family_name", "dob", "postcode", "service",
    "appt_type", "booked", "letter_sent", "mode", "practice", "recorded",
)  # fmt: skip
BLOCK = 250_000  # rows written at a time
CHILDREN = 200_000  # at most
CODES, SHARES = ("5", "6", "3", "2", "4", "7", "0"), (0.70, 0.08, 0.09, 0.06, 0.05, 0.01, 0.01)
SERVICES = tuple(f"Clinic {letter}{number}" for letter in "ABCDEF" for number in range(1, 10))
LAST_DAY = date(2026, 11, 14)
DEFECTIVE = 0.04
DEFECTS = (
    ("status", "?"), ("status", ""), ("appt_id", ""), ("appt_start", ""), ("appt_start", "2026-02-30 09:00"),
    ("appt_start", "14/11/2026 09:00"), ("dob", "2026-11-30"), ("given_name", "Ann\x07"), ("service", "long " * 60),
    ("nhs_number", ""), ("nhs_number", "9990000000"), ("nhs_number", "0000000000"), ("nhs_number", "9.99E+09"),
    ("nhs_number", "99900010"), ("dob", ""), ("dob", "31/02/2015"), ("dob", "1900-01-01"), ("dob", "2015-03"),
    ("recorded", "yesterday"), ("booked", "2026-13-01"), ("family_name", "=1+1"), ("family_name", "<b>Smith"),
    ("given_name", "Zo\u00c3\u00ab"), ("given_name", "Ann\u200b"), ("appt_start", "2026-03-29 01:30"),
)  # fmt: skip
"""What may be wrong with a value: the first nine set the row aside. No delimiter and no quote, so that every reader
finds the same fields."""
AGAIN = 0.1
"""Of defective rows so many are the row before once more: the same, or contradicting it, by turns."""
QUOTED = 0.001
OTHER_NUMBER = 1e-5  # of rows: they carry the NHS number of another child


def one_big_extract(path: Path, rows: int, seed: int, defective: bool = False, quoted: bool = False) -> None:
    """Write a CSV (UTF-8, header and `rows` records) of a year of appointments to 14 November 2026.

    Args:
        path: the file; its folder is made.
        rows: how many appointments. About one child to five, and at most 200,000 children.
        seed: the same seed and number of rows give the same bytes.
        defective: about four rows in a hundred are damaged, in one of `DEFECTS`, by repeating or contradicting another
            row, or by another child's number.
        quoted: about one field in a thousand stands in quotes, and of these a part holds a delimiter.
    """
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    children = invent(max(1, min(CHILDREN, rows // 5)), LAST_DAY, rng).children
    known = {
        "mrn": pa.array([f"M{number:08d}" for number in range(len(children))]),
        "nhs_number": pa.array([f"{number:010d}" for number in children["nhs_number"].tolist()]),
        "given_name": pa.array(children["given_name"], pa.string()),
        "family_name": pa.array(children["family_name"], pa.string()),
        "dob": _text(children["date_of_birth"].to_numpy(), "D"),
        "postcode": pa.array(children["postcode"], pa.string()),
        "practice": pa.array(children["practice"], pa.string()),
    }
    with path.open("wb") as file:
        file.write((",".join(HEADER) + "\n").encode())
        for block in _blocks(rows, known, children, rng, defective, quoted):
            file.write(block)


def _blocks(
    rows: int,
    known: dict[str, pa.Array],
    children: pd.DataFrame,
    rng: np.random.Generator,
    defective: bool,
    quoted: bool,
) -> Iterator[bytes]:
    chance_of = children["misses"].to_numpy()
    born = children["date_of_birth"].to_numpy().astype("datetime64[D]")
    for first in range(0, rows, BLOCK):
        count = min(BLOCK, rows - first)
        child = rng.integers(0, len(children), count)
        day = np.maximum(np.datetime64(LAST_DAY) - rng.integers(0, 365, count), born[child] + 5)
        at = day.astype("datetime64[m]") + (9 * 60 + 15 * rng.integers(0, 31, count))
        code = rng.choice(len(CODES), count, p=SHARES)
        code[rng.random(count) < chance_of[child] / 2] = CODES.index("3")
        booked = day - rng.integers(3, 60, count)
        cells = {name: column.take(pa.array(child)) for name, column in known.items()} | {
            "appt_id": pc.binary_join_element_wise(
                "A", pc.cast(pa.array(first + np.arange(count) + 1_000_000), pa.string()), ""
            ),
            "appt_start": pc.replace_substring(_text(at, "m"), "T", " "),
            "status": pa.array(CODES).take(pa.array(code)),
            "service": pa.array(SERVICES).take(pa.array(rng.integers(0, len(SERVICES), count))),
            "appt_type": pa.array(["NEW", "FU"]).take(pa.array(rng.integers(0, 2, count))),
            "booked": _text(booked, "D"),
            "letter_sent": _text(booked + 2, "D"),
            "mode": pa.array(["Clinic", "Telephone", "Video"]).take(pa.array(rng.integers(0, 3, count))),
            "recorded": pc.replace_substring(_text(at.astype("datetime64[s]") + 3_600, "s"), "T", " "),
        }
        if defective:
            cells = _damaged(cells, rng)
        if quoted:
            cells = _in_quotes(cells, rng)
        yield lines([cells[name] for name in HEADER], ",", "\n")


def _text(moments: np.ndarray, unit: str) -> pa.Array:
    """Moments in ISO form, each different one written once."""
    different, where = np.unique(moments.astype(f"datetime64[{unit}]"), return_inverse=True)
    return pa.array(np.datetime_as_string(different).astype(object), pa.string()).take(pa.array(where))


def _damaged(cells: dict[str, pa.Array], rng: np.random.Generator) -> dict[str, pa.Array]:
    """Some rows stand for another or contradict it, some carry another child's number, some hold a faulty value."""
    count = len(cells["appt_id"])
    row, chance = np.arange(count), rng.random(count)
    again = (chance < DEFECTIVE * AGAIN) & (row > 0)
    cells = {name: column.take(pa.array(row - again)) for name, column in cells.items()}
    contradicting = pa.array(again & (chance < DEFECTIVE * AGAIN / 2))
    cells["status"] = pc.if_else(contradicting, "4", cells["status"])
    another = pa.array(rng.random(count) < OTHER_NUMBER)
    cells["nhs_number"] = pc.if_else(another, cells["nhs_number"].take(pa.array(row[::-1])), cells["nhs_number"])
    kind = ((chance - DEFECTIVE * AGAIN) / (DEFECTIVE * (1 - AGAIN)) * len(DEFECTS)).astype(np.int64)
    for number, (name, instead) in enumerate(DEFECTS):
        here = pa.array((kind == number) & (chance >= DEFECTIVE * AGAIN))
        cells[name] = pc.if_else(here, instead, cells[name])
    return cells


def _in_quotes(cells: dict[str, pa.Array], rng: np.random.Generator) -> dict[str, pa.Array]:
    """Some fields in quotes; a name among them holds a delimiter too."""
    found = {}
    for name in HEADER:
        mine = pa.array(rng.random(len(cells[name])) < QUOTED)
        extra = ", the younger" if name == "family_name" else ""
        found[name] = pc.if_else(mine, pc.binary_join_element_wise('"', cells[name], f'{extra}"', ""), cells[name])
    return found
