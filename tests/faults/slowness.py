"""A way to Redis that is slow: every answer comes five seconds late."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS = 5.0


@contextmanager
def slow_way(address: Path, to: Path) -> Iterator[None]:
    """Listen at a path, and carry everything to the server at another; at the end every connection is closed."""
    closing = threading.Event()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen(64)
        listener.settimeout(0.1)
        keeper = threading.Thread(target=_accept, args=(listener, to, closing))
        keeper.start()
        try:
            yield
        finally:
            closing.set()
            keeper.join()
    address.unlink(missing_ok=True)


def _accept(listener: socket.socket, to: Path, closing: threading.Event) -> None:
    ends: list[socket.socket] = []
    while not closing.is_set():
        try:
            near, _ = listener.accept()
        except TimeoutError:
            continue
        far = socket.socket(socket.AF_UNIX)
        far.connect(str(to))
        ends += [near, far]
        for source, target, seconds in ((near, far, 0.0), (far, near, SECONDS)):
            threading.Thread(target=_carry, args=(source, target, seconds, closing), daemon=True).start()
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def _carry(source: socket.socket, target: socket.socket, seconds: float, closing: threading.Event) -> None:
    with suppress(OSError):
        while content := source.recv(65536):
            if closing.wait(seconds):
                break
            target.sendall(content)
