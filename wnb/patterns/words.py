"""The words that the sentences of all patterns share: numbers, days, what counted, the child's statuses.

Neutral throughout: a child was not brought; nobody failed to attend.
"""

from datetime import date

from wnb.patterns.rule import Account, Rule, statuses_of
from wnb.terms import Status

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
COUNTED_AS = {
    "not_brought": "not brought",
    "family_cancelled": "cancelled by the family",
    "unseen": "brought but not seen",
}
WHILE = {
    Status.CHILD_PROTECTION_PLAN: "on a child protection plan",
    Status.SECTION_47: "under a section 47 enquiry",
    Status.LOOKED_AFTER: "looked after",
    Status.CHILD_IN_NEED: "a child in need",
    Status.UNBORN_PLAN: "on a plan made before birth",
    Status.EARLY_HELP: "with early help",
    Status.DISABILITY: "with a recorded disability",
    Status.DOMESTIC_ABUSE: "with domestic abuse recorded at home",
    Status.UNDER_ONE: "under one year old",
    Status.CRITICAL_APPOINTMENT: "offered an appointment marked as critical",
    Status.POST_DISCHARGE: "newly discharged from hospital",
    Status.HARM_RECORDED_BY_A_PERSON: "with harm recorded by a person",
    Status.EARLY_HELP_CONSENT_WITHDRAWN: "with consent to early help withdrawn",
}
WHERE = {"anywhere": "", "agency": ", judged at each agency by itself", "service": ", judged in each service by itself"}


def plural(number: int, one: str) -> str:
    """`plural(1, "day")` -> "1 day"; `plural(3, "day")` -> "3 days"."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def either(words: list[str]) -> str:
    """Put "or" before the last: "a", "a or b", "a, b or c"."""
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def on_day(day: date) -> str:
    """Write "4 March 2026", whatever the machine's language."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def from_to(first: date, last: date) -> str:
    """Write "5 January to 4 March 2026", "5 to 19 January 2026"; one day as itself; both years where they differ."""
    if first == last:
        return on_day(last)
    parts = on_day(first).split()
    shared = 1 if first.year != last.year else 2 if first.month != last.month else 3
    return f"{' '.join(parts[: 4 - shared])} to {on_day(last)}"


def span(account: Account) -> int:
    """Days from the first of the evidence to the last, both counted."""
    return (account.last_day - account.first_day).days + 1


def counted_as(rule: Rule) -> str:
    """What counts, in the order of the interface: "not brought or cancelled by the family"."""
    return either([words for name, words in COUNTED_AS.items() if name in rule.counting])


def statuses(words: tuple[str, ...]) -> str:
    """What `only_if` adds: ", while looked after or under a section 47 enquiry"; empty without one."""
    if not words:
        return ""
    held = [" and ".join(WHILE[s] for s in Status if s in statuses_of(group)) for group in words]
    return f", while {either(held)}"


def things(rule: Rule, number: int) -> str:
    """Say "day", "days", "appointment" or "appointments": what the rule counts, as it stands after the number."""
    thing = "day" if rule.unit == "days" else "appointment"
    return thing if number == 1 else f"{thing}s"


def how_many(rule: Rule, amount: str, of_what: str) -> str:
    """Say "Not brought on 3 days", "Not brought to 3 appointments", "3 appointments cancelled by the family"."""
    what = counted_as(rule)
    if rule.unit == "days":
        return f"{what.capitalize()} on {amount} {of_what}"
    if rule.counting == ("not_brought",):
        return f"Not brought to {amount} {of_what}"
    return f"{amount} {of_what} {what}"


def at_least(rule: Rule, number: int) -> str:
    """Say "Not brought on 3 or more days"."""
    return how_many(rule, f"{number} or more", things(rule, 2))


def conditions(rule: Rule) -> str:
    """The end of a rule in words: what the common settings add."""
    some = f", at least {rule.of_which_not_brought} of them not brought" if rule.of_which_not_brought else ""
    return f"{some}{WHERE[rule.scope]}{statuses(rule.only_if)}"


def found(rule: Rule, account: Account, run: str = "") -> str:
    """Say "Not brought on 3 days in 59, 5 January to 4 March 2026, at 2 organisations".

    `run`, " in a row", is said of the days: "Not brought on 3 days in a row in 15 days, 5 to 19 January 2026, …".
    """
    days = span(account)
    shared_word = rule.unit == "days" and not run
    within = "" if days == 1 else f" in {days if shared_word else plural(days, 'day')}"
    return (
        f"{how_many(rule, str(account.count), things(rule, account.count))}{run}{within}, "
        f"{from_to(account.first_day, account.last_day)}, at {plural(account.organisations, 'organisation')}"
        f"{mixture(rule, account)}{statuses(account.statuses)}"
    )


def mixture(rule: Rule, account: Account) -> str:
    """Say ", not brought on 2 of them", where other things count as well."""
    if set(rule.counting) == {"not_brought"}:
        return ""
    return f", not brought {'on' if rule.unit == 'days' else 'to'} {account.not_brought} of them"
