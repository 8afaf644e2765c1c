"""What is wrong with an answer, in words for whoever typed it."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from finder.checklist.definition import Checklist, Item, Precision
from finder.checklist.reading import LARGEST_NUMBER
from finder.problems import ParameterError

# By the code of a fault, of the reader of answers and of the reader of fields.
SENTENCES: Mapping[str, object] = {
    "blank": gettext_lazy("There is nothing to read in it. Leave it empty, or write a few words."),
    "too-long": gettext_lazy("It is too long: at most {longest} characters fit here."),
    "not-accepted": gettext_lazy(
        "It has something in it that cannot be taken. Please write it anew."
    ),
    "wrong-type": gettext_lazy(
        "More was given here than one answer can hold. Please choose again."
    ),
    "repeated-field": gettext_lazy("It was answered more than once. Please answer it once."),
    "repeated-option": gettext_lazy(
        "The same choice was given more than once. Please choose again."
    ),
    "unknown-option": gettext_lazy("That is none of the choices here. Please choose again."),
    "not-chosen": gettext_lazy(
        "Something was added to a choice that is not ticked. Tick it, or empty what was added."
    ),
    "text-not-accepted": gettext_lazy("No words can be added to that choice."),
    "wrong-number": gettext_lazy(
        "It is not a number. Please write digits only, such as 12 or 2.5."
    ),
    "out-of-range": gettext_lazy("The number has to be from {least} to {most}."),
    "not-whole": gettext_lazy("Please give a whole number, without a fraction."),
    "unit-missing": gettext_lazy("Please choose the unit of the number too."),
    "wrong-unit": gettext_lazy("That is none of the units here. Please choose again."),
    "wrong-date": gettext_lazy("That is no date that can be taken here. Please give {forms}."),
    "in-the-future": gettext_lazy("That day is still to come. Please give one up to today."),
}
ELSE = gettext_lazy("It could not be read. Please answer it again.")
# Of what belongs to no item: a field of another form, and what is wanted of the answers.
NO_FIELD = gettext_lazy(
    "This form has no field “{name}”, so nothing was used yet. It takes the fields below alone, and "
    "what you wrote in them is still there: please send it again."
)
NO_WISH = gettext_lazy(
    "“{name}” holds something that no button of this site sends, so nothing was used yet. Please "
    "press one of the buttons below."
)
FORMS: Mapping[tuple[Precision, ...], object] = {
    ("year",): gettext_lazy("a year of four digits"),
    ("month",): gettext_lazy("year and month"),
    ("day",): gettext_lazy("year, month and day"),
    ("year", "month"): gettext_lazy("a year of four digits, with its month if you like"),
    ("month", "day"): gettext_lazy("year and month, with the day if you like"),
    ("year", "day"): gettext_lazy("a year of four digits, or year, month and day"),
    ("year", "month", "day"): gettext_lazy(
        "a year of four digits, with its month and day if you like"
    ),
}


def fault_sentence(checklist: Checklist, error: ParameterError) -> str:
    """What is wrong, in the language in force, and what would be right."""
    item = checklist.item.get(error.parameter)
    if item is None:
        sentence = NO_WISH if error.code == "unknown-value" else NO_FIELD
        return str(sentence).format(name=error.parameter)
    return str(SENTENCES.get(error.code, ELSE)).format(
        longest=item.longest,
        least=f"{item.least or 0:g}",
        most=f"{LARGEST_NUMBER if item.most is None else item.most:,.10g}",
        forms=date_forms(item),
    )


def date_forms(item: Item) -> str:
    """How precise a date may be, in the language in force."""
    precisions: tuple[Precision, ...] = ("year", "month", "day")
    accepted = tuple(one for one in precisions if one in item.precisions)
    return str(FORMS[accepted]) if accepted else ""
