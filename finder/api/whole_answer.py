"""Every clinic that a search finds, read page by page."""

from collections.abc import Iterator
from dataclasses import replace

from finder.query import Hit, SearchQuery
from finder.search import search, summaries

FIRST_PAGE = 500
LARGEST_PAGE = 16_000


def pages(query: SearchQuery, using: str = "default") -> Iterator[list[tuple[Hit, str]]]:
    """The hits of ``query`` with the stored JSON of their clinics, in its order.

    Pages are found by key, as a reader's are, so one that changes meanwhile neither moves nor
    repeats the others. They double up to a bound that memory sets: a page deep in the order can
    cost a scan, so few large ones cost less than many small ones.
    """
    size = FIRST_PAGE
    while True:
        page = search(replace(query, page_size=size, count="none"), using)
        yield summaries(page.hits, using)
        if not page.more:
            return
        query = replace(query, after=page.hits[-1].key)
        size = min(2 * size, LARGEST_PAGE)
