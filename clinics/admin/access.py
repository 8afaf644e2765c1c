"""Who may do what: a check that views of the admin begin with."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Arguments = ParamSpec("Arguments")
Response = TypeVar("Response", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, Arguments], Response]


def needs(
    *permissions: str,
) -> Callable[[View[Arguments, Response]], View[Arguments, Response]]:
    """Let a view be used by those who have all these permissions, and nobody else.

    The admin site has made sure before that somebody is signed in.
    """

    def decorate(view: View[Arguments, Response]) -> View[Arguments, Response]:
        @wraps(view)
        def checked(
            request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> Response:
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate
