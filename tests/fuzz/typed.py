"""Workbooks, Parquet and FHIR of a known truth, bent as spreadsheets and servers bend them: a value's truth, or none.

What `damage` is for text. A row that was bent may be set aside or lack what was bent; nothing may become another value.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.extracts import LONDON, NIGHT, agency
from tests.fuzz.truth import COLUMNS, Told, invent
from wnb.ingest.isolation import reader
from wnb.ingest.verdict import Reading

TYPED = ("excel", "parquet", "fhir-ndjson")
COMPARED = ("appointment_id", "appointment_at", "nhs_number", "given_name", "family_name", "date_of_birth", "service")
AT = {name: place for place, name in enumerate(COLUMNS)}
BARE = str.maketrans(dict.fromkeys('\t"'))


@dataclass
class Bent:
    """An extract while it is bent, and what may be expected of it. Places are of `told`."""

    told: list[Told]
    rng: Random
    rows: list[list[Any]]
    dirty: set[int] = field(default_factory=set)  # may be set aside, or lack a value
    never: set[int] = field(default_factory=set)  # may not be accepted
    refuse: bool = False
    damage: list[str] = field(default_factory=list)
    extract: dict[str, Any] = field(default_factory=dict)
    content: bytes = b""

    def one(self) -> int:
        """Some row, from now on bent."""
        who = self.rng.randrange(len(self.rows))
        self.dirty.add(who)
        return who


def begun(seed: str) -> Bent:
    """Some appointments as typed cells, in the order of `COLUMNS`."""
    rng = Random(seed)
    told = [
        Told(t.id, t.number, t.family.translate(BARE).strip(), t.given.translate(BARE).strip(), t.born, t.at, t.code,
             t.service.translate(BARE).strip(), t.notes.translate(BARE)) for t in invent(rng, "any")
    ]  # fmt: skip
    rows: list[list[Any]] = [
        [t.id, t.number, t.family, t.given, t.born, "", t.at, t.code, t.service, t.notes] for t in told
    ]
    return Bent(told, rng, rows)


# ------------------------------------------------------------ workbooks


def stray(bent: Bent) -> None:
    """A cell of a column of dates that is none: its row lacks it, or is set aside."""
    who, column = bent.one(), bent.rng.choice(["dob", "appt_start"])
    value = bent.rows[who][AT[column]]
    as_text = f"{value:%d/%m/%Y}" if bent.rng.random() < 0.5 else f"{value:%d %B %Y}, I think"
    bent.rows[who][AT[column]] = bent.rng.choice(
        [as_text, 45_000, 45_000.5, time(9, 30), "unknown", "#VALUE!", "", True]
    )


def half_swapped(bent: Bent) -> None:
    """As a spreadsheet of the other order leaves a column: some dates wrong, the rest text."""
    left = [row for row in bent.rows if row[AT["appt_start"]].day > 12]
    if not left:
        return  # nothing would tell that they are swapped
    for who, row in enumerate(bent.rows):
        at: datetime = row[AT["appt_start"]]
        bent.dirty.add(who)
        if at.day > 12:
            row[AT["appt_start"]] = f"{at:%d/%m/%Y %H:%M}"
        elif at.day != at.month:
            row[AT["appt_start"]] = at.replace(day=at.month, month=at.day)
            bent.never.add(who)


def dated_id(bent: Bent) -> None:
    """An id that a spreadsheet took for a date, or rounded."""
    who = bent.one()
    bent.rows[who][0] = bent.rng.choice([date(2026, 3, 2), 1.2345678e15, datetime(2026, 3, 2, 1), "1.23457E+15"])
    bent.never.add(who)


def rounded_number(bent: Bent) -> None:
    """An NHS number as a spreadsheet has it that took it for a number."""
    who = bent.one()
    number = bent.told[who].number
    bent.rows[who][1] = bent.rng.choice([-number, number * 10, number / 10, f"{number:.2E}", True, float(number) + 0.5])


OF_ROWS: Mapping[str, Callable[[Bent], None]] = {
    "stray": stray, "half_swapped": half_swapped, "dated_id": dated_id, "rounded_number": rounded_number,
}  # fmt: skip


def workbook(bent: Bent) -> None:
    """The rows as a workbook; merged, hidden, with more above, below and beside them."""
    rng = bent.rng
    if rng.random() < 0.6:
        for name in rng.sample(list(OF_ROWS), rng.choice([1, 1, 2])):
            if name == "half_swapped" and bent.damage:
                continue
            bent.damage.append(name)
            OF_ROWS[name](bent)
            if name == "half_swapped":
                break
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    order, before, left = rng.sample(range(10), 10), rng.choice([0, 0, 2]), rng.choice([0, 0, 1])
    bent.extract["header_after"] = "auto" if before else 0
    if before:
        sheet.cell(1, 1, "Contacts of the week")
    number = before + 1
    for place, name in enumerate(order, 1 + left):
        sheet.cell(number, place, COLUMNS[name])
    places: list[int] = []
    for row in bent.rows:
        number += 1 + (rng.random() < 0.05)
        places.append(number)
        for place, name in enumerate(order, 1 + left):
            if row[name] != "":
                sheet.cell(number, place, row[name])
    if rng.random() < 0.2:
        bent.damage.append("merged")
        first, last = sorted(rng.choices(range(len(places)), k=2))
        place = rng.randrange(10)
        sheet.merge_cells(
            None, places[first], place + 1 + left, places[last], min(place + rng.randint(0, 1), 9) + 1 + left
        )
        bent.dirty |= set(range(first, last + 1))
    if rng.random() < 0.1:
        bent.damage.append("footer")
        sheet.cell(number + 2, 1 + left, "Total")
        sheet.cell(number + 2, 2 + left, len(places))
    if rng.random() < 0.1:
        sheet.row_dimensions[rng.choice(places)].hidden = True
    if rng.random() < 0.1:
        book.create_sheet("Notes").append(["kept by hand"])
    out = io.BytesIO()
    book.save(out)
    bent.content = out.getvalue()


# ------------------------------------------------------------ Parquet


def parquet(bent: Bent) -> None:
    """The rows as a table, each column in one of the types that programs give it."""
    rng = bent.rng
    columns: dict[str, Any] = {}
    for name, place in AT.items():
        values = [row[place] for row in bent.rows]
        match name:
            case "nhs_number":
                kind = rng.choice([pa.int64(), pa.float64(), pa.string(), pa.decimal128(19, 0), pa.uint64()])
                columns[name] = pa.array(values, pa.int64()).cast(kind)
            case "dob":
                columns[name] = pa.array(values, pa.date32()).cast(
                    rng.choice([pa.date32(), pa.timestamp("ms"), pa.date64()])
                )
            case "appt_start":
                zone = rng.choice([None, "UTC", "Europe/London"])
                local = [value.replace(tzinfo=LONDON) if zone else value for value in values]
                columns[name] = pa.array(local, pa.timestamp(rng.choice(["ms", "us", "ns"]), zone))
            case _:
                kind = rng.choice([pa.string(), pa.large_string(), pa.string_view(), pa.binary()])
                columns[name] = pa.array([value or None for value in values], kind)
        if rng.random() < 0.2 and not pa.types.is_string_view(columns[name].type):
            columns[name] = columns[name].dictionary_encode()
    out = io.BytesIO()
    table = pa.table({name: columns[name] for name in rng.sample(list(columns), len(columns))})
    pq.write_table(
        table, out, row_group_size=rng.choice([1, 3, 1_000]), compression=rng.choice(["none", "snappy", "zstd"]),
        use_deprecated_int96_timestamps=rng.random() < 0.2, write_page_index=rng.random() < 0.3,
    )  # fmt: skip
    bent.content = out.getvalue()
    if rng.random() < 0.1:
        bent.damage.append("two files")
        bent.content, bent.refuse = bent.content * 2, True


# ------------------------------------------------------------ FHIR


def fhir(bent: Bent) -> None:
    """The rows as resources, on lines or in Bundles, some of them under a modifier, deleted, or within others."""
    rng, utc = bent.rng, ZoneInfo("UTC")
    resources: list[tuple[int | None, dict[str, Any]]] = [
        (None, {
            "resourceType": "Patient", "id": f"p{t.number}", "birthDate": t.born.isoformat(),
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": str(t.number)}],
            "name": [{"family": t.family, "given": [t.given]}],
        }) for t in {t.number: t for t in bent.told}.values()
    ]  # fmt: skip
    for who, t in enumerate(bent.told):
        start = t.at.replace(tzinfo=LONDON)
        made: dict[str, Any] = {
            "resourceType": "Appointment", "id": t.id, "status": "fulfilled",
            "start": (start.astimezone(utc) if rng.random() < 0.5 else start).isoformat(),
            "participant": [{"status": "accepted", "actor": {"reference": f"Patient/p{t.number}"}}],
            **({"serviceType": [{"text": t.service}]} if t.service else {}),
        }  # fmt: skip
        if rng.random() < 0.05:
            bent.damage.append("modified")
            bent.never.add(who)
            change = [{"url": "https://example.test/not", "valueBoolean": True}]
            rng.choice([made, made["participant"][0]])["modifierExtension"] = change
        elif rng.random() < 0.05:
            bent.damage.append("within")
            bent.never.add(who)
            made = {"resourceType": "List", "contained": [made]}
        elif rng.random() < 0.05:
            bent.damage.append("without a zone")
            bent.never.add(who)
            made["start"] = made["start"][:19]
        resources.append((who, made))
    rng.shuffle(resources)
    if rng.random() < 0.5:
        bent.content = "".join(json.dumps(resource) + "\n" for _, resource in resources).encode()
    else:
        bent.content = _pages(bent, resources).encode()
    if rng.random() < 0.1:
        bent.damage.append("a failure")
        failure = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
        bent.content, bent.refuse = bent.content + json.dumps(failure).encode() + b"\n", True


def _pages(bent: Bent, resources: list[tuple[int | None, dict[str, Any]]]) -> str:
    """Pages of one search; perhaps one of them is lost."""
    size = bent.rng.choice([1, 3, 100])
    pages = [resources[at : at + size] for at in range(0, len(resources), size)]
    total = sum(who is not None for who, _ in resources)
    told = []
    for at, page in enumerate(pages):
        entries = [
            {"resource": resource, "search": {"mode": "include" if who is None else "match"}} for who, resource in page
        ]
        link = [{"relation": "next", "url": f"https://a.test/{at + 1}"}] if at + 1 < len(pages) else []
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": link, "entry": entries}
        told.append(json.dumps(bundle))
    if len(told) > 1 and bent.rng.random() < 0.2:
        lost = bent.rng.randrange(len(told))
        bent.damage.append("a page lost")
        bent.refuse = any(who is not None for who, _ in pages[lost]) or lost == len(told) - 1
        bent.dirty |= set(range(len(bent.told)))  # a patient who was on it is not there
        del told[lost]
    return "\n".join((*told, ""))


# ------------------------------------------------------------ what must hold


WRITTEN: Mapping[str, Callable[[Bent], None]] = {"excel": workbook, "parquet": parquet, "fhir-ndjson": fhir}
NAMED = {"excel": "x.xlsx", "parquet": "x.parquet", "fhir-ndjson": "x.ndjson"}


def judged(form: str, seed: str, folder: Path) -> tuple[Bent, list[str]]:
    """An extract of this form, and what does not hold of its reading."""
    bent = begun(f"{form} {seed}")
    WRITTEN[form](bent)
    path = folder / "content"
    path.write_bytes(bent.content)
    forms = {"date_of_birth": ("dob", "%d/%m/%Y"), "appointment_at": ("appt_start", "%d/%m/%Y %H:%M")}
    columns = {ours: {"column": theirs, "format": written} for ours, (theirs, written) in forms.items()}
    try:
        found = reader().read(path, NAMED[form], agency(columns, format=form, files="*", **bent.extract), LONDON, NIGHT)
    except Exception as fault:
        return bent, [f"raised {type(fault).__name__}: {fault}"]
    return bent, _faults(bent, found)


def _faults(bent: Bent, found: Reading) -> list[str]:
    if "a fault of the program" in found.note:
        return [found.note]
    if found.rejected:
        return [] if bent.refuse or bent.damage else [f"a sound file is refused: {found.note}"]
    if bent.refuse:
        return ["a file that must be refused is taken"]
    faults = []
    if found.rows.num_rows + found.superseded + found.quarantined.num_rows != found.records:
        faults.append("the records do not add up")
    truth = {t.id: (who, t) for who, t in enumerate(bent.told)}
    aside = "\n".join(found.quarantined["raw"].to_pylist())
    accepted = set()
    for row in found.rows.select(COMPARED).to_pylist():
        ident = row["appointment_id"]
        if ident not in truth:
            faults.append(f"a record that never was: {ident}")
            continue
        accepted.add(ident)
        who, t = truth[ident]
        if who in bent.never:
            faults.append(f"{ident} cannot be what was delivered, and is accepted")
        true = (t.id, t.at, t.number, t.given or None, t.family or None, t.born, t.service or None)
        for name, is_so, said in zip(COMPARED, true, row.values(), strict=True):
            if said != is_so and not (said is None and who in bent.dirty):
                faults.append(f"{ident}: {name} is {said!r}, and was {is_so!r}")
    for ident, (who, t) in truth.items():
        if ident not in accepted and ident not in aside and who not in bent.dirty:
            faults.append(f"{ident} has vanished")
        elif ident not in accepted and who not in bent.dirty | bent.never:
            faults.append(f"{ident} is set aside for nothing")
        elif ident not in accepted and "merged" not in bent.damage and not _traced(t, aside):
            faults.append(f"{ident} has vanished, bent as it is")
    return faults


def _traced(told: Told, aside: str) -> bool:
    """Whether anything of a row can be seen among what was set aside."""
    return any(str(trace) in aside for trace in (told.id, told.number, told.family, told.given))
