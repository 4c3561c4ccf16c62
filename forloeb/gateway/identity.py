"""Signing in: a short-lived JWT from the host page, its algorithm fixed by the installation, good once."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import delete
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from forloeb.errors import SettingsError
from forloeb.gateway.errors import Refusal
from forloeb.gateway.tables import login_seen
from forloeb.settings import Settings

AUDIENCE = "forloeb"
LONGEST = 600  # seconds between iat and exp
LEEWAY = 5  # seconds two clocks may differ
DEMO_SECONDS = 120


@dataclass(frozen=True)
class Login:
    """A proven sign-in."""

    claimant: str
    jti: str
    expires: datetime


def check_key(settings: Settings) -> None:
    """Fail at the start, not at the first sign-in, when the key cannot be used."""
    if settings.login_alg == "RS256":
        try:
            load_pem_public_key(settings.login_key.encode())
        except ValueError as error:
            raise SettingsError("FORLOEB_LOGIN_KEY", "must be a public key in PEM for RS256") from error


def verify(token: str, settings: Settings) -> Login:
    """The sign-in that a JWT proves.

    Raises:
        Refusal: 401, whatever is wrong with it; who tries learns no more.
    """
    try:
        claims = jwt.decode(
            token,
            settings.login_key,
            algorithms=[settings.login_alg],
            audience=AUDIENCE,
            leeway=LEEWAY,
            options={"require": ["sub", "aud", "iat", "exp", "jti"], "strict_aud": True},
        )
        return _login(claims)
    except (jwt.PyJWTError, ValueError, TypeError, UnicodeError, OverflowError, RecursionError) as error:
        raise Refusal(401, "bad_login") from error


def _login(claims: dict[str, Any]) -> Login:
    issued, expires = claims["iat"], claims["exp"]
    for moment in (issued, expires):
        if isinstance(moment, bool) or not isinstance(moment, int | float):
            raise ValueError("iat and exp must be numbers")
    if not 0 < expires - issued <= LONGEST:
        raise ValueError("lives too long")
    for name, longest in (("sub", 128), ("jti", 256)):
        value = claims[name]
        if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
            raise ValueError(f"{name} cannot be used")
    return Login(claims["sub"], claims["jti"], datetime.fromtimestamp(expires, timezone.utc))


def use_up(connection: Connection, login: Login, now: datetime) -> None:
    """Remember the jti, so that the same JWT does not sign anybody in again.

    Raises:
        Refusal: 401 when it was used before.
    """
    connection.execute(delete(login_seen).where(login_seen.c.expires < now - timedelta(minutes=5)))
    try:
        connection.execute(
            login_seen.insert().values(jti_hash=hashlib.sha256(login.jti.encode()).hexdigest(), expires=login.expires)
        )
    except IntegrityError as error:
        raise Refusal(401, "login_used") from error


def demo_login(settings: Settings, claimant: str) -> str:
    """A JWT as a host page would make it; only for the demo page."""
    now = int(time.time())
    claims = {"sub": claimant, "aud": AUDIENCE, "iat": now, "exp": now + DEMO_SECONDS, "jti": secrets.token_urlsafe(16)}
    return jwt.encode(claims, settings.login_key, algorithm="HS256")
