"""Starts the assistant: `rasa run` with our internal channel, and Rasa's HTTP API only behind a token."""

from __future__ import annotations

import os
import sys

import yaml

from forloeb import logs
from forloeb import settings as settings_module
from forloeb.assistant import without_tensorflow
from forloeb.settings import ROOT, Settings


def arguments(settings: Settings) -> list[str]:
    """The command line for `rasa`."""
    given = [
        "rasa", "run", "--interface", settings.internal_bind, "--port", str(settings.assistant_port),
        "--endpoints", str(endpoints(settings)), "--credentials", str(ROOT / "credentials.yml"),
        "--model", str(ROOT / "models"),
    ]  # fmt: skip
    if settings.api_token:
        given += ["--enable-api", "--auth-token", settings.api_token]
    return given


def endpoints(settings: Settings) -> str:
    """The endpoints file; one of our own under var/ where the action server is elsewhere than it usually is."""
    usual = ROOT / "endpoints.yml"
    content = yaml.safe_load(usual.read_text(encoding="utf-8"))
    address = f"{settings.actions_url}/webhook"
    if content["action_endpoint"]["url"] == address:
        return str(usual)
    content["action_endpoint"]["url"] = address
    settings.var.mkdir(parents=True, exist_ok=True)
    own = settings.var / f"endpoints-{settings.assistant_port}.yml"
    own.write_text(yaml.safe_dump(content), encoding="utf-8")
    return str(own)


def main() -> None:
    """Run until stopped."""
    os.chdir(ROOT)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    logs.start("assistant", alone=False)
    sys.argv = arguments(settings_module.load())
    if not without_tensorflow.is_needed(ROOT / "config.yml"):
        without_tensorflow.stand_in()
    from rasa.__main__ import main as rasa_main

    from forloeb.assistant import tuning

    tuning.apply()
    rasa_main()


if __name__ == "__main__":
    main()
