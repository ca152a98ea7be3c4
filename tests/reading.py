"""Pages read as a visitor without JavaScript reads them: titles, links, forms, and what is tied to what."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
CONTROLS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
Attributes = dict[str, str]


@dataclass
class Form:
    """One form, with the values that a browser would send if nothing were typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[Attributes] = field(default_factory=list)


@dataclass
class Control:
    """Something to fill in, and the labels around it."""

    attributes: Attributes
    within_label: bool


class ReadPage(HTMLParser):
    """One page, read once."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.ids: list[str] = []
        self.label_targets: set[str] = set()
        self.controls: list[Control] = []
        self.buttons: list[list[str]] = []
        self.tags: list[tuple[str, Attributes]] = []
        self.open_tags: list[str] = []
        self.unclosed: list[str] = []
        self._words: dict[str, list[str]] = {"title": [], "h1": [], "main": [], "body": []}
        self._form: Form | None = None
        self._list, self._first = "", True
        self.feed(html)
        self.close()

    @property
    def title(self) -> str:
        return " ".join("".join(self._words["title"]).split())

    @property
    def heading(self) -> str:
        return " ".join("".join(self._words["h1"]).split())

    @property
    def words(self) -> str:
        """What is said between the header and the footer; no-break spaces become spaces."""
        return " ".join(" ".join(self._words["main"]).split())

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    def form(self, action: str) -> Form:
        return next(form for form in self.forms if form.action == action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open_tags.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        self._lead(tag, found)
        self._fill_in(tag, found)

    def _lead(self, tag: str, found: Attributes) -> None:
        """Note where a tag leads to, or what it shows."""
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in {"link", "use"}:
            self.sources.append(found["href"])
        if tag in {"img", "script"} and "src" in found:
            self.sources.append(found["src"])

    def _fill_in(self, tag: str, found: Attributes) -> None:
        """Note what a tag lets the reader fill in or press."""
        if tag == "label" and "for" in found:
            self.label_targets.add(found["for"])
        if tag == "form":
            self._form = Form(found.get("action", ""), found.get("method", "get").upper())
            self.forms.append(self._form)
        if tag in CONTROLS:
            self._control(found)
        if tag == "select":
            self._list, self._first = found["name"], True
        if tag == "option" and self._form and (self._first or "selected" in found):
            self._form.fields[self._list], self._first = found["value"], False
        if tag == "button":
            self.buttons.append([found.get("aria-label", "")])
            if self._form:
                self._form.buttons.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open_tags or self.open_tags.pop() != tag:
            self.unclosed.append(tag)
        if tag == "form":
            self._form = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open_tags.pop()

    def handle_data(self, data: str) -> None:
        for name, words in self._words.items():
            if name in self.open_tags:
                words.append(data)
        if "button" in self.open_tags:
            self.buttons[-1].append(data)

    def _control(self, found: Attributes) -> None:
        self.controls.append(Control(found, "label" in self.open_tags))
        name, kind = found.get("name"), found.get("type", "text")
        if not (self._form and name) or "disabled" in found:
            return
        if kind not in {"checkbox", "radio"} or "checked" in found:
            self._form.fields[name] = found.get("value", "on" if kind in {"checkbox", "radio"} else "")
