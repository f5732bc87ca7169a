"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("wnb", deadline=None)  # how busy the machine is says nothing of the code
settings.load_profile("wnb")

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared"


def missing(what: str) -> None:
    """Skip for want of something; where everything is needed (CI), fail instead."""
    if os.environ.get("WNB_NEEDS_ALL"):
        pytest.fail(f"{what} is needed here, and is not there")
    pytest.skip(f"{what} is not here")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The data that lies beside the project and is never part of it."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared reference data is not beside this checkout")
    return SHARED / "data"


@pytest.fixture(scope="session")
def shared_corpus() -> Path:
    """The extracts that nobody tuned for us."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("the shared corpus is not beside this checkout")
    return SHARED / "corpus"
