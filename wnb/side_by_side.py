"""Two children next to each other, for a person who must say whether they are one: what is told of each, and by whom;
what of it agrees, what does not, and how much that weighs.

Only what the partnership may know is read; an address that is sealed is neither told nor compared. Longer than most
because what is read, how it is compared and the words for both belong to one look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from wnb.addresses import bare_postcode, is_sealed
from wnb.comparable import name, postcode
from wnb.config import Configuration
from wnb.engines.local import alike
from wnb.facts import Facts, HeldRow
from wnb.identity import KIND_WORDS, Kind, kind_of, upn_in
from wnb.joining import in_order, may_be_told
from wnb.known import family, known_of, notes
from wnb.link import Linked
from wnb.linkage import OWN, Model, probability
from wnb.listing import reported_death
from wnb.publish.words import day, joined, many
from wnb.terms import Meaning
from wnb.why_one_child import agreement, doubts

YEAR = timedelta(days=365)
OFFERED = frozenset({Meaning.SEEN, Meaning.UNSEEN, Meaning.NOT_BROUGHT})
FIELD_WORDS: Final[Mapping[str, str]] = {
    "given": "Given name", "family": "Surname", "born": "Date of birth", "postcode": "Postcode",
}  # fmt: skip
SEALED = "sealed"
NOT_TOLD = "not told by anybody who shares"


class Account(NamedTuple):
    """What one record says of a person, as it was told; a sealed address is left out."""

    agency: str
    given_name: str | None = None
    family_name: str | None = None
    date_of_birth: date | None = None
    nhs_number: int | None = None
    child_local_id: str | None = None
    school_upn: str | None = None
    sex: str | None = None
    postcode: str | None = None


@dataclass(frozen=True)
class Told:
    """What may be told of one child: what its records say, each once, and whether its address is sealed."""

    accounts: tuple[Account, ...] = ()
    sealed: bool = False

    @property
    def agencies(self) -> tuple[str, ...]:
        """Who says anything of it that the partnership may know."""
        return tuple(sorted({each.agency for each in self.accounts}))

    def by(self, *columns: str) -> dict[str, list[str]]:
        """Each thing told in some columns, as one text, with the agencies that tell it; the most told first."""
        found: dict[str, set[str]] = {}
        for each in self.accounts:
            if text := " ".join(str(value).strip() for column in columns if (value := getattr(each, column))):
                found.setdefault(text, set()).add(each.agency)
        return {text: sorted(of) for text, of in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))}


def told_of(
    configuration: Configuration,
    held: Mapping[str, pa.Table],
    linked: Linked,
    sealed: np.ndarray,
    children: Iterable[int],
) -> dict[int, Told]:
    """What may be told of some children of everything held.

    `sealed`: bool by child, its postcode may be told to nobody. So is that of whom a record says, where a postcode
    should be, that it is kept back, or gives that of a refuge which the partnership has named.
    """
    wanted = sorted(set(children))
    left_out = configuration.partnership.households.left_out
    refuges = {bare_postcode(place.postcode) for place in left_out if place.what == "refuge"} - {""}
    kept = {child for child in wanted if sealed[child]}
    found: dict[int, set[Account]] = {child: set() for child in wanted}
    for agency, child in zip(in_order(configuration, held), linked.child, strict=True):
        table = held[agency.agency]
        mine = np.flatnonzero(np.isin(child, np.array(wanted, np.int32)))
        rows = mine[may_be_told(agency, table)[mine]]
        columns = [column for column in Account._fields[1:] if column in table.column_names]
        whose = child[rows].tolist()
        for each, cells in zip(whose, table.select(columns).take(pa.array(rows)).to_pylist(), strict=True):
            account = Account(agency.agency, **cells)
            if is_sealed((account.postcode,)) or bare_postcode(account.postcode) in refuges:
                kept.add(each)
            found[each].add(account)
    return {child: _of_child(of, child in kept) for child, of in found.items()}


def _of_child(accounts: Iterable[Account], sealed: bool) -> Told:
    told = {each._replace(postcode=None) if sealed else each for each in accounts}
    return Told(tuple(sorted(told, key=repr)), sealed)


# ---------------------------------------------------------------- what agrees


@dataclass(frozen=True)
class Compared:
    """How far two children's accounts agree: the two accounts, one of each, that agree most."""

    fields: tuple[Mapping[str, Any], ...]  # by field: words, bits; where a side does not tell it, `not_told_by`
    weight: float  # all of it, in bits
    prior: float  # of two of whom nothing is compared
    contradicts: bool  # given name and date of birth are another's, whichever accounts are compared

    @property
    def probability(self) -> float:
        """That they are one child."""
        return probability(self.weight)

    @property
    def may_be_twin(self) -> bool:
        """A birthday of one and a given name of another, as twins have."""
        bits = {each["field"]: each["bits"] for each in self.fields}
        return as_twins(bits)

    def words(self) -> Iterable[str]:
        """What agrees, what does not, and what one side does not tell, without a value of anybody."""
        told = [each for each in self.fields if "not_told_by" not in each]
        agrees = [str(each["words"]) for each in told if each["bits"] > 0]
        differs = [str(each["words"]) for each in told if each["bits"] <= 0]
        silent = [FIELD_WORDS[each["field"]].lower() for each in self.fields if "not_told_by" in each]
        yield f"What agrees: {', '.join(agrees) or 'nothing'}."
        yield f"What does not: {', '.join(differs) or 'nothing that both sides tell'}."
        if silent:
            yield f"Not told by both sides: {', '.join(silent)}."


