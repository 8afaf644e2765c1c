"""Finds, checks and opens the ministry's files: nothing is read before all of them are in order.

The ministry publishes one ZIP a sheet, ``01-1_hospital_facility_info_20250601.zip`` and, from
2026-06-01, ``…_20260601.csv.zip``, each with one CSV file: UTF-8 with a byte order mark, CRLF,
quoted cells. The same unpacked, gzipped, without the mark or with ``.partial`` in its name will do.
"""

import re

from clinics.imports.navii_contents import Limits

LIMITS = Limits()
SUFFIXES = re.compile(r"\.(?:csv|zip|csv\.gz|csv\.zip)$", re.IGNORECASE)
SHEET_NUMBER = re.compile(r"(\d{2})-(\d)(?!\d)", re.ASCII)
DATE = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)", re.ASCII)
NAMES_ACCEPTED = (
    "names such as 01-1_hospital_facility_info_20250601.zip are accepted, ending in .zip, "
    ".csv.zip, .csv or .csv.gz"
)
ROWS_BETWEEN_REPORTS = 1000

# A line number, the header being line 1, and the cells in the order of the layout's columns.
Row = tuple[int, tuple[str, ...]]
