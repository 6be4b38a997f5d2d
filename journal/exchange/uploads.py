"""Files that wait for their owner to say yes to what taking them in would do.

In the data folder, which all web processes share, named by the account and a random word. With the
next file of the same person they are gone; after an hour, with the next file of anybody or when old things
are forgotten.
"""

import secrets
import time
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from journal.exchange.contents import Broken
from journal.exchange.taking_in import MOST_BYTES

KEPT_FOR_S = 3600


def keep(user: User, upload: UploadedFile) -> str:
    """Keep a file; returns the word that its owner gets it back with.

    Raises
    ------
    Broken
        If it is larger than any diary. It is not kept then.
    """
    if (upload.size or 0) > MOST_BYTES:
        raise Broken(_("This file is larger than any diary."))
    forget(user)
    drop_old()
    word = secrets.token_hex(16)
    path = _folder() / f"{user.pk}-{word}"
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for piece in upload.chunks():
            file.write(piece)
    return word


def opened(user: User, word: str) -> BinaryIO | None:
    """A person's own file, if it is still here."""
    known = next((path for path in _of(user) if path.name == f"{user.pk}-{word}"), None)
    return known.open("rb") if known else None


def forget(user: User) -> None:
    """Delete what is kept of a person's."""
    for path in _of(user):
        path.unlink(missing_ok=True)


def _of(user: User) -> list[Path]:
    return list(_folder().glob(f"{user.pk}-*"))


def drop_old() -> None:
    """Delete what was kept for longer than an hour, whoever's it is."""
    for path in _folder().glob("*-*"):
        try:
            if path.stat().st_mtime < time.time() - KEPT_FOR_S:
                path.unlink()
        except FileNotFoundError:
            continue  # another process was first


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
