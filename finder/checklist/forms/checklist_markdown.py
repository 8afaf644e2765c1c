"""A whole checklist as Markdown to be printed: boxes to tick, lines to write on."""

from collections.abc import Iterable, Iterator

from finder.checklist.definition import Checklist, Language, Text
from finder.checklist.forms.answer_space import AnswerSpace, Blank, Box
from finder.checklist.forms.checklist_sheet import (
    ChecklistSheet,
    SheetEmergency,
    SheetItem,
    SheetSign,
    SheetStatement,
    SheetTerm,
)
from finder.checklist.forms.markdown_text import as_text, link, on_a_line
from finder.checklist.forms.sheet_making import ClinicNotes, sheet_of
from finder.checklist.forms.wording import (
    ANSWER,
    ASK_BY_PHONE,
    BRACKETS,
    CALL,
    CLINIC,
    CLINIC_TERMS,
    COLON,
    EMERGENCY_FIRST,
    EMERGENCY_IF,
    EMERGENCY_SIGNS,
    NOT_REVIEWED,
    ONLY_IF,
    QUESTION,
    RECOMMENDED,
    REQUIRED,
    REVIEW,
    REVIEWED_BY,
    SAY,
    SEPARATOR,
    SOURCES,
    SOURCES_READ_ON,
    UNDATED,
    UNVERIFIED,
    VERSION,
    WHY,
)

BOX, CIRCLE = "☐", "○"
# Full-width low lines are no markup, unlike the ASCII ones.
LINE, SHORT_LINE = "＿" * 30, "＿" * 6


def checklist_markdown(
    checklist: Checklist,
    language: Language,
    notes: ClinicNotes | None = None,
    clinic_name: str | None = None,
) -> str:
    """The checklist in one language; ``notes`` are a clinic's own terms, by the slug of an item."""
    sheet = sheet_of(checklist, language, notes, clinic_name)
    return "\n".join(_Lines(language).of_sheet(sheet)) + "\n"


