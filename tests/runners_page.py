"""A long-distance runner's page for the doctor, in both languages."""

from finder.checklist.definition import Language, Text
from finder.checklist.page import Block, Line, Page, Value

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
