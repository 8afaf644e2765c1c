"""The catalogue's tables. What each is for stands on its class; how they meet, here.

``Facility`` is an identity. What is said of it stands in two layers that never overwrite each
other: ``OfficialFacts`` (and departments of the official layer) are written by imports alone,
``CuratedFacts`` (and departments of the curated layer) by curators alone. ``Claim`` says that a
facility carries a ``Concept``, ``SecondOpinion`` holds second-opinion terms, ``Verification`` who
checked what and when. Publishing turns all of it into a ``Listing`` and its ``Posting`` rows, the
only tables that a search reads. ``CuratedEntry`` is what will be live next of the curators' words;
``PublicReport``, ``DuplicatePair`` and ``MatchDecision`` are work that waits for them or was done. ``Place`` and ``PlaceName`` are the gazetteer, by which a searcher
says where from.
"""

from clinics.models.changes import Via
from clinics.models.claims import Claim, LetterRule, SecondOpinion, Verification
from clinics.models.concepts import Concept, Scheme
from clinics.models.curation import (
    PENDING,
    CuratedEntry,
    DuplicatePair,
    EntryState,
    MatchDecision,
    PublicReport,
    QualitySnapshot,
    ReporterContact,
    ReportSubject,
)
from clinics.models.facilities import (
    CuratedFacts,
    Department,
    Facility,
    Kind,
    Layer,
    OfficialFacts,
    OpeningHours,
    PositionSource,
    Status,
    YesNoUnknown,
)
from clinics.models.imports import ImportRun
from clinics.models.listings import (
    ClosedDate,
    Listing,
    ListingText,
    OpenSession,
    Posting,
    Term,
)
from clinics.models.places import Place, PlaceKind, PlaceName, PlaceSource

__all__ = [
    "Claim",
    "ClosedDate",
    "Concept",
    "CuratedFacts",
    "Department",
    "Facility",
    "ImportRun",
    "Kind",
    "Layer",
    "Listing",
    "ListingText",
    "OfficialFacts",
    "OpenSession",
    "OpeningHours",
    "Place",
    "PlaceKind",
    "PlaceName",
    "PlaceSource",
    "PositionSource",
    "Posting",
    "Scheme",
    "SecondOpinion",
    "Status",
    "Term",
    "Verification",
    "YesNoUnknown",
    "PENDING",
    "CuratedEntry",
    "DuplicatePair",
    "EntryState",
    "MatchDecision",
    "PublicReport",
    "QualitySnapshot",
    "ReporterContact",
    "ReportSubject",
    "Via",
    "LetterRule",
]
