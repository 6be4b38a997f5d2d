"""Ask an address that a person gave, without being led anywhere inside.

The address is looked up once, every answer of the look-up must be public, and the connection goes to just
what was looked up: a name that means something else a moment later changes nothing. Redirects are not
followed, the answer's body is not read, and the whole takes a few seconds at most.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from urllib.parse import SplitResult, urlsplit

LONGEST_ADDRESS = 1000
PATIENCE_S = 5.0
"""For each step: to connect, to shake hands, to be answered."""
LONGEST_S = 10.0
"""For all of it, however slowly the answer drips."""
HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.I)
"""A name with a dot and a last part that begins with a letter: no machine's number, no local name."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
INSIDE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48")))
"""Of protocols between machines, and of translators; not every Python counts them as private."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unsafe(ValueError):
    """An address that nothing is sent to."""


def check(address: str, *, but: str = "") -> SplitResult:
    """An address taken apart, if it has the shape of one that may be asked; `but`: this origin always may.

    Raises
    ------
    Unsafe
        If it is not https, names a port, a user or no public kind of host, or is no address at all.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as wrong:
        raise Unsafe("no address") from wrong
    if len(address) > LONGEST_ADDRESS or not address.isascii() or not address.isprintable() or " " in address:
        raise Unsafe("no address")
    if "@" in parts.netloc or parts.fragment or "\\" in address:
        raise Unsafe("no address of a service")
    if but and f"{parts.scheme}://{parts.netloc}" == but:
        return parts
    if parts.scheme != "https" or port not in (None, 443):
        raise Unsafe("not https")
    if not HOST.fullmatch(parts.hostname or ""):
        raise Unsafe("no public host")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also where another is wrapped into it."""
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(ip) if isinstance(ip, ipaddress.IPv6Address) else None
    if inner:
        return is_public(str(inner))
    if any(ip in network for network in INSIDE):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The older address that a newer one stands for."""
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def looked_up(host: str, port: int) -> list[str]:
    """The addresses of a host, all of them public.

    Raises
    ------
    Unsafe
        If one of them is not.
    OSError
        If the name is not known, or the look-up failed.
    """
    found = list(
        dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    )
    if not found or not all(map(is_public, found)):
        raise Unsafe("no public address")
    return found


def post(address: str, body: bytes, headers: Mapping[str, str], *, but: str = "") -> int:
    """Send `body` to an address; returns the status that is answered.

    Raises
    ------
    Unsafe
        If the address is not one to ask.
    OSError, http.client.HTTPException
        If nobody answers, or not as HTTP.
    """
    parts = check(address, but=but)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or 443
    inside = bool(but) and f"{parts.scheme}://{parts.netloc}" == but
    places = [host] if inside else looked_up(host, port)
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
    with closing(connection):
        connection.sock = _connected(places, port, host if secure else "")
        timer = threading.Timer(LONGEST_S, _cut, [connection.sock])
        timer.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"Host": parts.netloc, **headers, "Connection": "close"})
            return connection.getresponse().status
        finally:
            timer.cancel()


def _connected(places: list[str], port: int, name: str) -> socket.socket:
    """A connection to the first place that takes one; with a `name`, encrypted, and known to be its."""
    failed: OSError | None = None
    for place in places[:3]:
        try:
            sock = socket.create_connection((place, port), PATIENCE_S)
        except OSError as error:
            failed = error
            continue
        if not name:
            return sock
        try:
            return ssl.create_default_context().wrap_socket(sock, server_hostname=name)
        except OSError:
            sock.close()
            raise
    raise failed or OSError("no place to connect to")


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
