"""What one record of a clinic states of a term, in words; None where it states nothing of it.

Records are those of the clinic's public document (:class:`clinics.documents.SecondOpinionDocument`).
Words that a source or a curator wrote are quoted as they are, and never translated.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from clinics.identity import REGISTER_MATCH
from finder.checklist.clinic.fees import fee_text, minutes_text
from finder.checklist.clinic.joining import joined
from finder.checklist.clinic.wording import (
    ACCEPTED,
    AS_STATED,
    AS_STATED_IN_JAPANESE,
    BETWEEN_MODES,
    BETWEEN_QUOTES,
    BETWEEN_SENTENCES,
    DAYS,
    INCLUDED,
    MODES,
    OFFERED,
    ONE_DAY,
    OTHER_MODES_UNKNOWN,
    QUOTED,
    REMARK,
    REMARK_IN_JAPANESE,
    RULES,
    SENT,
)
from finder.checklist.definition import Text

Record = Mapping[str, Any]
Describe = Callable[[Record], Text | None]

JAPANESE = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def _coded(term: str, words: Mapping[str, Text]) -> Describe:
    """A term that is one of some codes; unknown is none of them."""
    return lambda record: words.get(record[term])


def _written(term: str) -> Describe:
    """A term in the words of its source."""
    return lambda record: quoted([record[term]] if record[term] else [])


def _listed(term: str) -> Describe:
    """A term that is a list of words of its source."""
    return lambda record: quoted(record[term])


def _modes(record: Record) -> Text | None:
    stated = joined([MODES[mode] for mode in record["modes"]], BETWEEN_MODES)
    if stated is None or set(record["modes"]) == MODES.keys():
        return stated
    return OTHER_MODES_UNKNOWN.filled(modes=stated)


def _minutes(record: Record) -> Text | None:
    return None if record["minutes"] is None else minutes_text(record["minutes"])


def _lead_time(record: Record) -> Text | None:
    days = record["lead_time_days"]
    if days is None:
        return None
    return ONE_DAY if days == 1 else DAYS.filled(number=days)


def _note(record: Record) -> Text | None:
    return quoted(remarks(record))


def _with_remarks(describe: Describe, record: Record) -> Text | None:
    """A number of a record, with the remarks that say what it is a number of."""
    text, lines = describe(record), remarks(record)
    words = _in_quotes(lines)
    if text is None or words is None:
        return text
    form = REMARK_IN_JAPANESE if _is_japanese(lines) else REMARK
    return joined([text, form.filled(quoted=words)], BETWEEN_SENTENCES)


def remarks(record: Record) -> list[str]:
    """What a record's note says of the terms: not how its facility was found in a register."""
    lines = (record["note"] or "").splitlines()
    return [line for line in lines if line.strip() and not line.startswith(REGISTER_MATCH)]


def quoted(parts: Sequence[str]) -> Text | None:
    """Words as they were written, said in English to be so; None where there are none."""
    words = _in_quotes(parts)
    if words is None:
        return None
    form = AS_STATED_IN_JAPANESE if _is_japanese(parts) else AS_STATED
    return form.filled(quoted=words)


def _in_quotes(parts: Sequence[str]) -> Text | None:
    return joined([QUOTED.filled(words=words) for words in parts], BETWEEN_QUOTES)


def _is_japanese(parts: Sequence[str]) -> bool:
    return any(JAPANESE.search(words) for words in parts)


# Terms of second-opinion records, and what each one states of them.
OF_RECORDS: Mapping[str, Describe] = {
    "offered": _coded("offered", OFFERED),
    "fee": partial(_with_remarks, fee_text),
    "minutes": _minutes,
    "modes": _modes,
    "letter": _coded("letter", RULES),
    "images": _coded("images", RULES),
    "attendees": _listed("attendees"),
    "exclusions": _listed("exclusions"),
    "doctor_consent": _coded("doctor_consent", RULES),
    "target_conditions": _written("target_conditions"),
    "includes_neurology": _coded("includes_neurology", INCLUDED),
    "includes_orthopaedics": _coded("includes_orthopaedics", INCLUDED),
    "booking": _written("booking"),
    "lead_time_days": partial(_with_remarks, _lead_time),
    "report_to_referrer": _coded("report_to_referrer", SENT),
    "cancellation": _written("cancellation"),
    "note": _note,
}
# Terms of the clinic itself.
OF_CLINIC: Mapping[str, Describe] = {
    "accepts_new_patients": _coded("accepts_new_patients", ACCEPTED),
}
KNOWN_TERMS = frozenset({*OF_RECORDS, *OF_CLINIC})
