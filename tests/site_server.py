"""The website as ``make run`` serves it: another process, a database of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
LONGEST_START_S = 60


@contextmanager
def serving(environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """A server of one's own machine, with everything it prints in a file; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "manage.py", "serve", str(port)],
            cwd=ROOT,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(10)


@contextmanager
def site_served(folder: Path) -> Iterator[str]:
    """The website with the starter catalogue, as others see it; its address, without a last slash.

    Database and log are in the folder.
    """
    environment = {
        **os.environ,
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "finder.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "THROTTLE_READ": "0",
        "THROTTLE_REPORT": "0",
    }
    with serving(environment, folder / "log") as port:
        yield f"http://127.0.0.1:{port}"


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST_START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise AssertionError("the server ended")
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20):
                return
        except URLError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")
