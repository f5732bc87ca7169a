"""The table of patterns: a kind of behaviour in time is one file here and one line below."""

from typing import Annotated

from pydantic import Field

from wnb.patterns.across_agencies import AcrossAgencies
from wnb.patterns.family import Family
from wnb.patterns.in_a_row import InARow
from wnb.patterns.repeated import Repeated
from wnb.patterns.rule import Account, Rule
from wnb.patterns.share import Share
from wnb.patterns.unseen import Unseen

KINDS: dict[str, type[Rule]] = {
    "repeated": Repeated,
    "in_a_row": InARow,
    "across_agencies": AcrossAgencies,
    "share": Share,
    "family": Family,
    "unseen": Unseen,
}

AnyRule = Annotated[Repeated | InARow | AcrossAgencies | Share | Family | Unseen, Field(discriminator="pattern")]
"""What one line of `rules.yaml` may be; `pattern` chooses."""

__all__ = ["KINDS", "Account", "AnyRule", "Rule"]
