"""What every source yields: facilities as typed values, and findings about what was wrong."""

from dataclasses import dataclass
from typing import Literal

from clinics.hours import Closures, Session
from clinics.models import Kind

Action = Literal["row rejected", "value left unknown", "value repaired", "noted"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or doubtful in a file, and what was done about it.

    ``line`` is the line of the file, the header being line 1; ``reason`` says what is wrong and
    what would be accepted.
    """

    file: str
    line: int
    column: str
    value: str
    reason: str
    action: Action
    code: str


@dataclass(frozen=True, slots=True)
class DepartmentRecord:
    """A department as a register states it, with its sessions; none means not stated."""

    code: str
    name: str
    hours: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True)
class FacilityRecord:
    """A facility as a register states it. Positions are WGS84 degrees, both or neither.

    ``departments`` is None where the source says nothing of departments at all: those already in
    the catalogue then stay as they are.
    """

    official_id: str
    kind: Kind
    name: str
    prefecture_code: str
    municipality_code: str
    address: str
    name_kana: str = ""
    name_en: str = ""
    short_name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    website: str = ""
    website_as_stated: str = ""
    closures: Closures = Closures()
    closing_remarks: str = ""
    departments: tuple[DepartmentRecord, ...] | None = None
