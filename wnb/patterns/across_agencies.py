"""Across agencies: what each organisation sees once, the join of them sees as a pattern."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from wnb.patterns.marks import COUNTED, SEEN, Days32, Kin, Marks, Numbers, enough
from wnb.patterns.rule import Account, Days, Rule, Times
from wnb.patterns.words import at_least, conditions, found, plural


def judge_across_agencies(
    day: Days32, marks: Marks, place: Days32, until: int, numbers: Numbers, kin: Kin,
    count: Days32, since: Days32, first: Days32, last: Days32,
) -> None:  # fmt: skip
    """It counts, and those counted within those days are `at_least` and at `organisations` organisations.

    `latest` keeps the organisations by when they last counted, newest first: so many of them lie in the window when the
    last of so many does.
    """
    least, within, organisations, none_seen_between = numbers[2], numbers[3], numbers[4], numbers[5]
    enough(day, marks, numbers, least, within, SEEN if none_seen_between else 0, count, since, first, last)
    latest = np.full(organisations, -1, np.int32)
    for i in range(len(day)):
        if marks[i] & COUNTED:
            newer = i
            for k in range(organisations):
                older = latest[k]
                latest[k] = newer
                if older < 0 or place[older] == place[i]:
                    break
                newer = older
            if latest[organisations - 1] < since[i]:
                count[i] = 0


class AcrossAgencies(Rule):
    """`pattern: across_agencies`: at least so many within so many days, at so many organisations."""

    pattern: Literal["across_agencies"]
    organisations: Annotated[int, Field(ge=2, le=1_000, strict=True)]
    """At so many organisations; two extracts of one organisation are one."""
    at_least: Times | None = None
    """So many that count; left out: as many as `organisations`."""
    within_days: Days
    """Within so many days, the first and the last counted."""
    none_seen_between: bool = False
    """Only what counts since the child was last seen by anybody."""

    judge: ClassVar[Callable[..., None]] = staticmethod(judge_across_agencies)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.scope != "anywhere":
            raise ValueError(f"scope: {self.scope} is one organisation; leave scope out, across_agencies is anywhere")
        if self.unit == "appointments" and self.least < self.organisations:
            raise ValueError(
                f"at_least: {self.least} appointments cannot be at {self.organisations} organisations; say at least "
                f"{self.organisations}, or leave at_least out"
            )
        if self.of_which_not_brought > self.least:
            raise ValueError(f"of_which_not_brought: {self.of_which_not_brought} of {self.least} is not possible")
        if self.unit == "days" and self.least > self.within_days:
            raise ValueError(f"at_least: {self.least} days do not fit into within_days: {self.within_days}")
        return self

    @property
    def least(self) -> int:
        """`at_least`, or as many as `organisations` where it is left out."""
        return self.at_least or self.organisations

    def own_numbers(self) -> tuple[int, ...]:
        return self.least, self.within_days, self.organisations, int(self.none_seen_between)

    @property
    def fewest(self) -> int:
        return max(self.least, self.organisations)

    def says(self) -> str:
        seen = ", nobody having seen the child between" if self.none_seen_between else ""
        return (
            f"{at_least(self, self.least)} within {plural(self.within_days, 'day')}, "
            f"at {self.organisations} or more organisations{seen}{conditions(self)}"
        )

    def explain(self, account: Account) -> str:
        seen = "; nobody saw the child between" if self.none_seen_between else ""
        return f"{found(self, account)}{seen}"
