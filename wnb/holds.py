"""Whom a guard holds tonight and why, said once for each clinic: at the top of a list, and as an alarm of the night."""

from collections import defaultdict

from wnb.cases import PARTNERSHIP, Case, State
from wnb.escalate import Decisions, held_until
from wnb.facts import Facts
from wnb.in_sight import case_in_sight
from wnb.publish.words import children
from wnb.publish.words import day as in_words

WHAT_TO_DO = "Look for a fault of the service first: letters, a moved clinic, a day recorded wrongly."


def held_because(facts: Facts, decisions: Decisions, desk: str) -> tuple[str, ...]:
    """One sentence for each clinic whose misses jumped and on which somebody on this desk rests, and how many.

    Where it no longer is so tonight (the agency mended its records meanwhile), the agency alone is named.
    """
    resting: dict[str, list[Case]] = defaultdict(list)
    for case in decisions.on(desk, State.HELD):
        name = facts.names[case.evidence[0].reference.partition("/")[0]]
        said = decisions.rests_on.get((desk, case.child_id), "")
        resting[said or f"{name}: what was told at first is told no longer."].append(case)
    return tuple(
        f"{said} {children(len(cases))} {'is' if len(cases) == 1 else 'are'} held for it, until "
        f"{in_words(max(held_until(case) for case in cases))} at the latest. {WHAT_TO_DO}"
        for said, cases in sorted(resting.items())
    )


def hold_alarms(facts: Facts, decisions: Decisions) -> tuple[str, ...]:
    """What the night itself is told of holds: the partnership's, and how many are held on own lists.

    Of what an agency or a service keeps to itself nothing is said beside the agency's own list.
    """
    own = []
    for agency in facts.configuration.agencies.values():
        held = decisions.on(agency.agency, State.HELD)
        if number := sum(case_in_sight(facts.configuration, facts.held, case) is not None for case in held):
            own.append(f"{agency.name}: {children(number)} held on its own list, because misses jumped. {WHAT_TO_DO}")
    return (*held_because(facts, decisions, PARTNERSHIP), *own)
