"""The addresses of the site, and some that fail while they hold a question."""

from collections.abc import Iterator

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from rest_framework.request import Request

from finder import urls
from finder.api.formats.csv import csv_lines
from finder.api.reading import ReadView
from finder.urls import handler400, handler404, handler500

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


class Broken(ReadView):
    """Fails with the question in the message of the error, and in that of its cause."""

    def get(self, request: Request) -> HttpResponse:
        try:
            raise KeyError(str(dict(request.query_params)))
        except KeyError as error:
            raise RuntimeError(f"while answering {request.get_full_path()}") from error


class BrokenStatement(ReadView):
    """Fails in the database, in a statement that holds the question."""

    def get(self, request: Request) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere WHERE x = %s", [str(dict(request.query_params))])
        return HttpResponse()


class BrokenOff(ReadView):
    """Fails after the first row of a file."""

    def get(self, request: Request) -> StreamingHttpResponse:
        def found() -> Iterator[list[tuple[object, str]]]:
            yield []
            raise RuntimeError(request.get_full_path())

        return StreamingHttpResponse(csv_lines(found(), ranked=False, absolute=str))


urlpatterns = [
    path("api/v1/broken", Broken.as_view()),
    path("api/v1/broken-statement", BrokenStatement.as_view()),
    path("api/v1/broken-off", BrokenOff.as_view()),
    *urls.urlpatterns,
]
