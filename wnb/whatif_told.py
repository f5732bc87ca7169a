"""A comparison of two sets of rules as one document, and as a few lines of words: names in place of numbers.

Counts of people by a characteristic or an age are told from five upwards only (null below, and wherever a total would
give a small one away); who leads and which service are told as they are, because work is shared out by them.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from wnb.comparison import NOT_RECORDED, Compared, Pair, Places, Weeks
from wnb.detect import date_of
from wnb.governed import rules_sha256
from wnb.hindsight import Loaded, meaning_of
from wnb.patterns import Rule
from wnb.publish import words
from wnb.rules import Rules
from wnb.small_numbers import suppressed
from wnb.stretches import PARTNERSHIP, Newly, Side
from wnb.terms import Status, Step

SCHEMA: Final = "wnb.whatif/1"
MOST_SERVICES: Final = 20
"""Of services and lead professionals those with the greatest number are told, and how many more there are."""
KNOWN_RISKS: Final = (
    Status.CHILD_PROTECTION_PLAN, Status.SECTION_47, Status.LOOKED_AFTER, Status.CHILD_IN_NEED, Status.UNBORN_PLAN,
    Status.DOMESTIC_ABUSE, Status.HARM_RECORDED_BY_A_PERSON,
)  # fmt: skip
NUMBERS: Final = ("in_force", "draft", "gained", "dropped")


def told(known: Loaded, both: Compared, in_force: Rules, draft: Rules) -> dict[str, Any]:
    """The document `wnb.whatif/1`: everything that the report draws, and nothing that names a child."""
    agencies = [known.configuration.agencies[agency] for agency in known.joined.agencies]
    in_force_nightly, draft_nightly = both.nightly()
    gained, dropped = both.one_sided()
    earlier, later, days = both.moved_in_time()
    return {
        "schema": SCHEMA,
        "partnership": known.configuration.partnership.partnership,
        "night": known.night.isoformat(),
        "from": date_of(both.first).isoformat(),
        "to": date_of(both.last).isoformat(),
        "nights": both.last - both.first + 1,
        "children": int(both.offered.sum()),
        **{
            side: {"version": rules.version, "sha256": rules_sha256(rules), "approved_by": rules.approved_by}
            for side, rules in (("in_force", in_force), ("draft", draft))
        },
        "rules": sorted(_rules(both, in_force, draft), key=lambda rule: rule["change"] == "same"),
        "capacity": {
            "reviews_a_week": known.configuration.partnership.capacity.reviews_a_week,
            **_load(both.weeks(_on_list(PARTNERSHIP))),
        },
        "nightly": {"in_force": in_force_nightly.tolist(), "draft": draft_nightly.tolist()},
        "steps": [
            {"step": step.value, **_pair(pair), **_load(both.weeks(_at_step(step)))}
            for step, pair in reversed(both.by_step().items())
        ],
        "lists": [
            {
                "list": known.list_name(k),
                "name": "The partnership's list" if k == PARTNERSHIP else agencies[k].name,
                **_pair(pair),
                **_load(weeks),
                "weeks": _weeks(weeks),
            }
            for k, pair in both.by_list().items()
            for weeks in [both.weeks(_on_list(k))]
        ],
        "agencies": [
            {"agency": known.joined.agencies[k], "name": agencies[k].name, **_pair(pair)}
            for k, pair in both.whose(known.agency_of).items()
        ],
        "services": _most(
            {"agency": known.services[k][0], "service": known.services[k][1] or "no service recorded", **_pair(pair)}
            for k, pair in both.whose(known.service_of).items()
            if k >= 0
        ),
        "lead_professionals": _most(
            {"name": "not recorded" if k == NOT_RECORDED else known.lead_professionals.values[k], **_pair(pair)}
            for k, (_, pair) in both.by_characteristic(known.lead_professionals).items()
            if known.lead_professionals.values
        ),
        "ages": _suppressed(
            [{"age": band, **_pair(pair)} for band, pair in both.by_age(known.joined.date_of_birth).items()]
        ),
        "characteristics": [
            {
                "name": one.name,
                "values": [
                    {**row, "a_thousand": _rates(row)}
                    for row in _suppressed(
                        [
                            {
                                "value": "not recorded" if k == NOT_RECORDED else one.values[k],
                                "children": children,
                                **_pair(pair),
                            }
                            for k, (children, pair) in both.by_characteristic(one).items()
                        ],
                        "children",
                    )
                ],
            }
            for one in known.characteristics
        ],
        "gained": _who(both, gained),
        "dropped": _who(both, dropped),
        "timing": {"earlier": earlier, "later": later, "median_days": days},
        "kept_to_themselves": sum(agency.sharing == "own-agency-only" for agency in agencies),
    }


def _on_list(k: int) -> Callable[[Side], Newly]:
    return lambda side: side.of_lists.chosen(side.of_lists.list_of == k)


def _at_step(step: Step) -> Callable[[Side], Newly]:
    return lambda side: side.of_steps.chosen((side.step_of == step.rank) & (side.of_steps.list_of == PARTNERSHIP))


def _rules(both: Compared, in_force: Rules, draft: Rules) -> Iterable[dict[str, Any]]:
    """Every rule of either side with what becomes of it: same, changed, added, dropped."""
    sides: tuple[dict[str, Rule], dict[str, Rule]] = tuple(  # type: ignore[assignment]
        {rule.id: rule for rule in rules.rules} for rules in (in_force, draft)
    )
    for rule_id, pair in both.by_rule().items():
        before, after = (rules.get(rule_id) for rules in sides)
        rule = after or before
        assert rule is not None
        same = before and after and meaning_of(before, in_force) == meaning_of(after, draft)
        change = "added" if not before else "dropped" if not after else "same" if same else "changed"
        yield {
            "id": rule_id,
            "title": rule.title,
            "list": rule.desk.value,
            "step": rule.step.value,
            "change": change,
            "in_force_says": before.says() if before else None,
            "draft_says": after.says() if after else None,
            **_pair(pair),
        }


def _pair(pair: Pair) -> dict[str, int]:
    return {number: getattr(pair, number) for number in NUMBERS}


def _load(weeks: Weeks) -> dict[str, dict[str, float]]:
    """Children newly met a week: the mean of whole weeks, and the most in any."""
    means, most = weeks.a_week(), weeks.busiest()
    return {
        "a_week": {"in_force": round(means[0], 1), "draft": round(means[1], 1)},
        "busiest_week": {"in_force": most[0], "draft": most[1]},
    }


def _weeks(weeks: Weeks) -> list[dict[str, Any]]:
    return [
        {"monday": date_of(monday).isoformat(), "whole": whole, "in_force": before, "draft": after}
        for monday, whole, before, after in zip(weeks.monday, weeks.whole, weeks.in_force, weeks.draft, strict=True)
    ]


def _most(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The rows with the greatest numbers, in that order, and how many more there are."""
    ordered = sorted(rows, key=lambda row: (-max(row["in_force"], row["draft"]), str(sorted(row.items(), key=str))))
    return {"most": ordered[:MOST_SERVICES], "more": max(len(ordered) - MOST_SERVICES, 0)}


