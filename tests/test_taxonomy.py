"""The reviewed taxonomy and its loader."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from clinics.models import Concept, Scheme
from clinics.taxonomy import (
    LoadCounts,
    TaxonomyError,
    load_taxonomy,
    read_scheme,
    read_taxonomy,
)
from clinics.text import fold
from clinics.vocabulary import Vocabulary

REVIEWED: Path = settings.FIXTURES_DIR / "taxonomy"
DEFINED = {
    Scheme.CATEGORY,
    Scheme.SERVICE,
    Scheme.CONDITION,
    Scheme.LEVEL,
    Scheme.CREDENTIAL,
    Scheme.EVIDENCE,
    Scheme.LANGUAGE,
    Scheme.FEATURE,
    Scheme.KIND,
}
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")

Write = Callable[..., Path]


def concept(**changes: Any) -> dict[str, Any]:
    return {"slug": "golf", "label_ja": "ゴルフ", "label_en": "Golf"} | changes


def code(**changes: Any) -> dict[str, Any]:
    return {"system": "urn:mhlw:iryojoho:shinryokamoku", "code": "01013"} | changes


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a scheme file and say where it is."""

    def write_scheme(*concepts: Any, scheme: str = "sport", name: str = "sport.json") -> Path:
        path = tmp_path / name
        document = {"scheme": scheme, "concepts": concepts}
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        return path

    return write_scheme


@pytest.fixture(scope="module")
def reviewed() -> dict[tuple[str, str], Concept]:
    """The concepts of the reviewed files by scheme and slug."""
    return {(concept.scheme, concept.slug): concept for concept in read_taxonomy(REVIEWED)}


def primary_key(slug: str) -> int:
    return Concept.objects.get(scheme=Scheme.CATEGORY, slug=slug).pk


def slugs(scheme: Scheme) -> list[str]:
    return [concept.slug for concept in read_scheme(REVIEWED / f"{scheme}.json")]


@pytest.mark.parametrize("scheme", Scheme.values)
def test_every_scheme_has_a_valid_file_in_the_house_format(scheme: str) -> None:
    path = REVIEWED / f"{scheme}.json"
    assert read_scheme(path)
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n"


def test_labels_and_definitions_are_in_their_languages(
    reviewed: dict[tuple[str, str], Concept],
) -> None:
    acronyms = {"mri", "ct"}
    for (scheme, slug), entry in reviewed.items():
        where = f"{scheme}:{slug}"
        assert JAPANESE.search(entry.label_ja) or slug in acronyms, where
        for english in (entry.label_en, entry.definition_en):
            assert not JAPANESE.search(english), where
        assert bool(entry.definition_ja) == bool(entry.definition_en), where
        assert entry.definition_ja or scheme not in DEFINED, where


def test_japanese_texts_have_no_half_width_brackets(
    reviewed: dict[tuple[str, str], Concept],
) -> None:
    for entry in reviewed.values():
        assert not re.search(r"[()]", entry.label_ja + entry.definition_ja), entry


def test_no_synonym_repeats_within_a_concept(reviewed: dict[tuple[str, str], Concept]) -> None:
    for entry in reviewed.values():
        words = [fold(word) for word in entry.synonyms]
        assert len(set(words)) == len(words), entry
        assert not {fold(entry.label_ja), fold(entry.label_en)} & set(words), entry


def test_the_47_prefectures_are_in_the_order_of_their_codes() -> None:
    prefectures = read_scheme(REVIEWED / "prefecture.json")
    numbers = [f"{number:02}" for number in range(1, 48)]
    assert len({prefecture.slug for prefecture in prefectures}) == 47
    coded = [{code["system"]: code["code"] for code in entry.codes} for entry in prefectures]
    assert [codes["urn:jis:x0401"] for codes in coded] == numbers
    assert [codes["urn:iso:std:iso:3166:-2"] for codes in coded] == [f"JP-{n}" for n in numbers]


