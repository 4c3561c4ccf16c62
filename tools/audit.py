"""`make audit`: known vulnerabilities of everything locked, less those argued in docs/security/accepted.md.

pip-audit itself calls it well when no database answers. Here that is a failure of its own: status 2.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ACCEPTED = ROOT / "docs" / "security" / "accepted.md"
IDENTIFIER = re.compile(r"\b(?:CVE-\d{4}-\d+|GHSA(?:-\w{4}){3}|PYSEC-\d{4}-\d+)\b")
CLEAN, FOUND, UNKNOWN = 0, 1, 2


def accepted() -> dict[str, str]:
    """Identifier -> package of each finding argued."""
    found = {}
    for line in ACCEPTED.read_text("utf-8").splitlines():
        if line.startswith("| ") and (identifiers := IDENTIFIER.findall(line)):
            package = line.split("|")[2].strip().strip("`")
            found.update(dict.fromkeys(identifiers, package))
    return found


def asked(lock: Path) -> list[dict[str, Any]]:
    """What pip-audit says of each package in a lock file; an empty list when it cannot say anything."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--format",
        "json",
        "--no-deps",
        "--disable-pip",
        "--progress-spinner",
        "off",
    ]
    done = subprocess.run([*command, "-r", str(lock)], capture_output=True, text=True, check=False)  # noqa: S603
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError):
        return []


def judged(packages: list[dict[str, Any]], argued: dict[str, str]) -> tuple[int, list[str]]:
    """The exit status, and what to say."""
    unknown = [p["name"] for p in packages if "skip_reason" in p]
    if not packages or unknown:
        what = f"{len(unknown)} packages" if unknown else "anything"
        return UNKNOWN, [f"No vulnerability data could be reached for {what}: this is not a clean bill."]
    said, seen = [], set()
    for package in packages:
        for each in package["vulns"]:
            names = {each["id"], *each.get("aliases", [])}
            seen |= names
            if any(argued.get(name) == package["name"] for name in names):
                continue
            fixed = ", ".join(each.get("fix_versions") or ["nowhere yet"])
            said.append(f"{package['name']} {package['version']}: {each['id']} (fixed in {fixed})")
    if said:
        return FOUND, [*said, f"{len(said)} findings are not argued in docs/security/accepted.md."]
    stale = sorted(set(argued) - seen)
    return CLEAN, [
        f"{len(packages)} packages, nothing new.",
        *(f"{name} is argued and not found any more." for name in stale),
    ]


def first(lock: Path, folder: Path) -> Path:
    """A lock of one package: to ask whether anybody answers, before everything is asked."""
    pin = re.search(r"^aiohttp==\S+", lock.read_text("utf-8"), re.MULTILINE)
    path = folder / "one.txt"
    path.write_text((pin[0] if pin else "aiohttp==3.14.5") + "\n")
    return path


def main() -> int:
    """Run; the exit status."""
    lock = ROOT / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        status, said = judged(asked(first(lock, Path(folder))), {})
        if status != UNKNOWN:
            status, said = judged(asked(lock), accepted())
    print("\n".join(said))
    return status


if __name__ == "__main__":
    sys.exit(main())
