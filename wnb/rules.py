"""What may stand in `config/rules.yaml`: the rules themselves are the patterns' own (`wnb.patterns`)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from wnb.patterns import AnyRule
from wnb.settings import Model, Percent, Words


class HighVolume(Model):
    """Many appointments and a low share: shown as "review, high volume" by a guard."""

    of_at_least: Annotated[int, Field(ge=1, strict=True)] = 10
    share_below_percent: Percent = 20


class ClinicSpike(Model):
    """When the misses of a clinic are so far above its own weekdays that new findings are held for two working days.

    The numbers are a proposal for the safeguarding lead; nobody has published any.
    """

    at_least: Annotated[int, Field(ge=1, strict=True)] = 10
    times_usual: Annotated[float, Field(ge=1)] = 3


class Rules(Model):
    """`config/rules.yaml`."""

    version: Words
    approved_by: str = ""
    recall_days: Annotated[int, Field(ge=1, le=3_660, strict=True)] = 28
    high_volume: HighVolume = HighVolume()
    clinic_spike: ClinicSpike = ClinicSpike()
    short_notice_days: Annotated[int, Field(ge=0, le=60, strict=True)] = 0
    rules: tuple[AnyRule, ...]

    @model_validator(mode="after")
    def _ids_are_used_once(self) -> Self:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise ValueError(f"rules: the id {rule.id!r} is used twice; an id is never reused")
            seen.add(rule.id)
        return self
