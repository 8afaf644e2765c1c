"""Pages that are the same for everybody: a browser that has the current one is told so."""

from django.http import HttpRequest, HttpResponse

from finder.api.caching import digest_etag, has_current, not_modified


def revalidated(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """The page with its entity tag, or 304 where the browser has it already."""
    etag = digest_etag(page.content)
    if has_current(request, etag):
        return not_modified(etag)
    page.headers["ETag"] = etag
    return page
