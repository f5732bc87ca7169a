"""What every rule says, whatever its pattern: the common settings of `config/rules.yaml`, one model for each line.

A pattern's own file adds its settings to `Rule` and says what they mean over one child's history.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from wnb.patterns.marks import BREAKS, COUNTED, EVER, NOT_BROUGHT, OFFERED, SEEN
from wnb.terms import MEANING, Desk, Meaning, Outcome, Status, Step

Days = Annotated[int, Field(ge=1, le=36_600, strict=True)]
Times = Annotated[int, Field(ge=1, le=10_000, strict=True)]
Counting = Literal["not_brought", "family_cancelled", "unseen"]
Unit = Literal["days", "appointments"]
Scope = Literal["anywhere", "agency", "service"]

RISK_OF_HARM = (
    frozenset({Status.SECTION_47}),
    frozenset({Status.HARM_RECORDED_BY_A_PERSON}),
    frozenset({Status.CHILD_PROTECTION_PLAN, Status.CRITICAL_APPOINTMENT}),
)
"""What alone may put a child under "decide today" (interface, section 3): an identified risk, never a count."""

BRINGING = (Meaning.SEEN, Meaning.UNSEEN)
"""Somebody brought the child: it breaks a run, unless the rule counts it."""


def statuses_of(words: str) -> frozenset[Status]:
    """`a&b` -> the statuses that must hold together. ValueError names a word that is not on the closed list."""
    return frozenset(Status(word.strip()) for word in words.split("&"))


@dataclass(frozen=True, slots=True)
class Account:
    """What a finding's sentence is made of: one child and one rule on a night.

    `first_day` and `last_day` are those of the evidence (not when the rule was met: `first_met_on`,
    `last_met_on`). `count`, `not_brought` and `offered` are in the rule's unit; `offered` is what was offered from
    where the evidence's window begins to the appointment that reached the count. `last_seen` is the last sighting
    before that appointment (in the finding's scope), None if there was none. `statuses` are the words of `only_if` that
    held.
    """

    first_day: date
    last_day: date
    count: int
    appointments: int
    not_brought: int
    organisations: int
    agencies: int
    offered: int
    first_met_on: date
    last_met_on: date
    last_seen: date | None = None
    statuses: tuple[str, ...] = ()


class Rule(BaseModel, ABC):
    """One line of `rules.yaml`. Subclasses are the patterns; `pattern` says which."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    """A name of its own, never used again for another rule: cases refer to it."""
    title: Annotated[str, Field(min_length=1)]
    """What a list calls it."""
    pattern: str
    step: Step
    """What it asks for: engage, review or escalate, the guidance's three steps."""
    desk: Desk = Field(default=Desk.PARTNERSHIP, alias="list")
    """The list it writes on: the partnership's, or only that of the agency whose appointments made it."""
    in_force_from: date
    """It is not asked on nights before this day; what happened before it counts."""
    source: Annotated[str, Field(min_length=1)]
    """Who found these numbers, or the words that they are a proposal."""
    counting: tuple[Counting, ...] = ("not_brought",)
    """What counts: not brought, cancelled by the family, brought but not seen."""
    unit: Unit = "days"
    """What is counted: days (counted appointments of one day count once) or appointments."""
    of_which_not_brought: Annotated[int, Field(ge=0, strict=True)] = 0
    """At least so many of the counted are not brought."""
    scope: Scope = "anywhere"
    """Where: each agency, or each service of an agency, may be judged by itself."""
    only_if: tuple[str, ...] = ()
    """Of what counts only that on days with one of these statuses; a&b: with both."""
    recall_days: Days | None = None
    """How many days a pattern that was met stays found; left out: what rules.yaml says for all."""

    judge: ClassVar[Callable[..., None]]
    """The pattern itself: plain Python over one child's arrays, compiled by `wnb.compiled`.

    `judge(day, marks, place, until, numbers, kin, count, since, first, last)`: the appointments in order (days since
    1970-01-01, the bits of `wnb.patterns.marks`, organisation), the last day on which the rule may hold, `numbers()`,
    what other children of the household have (`Kin`: nobody, but for a rule that asks for `others`); and four arrays
    to fill, one entry an appointment: how many count where the rule holds (0: it does not), where the
    evidence begins (it is what is COUNTED from there to the appointment), first and last day on which it holds thereby.
    """

    @model_validator(mode="after")
    def _words_are_known(self) -> Self:
        known = ", ".join(Status)
        for words in self.only_if:
            try:
                statuses_of(words)
            except ValueError:
                raise ValueError(f"only_if: {words!r} is not made of known statuses ({known})") from None
        if not self.counting:
            raise ValueError("counting: name at least one of not_brought, family_cancelled, unseen")
        if self.of_which_not_brought and not self.counts(Outcome.WAS_NOT_BROUGHT):
            raise ValueError("of_which_not_brought: needs not_brought among what is counting, or it is never met")
        if self.step is Step.ESCALATE and not (self.only_if and all(map(self._may_escalate, self.only_if))):
            raise ValueError(
                "step: escalate needs an only_if of nothing but section-47, harm-recorded-by-a-person, or "
                "child-protection-plan&critical-appointment: a count alone never goes to social care"
            )
        return self

    @staticmethod
    def _may_escalate(words: str) -> bool:
        return statuses_of(words) in RISK_OF_HARM

    def masks(self) -> NDArray[np.uint16]:
        """uint16 bit sets, of which one must lie whole in the day's statuses; empty: every appointment counts."""
        return np.array([sum(s.bit for s in statuses_of(words)) for words in self.only_if], dtype=np.uint16)

    def counts(self, outcome: Outcome) -> bool:
        """Whether this outcome counts under the rule, before `only_if`."""
        return MEANING[outcome].value in self.counting

    def marks(self) -> NDArray[np.uint8]:
        """The marks of each outcome under this rule, before `only_if`: 256 entries, by the number of the outcome."""
        table = np.zeros(256, dtype=np.uint8)
        for outcome, meaning in MEANING.items():
            named = meaning.value in self.counting
            counted = self.counts(outcome)
            table[outcome] = (
                COUNTED * counted
                | NOT_BROUGHT * (counted and meaning is Meaning.NOT_BROUGHT)
                | BREAKS * (meaning in BRINGING and not named)
                | SEEN * (meaning is Meaning.SEEN)
                | OFFERED * (named or meaning in BRINGING or meaning is Meaning.NOT_BROUGHT)
            )
        return table

    def numbers(self) -> tuple[int, ...]:
        """The settings as whole numbers, in the order `judge` reads them: by days or not, not brought, its own."""
        return int(self.unit == "days"), self.of_which_not_brought, *self.own_numbers()

    @property
    def others(self) -> int:
        """How many other children of the household the rule asks about; 0: it is about the child alone."""
        return 0

    @property
    def window(self) -> int:
        """How many days back from an appointment it looks; EVER: as far as there are any."""
        return int(getattr(self, "within_days", EVER))

    @property
    def lasting(self) -> bool:
        """Whether it can be met on days on which the child has no appointment."""
        return False

    @abstractmethod
    def own_numbers(self) -> tuple[int, ...]:
        """The pattern's own settings as whole numbers."""

    @property
    @abstractmethod
    def fewest(self) -> int:
        """The least number of counted appointments that could ever meet the rule; at least 1."""

    @abstractmethod
    def says(self) -> str:
        """The rule in words, from its settings alone: "Not brought on 3 or more days within 180 days"."""

    @abstractmethod
    def explain(self, account: Account) -> str:
        """One finding in words: "Not brought on 3 days in 59, 5 January to 4 March 2026, at 2 organisations"."""
