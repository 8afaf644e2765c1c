"""What is published is what the catalogue says, at once or never."""

from datetime import date

import orjson
import pytest
from django.db import transaction

from clinics.models import (
    Claim,
    Concept,
    CuratedFacts,
    Department,
    Facility,
    Layer,
    Listing,
    OfficialFacts,
    Posting,
    Scheme,
    SecondOpinion,
    Status,
    Term,
    Verification,
)
from clinics.publication import (
    publish,
    republish_everything,
)
from clinics.publication_check import stale_listings
from clinics.terms import CONFIRMED, NON_MEDICAL
from tests.catalogue import claim, clinic, record, register, withdraw

pytestmark = pytest.mark.django_db


def detail_of(facility_id: object) -> dict:
    return orjson.loads(Listing.objects.get(facility=facility_id).detail)


def terms_of(facility_id: object) -> set[str]:
    postings = Posting.objects.filter(listing__facility=facility_id)
    return set(postings.values_list("term__key", flat=True))


def counts_are_right() -> bool:
    return all(
        term.count == Posting.objects.filter(term=term).count() for term in Term.objects.all()
    )


def test_stored_listings_equal_freshly_rendered_ones_after_every_kind_of_change() -> None:
    plain, rich, gone = clinic(), clinic(35.1, 139.1, "sport:golf", "level:elite"), clinic()
    withdraw(gone)
    register([record(35.2, 139.2, official_id="T-again", departments=["neurology"])])
    register([record(36.2, 139.2, official_id="T-again", departments=["rehabilitation"])])
    Verification.objects.create(
        facility_id=plain, verified_on=date(2026, 10, 2), method="phone", outcome="confirmed"
    )
    publish([plain, rich])
    assert list(stale_listings()) == []
    assert counts_are_right()


def test_a_change_in_the_catalogue_that_was_not_published_is_found_stale() -> None:
    facility_id = clinic()
    OfficialFacts.objects.filter(facility=facility_id).update(website="https://example.org/")
    assert list(stale_listings()) == [facility_id]
    republish_everything()
    assert list(stale_listings()) == []


def test_a_posting_that_went_astray_is_found_stale_and_repaired_by_publishing_anew() -> None:
    facility_id = clinic(35.0, 139.0, "sport:golf")
    Posting.objects.filter(term__key="sport:golf").update(x=0.0)
    assert list(stale_listings()) == [facility_id]


def test_publishing_again_changes_nothing_and_keeps_the_version() -> None:
    facility_id = clinic(35.0, 139.0, "sport:golf")
    before = Listing.objects.get(facility=facility_id)
    counts = publish([facility_id])
    after = Listing.objects.get(facility=facility_id)
    assert (counts.published, counts.withdrawn, counts.unchanged) == (0, 0, 1)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)


def test_a_change_raises_the_version_by_one() -> None:
    facility_id = clinic()
    before = Listing.objects.get(facility=facility_id).version
    claim(facility_id, "sport:golf")
    assert Listing.objects.get(facility=facility_id).version == before + 1


def test_a_withdrawn_clinic_has_no_postings_and_no_documents_and_comes_back_with_them() -> None:
    facility_id = clinic(35.0, 139.0, "sport:golf")
    withdraw(facility_id)
    listing = Listing.objects.get(facility=facility_id)
    assert (listing.published, listing.summary, listing.detail) == (False, "", "")
    assert terms_of(facility_id) == set()
    assert Term.objects.get(key="sport:golf").count == 0
    Facility.objects.filter(pk=facility_id).update(status=Status.PUBLISHED)
    publish([facility_id])
    again = Listing.objects.get(facility=facility_id)
    assert again.published and again.version == listing.version + 1
    assert "sport:golf" in terms_of(facility_id)
    assert counts_are_right()


def test_drafts_reach_neither_documents_nor_postings() -> None:
    facility_id = clinic()
    claim(facility_id, "condition:runners-dystonia", status=Status.DRAFT)
    SecondOpinion.objects.create(
        facility_id=facility_id, offered="yes", recorded_on=date(2026, 11, 22), modes=["online"]
    )
    publish([facility_id])
    document = detail_of(facility_id)
    assert document["claims"] == document["second_opinions"] == document["conditions"] == []
    assert document["second_opinion"] == {"offered": "unknown", "modes": []}
    assert "condition:runners-dystonia" not in terms_of(facility_id)


def test_publishing_is_taken_back_with_the_transaction_it_belongs_to() -> None:
    facility_id = clinic()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        claim(facility_id, "sport:golf")
        raise ZeroDivisionError
    assert "sport:golf" not in terms_of(facility_id)
    assert list(stale_listings()) == []