class _Lines:
    """The lines of each part, in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.colon = COLON.in_language(language)

    def of_sheet(self, sheet: ChecklistSheet) -> Iterator[str]:
        yield from (f"# {on_a_line(sheet.title)}", "")
        if sheet.clinic:
            yield from (f"**{self.word(CLINIC)}**{self.colon}{on_a_line(sheet.clinic)}", "")
        yield from self.of_emergency(sheet.emergency)
        yield from (as_text(sheet.about), "")
        for section in sheet.sections:
            yield from (f"## {section.number}. {on_a_line(section.label)}", "")
            for item in section.items:
                yield from self.of_item(item)
        yield from self.of_review(sheet)
        yield from self.of_sources(sheet)

    def of_emergency(self, emergency: SheetEmergency) -> Iterator[str]:
        yield f"> **{self.word(EMERGENCY_FIRST)}**"
        stop = f"**{self.word(EMERGENCY_IF)}{on_a_line(emergency.stop)}**"
        yield from (">", f"> {stop}{self.marks(emergency.sources)}", ">")
        for call in emergency.calls:
            number = f"**{self.word(CALL)} [{on_a_line(call.number)}]({call.address})**"
            yield f"> - {number} {on_a_line(call.label)}{self.doubt(call.unverified)}"
        yield from (">", f"> {self.word(EMERGENCY_SIGNS)}", ">")
        yield from (f"> {line}" for line in self.of_signs(emergency.signs))
        if emergency.say:
            yield from (">", f"> {self.word(SAY)}", ">")
        for saying in emergency.say:
            doubt = self.doubt(saying.unverified)
            yield f"> - {on_a_line(saying.text)}{doubt}{self.marks(saying.sources)}"
        yield ""

    def of_signs(self, signs: Iterable[SheetSign]) -> Iterator[str]:
        for sign in signs:
            more = f" {self.word(SAY)}{self.colon}{on_a_line(sign.say)}" if sign.say else ""
            doubt = self.doubt(sign.unverified)
            act = f"{on_a_line(sign.act)}{more}{doubt}{self.marks(sign.sources)}"
            yield f"- **{on_a_line(sign.label)}** – {act}"

    def of_item(self, item: SheetItem) -> Iterator[str]:
        requirement = self.word(REQUIRED if item.required else RECOMMENDED)
        yield from (f"### {item.number} {on_a_line(item.label)}{self.bracketed(requirement)}", "")
        if item.only_if:
            yield from (f"*{self.word(ONLY_IF)}*{self.colon}{on_a_line(item.only_if)}", "")
        hints = [text for text in (item.help, item.choose) if text]
        if hints:
            yield from (" ".join(map(on_a_line, hints)), "")
        if item.question:
            yield from (f"**{self.word(QUESTION)}**{self.colon}{on_a_line(item.question)}", "")
        yield from self.of_space(item.space)
        if item.acting:
            yield from (f"**{on_a_line(item.acting_title)}**", "", *self.of_signs(item.acting), "")
        if item.terms:
            yield from (f"> **{self.word(CLINIC_TERMS)}**", ">", *self.of_terms(item.terms), "")
        why = f"*{self.word(WHY)}*{self.colon}{on_a_line(item.why)}"
        yield from (f"{why}{self.doubt(item.unverified)}{self.marks(item.sources)}", "")

    def of_space(self, space: AnswerSpace) -> Iterator[str]:
        if space.effects:
            boxes = "　".join(f"{CIRCLE} {on_a_line(effect)}" for effect in space.effects)
            effects = f" – {on_a_line(space.effects_label)}{self.colon}{boxes}"
        else:
            effects = ""
        mark = CIRCLE if space.one else BOX
        lines = [f"{mark} {self.box(box)}{'' if box.alone else effects}" for box in space.boxes]
        lines.extend(map(self.blank, space.blanks))
        if space.points:
            points = "　".join(f"{CIRCLE} {point}" for point in space.points)
            least, most = map(on_a_line, space.ends)
            lines.append(f"{least} {points} {most}".strip())
        if space.date_parts:
            lines.append(" ".join(f"{SHORT_LINE} {part}" for part in space.date_parts))
        answer = self.word(ANSWER) + self.colon
        for text in space.text_numbers:
            label = answer if space.texts == 1 else f"({text}) "
            lines.append(label + "\\\n  ".join([LINE] * space.lines))
        yield from (f"- {line}" for line in lines)
        yield ""

    def box(self, box: Box) -> str:
        rest = f" {SHORT_LINE}" if box.to_fill_in else ""
        hint = f" – {on_a_line(box.help)}" if box.help else ""
        doubt = self.doubt(box.unverified)
        return f"{on_a_line(box.label)}{rest}{hint}{doubt}{self.marks(box.sources)}"

    def blank(self, blank: Blank) -> str:
        label = f"{on_a_line(blank.label)} " if blank.label else ""
        if len(blank.units) > 1:
            units = "　".join(f"{CIRCLE} {on_a_line(unit)}" for unit in blank.units)
        else:
            units = "".join(map(on_a_line, blank.units))
        return f"{label}{SHORT_LINE} {units}".rstrip()

    def of_terms(self, terms: Iterable[SheetTerm]) -> Iterator[str]:
        for term in terms:
            label = f"> - **{on_a_line(term.label)}**{self.colon}"
            for statement in term.stated:
                yield label + self.statement(statement)
            if term.question:
                ask = f"{self.word(ASK_BY_PHONE)}{self.colon}{on_a_line(term.question)}"
                yield f"{label}{BOX} {ask} {LINE}"

    def statement(self, statement: SheetStatement) -> str:
        separator = SEPARATOR.in_language(self.language)
        sources = [
            link(source.host, source.url) + self.bracketed(on_a_line(source.date))
            for source in statement.sources
        ]
        around = separator.join((*map(on_a_line, (statement.age, *statement.dates)), *sources))
        return f"{on_a_line(statement.text)} – {around}"

    def of_review(self, sheet: ChecklistSheet) -> Iterator[str]:
        review = sheet.review
        by = on_a_line(review.reviewed_by or self.word(NOT_REVIEWED))
        yield from (f"## {self.word(REVIEW)}", "")
        yield f"- {self.word(VERSION)} {on_a_line(sheet.version)}"
        yield f"- {self.word(REVIEWED_BY)}{self.colon}{by}"
        yield f"- {self.word(SOURCES_READ_ON)}{self.colon}{on_a_line(review.sources_read_on)}"
        yield f"- {on_a_line(review.note)}"
        yield ""

    def of_sources(self, sheet: ChecklistSheet) -> Iterator[str]:
        separator = SEPARATOR.in_language(self.language)
        yield from (f"## {self.word(SOURCES)}", "")
        for source in sheet.sources:
            dated = on_a_line(source.date or self.word(UNDATED))
            words = separator.join((dated, on_a_line(source.read_as)))
            yield f"{source.number}. {link(source.title, source.url)}{self.bracketed(words)}"

    def word(self, text: Text) -> str:
        return text.in_language(self.language)

    def bracketed(self, markdown: str) -> str:
        before, after = BRACKETS[self.language]
        return f"{before}{markdown}{after}"

    def doubt(self, unverified: str | None) -> str:
        """The mark of what no source says, with what is said of it."""
        if not unverified:
            return ""
        return self.bracketed(f"{self.word(UNVERIFIED)}{self.colon}{on_a_line(unverified)}")

    def marks(self, numbers: tuple[int, ...]) -> str:
        return f" \\[{', '.join(map(str, numbers))}\\]" if numbers else ""
