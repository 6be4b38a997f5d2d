"""A line to the server that can be cut: a relay on a port of its own.

A browser's own "offline" switch does not reach every part of it; a port on which nobody listens does.
"""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Line:
    """Passes bytes on to a server, until it is cut."""

    def __init__(self, server: str):
        parts = urlsplit(server)
        self.server = (parts.hostname, parts.port)
        self.port, self.listening, self.open = 0, None, set()
        self.heard: list[str] = []
        """The first line of each request that came through."""
        self.swallow = ""
        """The answer to a request that begins so is lost, and the line is deaf from then on."""
        self.break_off = ""
        """Of the answer to the next request that begins so no more than the head comes through."""
        self.breaking: set[socket.socket] = set()
        self.at_work = threading.Lock()
        """A connection is made, or all are cut: one that is half made would outlive the cut."""
        self.deaf = threading.Event()
        """While this is set, requests come through and answers are lost."""
        self.mend()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        self.deaf.clear()
        self.listening = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._listen, args=[self.listening], daemon=True).start()

    def cut(self) -> None:
        with self.at_work:
            for one in (self.listening, *self.open):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self.open.clear()

    def _listen(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                with self.at_work:
                    if listening.fileno() < 0:  # cut since
                        return caller.close()
                    server = socket.create_connection(self.server)
                    self.open |= {caller, server}
                for source, sink in ((caller, server), (server, caller)):
                    threading.Thread(target=self._pass_on, args=[source, sink, server], daemon=True).start()

    def _hear(self, said: str, server: socket.socket) -> None:
        self.heard.append(said)
        if self.break_off and said.startswith(self.break_off):
            self.breaking.add(server)
            self.break_off = ""
        if self.swallow and said.startswith(self.swallow):
            self.deaf.set()

    def _pass_on(self, source: socket.socket, sink: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                if source is server and self.deaf.is_set():
                    continue
                if source is not server and part[:8].split(b" ")[0] in (b"GET", b"POST"):
                    self._hear(part.split(b"\r\n")[0].decode(), server)
                if source is server and server in self.breaking:
                    sink.sendall(part.split(b"\r\n\r\n")[0])
                    break
                sink.sendall(part)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
