"""Every version of the rules that the casebook knows of, and which of them a night uses."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from wnb.config import Configuration
from wnb.draft import reused
from wnb.errors import ConfigurationFaults
from wnb.governed import FILE, Governed, Register, governed, rules_of, rules_sha256
from wnb.rules import Rules
from wnb.store.casebook import Casebook, NightRecord


def under_rules(configuration: Configuration, casebook: Casebook, night: date, register: Register) -> Governed:
    """The configuration with the rules that are in force on `night` (`wnb.governed`)."""
    last = casebook.last_committed()
    record = casebook.night(last) if last and last < night else None
    texts = json.loads(casebook.configuration(record.config_sha256)) if record else {}
    return governed(configuration, register, night, texts)


class Known:
    """Every version of the rules that the casebook knows of: used by a night, proposed, approved."""

    def __init__(self, configuration: Configuration, casebook: Casebook | None, today: date) -> None:
        self.configuration = configuration
        self.register = casebook.rules_register() if casebook else Register()
        self.nights: tuple[NightRecord, ...] = casebook.nights() if casebook else ()
        self.next_night = self.nights[-1].night + timedelta(days=1) if self.nights else today
        self.used = tuple(self._used(casebook.configurations() if casebook else {}))
        if casebook:
            self.ruled = under_rules(configuration, casebook, self.next_night, self.register)
        else:
            self.ruled = governed(configuration, self.register, self.next_night, {})

    def _used(self, configurations: Mapping[str, str]) -> Iterator[tuple[Rules, str]]:
        """The rules that nights used, each with whence it is known; one that can no longer be read is left out."""
        by_nights = dict.fromkeys((record.config_sha256, record.rules_version) for record in self.nights)
        texts = dict.fromkeys((json.loads(configurations[used]).get(FILE, ""), version) for used, version in by_nights)
        for text, version in texts:
            rules = _readable(text)
            if rules and rules.version == version:  # else the night went by the register, which is asked below
                yield rules, "by nights"
        for version in dict.fromkeys(approval.version for approval in self.register.approvals):
            proposal = self.register.proposal(version)
            if proposal and (rules := _readable(proposal.document)):
                yield rules, "by an approval"

    def ids(self) -> dict[str, set[str]]:
        """Every rule id that nights used or that was approved -> the patterns that it stood for."""
        found: dict[str, set[str]] = defaultdict(set)
        for rules, _ in self.used:
            for rule in rules.rules:
                found[rule.id].add(rule.pattern)
        return found

    def wrong_with(self, rules: Rules) -> tuple[str, ...]:
        """Why these rules may not be a version: its name stands for others, or an id for another pattern."""
        ours = rules_sha256(rules)
        taken = {f"was used {whence}" for used, whence in self.used if used.version == rules.version
                 and rules_sha256(used) != ours}  # fmt: skip
        proposal = self.register.proposal(rules.version)
        if proposal and rules_sha256(rules_of(proposal.document, f"casebook, rules {proposal.version}")) != ours:
            taken.add(f"was proposed by {proposal.by} on {proposal.at.date()}")
        named = (f"version {rules.version} {' and '.join(sorted(taken))}, with other rules: name this one otherwise",)
        return (*(named if taken else ()), *reused(rules, self.ids()))


def _readable(text: str) -> Rules | None:
    try:
        return rules_of(text, FILE)
    except ConfigurationFaults:
        return None