@pytest.mark.parametrize(
    ("slug", "number", "label", "short"),
    [
        ("hokkaido", 1, "北海道", "ほっかいどう"),
        ("tokyo", 13, "東京都", "東京"),
        ("kyoto", 26, "京都府", "京都"),
        ("osaka", 27, "大阪府", "大阪"),
        ("okinawa", 47, "沖縄県", "おきなわ"),
    ],
)
def test_a_prefecture_has_its_number_and_its_short_name(
    slug: str, number: int, label: str, short: str
) -> None:
    prefecture = read_scheme(REVIEWED / "prefecture.json")[number - 1]
    assert (prefecture.slug, prefecture.label_ja) == (slug, label)
    assert short in prefecture.synonyms


def test_old_and_new_name_of_neurology_are_one_category(db: None) -> None:
    categories = Vocabulary.load().category_of_department
    assert categories["01025"].slug == categories["01013"].slug == "neurology"


def test_the_department_called_shinkeika_is_psychiatry(
    db: None, reviewed: dict[tuple[str, str], Concept]
) -> None:
    assert Vocabulary.load().category_of_department["07002"].slug == "psychiatry-psychosomatic"
    assert "神経科" not in reviewed["category", "neurology"].synonyms


def test_departments_lead_to_the_reviewed_categories_and_no_bucket_to_any(db: None) -> None:
    by_category: dict[str, list[str]] = {}
    for code, category in sorted(Vocabulary.load().category_of_department.items()):
        by_category.setdefault(category.slug, []).append(code)
    assert by_category == {
        "neurology": ["01013", "01025"],
        "neurosurgery": ["02002", "02003", "02004"],
        "orthopaedics": ["02035"],
        "rehabilitation": ["09003"],
        "psychiatry-psychosomatic": ["07001", "07002", "07003", "07004", "07005"],
        "radiology": ["09004", "09005"],
    }


def test_only_bodywork_is_not_medical_care(reviewed: dict[tuple[str, str], Concept]) -> None:
    others = [key for key, entry in reviewed.items() if not entry.medical_care]
    assert others == [("category", "non-medical-bodywork")]


def test_the_words_runners_use_lead_to_runners_dystonia(
    reviewed: dict[tuple[str, str], Concept],
) -> None:
    runners = reviewed["condition", "runners-dystonia"]
    assert runners.label_ja == "ランナーズジストニア"
    assert {"ぬけぬけ病", "抜け抜け病", "ランナージストニア"} <= set(runners.synonyms)


def test_conditions_carry_no_code_that_the_research_did_not_state(
    reviewed: dict[tuple[str, str], Concept],
) -> None:
    assert not [key for key, entry in reviewed.items() if key[0] == "condition" and entry.codes]


def test_evidence_ranks_part_documented_from_weak(
    reviewed: dict[tuple[str, str], Concept],
) -> None:
    ranks = {
        slug: entry.evidence_rank
        for (scheme, slug), entry in reviewed.items()
        if scheme == "evidence"
    }
    documented = {slug for slug, rank in ranks.items() if rank >= 50}
    assert documented == {
        "runners-dystonia-published",
        "published-case-athlete",
        "official-register",
        "official-page",
        "claim-athlete-clinic-page",
        "specialised-running-clinic",
        "team-doctor",
    }
    assert ranks["none"] == 0
    assert not any(entry.evidence_rank for key, entry in reviewed.items() if key[0] != "evidence")


def test_unknown_is_no_language_and_no_kind() -> None:
    assert slugs(Scheme.LANGUAGE) == ["ja", "en", "zh", "ko", "interpreter", "easy-ja"]
    assert slugs(Scheme.KIND) == ["hospital", "clinic"]


def test_migrating_has_loaded_every_reviewed_concept(
    db: None, reviewed: dict[tuple[str, str], Concept]
) -> None:
    assert set(Concept.objects.values_list("scheme", "slug")) == set(reviewed)


def test_migrating_again_restores_a_missing_concept(db: None) -> None:
    Concept.objects.get(scheme=Scheme.SPORT, slug="golf").delete()
    call_command("migrate", verbosity=0)
    assert Concept.objects.filter(scheme=Scheme.SPORT, slug="golf").exists()


