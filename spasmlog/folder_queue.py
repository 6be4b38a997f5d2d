"""Requests for work through a folder, of which a message that was cut off stops nobody.

kombu's own opens a message under its name and then writes it. A process that is killed there, or a disk that
is full, leaves an empty one behind, and the worker that meets it ends. So a message is written under another
name first, and one that cannot be read is left out: the database remembers what is due.
"""

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        message = Path(self.data_folder_out, f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg")
        part = message.with_name(f"{message.name}.part")
        try:
            part.write_text(dumps(payload), encoding="utf-8")
            part.rename(message)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add a message to {self.data_folder_out}") from error

    def _get(self, queue: str) -> Any:
        while True:
            try:
                return super()._get(queue)
            except ValueError:  # it is taken out of the folder already
                log.warning("message_unreadable", queue=queue)


class Transport(filesystem.Transport):
    Channel = Channel
