"""A line to the server that goes wrong as told: a TCP proxy of our own, with real sockets on both sides."""

import random
import socket
import struct
import threading
import time
from collections import deque

FAULTS = ("refused", "request_lost", "request_cut", "answer_lost", "answer_cut", "twice", "late_copy")
"""What may happen to one request, apart from arriving and being answered as it should."""


class BadLine:
    """Listens on a port of its own and passes each request on, or does what `plan` says next.

    A fault is one of `FAULTS`, `"silent"` (no answer, the line stays open), `"trickling"` (a byte now and
    then), the bytes of an answer to give without asking the server, or a function to call meanwhile.
    """

    def __init__(self, target: tuple[str, int]):
        self.target = target
        self.plan: deque = deque()
        self.passed: list[bytes] = []
        """The first lines of the requests that the server got."""
        self.copies: list[bytes] = []
        self.faulted = 0
        self.ended = threading.Event()
        self.door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.ended.set()
        self.door.close()

    def release(self, shuffled: random.Random):
        """Let the late copies arrive, in any order. Nobody waits for their answers."""
        copies, self.copies = self.copies, []
        shuffled.shuffle(copies)
        for request in copies:
            self._ask(request)

    # One connection ---------------------------------------------------------------------------

    def _serve(self):
        while True:
            try:
                line, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(line,), daemon=True).start()

    def _handle(self, line: socket.socket):
        fault = self.plan.popleft() if self.plan else None
        self.faulted += fault is not None
        with line:
            try:
                self._do(line, fault)
            except OSError:
                pass  # the other side went away

    def _do(self, line: socket.socket, fault):
        if fault == "refused":
            return _slam(line)
        request = _whole_request(line)
        if not request or fault == "request_lost":
            return None
        if fault == "silent":
            return self.ended.wait(60)
        if isinstance(fault, bytes):
            return line.sendall(fault)
        if callable(fault):
            fault()
        if fault == "request_cut":
            return self._send_half(request)
        if fault == "late_copy":
            self.copies.append(request)
        if fault == "twice":
            self._ask(request)
        return self._answer(line, self._ask(request), fault)

    def _answer(self, line: socket.socket, answer: bytes, fault):
        if fault == "answer_lost":
            return
        if fault == "answer_cut":
            line.sendall(answer[: len(answer) - 1 - len(answer) // 3])
        elif fault == "trickling":
            for byte in answer:
                line.sendall(bytes([byte]))
                time.sleep(0.05)
        else:
            line.sendall(answer)

    # The server's side ------------------------------------------------------------------------

    def _ask(self, request: bytes) -> bytes:
        self.passed.append(request.split(b"\r\n", 1)[0])
        with socket.create_connection(self.target, timeout=30) as server:
            server.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            parts = []
            while part := server.recv(65536):
                parts.append(part)
        return b"".join(parts)

    def _send_half(self, request: bytes):
        with socket.create_connection(self.target, timeout=30) as server:
            server.sendall(request[: len(request) * 2 // 3])
            _slam(server)


def answer(status: str, body: bytes = b"{}", **headers: str) -> bytes:
    """The bytes of an answer that a server, or something before it, might give."""
    told = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def _whole_request(line: socket.socket) -> bytes:
    line.settimeout(30)
    request = b""
    while b"\r\n\r\n" not in request:
        if not (part := line.recv(65536)):
            return b""
        request += part
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        (
            int(said.split(b":")[1])
            for said in head.split(b"\r\n")
            if said.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        if not (part := line.recv(65536)):
            return b""
        body += part
    return head + b"\r\n\r\n" + body


def _slam(line: socket.socket):
    """Close at once, so that the other side is told of a reset."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
