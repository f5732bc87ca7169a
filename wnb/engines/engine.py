"""What an engine must do, and which one the configuration asks for. It prepares and orders; it decides nothing.

An engine is a module with the functions of `Engine`. Linking, recoding and everything that needs the casebook happens
where the night runs; what an engine may take elsewhere is what looks at everybody: every appointment of every child,
and every account of every person.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from typing import Protocol

import pyarrow as pa

from wnb.config import Configuration
from wnb.detect import Findings
from wnb.errors import ConfigurationFaults, Fault
from wnb.histories import Histories
from wnb.joining import Joined
from wnb.linkage import Model
from wnb.patterns import Rule


@dataclass(frozen=True)
class Pass:
    """One pass of detection: its rules, what they found, and the histories whose positions the findings name.

    The histories hold every child who was found whole; of the others an engine may leave out the appointments.
    """

    histories: Histories
    rules: Sequence[Rule]
    findings: Findings
    households_set_aside: int = 0


class Engine(Protocol):
    """What every engine does. Two engines say the same of the same night, finding for finding and pair for pair."""

    def at_work(self) -> AbstractContextManager[None]:
        """Holds what is dear to start from one question of a night to the next; asked without it, it starts each time.

        Raises:
            UsageFault: it cannot be started.
        """

    def alike(self, model: Model, asked: pa.Table, told: pa.Table) -> pa.Table:
        """Which account of `asked` may be of one child with which of `told`: rows of `linkage.ALIKE`, in no order.

        Accounts as `likely.profiles` gives them; two of one child are never compared.
        """

    def passes(
        self, configuration: Configuration, facts: Mapping[str, pa.Table], joined: Joined, night: date
    ) -> tuple[Pass, ...]:
        """Every rule over what it may read (`may_read.asked`) of everything held, as of `night`."""


def engine_of(configuration: Configuration) -> Engine:
    """The engine that `wnb.yaml` asks for.

    Raises:
        ConfigurationFaults: it is Spark, and PySpark is not installed here.
    """
    if configuration.partnership.engine == "local":
        from wnb.engines import local  # which imports what stands above

        return local
    if find_spec("pyspark") is None:
        raise ConfigurationFaults(
            [
                Fault(
                    _place(configuration),
                    "engine: spark needs PySpark, which is not installed here",
                    "Install it with pip install 'wnb[spark]' (it needs Java 17 or later), or use one machine.",
                    "engine: local",
                )
            ]
        )
    from wnb.engines import spark

    return spark


def _place(configuration: Configuration) -> str:
    lines = configuration.texts["wnb.yaml"].split("\n")
    line = next((n for n, text in enumerate(lines, 1) if text.startswith("engine:")), 1)
    return f"{configuration.folder / 'wnb.yaml'}:{line}:1"
