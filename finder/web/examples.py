"""The examples of the developers' page: each a whole program, and what it answers here today.

The programs speak to the site that shows them. What stands below one is computed by the same
search and the same checklist that the program reaches, and is what it prints.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import QueryDict
from django.utils import timezone

from clinics.models import Concept, Scheme
from finder.api.checklists.request import read_request
from finder.api.formats.hits import hit_fields
from finder.checklist.definition import Language
from finder.checklist.files.loading import checklists
from finder.checklist.preparing import prepare
from finder.problems import InvalidParameters
from finder.questions import read_query
from finder.search import search, summaries

Program = Literal["curl", "python", "javascript"]
CACHE_SECONDS = 60
# Movement-disorder and dystonia clinics around Tokyo station.
NEAREST = {
    "lat": "35.6812",
    "lng": "139.7671",
    "radius_km": "30",
    "category": "dystonia-clinic,movement-disorder-clinic",
    "page_size": "1",
}
AROUND = {"place": "渋谷駅", "radius_km": 20, "category": "neurology", "page_size": 5}
ANSWERS = {
    "urgent-signs": ["none"],
    "early-review-signs": ["none"],
    "walking-unaffected": True,
    "same-pattern": True,
    "trigger-task": ["easy-run"],
}
# What the first answer is shortened to.
SHOWN_OF_CLINIC = ("id", "name", "name_en", "address", "verified_on", "url")


@dataclass(frozen=True, slots=True)
class Example:
    """A program in one language, for the site at an address, and what it prints.

    ``answer`` None: nothing, since the catalogue has no such clinic. ``shortened`` is whether the
    program prints more than that.
    """

    program: Program
    code: str
    answer: str | None
    shortened: bool


def examples(root: str, language: Language) -> list[Example]:
    """The examples for the site at ``root``; labels in their output in one language."""
    return [
        Example("curl", _curl(root), _cached(language, nearest_answer), shortened=True),
        Example("python", _python(root), _cached(language, around_answer), shortened=False),
        Example(
            "javascript",
            _javascript(root, language),
            _cached(language, doors_answer),
            shortened=False,
        ),
    ]


def _curl(root: str) -> str:
    asked = [f"  -d {name}={value}" for name, value in NEAREST.items()]
    return " \\\n".join([f"curl --get '{root}/api/v1/clinics'", *asked])


def _python(root: str) -> str:
    return f'''import json
from urllib.parse import urlencode
from urllib.request import urlopen

asked = {json.dumps(AROUND, ensure_ascii=False)}
with urlopen("{root}/api/v1/clinics?" + urlencode(asked)) as answer:
    found = json.load(answer)
for hit in found["results"]:
    clinic = hit["clinic"]
    # None is "nobody has said", never "no".
    verified = clinic["verified_on"] or "not verified yet"
    print(hit["distance_km"], "km", clinic["name"], "-", verified)
'''


def _javascript(root: str, language: Language) -> str:
    return f"""const answers = {json.dumps(ANSWERS, indent=2)};
fetch("{root}/api/v1/checklists/second-opinion/prepare", {{
  method: "POST",
  headers: {{ "Content-Type": "application/json" }},
  body: JSON.stringify({{ answers }}),
}})
  .then((response) => response.json())
  .then((visit) => {{
    // An emergency stands alone: nothing is to be searched for then.
    if (visit.emergency) throw new Error(visit.emergency.stop_{language});
    for (const row of visit.routing) {{
      for (const stop of row.stops) {{
        console.log(stop.categories.map((one) => one.label_{language}).join(" / "));
      }}
    }}
  }});
"""


def nearest_answer(language: Language) -> str | None:
    """The first answer, shortened: every member of it is one of the whole answer."""
    found = list(_found(urlencode(NEAREST)))
    if not found:
        return None
    hit, clinic = found[0]
    shown = {
        "distance_km": hit["distance_km"],
        "clinic": {name: clinic[name] for name in SHOWN_OF_CLINIC},
    }
    return json.dumps({"results": [shown]}, ensure_ascii=False, indent=2)


def around_answer(language: Language) -> str | None:
    """What the second example prints."""
    lines = [
        f"{hit['distance_km']} km {clinic['name']} - {clinic['verified_on'] or 'not verified yet'}"
        for hit, clinic in _found(urlencode(AROUND))
    ]
    return "\n".join(lines) or None


def doors_answer(language: Language) -> str | None:
    """What the third example prints."""
    checklist = checklists()["second-opinion"]
    body = json.dumps({"answers": ANSWERS}).encode()
    asked = read_request(checklist, body, timezone.localdate())
    rows = prepare(checklist, asked.answers).routing
    label = f"label_{language}"
    categories = Concept.objects.filter(scheme=Scheme.CATEGORY)
    labels = dict(categories.values_list("slug", label))
    lines = [
        " / ".join(labels[slug] for slug in stop.categories) for row in rows for stop in row.stops
    ]
    return "\n".join(lines) or None


def _found(query: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The hits of a search and their clinics, as its answer has them; none where it is refused."""
    try:
        asked = read_query(QueryDict(query))
    except InvalidParameters:
        # The places that come with the project are not loaded.
        return
    for hit, document in summaries(search(asked.query).hits):
        ranked = asked.query.sort == "relevance"
        yield hit_fields(hit, ranked=ranked), json.loads(document)


def _cached(language: Language, answer: Callable[[Language], str | None]) -> str | None:
    """An answer, at most a minute old."""
    key = f"example:{answer.__name__}:{language}:{timezone.localdate()}"
    # None is an answer too.
    known: tuple[str | None] | None = cache.get(key)
    if known is None:
        known = (answer(language),)
        cache.set(key, known, CACHE_SECONDS)
    return known[0]
