"""Repeated: so many within so many days, whatever lies between."""

from collections.abc import Callable
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from wnb.patterns.marks import Days32, Kin, Marks, Numbers, enough
from wnb.patterns.rule import Account, Days, Rule, Times
from wnb.patterns.words import at_least, conditions, found, plural


def judge_repeated(
    day: Days32, marks: Marks, place: Days32, until: int, numbers: Numbers, kin: Kin,
    count: Days32, since: Days32, first: Days32, last: Days32,
) -> None:  # fmt: skip
    """It counts, and with those counted in the `within_days` days ending with its day there are `at_least`."""
    enough(day, marks, numbers, numbers[2], numbers[3], 0, count, since, first, last)


class Repeated(Rule):
    """`pattern: repeated`: at least so many within so many days."""

    pattern: Literal["repeated"]
    at_least: Times
    """So many that count."""
    within_days: Days
    """Within so many days, the first and the last counted."""

    judge: ClassVar[Callable[..., None]] = staticmethod(judge_repeated)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.of_which_not_brought > self.at_least:
            raise ValueError(f"of_which_not_brought: {self.of_which_not_brought} of {self.at_least} is not possible")
        if self.unit == "days" and self.at_least > self.within_days:
            raise ValueError(f"at_least: {self.at_least} days do not fit into within_days: {self.within_days}")
        return self

    def own_numbers(self) -> tuple[int, ...]:
        return self.at_least, self.within_days

    @property
    def fewest(self) -> int:
        return self.at_least

    def says(self) -> str:
        return f"{at_least(self, self.at_least)} within {plural(self.within_days, 'day')}{conditions(self)}"

    def explain(self, account: Account) -> str:
        return found(self, account)
