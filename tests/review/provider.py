"""A small OpenID Connect provider on a real port, that can be told to lie in every way a provider or a thief could."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "forloeb-staff", "a-client-secret"


class Provider:
    """Signs `who` in to whoever asks, by code and PKCE."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.who: dict[str, Any] = {"sub": "u-1", "name": "Karen Blixt", "roles": ["caseworker"]}
        self.key, self.kid = new_key(), "k1"
        self.named = ""  # the key that the token names, where it is not the right one
        self.down = False
        self.signing_key: Any = None  # another than the published one
        self.alg = "RS256"
        self.claims: dict[str, Any] = {}  # over what is right; None leaves one out
        self.issuer = base  # as the configuration says it
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: list[dict[str, str]] = []
        self.app = web.Application()
        self.app.router.add_get("/.well-known/openid-configuration", self.configuration)
        self.app.router.add_get("/keys", self.keys)
        self.app.router.add_get("/authorize", self.authorize)
        self.app.router.add_post("/token", self.token)

    async def configuration(self, _request: web.Request) -> web.Response:
        where = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return web.json_response({"issuer": self.issuer, **{name: self.base + path for name, path in where.items()}})

    async def keys(self, _request: web.Request) -> web.Response:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return web.json_response({"keys": [{**public, "kid": self.kid, "use": "sig"}]})

    async def authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT and "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return web.Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{back}"})

    async def token(self, request: web.Request) -> web.Response:
        if self.down:
            return web.Response(status=503)
        form = dict(parse_qsl(await request.text()))
        self.tokens.append(form)
        asked = self.codes.pop(form["code"], None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        right = (
            asked is not None
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == form["redirect_uri"]
            and (form["client_id"], form.get("client_secret")) == (CLIENT, SECRET)
        )
        if not right or asked is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(
            {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}
        )

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        right = {"iss": self.base, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {name: value for name, value in {**right, **self.who, **self.claims}.items() if value is not None}
        key = self.signing_key or self.key
        if self.alg == "none":
            key = None
        elif self.alg == "HS256":  # the published key as a shared secret: what careless clients take
            pem = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            secret = self.key.public_key().public_bytes(*pem)
            return hs256(claims, secret, self.kid)
        return jwt.encode(claims, key, self.alg, headers={"kid": self.named or self.kid})


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def hs256(claims: dict[str, Any], secret: bytes, kid: str) -> str:
    """PyJWT refuses to make this one."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    signed = f"{head}.{part(json.dumps(claims).encode())}"
    return f"{signed}.{part(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"
