"""What of everything held is in sight of a desk, and what may therefore be said to it of who is who.

In sight of the partnership is what no agency or service keeps to itself; of an agency's own desk that and its own. What
rests on a record out of sight (that a child is known at all, that a number stands for two people, that an own number
stands beside two) is said there in no word, count or refusal.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.agency import Agency
from wnb.cases import PARTNERSHIP, Case, Evidence
from wnb.config import Configuration
from wnb.identity import upn_in
from wnb.identity_keys import nhs_key
from wnb.joining import in_order, kept_back, kept_status, standing
from wnb.link import Linked

OF_A_PUPIL = "upn:"


@dataclass(frozen=True)
class Doubts:
    """The numbers in doubt of which a desk may know."""

    under: Mapping[str, tuple[int, ...]]
    """The key of a number of two people -> those of them who are in sight under it. Records that name nobody are a side
    of their own only where two people are: with one alone they would be that one's.
    """
    own_numbers: frozenset[str]  # agency/local-id of own numbers beside which two valid numbers stand
    reused: Mapping[str, tuple[int, ...]]  # an agency's own number, or a pupil's, that can be seen to be two people's

    @property
    def shared(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers that can be seen to stand for two people, with these people."""
        return {key: children for key, children in self.under.items() if len(children) > 1}

    @property
    def children(self) -> frozenset[int]:
        """The children, by number, whose NHS number stands on records of another person too."""
        return frozenset(child for children in self.shared.values() for child in children)


@dataclass(frozen=True)
class InDoubt:
    """Every live record under a number of two people, of whatever kind, or under an own number beside two NHS numbers:
    of each agency those rows, and the child of each.
    """

    linked: Linked
    records: tuple[tuple[Agency, pa.Table, np.ndarray], ...]

    @classmethod
    def of(cls, configuration: Configuration, facts: Mapping[str, pa.Table], linked: Linked) -> "InDoubt":
        """Those among everything held."""
        numbers = pa.array(sorted({int(key.partition(":")[2]) for key in linked.shared}), pa.int64())
        disputed, found = [*linked.conflicting.to_pylist(), *linked.reused], []
        for agency, child in zip(in_order(configuration, facts), linked.child, strict=True):
            table, prefix = facts[agency.agency], f"{agency.agency}/"
            own = pa.array([key.removeprefix(prefix) for key in disputed if key.startswith(prefix)], pa.string())
            asked = np.zeros(table.num_rows, bool)
            for column, values in (("nhs_number", numbers), ("child_local_id", own)):
                if len(values):
                    asked |= _among(table[column], values)
            if any(key.startswith(OF_A_PUPIL) for key in linked.reused):
                asked |= np.isin(_pupils(table), list(linked.reused))
            if asked.any():
                rows = np.flatnonzero(asked & standing(table, agency))
                found.append((agency, table.take(pa.array(rows)), child[rows]))
        return cls(linked, tuple(found))

    def seen_by(self, desk: str = "") -> Doubts:
        """What is in doubt by the records that a desk (an agency's id; empty: the partnership's) has in sight."""
        shared: dict[str, set[int]] = defaultdict(set)
        reused: dict[str, set[int]] = defaultdict(set)
        beside: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for agency, table, child in self.records:
            rows = np.flatnonzero(_in_sight(agency, table, desk))
            told = table.select(["nhs_number", "child_local_id"]).take(pa.array(rows)).to_pylist()
            for of, row, pupil in zip(child[rows].tolist(), told, _pupils(table)[rows].tolist(), strict=True):
                for key in {f"{agency.agency}/{row['child_local_id']}", pupil} & self.linked.reused.keys():
                    reused[key].add(of)
                if row["nhs_number"] is not None:
                    shared[nhs_key(row["nhs_number"])].add(of)
                    beside[f"{agency.agency}/{row['child_local_id']}"].add((row["nhs_number"], of))
        under = {}
        for key, children in self.linked.shared.items():
            here = shared[key] & set(children)
            people = here - set(self.linked.may_be)
            under[key] = tuple(sorted(people if len(people) == 1 else here))
        disputed = [key for key in self.linked.conflicting.to_pylist() if len(beside[key]) > 1]
        several = {key: tuple(sorted(children)) for key, children in sorted(reused.items()) if len(children) > 1}
        return Doubts(under, frozenset(disputed), several)