def as_twins(bits: Mapping[str, float]) -> bool:
    """Whether fields of these weights (bits) agree as those of twins do."""
    return bits["given"] < 0 < bits["born"] and max(bits["family"], bits["postcode"]) > 0


def compared(model: Model, names: Mapping[str, str], one: Told, other: Told) -> Compared | None:
    """What agrees of two children, by the model that suggests pairs; None where nothing of a side may be told."""
    sides = [_comparable(child, told) for child, told in enumerate((one, other))]
    if not all(side.num_rows for side in sides):
        return None
    found = alike(model.of_any_two(), *sides)
    weight = model.weight(found)
    order = sorted(
        range(found.num_rows), key=lambda row: (-weight[row], [found[f][row].as_py() for f in found.column_names])
    )
    best = found.slice(order[0], 1).to_pylist()[0]
    fields: list[Mapping[str, Any]] = []
    for told in agreement(model, best):
        if best[f"gamma_{told['field']}"] < 0:
            told = {**told, "not_told_by": _silent(told["field"], names, (one, sides[0]), (other, sides[1]))}
        fields.append(told)
    against = [
        (found[f"gamma_{field}"].to_numpy() >= 0) & model.speaks_against(field, found[f"gamma_{field}"].to_numpy())
        for field in OWN
    ]
    contradicts = all(bool(each.all()) for each in against)
    return Compared(tuple(fields), float(weight[order[0]]), model.prior, contradicts)


def _comparable(child: int, told: Told) -> pa.Table:
    """The accounts of one child as the model compares them."""
    rows = sorted(
        {
            (
                name(each.given_name), name(each.family_name),
                int(f"{each.date_of_birth:%Y%m%d}") if each.date_of_birth else 0, postcode(each.postcode),
            )
            for each in told.accounts
        }
    )  # fmt: skip
    said = [row for row in rows if any(row)]
    return pa.table(
        {
            "child": pa.array([child] * len(said), pa.int32()),
            "given": pa.array([given or None for given, _, _, _ in said], pa.string()),
            "family": pa.array([of or None for _, of, _, _ in said], pa.string()),
            "born": pa.array([born or None for _, _, born, _ in said], pa.int32()),
            "postcode": pa.array([at or None for _, _, _, at in said], pa.string()),
        }
    )


def _silent(field: str, names: Mapping[str, str], *sides: tuple[Told, pa.Table]) -> list[str]:
    """Who on which side does not tell a field; `sealed` where it may not be told."""
    found = []
    for told, table in sides:
        if table[field].null_count == table.num_rows:
            found += [SEALED] if field == "postcode" and told.sealed else [names[each] for each in told.agencies]
    return list(dict.fromkeys(found))


def likelihood(chance: float) -> str:
    """A probability as a person says it: `likely (98 in 100)`."""
    if chance >= 0.995:
        return "very likely (more than 99 in 100)"
    if chance < 0.005:
        return "very unlikely (fewer than 1 in 100)"
    words = "likely" if chance >= 0.9 else "more likely than not" if chance >= 0.5 else "less likely than not"
    return f"{words} ({round(100 * chance)} in 100)"


def odds(bits: float) -> str:
    """A weight as a person says it, with its bits: `1,100 to 1 for one child (+10.1 bits)`."""
    ratio = 2.0 ** abs(bits)
    if ratio < 1.5:
        return f"next to nothing either way ({bits:+.1f} bits)"
    figures = f"{ratio:.1f}" if ratio < 10 else f"{int(float(f'{ratio:.2g}')):,}"
    return f"{figures} to 1 {'for' if bits > 0 else 'against'} one child ({bits:+.1f} bits)"


# ---------------------------------------------------------------- what is told of each


