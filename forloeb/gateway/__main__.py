"""`python -m forloeb.gateway`: the gateway until a signal ends it."""

from __future__ import annotations

import sys

from aiohttp import web

from forloeb import settings as settings_module
from forloeb.errors import SettingsError
from forloeb.gateway import logs
from forloeb.gateway.app import init_app


def main() -> int:
    """Run until SIGINT or SIGTERM."""
    try:
        settings = settings_module.load()
        app = init_app(settings)
    except SettingsError as error:
        print(error.message, file=sys.stderr)
        return 2
    logs.start("gateway")
    logs.event("starting", port=settings.gateway_port)
    try:
        web.run_app(
            app, host=settings.bind, port=settings.gateway_port, access_log=None, print=None, shutdown_timeout=5
        )
    except OSError as error:
        print(f"port {settings.gateway_port} cannot be opened: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
