"""`make sbom`: what is inside, as CycloneDX 1.5, from the lock file alone: names, versions and hashes.

python tools/sbom.py requirements.lock > sbom.json
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> list[dict[str, Any]]:
    """One for each pin; every hash is of a file that may be installed for it."""
    found = []
    for name, version, rest in PIN.findall(lock):
        purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
        found.append(
            {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in HASH.findall(rest)],
            }
        )
    return found


def bom(lock: str, version: str) -> dict[str, Any]:
    """The document; the same lock gives the same document."""
    main = {"type": "application", "bom-ref": "forloeb", "name": "forloeb", "version": version}
    parts = components(lock)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": {**main, "licenses": [{"license": {"id": "MPL-2.0"}}]}},
        "components": parts,
        "dependencies": [{"ref": "forloeb", "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def main() -> int:
    """Print the document for a lock file; the exit status."""
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements.lock"
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    version = re.search(r'^version = "([^"]+)"', project, re.MULTILINE)
    print(json.dumps(bom(lock.read_text("utf-8"), version[1] if version else "0"), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
