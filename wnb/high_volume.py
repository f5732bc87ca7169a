"""Many appointments and few of them missed: another question than the same count of a child who is seldom offered one.

A guard that only re-labels, each night anew: "review, high volume". It moves no step, no date and nobody off a list.
"""

from collections.abc import Iterable

from wnb.patterns import Rule
from wnb.rules import HighVolume
from wnb.terms import Step

COUNTS = "repeated"
"""The pattern that visits by their number alone may meet. Any other says what they do not explain: a run, a share."""


def is_high_volume(met: Iterable[Rule], offered: int, not_brought: int, at_risk: bool, guard: HighVolume) -> bool:
    """Whether a listed child's patterns may be a matter of how many visits there are.

    Source: the rate guard of the levels in the safeguarding guidance's proposal (`high_volume` in `rules.yaml`).

    Args:
        met: the rules that are met tonight on this desk; with none there is nothing to label.
        offered: appointments of the last twelve months that took place or should have, those missed among them.
        not_brought: how many of them the child was not brought to.
        at_risk: whether a risk status holds; it always goes before.
        guard: how many are many, and below what share few.
    """
    rules = [*met]
    if at_risk or not rules or any(rule.pattern != COUNTS or rule.step is Step.ESCALATE for rule in rules):
        return False
    return offered >= guard.of_at_least and 100 * not_brought < guard.share_below_percent * offered
