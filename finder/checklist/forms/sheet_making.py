"""From a checklist to what stands on paper in one language."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from finder.checklist.clinic.notes import Statement, TermNote
from finder.checklist.dates import date_text
from finder.checklist.definition import (
    Checklist,
    Emergency,
    Item,
    Language,
    Sign,
    Text,
)
from finder.checklist.forms.answer_space import space_of
from finder.checklist.forms.checklist_sheet import (
    ChecklistSheet,
    SheetCall,
    SheetEmergency,
    SheetItem,
    SheetReview,
    SheetSaying,
    SheetSection,
    SheetSign,
    SheetSource,
    SheetStatement,
    SheetTerm,
    StatedAt,
)
from finder.checklist.forms.conditions import condition_in_words
from finder.checklist.forms.readable import on_one_line, readable
from finder.checklist.forms.web_addresses import host_of, telephone_address
from finder.checklist.forms.wording import (
    CHECKED_ON,
    CHOOSE_ANY,
    CHOOSE_ONE,
    NOT_CHECKED,
    READ_AS,
    RECORDED_ON,
    UNDATED,
)

# By the slug of the item at which a clinic's own terms stand.
ClinicNotes = Mapping[str, Sequence[TermNote]]


def sheet_of(
    checklist: Checklist,
    language: Language,
    notes: ClinicNotes | None = None,
    clinic_name: str | None = None,
) -> ChecklistSheet:
    """The checklist in one language, with a clinic's own terms where they belong."""
    return _Making(checklist, language, notes or {}).sheet(clinic_name)


class _Making:
    def __init__(self, checklist: Checklist, language: Language, notes: ClinicNotes) -> None:
        self.checklist, self.language, self.notes = checklist, language, notes
        self.numbers = {source.key: n for n, source in enumerate(checklist.sources, start=1)}

    def sheet(self, clinic_name: str | None) -> ChecklistSheet:
        checklist, review = self.checklist, self.checklist.review
        return ChecklistSheet(
            title=self.words(checklist.title),
            version=checklist.version,
            about=self.words(checklist.about),
            clinic=on_one_line(clinic_name) if clinic_name else None,
            emergency=self.emergency(checklist.emergency),
            sections=tuple(self.sections()),
            review=SheetReview(review.reviewed_by, review.sources_read_on, self.words(review.note)),
            sources=tuple(self.sources()),
        )

    def words(self, text: Text) -> str:
        return readable(text.in_language(self.language))

    def on(self, text: Text, day: date) -> str:
        return self.words(text.filled(day=date_text(day.isoformat())))

    def words_if_any(self, text: Text | None) -> str | None:
        return None if text is None else self.words(text)

    def numbered(self, keys: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted(self.numbers[key] for key in keys))

    def sources(self) -> Iterator[SheetSource]:
        for source in self.checklist.sources:
            yield SheetSource(
                self.numbers[source.key],
                self.words(source.title),
                source.url,
                source.date,
                self.words(READ_AS[source.read]),
            )

    def emergency(self, emergency: Emergency) -> SheetEmergency:
        return SheetEmergency(
            stop=self.words(emergency.stop),
            calls=tuple(
                SheetCall(
                    call.number,
                    telephone_address(call.number),
                    self.words(call.label),
                    self.words_if_any(call.unverified),
                )
                for call in emergency.calls
            ),
            signs=tuple(self.signs(emergency.item, emergency.signs)),
            say=tuple(
                SheetSaying(
                    self.words(saying.text),
                    self.words_if_any(saying.unverified),
                    self.numbered(saying.sources),
                )
                for saying in emergency.say
            ),
            sources=self.numbered(emergency.sources),
        )

    def signs(self, item: str, signs: Iterable[Sign]) -> Iterator[SheetSign]:
        for sign in signs:
            yield SheetSign(
                self.words(self.checklist.item[item].option[sign.option].label),
                self.words(sign.act),
                self.words_if_any(sign.say),
                self.words_if_any(sign.unverified),
                self.numbered(sign.sources),
            )

    def sections(self) -> Iterator[SheetSection]:
        for number, section in enumerate(self.checklist.sections, start=1):
            items = [item for item in self.checklist.items if item.section == section.slug]
            yield SheetSection(
                number,
                section.slug,
                self.words(section.label),
                tuple(self.item(f"{number}.{n}", item) for n, item in enumerate(items, start=1)),
            )

    def item(self, number: str, item: Item) -> SheetItem:
        early = self.checklist.early_review
        signs = early.signs if item.slug == early.item else ()
        return SheetItem(
            number=number,
            slug=item.slug,
            label=self.words(item.label),
            required=item.requirement == "required",
            only_if=self.only_if(item),
            help=self.words_if_any(item.help),
            choose=self.how_to_choose(item),
            why=self.words(item.why),
            question=self.words_if_any(item.question),
            unverified=self.words_if_any(item.unverified),
            sources=self.numbered(item.sources),
            space=space_of(item, self.language, self.numbered),
            acting_title=self.words(early.title),
            acting=tuple(self.signs(item.slug, signs)),
            terms=tuple(self.term(note) for note in self.notes.get(item.slug, ())),
        )

    def only_if(self, item: Item) -> str | None:
        if item.applies_when is None:
            return None
        return condition_in_words(item.applies_when, self.checklist, self.language)

    def how_to_choose(self, item: Item) -> str | None:
        if item.help:
            return None
        if item.type == "multiple-choice":
            return self.words(CHOOSE_ANY)
        return self.words(CHOOSE_ONE) if item.type == "single-choice" else None

    def term(self, note: TermNote) -> SheetTerm:
        return SheetTerm(
            self.words(note.label),
            tuple(map(self.statement, note.stated)),
            self.words_if_any(note.question),
        )

    def statement(self, statement: Statement) -> SheetStatement:
        checked = statement.checked_on
        return SheetStatement(
            self.words(statement.text),
            self.words(statement.age),
            (
                self.on(RECORDED_ON, statement.recorded_on),
                self.on(CHECKED_ON, checked) if checked else self.words(NOT_CHECKED),
            ),
            tuple(
                StatedAt(url, host_of(url), day or self.words(UNDATED))
                for url, day in statement.sources
            ),
        )
