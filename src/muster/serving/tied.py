"""The page of a form again: what was typed stays in it, every error stands at its field and leads to it.

Written into the page after it was made, for every form there is: templates hold plain forms, none can be
forgotten, and no script is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

from muster.serving.rendering import piece

_FIELDS = ("input", "select", "textarea")
_HOLDS = ("form", "details", "label", "option", "select", "textarea")
_UNSEEN = ("hidden", "submit", "button", "image")
_NOT_KEPT = ("password", "file")  # a secret is not repeated, and a file is no text
_DRAWN = ("key", "seen", "back", "next")  # hidden fields that another rendering of a form may hold otherwise
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was sent where, and the errors: field and words. A field without a name is the whole form."""

    action: str
    given: Given
    errors: tuple[tuple[str, str], ...]


@dataclass(slots=True, eq=False)
class _Tag:
    """A start tag of a page, what it stands in, and where the element and what it holds end."""

    name: str
    attributes: dict[str, str | None]
    start: int
    end: int
    within: tuple[_Tag, ...]
    inner_end: int
    after: int

    @property
    def kind(self) -> str:
        return (self.attributes.get("type") or "text") if self.name == "input" else self.name

    @property
    def value(self) -> str:
        return self.attributes.get("value") or ""

    def has(self, attribute: str, is_so: bool) -> None:
        self.attributes.pop(attribute, None)
        if is_so:
            self.attributes[attribute] = None

    def written(self) -> str:
        said = (f" {k}" if v is None else f' {k}="{escape(v)}"' for k, v in self.attributes.items())
        return f"<{self.name}{''.join(said)}>"


class _Page(HTMLParser):
    """The tags of a page that forms are made of, and its text with what was changed of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._open: list[_Tag] = []
        self.tags: list[_Tag] = []
        self.added: list[tuple[int, int, str]] = []  # from, to, and what takes the place of it
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag that matters here."""
        if tag not in (*_FIELDS, *_HOLDS, "main", "title"):
            return
        start = self._at()
        end = start + len(self.get_starttag_text() or "")
        found = _Tag(tag, dict(attrs), start, end, tuple(self._open), end, end)
        self.tags.append(found)
        if tag in _HOLDS:
            self._open.append(found)

    def handle_endtag(self, tag: str) -> None:
        """Note where an element ends."""
        while tag in _HOLDS and self._open:
            found = self._open.pop()
            if found.name == tag:
                found.inner_end = self._at()
                found.after = found.inner_end + len(f"</{tag}>")
                return

    def form(self, action: str, given: Given, *, path: str) -> list[_Tag]:
        """The fields of the form that was sent, the most alike of those that go to `action`."""
        found: list[tuple[int, list[_Tag]]] = []
        for form in self.tags:
            if form.name != "form" or form.attributes.get("method") != "post":
                continue
            if (form.attributes.get("action") or path) == action:
                fields = list(self._fields(form))
                likeness = [_fits(one, given) for one in fields]
                if None not in likeness:
                    found.append((sum(filter(None, likeness)), fields))
        return max(found, key=lambda one: one[0])[1] if found else []

    def text_in(self, tag: _Tag) -> str:
        """What an element holds."""
        return self._text[tag.end : tag.inner_end]

    def written(self) -> str:
        """The page with its changes."""
        changed = [(t.start, t.end, t.written()) for t in self.tags if t.name in (*_FIELDS, *_HOLDS)]
        parts, at = [], 0
        for start, end, words in sorted([*changed, *self.added], key=lambda one: one[:2]):
            parts += [self._text[at:start], words]
            at = end
        return "".join((*parts, self._text[at:]))

    def _fields(self, form: _Tag) -> Iterator[_Tag]:
        key = form.attributes.get("id")
        for tag in self.tags:
            if tag.name in _FIELDS and (form in tag.within or (key and tag.attributes.get("form") == key)):
                yield tag

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def tied(text: str, wrong: Wrong, *, path: str) -> str | None:
    """The page at `path` as it answers a form that it holds; None where it holds no such form."""
    page = _Page(text)
    fields = page.form(wrong.action, wrong.given, path=path)
    if not fields:
        return None
    for one in fields:
        _keep(page, one, wrong.given)
    for one in page.tags:
        one.has("autofocus", False)
    refused = _refused(fields)
    told: list[dict[str, str]] = []
    for number, (name, words) in enumerate(wrong.errors, 1):
        field = next((f for f in fields if f.attributes.get("name") == name and f.kind not in _UNSEEN), None)
        told.append({"key": f"wrong-{number}", "words": words, "field": ""})
        if field is not None:
            field.has("autofocus", not any(one["field"] for one in told))
            told[-1]["field"] = _mark(page, field, f"wrong-{number}", "" if refused else words)
    banner = piece("not_taken.html", "summary", told, refused)
    for name, words in (("title", f"{refused or 'Not taken'}: "), ("main", banner)):
        at = next(tag.end for tag in page.tags if tag.name == name)
        page.added.append((at, at, words))
    return page.written()


def _refused(fields: Sequence[_Tag]) -> str:
    """What a form calls its refusal where it changes nothing anyway (`data-refused`), as a sign-in; or "".

    Its reason is then said once, over the page: no field by itself is what is wrong.
    """
    forms = (tag for tag in fields[0].within if tag.name == "form")
    return next((tag.attributes.get("data-refused") or "" for tag in forms), "")


def _fits(field: _Tag, given: Given) -> int | None:
    """How well a field goes with what was sent; None where a form holding it was not the one."""
    name = field.attributes.get("name") or ""
    if field.kind == "hidden" and name in given and name not in _DRAWN and field.value not in given[name]:
        return None
    return int(name in given)


def _keep(page: _Page, field: _Tag, given: Given) -> None:
    """Put what was typed back into a field, as far as a page may repeat it."""
    said = given.get(field.attributes.get("name") or "", ())
    if field.kind in ("checkbox", "radio"):
        field.has("checked", (field.value or "on") in said)
    elif field.kind == "select":
        for option in page.tags:
            if option.name == "option" and field in option.within:
                worth = option.attributes.get("value")
                option.has("selected", (unescape(page.text_in(option)) if worth is None else worth) in said)
    elif said and field.kind == "textarea":
        page.added.append((field.end, field.inner_end, "\n" + escape(said[0])))
    elif said and field.kind not in (*_UNSEEN, *_NOT_KEPT):
        field.attributes["value"] = said[0]


def _mark(page: _Page, field: _Tag, key: str, words: str) -> str:
    """Tie an error to its field, and open what the field is folded into; the field's id.

    Without words nothing is written beside it: it is tied to the error in the summary.
    """
    field_id = field.attributes.setdefault("id", f"{key}-field") or ""
    described = field.attributes.get("aria-describedby")
    field.attributes |= {"aria-invalid": "true", "aria-describedby": f"{described or ''} {key}".strip()}
    for holder in field.within:
        if holder.name == "details":
            holder.has("open", True)
    if words:
        beside = next((tag for tag in field.within if tag.name == "label"), field)
        page.added.append((beside.after, beside.after, piece("not_taken.html", "beside", key, words)))
    return field_id