def _suppressed(rows: list[dict[str, Any]], *also: str) -> list[dict[str, Any]]:
    """The rows with small numbers taken away, column by column."""
    columns = {column: suppressed(row[column] for row in rows) for column in (*NUMBERS, *also)}
    return [{**row, **{column: told[k] for column, told in columns.items()}} for k, row in enumerate(rows)]


def _rates(row: dict[str, Any]) -> dict[str, float | None]:
    """Newly met of a thousand children with an appointment in these nights."""
    of = row["children"]
    return {
        side: round(1000 * row[side] / of, 1) if of and row[side] is not None else None
        for side in ("in_force", "draft")
    }


def _who(both: Compared, places: Places) -> dict[str, Any]:
    """Who the children of one side only are, as far as it helps to judge whether that is safe: no child is named."""
    children = places.children
    days = both.not_brought(children).tolist() if len(children) else []
    at_risk = both.had_status(children, sum(status.bit for status in KNOWN_RISKS))
    on_the_partnerships = places.on(PARTNERSHIP)
    return {
        "children": len(children),
        "on_the_partnerships_list": on_the_partnerships,
        "on_agencies_lists": len(places.child) - on_the_partnerships,
        "with_a_risk_on_record": at_risk,
        "days_not_brought": {
            "none": sum(number == 0 for number in days),
            "1": sum(number == 1 for number in days),
            "2": sum(number == 2 for number in days),
            "3": sum(number == 3 for number in days),
            "4 or more": sum(number >= 4 for number in days),
        },
    }


