"""Whom agencies that hold people tell to belong together: by address, by household, as brothers and sisters.

For the partnership alone, and from what may be shared. A wrong link shows one family's life beside another's, so by an
address nobody is joined whose address is sealed, who has more than one, or who is looked after (a placement, or a home
left behind); nor who lives where too many children do, or where `households.left_out` or the closed list of
`addresses` says that it is no home.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wnb.addresses import address_key, bare_postcode, is_institution, is_no_home, is_sealed, uprn_key
from wnb.agency import Agency
from wnb.config import Configuration
from wnb.identity import VERIFIED, number_in
from wnb.link import Linked
from wnb.partnership import Households
from wnb.spells import told_by
from wnb.terms import Known

ADDRESS, HOUSEHOLD, SIBLING = range(3)
LINES = ("address", "address_2", "address_3")
SEALED_BY_TEXT = (*LINES, "postcode", "uprn")


@dataclass(frozen=True)
class Kindred:
    """Entry by entry, a child and a group: with whom it belongs, and by what; and whose address is sealed."""

    child: NDArray[np.int32]
    group: NDArray[np.int64]
    by: NDArray[np.uint8]
    set_aside: int  # addresses with too many children
    sealed: NDArray[np.bool_]  # by child: its address may be told to nobody

    def reasons(self, children: NDArray[np.int64]) -> set[int]:
        """By what some children belong to anybody among them."""
        mine = np.isin(self.child, children)
        groups, many = np.unique(self.group[mine], return_counts=True)
        return set(self.by[mine & np.isin(self.group, groups[many > 1])].tolist())


def kindred(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    whose: Mapping[str, NDArray[np.int32]],
    linked: Linked,
    looked_after: NDArray[np.bool_],
    today: int,
) -> Kindred:
    """Everything that people and statuses say of who belongs together, as of a night.

    Args:
        configuration: of the night.
        facts: held rows by agency.
        whose: the child of each row, by agency that holds no appointments.
        linked: the children.
        looked_after: bool, by child: looked after tonight.
        today: the night, in days since 1970.
    """
    holders = [(configuration.agencies[name], facts[name], child) for name, child in whose.items()]
    sealed = linked.of_every_side(sealed_of(configuration, facts, whose, linked.children, today))
    people = [each for each in holders if each[0].holds == "people"]
    shared = [each for each in people if each[0].sharing != "own-agency-only"]
    by_address, set_aside = _at_home(configuration, shared, sealed | looked_after)
    entries = [
        *by_address,
        *(
            (child, f"{kind}{text}", kind)
            for agency, table, of in shared
            for child, text, kind in _declared(agency, table, of, linked)
        ),
    ]
    groups = {text: number for number, text in enumerate(dict.fromkeys(text for _, text, _ in entries))}
    return Kindred(
        child=np.array([child for child, _, _ in entries], np.int32),
        group=np.array([groups[text] for _, text, _ in entries], np.int64),
        by=np.array([kind for _, _, kind in entries], np.uint8),
        set_aside=set_aside,
        sealed=sealed,
    )


def sealed_of(
    configuration: Configuration,
    facts: Mapping[str, pa.Table],
    whose: Mapping[str, NDArray[np.int32]],
    children: int,
    today: int | None,
) -> NDArray[np.bool_]:
    """bool, by child: somebody has said that its address may be told to nobody, and nobody since that this is over.

    Who is no longer on a list that said so is sealed all the same: a family that flees leaves its school. `today`:
    until which day a seal with a last day holds; None: all that ever were. The other arguments are those of `kindred`.
    """
    sealed = np.zeros(children, bool)
    for name, child in whose.items():
        sealed[child[seals(configuration.agencies[name], facts[name], today)]] = True
    return sealed


def _here(table: pa.Table) -> NDArray[np.bool_]:
    """bool, by row: it still stands on its agency's list."""
    return np.asarray(pc.is_null(table["withdrawn_by"]).to_numpy(zero_copy_only=False), bool)


