"""What heads every list, sheet and page: as at when, who was silent, the standing words, the numbers to call."""

from wnb.publish.rows import ListPage
from wnb.publish.words import (
    GOVERNANCE_WORDS,
    ORDER_WORDS,
    STANDING_WORDS,
    children,
    joined,
    many,
    silent_words,
    weekday,
)

HANDLING = "OFFICIAL-SENSITIVE"


def title(page: ListPage) -> str:
    """Whose list it is."""
    whose = f"{page.agency_name}, own list ({page.partnership})" if page.agency_name else page.partnership
    return f"Children who were not brought: {whose}"


def as_at(page: ListPage) -> str:
    """As at when, and that it is not live."""
    return (
        f"As at the night of {weekday(page.night)}: what agencies had sent by then. "
        "Nothing that happened since is here."
    )


def warnings(page: ListPage) -> tuple[str, ...]:
    """Why this list may not be worked from, if it may not: governance not filled, thresholds not approved."""
    found = []
    if page.governance_missing:
        missing = joined([GOVERNANCE_WORDS.get(name, name) for name in page.governance_missing])
        found.append(f"Not for live use. Not yet recorded: {missing}.")
    if not page.approved_by:
        found.append(f"The thresholds (rules {page.rules_version}) are not approved by anybody yet.")
    if page.joined_from_probability is not None:
        found.append(
            f"Records are joined by likeness alone from a probability of {page.joined_from_probability} on; each line "
            "that rests on it says so, and no person has looked at it."
        )
    return tuple(found)


def silence(page: ListPage) -> str:
    """Which agencies were silent, in one sentence."""
    if not page.silent:
        return "Silent agencies: none. Every agency that was expected was heard."
    names = "; ".join(silent_words(silent) for silent in page.silent)
    return f"Silent agencies: {names}. What happened there since is not known."


def standing(page: ListPage) -> str:
    """The standing words, and that the order is no score."""
    return f"Remember: {STANDING_WORDS}. {ORDER_WORDS}"


def numbers_to_call(page: ListPage) -> tuple[str, ...]:
    """One line a front door, and the emergency number, which needs no configuration."""
    doors = tuple(
        f"{authority}: {by_day} by day; {out_of_hours} at night and at weekends"
        for authority, by_day, out_of_hours in page.front_doors
    )
    unset = "No local number has been set: find your local authority's front door before you need it"
    return (*(doors or (unset,)), "In an emergency: 999")


def demand(page: ListPage) -> str:
    """This week's newcomers beside what the partnership can do in a week. It hides nothing."""
    over = page.new_this_week - page.capacity_a_week
    can = f"the partnership can do {many(page.capacity_a_week, 'review')} a week"
    more = f". That is {over:,} more than it can do; nobody has been left off for it" if over > 0 else ""
    return f"{children(page.new_this_week)} came onto the list in the last seven days; {can}{more}."


def why_empty(page: ListPage) -> str:
    """Why there is nobody, when there is nobody: never an unexplained blank."""
    return page.empty_because or (
        f"No child met a rule, in {many(page.appointments, 'appointment')} of {children(page.children_held)} held."
    )
