"""Signatures on what passes between us and a holder's system, both ways alike. Pure.

`X-Forloeb-Signature` is the hex HMAC-SHA256 of timestamp, method, path and body, a newline between them;
`X-Forloeb-Timestamp` is that timestamp in unix seconds of the real clock.
"""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP = "X-Forloeb-Timestamp"
SIGNATURE = "X-Forloeb-Signature"
WINDOW_SECONDS = 300


def sign(key: str, timestamp: int | str, method: str, path: str, body: bytes) -> str:
    """The signature of a request."""
    told = f"{timestamp}\n{method.upper()}\n{path}\n".encode() + body
    return hmac.new(key.encode(), told, hashlib.sha256).hexdigest()


def verify(key: str, signature: str, timestamp: str, method: str, path: str, body: bytes, now: float) -> bool:
    """Whether the signature is right and its timestamp within five minutes of now."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    right = hmac.compare_digest(sign(key, timestamp, method, path, body).encode(), signature.encode("utf-8", "replace"))
    return right and abs(now - int(timestamp)) <= WINDOW_SECONDS
