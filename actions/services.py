"""The services that actions call, made once per process at first use."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from forloeb import clock, db
from forloeb import installation as installation_module
from forloeb import settings as settings_module
from forloeb.booking.service import Bookings
from forloeb.installation import Installation
from forloeb.settings import Settings


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings."""
    return settings_module.load()


@lru_cache(maxsize=1)
def bookings() -> Bookings:
    """The booking service."""
    return Bookings(db.connect(settings().database_url), settings())


def installation() -> Installation:
    """This installation's own names, contacts and hours."""
    return installation_module.load(settings().installation)


def now() -> datetime:
    """The present moment in Denmark (shifted by FORLOEB_TODAY)."""
    return clock.now(settings())


def today() -> date:
    """The present day in Denmark."""
    return now().date()