def seals(agency: Agency, table: pa.Table, today: int | None) -> NDArray[np.bool_]:
    """bool, by row: it says that the child's address may be told to nobody; heeded whoever says it, from then on."""
    if agency.holds == "statuses":
        of_kind = pc.equal(table["status"], Known.ADDRESS_SEALED.value).to_numpy(zero_copy_only=False)
        if not of_kind.any():
            return np.asarray(of_kind, bool)
        told = told_by(agency, _as_if_never_gone(table))
        return np.asarray(told.says & of_kind & (True if today is None else told.last >= today), bool)
    said = pc.fill_null(table["address_sealed"], False).to_numpy(zero_copy_only=False).astype(bool)
    if _given(table, *SEALED_BY_TEXT):
        lines = zip(*(table[name].to_pylist() for name in SEALED_BY_TEXT), strict=True)
        said = said | np.fromiter(map(is_sealed, lines), bool, table.num_rows)
    return np.asarray(said, bool)


def _as_if_never_gone(table: pa.Table) -> pa.Table:
    for name in ("withdrawn_on", "withdrawn_by"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), pa.nulls(table.num_rows, table.schema.field(at).type))
    return table


def _given(table: pa.Table, *names: str) -> bool:
    return any(table[name].null_count < table.num_rows for name in names)


@dataclass(frozen=True)
class _Told:
    """What one row says of where a child lives."""

    child: int
    uprn: str
    text: str  # the whole address, comparable; empty where it is none
    nowhere: bool  # it says that the child has no home there
    institution: bool  # and so has nobody

    @property
    def keys(self) -> frozenset[str]:
        return frozenset({f"u{self.uprn}"} - {"u"} | {f"a{self.text}"} - {"a"})


def _at_home(
    configuration: Configuration,
    people: list[tuple[Agency, pa.Table, NDArray[np.int32]]],
    not_by_address: NDArray[np.bool_],
) -> tuple[list[tuple[int, str, int]], int]:
    """Children and the address at which each lives, and how many addresses have too many children to be a home.

    Who is joined by no address is counted where it lives all the same.
    """
    settings = configuration.partnership.households
    if not settings.by_address:
        return [], 0
    by_agency = [_addresses(table, child, settings) for _, table, child in people if _given(table, "uprn", *LINES)]
    rows = [row for of_one in by_agency for row in of_one]
    no_uprn = {row.uprn for row in rows if row.institution} - {""}
    no_text = {row.text for row in rows if row.uprn in no_uprn} - {""}
    homes: dict[int, set[str]] = {}
    nowhere = {row.child for row in rows if row.nowhere or (row.uprn in no_uprn if row.uprn else row.text in no_text)}
    for of_one in by_agency:
        mine: dict[int, frozenset[str]] = {}
        for row in of_one:
            if mine.setdefault(row.child, row.keys) != row.keys:
                nowhere.add(row.child)  # it has two homes
            homes.setdefault(row.child, set()).update(row.keys)
    there, vague = _all_there(rows)
    living_at: dict[str, list[int]] = {}
    for who, told in sorted(homes.items()):
        if who not in nowhere and not not_by_address[who]:
            for key in sorted(_one_home(told) - vague):
                living_at.setdefault(key, []).append(who)
    too_many = {key: there[key] for key in living_at if len(there[key]) > settings.most_children}
    joined = [(who, key, ADDRESS) for key, some in living_at.items() if key not in too_many for who in some]
    return joined, len(set(too_many.values()))


