"""A push service on this machine, and a browser that subscribed there: with its secret it reads what came."""

import contextlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from spasmlog.vapid import packed


@dataclass
class PushService:
    """What it was sent, and with what it answers: a status, or one after the other."""

    server: ThreadingHTTPServer
    scheme: str = "http"
    host: str = "127.0.0.1"
    came: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    location: str = ""
    hold: threading.Event = field(default_factory=threading.Event)
    """Cleared, nobody is answered until it is set again."""

    def __post_init__(self):
        self.hold.set()

    @property
    def origin(self):
        return f"{self.scheme}://{self.host}:{self.server.server_address[1]}"


def started(**more):
    """A service that runs; `service.server.shutdown()` ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.came.append((self.path, dict(self.headers), body))
            service.hold.wait()
            self.send_response(service.answers.pop(0) if service.answers else 201)
            if service.location:
                self.send_header("Location", service.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said):
            pass

    service = PushService(ThreadingHTTPServer(("127.0.0.1", 0), Handler), **more)
    threading.Thread(target=service.server.serve_forever, daemon=True).start()
    return service


class Subscriber:
    """A browser: two keys that it gives away, and one that it keeps."""

    def __init__(self, service, name="device"):
        self.endpoint = f"{service.origin}/push/{name}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self._auth = bytes(range(16))

    @property
    def said(self):
        return {"endpoint": self.endpoint, "p256dh": packed(self._public), "auth": packed(self._auth)}

    def read(self, body):
        """What a message says: the receiving side of RFC 8291 and RFC 8188."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._key.exchange(ec.ECDH(), theirs)
        key = HKDF(SHA256(), 32, self._auth, b"WebPush: info\x00" + self._public + sender).derive(shared)
        secret = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(key)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(key)
        text = AESGCM(secret).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert text.endswith(b"\x02")
        return json.loads(text[:-1])


@contextlib.contextmanager
def running(settings):
    """A service that the product may ask, as long as the block lasts."""
    service = started()
    settings.PUSH_TEST_SERVER = service.origin
    yield service
    service.server.shutdown()
    service.server.server_close()
