"""Family: what each child of a household has a little of, the household has much of."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from wnb.patterns.marks import (
    COUNTED,
    NEWS,
    NOT_BROUGHT,
    TOLD_TONIGHT,
    Days32,
    Kin,
    Marks,
    Numbers,
    amounts_on,
    enough,
)  # fmt: skip
from wnb.patterns.rule import Account, Days, Rule, Times
from wnb.patterns.words import at_least, conditions, found, plural, things
from wnb.terms import Desk

LARGEST_HOUSEHOLD = 12
"""More children than this under one id are no household: a hospital, a refuge, a placeholder given to everybody."""


def judge_family(
    day: Days32, marks: Marks, place: Days32, until: int, numbers: Numbers, kin: Kin,
    count: Days32, since: Days32, first: Days32, last: Days32,
) -> None:  # fmt: skip
    """It counts, and of the household so many children, itself one, have each `at_least` within those days.

    Those days are whole days: of the other children's appointments on the day itself all are within.
    """
    by_day, of_which, least, within, children = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    enough(day, marks, numbers, least, within, 0, count, since, first, last)
    having = np.ones(len(day), np.int32)
    counted, missed, news = np.empty_like(day), np.empty_like(day), np.empty_like(day)
    for k in range(len(kin.starts) - 1):
        begin, end = kin.starts[k], kin.starts[k + 1]
        days, theirs = kin.day[begin:end], kin.marks[begin:end]
        amounts_on(day, days, theirs, COUNTED, within, by_day, counted)
        amounts_on(day, days, theirs, NOT_BROUGHT, within, by_day, missed)
        amounts_on(day, days, theirs, TOLD_TONIGHT, within, by_day, news)
        for i in range(len(day)):
            if counted[i] >= least and missed[i] >= of_which:
                having[i] += 1
                if news[i]:
                    marks[i] |= NEWS
    for i in range(len(day)):
        if having[i] < children:
            count[i] = 0


class Family(Rule):
    """`pattern: family`: so many children of one household, each at least so many within so many days."""

    pattern: Literal["family"]
    children: Annotated[int, Field(ge=2, le=LARGEST_HOUSEHOLD, strict=True)]
    """So many children of the household, the child itself one of them."""
    at_least: Times
    """Each of them so many that count."""
    within_days: Days
    """Within so many days, the same for all of them."""

    judge: ClassVar[Callable[..., None]] = staticmethod(judge_family)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.desk is Desk.OWN_AGENCY and self.scope == "anywhere":
            raise ValueError(
                "scope: anywhere counts what other agencies tell of a brother or sister, which an agency's own list "
                "may not tell; say scope: agency, or list: partnership"
            )
        if self.of_which_not_brought > self.at_least:
            raise ValueError(f"of_which_not_brought: {self.of_which_not_brought} of {self.at_least} is not possible")
        if self.unit == "days" and self.at_least > self.within_days:
            raise ValueError(f"at_least: {self.at_least} days do not fit into within_days: {self.within_days}")
        return self

    @property
    def others(self) -> int:
        return self.children - 1

    def own_numbers(self) -> tuple[int, ...]:
        return self.at_least, self.within_days, self.children

    @property
    def fewest(self) -> int:
        return self.at_least

    def says(self) -> str:
        each = f"{at_least(self, self.at_least)} within {plural(self.within_days, 'day')}"
        return f"{each}, each of {self.children} or more children of one household{conditions(self)}"

    def explain(self, account: Account) -> str:
        """Name no other child, and say nothing of where: the other child has a record of its own."""
        others = "1 other child" if self.others == 1 else f"{self.others} other children"
        such = f"{self.at_least} or more such {things(self, 2)} within the same {plural(self.within_days, 'day')}"
        return f"{found(self, account)}; at least {others} of the household had {such}"
