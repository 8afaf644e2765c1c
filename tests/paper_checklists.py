"""A small checklist with every kind of item, and what a clinic says of one of them, for paper."""

from datetime import date

from finder.checklist.clinic.notes import Statement, TermNote
from finder.checklist.definition import (
    All,
    Any,
    Call,
    Checklist,
    Choice,
    EarlyReview,
    Emergency,
    Item,
    Part,
    Qualifier,
    Review,
    Saying,
    Section,
    Sign,
    Source,
    SummaryBlock,
    SummaryLayout,
    Test,
    Text,
    Unit,
)


def choice(code: str, ja: str, en: str, **further: object) -> Choice:
    text = Text(ja, en)
    return Choice(code, text, text, **further)  # type: ignore[arg-type]


def item(
    slug: str, kind: str, ja: str, en: str, section: str = "symptom", **further: object
) -> Item:
    members = {
        "requirement": "required",
        "short": Text(ja, en),
        "why": Text("見分けの手がかりになるため", "It helps to tell causes apart"),
        "sources": ("TSD",),
        **further,
    }
    return Item(slug=slug, section=section, type=kind, label=Text(ja, en), **members)  # type: ignore[arg-type]


EMERGENCY_SIGNS = (
    choice("one-sided", "急な片側の脱力・しびれ", "Sudden weakness or numbness of one side"),
    choice("saddle", "股・会陰のしびれ", "Numbness between the legs"),
)
ITEMS = (
    item(
        "urgent-signs",
        "multiple-choice",
        "今、救急に当たる症状はありませんか",
        "Any emergency sign now?",
        section="urgent",
        options=(*EMERGENCY_SIGNS, choice("none", "どれもない", "None", exclusive=True)),
        help=Text("一つでもあれば病院探しを止める", "If there is one, stop looking for a clinic"),
    ),
    item(
        "onset-date",
        "date",
        "始まった時期",
        "When it began",
        precisions=("year", "month"),
        future=False,
    ),
    item(
        "trigger-task",
        "multiple-choice",
        "出る動作",
        "In which task it appears",
        options=(
            choice("easy-run", "ゆっくりの走り", "Easy running"),
            choice("start", "スタート", "Start", help=Text("号砲の直後", "Just after the gun")),
            choice("other", "その他", "Other", free_text=True),
        ),
    ),
    item("walking", "yes-no", "歩行は普段どおりか", "Is walking as usual?"),
    item(
        "severity",
        "scale",
        "困る度合い",
        "How much it troubles you",
        least=0,
        most=10,
        least_label=Text("全く困らない", "not at all"),
        most_label=Text("走れない", "cannot run"),
    ),
    item(
        "weekly-volume",
        "number",
        "週の走行距離",
        "Weekly distance",
        requirement="recommended",
        units=(Unit("km", Text("km", "km")), Unit("[mi_i]", Text("マイル", "miles"))),
        parts=(Part("now", Text("今", "now")), Part("before", Text("発症前", "before it began"))),
    ),
    item("clinics-seen", "number", "受診した所の数", "Clinics seen", section="care", whole=True),
    item(
        "treatments",
        "multiple-choice",
        "試した治療と効果",
        "Treatments tried, and their effect",
        section="care",
        applies_when=Test("clinics-seen", at_least=1),
        options=(
            choice("rest", "休養", "Rest"),
            choice("physio", "理学療法", "Physiotherapy"),
            choice(
                "bodywork",
                "整体・鍼灸（医療ではない）",
                "Bodywork, acupuncture (not medical care)",
                medical_care=False,
                unverified=Text("効き目の記録なし", "no record of an effect"),
            ),
            choice("none", "なし", "None", exclusive=True),
        ),
        qualifier=Qualifier(
            "effect",
            Text("効果", "Effect"),
            (
                choice("better", "良くなった", "better"),
                choice("same", "変わらない", "no change"),
                choice("worse", "悪くなった", "worse"),
            ),
        ),
    ),
    item("current-meds", "text", "今の薬・サプリ", "Current medicines", section="care"),
    item(
        "top-questions",
        "text",
        "最優先の質問",
        "Top questions",
        section="ask",
        most_texts=3,
        longest=200,
    ),
    item(
        "referral-letter",
        "thing-to-bring",
        "診療情報提供書（紹介状）",
        "Referral letter",
        section="ask",
        applies_when=All(
            (
                Any((Test("route", any_of=("second-opinion",)), Test("clinics-seen", at_least=1))),
                Test("walking", equals=True),
            )
        ),
        unverified=Text("料金は窓口で確かめる", "Ask the clinic about the fee"),
    ),
    item(
        "route",
        "single-choice",
        "受診の経路",
        "Route",
        section="ask",
        options=(
            choice("new-patient", "紹介で初診", "New patient by referral"),
            choice("second-opinion", "セカンドオピニオン外来", "Second-opinion service"),
        ),
    ),
    item(
        "ask-certainty",
        "text",
        "診断とその確かさ",
        "Diagnosis and certainty",
        section="ask",
        requirement="recommended",
        question=Text(
            "何が根拠で、確定には何が要りますか。",
            "What is it based on, and what would confirm it?",
        ),
    ),
)
CHECKLIST = Checklist(
    slug="small",
    version="1.0.0",
    country="JP",
    title=Text("受診の前の確認票", "Checklist before a visit"),
    about=Text(
        "受診の準備のための書類で、医療上の助言ではありません。",
        "For preparing a visit; not medical advice.",
    ),
    review=Review(
        None,
        "2026-11-22",
        Text("出典の抜粋だけを見ました。", "Only extracts of sources were seen."),
    ),
    sources=(
        Source(
            "TSD",
            Text("課題特異性ジストニアの総説", "A review of task-specific dystonia"),
            "https://example.org/tsd?a=1&b=2",
            "2008",
            "abstract",
        ),
        Source(
            "STROKE",
            Text("脳卒中の徴候", "Signs of stroke"),
            "https://example.org/stroke",
            None,
            "extract",
        ),
    ),
    sections=(
        Section("urgent", Text("緊急の確認", "Urgent check")),
        Section("symptom", Text("症状の詳細", "Symptom in detail")),
        Section("care", Text("これまでの受診と治療", "Care so far")),
        Section("ask", Text("医師に聞くこと", "Questions to ask")),
    ),
    items=ITEMS,
    route_item="route",
    emergency=Emergency(
        item="urgent-signs",
        title=Text("救急の症状", "Emergency signs"),
        stop=Text(
            "病院探しを止め、すぐに119番へ電話する。",
            "Stop looking for a clinic and call 119 at once.",
        ),
        calls=(
            Call("119", Text("救急車", "Ambulance")),
            Call(
                "#7119",
                Text("救急安心センター", "Emergency advice"),
                Text("地域による", "not everywhere"),
            ),
        ),
        say=(Saying(Text("いつ始まったか", "When it began"), ("STROKE",)),),
        signs=(
            Sign("one-sided", Text("すぐ119番。", "Call 119 at once."), ("STROKE",)),
            Sign(
                "saddle",
                Text("すぐ救急外来へ。", "Go to an emergency department at once."),
                ("STROKE",),
                say=Text("尿が出たのはいつか", "When you last passed urine"),
            ),
        ),
        sources=("STROKE",),
    ),
    early_review=EarlyReview("urgent-signs", Text("早めの受診", "Early review"), ()),
    contradictions=(),
    routing=(),
    doors=(),
    clinic_terms=(),
    summary=SummaryLayout(
        Text("まとめ", "Summary"),
        Text("本人の答え", "Own answers"),
        (SummaryBlock("all", Text("全部", "All"), tuple(item.slug for item in ITEMS)),),
    ),
)
NOTES = {
    "referral-letter": [
        TermNote(
            "letter_required",
            Text("紹介状", "Referral letter"),
            (
                Statement(
                    Text("必要", "required"),
                    (
                        ("https://hospital.example.jp/second?x=1&y=<2>", "2024-05-24"),
                        ("https://old.example.jp/", None),
                    ),
                    "2024-05-24",
                    date(2026, 11, 22),
                    None,
                    Text("2年前の記載", "stated 2 years ago"),
                ),
            ),
            None,
        ),
        TermNote(
            "images_required",
            Text("画像", "Images"),
            (),
            Text("画像のCD-Rは要りますか。", "Do you need images on CD-R?"),
        ),
    ]
}
