"""Calls every operation through the generated Python client; writes what it read as JSON."""

import json
import sys
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from clinic_client import Client
from clinic_client.api.clinics import get_clinic, report_clinic, search_clinics
from clinic_client.api.places import search_places
from clinic_client.api.taxonomy import list_concepts
from clinic_client.models import (
    ClinicDetail,
    ConceptList,
    ListConceptsScheme,
    PlaceList,
    Problem,
    ReportReceipt,
    ReportRequest,
    ReportRequestSubject,
    SearchHit,
    SearchResponse,
)

client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)


def search(**question) -> SearchResponse:
    answer = search_clinics.sync(client=client, **question)
    assert isinstance(answer, SearchResponse), answer
    return answer


def line(hit: SearchHit) -> list[object]:
    prefecture = hit.clinic.prefecture
    return [
        hit.clinic.name,
        hit.distance_km,
        [category.slug for category in hit.clinic.categories],
        prefecture.label_en if prefecture else None,
    ]


question = {
    "lat": 35.6812,
    "lng": 139.7671,
    "category": ["dystonia-clinic,movement-disorder-clinic", "neurology"],
    "facets": "category,prefecture",
    "page_size": 2,
}
first = search(**question)
(cursor,) = parse_qs(urlsplit(first.next_).query)["cursor"]
second = search(**question, cursor=cursor)
everything = search()
nothing = search(lat=0.00005, lng=0.0, radius_km=1.0, sport=["golf"])
refused = search_clinics.sync(client=client, lat=139.7671, lng=35.6812)
assert isinstance(refused, Problem), refused

clinic_id = UUID(first.results[0].clinic.id)
whole = get_clinic.sync_detailed(clinic_id, client=client)
detail = whole.parsed
assert isinstance(detail, ClinicDetail), detail
again = get_clinic.sync_detailed(clinic_id, client=client, if_none_match=whole.headers["ETag"])
sports = list_concepts.sync(client=client, scheme=ListConceptsScheme.SPORT)
assert isinstance(sports, ConceptList), sports
places = search_places.sync(client=client, q="渋谷", limit=1)
assert isinstance(places, PlaceList), places

wrong = ReportRequest(subject=ReportRequestSubject.CONTACT, statement="Nobody answers.")
receipt = report_clinic.sync(clinic_id, client=client, body=wrong)
assert isinstance(receipt, ReportReceipt), receipt

report = {
    "hits": [line(hit) for hit in (*first.results, *second.results)],
    "count": [first.count, first.count_exact],
    "facet": first.facets["category"][0].to_dict(),
    "centre": first.query.centre.to_dict(),
    "everything": everything.count,
    "nearest_outside": nothing.help_.nearest_outside.distance_km,
    "problem": [refused.status, refused.errors[0].code, refused.errors[0].suggestion],
    "detail": [
        UUID(detail.id) == clinic_id,
        detail.identifiers[0].system,
        detail.claims[0].sources[0].url,
    ],
    "again": again.status_code,
    "sport": "golf" in [concept.slug for concept in sports.results],
    "place": [[found.label, found.lat, found.lng] for found in places.results],
    "report": [receipt.received, receipt.subject],
}
print(json.dumps(report))
