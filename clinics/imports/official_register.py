"""Which register an import speaks for."""

from datetime import date
from typing import Protocol


class Register(Protocol):
    """Which register speaks, as of which release, and the database it is written to."""

    @property
    def source(self) -> str:
        """The register."""

    @property
    def release(self) -> date:
        """As of when it speaks."""

    @property
    def using(self) -> str:
        """The database."""