# ---------------------------------------------------------------- in words


def summary(document: dict[str, Any]) -> Sequence[str]:
    """What a data officer wants to know first, in three or four sentences."""
    a_week, capacity = document["capacity"]["a_week"], document["capacity"]["reviews_a_week"]
    own = {side: sum(one["a_week"][side] for one in document["lists"][1:]) for side in ("in_force", "draft")}
    gained, dropped = document["gained"], document["dropped"]
    changed = [rule["title"] for rule in document["rules"] if rule["change"] != "same"]
    found = [
        f"The draft differs in {words.many(len(changed), 'rule')}: {'; '.join(changed)}."
        if changed
        else "The draft finds whom the rules in force find: no rule differs in whom it meets.",
        f"Over these {document['nights']} nights it would have put {a_week['draft']:g} children a week newly on the "
        f"partnership's list, where the rules in force put {a_week['in_force']:g}; the partnership can do {capacity} "
        f"reviews a week. On agencies' own lists together: {own['draft']:.1f} a week, and {own['in_force']:.1f}.",
        f"{words.children(gained['children'])} would come onto a list that they were not on ({_where(gained)}); "
        f"{words.children(dropped['children'])} would be missing from a list that they were on ({_where(dropped)}).",
    ]
    if dropped["children"]:
        risk, missed = dropped["with_a_risk_on_record"], dropped["days_not_brought"]
        found.append(
            f"Of those who would be missing, {risk or 'none'} had a risk on record when an appointment was due, and "
            f"{missed['3'] + missed['4 or more'] or 'none'} had not been brought on three days or more."
        )
    timing = document["timing"]
    if timing["earlier"] or timing["later"]:
        found.append(
            f"Of those whom both put on the partnership's list, {timing['earlier']} would have come earlier and "
            f"{timing['later']} later, half of them by more than {abs(timing['median_days']):g} days."
        )
    return found


def in_words(document: dict[str, Any], page: str, programs: str, ids: str) -> Iterable[str]:
    """What the command prints; the three files are named at its end."""
    yield (
        f"Rules {document['draft']['version']} (draft) beside {document['in_force']['version']} (in force), "
        f"every night from {document['from']} to {document['to']}"
    )
    yield ""
    yield from summary(document)
    yield ""
    yield f"{'Newly met, children':<44}{'in force':>10}{'draft':>10}{'gained':>10}{'dropped':>10}"
    for heading, rows, name in (
        ("By list", document["lists"], "name"),
        ("By step, on the partnership's list", document["steps"], "step"),
        ("By rule", document["rules"], "id"),
    ):
        yield heading
        for row in rows:
            mark = {"added": "+ ", "dropped": "- ", "changed": "~ "}.get(row.get("change", ""), "  ")
            yield f"{mark}{row[name][:41]:<42}" + "".join(f"{row[number]:>10,}" for number in NUMBERS)
    yield ""
    yield f"The report, with pictures:                  {page}"
    yield f"The same for programs:                      {programs}"
    yield f"Which children (ids; only you may read it): {ids}"


def _where(who: dict[str, Any]) -> str:
    return f"the partnership's {who['on_the_partnerships_list']:,}, agencies' own {who['on_agencies_lists']:,}"