def side(facts: Facts, number: int, child_id: str, told: Told, on: Sequence[str]) -> dict[str, Any]:
    """One child as it is shown beside another.

    Args:
        facts: of the night; the child among its `numbers`.
        number: the child.
        child_id: its id, or the one it would have.
        told: what may be told of it.
        on: the lists on which it stands, in words.
    """
    held = facts.rows_of([number]).get(number, [])
    rows = facts.shared(held, None)
    statuses = facts.statuses_of([number]).get(number, [])
    died, since = reported_death(held, facts.night, statuses)
    dead = died is not None and since is None
    past = [row for row in rows if row.in_history and row.day <= facts.night]
    year = [row for row in past if row.day > facts.night - YEAR]
    numbers = sorted({each.nhs_number for each in told.accounts if each.nhs_number is not None})
    return {
        "child_id": child_id,
        "on": list(on),
        "names": _named(facts, told.by("given_name", "family_name")),
        "dates_of_birth": _named(facts, told.by("date_of_birth")),
        "sex": _named(facts, told.by("sex")),
        "numbers": [
            {"kind": kind_of(each).value, "number": f"{each:010d}", "in_doubt": number in facts.doubts().children}
            for each in numbers
        ],
        "own_numbers": sorted(
            {f"{each.agency}/{each.child_local_id}" for each in told.accounts if each.child_local_id}
        ),
        "upns": _upns(facts, told),
        "postcodes": [] if told.sealed else _named(facts, told.by("postcode")),
        "address_sealed": told.sealed,
        "appointments_held": len(rows),
        "offered_12_months": sum(row.meaning in OFFERED for row in year),
        "not_brought_12_months": sum(row.meaning is Meaning.NOT_BROUGHT for row in year),
        "last_seen": _last(facts, past, Meaning.SEEN),
        "last_not_brought": _last(facts, past, Meaning.NOT_BROUGHT),
        "known": [*notes(facts, number, known_of(facts, statuses), dead), *family(facts, number, dead)],
        "in_doubt": list(doubts(facts, number, rows)),
    }


def _named(facts: Facts, told: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [{"told": text, "by": [facts.names[agency] for agency in of]} for text, of in told.items()]


def _upns(facts: Facts, told: Told) -> list[str]:
    """Only where they may link."""
    if not facts.upn_legal_basis:
        return []
    return sorted({upn for each in told.accounts if (upn := upn_in(each.school_upn or ""))})


def _last(facts: Facts, past: Sequence[HeldRow], meaning: Meaning) -> dict[str, str] | None:
    mine = [row for row in past if row.meaning is meaning]
    return {"on": mine[-1].day.isoformat(), "at": facts.names[mine[-1].agency]} if mine else None


def besides(facts: Facts, children: tuple[int, int], one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterable[str]:
    """What speaks for or against, and is not weighed: numbers of the health service, sex, UPN, home."""
    mine, theirs = ({each["number"] for each in each_side["numbers"]} for each_side in (one, other))
    if mine and theirs:
        same = "The same number of the health service, in doubt" if mine & theirs else "Each has a valid number"
        yield f"{same}: ask the agencies whose it is." if mine & theirs else f"{same} of the health service."
    else:
        has = "Neither side has" if not mine and not theirs else "Only one side has"
        yield f"{has} a valid number of the health service."
    for what, key in (("sex", "sex"), ("pupil's number (UPN)", "upns")):
        first, second = ({str(_text(each)).casefold() for each in each_side[key]} for each_side in (one, other))
        if first and second:
            yield f"The same {what}." if first & second else f"Another {what}."
    homes = {int(facts.homes[child]) for child in children}
    if len(homes) == 1:
        yield "Both are known of one household: brothers, sisters and twins are, too."


def _text(told: Any) -> str:
    return str(told["told"] if isinstance(told, dict) else told)


LINES: Final = (
    ("On", "on"), ("Name", "names"), ("Date of birth", "dates_of_birth"), ("Sex", "sex"), ("Numbers", "numbers"),
    ("Agencies' own numbers", "own_numbers"), ("Pupil's number (UPN)", "upns"), ("Postcode", "postcodes"),
    ("Appointments", "appointments_held"), ("Last seen", "last_seen"), ("Last not brought", "last_not_brought"),
    ("Known", "known"), ("In doubt", "in_doubt"),
)  # fmt: skip


def cells(shown: Mapping[str, Any], key: str) -> list[str]:
    """What one line of the look says of one child."""
    value = shown[key]
    if key == "postcodes" and shown["address_sealed"]:
        return [SEALED]
    if key == "on":
        return list(value) or ["no list"]
    if key == "numbers":
        said = [
            f"{KIND_WORDS[Kind(each['kind'])]} {each['number']}{' (in doubt)' if each['in_doubt'] else ''}"
            for each in value
        ]
        return said or ["no valid NHS number"]
    if key == "appointments_held":
        year = f"not brought to {shown['not_brought_12_months']} of {shown['offered_12_months']} in twelve months"
        return [f"{many(value, 'record')}, {year}" if value else "none that may be shown"]
    if key in ("last_seen", "last_not_brought"):
        return [f"{day(date.fromisoformat(value['on']))}, {value['at']}"] if value else ["never, by what is held"]
    told = [f"{each['told']} ({joined(each['by'])})" if isinstance(each, dict) else str(each) for each in value]
    if key == "dates_of_birth":
        told = [f"{day(date.fromisoformat(each['told']))} ({joined(each['by'])})" for each in value]
    return told or ([] if key in ("upns", "known", "in_doubt", "own_numbers", "sex") else [NOT_TOLD])
