"""Where the diary and the token are kept."""

import os
from pathlib import Path


def folder(said: str | None = None) -> Path:
    """The folder of the diary: as said, else `SPASMLOG_HOME`, else where programs keep their data."""
    if chosen := said or os.environ.get("SPASMLOG_HOME"):
        return Path(chosen).expanduser()
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "spasmlog"


def token(home: Path) -> str:
    try:
        return (home / "token").read_text().strip()
    except FileNotFoundError:
        return ""


def keep_token(home: Path, token: str) -> None:
    """Write the token so that nobody else can read it, at no moment, and a crash leaves the old one whole."""
    draft = home / "token.new"
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home / "token")


def forget_token(home: Path) -> None:
    (home / "token").unlink(missing_ok=True)