def _addresses(table: pa.Table, child: NDArray[np.int32], settings: Households) -> list[_Told]:
    """What the rows of those still on a list of people say of where they live."""
    no_home = {
        key for place in settings.left_out for key in (uprn_key(place.uprn), _key(place.address, place.postcode))
    } - {""}
    no_postcode = {bare_postcode(place.postcode) for place in settings.left_out if place.postcode and not place.address}
    rows = np.flatnonzero(_here(table))
    told = []
    asked = table.select(["uprn", *LINES, "postcode"]).take(pa.array(rows)).to_pylist()
    for who, row in zip(child[rows].tolist(), asked, strict=True):
        lines = [row[name] for name in LINES]
        uprn, text = uprn_key(row["uprn"]), address_key(lines, row["postcode"])
        left_out = bool({uprn, text} & no_home) or bare_postcode(row["postcode"]) in no_postcode
        institution = left_out or is_institution(lines)
        told.append(_Told(who, uprn, text, institution or is_no_home(lines), institution))
    return told


def _all_there(rows: list[_Told]) -> tuple[dict[str, frozenset[int]], set[str]]:
    """By key of an address, all children who are told to live there, by its UPRN or by its text alone; and the texts
    that stand for two UPRNs, like that of a house of flats.
    """
    at: dict[str, set[int]] = {}
    beside: dict[str, set[str]] = {}
    for row in rows:
        for key in row.keys:
            at.setdefault(key, set()).add(row.child)
            beside.setdefault(key, set()).update(row.keys - {key})
    with_uprn = {row.child for row in rows if row.uprn}
    all_of = {
        key: frozenset(some.union(*(at[text] - with_uprn for text in beside[key])))
        for key, some in at.items() if key[0] == "u"
    }  # fmt: skip
    texts = {
        key: frozenset(some.union(*(all_of[uprn] for uprn in beside[key]))) for key, some in at.items() if key[0] == "a"
    }
    return all_of | texts, {key for key in texts if len(beside[key]) > 1}


def _one_home(told: set[str]) -> set[str]:
    """The keys of a child's only address; none where agencies tell two, and nobody can say which is the home.

    One UPRN says it whatever the texts are; they join where they are one.
    """
    uprns, texts = ({key for key in told if key[0] == kind} for kind in "ua")
    if len(uprns) > 1 or (not uprns and len(texts) > 1):
        return set()
    return uprns | (texts if len(texts) == 1 else set())


def _key(address: str, postcode: str) -> str:
    return address_key((address,), postcode) if address else ""


def _declared(
    agency: Agency, table: pa.Table, child: NDArray[np.int32], linked: Linked
) -> Iterator[tuple[int, str, int]]:
    """What an agency itself says: its household, brothers and sisters, the same mother; an unborn child's too."""
    here = _here(table)
    if _given(table, "household_id"):
        for at, told in _texts(table, "household_id", here):
            yield int(child[at]), f"{agency.agency}|{told}", HOUSEHOLD
    if _given(table, "mother_nhs_number"):
        for at, told in _texts(table, "mother_nhs_number", here):
            number, standing = number_in(told)
            if standing == VERIFIED:
                yield int(child[at]), f"mother|{number}", SIBLING
    if _given(table, "mother_local_id"):
        for at, told in _texts(table, "mother_local_id", here):
            yield int(child[at]), f"{agency.agency}|mother|{told}", SIBLING
    if _given(table, "sibling_local_ids"):
        pairs = [
            (at, f"{agency.agency}/{other}")
            for at, told in _texts(table, "sibling_local_ids", here)
            for other in re.split(r"[;,|\s]+", told)
            if other
        ]
        known = linked.child_of({other for _, other in pairs})
        for at, other in pairs:
            if other in known:
                both = sorted((int(child[at]), known[other]))
                for who in both:
                    yield who, f"{agency.agency}|siblings|{both}", SIBLING


def _texts(table: pa.Table, name: str, here: NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
    """The rows of those still here that say anything in a column, with what they say."""
    rows = np.flatnonzero(here & pc.is_valid(table[name]).to_numpy(zero_copy_only=False))
    for at, told in zip(rows.tolist(), table[name].take(pa.array(rows)).to_pylist(), strict=True):
        if bare := " ".join(told.split()):
            yield at, bare