def test_loading_again_changes_nothing_and_reads_once(
    db: None,
    reviewed: dict[tuple[str, str], Concept],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    before = list(Concept.objects.order_by("pk").values())
    with django_assert_num_queries(3):  # savepoint, read, release
        counts = load_taxonomy()
    assert counts == LoadCounts(created=0, updated=0, unchanged=len(reviewed), kept=0)
    assert list(Concept.objects.order_by("pk").values()) == before


def test_loading_into_an_empty_table_creates_all_in_a_handful_of_queries(
    db: None, reviewed: dict[tuple[str, str], Concept], django_assert_max_num_queries: Any
) -> None:
    Concept.objects.all().delete()
    with django_assert_max_num_queries(12):
        counts = load_taxonomy()
    assert counts == LoadCounts(created=len(reviewed), updated=0, unchanged=0, kept=0)


def test_a_changed_concept_is_updated_in_place(
    db: None, reviewed: dict[tuple[str, str], Concept]
) -> None:
    golf = Concept.objects.get(scheme=Scheme.SPORT, slug="golf")
    Concept.objects.filter(pk=golf.pk).update(label_en="Gulf", synonyms=["gulf"], order=99)
    counts = load_taxonomy()
    assert counts == LoadCounts(created=0, updated=1, unchanged=len(reviewed) - 1, kept=0)
    again = Concept.objects.get(scheme=Scheme.SPORT, slug="golf")
    assert again.pk == golf.pk
    assert (again.label_en, again.synonyms, again.order) == (
        golf.label_en,
        golf.synonyms,
        golf.order,
    )


def test_a_concept_edited_in_the_admin_is_kept(
    db: None, reviewed: dict[tuple[str, str], Concept]
) -> None:
    golf = Concept.objects.filter(scheme=Scheme.SPORT, slug="golf")
    golf.update(label_en="Golf and putting", edited_here=True)
    counts = load_taxonomy()
    assert counts == LoadCounts(created=0, updated=0, unchanged=len(reviewed) - 1, kept=1)
    assert golf.get().label_en == "Golf and putting"


def test_a_concept_added_by_hand_is_kept(
    db: None, reviewed: dict[tuple[str, str], Concept]
) -> None:
    Concept.objects.create(scheme=Scheme.SPORT, slug="kendo", label_ja="剣道", label_en="Kendo")
    counts = load_taxonomy()
    assert counts == LoadCounts(created=0, updated=0, unchanged=len(reviewed), kept=1)
    assert Concept.objects.filter(slug="kendo").exists()


def test_a_department_code_added_in_the_admin_counts(db: None) -> None:
    dental = Concept.objects.get(scheme=Scheme.CATEGORY, slug="oral-surgery-dystonia")
    dental.codes = [code(code="08003", display="歯科口腔外科", equivalence="wider")]
    dental.save()
    assert Vocabulary.load().category_of_department["08003"].slug == dental.slug


def test_another_folder_can_be_loaded_beside_the_reviewed_one(db: None, write: Write) -> None:
    path = write(concept(slug="kendo"), concept(slug="judo", label_ja="柔道", label_en="Judo"))
    before = Concept.objects.count()
    counts = load_taxonomy(directory=path.parent)
    assert counts == LoadCounts(created=2, updated=0, unchanged=0, kept=before)
    counts = load_taxonomy(directory=path.parent)
    assert counts == LoadCounts(created=0, updated=0, unchanged=2, kept=before)


def test_a_code_without_display_and_equivalence_gets_both(write: Write) -> None:
    (golf,) = read_scheme(write(concept(codes=[code()])))
    assert golf.codes == [
        {
            "system": "urn:mhlw:iryojoho:shinryokamoku",
            "code": "01013",
            "display": "",
            "equivalence": "equivalent",
        }
    ]


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (concept(labels="x"), r"sport\.json: concept 1 \(golf\): unknown key 'labels'; known are"),
        ({"slug": "golf", "label_ja": "ゴルフ"}, r"\(golf\): label_en is missing; expected a text"),
        (
            {"label_ja": "ゴルフ", "label_en": "Golf"},
            r"concept 1: slug is missing; expected 1 to 64",
        ),
        (concept(label_ja=""), r"\(golf\): label_ja is ''; expected a text of 1 to 120"),
        (concept(label_en="x" * 121), r"label_en is 'xx.*expected a text of 1 to 120"),
        (concept(slug="Golf Club"), r"slug is 'Golf Club'; expected 1 to 64 lower-case"),
        (concept(slug=7), r"slug is 7; expected 1 to 64 lower-case"),
        (concept(definition_ja=" x"), r"definition_ja is ' x'; expected a text"),
        (concept(synonyms="golfer"), r"synonyms is 'golfer'; expected a list of texts"),
        (concept(synonyms=[""]), r"synonyms is \[''\]; expected a list of texts"),
        (concept(sources=["www.example.org"]), r"sources is .*expected a list of addresses"),
        (concept(medical_care="no"), r"medical_care is 'no'; expected true or false"),
        (
            concept(evidence_rank=101),
            r"evidence_rank is 101; expected a whole number from 0 to 100",
        ),
        (concept(evidence_rank=True), r"evidence_rank is True; expected a whole number"),
        (concept(codes=["01013"]), r"codes is \['01013'\]; expected a list of objects"),
        (concept(codes=[code(version="1")]), r"\(golf\): code 1: unknown key 'version'"),
        (concept(codes=[{"system": "urn:x:y"}]), r"code 1: code is missing; expected a text"),
        (concept(codes=[code(code=1013)]), r"code 1: code is 1013; expected a text"),
        (
            concept(codes=[code(equivalence="narrower")]),
            r"\(golf\): code 1: equivalence is 'narrower'; expected one of equivalent, wider, inexact",
        ),
        ("golf", r"concept 1: expected an object with the keys slug, label_ja"),
    ],
)
def test_a_faulty_concept_is_refused_with_what_would_be_accepted(
    write: Write, entry: Any, complaint: str
) -> None:
    with pytest.raises(TaxonomyError, match=complaint):
        read_scheme(write(entry))


