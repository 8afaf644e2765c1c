"""Databases of the benchmark's own, made before it and gone after it, but for those to be kept."""

import hashlib
import os
import runpy
import secrets
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections

from benchmarks.servers import Engine, Files, PostgresqlServer, Server, postgresql_url

ROOT = Path(__file__).parent.parent
SETTINGS = ROOT / "finder" / "settings.py"
# Whatever decides what a database for searching holds.
BUILDING = (
    "clinics/**/*.py",
    "fixtures/taxonomy/*.json",
    *(
        f"benchmarks/{module}.py"
        for module in (
            "building",
            "catalogue",
            "claims",
            "entries",
            "japan",
            "names",
            "population",
            "weeks",
        )
    ),
)
KEPT = "clinic_finder_kept"


@dataclass(slots=True)
class Databases:
    """The databases made so far, by Django's alias.

    Temporary ones are made on ``servers`` and dropped at the end; ``kept_on`` are where those are
    that stay, and empty when none is to.
    """

    servers: dict[Engine, Server]
    kept_on: dict[Engine, Server]
    engine: Engine
    made: dict[str, tuple[Server, str]] = field(default_factory=dict)

    def use(self, engine: Engine) -> None:
        """Make the default database a new one of this engine, in place of all there are."""
        self.drop_all()
        self.engine = engine
        self.add(DEFAULT_DB_ALIAS)

    def add(self, alias: str, engine: Engine | None = None) -> None:
        """Make an empty temporary database with the project's tables and concepts.

        Its engine is that of the default database unless another is named.
        """
        server = self.servers[engine or self.engine]
        self._make(server, f"clinic_finder_benchmark_{os.getpid()}_{alias}", alias)

    def forget(self, alias: str) -> None:
        """Drop a temporary database before the end."""
        if alias in self.made:
            connections[alias].close()
            server, name = self.made.pop(alias)
            server.drop(name)

    def keep(self, engine: Engine, number: int, seed: int, alias: str) -> Callable[[], None] | None:
        """Open a database for searching, kept from another run where there is one.

        None says that it is ready. Otherwise it is made empty, and is to be filled; what is given
        back is to be called then. Without a folder it is temporary. One that was filled by other
        code is dropped.
        """
        if not self.kept_on:
            self.add(alias, engine)
            return lambda: None
        server, of_size = self.kept_on[engine], f"{KEPT}_{number}_{seed}_"
        name = f"{of_size}{_fingerprint()}"
        if name in server.names(of_size):
            _connect(alias, server.url(name))
            return None
        for old in server.names(of_size):
            server.drop(old)
        unfinished = f"{of_size}unfinished"
        self._make(server, unfinished, alias)

        def finish() -> None:
            connections[alias].close()
            server.rename(unfinished, name)
            del self.made[alias]
            _connect(alias, server.url(name))

        return finish

    def versions(self) -> dict[str, str]:
        """The versions of the servers."""
        return {name: text for server in self.servers.values() for name, text in server.versions()}

    def drop_all(self) -> None:
        """Drop every temporary database, and those that were not finished."""
        for alias in list(self.made):
            self.forget(alias)

    def _make(self, server: Server, name: str, alias: str) -> None:
        self.made[alias] = server, name
        server.create(name)
        _connect(alias, server.url(name))
        call_command("migrate", database=alias, verbosity=0)


@contextmanager
def opened(engines: Sequence[Engine], folder: Path | None = None) -> Iterator[Databases]:
    """Start Django upon an empty database of the first engine; all of it is gone afterwards.

    Databases for searching stay in ``folder`` and on the PostgreSQL server where one is given.
    Django is set up as in production, without debugging. ``DATABASE_URL`` names the PostgreSQL
    server. Raises :class:`benchmarks.servers.NoServer` when it does not.
    """
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="clinic-finder-benchmark-")
        own = Path(stack.enter_context(temporary))
        servers: dict[Engine, Server] = {"sqlite": Files(own)}
        kept_on: dict[Engine, Server] = {}
        if "postgresql" in engines:
            servers["postgresql"] = stack.enter_context(PostgresqlServer.opened(postgresql_url()))
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            kept_on = servers | {"sqlite": Files(folder.resolve())}
        databases = Databases(servers, kept_on, engines[0])
        _set_up(own / "static")
        try:
            databases.use(engines[0])
            yield databases
        finally:
            connections.close_all()
            databases.drop_all()


def _set_up(static: Path) -> None:
    """Start Django as it runs in production, except that it answers without TLS.

    Pages find their static files in a folder, once they have been collected.
    """
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "finder.settings",
        "PRODUCTION": "1",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost",
        "SECURE_SSL_REDIRECT": "0",
        "STATIC_ROOT": str(static),
        # Requests are counted as ever; nobody comes as often as that.
        "THROTTLE_READ": "100000000/second",
        "THROTTLE_REPORT": "100000000/second",
    }
    # They are collected only where pages are measured.
    warnings.filterwarnings("ignore", message="No directory at")
    django.setup()


def _connect(alias: str, url: str) -> None:
    """Let an alias mean the database of a URL, with the options that the project gives it.

    Other processes find the default one by the environment.
    """
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    configured: dict[str, Any] = runpy.run_path(str(SETTINGS))["DATABASES"]
    if alias != DEFAULT_DB_ALIAS and before is not None:
        os.environ["DATABASE_URL"] = before
    settings = connections.configure_settings(configured)
    connections.settings[alias] = settings[DEFAULT_DB_ALIAS]
    if alias in connections:
        connections[alias].close()
        del connections[alias]


def _fingerprint() -> str:
    """Differs when what a database for searching holds may differ."""
    found = hashlib.blake2b(digest_size=6)
    for pattern in BUILDING:
        for path in sorted(ROOT.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()
