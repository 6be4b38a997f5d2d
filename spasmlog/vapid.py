"""The key by which push services know this server (VAPID, RFC 8292): a secret number, a point of P-256."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def packed(data: bytes) -> str:
    """Bytes as base64url without padding, as Web Push writes them."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """The bytes of such a text.

    Raises
    ------
    ValueError
        If it is none.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def new_key() -> str:
    """A new secret key, 32 bytes."""
    secret = ec.generate_private_key(CURVE).private_numbers().private_value
    return packed(secret.to_bytes(32, "big"))


def private_key(key: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unpacked(key), "big"), CURVE)


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as browsers take it: 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
