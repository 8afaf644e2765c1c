"""Writes many rows at once: the one place of the catalogue that asks which engine it is.

Django's ``bulk_create`` builds a model instance and a long statement for every batch, which costs
five times what the database itself needs. Here a row is a tuple, sent with ``executemany`` on
SQLite and with COPY on PostgreSQL. Constraints hold as ever; signals and ``save`` do not run.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import time
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

# Field types whose Python values the drivers take as they are.
PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
    models.BooleanField,
    models.BinaryField,
    models.ForeignKey,
)


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], using: str
) -> None:
    """Insert ``rows``, whose values follow ``columns``: attribute names such as ``facility_id``."""
    connection = connections[using]
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in columns]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    prepared = _prepared(rows, [_converter(field, connection) for field in fields])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in prepared:
                    copy.write_row(row)
        else:
            marks = ", ".join(["?"] * len(fields))
            cursor.connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", prepared
            )


def delete(
    model: type[models.Model], ids: Sequence[int] | Sequence[UUID], using: str, column: str = "id"
) -> None:
    """Delete rows by primary key or another column of ids, and nothing that refers to them."""
    connection = connections[using]
    (field,) = (field for field in model._meta.concrete_fields if field.column == column)
    table = connection.ops.quote_name(model._meta.db_table)
    marks = ", ".join(["%s"] * len(ids))
    if ids:
        with connection.cursor() as cursor:
            prepared = [field.get_db_prep_value(value, connection) for value in ids]
            cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", prepared)


def reserve_ids(model: type[models.Model], number: int, using: str) -> list[int]:
    """Primary keys nobody else will be given, ascending; call it inside a transaction."""
    connection = connections[using]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, number],
            )
            return [row[0] for row in cursor.fetchall()]
        # The write lock is held from the transaction's start, and AUTOINCREMENT follows along.
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone()
        return list(range(last + 1, last + 1 + number))


def refresh_statistics(models_written: Sequence[type[models.Model]], using: str) -> None:
    """Tell PostgreSQL's planner of rows just committed.

    VACUUM also lets it read the postings from their index alone, and cannot run in a transaction:
    inside one, nothing is done. SQLite's plans are fixed.
    """
    connection = connections[using]
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            for model in models_written:
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"VACUUM (ANALYZE) {table}")


def _converter(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """What turns a Python value into the driver's, or None where nothing has to be done.

    For the types of which there are many it is what Django's own conversion comes to.
    """
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, PLAIN):
        return None
    if isinstance(target, models.UUIDField):
        return None if connection.features.has_native_uuid_field else attrgetter("hex")
    if isinstance(target, models.TimeField):
        return _isoformat
    if isinstance(target, models.JSONField):
        return _json

    def convert(value: Any) -> Any:
        return target.get_db_prep_save(value, connection)

    return convert


def _isoformat(value: time | None) -> str | None:
    return None if value is None else value.isoformat()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepared(
    rows: Iterable[Sequence[Any]], converters: Sequence[Callable[[Any], Any] | None]
) -> Iterable[Sequence[Any]]:
    special = [(place, convert) for place, convert in enumerate(converters) if convert]
    if not special:
        return rows

    def converted() -> Iterable[Sequence[Any]]:
        for row in rows:
            values = list(row)
            for place, convert in special:
                values[place] = convert(values[place])
            yield values

    return converted()
