"""`python -m bench`: every benchmark of this folder but understanding, which has `make bench-nlu` to itself."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

LEFT_OUT = {"__main__", "nlu"}


def names() -> list[str]:
    """The modules here that can be run by themselves."""
    here = Path(__file__).parent
    found = sorted(module.name for module in pkgutil.iter_modules([str(here)]))
    return [name for name in found if name not in LEFT_OUT and "__main__" in (here / f"{name}.py").read_text()]


def main() -> int:
    """Run each in a process of its own, so that none warms another up; 1 when one of them failed."""
    failed = []
    for name in names():
        print(f"\n## {name}\n", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
