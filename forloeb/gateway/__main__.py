"""`python -m forloeb.gateway`: the gateway until a signal ends it."""

from __future__ import annotations

import sys

from forloeb.gateway.app import init_app
from forloeb.gateway.serving import serve


def main() -> int:
    """Run until SIGINT or SIGTERM."""
    return serve("gateway", "starting", init_app, "gateway_port")


if __name__ == "__main__":
    sys.exit(main())
