"""An agency changes its extract overnight: what is said of it, and that what is pasted then reads it."""

import json
from datetime import timedelta

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.partnership import at_noon
from tests.small import NIGHT, Small, one_night_done
from wnb import cli


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return one_night_done(tmp_path_factory.mktemp("layout"))


def wnb(small: Small, *words: str) -> Result:
    return CliRunner().invoke(cli.app, [*words, "--config", str(small.root / "config")])


def test_a_changed_layout_is_laid_beside_yesterdays_and_read_once_its_version_is_pasted(
    done: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_clock", lambda: at_noon(NIGHT + timedelta(days=1)))
    [agency] = [path for path in (done.root / "config" / "agencies").glob("*.yaml") if path.stem == "clinic"]
    [last, *_] = sorted((done.root / "inbox" / "clinic").iterdir(), reverse=True)
    header, *rows = last.read_text("utf-8-sig").splitlines()
    assert json.loads(wnb(done, "agency", "diff", str(last), "--json").stdout)["beside"] is None  # not beside itself
    changed = last.with_name(last.name.replace(f"{NIGHT}", f"{NIGHT + timedelta(days=1)}"))
    names = header.split(",")
    names[names.index(names[2])] = "x" + names[2]
    changed.write_text("\n".join([",".join(names), *rows, ""]), "utf-8")
    assert wnb(done, "check", "--sample", str(changed)).exit_code == 4
    told = json.loads(wnb(done, "agency", "diff", str(changed), "--json").stdout)
    assert told["beside"] == last.name
    assert told["rejected"]  # what a night would say of it is said here too
    assert any(row["before"] == names[2][1:] and row["now"] == names[2] for row in told["header"])
    with agency.open("a", encoding="utf-8") as file:
        file.write("\n" + told["yaml"])
    result = wnb(done, "check", "--sample", str(changed))
    assert result.exit_code == 0, result.stdout
    assert wnb(done, "agency", "diff", str(changed)).stdout == f"{changed.name} is as the YAML of clinic says.\n"
