"""Locks with hashes, the audit's verdicts, the SBOM."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import audit, sbom

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-slim.lock")
CLEAN = {"name": "aiohttp", "version": "3", "vulns": []}
BAD = {
    "name": "keras",
    "version": "2.12.0",
    "vulns": [{"id": "PYSEC-2024-1", "aliases": ["CVE-2024-3660"], "fix_versions": ["2.13"]}],
}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_with_hashes_and_without_an_address(name):
    text = (ROOT / name).read_text()
    for package, rest in re.findall(r"^([A-Za-z0-9_.-]+)==(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL):
        assert "--hash=sha256:" in rest, package
    assert not re.search(r"https?://|--index|--find-links| @ ", text)


def test_no_data_is_a_failure_of_its_own():
    skipped = {"name": "aiohttp", "skip_reason": "not found"}
    assert audit.judged([CLEAN, skipped], {})[0] == audit.UNKNOWN
    assert audit.judged([], {})[0] == audit.UNKNOWN


def test_only_what_is_argued_for_that_package_is_let_pass():
    assert audit.judged([CLEAN], {}) == (audit.CLEAN, ["1 packages, nothing new."])
    assert audit.judged([BAD], {})[0] == audit.FOUND
    assert audit.judged([BAD], {"CVE-2024-3660": "aiohttp"})[0] == audit.FOUND
    assert audit.judged([BAD], {"CVE-2024-3660": "keras"})[0] == audit.CLEAN
    assert "not found any more" in audit.judged([CLEAN], {"CVE-2024-3660": "keras"})[1][1]


def test_each_argued_finding_is_of_a_package_we_have_and_none_of_the_slim_ones():
    def names(lock):
        return {c["name"] for c in sbom.components((ROOT / lock).read_text())}

    argued = audit.accepted()
    assert len(argued) >= 8
    assert set(argued.values()) <= names("requirements.lock")
    assert set(argued.values()).isdisjoint(names("requirements-slim.lock"))
    for line in audit.ACCEPTED.read_text().splitlines():
        if audit.IDENTIFIER.search(line):
            assert all(len(cell.strip()) > 3 for cell in line.strip("|").split("|")), line


def test_the_sbom_names_everything_that_is_locked():
    text = (ROOT / "requirements.lock").read_text()
    done = subprocess.run([sys.executable, ROOT / "tools/sbom.py"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.5")
    assert len(found["components"]) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 150
    assert all(c["hashes"] and c["purl"].startswith("pkg:pypi/") for c in found["components"])
    references = [c["bom-ref"] for c in found["components"]]
    assert len(references) == len(set(references)) and found["dependencies"][0]["dependsOn"] == references
    assert sbom.bom(text, "1") == sbom.bom(text, "1")
