"""What an engine must do, and which one the configuration asks for. It prepares and orders; it decides nothing.

An engine is a module with the functions of `Engine`. Linking, recoding and everything that needs the casebook happens
where the night runs; what an engine may take elsewhere is the one step that reads every appointment of every child.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from wnb.config import Configuration
from wnb.detect import Findings
from wnb.errors import ConfigurationFaults, Fault
from wnb.histories import Histories
from wnb.patterns import Rule

if TYPE_CHECKING:
    from wnb.engines.local import Joined


@dataclass(frozen=True)
class Asked:
    """One pass of detection to be done: its rules, which held rows (bool) they may count, households.

    `home`: the household of each child (int32) as these rows tell it, None where no rule asks.
    """

    rules: tuple[Rule, ...]
    allowed: np.ndarray
    home: np.ndarray | None = None
    households_set_aside: int = 0


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
    """What every engine does. Two engines say the same of the same night, finding for finding."""

    def passes(
        self, configuration: Configuration, facts: Mapping[str, pa.Table], joined: "Joined", night: date
    ) -> tuple[Pass, ...]:
        """Every rule over what it may read (`local.asked`) of everything held, as of `night`."""


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
