"""One request at a time: what was answered, or in which of five ways it did not work.

Nothing here tries again; that is `sync`'s to decide.
"""

import gzip
import http.client
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from spasmlog_client import __version__, moments
from spasmlog_client.store import CardAnswer

SIGN_IN = "/_allauth/app/v1/"
DEVICE = f"spasmlog-client/{__version__} ({socket.gethostname()})"
"""What the list of one's devices shows."""


class Unreachable(Exception):
    """No answer, half an answer, or one that this server would not give (a hotel's sign-in page)."""


class SignInNeeded(Exception):
    """The token is missing, or has ended."""


class Busy(Exception):
    """The server asks to be left alone for a while."""

    def __init__(self, seconds: float | None):
        super().__init__(f"The server asks to wait {seconds:.0f} s." if seconds else "The server is busy.")
        self.seconds = seconds


class StartOver(Exception):
    """The cursor is too old, or of another diary: ask again without one."""


class Problem(Exception):
    """The server understood, and says no; or made a mistake (status 500 and above)."""

    def __init__(self, status: int, said: Any):
        self.status = status
        self.said: dict[str, Any] = said if isinstance(said, dict) else {}
        super().__init__(self.said.get("detail") or f"The server answered {status}.")

    @property
    def words(self) -> str:
        """Every sentence the server said, field by field; else its summary."""
        errors = self.said.get("errors")
        if isinstance(errors, dict):
            return " ".join(sentence for said in errors.values() for sentence in said)
        if isinstance(errors, list):  # as sign-in says it
            return " ".join(one.get("message", "") for one in errors)
        return str(self)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unreachable("The answer is not from a SpasmLog server.") from None


