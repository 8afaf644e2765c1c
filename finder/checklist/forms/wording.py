"""The fixed words that forms put around a checklist and the doctor's page, in both languages."""

from django.conf.locale import LANG_INFO
from django.utils import translation

from finder.checklist.definition import Language, Text
from finder.checklist.page import UNDETERMINED

QUOTES = {"ja": ("「", "」"), "en": ("“", "”")}
BRACKETS = {"ja": ("（", "）"), "en": (" (", ")")}
SEPARATOR = Text("、", "; ")
COLON = Text("：", ": ")

# What Django lacks or, in Japanese, calls American English.
LANGUAGE_NAMES = {"en": Text("英語", "English"), "zh": Text("中国語", "Chinese")}
YEAR = Text("年", "year")
MONTH = Text("月", "month")
DAY = Text("日", "day")

PREPARED_ON = Text("作成日 {}", "Prepared on {}")
CONTINUED = Text("{}（続き）", "{} (continued)")
CANNOT_BE_PRINTED = Text(
    "〓は、この書類の字体にない文字です。", "〓 stands for a character that cannot be printed here."
)
NOT_STATED = Text("言語の記載なし", "language not stated")
AS_WRITTEN = Text("記入のまま・{}", "as written, {}")

VERSION = Text("版", "Version")
CLINIC = Text("医療機関", "Clinic")
REQUIRED = Text("必須", "required")
RECOMMENDED = Text("できれば", "recommended")
ONLY_IF = Text("次の場合だけ", "Only if")
WHY = Text("理由", "Why")
QUESTION = Text("聞き方", "Ask")
ANSWER = Text("答え", "Answer")
CHOOSE_ONE = Text("一つ選ぶ", "Choose one")
CHOOSE_ANY = Text("いくつでも", "Choose any")
SOURCES = Text("出典", "Sources")
UNVERIFIED = Text("未確認", "Not verified")
CALL = Text("電話", "Call")
SAY = Text("電話で伝えること", "What to say")
EMERGENCY_FIRST = Text(
    "はじめに：救急の症状がないか確かめる", "First of all: is there a sign of an emergency?"
)
EMERGENCY_IF = Text("下のうち一つでもあれば：", "If there is any one of the signs below: ")
EMERGENCY_SIGNS = Text("救急の目安", "The signs")
CLINIC_TERMS = Text("この医療機関の条件", "This clinic’s terms")
ASK_BY_PHONE = Text("電話で聞く", "Ask by phone")
UNDATED = Text("日付なし", "undated")
RECORDED_ON = Text("{day}に登録", "entered {day}")
CHECKED_ON = Text("{day}に原文と照合", "compared with its source {day}")
NOT_CHECKED = Text("原文との照合はまだ", "not yet compared with its source")
REVIEW = Text("この確認票の見直し", "Review of this checklist")
REVIEWED_BY = Text("臨床家による確認", "Reviewed by a clinician")
NOT_REVIEWED = Text("まだありません", "not yet")
SOURCES_READ_ON = Text("出典を読んだ日", "Sources read on")
READ_AS = {
    "extract": Text("保存された抜粋で確認", "seen in a stored extract"),
    "abstract": Text("抄録・冒頭部分で確認", "seen in its abstract or first part"),
    "copy": Text("別の場所の写しで確認", "seen in a copy elsewhere"),
    "located": Text("所在だけ確認", "only located, not read"),
}


def language_name(tag: str, language: Language) -> str:
    """What a language (BCP 47) is called in one of ours; its tag where it has no name here."""
    code = tag.lower()
    if code == UNDETERMINED:
        return NOT_STATED.in_language(language)
    with translation.override(language):
        while code:
            if code in LANGUAGE_NAMES:
                return LANGUAGE_NAMES[code].in_language(language)
            if code in LANG_INFO:
                return str(translation.get_language_info(code)["name_translated"])
            code = code.rpartition("-")[0]
    return tag


def words_in(language: Language) -> dict[str, str]:
    """Every text of this module in one language, by its name in small letters, for templates."""
    return {
        name.lower(): text.in_language(language)
        for name, text in globals().items()
        if isinstance(text, Text)
    }
