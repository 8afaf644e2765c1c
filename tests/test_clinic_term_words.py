"""The words in which a clinic's own terms are told, in both languages."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.identity import REGISTER_MATCH
from finder.checklist.clinic.age import age_text
from finder.checklist.definition import Text
from tests.clinic_records import TODAY, Record, stated_text

REMARK = "60分=相談45分+報告書15分"


@pytest.mark.parametrize(
    ("stated", "ja", "en"),
    [
        (
            {"fee": 11000.0, "minutes": 30, "fee_tax": "included"}
            | {"extra_fee": 5500.0, "extra_minutes": 15},
            "30分 11,000円（税込み）、延長15分ごとに5,500円",
            "30 minutes: 11,000 yen (tax included), every further 15 minutes: 5,500 yen",
        ),
        (
            {"fee": 43200.0, "minutes": 60, "fee_tax": "excluded"},
            "60分 43,200円（税別、比べるための換算で30分あたり21,600円）",
            "60 minutes: 43,200 yen (tax not included; 21,600 yen per 30 minutes, to compare by)",
        ),
        (
            {"fee": 22000.0, "minutes": 45},
            "45分 22,000円（税込みか税別かは不明、比べるための換算で30分あたり約14,667円）",
            "45 minutes: 22,000 yen (whether tax is included is unknown; about 14,667 yen per 30 "
            "minutes, to compare by)",
        ),
        (
            {"fee": 12000.0},
            "12,000円（税込みか税別かは不明、何分かは不明）",
            "12,000 yen (whether tax is included is unknown; for how many minutes is unknown)",
        ),
        ({"fee": 0.0, "minutes": 30}, "30分 無料", "30 minutes: free of charge"),
        ({"fee": 0.0, "minutes": 60}, "60分 無料", "60 minutes: free of charge"),
        (
            {"fee": 0.0},
            "無料（何分かは不明）",
            "free of charge (for how many minutes is unknown)",
        ),
        ({"minutes": 60}, "60分（料金は不明）", "60 minutes (fee unknown)"),
        ({"minutes": 1}, "1分（料金は不明）", "1 minute (fee unknown)"),
        (
            {"fee": 250.5, "minutes": 20, "fee_currency": "EUR", "fee_tax": "included"},
            "20分 250.50 EUR（税込み、比べるための換算で30分あたり375.75 EUR）",
            "20 minutes: 250.50 EUR (tax included; 375.75 EUR per 30 minutes, to compare by)",
        ),
        (
            {"fee": 100.0, "minutes": 45, "fee_currency": "USD", "fee_tax": "included"},
            "45分 100 USD（税込み、比べるための換算で30分あたり約66.67 USD）",
            "45 minutes: 100 USD (tax included; about 66.67 USD per 30 minutes, to compare by)",
        ),
        (
            {"fee": 1234567.0, "minutes": 0, "fee_tax": "included"},
            "0分 1,234,567円（税込み）",
            "0 minutes: 1,234,567 yen (tax included)",
        ),
        (
            {"extra_fee": 5500.0},
            "延長料金5,500円（何分ごとかは不明）",
            "extension: 5,500 yen (for how many minutes is unknown)",
        ),
        (
            {"minutes": 30, "extra_minutes": 10},
            "30分（料金は不明）、延長は10分ごと（料金は不明）",
            "30 minutes (fee unknown), every further 10 minutes (fee unknown)",
        ),
        (
            {"minutes": 30, "extra_fee": 0.0, "extra_minutes": 10},
            "30分（料金は不明）、延長10分ごとに無料",
            "30 minutes (fee unknown), every further 10 minutes: free of charge",
        ),
        (
            {"fee": 30000.0, "minutes": 30, "fee_tax": "included"}
            | {"note": f"{REMARK}\n{REGISTER_MATCH}名称・都道府県一致"},
            f"30分 30,000円（税込み）。備考：「{REMARK}」",
            f"30 minutes: 30,000 yen (tax included); remark, in Japanese: “{REMARK}”",
        ),
        (
            {"fee": 30000.0, "minutes": 30, "fee_tax": "included", "note": "By professors."},
            "30分 30,000円（税込み）。備考：「By professors.」",
            "30 minutes: 30,000 yen (tax included); remark: “By professors.”",
        ),
    ],
)
def test_a_fee_is_told_with_all_that_belongs_to_it(stated: Record, ja: str, en: str) -> None:
    assert stated_text("fee", **stated) == Text(ja, en)


OTHERS_UNKNOWN = "（ほかの方法でもよいかは不明）", " (whether in other ways too is unknown)"


@pytest.mark.parametrize(
    ("term", "value", "ja", "en"),
    [
        ("offered", "yes", "受け付けている", "offered"),
        ("offered", "no", "受け付けていない", "not offered"),
        ("minutes", 45, "45分", "45 minutes"),
        ("minutes", 0, "0分", "0 minutes"),
        ("modes", ["in-person"], "対面" + OTHERS_UNKNOWN[0], "in person" + OTHERS_UNKNOWN[1]),
        (
            "modes",
            ["online", "written"],
            "オンライン・書面" + OTHERS_UNKNOWN[0],
            "online, in writing" + OTHERS_UNKNOWN[1],
        ),
        (
            "modes",
            ["in-person", "online", "written"],
            "対面・オンライン・書面",
            "in person, online, in writing",
        ),
        ("letter", "required", "必要", "required"),
        ("letter", "recommended", "あるとよい", "recommended"),
        ("images", "not-required", "不要", "not required"),
        ("doctor_consent", "required", "必要", "required"),
        ("doctor_consent", "not-required", "不要", "not required"),
        ("includes_neurology", "yes", "受け付けている", "included"),
        ("includes_orthopaedics", "no", "受け付けていない", "not included"),
        ("report_to_referrer", "yes", "送る", "sent"),
        ("report_to_referrer", "no", "送らない", "not sent"),
        ("lead_time_days", 14, "14日", "14 days"),
        ("lead_time_days", 1, "1日", "1 day"),
        ("lead_time_days", 0, "0日", "0 days"),
        (
            "attendees",
            ["本人", "家族のみは本人の同意書(18歳未満は続柄書類)"],
            "「本人」「家族のみは本人の同意書(18歳未満は続柄書類)」",
            "“本人”, “家族のみは本人の同意書(18歳未満は続柄書類)” (as stated, in Japanese)",
        ),
        ("exclusions", ["故人"], "「故人」", "“故人” (as stated, in Japanese)"),
        ("exclusions", ["Lawsuits"], "「Lawsuits」", "“Lawsuits” (as stated)"),
        ("booking", "完全予約制", "「完全予約制」", "“完全予約制” (as stated, in Japanese)"),
        ("cancellation", "{free}", "「{free}」", "“{free}” (as stated)"),
        ("target_conditions", "がん", "「がん」", "“がん” (as stated, in Japanese)"),
        ("note", f"A\n{REGISTER_MATCH}B", "「A」", "“A” (as stated)"),
    ],
)
def test_a_term_is_told_in_both_languages(term: str, value: Any, ja: str, en: str) -> None:
    assert stated_text(term, **{term: value}) == Text(ja, en)


def test_days_are_told_with_the_remark_that_says_of_what_they_are() -> None:
    text = stated_text("lead_time_days", lead_time_days=14, note="日時決定まで2週間ほど")
    assert text.ja == "14日。備考：「日時決定まで2週間ほど」"
    assert text.en == "14 days; remark, in Japanese: “日時決定まで2週間ほど”"


@given(
    st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2),
    st.integers(min_value=1, max_value=600).filter(lambda number: number != 30),
    st.sampled_from(["JPY", "EUR"]),
)
def test_the_rate_that_is_told_is_the_exact_one_or_said_to_be_about_so(
    fee: Decimal, minutes: int, currency: str
) -> None:
    text = stated_text("fee", fee=float(fee), minutes=minutes, fee_currency=currency).en
    match = re.search(r"; (about )?([\d,.]+) (yen|EUR) per 30 minutes", text)
    assert match is not None
    told = Fraction(match[2].replace(",", ""))
    exact = Fraction(fee) * 30 / minutes
    hundredths = (fee * 30 / minutes).quantize(Decimal("0.01"), ROUND_HALF_UP)
    unit = Fraction(1, 2) + Fraction(1, 200) if currency == "JPY" else Fraction(1, 200)
    assert abs(told - exact) <= unit
    assert bool(match[1]) == (told != exact)
    assert currency == "JPY" or told == Fraction(hundredths)


@pytest.mark.parametrize(
    ("asserted_on", "expires_on", "ja", "en"),
    [
        (
            "2019-04",
            None,
            "2019年4月の記載（7年以上前）",
            "stated April 2019 (at least 7 years ago)",
        ),
        ("2019", None, "2019年の記載（6年以上前）", "stated 2019 (at least 6 years ago)"),
        (
            "2025-11-25",
            None,
            "2025年11月25日の記載（1年以上前）",
            "stated 25 November 2025 (at least 1 year ago)",
        ),
        (
            "2025-11-26",
            None,
            "2025年11月26日の記載（11か月以上前）",
            "stated 26 November 2025 (at least 11 months ago)",
        ),
        (
            "2026-09",
            None,
            "2026年9月の記載（1か月以上前）",
            "stated September 2026 (at least 1 month ago)",
        ),
        ("2026-10", None, "2026年10月の記載", "stated October 2026"),
        ("2026", None, "2026年の記載", "stated 2026"),
        ("2027-01-05", None, "2027年1月5日の記載", "stated 5 January 2027"),
        (
            None,
            None,
            "記載の日付は不明（2026年11月に収録）",
            "date of the statement unknown; recorded November 2026",
        ),
        (
            None,
            date(2026, 3, 31),
            "記載の日付は不明（2026年11月に収録）。2026年3月31日までとされ、期限を過ぎている",
            "date of the statement unknown; recorded November 2026; valid until 31 March 2026, "
            "which is past",
        ),
        ("2026", date(2026, 11, 25), "2026年の記載", "stated 2026"),
    ],
)
def test_the_age_of_a_statement(
    asserted_on: str | None, expires_on: date | None, ja: str, en: str
) -> None:
    recorded_on = date(2026, 11, 22)
    assert age_text(asserted_on, recorded_on, expires_on, TODAY) == Text(ja, en)
