"""The fixed words in which a clinic's own terms are told, in both languages."""

from finder.checklist.definition import Text

# Answers and rules, by term.
OFFERED = {"yes": Text("受け付けている", "offered"), "no": Text("受け付けていない", "not offered")}
INCLUDED = {
    "yes": Text("受け付けている", "included"),
    "no": Text("受け付けていない", "not included"),
}
ACCEPTED = {
    "yes": Text("受け入れている", "accepted"),
    "no": Text("受け入れていない", "not accepted"),
}
SENT = {"yes": Text("送る", "sent"), "no": Text("送らない", "not sent")}
RULES = {
    "required": Text("必要", "required"),
    "recommended": Text("あるとよい", "recommended"),
    "not-required": Text("不要", "not required"),
}
MODES = {
    "in-person": Text("対面", "in person"),
    "online": Text("オンライン", "online"),
    "written": Text("書面", "in writing"),
}
OTHER_MODES_UNKNOWN = Text(
    "{modes}（ほかの方法でもよいかは不明）", "{modes} (whether in other ways too is unknown)"
)

# Fees.
MINUTES = Text("{number}分", "{number} minutes")
ONE_MINUTE = Text("1分", "1 minute")
YEN = Text("{amount}円", "{amount} yen")
FREE = Text("無料", "free of charge")
TAX = {
    "included": Text("税込み", "tax included"),
    "excluded": Text("税別", "tax not included"),
    "unknown": Text("税込みか税別かは不明", "whether tax is included is unknown"),
}
MINUTES_UNKNOWN = Text("何分かは不明", "for how many minutes is unknown")
COMPARED = Text("比べるための換算で30分あたり{fee}", "{fee} per 30 minutes, to compare by")
ABOUT = Text("約{fee}", "about {fee}")
WITH_DETAILS = Text("{fee}（{details}）", "{fee} ({details})")
FEE_OF_MINUTES = Text("{minutes} {fee}", "{minutes}: {fee}")
FEE_UNKNOWN = Text("{minutes}（料金は不明）", "{minutes} (fee unknown)")
EXTENSION = Text("延長{minutes}ごとに{fee}", "every further {minutes}: {fee}")
EXTENSION_OF_UNKNOWN_MINUTES = Text(
    "延長料金{fee}（何分ごとかは不明）", "extension: {fee} (for how many minutes is unknown)"
)
EXTENSION_OF_UNKNOWN_FEE = Text(
    "延長は{minutes}ごと（料金は不明）", "every further {minutes} (fee unknown)"
)

DAYS = Text("{number}日", "{number} days")
ONE_DAY = Text("1日", "1 day")

# What a source or a curator wrote, in its own words; those in Japanese are never translated.
QUOTED = Text("「{words}」", "“{words}”")
AS_STATED = Text("{quoted}", "{quoted} (as stated)")
AS_STATED_IN_JAPANESE = Text("{quoted}", "{quoted} (as stated, in Japanese)")
REMARK = Text("備考：{quoted}", "remark: {quoted}")
REMARK_IN_JAPANESE = Text("備考：{quoted}", "remark, in Japanese: {quoted}")

# How old a statement is.
STATED = Text("{day}の記載", "stated {day}")
STATED_LONG_AGO = Text("{day}の記載（{age}以上前）", "stated {day} (at least {age} ago)")
YEARS = Text("{number}年", "{number} years")
ONE_YEAR = Text("1年", "1 year")
MONTHS = Text("{number}か月", "{number} months")
ONE_MONTH = Text("1か月", "1 month")
DATE_UNKNOWN = Text(
    "記載の日付は不明（{month}に収録）", "date of the statement unknown; recorded {month}"
)
EXPIRED = Text(
    "{age}。{day}までとされ、期限を過ぎている", "{age}; valid until {day}, which is past"
)

BETWEEN_PARTS = Text("、", ", ")
BETWEEN_SENTENCES = Text("。", "; ")
BETWEEN_DETAILS = Text("、", "; ")
BETWEEN_MODES = Text("・", ", ")
BETWEEN_QUOTES = Text("", ", ")
