"""What the rows of an extract of statuses or people tell, in counts: for a look at a sample. No value of a child."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from wnb.agency import Agency
from wnb.casework import Casework
from wnb.identity import is_temporary, upn_in
from wnb.ingest.profile import may_be_shown, words_of
from wnb.terms import Known
from wnb.unsaid import said

OF_AN_AUTHORITY = re.compile(r"[EWSN]\d{8}")  # a code of the Office for National Statistics: of a place, never a person
WHERE = ("uprn", "address")


def statuses(rows: pa.Table) -> dict[str, int]:
    """How many rows say each word."""
    return dict(Counter(rows["status"].to_pylist()).most_common())


def people(agency: Agency, rows: pa.Table) -> dict[str, int]:
    """Of how many people each thing that joins, ages or places a child is told; only of columns that are declared."""
    declared = agency.columns.declared()
    found: dict[str, int] = {}
    if "nhs_number" in declared:
        found["nhs_number"] = len(rows) - rows["nhs_number"].null_count
    if "date_of_birth" in declared:
        found["date_of_birth"] = len(rows) - rows["date_of_birth"].null_count
    if "school_upn" in declared:
        found |= _upns(filter(None, map(said, rows["school_upn"].to_pylist())))
    for name, ours in (("mother", "mother"), ("father", "father"), ("siblings", "sibling_local_ids")):
        if ours in declared:
            found[name] = sum(bool(said(value)) for value in rows[ours].to_pylist())
    if where := [ours for ours in WHERE if ours in declared]:
        found["address"] = sum(any(map(said, row.values())) for row in rows.select(where).to_pylist())
    if "address_sealed" in declared:
        found["address_sealed"] = sum(bool(sealed) for sealed in rows["address_sealed"].to_pylist())
    if "home_local_authority" in declared:
        found["home_local_authority"] = sum(bool(said(each)) for each in rows["home_local_authority"].to_pylist())
    return found


def _upns(told: Iterable[str]) -> Mapping[str, int]:
    kinds = Counter(
        "upn_wrong_letter" if upn is None else "upn_temporary" if is_temporary(upn) else "upn"
        for upn in map(upn_in, told)
    )
    return {kind: kinds[kind] for kind in ("upn", "upn_wrong_letter", "upn_temporary")}


def no_front_door(holds: str, rows: pa.Table, casework: Casework) -> list[dict[str, Any]]:
    """The home authorities that no front door answers for, with their rows; without its name one that could be of a
    person.
    """
    if holds == "statuses":
        told = zip(rows["status"].to_pylist(), rows["detail"].to_pylist(), strict=True)
        names = [said(detail) for status, detail in told if status == Known.HOME_LOCAL_AUTHORITY]
    else:
        names = [said(name) for name in rows["home_local_authority"].to_pylist()]
    people_named = frozenset(
        word
        for column in ("given_name", "family_name")
        for name in rows[column].unique().to_pylist()
        for word in words_of(name or "")
    )
    strange: Counter[str] = Counter()
    for name, number in Counter(filter(None, names)).items():
        if not any(door.answers_for([name]) for door in casework.front_doors):
            shown = OF_AN_AUTHORITY.fullmatch(name.upper()) or may_be_shown(name, number, False, people_named)
            strange[name if shown else ""] += number
    return [{"local_authority": name, "rows": number} for name, number in strange.most_common()]
