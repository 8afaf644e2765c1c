"""A small checklist with every kind of item, and a runner's page in both languages, for paper."""

from datetime import date

from finder.checklist.clinic_notes import Statement, TermNote
from finder.checklist.definition import (
    All,
    Any,
    Call,
    Checklist,
    Choice,
    EarlyReview,
    Emergency,
    Item,
    Language,
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
from finder.checklist.page import Block, Line, Page, Value


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

# Blocks of the runner's page: label, then lines of label and values; a value is a text in both
# languages, or own words with their language.
RUNNER: list[tuple[Text, list[tuple[str, Text, list[Text | Value]]]]] = [
    (
        Text("受診の目的と優先の質問", "Goal and top questions"),
        [
            (
                "visit-goal",
                Text("一番したいこと", "Main goal"),
                [Text("診断を確かめたい", "To confirm the diagnosis")],
            ),
            (
                "top-questions",
                Text("最優先の質問", "Top questions"),
                [
                    Value(
                        "走る時だけ左足が前に出ないのは、どの病気の可能性がありますか。走りながらの筋電図は受けられますか。",
                        "ja",
                    ),
                    Value("ボツリヌス注射は脚にも使えますか。保険はどうなりますか。", "ja"),
                    Value("4月のレースまで練習を続けてよいですか。", "ja"),
                ],
            ),
        ],
    ),
    (
        Text("競技の背景", "Athlete"),
        [
            (
                "events",
                Text("種目", "Events"),
                [
                    Text("ロード・マラソン", "Road, marathon"),
                    Text("トラック長距離", "Track distance"),
                ],
            ),
            ("running-years", Text("競技年数", "Years of running"), [Text("14 年", "14 years")]),
            (
                "weekly-volume",
                Text("週の走行距離", "Weekly distance"),
                [Text("今 35 km", "now 35 km"), Text("発症前 110 km", "before onset 110 km")],
            ),
        ],
    ),
    (
        Text("症状：何が、いつ、どの動作で", "Symptom: what, when, in which task"),
        [
            (
                "symptom-types",
                Text("起きること", "What happens"),
                [
                    Text("前に出にくい", "Leg will not swing forward"),
                    Text("足首がねじれる", "Ankle twists"),
                    Text("抜ける・もつれる", "Gives way or tangles"),
                ],
            ),
            (
                "body-parts",
                Text("感じる部位", "Where"),
                [Text("股関節", "hip"), Text("足・足首", "foot, ankle")],
            ),
            ("side", Text("側", "Side"), [Text("左", "left")]),
            ("onset-date", Text("始まった時期", "Onset"), [Text("2025年3月", "March 2025")]),
            (
                "onset-event",
                Text("始まった頃の出来事", "Around the onset"),
                [
                    Text("練習量の増加", "more training"),
                    Text("靴の変更", "new shoes"),
                    Value("カーボンプレートの靴に替えた2週間後", "ja"),
                ],
            ),
            (
                "trigger-task",
                Text("出る動作", "Triggering tasks"),
                [
                    Text("ペース走", "steady pace"),
                    Text("加速", "acceleration"),
                    Text("下り", "downhill"),
                ],
            ),
            (
                "walking-unaffected",
                Text("歩行は普段どおりか", "Walking unaffected"),
                [Text("はい", "yes")],
            ),
            (
                "time-to-onset",
                Text("走り始めて出るまで", "Until it appears"),
                [Text("8 分", "8 min")],
            ),
            (
                "time-to-fade",
                Text("止めてから消えるまで", "Until it fades"),
                [Text("2 分", "2 min")],
            ),
            ("frequency", Text("頻度", "Frequency"), [Text("毎回", "every run")]),
            ("severity", Text("困る度合い", "Impact"), [Text("8/10", "8 of 10")]),
            ("same-pattern", Text("毎回同じ形か", "Same pattern each time"), [Text("はい", "yes")]),
            ("pain-numb", Text("痛み・しびれ", "Pain or numbness"), [Text("ない", "none")]),
        ],
    ),
    (
        Text("経過と、良くする・悪くする要因", "Course, relief and aggravation"),
        [
            (
                "course",
                Text("経過", "Course"),
                [Text("部位・動作が広がった", "spread to other parts or tasks")],
            ),
            (
                "diurnal",
                Text("時間帯や睡眠", "Time of day, sleep"),
                [Text("変わらない", "no change")],
            ),
            (
                "relief-tasks",
                Text("軽くなる動き", "Relieving tasks"),
                [
                    Text("後ろ走り", "running backwards"),
                    Text("スキップ", "skipping"),
                    Text("自転車", "cycling"),
                ],
            ),
            (
                "sensory-trick",
                Text("触れる・締めると", "Touch or taping"),
                [Value("太ももに手を当てると20歩くらい楽になる", "ja")],
            ),
            (
                "worse-with",
                Text("悪くする要因", "Worse with"),
                [
                    Text("速度", "speed"),
                    Text("意識すること", "attention"),
                    Text("緊張・試合", "pressure, races"),
                ],
            ),
        ],
    ),
    (
        Text("薬・家族・既往", "Medicines, family, history"),
        [
            (
                "current-meds",
                Text("今の薬・サプリ", "Current medicines"),
                [Value("鉄剤(フェロミア50mg)、ビタミンD。Doping control のある大会に出ます", "ja")],
            ),
            (
                "drug-exposure",
                Text("過去に使った薬", "Past drug exposure"),
                [Text("吐き気止め", "antiemetic")],
            ),
            ("family-history", Text("家族歴", "Family history"), [Text("ふるえ", "tremor")]),
            (
                "injury-history",
                Text("けが・手術", "Injury, surgery"),
                [Value("Left hamstring strain 2023, physiotherapy only", "en")],
            ),
        ],
    ),
    (
        Text("これまでの受診・検査・治療", "Care so far: diagnoses, tests, treatments"),
        [
            ("clinics-seen", Text("受診した所の数", "Clinics seen"), [Text("4", "4")]),
            (
                "prior-diagnoses",
                Text("言われた病名", "Diagnoses given"),
                [
                    Text("異常なし", "nothing abnormal"),
                    Text("筋疲労・張り", "muscle fatigue"),
                    Text("腰の神経根", "lumbar radiculopathy"),
                ],
            ),
            (
                "tests-done",
                Text("受けた検査", "Tests done"),
                [
                    Text("頭部MRI", "brain MRI"),
                    Text("腰・頸MRI", "spine MRI"),
                    Text("筋電図・神経伝導", "EMG, nerve conduction"),
                ],
            ),
            (
                "treatments-tried",
                Text("試した治療と効果", "Treatments and effect"),
                [
                    Text("理学療法（変わらない）", "physiotherapy (no change)"),
                    Text("インソール（変わらない）", "insoles (no change)"),
                    Text(
                        "整体・鍼灸（一時的に良い）", "bodywork, acupuncture (better for a while)"
                    ),
                ],
            ),
            (
                "self-care",
                Text("自分でしたこと", "Self-care"),
                [
                    Text("腸腰筋のストレッチ（変わらない）", "hip-flexor stretch (no change)"),
                    Text("イメージ練習（不明）", "imagery (unknown)"),
                ],
            ),
        ],
    ),
]
TITLE = Text("医師にお渡しする1枚", "One page for the doctor")
NOTE = Text(
    "本人の答えをそのまま並べたもので、診断ではありません。空いている項目は答えていません。",
    "The athlete's own answers, in order; not a diagnosis. What is missing was not answered.",
)
WARNING = (
    Text("救急の症状があります", "There is an emergency sign"),
    Text(
        "病院探しを止め、すぐに119番へ電話してください。",
        "Stop looking for a clinic and call 119 at once.",
    ),
    Text("119：救急車", "119: ambulance"),
    Text(
        "急な片側の脱力・しびれ：始まった時刻を伝える。",
        "Sudden weakness of one side: say when it began.",
    ),
)


def runners_page(language: Language, warned: bool = False) -> Page:
    """A long-distance runner's page."""
    blocks = tuple(
        Block(
            f"block-{number}",
            label.in_language(language),
            tuple(
                Line(
                    slug,
                    short.in_language(language),
                    tuple(
                        value if isinstance(value, Value) else Value(value.in_language(language))
                        for value in values
                    ),
                )
                for slug, short, values in lines
            ),
        )
        for number, (label, lines) in enumerate(RUNNER)
    )
    return Page(
        language,
        TITLE.in_language(language),
        NOTE.in_language(language),
        "2026年11月22日" if language == "ja" else "22 November 2026",
        tuple(text.in_language(language) for text in WARNING) if warned else (),
        blocks,
    )


RUNNERS_PAGES = (runners_page("ja"), runners_page("en"))