def test_curated_facts_stand_before_official_ones_and_leave_them_alone() -> None:
    (facility_id,) = register([record(35.0, 139.0, name="医療法人　公式病院")])
    CuratedFacts.objects.create(
        facility_id=facility_id,
        latitude=35.5,
        longitude=139.5,
        position_source="curated",
        phone="03-0000-0000",
    )
    publish([facility_id])
    document = detail_of(facility_id)
    assert (document["lat"], document["lng"], document["position_source"]) == (
        35.5,
        139.5,
        "curated",
    )
    assert document["name"] == document["official"]["name"] == "医療法人　公式病院"
    assert document["phone"] == "03-0000-0000"
    assert OfficialFacts.objects.get(facility=facility_id).latitude == 35.0


def test_what_nobody_stated_is_null_or_unknown_and_never_no() -> None:
    facility_id = clinic(None, None)
    document = detail_of(facility_id)
    assert document["lat"] is document["lng"] is document["website"] is document["phone"] is None
    assert document["position_source"] == document["accepts_new_patients"] == "unknown"
    assert document["second_opinion"]["offered"] == "unknown"
    assert document["closures"] is None and document["verified_on"] is None


def test_official_departments_are_filed_under_the_category_of_their_code() -> None:
    (facility_id,) = register([record(departments=["neurology"])])
    assert "category:neurology" in terms_of(facility_id)
    (carried,) = detail_of(facility_id)["categories"]
    assert (carried["slug"], carried["strength"]) == ("neurology", "official-register")


def test_a_curated_department_with_an_official_code_is_not_the_registers_word() -> None:
    facility_id = clinic()
    Department.objects.create(
        facility_id=facility_id, layer=Layer.CURATED, code="01013", name="脳神経内科"
    )
    publish([facility_id])
    assert "category:neurology" not in terms_of(facility_id)


def test_the_strongest_claim_speaks_for_a_concept_and_a_check_confirms_it() -> None:
    facility_id = clinic(35.0, 139.0, "sport:golf")
    weak = Concept.objects.get(scheme=Scheme.EVIDENCE, slug="press-report")
    claim(facility_id, "sport:golf", strength=weak)
    posting = Posting.objects.get(listing__facility=facility_id, term__key="sport:golf")
    assert posting.strength == 70
    assert detail_of(facility_id)["sports"][0]["strength"] == "official-page"
    Claim.objects.filter(facility=facility_id, strength=weak).update(checked_on=date(2026, 10, 2))
    publish([facility_id])
    posting = Posting.objects.get(listing__facility=facility_id, term__key="sport:golf")
    assert posting.strength == 30 + CONFIRMED
    assert detail_of(facility_id)["sports"][0]["verified_on"] == "2026-10-02"


def test_only_a_place_without_any_medical_category_is_bodywork() -> None:
    bodywork = clinic(35.0, 139.0, "category:non-medical-bodywork", "sport:golf")
    both = clinic(35.0, 139.0, "category:non-medical-bodywork", "category:orthopaedics")
    assert NON_MEDICAL in terms_of(bodywork)
    assert NON_MEDICAL not in terms_of(both)


def test_second_opinion_terms_keep_their_source_and_date() -> None:
    facility_id = clinic()
    SecondOpinion.objects.create(
        facility_id=facility_id,
        offered="yes",
        fee=11000,
        fee_tax="included",
        minutes=30,
        modes=["online", "in-person"],
        sources=[{"url": "https://example.org/so", "date": "2019-04"}],
        asserted_on="2019-04",
        recorded_on=date(2026, 11, 22),
        status=Status.PUBLISHED,
    )
    publish([facility_id])
    (terms,) = detail_of(facility_id)["second_opinions"]
    assert (terms["fee"], terms["fee_currency"], terms["minutes"]) == (11000.0, "JPY", 30)
    assert terms["sources"] == [{"url": "https://example.org/so", "date": "2019-04"}]
    assert terms["letter"] == "unknown"


def test_a_facility_gone_from_its_register_disappears_unless_curators_vouch_for_it() -> None:
    official, vouched = clinic(), clinic(35.0, 139.0, "sport:golf")
    OfficialFacts.objects.update(absent_since=date(2026, 12, 1))
    publish([official, vouched])
    assert not Listing.objects.get(facility=official).published
    assert detail_of(vouched)["official"]["absent_since"] == "2026-12-01"


def test_a_concept_of_the_admin_can_be_claimed_and_found_at_once() -> None:
    Concept.objects.create(scheme=Scheme.SPORT, slug="kendo", label_ja="剣道", label_en="Kendo")
    facility_id = clinic(35.0, 139.0, "sport:kendo")
    assert "sport:kendo" in terms_of(facility_id)
    assert Term.objects.get(key="sport:kendo").count == 1
