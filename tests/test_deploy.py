"""The files with which a team runs it, as far as they can be checked without containers and a system."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.settings import read_environment
from ui import cli

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "ui" / "deploy"
SETTINGS = {f"STATED_{name.upper()}" for name in read_environment({})} | {"STATED_AUTH", "STATED_LOG"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return found


def test_one_service_writes_and_the_others_read_what_the_server_holds(services: dict[str, Any]) -> None:
    roles = {
        name: one["environment"]["STATED_CHROMA_ROLE"] for name, one in services.items() if name != "chroma"
    }
    assert sorted(roles.values()) == ["reader", "writer"]
    for name in roles:
        environment = services[name]["environment"]
        assert set(environment) <= SETTINGS
        assert environment["STATED_CHROMA_URL"] == "http://chroma:8000"
        assert ":?" in environment["STATED_AUTH"]  # no login, no start


def test_its_commands_are_understood_and_nothing_is_open_to_other_machines(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        if name == "chroma":
            assert "ports" not in service  # it has no login
        else:
            assert service["command"][0] == ".venv/bin/stated"
            cli.build_parser().parse_args(service["command"][1:])
    published = [port for service in services.values() for port in service.get("ports", ())]
    assert len(published) == len(set(published)) == 2


def test_the_server_is_the_version_that_the_client_is_pinned_to(services: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pin = next(line for line in project["dependencies"] if line.startswith("chromadb=="))
    assert services["chroma"]["image"] == f"chromadb/chroma:{pin.partition('==')[2]}"


def test_the_service_starts_a_command_that_is_understood() -> None:
    parser = configparser.ConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / "stated.service")
    words = shlex.split(parser["Service"]["ExecStart"])
    assert Path(words[0]).name == "stated"
    options = cli.build_parser().parse_args(words[1:])
    assert options.host == "127.0.0.1"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_finds_no_fault_in_the_service(tmp_path: Path) -> None:
    program = tmp_path / "stated"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = (DEPLOY / "stated.service").read_text("utf-8")
    copy = tmp_path / "stated.service"
    copy.write_text(unit.replace("/opt/stated/.venv/bin/stated", str(program)))

    def said() -> str:
        words = ["systemd-analyze", "verify", "--man=no", str(copy)]
        shown = subprocess.run(words, capture_output=True, text=True, check=False)
        return "\n".join(line for line in shown.stderr.splitlines() if "stated.service" in line)

    assert said() == ""
    copy.write_text(copy.read_text().replace("Restart=on-failure", "Restart=perhaps\nNoSuchThing=1"))
    assert "NoSuchThing" in said()  # it would have told
