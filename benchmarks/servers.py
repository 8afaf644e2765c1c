"""Where databases are made: SQLite files in a folder, PostgreSQL databases on a server."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

Engine = Literal["sqlite", "postgresql"]
ENDING = ".sqlite3"
# What SQLite writes beside a database in WAL mode.
BESIDE = ("", "-wal", "-shm")


class NoServer(Exception):
    """PostgreSQL was asked for, but nothing says where it is."""


class Server(Protocol):
    """Makes, renames and drops databases by name."""

    def url(self, name: str) -> str:
        """The ``DATABASE_URL`` of a database."""

    def names(self, beginning: str) -> list[str]:
        """The databases whose names begin like this."""

    def create(self, name: str) -> None:
        """Make an empty database."""

    def rename(self, old: str, new: str) -> None:
        """Give a database that nobody is connected to another name."""

    def drop(self, name: str) -> None:
        """Drop a database if it exists."""

    def versions(self) -> Iterator[tuple[str, str]]:
        """What runs there."""


@dataclass(frozen=True, slots=True)
class Files:
    """SQLite files in a folder."""

    folder: Path

    def url(self, name: str) -> str:
        """The ``DATABASE_URL`` of a database."""
        return f"sqlite:///{self._path(name)}"

    def names(self, beginning: str) -> list[str]:
        """The databases whose names begin like this."""
        found = self.folder.glob(f"{beginning}*{ENDING}")
        return sorted(path.name.removesuffix(ENDING) for path in found)

    def create(self, name: str) -> None:
        """SQLite makes its files itself."""

    def rename(self, old: str, new: str) -> None:
        """Give a database another name; the last connection closed has emptied its log."""
        self._path(old).rename(self._path(new))

    def drop(self, name: str) -> None:
        """Remove a database's files."""
        for beside in BESIDE:
            self._path(name).with_name(f"{name}{ENDING}{beside}").unlink(missing_ok=True)

    def versions(self) -> Iterator[tuple[str, str]]:
        """The library is Python's own."""
        yield "SQLite", sqlite3.sqlite_version

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{ENDING}"


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """The server of ``DATABASE_URL``, where databases may be created."""

    address: str
    administration: Any

    @classmethod
    @contextmanager
    def opened(cls, own_url: str) -> Iterator["PostgresqlServer"]:
        """The server of an address, while it is needed; :class:`NoServer` if it is none."""
        # An optional dependency of the project, as PostgreSQL is.
        import psycopg

        server = urlsplit(own_url)
        if server.scheme not in ("postgres", "postgresql", "psql", "pgsql"):
            raise NoServer(
                "Set DATABASE_URL to a PostgreSQL server where a database may be created, "
                "such as postgres://user@127.0.0.1:5432/postgres."
            )
        # Written out, because without a host the standard library would drop the slashes.
        own_database = f"postgresql://{server.netloc}{server.path}"
        with psycopg.connect(own_database, autocommit=True) as administration:
            yield cls(server.netloc, administration)

    def url(self, name: str) -> str:
        """The ``DATABASE_URL`` of a database."""
        return f"postgres://{self.address}/{name}"

    def names(self, beginning: str) -> list[str]:
        """The databases whose names begin like this."""
        found = self.administration.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning]
        )
        return sorted(name for (name,) in found)

    def create(self, name: str) -> None:
        """Make an empty database."""
        self._execute("CREATE DATABASE {}", name)

    def rename(self, old: str, new: str) -> None:
        """Give a database that nobody is connected to another name."""
        self._execute("ALTER DATABASE {} RENAME TO {}", old, new)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def versions(self) -> Iterator[tuple[str, str]]:
        """The server, and its PostGIS where it has one."""
        yield "PostgreSQL", self.administration.execute("SHOW server_version").fetchone()[0]
        postgis = self.administration.execute(
            "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"
        ).fetchone()
        if postgis:
            yield "PostGIS", postgis[0]

    def _execute(self, statement: str, *names: str) -> None:
        from psycopg.sql import SQL, Identifier

        self.administration.execute(SQL(statement).format(*map(Identifier, names)))


def postgresql_url() -> str:
    """What the environment says of a server."""
    return os.environ.get("DATABASE_URL", "")
