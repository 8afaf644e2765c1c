"""The fixed words around a checklist, in both languages."""

from finder.checklist.definition import Text

MORE_THAN_ONE = Text(
    ja="「{item}」で「{option}」とほかの答えが両方選ばれています。どちらか一方にしてください。",
    en="“{item}” has “{option}” chosen along with other answers. Please keep one or the other.",
)
YES, NO = Text("はい", "yes"), Text("いいえ", "no")
READY, NOT_READY = Text("用意あり", "ready"), Text("まだ", "not yet")
OUT_OF = Text("{value}/{most}", "{value} of {most}")
QUALIFIED = Text("{label}（{qualifier}）", "{label} ({qualifier})")
PART = Text("{part} {value}", "{part} {value}")
MEASURE = Text("{value} {unit}", "{value} {unit}")
YEAR_MONTH_DAY = Text("{year}年{month}月{day}日", "{day} {month_name} {year}")
YEAR_MONTH = Text("{year}年{month}月", "{month_name} {year}")
YEAR = Text("{year}年", "{year}")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
CALL = Text("{number}：{label}", "{number}: {label}")
