"""Serving one of the aiohttp applications until a signal ends it: what gateway and review have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable

from aiohttp import web

from forloeb import logs
from forloeb import settings as settings_module
from forloeb.errors import SettingsError
from forloeb.settings import Settings


def serve(process: str, starting: str, init_app: Callable[[Settings], web.Application], port: str) -> int:
    """Run until SIGINT or SIGTERM.

    Args:
        process: its name in the log.
        starting: the log's event for the start.
        init_app: makes the application.
        port: the setting that holds the port.

    Returns:
        0; 1 when the port cannot be opened, 2 when a setting is wrong, with one line on standard error.
    """
    try:
        settings = settings_module.load()
        app = init_app(settings)
    except SettingsError as error:
        print(error.message, file=sys.stderr)
        return 2
    number: int = getattr(settings, port)
    logs.start(process)
    logs.event(starting, port=number)
    try:
        web.run_app(app, host=settings.bind, port=number, access_log=None, print=None, shutdown_timeout=5)
    except OSError as error:
        print(f"port {number} cannot be opened: {error.strerror}", file=sys.stderr)
        return 1
    return 0
