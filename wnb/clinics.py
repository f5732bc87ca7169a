"""Which clinics' misses jumped, and which findings rest on one of them alone: what `escalate` is told of spikes.

A clinic is an agency, or one service of an agency. What an agency keeps to itself is a clinic of its own beside what it
shares, so that nothing of it is in a number that others are told. Words name a service only where it may be known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wnb.config import Configuration
from wnb.histories import Histories
from wnb.joining import EPOCH, Joined, day_number, shareable
from wnb.publish.words import WEEKDAYS
from wnb.publish.words import day as in_words
from wnb.spikes import Spike, on_spikes, rests_at, spikes
from wnb.terms import MEANING, Meaning, Outcome

I32 = NDArray[np.int32]
Bools = NDArray[np.bool_]
MISSED = np.zeros(256, bool)
MISSED[[int(o) for o in Outcome if MEANING[o] is Meaning.NOT_BROUGHT]] = True
OFFERED = MISSED.copy()
OFFERED[[int(o) for o in Outcome if MEANING[o] in (Meaning.SEEN, Meaning.UNSEEN)]] = True


@dataclass(frozen=True)
class Clinic:
    """An agency (what it shares, or what it keeps to itself), or one service of it."""

    agency: str
    called: str  # where its name may be known
    called_to_others: str

    def says(self, spiking: Iterable[Spike], to_its_own: bool) -> str:
        """`Lea Bridge outpatients, Eyes: 64 missed on Thursday 12 November 2026, usually 6 on a Thursday.`"""
        days = [(EPOCH + timedelta(days=spike.day), spike) for spike in spiking]
        told = "; ".join(
            f"{spike.missed:,} missed on {WEEKDAYS[on.weekday()]} {in_words(on)}, "
            f"usually {spike.usual:g} on a {WEEKDAYS[on.weekday()]}"
            for on, spike in days
        )
        return f"{self.called if to_its_own else self.called_to_others}: {told}."


@dataclass(frozen=True, eq=False)
class Numbered:
    """One way of numbering clinics: of each held row its clinic (-1: none), the clinics, and tonight's spikes."""

    number: I32
    clinics: Sequence[Clinic]
    spikes: tuple[Spike, ...]


@dataclass(frozen=True, eq=False)
class Clinics:
    """Tonight's spikes: of agencies, then of services; and the held rows that are misses of any of them."""

    ways: tuple[Numbered, ...]
    rows: Bools

    @property
    def any(self) -> bool:
        """Whether any clinic spikes."""
        return any(way.spikes for way in self.ways)

    def without(self, histories: Histories) -> Histories:
        """The histories as if the misses of tonight's spikes meant nothing, like any other fault of a service."""
        nothing = np.where(self.rows[histories.row], np.uint8(Outcome.SERVICE_FAULT), histories.outcome)
        return replace(histories, outcome=nothing)

    def rested_on(self, rows: NDArray[np.int64], days: I32, desk: str) -> str:
        """The clinic on whose spike evidence (held rows, their days) rests alone, as a desk is told; empty: on none."""
        for way in self.ways:
            clinic = rests_at(way.number[rows], days, way.spikes) if way.spikes else -1
            if clinic >= 0:
                of = way.clinics[clinic]
                return of.says([spike for spike in way.spikes if spike.clinic == clinic], desk == of.agency)
        return ""


def clinics(configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined, night: date) -> Clinics:
    """The spikes of tonight's recall days."""
    today, known = day_number(night), configuration.rules.clinic_spike
    asked = joined.in_history & (joined.day <= today)
    outcome = joined.counted_outcome
    missed, offered = MISSED[outcome] & asked, OFFERED[outcome] & asked
    since = today - configuration.rules.recall_days + 1
    ways, rows = [], np.zeros(len(joined.day), bool)
    for number, named in (_agencies(configuration, facts, joined), _services(configuration, facts, joined)):
        found = spikes(number, joined.day, offered, missed, since, today, known.at_least, known.times_usual)
        rows |= on_spikes(number, joined.day, missed, found)
        ways.append(Numbered(number, named, found))
    return Clinics(tuple(ways), rows)


def _agencies(
    configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined
) -> tuple[I32, Sequence[Clinic]]:
    """Each agency's rows that it shares, then those that it keeps to itself."""
    shared = shareable(configuration, facts, joined)
    whose = np.repeat(np.arange(len(joined.agencies), dtype=np.int32), np.diff(joined.bounds))
    told = [configuration.agencies[agency] for agency in joined.agencies]
    sharing = [Clinic(agency.agency, agency.name, agency.name) for agency in told]
    kept = [
        clinic if agency.sharing == "own-agency-only" else replace(clinic, called=f"{agency.name}, kept to itself")
        for agency, clinic in zip(told, sharing, strict=True)
    ]
    return np.where(shared, whose, whose + len(told)).astype(np.int32), (*sharing, *kept)


def _services(
    configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined
) -> tuple[I32, Sequence[Clinic]]:
    numbers: list[I32] = [np.empty(0, np.int32)]
    named: list[Clinic] = []
    for name in joined.agencies:
        agency = configuration.agencies[name]
        coded = pc.dictionary_encode(facts[name]["service"].cast(pa.string())).combine_chunks()
        place = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
        numbers.append(np.where(place >= 0, place + len(named), -1).astype(np.int32))
        for service in coded.dictionary.to_pylist():
            known = agency.sharing_by_service.get(service, agency.sharing) == "partnership"
            called = f"{agency.name}, {service}" if service else agency.name
            named.append(Clinic(name, called, called if known else f"{agency.name}, one of its services"))
    return np.concatenate(numbers), named
