"""How much one token and one address may send. Token buckets in memory: each gateway counts for itself."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

from aiohttp import web

from forloeb.gateway.errors import Refusal
from forloeb.settings import Network

BODY_LIMIT = 64 * 1024
PROXIES: web.AppKey[tuple[Network, ...]] = web.AppKey("proxies", tuple)
REMEMBERED = 20_000  # buckets kept; the one unused longest is forgotten


@dataclass(frozen=True)
class Rate:
    """`burst` at once, then `per_second`."""

    burst: float
    per_second: float


@dataclass(frozen=True)
class Limits:
    """All rates. Everyone behind a jobcenter's router shares an address, so it may do much more than one token."""

    messages: Rate = Rate(40, 2)  # a token's messages
    reads: Rate = Rate(60, 5)  # a token's readings
    sessions: Rate = Rate(120, 4)  # an address's new conversations and sign-ins
    codes: Rate = Rate(5, 5 / 3600)  # tries at a one-time code from a number or a Messenger account
    all_codes: Rate = Rate(100, 100 / 3600)  # the same from everybody together
    issued: Rate = Rate(5, 1 / 60)  # codes shown to a signed-in person
    address: Rate = Rate(1000, 50)  # everything an address asks of the web channel


@dataclass
class Buckets:
    """The present fill of every bucket."""

    clock: Callable[[], float] = time.monotonic
    _fill: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, name: str, key: str, rate: Rate) -> None:
        """Take one from a bucket.

        Raises:
            Refusal: 429 with Retry-After when it is empty.
        """
        now = self.clock()
        left, since = self._fill.pop((name, key), (rate.burst, now))
        left = min(rate.burst, left + (now - since) * rate.per_second)
        allowed = left >= 1
        self._fill[name, key] = (left - 1 if allowed else left, now)
        while len(self._fill) > REMEMBERED:
            self._fill.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - left) / rate.per_second)
            raise Refusal(429, "too_many", {"Retry-After": str(max(1, wait))})


def from_proxy(request: web.Request) -> bool:
    """Whether the request came through one of our own proxies."""
    try:
        peer = ip_address(request.remote or "")
    except ValueError:
        return False
    return any(peer in network for network in request.config_dict[PROXIES])


def address_of(request: web.Request) -> str:
    """The sender's address; behind a proxy of ours the one the proxy saw."""
    peer = request.remote or "unknown"
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
    try:
        return str(ip_address(forwarded)) if forwarded and from_proxy(request) else peer
    except ValueError:
        return peer
