"""Gateway, review, deliveries and action server start where only requirements-slim.lock is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.stack import ROOT, free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slim")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    found = folder / "bin" / "python"
    subprocess.run(
        [found, "-m", "pip", "install", "--quiet", "--no-deps", "--ignore-requires-python", "--require-hashes", "-r", ROOT / "requirements-slim.lock"],
        check=True,
    )  # fmt: skip
    return found


def test_they_start_and_answer_without_rasa(python, tmp_path):
    absent = subprocess.run([python, "-c", "import tensorflow"], capture_output=True, check=False)
    assert (
        absent.returncode != 0
        and subprocess.run([python, "-c", "import rasa"], capture_output=True, check=False).returncode
    )
    ports = {name: free_port() for name in ("GATEWAY", "REVIEW", "ACTIONS", "ASSISTANT", "DELIVERIES")}
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("FORLOEB_")},
        "PYTHONPATH": str(ROOT), "FORLOEB_VAR": str(tmp_path), "FORLOEB_DEMO": "0",
        **{f"FORLOEB_{name}_PORT": str(port) for name, port in ports.items()},
    }  # fmt: skip
    subprocess.run([python, "-m", "forloeb.cli", "migrate"], cwd=ROOT, env=environment, check=True)
    asked = {
        "forloeb.gateway": f"http://127.0.0.1:{ports['GATEWAY']}/ready",
        "forloeb.review": f"http://127.0.0.1:{ports['REVIEW']}/health",
        "actions.serve": f"http://127.0.0.1:{ports['ACTIONS']}/health",
        "forloeb.booking.runner": f"http://127.0.0.1:{ports['DELIVERIES']}/health",
    }
    running = {
        module: subprocess.Popen([python, "-m", module], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        for module in asked
    }
    try:
        for module, address in asked.items():
            end = time.monotonic() + 120
            while not answers(address):
                assert running[module].poll() is None, f"{module} ended"
                assert time.monotonic() < end, f"{module} does not answer"
                time.sleep(0.3)
        said = urllib.request.urlopen(f"http://127.0.0.1:{ports['ACTIONS']}/actions", timeout=10).read().decode()
        assert "action_opgave" in said
    finally:
        for process in running.values():
            process.terminate()
            process.wait(20)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
