"""Curation: one module per desk."""

from clinics.admin.concepts import ConceptAdmin
from clinics.admin.duplicates import DuplicatePairAdmin
from clinics.admin.facilities import FacilityAdmin
from clinics.admin.imports import ImportRunAdmin
from clinics.admin.reports import PublicReportAdmin

__all__ = [
    "ConceptAdmin",
    "DuplicatePairAdmin",
    "FacilityAdmin",
    "ImportRunAdmin",
    "PublicReportAdmin",
]
