"""The address by which people reach this server, as settings and commands are told it."""

from urllib.parse import urlsplit


def public_address(said: str) -> str:
    """The same without its last stroke, and its scheme in small letters.

    Raises
    ------
    ValueError
        If a browser finds no server by it: without http or https, or without a host.
    """
    said = said.rstrip("/")
    parts = urlsplit(said)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an address of a server")
    return parts.scheme + said[len(parts.scheme) :]  # HTTPS:// is https://