def test_a_slug_twice_in_a_scheme_is_refused(write: Write) -> None:
    with pytest.raises(TaxonomyError, match=r"sport\.json: the slug golf is there 2 times"):
        read_scheme(write(concept(), concept()))


def test_a_department_code_in_two_categories_is_refused(write: Write) -> None:
    path = write(
        concept(slug="a", label_ja="甲", label_en="A", codes=[code()]),
        concept(slug="b", label_ja="乙", label_en="B", codes=[code()]),
    )
    with pytest.raises(
        TaxonomyError, match=r"sport\.json: b: the department code 01013 is also in a"
    ):
        read_scheme(path)


@pytest.mark.parametrize("name", ["Putting", "ｐｕｔｔｉｎｇ", "パター"])
def test_a_name_of_two_concepts_is_refused_however_it_is_written(write: Write, name: str) -> None:
    path = write(
        concept(slug="a", label_ja="甲", label_en="A", synonyms=["putting", "ぱたー"]),
        concept(slug="b", label_ja="乙", label_en="B", synonyms=[name]),
    )
    with pytest.raises(TaxonomyError, match=rf"b: '{name}' is also a name of a"):
        read_scheme(path)


def test_a_file_must_be_named_after_its_scheme(write: Write) -> None:
    with pytest.raises(
        TaxonomyError, match=r"golf\.json: the scheme is 'sport'; expected the name"
    ):
        read_scheme(write(concept(), name="golf.json"))
    with pytest.raises(
        TaxonomyError, match=r"games\.json: the scheme is 'games'.*category, service"
    ):
        read_scheme(write(concept(), scheme="games", name="games.json"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", r"sport\.json: not JSON in UTF-8"),
        ("[]", r"sport\.json: expected an object with the keys scheme and concepts"),
        ('{"scheme": "sport"}', r"expected an object with the keys scheme and concepts"),
        ('{"scheme": "sport", "concepts": {}}', r"concepts must be a list of objects"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "sport.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TaxonomyError, match=complaint):
        read_scheme(path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sport.json"
    path.write_bytes('{"scheme": "競技"}'.encode("cp932"))
    with pytest.raises(TaxonomyError, match="not JSON in UTF-8"):
        read_scheme(path)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="no taxonomy here"):
        read_taxonomy(tmp_path)


def test_a_fault_leaves_the_database_as_it_was(db: None, write: Write) -> None:
    path = write(concept(label_en="Changed"), concept(slug="Bad Slug"))
    with pytest.raises(TaxonomyError):
        load_taxonomy(directory=path.parent)
    assert not Concept.objects.filter(label_en="Changed").exists()
