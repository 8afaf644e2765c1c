"""Answers to any checklist, as Hypothesis draws them from its definition."""

from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from finder.checklist.definition import Checklist, Choice, Item
from finder.checklist.reading import CONTROLS

TODAY = date(2026, 11, 25)
slowly = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Words as people write them, mark-up and other scripts among them.
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]).filter(
    lambda letter: not CONTROLS.search(letter)
)


def words(longest: int) -> st.SearchStrategy[str]:
    """Words that are accepted as an answer."""
    return st.text(LETTERS, min_size=1, max_size=min(longest, 40)).filter(
        lambda text: text.strip() != ""
    )


@cache
def answers_to(checklist: Checklist) -> st.SearchStrategy[dict[str, Any]]:
    """Any subset of the items, answered."""
    return st.fixed_dictionaries({}, optional={one.slug: answer_to(one) for one in checklist.items})


def answer_to(item: Item) -> st.SearchStrategy[Any]:
    """An answer that the item accepts, in the form of JSON."""
    return {
        "text": _texts,
        "single-choice": lambda one: st.one_of([_chosen(one, option) for option in one.options]),
        "multiple-choice": _choices,
        "number": _numbers,
        "scale": lambda one: st.integers(int(one.least), int(one.most)),
        "date": _dates,
        "yes-no": lambda one: st.booleans(),
        "thing-to-bring": lambda one: st.booleans(),
    }[item.type](item)


def _texts(item: Item) -> st.SearchStrategy[Any]:
    one = words(item.longest)
    text = st.one_of(one, st.fixed_dictionaries({"text": one, "language": st.just("en-GB")}))
    return text if item.most_texts == 1 else st.lists(text, min_size=1, max_size=item.most_texts)


def _chosen(item: Item, option: Choice) -> st.SearchStrategy[Any]:
    optional: dict[str, st.SearchStrategy[Any]] = {}
    if option.free_text:
        optional["text"] = words(item.longest)
    if item.qualifier and not option.exclusive:
        codes = [one.code for one in item.qualifier.options]
        optional[item.qualifier.slug] = st.sampled_from(codes)
    code = st.just(option.code)
    return st.one_of(code, st.fixed_dictionaries({"code": code}, optional=optional))


def _choices(item: Item) -> st.SearchStrategy[Any]:
    options = st.lists(st.sampled_from(item.options), min_size=1, unique=True)
    return options.flatmap(lambda chosen: st.tuples(*(_chosen(item, one) for one in chosen))).map(
        list
    )


def _numbers(item: Item) -> st.SearchStrategy[Any]:
    if not item.parts:
        return _number(item)
    parts = {part.slug: _number(item) for part in item.parts}
    return st.fixed_dictionaries({}, optional=parts).filter(bool)


def _number(item: Item) -> st.SearchStrategy[Any]:
    least = int(item.least or 0)
    most = 1_000_000_000 if item.most is None else int(item.most)
    value = st.integers(least, most)
    if not item.whole:
        value = st.one_of(value, st.floats(least, most))
    if not item.units:
        return value
    units = st.sampled_from([unit.code for unit in item.units])
    return st.fixed_dictionaries({"value": value, "unit": units})


def _dates(item: Item) -> st.SearchStrategy[str]:
    last = TODAY if not item.future else TODAY + timedelta(days=3_000)
    lengths = {"year": 4, "month": 7, "day": 10}
    return st.tuples(
        st.dates(date(1950, 1, 1), last), st.sampled_from([lengths[one] for one in item.precisions])
    ).map(lambda drawn: drawn[0].isoformat()[: drawn[1]])
