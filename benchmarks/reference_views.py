"""What the product's views are measured against, and the addresses of it all.

``prepared`` holds, for every search of the benchmark, its answer and its clinics in order. So none
of these views searches: they show what answering costs once the search is done. ``ROOT_URLCONF`` is
this module while they are measured.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from geopy.distance import geodesic
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinics.models import (
    Claim,
    Concept,
    Department,
    Facility,
    OfficialFacts,
    OpeningHours,
    SecondOpinion,
    Status,
)

PAGE = 20


@dataclass(frozen=True, slots=True)
class Prepared:
    """A search whose answer is known: its centre, the answer as parsed JSON, the clinics' ids."""

    centre: tuple[float, float]
    answer: dict[str, Any]
    clinic_ids: tuple[UUID, ...]

    @classmethod
    def of(cls, centre: tuple[float, float], answer: dict[str, Any]) -> "Prepared":
        """From the product's own answer."""
        ids = tuple(UUID(hit["clinic"]["id"]) for hit in answer["results"])
        return cls(centre, answer, ids)


prepared: list[Prepared] = []


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing at all."""
    return HttpResponse()


def one_query(request: HttpRequest, number: int) -> HttpResponse:
    """Nothing but a look at the version of one listing, which is what knowing a 304 takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM clinics_listing WHERE id = %s", [number])
        cursor.fetchone()
    return HttpResponse()


def bare(request: HttpRequest, number: int) -> JsonResponse:
    """The same answer as the product's, from a dictionary that is already there."""
    return JsonResponse(prepared[number].answer)


class ConceptSerializer(serializers.ModelSerializer[Concept]):
    class Meta:
        model = Concept
        fields = ["scheme", "slug", "label_ja", "label_en"]


class ClaimSerializer(serializers.ModelSerializer[Claim]):
    concept = ConceptSerializer()
    strength = ConceptSerializer()

    class Meta:
        model = Claim
        fields = ["concept", "strength", "statement", "sources", "asserted_on", "checked_on"]


class OpeningHoursSerializer(serializers.ModelSerializer[OpeningHours]):
    class Meta:
        model = OpeningHours
        exclude = ["id", "department"]


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    hours = OpeningHoursSerializer(many=True)

    class Meta:
        model = Department
        fields = ["layer", "code", "name", "name_en", "hours"]


class SecondOpinionSerializer(serializers.ModelSerializer[SecondOpinion]):
    class Meta:
        model = SecondOpinion
        fields = ["offered", "fee", "fee_currency", "fee_tax", "minutes", "modes", "sources"]


class OfficialFactsSerializer(serializers.ModelSerializer[OfficialFacts]):
    class Meta:
        model = OfficialFacts
        exclude = ["facility", "digest"]


class FacilitySerializer(serializers.ModelSerializer[Facility]):
    officialfacts = OfficialFactsSerializer()
    departments = DepartmentSerializer(many=True)
    claims = ClaimSerializer(many=True)
    second_opinions = SecondOpinionSerializer(many=True)

    class Meta:
        model = Facility
        fields = [
            "id",
            "source",
            "official_id",
            "officialfacts",
            "departments",
            "claims",
            "second_opinions",
        ]


class Serialised(APIView):
    """The same clinics, as models serialised for each request; the search itself comes free."""

    def get(self, request: Request, number: int) -> Response:
        """Read the clinics with all that belongs to them, and write them out."""
        clinic_ids = prepared[number].clinic_ids
        published = Claim.objects.filter(status=Status.PUBLISHED)
        facilities = (
            Facility.objects.filter(pk__in=clinic_ids)
            .select_related("officialfacts")
            .prefetch_related(
                "departments__hours",
                Prefetch("claims", published.select_related("concept", "strength")),
                "second_opinions",
            )
        )
        by_id = {facility.pk: facility for facility in facilities}
        found = [by_id[clinic_id] for clinic_id in clinic_ids]
        return Response({"results": FacilitySerializer(found, many=True).data})


def every_row(request: HttpRequest, number: int, rows: int) -> JsonResponse:
    """The nearest clinics by reading every row (of ``rows``) and asking geopy for each."""
    facts = OfficialFacts.objects.exclude(latitude=None)[:rows]
    centre = prepared[number].centre
    measured = [(geodesic(centre, (one.latitude, one.longitude)).km, one) for one in facts]
    measured.sort(key=lambda pair: (pair[0], str(pair[1].pk)))
    nearest = [
        {"id": one.pk, "name": one.name, "address": one.address, "distance_km": distance_km}
        for distance_km, one in measured[:PAGE]
    ]
    return JsonResponse({"results": nearest})


urlpatterns = [
    path("empty", empty),
    path("one-query/<int:number>", one_query),
    path("bare/<int:number>", bare),
    path("serialised/<int:number>", Serialised.as_view()),
    path("every-row/<int:number>/<int:rows>", every_row),
]
