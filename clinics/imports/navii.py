"""Reads the ministry's sheets into records: departments first, then the facilities they belong to.

Rows stream; what is kept in memory are the departments of the facilities asked for, one position
and one ID for each facility. Every doubtful cell is told to ``note`` as a
:class:`~clinics.imports.records.Finding`; nothing here knows the catalogue's tables.
"""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter

from clinics.hours import WEEKDAYS
from clinics.imports import navii_cells as cells_of
from clinics.imports.navii_departments import read_group
from clinics.imports.navii_faults import Note, Place, finding
from clinics.imports.navii_files import Release, Sheet
