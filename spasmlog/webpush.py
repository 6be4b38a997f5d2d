"""Web Push: a short message that one browser alone can read, handed to the service of its maker.

Sealing is RFC 8291 with RFC 8188, the server's proof RFC 8292. It is done with `cryptography` and PyJWT,
which sign-in needs anyway, and not with pywebpush: that brings two HTTP clients and looks addresses up by
itself, so what was checked and what it connects to could differ (`spasmlog.outward`).
"""

import http.client
import os
import time
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from spasmlog import outward
from spasmlog.vapid import CURVE, packed, point_of, private_key, unpacked

LENGTH = 512
"""All messages are sealed at this length: their size tells nobody which one it is. [bytes]"""
PROOF_HOLDS_S = 12 * 3600
TAKEN, GONE, LATER, REFUSED = "taken", "gone", "later", "refused"
"""What became of a message: handed over; no such browser any more; try again; no use in trying again."""


@dataclass(frozen=True)
class Browser:
    """Where messages for a browser go, and its two keys, as it gave them."""

    endpoint: str
    p256dh: str
    auth: str

    def check(self) -> None:
        """Raise `outward.Unsafe` or `ValueError` if something of it cannot be."""
        outward.check(self.endpoint, but=settings.PUSH_TEST_SERVER)
        if len(unpacked(self.auth)) != 16:
            raise ValueError("auth is 16 bytes")
        _point(self.p256dh)


def application_key() -> str:
    """The public key that a browser is asked to subscribe with."""
    return packed(point_of(private_key(settings.VAPID_KEY)))


def send(browser: Browser, message: bytes, *, ttl_s: int, urgent: bool = False) -> str:
    """Hand a message over; the service keeps it for `ttl_s` seconds if the browser is away."""
    try:
        browser.check()
        headers = {
            "TTL": str(ttl_s),
            "Urgency": "high" if urgent else "normal",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": _proof(browser.endpoint),
        }
        body = sealed(message, browser)
        status = outward.post(browser.endpoint, body, headers, but=settings.PUSH_TEST_SERVER)
    except ValueError:
        return REFUSED
    except (OSError, http.client.HTTPException):
        return LATER
    return _meaning(status)


def _meaning(status: int) -> str:
    if 200 <= status < 300:
        return TAKEN
    if status in (404, 410):
        return GONE
    return LATER if status == 429 or status >= 500 else REFUSED


def _proof(endpoint: str) -> str:
    """Who sends: signed for this push service alone, and for half a day."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc.removesuffix(':443')}",
        "exp": int(time.time()) + PROOF_HOLDS_S,
        "sub": _whom_to_ask(),
    }
    key = private_key(settings.VAPID_KEY)
    return f"vapid t={jwt.encode(claims, key, algorithm='ES256')}, k={packed(point_of(key))}"


def _whom_to_ask() -> str:
    """Where a push service finds whoever runs this server."""
    if settings.PUBLIC_URL.startswith("https://"):
        return settings.PUBLIC_URL
    return f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def sealed(
    message: bytes,
    browser: Browser,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
    length: int = LENGTH,
) -> bytes:
    """A message as `aes128gcm`, readable with the browser's own secret alone (RFC 8291, section 3.4).

    `own` and `salt` are made anew for each message, but where a published example is worked again.

    Raises
    ------
    ValueError
        If the message is longer than `length` allows.
    """
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    theirs, ours = unpacked(browser.p256dh), point_of(own)
    if len(message) >= length:
        raise ValueError("the message is too long")
    shared = own.exchange(ec.ECDH(), _point(browser.p256dh))
    key = _derived(shared, unpacked(browser.auth), b"WebPush: info\0" + theirs + ours, 32)
    cek = _derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    padded = (message + b"\x02").ljust(length, b"\0")
    head = salt + (4096).to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(cek).encrypt(nonce, padded, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _point(p256dh: str) -> ec.EllipticCurvePublicKey:
    """A browser's public key; `ValueError` where it is no point of the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unpacked(p256dh))
