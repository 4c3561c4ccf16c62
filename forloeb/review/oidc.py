"""OpenID Connect: authorization code with PKCE (RFC 7636), and an ID token that is checked in every part.

Checked: signature (RS256 with the provider's published keys, nothing else), issuer, audience, `azp`, expiry, age and
nonce; and before that the state and that the browser is the one that began (a signed cookie of ten minutes).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import jwt

from forloeb import logs
from forloeb.errors import ForloebError
from forloeb.installation import Installation
from forloeb.review import organisations
from forloeb.review.organisations import Organisation
from forloeb.review.signing_in import Vouched
from forloeb.settings import STAFF_ROLES, Settings

BACK = "/sign-in/provider/back"
MINUTES = 10
_AUDIENCE = "forloeb-review-sign-in"
_LEEWAY = 60
_KEPT = 3600.0
_NOT_AGAIN = 30.0  # seconds between two looks for a key that is not there
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MOST = 256 * 1024


class ProviderError(ForloebError):
    """`provider_failed`: it does not answer, or what it says cannot be believed."""

    def __init__(self, why: str) -> None:
        """`why` is for the log; it holds nothing of the person's."""
        super().__init__("provider_failed", why)


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun: where to send the browser, and the cookie that it keeps meanwhile."""

    location: str
    cookie: str


@dataclass(frozen=True)
class Return:
    """What the cookie says when the browser comes back."""

    state: str
    nonce: str
    verifier: str
    wanted: str


class Provider:
    """One provider, over its published configuration; made once for the app."""

    def __init__(self, settings: Settings, here: Installation) -> None:
        """See the class.

        Args:
            settings: with an issuer.
            here: names the organisations.

        Raises:
            UnknownOrganisation: FORLOEB_OIDC_ORGANISATIONS names one that is not here.
        """
        assert settings.oidc_issuer
        self._issuer, self._settings = settings.oidc_issuer, settings
        self._organisations = organisations.meanings(settings.oidc_organisations, here)
        self._found: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None

    async def begin(self, wanted: str) -> Begun:
        """Begin a sign-in that ends at `wanted`.

        Raises:
            ProviderError.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client,
            "redirect_uri": self._settings.review_url + BACK,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = (await self._configuration())["authorization_endpoint"]
        location = f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"
        claims = {"state": state, "nonce": nonce, "verifier": verifier, "wanted": wanted}
        kept = {**claims, "aud": _AUDIENCE, "exp": int(time.time()) + 60 * MINUTES}
        return Begun(location, jwt.encode(kept, self._settings.internal_key, "HS256"))

    def returned(self, cookie: str, state: str) -> Return:
        """What was begun, when the browser and the state fit it.

        Raises:
            ProviderError.
        """
        try:
            kept = jwt.decode(cookie, self._settings.internal_key, ["HS256"], audience=_AUDIENCE)
        except jwt.PyJWTError as error:
            raise ProviderError(f"cookie: {type(error).__name__}") from error
        if not hmac.compare_digest(str(kept["state"]).encode(), state.encode()):
            raise ProviderError("another state")
        return Return(kept["state"], kept["nonce"], kept["verifier"], kept["wanted"])

    async def vouched(self, code: str, began: Return) -> Vouched:
        """Whom the provider vouches for.

        Raises:
            ProviderError.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.review_url + BACK,
            "client_id": self._settings.oidc_client,
            "code_verifier": began.verifier,
        }
        if self._settings.oidc_secret:
            form["client_secret"] = self._settings.oidc_secret
        answer = await _asked("POST", (await self._configuration())["token_endpoint"], form)
        claims = await self._claims(str(answer.get("id_token") or ""))
        if not hmac.compare_digest(str(claims["nonce"]).encode(), began.nonce.encode()):
            raise ProviderError("another nonce")
        name = str(claims.get("name") or claims.get("preferred_username") or "")
        if self._settings.oidc_organisation_claim is None:
            return Vouched(self._issuer, str(claims["sub"]), name, self._role(claims))
        placed, where = self._organisation(claims)
        if not placed:
            logs.event("provider_no_organisation", level=logging.WARNING)
        return Vouched(self._issuer, str(claims["sub"]), name, self._role(claims) if placed else None, True, where)

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != "RS256":
                raise ProviderError("not RS256")
            key = await self._key(header.get("kid"))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                ["RS256"],
                audience=self._settings.oidc_client,
                issuer=self._issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise ProviderError(f"id token: {type(error).__name__}") from error
        azp, aud = claims.get("azp"), claims["aud"]
        if (azp is not None or (isinstance(aud, list) and len(aud) > 1)) and azp != self._settings.oidc_client:
            raise ProviderError("for another client")
        if claims["iat"] < time.time() - 60 * MINUTES - _LEEWAY:
            raise ProviderError("an old token")
        return claims

    async def _key(self, kid: str | None) -> Any:
        keys = await self._published(0)
        if kid not in keys:
            keys = await self._published(_KEPT - _NOT_AGAIN)  # the provider may have changed its keys just now
        if kid not in keys:
            raise ProviderError("an unknown key")
        return keys[kid].key

    async def _published(self, older: float) -> dict[str, Any]:
        now = time.monotonic()
        if self._keys is None or now - self._keys[0] > _KEPT - older:
            found = await _asked("GET", (await self._configuration())["jwks_uri"])
            usable = [each for each in found.get("keys") or [] if each.get("kty") == "RSA" and each.get("use") != "enc"]
            try:
                self._keys = (now, {each.get("kid"): jwt.PyJWK(each, "RS256") for each in usable})
            except (jwt.PyJWTError, ValueError, TypeError) as error:
                raise ProviderError(f"keys: {type(error).__name__}") from error
        return self._keys[1]

    async def _configuration(self) -> dict[str, Any]:
        now = time.monotonic()
        if self._found is None or now - self._found[0] > _KEPT:
            found = await _asked("GET", self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self._issuer:
                raise ProviderError("another issuer's configuration")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if urlsplit(str(found.get(name))).scheme not in ("https", urlsplit(self._issuer).scheme):
                    raise ProviderError(f"{name} is not https")
            self._found = (now, found)
        return self._found[1]

    def _role(self, claims: dict[str, Any]) -> str | None:
        """The highest role that the claim gives."""
        held = _held(claims, self._settings.oidc_role_claim)
        meant = {role for each, role in self._settings.oidc_roles if each in held}
        return next((role for role in reversed(STAFF_ROLES) if role in meant), None)

    def _organisation(self, claims: dict[str, Any]) -> tuple[bool, Organisation | None]:
        """Whether the claim says where they belong, and where; nowhere when it says nothing, or two places."""
        held = _held(claims, self._settings.oidc_organisation_claim or "")
        meant = {self._organisations[each] for each in held if each in self._organisations}
        if None in meant:
            return True, None
        return len(meant) == 1, next(iter(meant), None)


def _held(claims: dict[str, Any], name: str) -> set[str]:
    """The values of a claim. A name with dots is looked for as it stands (an address), then as a path into objects."""
    value: Any = claims
    for part in [name] if name in claims else name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return {value} if isinstance(value, str) else set(map(str, value)) if isinstance(value, list) else set()


async def _asked(method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as http,
            http.request(method, url, data=form, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise ProviderError(f"status {answer.status}")
            raw = await answer.content.read(_MOST)
            found = json.loads(raw)
    except (aiohttp.ClientError, OSError, asyncio.TimeoutError, ValueError) as error:
        raise ProviderError(type(error).__name__) from error
    if not isinstance(found, dict):
        raise ProviderError("not an object")
    return found
