"""The search: what is looked for, where, and what was found."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from finder import cursors
from finder.api.caching import PRIVATE, REVALIDATE, holds_searcher
from finder.api.reading import LONGEST_QUERY_BYTES
from finder.query import Hit, Page, SearchQuery
from finder.questions import Asked
from finder.search import search
from finder.suggestions import suggestions
from finder.web.asked import POSITIONS, Question, query_string, read_question
from finder.web.filters import (
    SORTS,
    Choice,
    Labels,
    chips,
    concept_labels,
    groups,
    label_of,
    radii,
    single_choices,
)
from finder.web.form_body import Fields, UnreadableForm, read_form
from finder.web.hits import ShownHit, shown_hits
from finder.web.needs import ANYTHING, NEEDS
from finder.web.page import SITE, SitePage
from finder.web.refusals import FIELDS, refusals
from finder.web.script_words import script_words

# What a new search keeps of the one before: circumstances, not what is looked for.
KEPT = ("open_at", "language", "feature", "kind", "accepts_new_patients", "verified_within_days")
# Every clinic of the directory: without any question the page asks one.
EVERYTHING = "?sort=name"
WIDER_KM = ("10", "20", "50", "100", "200", "500")


class FinderPage(SitePage):
    """The search. A position comes in the body of a POST alone, which changes nothing."""

    name = "finder"
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """What an address asks for."""
        return self._answer(dict(request.GET.lists()), posted=False)

    def post(self, request: HttpRequest) -> HttpResponse:
        """What a body asks for; nothing besides stands in the address, a position least of all."""
        if any(name in POSITIONS for name in request.GET):
            return self.get(request)
        if request.GET:
            return self.refuse_parameters()
        try:
            return self._answer(read_form(request, LONGEST_QUERY_BYTES).fields, posted=True)
        except UnreadableForm as error:
            return self.refuse_form(error.status)

    def _answer(self, sent: Fields, *, posted: bool) -> HttpResponse:
        question = read_question(sent, posted=posted)
        context: dict[str, Any] = {
            "question": question,
            "needs": NEEDS.values(),
            "chosen_need": question.need.slug if question.need else ANYTHING,
            "place": question.given.get("place", ""),
            "kept": _kept(question),
            "script_words": script_words(),
            "other_query": question.address(),
        }
        if question.errors:
            context["refusals"] = refusals(question, sent, self.language)
            context["invalid"] = {one.parameter for one in context["refusals"]}
            return self.render("site/finder.html", context, status=400, cache="no-store")
        if question.asked is None or question.query is None:
            return self.render("site/finder.html", context)
        context |= self._results(question, question.asked, question.query)
        cache = PRIVATE if posted or holds_searcher(question.asked) else REVALIDATE
        return self.render("site/finder.html", context, cache=cache)

    def _results(self, question: Question, asked: Asked, query: SearchQuery) -> dict[str, Any]:
        page = search(query)
        now = timezone.now()
        slugs = [*question.value("category").split(","), *question.value("service").split(",")]
        hits = shown_hits(page.hits, self.language, now, question.start, slugs)
        labels = concept_labels(self.language)
        place = asked.values.get("place")
        centre = place.label if place else gettext("where you are") if query.centre else ""
        return {
            "page_found": page,
            "hits": hits,
            "centre": centre,
            "sort": query.sort,
            "following": _following(question, query, page),
            "is_first": question.start == 1 and "cursor" not in asked.values,
            "first_page": question.address() or "?",
            "sorts": [
                Choice(value, label, value == query.sort)
                for value, label in SORTS.items()
                if value != "distance" or query.centre
            ],
            "groups": groups(question, asked.query, labels),
            "radii": radii(question) if query.centre else [],
            "second_opinions": single_choices("second_opinion", question),
            "new_patients": single_choices("accepts_new_patients", question)[:1],
            "verified": single_choices("verified_within_days", question),
            "evidence": single_choices("evidence", question),
            "open_at": question.value("open_at"),
            "open_at_label": label_of("open_at", question.value("open_at") or "now", labels),
            "q": question.value("q"),
            "chips": chips(question, labels),
            "clear": query_string({"place": question.given.get("place", "")}) or "?",
            "map_data": self._map_data(asked, query, hits, centre),
            "tiles": settings.MAP_TILES_URL,
            "attribution": settings.MAP_TILES_ATTRIBUTION,
            "share": self.request.build_absolute_uri(
                self.request.path + query_string(question.shareable())
            ),
            "in_api": _in_api(question, asked),
        } | ({} if page.hits or "cursor" in asked.values else self._help(question, asked, labels))

    def _help(self, question: Question, asked: Asked, labels: Labels) -> dict[str, Any]:
        """What somebody may do who found nothing."""
        found = suggestions(asked)
        outside = [found.nearest_outside] if found.nearest_outside else []
        wider = _wider(asked.query, found.nearest_outside)
        everything = "?" if question.from_position else EVERYTHING
        return {
            "outside": shown_hits(outside, self.language, timezone.now()),
            "without": [
                {
                    "label": FIELDS.get(one.parameter, one.parameter),
                    "what": _what(one.parameter, question.value(one.parameter), labels),
                    "count": one.count,
                    "count_exact": one.count_exact,
                    "area": one.parameter == "bbox",
                    "address": question.without(one.parameter) or everything,
                }
                for one in found.without
                if one.count
            ],
            "wider": wider,
            "wider_address": question.address(radius_km=wider) if wider else "",
        }

    def _map_data(
        self, asked: Asked, query: SearchQuery, hits: list[ShownHit], centre: str
    ) -> dict[str, Any]:
        """What the map shows: positions in WGS84 decimal degrees."""
        box = query.box
        return {
            "centre": query.centre
            and {"lat": query.centre.latitude, "lng": query.centre.longitude, "label": centre},
            "radius_km": query.radius_km,
            "bbox": box and [box.west, box.south, box.east, box.north],
            "hits": [
                {
                    "number": hit.number,
                    "id": hit.clinic["id"],
                    "name": hit.name,
                    "distance": hit.distance,
                    "lat": hit.clinic["lat"],
                    "lng": hit.clinic["lng"],
                    "url": reverse(
                        f"{SITE}:clinic", args=[hit.clinic["id"]], current_app=self.language
                    ),
                }
                for hit in hits
                if hit.clinic["lat"] is not None
            ],
        }


def _what(parameter: str, value: str, labels: Labels) -> str | Promise:
    """What a filter asks, where that is one thing and short; blank otherwise."""
    if "," in value:
        return ""
    return value if parameter == "q" else label_of(parameter, value, labels)


def _wider(query: SearchQuery, nearest_outside: Hit | None) -> str | None:
    """The least radius, in kilometres, within which there is something; None without any."""
    if query.radius_km is None or nearest_outside is None or nearest_outside.distance_mm is None:
        return None
    return next((km for km in WIDER_KM if float(km) * 1e6 >= nearest_outside.distance_mm), None)


@dataclass(frozen=True, slots=True)
class Following:
    """The next page: the query string that leads there, and what is only for a body.

    A cursor tells how far a clinic is, from which a position can be found. So where the question holds
    one, ``cursor`` and ``start`` stand beside the address; else they are in it, and blank here.
    """

    address: str
    cursor: str = ""
    start: str = ""


def _following(question: Question, query: SearchQuery, page: Page) -> Following | None:
    """The next page; None after the last.

    ``open_at=now`` goes on with the instant that it was, for a cursor continues the same question.
    """
    if not page.more:
        return None
    instant = {} if query.open_at is None else {"open_at": query.open_at.isoformat()}
    further = {
        "cursor": cursors.encode(page.hits[-1].key, query),
        "start": str(question.start + len(page.hits)),
    }
    if question.from_position:
        return Following(question.address(**instant), **further)
    return Following(question.address(**instant, **further))


def _in_api(question: Question, asked: Asked) -> str:
    """The same search in the API, without where somebody is."""
    shared = question.shareable()
    names = [name for name in asked.values if name in shared or name not in question.given]
    wanted = {name: question.value(name) for name in names if name not in (*POSITIONS, "cursor")}
    if "sort" in wanted:
        wanted["sort"] = asked.query.sort
    return reverse("clinic-search") + query_string(wanted)


def _kept(question: Question) -> list[tuple[str, str]]:
    """What the form sends besides what is typed in it; after a refusal, all that was right."""
    failed = {error.parameter for error in question.errors} | {"place", "need"}
    names = (name for name in question.given if name not in failed) if question.errors else KEPT
    return [(name, question.given[name]) for name in names if name in question.given]
