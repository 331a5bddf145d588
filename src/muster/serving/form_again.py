"""A form that was not taken is answered by the page it stood on, whatever form and page that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import Message

from muster.problems import WrongUse
from muster.serving.tied import Given, Wrong, tied

_SENT = ("application/x-www-form-urlencoded", "multipart/form-data")
_OF_THE_FORM = frozenset({"endpoint", "route", "path_params"})  # what its own route put into a scope
_NEEDED = "Something is needed here."
Errors = tuple[tuple[str, str], ...]


class Refused(WrongUse):
    """A form that is not taken: the answer's status, seconds to wait, and its page if no address has it."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        field: str = "",
        status: int = 422,
        wait: int = 0,
        page: Response | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy, field=field)
        self.status, self.wait, self.page = status, wait, page


def errors_of(error: RequestValidationError) -> Errors | None:
    """What is missing or no value of its kind in a form, by field; None where the address itself is wrong."""
    found = []
    for one in error.errors():
        place = one["loc"]
        if place[0] != "body":
            return None
        words = _NEEDED if one["type"] == "missing" else f"{one['msg']}."
        found.append((str(place[1]) if len(place) > 1 else "", words))
    return tuple(found)


async def form_again(
    request: Request, errors: Errors, *, status: int = 422, page: Response | None = None
) -> Response | None:
    """The page that a form stood on, with the errors at its fields; None where no page holds that form."""
    if request.method != "POST":
        return None
    given = await _given(request)
    wrong = Wrong(request.url.path, given, errors)
    for address in dict.fromkeys(_stood_on(request, given)):
        text = await _page(request, address) if page is None else bytes(page.body).decode()
        again = tied(text, wrong, path=urlsplit(address).path) if text else None
        if again is not None:
            return HTMLResponse(again, status)
    return None


async def _given(request: Request) -> Given:
    """What was sent, by field; an upload, which nobody can read twice, says it itself."""
    told: Given | None = getattr(request.state, "given", None)
    if told is not None:
        return told
    if not request.headers.get("content-type", "").startswith(_SENT):
        return {}
    form: FormData = await request.form()
    return {name: [str(one) for one in form.getlist(name)] for name in form}


def _stood_on(request: Request, given: Given) -> Iterator[str]:
    """Where the form may have stood: as the browser says, as the form does, else at or above its address."""
    referer = urlsplit(request.headers.get("referer", ""))
    if referer.netloc == request.headers.get("host"):
        yield f"{referer.path}{'?' + referer.query if referer.query else ''}"
    for name in ("back", "path"):
        yield from (one for one in given.get(name, ()) if one.startswith("/"))
    path = request.url.path
    while path:
        yield path
        path = path.rpartition("/")[0]


async def _page(request: Request, address: str) -> str | None:
    """A page of this app as the same viewer reads it now; None where it is none."""
    parts = urlsplit(address)
    kept = [pair for pair in request.scope["headers"] if pair[0] in (b"host", b"user-agent")]
    scope = {key: value for key, value in request.scope.items() if key not in _OF_THE_FORM}
    scope |= {"method": "GET", "path": unquote(parts.path), "raw_path": parts.path.encode()}
    scope |= {"query_string": parts.query.encode(), "headers": kept}
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    try:
        await request.app.router(scope, receive, send)
    except HTTPException:
        return None
    return _text(told)


def _text(told: Sequence[Message]) -> str | None:
    start, *bodies = told
    kinds = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    if start["status"] != 200 or not any(kind.startswith(b"text/html") for kind in kinds):
        return None
    return b"".join(body.get("body", b"") for body in bodies).decode()
