"""The few kinds of error. Each says where, why and what to do; none of them ever holds a child's data.

WnbError
├── ConfigurationFaults   the configuration is wrong: every fault at once          exit 2
├── UsageFault            the command was given something it cannot use            exit 2
├── LockHeld              another run is at work                                   exit 5
├── CasebookOutOfDate     the casebook needs a migration                           exit 6
├── ReaderFault           extracts cannot be read in a process of their own        exit 1
└── SafetyStop            a count that must balance does not: nothing is published exit 1
"""

import re
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """What a command ends with. `Exit.LATE` goes before `Exit.QUARANTINED` where both hold."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    QUARANTINED = 3
    LATE = 4
    LOCKED = 5
    MIGRATE = 6


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one place: `place` as file:line:column, `reason`, `remedy`, and a right `example`."""

    place: str
    reason: str
    remedy: str
    example: str = ""

    def __str__(self) -> str:
        example = f"\n    for example: {self.example}" if self.example else ""
        return f"{self.place}: {self.reason}\n    {self.remedy}{example}"


class WnbError(Exception):
    """Anything a person can act on. Shown without a traceback."""

    exit = Exit.FAULT


def _in_order(fault: Fault) -> tuple[object, ...]:
    """By file, line and column, the numbers as numbers."""
    file, *numbers = fault.place.rsplit(":", 2) if re.search(r":\d+:\d+$", fault.place) else (fault.place,)
    return file, *map(int, numbers or ("0", "0")), fault.reason


class ConfigurationFaults(WnbError):
    """Everything that is wrong with the configuration, gathered before anything stopped."""

    exit = Exit.USAGE

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults), key=_in_order)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UsageFault(WnbError):
    """The command line asks for something that cannot be: said with what would be right."""

    exit = Exit.USAGE


class LockHeld(WnbError):
    """Another run holds the lock on this partnership's data."""

    exit = Exit.LOCKED


class CasebookOutOfDate(WnbError):
    """The casebook was made by another version and needs a migration first."""

    exit = Exit.MIGRATE


class CasebookMovedOn(WnbError):
    """A person decided something after the night had read the cases: its decisions must be made again."""


class ReaderFault(WnbError):
    """Extracts are read in a process of their own, and there is none to be had, or it failed: no fault of a file."""


class SafetyStop(WnbError):
    """A count that must balance does not. Yesterday's list stands; a person must look."""