class Server:
    """A SpasmLog server, as one signed-in device sees it."""

    def __init__(self, url: str, token: str = "", timeout: float = 30):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"Give the server's address, such as https://diary.example.org, not {url!r}.")
        self.secure, self.host, self.port = parts.scheme == "https", parts.hostname, parts.port
        self.base, self.token, self.timeout = parts.path.rstrip("/"), token, timeout
        self.last_skew: timedelta | None = None
        """How far the server's clock is ahead of this device's, by its last answer."""

    # Requests ---------------------------------------------------------------------------------

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request and return a success; anything else is one of the exceptions above."""
        answer = self.send(method, path, body, **headers)
        if answer.status == 401:
            raise SignInNeeded("Sign in again.")
        if answer.status in (429, 503):
            raise Busy(_retry_after(answer.headers.get("Retry-After")))
        if answer.status in (502, 504):
            raise Unreachable("The server is away.")
        if answer.status == 410:
            raise StartOver()
        if not (200 <= answer.status < 300 or answer.status == 304):
            raise Problem(answer.status, answer.json() if b"{" in answer.body[:1] else None)
        return answer

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request and return whatever is answered, whole and within `timeout` seconds."""
        raw = None if body is None else json.dumps(body).encode()
        told = {"Accept": "application/json", "User-Agent": DEVICE}
        if self.token:
            told["X-Session-Token"] = self.token
        if raw is not None:
            told["Content-Type"] = "application/json"
        began = moments.now()
        line = self._line()
        try:
            line.connect()
            with _hung_up_after(self.timeout, line.sock):
                line.request(method, self.base + path, raw, {**told, **headers})
                response = line.getresponse()
                answer = Answer(response.status, response.headers, _whole(response))
        except (OSError, EOFError, zlib.error, http.client.HTTPException) as error:
            raise Unreachable(f"No answer from {self.host}: {error or type(error).__name__}") from None
        finally:
            line.close()
        self._measure(answer.headers.get("Date"), began)
        return answer

    def _line(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        return kind(self.host, self.port, timeout=self.timeout)

    def _measure(self, date: str | None, began: datetime) -> None:
        """Compare clocks: the answer was written about half-way between asking and hearing."""
        try:
            theirs = parsedate_to_datetime(date or "")
        except ValueError:
            return
        self.last_skew = theirs - (began + (moments.now() - began) / 2)

    # What a diary needs -----------------------------------------------------------------------

    def hello(self) -> dict[str, Any]:
        """Which server this is. Needs no sign-in."""
        said = self.ask("GET", "/api/v1/server/").json()
        if not isinstance(said, dict) or said.get("product") != "SpasmLog":
            raise Unreachable("This is not a SpasmLog server.")
        return said

    def changes(self, cursor: str, limit: int = 500) -> dict[str, Any]:
        """A page of what changed since `cursor`, or of everything."""
        asked = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        said = self.ask("GET", "/api/v1/sync/?" + urlencode(asked)).json()
        if not isinstance(said, dict) or not {"changes", "cursor", "has_more"} <= set(said):
            raise Unreachable("The answer is not from a SpasmLog server.")
        return said

    def store(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send a batch, and return what came of each item, in the same order."""
        said = self.ask("POST", "/api/v1/sync/", {"items": items}).json()
        results = said.get("results") if isinstance(said, dict) else None
        if not isinstance(results, list) or [_name(one) for one in results] != [_name(one) for one in items]:
            raise Unreachable("The answer is not about what was sent.")
        return results

    def answer_card(self, answer: CardAnswer) -> dict[str, Any]:
        """Tell what the person said to a card of advice; returns the card as it is now."""
        path = f"/api/v1/advice/{answer.card}/{answer.verb.replace('_', '-')}/"
        said = {} if answer.days is None else {"days": answer.days}
        card: dict[str, Any] = self.ask("POST", path, said, **{"Idempotency-Key": answer.key}).json()
        return card

    def foods(self, words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/api/v1/foods/?search={quote(words)}").json()[
            "results"
        ]
        return found

    def profile(self) -> dict[str, Any]:
        said: dict[str, Any] = self.ask("GET", "/api/v1/profile/").json()
        return said

    # Signing in -------------------------------------------------------------------------------

    def sign_up(self, email: str, password: str, invitation: str = "") -> None:
        """Make an account. From then on this device is signed in."""
        said = {"email": email, "password": password}
        invited = {"invitation": invitation} if invitation else {}
        self._take_token(self._sign_in("auth/signup", {**said, **invited}))

    def sign_in(self, email: str, password: str) -> bool:
        """Sign in; False if a code of the second factor is asked for (see `second_factor`)."""
        self.token = ""
        return self._take_token(self._sign_in("auth/login", {"email": email, "password": password}))

    def second_factor(self, code: str) -> None:
        """The rest of the sign-in: a code of the authenticator app, or a recovery code."""
        self._take_token(self._sign_in("auth/2fa/authenticate", {"code": code}))

    def sign_out(self) -> None:
        self.send("DELETE", SIGN_IN + "auth/session")

    def _sign_in(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        answer = self.send("POST", SIGN_IN + path, body)
        said = answer.json()
        if answer.status in (429, 503):
            raise Busy(_retry_after(answer.headers.get("Retry-After")))
        if answer.status not in (200, 401):
            raise Problem(answer.status, said)
        return {**said, "status": answer.status}

    def _take_token(self, said: dict[str, Any]) -> bool:
        """Keep the token of this answer; whether the sign-in is complete."""
        self.token = said.get("meta", {}).get("session_token") or self.token
        if said["status"] == 200:
            return True
        pending = [flow["id"] for flow in said.get("data", {}).get("flows", []) if flow.get("is_pending")]
        if "mfa_authenticate" not in pending:
            raise Problem(401, {"detail": "The server asks for a step that this client does not know."})
        return False


@contextmanager
def _hung_up_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """A server that sends a byte now and then is no answer: the socket's own time limit never ends that."""

    def hang_up() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(seconds, hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _whole(response: http.client.HTTPResponse) -> bytes:
    """The body; a part of it is an `IncompleteRead`."""
    body = response.read()
    return gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body


def _retry_after(said: str | None) -> float | None:
    """Seconds to wait, said as a number or as a date; None if it is not said."""
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _name(item: Any) -> tuple[Any, Any]:
    return (item.get("type"), item.get("id")) if isinstance(item, dict) else (None, None)
