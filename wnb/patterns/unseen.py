"""Unseen: nobody has recorded seeing the child for so long, though appointments were offered."""

from collections.abc import Callable
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from wnb.patterns.marks import COUNTED, EVER, NOT_BROUGHT, OFFERED, SEEN, Days32, Kin, Marks, Numbers, amounts, windows
from wnb.patterns.rule import Account, Days, Rule, Times
from wnb.patterns.words import conditions, from_to, on_day, plural, statuses, things
from wnb.terms import MEANING, Meaning, Outcome


def judge_unseen(
    day: Days32, marks: Marks, place: Days32, until: int, numbers: Numbers, kin: Kin,
    count: Days32, since: Days32, first: Days32, last: Days32,
) -> None:  # fmt: skip
    """Not an appointment but a day: unseen for `days`, and so many offered since; met from that day on.

    What is offered since the last sighting is what counts. Each of them answers for the days until the next offered or
    seen, so that together they cover every day on which the rule is met, each with the count of that day.
    """
    by_day, of_which, days, least = numbers[0], numbers[1], numbers[2], numbers[3]
    windows(day, marks, EVER, SEEN, since)
    amounts(day, marks, COUNTED, since, by_day, count)
    amounts(day, marks, NOT_BROUGHT, since, by_day, first)  # lent until the days are known
    never_seen_from = until
    for i in range(len(day)):
        if marks[i] & OFFERED:
            never_seen_from = day[i]
            break
    end = until
    for i in range(len(day) - 1, -1, -1):
        enough = marks[i] & COUNTED and count[i] >= least and first[i] >= of_which
        unseen_from = day[since[i] - 1] if since[i] > 0 else never_seen_from
        first[i] = max(day[i], unseen_from + days)
        last[i] = end
        if not enough or first[i] > end:
            count[i] = 0
        if marks[i] & (COUNTED | SEEN):
            end = min(end, day[i] - 1)


class Unseen(Rule):
    """`pattern: unseen`: not seen by anybody for so many days, with so many offered since."""

    pattern: Literal["unseen"]
    days: Days
    """Nobody has recorded seeing the child for so many days."""
    offered_at_least: Times
    """So many have been offered since, and were no sighting."""

    judge: ClassVar[Callable[..., None]] = staticmethod(judge_unseen)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.of_which_not_brought > self.offered_at_least:
            raise ValueError(
                f"of_which_not_brought: {self.of_which_not_brought} of {self.offered_at_least} is not possible"
            )
        return self

    def counts(self, outcome: Outcome) -> bool:
        """What was offered and is no sighting, whatever else `counting` names beside it."""
        return MEANING[outcome] in (Meaning.NOT_BROUGHT, Meaning.UNSEEN) or super().counts(outcome)

    @property
    def lasting(self) -> bool:
        return True

    def own_numbers(self) -> tuple[int, ...]:
        return self.days, self.offered_at_least

    @property
    def fewest(self) -> int:
        return self.offered_at_least

    def says(self) -> str:
        return (
            f"Not seen by anybody for {plural(self.days, 'day')}, "
            f"with {self._offered(f'{self.offered_at_least} or more', 2)} since{conditions(self)}"
        )

    def explain(self, account: Account) -> str:
        seen = f"since {on_day(account.last_seen)}" if account.last_seen else "at any time"
        return (
            f"Nobody has recorded seeing the child {seen}, with {self._offered(str(account.count), account.count)}, "
            f"{from_to(account.first_day, account.last_day)}, at {plural(account.organisations, 'organisation')}"
            f"{statuses(account.statuses)}"
        )

    def _offered(self, amount: str, number: int) -> str:
        offered = "appointments offered on " if self.unit == "days" else ""
        return f"{offered}{amount} {things(self, number)}{'' if offered else ' offered'}"
