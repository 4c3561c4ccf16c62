"""Starting: one clear line when it cannot work; a model is trained only when what it learns from has changed."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from forloeb import launcher, settings, training
from forloeb.cli import main


def configured(tmp_path, port):
    return settings.load({"FORLOEB_VAR": str(tmp_path), "FORLOEB_GATEWAY_PORT": str(port)})


def test_a_taken_port_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(launcher.StartError) as error:
            launcher.check(configured(tmp_path, port))
    assert f"Port {port} (gateway) is taken" in error.value.message


def test_a_full_disk_is_one_clear_line(tmp_path, monkeypatch):
    from tests.stack import free_port

    monkeypatch.setattr(launcher, "FREE_MEGABYTES", 10**9)
    ports = {f"FORLOEB_{n}_PORT": str(free_port()) for n in ("GATEWAY", "ASSISTANT", "ACTIONS", "REVIEW", "DELIVERIES")}
    with pytest.raises(launcher.StartError) as error:
        launcher.check(settings.load({"FORLOEB_VAR": str(tmp_path), **ports}))
    assert "free on the disk" in error.value.message


def test_a_database_that_cannot_be_opened_is_one_clear_line_and_leaves_nothing_running(tmp_path):
    from tests.stack import free_port

    marked = {"FORLOEB_VAR": str(tmp_path), "FORLOEB_DATABASE_URL": "sqlite:////proc/nowhere/at/all.db"}
    ports = {f"FORLOEB_{n}_PORT": str(free_port()) for n in ("GATEWAY", "ASSISTANT", "ACTIONS", "REVIEW", "DELIVERIES")}
    command = [sys.executable, "-m", "forloeb.cli", "run"]
    done = subprocess.run(command, env={**os.environ, **marked, **ports}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and (tmp_path / "log" / "assistant.log").exists()
    assert done.stderr.count("\n") == 1 and "FORLOEB_DATABASE_URL cannot be opened" in done.stderr
    assert not [each for each in Path("/proc").glob("[0-9]*") if f"FORLOEB_VAR={tmp_path}" in environment(each)]


def environment(process):
    try:
        return (process / "environ").read_text(errors="replace").split("\0")
    except OSError:
        return []


def test_an_error_of_ours_is_a_line_and_not_a_traceback(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FORLOEB_TODAY", "nonsense")
    assert main(["run"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_fingerprint_follows_what_is_learnt_from(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.yml").write_text("a")
    for name in ("domain.yml", "config.yml", "requirements.lock"):
        (tmp_path / name).write_text("x")
    for name in ("forloeb/assistant/nlu", "forloeb/danish"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(training, "ROOT", tmp_path)
    before = training.fingerprint()
    assert training.fingerprint() == before and training.current() is None
    (tmp_path / "data" / "x.yml").write_text("b")
    assert training.fingerprint() != before
    training.path().parent.mkdir()
    training.path().write_text("model")
    assert training.current() == training.path()


def test_rasa_and_the_action_server_listen_on_loopback_only(tmp_path):
    from forloeb.assistant.serve import arguments

    current = settings.load({"FORLOEB_VAR": str(tmp_path)})
    given = arguments(current)
    assert given[given.index("--interface") + 1] == "127.0.0.1" and "--enable-api" not in given
    actions = next(p for p in launcher.processes(current) if p.name == "actions")
    assert actions.environment["SANIC_HOST"] == "127.0.0.1"
    with_token = arguments(settings.load({"FORLOEB_VAR": str(tmp_path), "FORLOEB_API_TOKEN": "t"}))
    assert with_token[with_token.index("--auth-token") + 1] == "t"
