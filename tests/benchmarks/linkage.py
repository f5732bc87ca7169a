"""How well records of a known truth are linked: what is joined without a person, what is suggested, what is wrong."""

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pyarrow as pa

from tests.benchmarks.linked import linked_agencies
from tests.benchmarks.register import AGENCIES, number_of
from wnb.engines.local import alike
from wnb.likely import Told, profiles, suggestions
from wnb.link import Linked
from wnb.linkage import Model


def by_agency(told: pa.Table) -> list[pa.Table]:
    """What each agency says, in the order of `AGENCIES`."""
    agency = told["agency"].to_numpy()
    return [told.take(pa.array(np.flatnonzero(agency == number))) for number in range(len(AGENCIES))]


def linked_register(told: pa.Table) -> tuple[Linked, np.ndarray, list[Told]]:
    """The records linked; the child of each; and what each agency says, in the order of `Linked.child`."""
    found, said = linked_agencies(dict(zip(AGENCIES, by_agency(told), strict=True)))
    child, agency = np.zeros(told.num_rows, np.int32), told["agency"].to_numpy()
    for number, of in enumerate(found.child):
        child[agency == number] = of
    return found, child, said


def asked_of_people(model: Model, pairs: pa.Table, found: Linked) -> pa.Table:
    """Of suggestions those that a person is asked about: nobody likelier is known."""
    one, other = (pairs[side].to_numpy() for side in ("child", "other"))
    return pairs.filter(pa.array(~model.outdone(one, other, found.numbered, pairs)))


def right_of(told: pa.Table, child: np.ndarray, pairs: pa.Table) -> np.ndarray:
    """bool, by pair: both are one person, by whom most of the records of each are."""
    most = _main_person(child, told["person"].to_numpy(), int(child.max()) + 1)
    return np.asarray(most[pairs["child"].to_numpy()] == most[pairs["other"].to_numpy()])


def judged(told: pa.Table, model: Model) -> dict[str, Any]:
    """Precision of what is joined, recall of joined and suggested (pairs of records), and what is joined wrongly."""
    found, child, said = linked_register(told)
    pairs = asked_of_people(model, suggestions(model, profiles(said), found, alike), found)
    person = told["person"].to_numpy()
    true = _pairs(person)
    of_both = _pairs(person.astype(np.int64) * (found.children + 1) + child)
    joined = _pairs(child)
    most = _main_person(child, person, found.children)
    right = right_of(told, child, pairs)
    in_reach = _reached(person, child, pairs, right)
    wrong = np.flatnonzero(most[child] != person)
    others = _of_another(told)
    causes = Counter("a number typed for a brother or sister" if others[row] else "anything else" for row in wrong)
    return {
        "pairs_of_one_person": true,
        "joined": joined,
        "joined_precision": round(of_both / joined, 6),
        "recall_joined": round(of_both / true, 4),
        "recall_joined_or_suggested": round((of_both + in_reach) / true, 4),
        "suggestions": pairs.num_rows,
        "suggestions_right": round(float(right.mean()), 4) if len(right) else None,
        "numbers_of_another": int(others.sum()),
        "numbers_told_to_be_of_two_people": len(found.shared),
        "records_joined_wrongly": len(wrong),
        "by_cause": dict(causes),
        "by_names": _by_names(told, wrong, pairs, right, child),
    }


def _of_another(told: pa.Table) -> np.ndarray:
    """bool, by record: its number is a brother's or sister's."""
    number = told["nhs_number"].fill_null(0).to_numpy()
    return np.asarray((number > 0) & (number != number_of(told["person"].to_numpy())))


def _pairs(of: np.ndarray) -> int:
    _, many = np.unique(of, return_counts=True)
    return int((many.astype(np.int64) * (many - 1) // 2).sum())


def _main_person(child: np.ndarray, person: np.ndarray, children: int) -> np.ndarray:
    """By child, the person most of whose records it has."""
    order = np.lexsort((person, child))
    both, _, many = np.unique(np.stack([child[order], person[order]]), axis=1, return_index=True, return_counts=True)
    best = np.full(children, -1)
    for at in np.argsort(many, kind="stable").tolist():
        best[both[0, at]] = both[1, at]
    return best


def _reached(person: np.ndarray, child: np.ndarray, pairs: pa.Table, right: np.ndarray) -> int:
    """Pairs of records of one person in two children between whom there is a right suggestion, by one or more steps."""
    lead = np.arange(int(child.max()) + 1)

    def find(one: int) -> int:
        while lead[one] != one:
            lead[one] = lead[lead[one]]
            one = int(lead[one])
        return one

    for one, other in zip(
        pairs["child"].to_numpy()[right].tolist(), pairs["other"].to_numpy()[right].tolist(), strict=True
    ):
        first, second = sorted((find(one), find(other)))
        lead[second] = first
    together = np.array([find(one) for one in range(len(lead))])[child]
    size = int(child.max()) + 1
    return _pairs(person.astype(np.int64) * size + together) - _pairs(person.astype(np.int64) * size + child)


def _by_names(
    told: pa.Table, wrong: np.ndarray, pairs: pa.Table, right: np.ndarray, child: np.ndarray
) -> dict[str, dict[str, float]]:
    """By group of names (as in `wnb.demo.names`): records, records joined wrongly, suggestions, and those right."""
    group = told["group"].to_numpy()
    of_child = np.zeros(int(child.max()) + 1, np.int8)
    of_child[child] = group
    of_pair = of_child[pairs["child"].to_numpy()]
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for each in np.unique(group).tolist():
        mine = of_pair == each
        found[str(each)] = {
            "records": int((group == each).sum()),
            "joined_wrongly": int((group[wrong] == each).sum()),
            "suggestions": int(mine.sum()),
            "suggestions_right": round(float(right[mine].mean()), 4) if mine.any() else 1.0,
        }
    return dict(found)
