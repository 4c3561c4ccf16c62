"""`rasa data validate` finds nothing but what it cannot know: what actions say, and commands that never come as text."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = (
    re.compile(r"The utterance 'utter_\w+' is not used in any story or rule"),  # said by actions: see test_structure.py
    re.compile(r"The intent '(besked|start|valg|nlu_fallback)' is listed in the domain file, but is not found"),
)


def test_rasa_data_validate_is_clean():
    result = subprocess.run(
        [sys.executable, "-m", "rasa", "data", "validate", "--data", "data"],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
    )  # fmt: skip
    said = result.stdout + result.stderr
    assert result.returncode == 0, said[-3000:]
    assert "No story structure conflicts found" in said
    warnings = [line for line in said.splitlines() if "rasa/shared/utils/io.py" in line and "UserWarning" in line]
    unexpected = [line for line in warnings if not any(pattern.search(line) for pattern in EXPECTED)]
    assert unexpected == []