def children_in_sight(configuration: Configuration, facts: Mapping[str, pa.Table], linked: Linked) -> np.ndarray:
    """bool, by child: the partnership may be shown a record of it."""
    found = np.zeros(linked.children, bool)
    for agency, child in zip(in_order(configuration, facts), linked.child, strict=True):
        found[child[_in_sight(agency, facts[agency.agency], "")]] = True
    return found


def case_in_sight(configuration: Configuration, facts: Mapping[str, pa.Table], case: Case) -> Case | None:
    """The case as far as the partnership may know of it: by those of its rules all of whose proof is in sight.

    None where there is none. A case on the own list of an agency may rest on what a service of it keeps to itself.
    """
    if case.desk == PARTNERSHIP:
        return case
    agency = configuration.agencies[case.desk]
    kept = _kept_ids(agency, facts, (proof for rule in case.rules for proof in rule.evidence))
    rules = tuple(rule for rule in case.rules if not kept & {proof.reference for proof in rule.evidence})
    if agency.sharing == "own-agency-only" or not rules:
        return None
    if len(rules) == len(case.rules):
        return case
    return replace(case, rules=rules, step=max((rule.step for rule in rules), key=lambda step: step.rank))


def _kept_ids(agency: Agency, facts: Mapping[str, pa.Table], proofs: Iterable[Evidence]) -> set[str]:
    """Of some evidence the references of appointments that are out of the partnership's sight, or held no more."""
    asked = {proof.reference.partition("/")[2] for proof in proofs}
    if agency.agency not in facts:
        return {f"{agency.agency}/{one}" for one in asked}
    table = facts[agency.agency]
    mine = _among(table["appointment_id"], pa.array(sorted(asked), pa.string()))
    seen = _in_sight(agency, table, "")
    shown = set(table["appointment_id"].filter(pa.array(mine & seen)).to_pylist())
    kept = set(table["appointment_id"].filter(pa.array(mine & ~seen)).to_pylist())
    return {f"{agency.agency}/{one}" for one in asked - shown | kept}


def may_be_asked_by(configuration: Configuration, facts: Mapping[str, pa.Table], key: str) -> bool:
    """Whether the partnership may ask by an identity key: an agency's own number must stand on a record in sight.

    A number of the health service is the asker's own to ask by; whose it is decides whether there is an answer.
    """
    before, slash, own = key.partition("/")
    name = before.rpartition("@")[2]  # of a side of a number: the own number beside it
    if not slash or name not in facts:
        return True
    agency, table = configuration.agencies[name], facts[name]
    return bool((_in_sight(agency, table, "") & _among(table["child_local_id"], pa.array([own], pa.string()))).any())


def _pupils(table: pa.Table) -> np.ndarray:
    """By row, the identity key of the pupil's number that it states; empty where it states none."""
    if "school_upn" not in table.column_names:
        return np.full(table.num_rows, "", object)
    told = table["school_upn"].to_pylist()
    return np.array([f"{OF_A_PUPIL}{upn}" if (upn := upn_in(text or "")) else "" for text in told], object)


def _in_sight(agency: Agency, table: pa.Table, desk: str) -> np.ndarray:
    if agency.agency == desk:
        return np.ones(table.num_rows, bool)
    if agency.holds == "appointments":
        return ~kept_back(agency, table["service"])
    if agency.holds == "statuses":
        return ~kept_status(agency, table["status"])
    return np.full(table.num_rows, agency.sharing != "own-agency-only")


def _among(column: pa.ChunkedArray, values: pa.Array) -> np.ndarray:
    return np.asarray(pc.is_in(column, value_set=values).to_numpy(zero_copy_only=False), bool)
