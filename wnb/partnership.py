"""What may stand in `config/wnb.yaml`, in the order of the interface: the partnership, its folders and its choices."""

import re
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from wnb.patterns.family import LARGEST_HOUSEHOLD
from wnb.settings import Model, Whole, Words


class Paths(Model):
    """Where things are, relative to the folder that holds `config/`."""

    inbox: Words = "fixtures/inbox"
    data: Words = "var/data"
    lists: Words = "var/lists"


class Start(Model):
    """How the first nights enter the list; see "the first night" in the interface."""

    backlog_a_week: Annotated[int, Field(ge=1, strict=True)] | None = None


class Capacity(Model):
    """What the partnership can do in a week; demand is shown beside it and hides nothing."""

    reviews_a_week: Whole = 12


class Linking(Model):
    """What may make one child of records beside NHS numbers, an agency's own numbers and people's decisions."""

    upn_legal_basis: str = ""
    """The legal basis on which UPNs link across agencies; while it is empty they link nothing."""
    join_from_probability: Annotated[float, Field(ge=0.99, lt=1)] | None = None
    """From which probability on likeness alone joins two children; left out: never. Every list says it."""


class Governance(Model):
    """Who answers for the use of this. Until filled, every list is headed "not for live use"."""

    controllers: tuple[Words, ...] = ()
    purpose: str = ""
    lawful_basis: str = ""
    dpia: str = ""
    review_by: date | None = None
    clinical_safety_officer: str = ""

    @property
    def missing(self) -> list[str]:
        """The names of the entries that are still empty."""
        return [name for name in type(self).model_fields if not getattr(self, name)]


def _clear_of_clock_changes(time: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time):
        raise ValueError('a time of day in four digits, in quotes: "03:15"')
    if time.startswith("01:"):
        raise ValueError("01:00 to 01:59 does not exist once a year and happens twice once a year; choose another time")
    return time


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{zone!r} is not a time zone; for England and Wales it is Europe/London") from None
    return zone


class LeftOut(Model):
    """An address that is no home: nobody is joined by it."""

    what: Literal["refuge", "hospital", "childrens-home", "hostel", "hotel", "school", "other"]
    uprn: str = ""
    address: str = ""
    postcode: str = ""
    """Alone: every address of this postcode."""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if not (self.uprn or self.postcode):
            raise ValueError("left_out: say uprn, or postcode with or without address")
        return self


class Households(Model):
    """By what children are taken to be one household, beside what an agency says of itself."""

    by_address: bool = True
    most_children: Annotated[int, Field(ge=2, le=LARGEST_HOUSEHOLD, strict=True)] = 8
    """More children at one address are no household."""
    left_out: tuple[LeftOut, ...] = ()


class Partnership(Model):
    """`config/wnb.yaml`."""

    partnership: Words
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/London"
    paths: Paths = Paths()
    casebook: Words = "sqlite:///var/casebook.db"
    casebook_secret: str | None = None
    """A file with at least 32 bytes that nobody else has; child ids are made with it. Left out: a practice key."""
    engine: Literal["local", "spark"] = "local"
    nightly_at: Annotated[str, AfterValidator(_clear_of_clock_changes)] = "03:15"
    settle_seconds: Whole = 60
    start: Start = Start()
    capacity: Capacity = Capacity()
    households: Households = Households()
    linking: Linking = Linking()
    governance: Governance = Governance()
