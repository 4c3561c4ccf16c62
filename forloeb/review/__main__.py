"""`python -m forloeb.review`: the staff app until a signal ends it."""

from __future__ import annotations

import sys

from forloeb.gateway.serving import serve
from forloeb.review.app import init_app


def main() -> int:
    """Run until SIGINT or SIGTERM."""
    return serve("review", "review_starting", init_app, "review_port")


if __name__ == "__main__":
    sys.exit(main())
