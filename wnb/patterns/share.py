"""Share: so large a part of what was offered, whether that is much or little."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from wnb.patterns.marks import COUNTED, NOT_BROUGHT, OFFERED, Days32, Kin, Marks, Numbers, amounts, windows
from wnb.patterns.rule import Account, Days, Rule, Times
from wnb.patterns.words import conditions, from_to, how_many, mixture, plural, statuses, things


def _to_the_hundredth(percent: float) -> float:
    if round(percent * 100) / 100 != percent:
        raise ValueError("at most two decimals, like 33.33")
    return percent


HUNDREDTHS = 100


def judge_share(
    day: Days32, marks: Marks, place: Days32, until: int, numbers: Numbers, kin: Kin,
    count: Days32, since: Days32, first: Days32, last: Days32,
) -> None:  # fmt: skip
    """It was offered, and a hundred times the counted is at least percent times the offered, of at least so many."""
    by_day, of_which, hundredths, of_at_least, within = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    windows(day, marks, within, 0, since)
    amounts(day, marks, COUNTED, since, by_day, count)
    amounts(day, marks, NOT_BROUGHT, since, by_day, first)  # both lent until the days are known
    amounts(day, marks, OFFERED, since, by_day, last)
    for i in range(len(day)):
        if (
            not marks[i] & OFFERED
            or last[i] < of_at_least
            or 100 * HUNDREDTHS * int(count[i]) < hundredths * int(last[i])
            or first[i] < of_which
        ):
            count[i] = 0
        first[i] = last[i] = day[i]


class Share(Rule):
    """`pattern: share`: at least such a part of at least so many offered."""

    pattern: Literal["share"]
    at_least_percent: Annotated[float, Field(gt=0, le=100), AfterValidator(_to_the_hundredth)]
    """So large a part of what was offered, exactly; at most two decimals."""
    of_at_least: Times
    """Of no fewer offered than this."""
    within_days: Days
    """Within so many days, the first and the last counted."""

    judge: ClassVar[Callable[..., None]] = staticmethod(judge_share)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.unit == "days" and self.of_at_least > self.within_days:
            raise ValueError(f"of_at_least: {self.of_at_least} days do not fit into within_days: {self.within_days}")
        return self

    def own_numbers(self) -> tuple[int, ...]:
        return round(self.at_least_percent * HUNDREDTHS), self.of_at_least, self.within_days

    @property
    def fewest(self) -> int:
        hundredths = round(self.at_least_percent * HUNDREDTHS)
        return -(-hundredths * self.of_at_least // (100 * HUNDREDTHS))

    def says(self) -> str:
        of = f"{self.at_least_percent:g}% or more of at least {self.of_at_least}"
        return f"{how_many(self, of, self._offered(self.of_at_least))}{conditions(self)}"

    def explain(self, account: Account) -> str:
        of = f"{account.count} of the {account.offered}"
        return (
            f"{how_many(self, of, self._offered(account.offered))}, {from_to(account.first_day, account.last_day)}, "
            f"at {plural(account.organisations, 'organisation')}{mixture(self, account)}{statuses(account.statuses)}"
        )

    def _offered(self, number: int) -> str:
        return f"{things(self, number)} offered within {plural(self.within_days, 'day')}"
