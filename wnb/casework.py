"""What may stand in `config/casework.yaml`, and what holds where it says nothing: steps, front doors, reasons."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from wnb.settings import Model, Name, Whole, Words
from wnb.terms import ExitReason, Step


class StepWork(Model):
    """What a step asks of people. `days`: working days of England and Wales from the list's first publication."""

    days: Whole
    do: tuple[Words, ...] = Field(min_length=1)


class Recipient(Model):
    """Who is told at which steps, by role."""

    role: Words
    steps: tuple[Step, ...]
    contact: str = ""


def _plainly(name: str) -> str:
    return " ".join(name.casefold().split())


class FrontDoor(Model):
    """Where a concern goes, by the child's home local authority, with the number for nights and weekends."""

    local_authority: Words
    also_called: tuple[Words, ...] = ()
    """Other names and codes by which agencies write this authority: E09000012."""
    name: Words
    phone: Words
    email: str = ""
    out_of_hours: Words

    def answers_for(self, authorities: Iterable[str]) -> bool:
        """Whether any of these names of a home local authority is this one's; capitals and spaces make no other."""
        own = {_plainly(name) for name in (self.local_authority, *self.also_called)}
        return any(_plainly(name) in own for name in authorities)


class ClosingReason(Model):
    """Why a person may close a case, and which exit it is in `night.json`."""

    id: Name
    words: Words
    exit: Literal[ExitReason.CLOSED, ExitReason.DECEASED, ExitReason.HANDED_OVER_AT_18] = ExitReason.CLOSED


STEP_WORK: dict[Step, StepWork] = {
    Step.ENGAGE: StepWork(
        days=1,
        do=(
            "Speak with a parent or carer today; try at least two ways, and check first which way is safe.",
            "Ask what made it hard to come, offer help with it, and agree the next appointment.",
        ),
    ),
    Step.REVIEW: StepWork(
        days=1,
        do=(
            "Read the chronology, then ask the other services what they know of this child.",
            "Decide with the partnership what the family needs, and write down why.",
        ),
    ),
    Step.ESCALATE: StepWork(
        days=0,
        do=(
            "Decide today whether there is an identified risk of harm; if there is, call Children's Social Care now.",
            "If you decide not to refer, write down why and who agreed.",
        ),
    ),
}
CLOSING_REASONS = (
    ClosingReason(id="needs-met", words="The child has been seen and the reasons are understood"),
    ClosingReason(id="support-in-place", words="Another service is working with the family and knows"),
    ClosingReason(id="not-a-concern", words="Looked at and not a concern, for the reason written down"),
    ClosingReason(id="died", words="The child has died; confirmed by a person", exit=ExitReason.DECEASED),
    ClosingReason(
        id="handed-over-at-18", words="Now an adult; handed over to adult services", exit=ExitReason.HANDED_OVER_AT_18
    ),
)


class NotCountedReason(Model):
    """Why a person may set a missed appointment aside."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    words: Words


NOT_COUNTED_REASONS = (
    NotCountedReason(id="letter-late", words="The letter came too late, or never"),
    NotCountedReason(id="wrong-address", words="It went to a wrong address or number"),
    NotCountedReason(id="no-interpreter", words="No interpreter, or nothing that the family could read"),
    NotCountedReason(id="told-in-time", words="The family had told the service in time"),
    NotCountedReason(id="recorded-wrongly", words="It was recorded wrongly"),
    NotCountedReason(id="other", words="For another reason, which is written down"),
)


class Casework(Model):
    """`config/casework.yaml`."""

    steps: dict[Step, StepWork] = STEP_WORK
    recipients: tuple[Recipient, ...] = ()
    front_doors: tuple[FrontDoor, ...] = ()
    barriers: tuple[Words, ...] = ()
    help: tuple[Words, ...] = ()
    closing_reasons: tuple[ClosingReason, ...] = CLOSING_REASONS
    not_counted_reasons: tuple[NotCountedReason, ...] = NOT_COUNTED_REASONS

    @model_validator(mode="after")
    def _every_step_is_said(self) -> Self:
        if missing := [step for step in Step if step not in self.steps]:
            raise ValueError(f"steps: {', '.join(missing)} must be given, with days and what to do")
        return self
