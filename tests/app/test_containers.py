"""The image and the services, as far as they can be held without an engine: what they name is there."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
import typer.main
from ruamel.yaml import YAML

from helpers_docs import ROOT
from plumbline.app.config import SETTINGS
from plumbline.cli.app import app

COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "compose.yaml")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
OURS = {name: one for name, one in COMPOSE["services"].items() if one.get("image") == "plumbline"}
INSTALL = (ROOT / "docs" / "howto" / "install.md").read_text("utf-8")


def refused(words: list[str]) -> str:
    """What is wrong with the words of a command; nothing when it exists with these options."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        if not words or words[0] not in command.commands:
            return f"no command {words[:1]}"
        command, words = command.commands[words[0]], words[1:]
    known = {spelling for param in command.params for spelling in (*param.opts, *param.secondary_opts)}
    return " ".join(word for word in words if word.startswith("-") and word not in known)


def of_image(keyword: str) -> list[str]:
    return json.loads(re.search(rf"^\s*{keyword} (\[.*\])$", DOCKERFILE, re.MULTILINE)[1])


def test_every_command_of_the_services_exists() -> None:
    assert OURS.keys() == {"migrate", "web", "worker"}
    for name, service in OURS.items():
        assert refused(service["command"]) == "", name
    assert of_image("ENTRYPOINT") == ["plumbline"]
    assert refused(re.findall(r'"([^"]+)"', re.search(r"^CMD \[(.*)\]$", DOCKERFILE, re.MULTILINE)[1])) == ""


def test_a_command_or_option_that_is_not_there_is_noticed() -> None:
    """Negative control."""
    assert refused(["serf"]) == "no command ['serf']"
    assert refused(["serve", "--prot", "1"]) == "--prot"


def test_every_command_of_the_page_exists() -> None:
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", INSTALL, re.DOTALL) for line in block.splitlines()
    ]
    calls = [shlex.split(line)[1:] for line in lines if line.startswith("plumbline ")]
    calls += [
        shlex.split(line.partition(" web ")[2]) for line in lines if line.startswith("docker compose run")
    ]
    assert len(calls) >= 6
    assert {" ".join(call[:2]): refused(call) for call in calls if refused(call)} == {}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_exists_and_secrets_come_by_file(name) -> None:
    service = OURS[name]
    given = {key.removeprefix("PLUMBLINE_").removesuffix("_FILE") for key in service["environment"]}
    assert given <= set(SETTINGS)
    for key, value in service["environment"].items():
        if key.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in service["secrets"]
        else:
            assert not re.search("SECRET|PASSWORD|TOKEN|DATABASE_URL", key)
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])


def test_nothing_runs_as_root_and_data_is_kept() -> None:
    assert re.search(r"^USER plumbline$", DOCKERFILE, re.MULTILINE)
    assert DOCKERFILE.index("USER plumbline") < DOCKERFILE.index("ENTRYPOINT")
    for service in OURS.values():
        assert service["volumes"] == ["data:/data"]
        assert service["cap_drop"] == ["ALL"]
    assert {"data", "database"} == set(COMPOSE["volumes"])


def test_web_waits_for_tables_and_tables_for_the_database() -> None:
    services = COMPOSE["services"]
    assert "healthcheck" in services["database"]
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert "/healthz" in DOCKERFILE.partition("HEALTHCHECK")[2]
    # Only this machine reaches it without a proxy.
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["database"]


def test_what_the_image_is_built_from_is_let_in() -> None:
    let_in = set((ROOT / ".dockerignore").read_text("utf-8").splitlines())
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in let_in
