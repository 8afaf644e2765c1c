"""The words of a search are read as people type them, and name what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from clinics.models import Concept, Scheme
from clinics.text import search_key
from finder.query import TextQuestion
from finder.words import (
    KNOWN_NAMES,
    MOST_WORDS,
    NAMED_SCHEMES,
    SECONDS_BETWEEN_READINGS,
    KnownNames,
    arrange,
    read_text,
)


@pytest.fixture
def names_in_the_database(db: None) -> None:
    """Reads anew: an edit of another test was noticed, but not that it was rolled back."""
    KNOWN_NAMES.notice_edit()


def words(question: TextQuestion) -> list[str]:
    return [word.text for word in question.words]


def common_terms(question: TextQuestion) -> set[str]:
    """What every word of the question names."""
    return set.intersection(*(set(word.terms) for word in question.words))


@pytest.mark.usefixtures("names_in_the_database")
@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("痙性斜頸", ["condition:cervical-dystonia"]),
        ("痙性斜頚", ["condition:cervical-dystonia"]),
        ("けいせいしゃけい", ["condition:cervical-dystonia"]),
        ("イップス", ["condition:yips"]),
        ("ｲｯﾌﾟｽ", ["condition:yips"]),
        ("いっぷす", ["condition:yips"]),
        ("the yips", ["condition:yips"]),
        ("神経内科", ["category:neurology"]),
        ("脳神経内科", ["category:neurology"]),
        ("腦神經內科", ["category:neurology"]),
        ("ぬけぬけ病", ["condition:runners-dystonia"]),
        ("ヌケヌケ病", ["condition:runners-dystonia"]),
        ("抜け抜け病", ["condition:runners-dystonia"]),
        ("ぬけ ぬけ 病", ["condition:runners-dystonia"]),
        ("ランナーズ・ジストニア", ["condition:runners-dystonia"]),
        ("runner's dystonia", ["condition:runners-dystonia"]),
        ("runners dystonia", ["condition:runners-dystonia"]),
        ("整形", ["category:orthopaedics", "category:sports-orthopaedics"]),
        ("リハビリ", ["category:rehabilitation", "service:rehabilitation-general"]),
        ("ﾘﾊﾋﾞﾘ", ["category:rehabilitation"]),
        ("リハビリテ-シヨン", ["category:rehabilitation"]),
        ("リハ", ["category:rehabilitation"]),
        ("ボトックス", ["category:botulinum-clinic", "service:botulinum-injection"]),
        ("botox", ["category:botulinum-clinic", "service:botulinum-injection"]),
        ("ボツリヌス 注射", ["service:botulinum-injection"]),
        ("セカンドオピニオン", ["category:second-opinion-clinic", "service:second-opinion-online"]),
        ("セカンド・オピニオン", ["category:second-opinion-clinic"]),
        ("second opinion", ["category:second-opinion-clinic"]),
        ("sports clinic", ["category:sports-orthopaedics"]),
        ("SPORT CLINIC", ["category:sports-orthopaedics"]),
        ("neurologist", ["category:neurology", "credential:neurology-board"]),
        ("movement disorders", ["category:movement-disorder-clinic"]),
        ("movement-disorder clinic", ["category:movement-disorder-clinic"]),
        ("clinic for movement disorder", ["category:movement-disorder-clinic"]),
        ("neuro", ["category:neurology", "category:neurosurgery", "category:paediatric-neurology"]),
        ("EMG", ["service:emg", "service:surface-emg", "category:clinical-neurophysiology"]),
        ("x-ray", ["service:imaging"]),
        ("X ray", ["service:imaging"]),
        ("3D", ["service:gait-lab-3d"]),
        ("脳 外科", ["category:neurosurgery"]),
        ("マラソン", ["sport:marathon"]),
        ("実業団", ["level:corporate-team"]),
        ("英語", ["language:en"]),
        ("車椅子", ["feature:wheelchair-accessible"]),
        ("クリニック", ["kind:clinic"]),
        ("hospital", ["kind:hospital"]),
        ("Tōkyō", ["prefecture:tokyo"]),
        ("とうきょう", ["prefecture:tokyo"]),
        ("東京都", ["prefecture:tokyo"]),
    ],
)
def test_what_is_typed_names_what_is_meant(typed: str, terms: list[str]) -> None:
    assert set(terms) <= common_terms(read_text(typed))


@pytest.mark.usefixtures("names_in_the_database")
@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("痙性斜頸", {"condition:cervical-dystonia"}),
        ("イップス", {"condition:yips"}),
        ("京都", {"prefecture:kyoto"}),
        ("東京", {"prefecture:tokyo"}),
        ("tokyo", {"prefecture:tokyo"}),
        ("toky", set()),
        ("metropolis", set()),
        ("佐藤", set()),
        ("青葉クリニック", set()),
        ("e", set()),
        ("x", set()),
        ("科", set()),
        ("ス", set()),
        ("ニア", set()),
        ("ne", set()),
        ("urology", set()),
        ("公式頁", set()),
    ],
)
def test_a_word_names_no_more_than_is_meant(typed: str, terms: set[str]) -> None:
    (word,) = read_text(typed).words
    assert set(word.terms) == terms


@pytest.mark.usefixtures("names_in_the_database")
def test_every_label_and_synonym_names_its_concept() -> None:
    missed = []
    for concept in Concept.objects.filter(scheme__in=NAMED_SCHEMES):
        for name in (concept.label_ja, concept.label_en, *concept.synonyms):
            if str(concept) not in common_terms(read_text(name)):
                missed.append((str(concept), name))
    assert missed == []


@pytest.mark.usefixtures("names_in_the_database")
def test_no_single_letter_names_anything() -> None:
    known = KNOWN_NAMES.current()
    letters = {letter for name in known.exact for letter in name}
    assert {letter: terms for letter in letters if (terms := known.terms(letter))} == {}


@pytest.mark.usefixtures("names_in_the_database")
def test_evidence_is_nothing_to_search_for() -> None:
    for concept in Concept.objects.filter(scheme=Scheme.EVIDENCE):
        terms = {term for word in read_text(concept.label_ja).words for term in word.terms}
        assert not any(term.startswith("evidence:") for term in terms)


@pytest.mark.usefixtures("names_in_the_database")
@pytest.mark.parametrize(
    ("typed", "texts", "phrase"),
    [
        ("順天堂　浦安", ["順天堂", "浦安"], "順天堂浦安"),
        (" 順天堂\t浦安\n順天堂 ", ["順天堂", "浦安"], "順天堂浦安順天堂"),
        ("医療法人社団青葉会 青葉クリニック", ["青葉会", "青葉クリニック"], "青葉会青葉クリニック"),
        ("（医） 青葉会", ["青葉会"], "青葉会"),
        ("医療法人 社団 青葉会", ["青葉会"], "青葉会"),
        ("neurologist in Tokyo", ["neurologist", "tokyo"], "neurologist in tokyo"),
        ("University of Tokyo", ["university", "tokyo"], "university of tokyo"),
        ("The", ["the"], "the"),
        ("・ 髙橋 !", ["高橋"], "高橋"),
    ],
)
def test_words_are_folded_and_each_there_once(typed: str, texts: list[str], phrase: str) -> None:
    question = read_text(typed)
    assert words(question) == [search_key(text) for text in texts]
    assert question.phrase == search_key(phrase)


@pytest.mark.parametrize("typed", ["", "   ", "!?", "・", "ー", "医療法人社団", "（医） 医療法人"])
def test_what_leaves_nothing_to_search_for_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="nothing to search for"):
        read_text(typed)


@pytest.mark.usefixtures("names_in_the_database")
def test_ten_words_are_accepted_and_eleven_refused() -> None:
    ten = " ".join(f"word{number}" for number in range(MOST_WORDS))
    assert len(read_text(ten).words) == 10
    with pytest.raises(ValueError, match="11 words; at most 10"):
        read_text(f"{ten} more")


def test_a_refusal_does_not_repeat_the_words() -> None:
    with pytest.raises(ValueError) as refused:
        read_text(" ".join(["secret"] * 11))
    assert "secret" not in str(refused.value)


@given(
    name=st.text("脳神経内科スポーツ外来ジストニア", min_size=3, max_size=9),
    word=st.text("脳神経内科スポーツ外来ジストニア", min_size=1, max_size=5),
)
def test_a_word_of_two_characters_names_what_contains_it(name: str, word: str) -> None:
    key = search_key(word)
    named = bool(arrange([("category", "it", (name,))]).terms(key))
    kana = all("ぁ" <= letter <= "ゖ" for letter in key)
    if search_key(name) == key:
        assert named == bool(key)
    elif len(key) < 2:
        assert not named
    elif len(key) == 2 and kana:
        assert named == search_key(name).startswith(key)
    else:
        assert named == (key in search_key(name))


@pytest.mark.django_db
def test_names_are_read_once_for_many_questions(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    known = KnownNames()
    with django_assert_num_queries(1):
        for _ in range(3):
            known.current()


@pytest.mark.usefixtures("names_in_the_database")
def test_a_concept_edited_here_is_known_at_once() -> None:
    assert read_text("ふるえ足").words[0].terms == ()
    concept = Concept.objects.get(scheme="condition", slug="yips")
    concept.synonyms = [*concept.synonyms, "ふるえ足"]
    concept.save()
    assert read_text("ふるえ足").words[0].terms == ("condition:yips",)
    concept.delete()
    assert read_text("ふるえ足").words[0].terms == ()


@pytest.mark.django_db
def test_what_was_read_before_an_edit_was_committed_is_read_again(
    django_assert_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    known = KnownNames()
    with django_capture_on_commit_callbacks(execute=True):
        known.notice_edit()
        # Another connection would not see the edit yet.
        known.current()
    with django_assert_num_queries(1):
        known.current()


@pytest.mark.django_db
def test_a_concept_edited_elsewhere_is_known_within_half_a_minute() -> None:
    seconds = 1_000.0
    known = KnownNames(clock=lambda: seconds)
    assert known.current().terms(search_key("ふるえ足")) == frozenset()
    # An update sends no signal, like an edit in another process.
    Concept.objects.filter(scheme="condition", slug="yips").update(synonyms=["ふるえ足"])
    seconds += SECONDS_BETWEEN_READINGS - 0.1
    assert known.current().terms(search_key("ふるえ足")) == frozenset()
    seconds += 0.1
    assert known.current().terms(search_key("ふるえ足")) == {"condition:yips"}
    assert SECONDS_BETWEEN_READINGS <= 30
