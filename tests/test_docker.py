"""The image: what its file promises, and its build steps run in fresh virtual environments.

There may be no container engine where tests run, so the RUN lines are carried out with their paths in a temporary
directory. Nothing of the environment that runs the tests is lent to the one that is built: what the wheel forgets
to ask for is missing there.
"""

import fnmatch
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = "python3.12"


@dataclass(frozen=True)
class Instruction:
    word: str
    rest: str


def stages() -> list[list[Instruction]]:
    """Give the instructions of each stage of the Dockerfile, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append(Instruction(word, " ".join(rest.split())))
    return found


def of(stage: list[Instruction], word: str) -> list[str]:
    return [each.rest for each in stage if each.word == word]


def environment() -> dict[str, str]:
    """Give what the last stage's ENV sets."""
    return dict(pair.split("=", 1) for line in of(stages()[-1], "ENV") for pair in shlex.split(line))


def copied() -> list[str]:
    """Give what the first stage copies from the project."""
    return [source for line in of(stages()[0], "COPY") for source in line.split()[:-1]]


def test_the_image_is_built_in_two_stages_from_a_slim_python() -> None:
    build, image = stages()
    assert of(build, "FROM") == [f"{PYTHON.replace('python', 'python:')}-slim AS build"]
    assert of(image, "FROM") == [f"{PYTHON.replace('python', 'python:')}-slim"]
    assert of(image, "COPY") == ["--from=build /opt/watchbill /opt/watchbill"]


def test_the_image_runs_as_any_user_of_group_0_and_writes_only_to_data() -> None:
    image = stages()[-1]
    user, group = of(image, "USER")[-1].split(":")
    assert (int(user) > 0, group) == (True, "0")
    assert of(image, "VOLUME") == ["/data"]
    assert of(image, "WORKDIR") == ["/data"]
    assert of(image, "RUN") == ["mkdir /data && chown 1001:0 /data && chmod 0770 /data"]
    assert environment()["HOME"] == "/data"


def test_the_image_keeps_its_store_in_data_and_listens_to_the_outside() -> None:
    found = environment()
    assert found["WATCHBILL_DATABASE_URL"] == "sqlite:////data/watchbill.db"
    assert found["WATCHBILL_HTTP_LISTEN"] == "0.0.0.0:8080"
    assert of(stages()[-1], "EXPOSE") == ["8080"]


def test_the_image_is_told_to_stop_as_the_bot_expects_it() -> None:
    image = stages()[-1]
    assert of(image, "STOPSIGNAL") == ["SIGTERM"]
    # Signals reach the bot itself, not a shell around it.
    assert (json.loads(of(image, "ENTRYPOINT")[0]), json.loads(of(image, "CMD")[0])) == (["watchbill"], ["run"])


def test_the_health_check_asks_the_bot_on_its_own_port() -> None:
    (line,) = of(stages()[-1], "HEALTHCHECK")
    command = json.loads(line[line.index("CMD ") + 4 :])
    compile(command[-1], "HEALTHCHECK", "exec")
    assert "/healthz" in command[-1]


def test_the_build_is_given_what_it_copies_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = [line[1:] for line in lines if line.startswith("!")]
    assert "*" in lines
    assert sorted(allowed) == sorted(copied())
    assert not fnmatch.filter(allowed, "config*")
    assert [source for source in copied() if not (ROOT / source).exists()] == []


@pytest.mark.slow
def test_the_build_steps_give_a_bot_that_checks_migrates_and_classifies(tmp_path: Path) -> None:
    # given
    places = {"/src": tmp_path / "src", "/wheels": tmp_path / "wheels", "/opt/watchbill": tmp_path / "opt"}
    _copy_sources(places["/src"])
    # when
    for step in of(stages()[0], "RUN"):
        _carry_out(step, places)
    # then
    watchbill = places["/opt/watchbill"] / "bin" / "watchbill"
    config = _configuration(tmp_path)
    environ = {"PATH": os.defpath, "WATCHBILL_CONFIG": str(config), "WATCHBILL_HTTP_LISTEN": "0.0.0.0:8080"}
    environ["WATCHBILL_DATABASE_URL"] = f"sqlite:///{tmp_path}/watchbill.db"

    def said(*words: str, stdin: str = "") -> str:
        done = subprocess.run(
            [watchbill, *words], input=stdin, capture_output=True, text=True, check=False, env=environ, cwd=tmp_path
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert said("--version").startswith("watchbill, version ")
    assert "it is new" in said("check")
    said("migrate")
    assert "its tables are current" in said("check")
    assert json.loads(said("classify", stdin="production is down for all users"))["class"] == "urgent"
    assert json.loads(said("oncall", "--json"))[0]["rotation"] == "platform"
    assert not (places["/opt/watchbill"] / "bin" / "pip").exists()


def _copy_sources(target: Path) -> None:
    target.mkdir()
    leftovers = shutil.ignore_patterns("__pycache__", "*.pyc")
    for source in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target / source, ignore=leftovers)
        else:
            shutil.copy(ROOT / source, target / source)


def _carry_out(step: str, places: dict[str, Path]) -> None:
    """Run one RUN line, its paths in the temporary directory. Skips where there is no package index to be reached."""
    for inside, outside in places.items():
        step = step.replace(inside, str(outside))
    # The cache is the machine's own affair, and saves a download.
    step = step.replace("python -m", f"{shlex.quote(sys.executable)} -m").replace("--no-cache-dir ", "")
    done = subprocess.run(["bash", "-c", step], cwd=places["/src"], capture_output=True, text=True, check=False)
    if done.returncode and "Retrying" in done.stderr:
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stderr


def _configuration(directory: Path) -> Path:
    path = directory / "config.yaml"
    path.write_text(
        "channels: [{name: a, kind: how-to}, {name: b, kind: sos}, {name: c, kind: operations}]\n"
        "people: [{id: amina, name: Amina}]\n"
        "oncall: {leads: [amina], fallback: [amina], rotations: [{name: platform, engineers: [amina]}]}\n",
        encoding="utf-8",
    )
    return path
