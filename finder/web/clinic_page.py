"""Everything known of a clinic, by source and date."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from finder.search import timetable
from finder.web.clinic_names import name_in
from finder.web.clinic_pages import PageOfClinic
from finder.web.page import SITE
from finder.web.second_opinions import offer_of, question_of, second_opinions
from finder.web.statements import register_matches, statements
from finder.web.structured_data import structured_data
from finder.web.week import hours_of, now_at
from finder.web.whereabouts import map_links

# What it carries, in the order of the page.
OFFERED = ("categories", "services", "conditions", "credentials", "languages", "features")
OF_ATHLETES = ("evidence", "sports", "levels")


class ClinicPage(PageOfClinic):
    """Everything known of a clinic."""

    name = "clinic"

    def shown(self, clinic: dict[str, Any]) -> HttpResponse:
        """The page; 304 where the browser has it as it is.

        What is open and how old a statement is change without the clinic: the whole page counts.
        """
        return self.unless_current(self.render("site/clinic.html", self._context(clinic)))

    def _context(self, clinic: Mapping[str, Any]) -> dict[str, Any]:
        clinic_id = UUID(clinic["id"])
        now = timezone.now()
        today = timezone.localdate(now)
        times = timetable(clinic_id)
        said = statements(clinic, today)
        address = reverse(f"{SITE}:{self.name}", args=[clinic_id], current_app=self.language)
        verify_by = clinic["verify_by"]
        return {
            "clinic": clinic,
            "clinic_name": name_in(clinic, self.language),
            "now": now_at(times, now),
            "hours": hours_of(clinic, times, now),
            "is_due": verify_by is not None and verify_by < today.isoformat(),
            "offered": [(kind, clinic[kind]) for kind in OFFERED if clinic[kind]],
            "athletes": [(kind, clinic[kind]) for kind in OF_ATHLETES if clinic[kind]],
            "athlete_statements": [one for one in said if one.is_of_athletes],
            "other_statements": [one for one in said if not one.is_of_athletes],
            "departments": [
                (layer, [one for one in clinic["departments"] if one["layer"] == layer])
                for layer in ("official", "curated")
                if any(one["layer"] == layer for one in clinic["departments"])
            ],
            "second_opinion": offer_of(clinic, today),
            "second_opinions": second_opinions(clinic, today),
            "second_opinion_question": question_of("offered"),
            "register_matches": register_matches(clinic),
            "map_links": map_links(clinic),
            "tiles": settings.MAP_TILES_URL,
            "attribution": settings.MAP_TILES_ATTRIBUTION,
            "structured_data": structured_data(clinic, self.request.build_absolute_uri(address)),
        }
