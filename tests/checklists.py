"""A small checklist that has an item of every type, and what a clinic says at one of them."""

from dataclasses import replace
from datetime import date
from typing import Any

from finder.checklist import definition
from finder.checklist.clinic.notes import Statement, TermNote
from finder.checklist.definition import (
    All,
    Call,
    Checklist,
    Choice,
    ClinicTerm,
    Condition,
    Door,
    EarlyReview,
    Emergency,
    Item,
    Part,
    Qualifier,
    Review,
    RoutingRow,
    Saying,
    Section,
    Sign,
    Source,
    Stop,
    SummaryBlock,
    SummaryLayout,
    Test,
    Text,
    Unit,
)


def both(ja: str, en: str) -> Text:
    return Text(ja, en)


def choice(code: str, ja: str, en: str, **more: Any) -> Choice:
    return Choice(code, both(ja, en), both(ja, en), **more)


NONE = choice("none", "どれもない", "None of these", exclusive=True)
OTHER = choice("other", "その他", "Other", free_text=True)
KILOMETRES = Unit("km", both("km", "km"))


def item(slug: str, type: str, ja: str, en: str, **more: Any) -> Item:
    given: dict[str, Any] = {
        "section": "running",
        "requirement": "recommended",
        "why": both("診断の手がかりになります", "It helps to find the cause"),
        "sources": ("GUIDE",),
        "short": both(ja, en),
    }
    return Item(slug=slug, type=type, label=both(ja, en), **(given | more))  # type: ignore[arg-type]


ITEMS = (
    item(
        "urgent-signs",
        "multiple-choice",
        "今、次の症状はありますか",
        "Any of these signs now?",
        section="signs",
        requirement="required",
        options=(
            choice("one-sided", "急な片側の脱力", "Sudden weakness of one side"),
            choice("speech", "ろれつが回らない", "Slurred speech"),
            NONE,
        ),
    ),
    item(
        "early-signs",
        "multiple-choice",
        "早めに診てもらう変化はありますか",
        "Any sign to be examined soon?",
        section="signs",
        options=(choice("walking", "歩く時にも出る", "Walking as well"), NONE),
    ),
    item(
        "leg",
        "single-choice",
        "どちらの脚ですか",
        "Which leg?",
        requirement="required",
        help=both("走っている時に抜ける方です", "The one that gives way when running"),
        options=(
            choice("left", "左", "Left"),
            choice("right", "右", "Right", help=both("利き脚でなくても", "Even if not dominant")),
            OTHER,
        ),
    ),
    item(
        "description",
        "text",
        "どんな感じですか",
        "What is it like?",
        longest=200,
        unverified=both("書き方は私たちの案です", "How to put it is our own suggestion"),
    ),
    item(
        "questions",
        "text",
        "聞きたいこと",
        "Questions to ask",
        most_texts=3,
        longest=80,
        question=both("何が根拠ですか。", "What is it based on?"),
    ),
    item(
        "tried",
        "multiple-choice",
        "試したこと",
        "What was tried",
        options=(
            choice("rest", "休養", "Rest"),
            choice(
                "massage",
                "マッサージ",
                "Massage",
                medical_care=False,
                unverified=both("効き目の記録なし", "No record of an effect"),
            ),
            OTHER,
            NONE,
        ),
        qualifier=Qualifier(
            "effect",
            both("効果", "Effect"),
            (choice("better", "良くなった", "Better"), choice("none", "変わらない", "None")),
        ),
    ),
    item("episodes", "number", "週に何回", "Times a week", whole=True, least=0, most=100),
    item("distance", "number", "出るまでの距離", "Distance until then", units=(KILOMETRES,)),
    item(
        "onset-after",
        "number",
        "出るまで",
        "How far or long until then",
        units=(KILOMETRES, Unit("min", both("分", "minutes"))),
    ),
    item(
        "weekly",
        "number",
        "週の練習量",
        "Training a week",
        units=(KILOMETRES, Unit("h", both("時間", "hours"))),
        parts=(
            Part("now", both("今", "Now")),
            Part("before-onset", both("発症の前", "Before onset")),
        ),
    ),
    item("budget", "number", "予算", "Budget", units=(Unit("JPY", both("円", "yen")),), whole=True),
    item(
        "trouble",
        "scale",
        "どれほど困っていますか",
        "How much trouble is it?",
        least=0,
        most=10,
        least_label=both("全く", "None"),
        most_label=both("最大", "Worst"),
    ),
    item(
        "onset",
        "date",
        "いつから",
        "Since when?",
        precisions=("year", "month", "day"),
        future=False,
    ),
    item("minor", "yes-no", "未成年ですか", "Under age?", requirement="required"),
    item(
        "parent",
        "single-choice",
        "付き添い",
        "Who comes along?",
        requirement="required",
        options=(choice("parent", "親", "A parent"), choice("coach", "指導者", "A coach")),
        applies_when=Test("minor", equals=True),
    ),
    item(
        "letter",
        "thing-to-bring",
        "紹介状",
        "Letter of referral",
        section="documents",
        applies_when=definition.Any(
            (Test("leg", any_of=("left", "right")), Test("trouble", at_least=7))
        ),
    ),
    item(
        "diary",
        "thing-to-bring",
        "記録",
        "Diary",
        section="documents",
        applies_when=All(
            (
                Test("tried", any_of=("rest",)),
                Test("onset-after", at_most=5, unit="km"),
                Test("description", answered=True),
            )
        ),
    ),
    item(
        "plan",
        "yes-no",
        "練習計画はありますか",
        "Is there a plan?",
        section="documents",
        applies_when=Test("weekly", answered=True),
    ),
)


