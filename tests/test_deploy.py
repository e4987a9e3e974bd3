"""The manifests in deploy/: they parse, fit together, and hold a configuration without fault."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import inspect

DEPLOY = Path(__file__).parents[1] / "deploy"
MANIFESTS = sorted(DEPLOY.glob("*.yaml"))
SECRETS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def parts(path: Path) -> dict[str, dict[str, Any]]:
    return {part["kind"]: part for part in yaml.safe_load_all(path.read_text(encoding="utf-8"))}


def pods(path: Path) -> list[dict[str, Any]]:
    return [part["spec"]["template"]["spec"] for part in parts(path).values() if "template" in part.get("spec", {})]


def containers(path: Path) -> list[dict[str, Any]]:
    return [one for pod in pods(path) for one in (*pod.get("initContainers", ()), *pod["containers"])]


def test_there_is_one_manifest_for_each_database() -> None:
    assert [path.name for path in MANIFESTS] == ["postgresql.yaml", "sqlite.yaml"]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_the_configuration_of_a_manifest_has_no_problems(path: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(parts(path)["ConfigMap"]["data"]["config.yaml"], encoding="utf-8")
    loaded = inspect(config, SECRETS)
    assert loaded.problems == ()
    assert loaded.settings is not None


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_every_container_runs_confined_as_any_user(path: Path) -> None:
    for pod in pods(path):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert "runAsUser" not in pod["securityContext"]
    for container in containers(path):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["image"].startswith("watchbill:")


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_every_mount_has_its_volume_and_the_service_finds_its_pods(path: Path) -> None:
    for pod in pods(path):
        volumes = {volume["name"] for volume in pod["volumes"]}
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
    labels = parts(path)["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert parts(path)["Service"]["spec"]["selector"].items() <= labels.items()
    assert parts(path)["Deployment"]["spec"]["selector"]["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_the_store_is_migrated_before_the_bot_runs(path: Path) -> None:
    assert [container["args"] for container in containers(path)] == [["migrate"], ["run"]]


def test_sqlite_has_one_process_that_lets_go_before_the_next_begins() -> None:
    deployment = parts(DEPLOY / "sqlite.yaml")["Deployment"]["spec"]
    assert deployment["replicas"] == 1
    assert deployment["strategy"] == {"type": "Recreate"}


def test_postgresql_has_several_replicas_and_migrates_once() -> None:
    found = parts(DEPLOY / "postgresql.yaml")
    assert found["Deployment"]["spec"]["replicas"] > 1
    assert "initContainers" not in found["Deployment"]["spec"]["template"]["spec"]
    assert found["Job"]["kind"] == "Job"
