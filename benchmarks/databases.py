"""Databases of the benchmark's own, made before it and gone after it."""

import os
import secrets
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import django
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections

Engine = Literal["sqlite", "postgresql"]


class NoServer(Exception):
    """PostgreSQL was asked for, but nothing says where it is."""


@dataclass(slots=True)
class Databases:
    """The databases made so far, by Django's alias.

    ``name`` gives the name that the database of an alias has, or the path of its file; ``create``
    makes the empty database of that name.
    """

    folder: Path
    name: Callable[[str], str]
    create: Callable[[str], None]
    names: list[str] = field(default_factory=list)

    def add(self, alias: str) -> None:
        """Make a database and give it the project's tables and concepts."""
        name = self.name(alias)
        self.names.append(name)
        self.create(name)
        if alias != DEFAULT_DB_ALIAS:
            connections.settings[alias] = {
                **connections.settings[DEFAULT_DB_ALIAS],
                "NAME": name,
            }
        call_command("migrate", database=alias, verbosity=0)


@contextmanager
def temporary(engine: Engine) -> Iterator[Databases]:
    """Start Django upon an empty database of this engine; all of it is gone afterwards.

    Django is set up as in production, without debugging. ``DATABASE_URL`` names the PostgreSQL
    server. Raises :class:`NoServer` when it does not.
    """
    with tempfile.TemporaryDirectory(prefix="clinic-finder-benchmark-") as folder:
        open_databases = _on_postgresql if engine == "postgresql" else _on_sqlite
        with open_databases(Path(folder)) as databases:
            databases.add(DEFAULT_DB_ALIAS)
            try:
                yield databases
            finally:
                connections.close_all()


@contextmanager
def _on_sqlite(folder: Path) -> Iterator[Databases]:
    def path(alias: str) -> str:
        return str(folder / f"{alias}.sqlite3")

    _set_up(f"sqlite:///{path(DEFAULT_DB_ALIAS)}")
    yield Databases(folder, path, create=lambda _path: None)


@contextmanager
def _on_postgresql(folder: Path) -> Iterator[Databases]:
    # An optional dependency of the project, as PostgreSQL is.
    import psycopg
    from psycopg.sql import SQL, Identifier

    server = urlsplit(os.environ.get("DATABASE_URL", ""))
    if server.scheme not in ("postgres", "postgresql", "psql", "pgsql"):
        raise NoServer(
            "Set DATABASE_URL to a PostgreSQL server where a database may be created, "
            "such as postgres://user@127.0.0.1:5432/postgres."
        )
    prefix = f"clinic_finder_benchmark_{os.getpid()}"
    # Written out, because without a host the standard library would drop the slashes.
    own_database = f"postgresql://{server.netloc}{server.path}"
    with psycopg.connect(own_database, autocommit=True) as administration:

        def create(name: str) -> None:
            administration.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))

        databases = Databases(folder, lambda alias: f"{prefix}_{alias}", create)
        _set_up(f"postgres://{server.netloc}/{databases.name(DEFAULT_DB_ALIAS)}")
        try:
            yield databases
        finally:
            for name in databases.names:
                administration.execute(
                    SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name))
                )


def _set_up(database_url: str) -> None:
    """Start Django as it runs in production, except that it answers without TLS."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "finder.settings",
        "DATABASE_URL": database_url,
        "PRODUCTION": "1",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost",
        "SECURE_SSL_REDIRECT": "0",
    }
    # Static files are not measured, so nobody has to have collected them.
    warnings.filterwarnings("ignore", message="No directory at")
    django.setup()