def small_checklist() -> Checklist:
    """A sound checklist with every type of item and every form of a flat condition."""
    source = Source("GUIDE", both("手引き", "Guide"), "https://example.org/guide", None, "extract")
    slugs = tuple(one.slug for one in ITEMS)
    return Checklist(
        slug="small-example",
        version="1.2.3",
        country="JP",
        title=both("小さな例", "Small example"),
        about=both(
            "受診の準備です。医学的な助言ではありません。", "For a visit. Not medical advice."
        ),
        review=Review(None, "2026-03-01", both("医師の確認はまだです。", "Not yet reviewed.")),
        sources=(source,),
        sections=(
            Section("signs", both("まず確認", "First")),
            Section("running", both("走る時のこと", "When running")),
            Section("documents", both("持ち物", "Documents")),
        ),
        items=ITEMS,
        route_item="leg",
        emergency=Emergency(
            item="urgent-signs",
            title=both("今すぐの症状がある時", "If there is an urgent sign"),
            stop=both("病院探しを止めてください。", "Stop looking for a clinic."),
            calls=(
                Call("119", both("救急車", "Ambulance")),
                Call("#7119", both("相談", "Advice"), both("地域による", "Not everywhere")),
            ),
            say=(Saying(both("いつからか", "Since when"), ("GUIDE",)),),
            signs=tuple(
                Sign(code, both("すぐ電話", "Call at once"), ("GUIDE",), say)
                for code, say in (("one-sided", None), ("speech", both("話し方", "How it sounds")))
            ),
            sources=("GUIDE",),
        ),
        early_review=EarlyReview(
            "early-signs",
            both("早めの受診", "See a doctor soon"),
            (Sign("walking", both("早めに神経内科へ", "See a neurologist soon"), ("GUIDE",)),),
        ),
        contradictions=(),
        routing=(
            RoutingRow(
                "otherwise",
                both("その他", "Otherwise"),
                All(()),
                (Stop(("neurology",)),),
                both("まず神経内科です", "Neurology first"),
                ("GUIDE",),
            ),
        ),
        doors=(
            Door(
                "otherwise", All(()), "left", both("初診", "New"), both("まず", "First"), ("GUIDE",)
            ),
        ),
        clinic_terms=(
            ClinicTerm("letter", "letter", both("紹介状", "Letter"), both("要りますか", "Needed?")),
        ),
        summary=SummaryLayout(
            both("まとめ", "Summary"),
            both("本人が書いたもの", "Written by the athlete"),
            (SummaryBlock("all", both("全て", "All"), slugs),),
        ),
    )


# What a clinic says of the letter, by the slug of the item.
NOTES = {
    "letter": [
        TermNote(
            "letter",
            both("紹介状", "Letter of referral"),
            (
                Statement(
                    both("必要", "required"),
                    (
                        ("https://hospital.example.jp/second?x=1&y=<2>", "2024-05-24"),
                        ("https://old.example.jp/", None),
                    ),
                    "2024-05-24",
                    date(2026, 11, 22),
                    None,
                    both("2年前の記載", "stated 2 years ago"),
                ),
            ),
            None,
        ),
        TermNote(
            "images",
            both("画像", "Images"),
            (),
            both("画像のCD-Rは要りますか。", "Do you need images on CD-R?"),
        ),
    ]
}


def with_item(checklist: Checklist, slug: str, **changes: Any) -> Checklist:
    """The checklist with one item otherwise."""
    changed = tuple(replace(one, **changes) if one.slug == slug else one for one in checklist.items)
    return replace(checklist, items=changed)


def with_condition(checklist: Checklist, slug: str, condition: Condition) -> Checklist:
    """The checklist with one item that is asked when a condition holds."""
    return with_item(checklist, slug, applies_when=condition)
