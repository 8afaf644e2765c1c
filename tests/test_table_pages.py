"""Tables in the admin: what a file would change is shown, confirmed as shown, and exported."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.curation.matching import Candidate
from clinics.models import CuratedEntry, EntryState, ImportRun, MatchDecision
from tests.catalogue import clinic, record, register
from tests.curating import edit, person
from tests.table_files import csv_of, exported, new_claim, rows_of, stand_in

pytestmark = pytest.mark.django_db
IMPORT = "/admin/clinics/facility/import/"
EXPORT = "/admin/clinics/facility/export/"


@pytest.fixture
def curator(client: Client) -> User:
    """A curator, signed in."""
    user = person("hanako")
    user.groups.add(Group.objects.get(name="Curator"))
    client.force_login(user)
    return user


def upload(client: Client, content: bytes, table: str = "claims", **options: Any) -> Any:
    """The dry-run page of a file, or the form with what was wrong."""
    file = SimpleUploadedFile("table.csv", content)
    data = {"table": table, "file": file, "encoding": "utf-8"} | options
    return client.post(IMPORT, data, follow=True)


def step(client: Client, page: Any, name: str, **data: str) -> Any:
    return client.post(page.request["PATH_INFO"], {"step": name} | data, follow=True)


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def said(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_a_file_is_shown_confirmed_and_handed_in(client: Client, curator: User) -> None:
    page = upload(client, csv_of(new_claim(clinic(), note="<b>May</b>")))
    assert "1</strong> New" in text(page) and "The page says golf." in text(page)
    assert "&lt;b&gt;May" in text(page)
    assert not CuratedEntry.objects.exists() and not ImportRun.objects.filter(rejected__gt=0)
    done = step(client, page, "confirm", hand_in="on")
    assert said(done) == ["1 draft was handed in."]
    entry = CuratedEntry.objects.get()
    assert entry.state == EntryState.IN_REVIEW and curator in entry.contributors.all()
    # What was confirmed is not kept.
    assert client.get(page.request["PATH_INFO"]).status_code == 302


def test_drafts_can_be_kept_from_review(client: Client, curator: User) -> None:
    step(client, upload(client, csv_of(new_claim(clinic()))), "confirm")
    assert CuratedEntry.objects.get().state == EntryState.DRAFT


def test_a_changed_cell_is_shown_before_and_after(client: Client, curator: User) -> None:
    facility_id = clinic()
    edit(facility_id, curator, note="Open on Sunday")
    page = upload(client, csv_of({"id": str(facility_id), "note": "Open on Monday"}), "clinics")
    assert "Open on <del>Su</del>nday" in text(page) and "Open on <ins>Mo</ins>nday" in text(page)


def test_refused_rows_stand_in_the_way_and_wait_on_the_desk(client: Client, curator: User) -> None:
    facility_id = clinic()
    rows = new_claim(facility_id), new_claim(facility_id, concept="glof", statement="=1+1")
    page = upload(client, csv_of(*rows))
    assert "Nothing can be taken in while rows are refused" in text(page)
    assert 'value="confirm"' not in text(page) and "golf" in text(page)
    confirmed = step(client, page, "confirm", hand_in="on")
    assert "1 row is refused" in said(confirmed)[0] and not CuratedEntry.objects.exists()
    run = ImportRun.objects.get(source="table-claims")
    assert (run.rejected, run.findings[0]["column"]) == (1, "concept")
    (refused,) = rows_of(client.get(f"{page.request['PATH_INFO']}refused/").content)
    assert refused["statement"] == "'=1+1" and "golf" in refused["errors"]
    without = step(client, page, "leave-out")
    assert "1 refused row is left out." in text(without)
    step(client, without, "confirm", hand_in="on")
    assert len(CuratedEntry.objects.get().document["claims"]) == 1
    mended = upload(client, csv_of(refused | {"concept": "baseball"}))
    step(client, mended, "confirm", hand_in="on")
    assert len(CuratedEntry.objects.get().document["claims"]) == 2


def test_a_file_that_is_no_table_is_refused_at_the_form(client: Client, curator: User) -> None:
    assert "Did you mean statement" in text(upload(client, b"facility_id,statment\r\n1,x\r\n"))
    assert "cp932" in text(upload(client, "facility_id,note\r\n1,日曜\r\n".encode("cp932")))
    assert "This field is required" in text(client.post(IMPORT, {"table": "claims"}))
    shift_jis = csv_of(new_claim(clinic(), note="日曜")).decode().encode("cp932")
    assert "日曜" in text(upload(client, shift_jis, encoding="cp932"))


def test_what_changed_since_the_dry_run_refuses_the_import_with_a_list(
    client: Client, curator: User
) -> None:
    first, second = register([record(name="第一診療所"), record(name="第二診療所")])
    page = upload(client, csv_of(new_claim(first), new_claim(second)))
    edit(second, curator, phone="03-0000-0000")
    confirmed = step(client, page, "confirm", hand_in="on")
    assert "第二診療所" in said(confirmed)[0] and "第一診療所" not in said(confirmed)[0]
    assert CuratedEntry.objects.count() == 1
    assert "2 drafts were handed in." in said(step(client, confirmed, "confirm", hand_in="on"))


def test_another_file_in_the_place_of_the_one_shown_is_refused(
    client: Client, curator: User
) -> None:
    from pathlib import Path

    facility_id = clinic()
    page = upload(client, csv_of(new_claim(facility_id)))
    (kept,) = client.session["tables"].values()
    Path(kept["content"]).write_bytes(csv_of(new_claim(facility_id, note="Other")))
    confirmed = step(client, page, "confirm", hand_in="on")
    assert "not the file of the dry run" in said(confirmed)[0]
    assert not CuratedEntry.objects.exists()


def test_a_file_that_is_gone_is_asked_for_again(client: Client, curator: User) -> None:
    from pathlib import Path

    page = upload(client, csv_of(new_claim(clinic())))
    (kept,) = client.session["tables"].values()
    Path(kept["content"]).unlink()
    assert "upload it once more" in said(step(client, page, "confirm"))[0]


def test_giving_up_leaves_nothing_behind(client: Client, curator: User) -> None:
    from pathlib import Path

    page = upload(client, csv_of(new_claim(clinic())))
    (kept,) = client.session["tables"].values()
    step(client, page, "give-up")
    assert client.session["tables"] == {} and not CuratedEntry.objects.exists()
    assert not Path(kept["content"]).exists() and not Path(kept["shown"]).exists()


def test_the_upload_of_another_person_is_nobody_elses(client: Client, curator: User) -> None:
    page = upload(client, csv_of(new_claim(clinic())))
    other = person("jiro")
    other.groups.add(Group.objects.get(name="Curator"))
    stranger = Client()
    stranger.force_login(other)
    assert stranger.get(page.request["PATH_INFO"]).status_code == 302
    assert stranger.get(f"{page.request['PATH_INFO']}refused/").status_code == 302


def test_a_row_without_an_id_is_decided_among_candidates(
    client: Client, curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility_id = clinic()
    other = clinic()
    stand_in(monkeypatch, Candidate(facility_id, 80, ("same-name",), "よく似た診療所", "千代田区"))
    content = csv_of({"name": "似た診療所", "note": "Open on Sunday"})
    page = upload(client, content, "clinics")
    assert "よく似た診療所" in text(page) and "None of these: a new clinic" in text(page)
    assert 'value="confirm"' not in text(page)
    decided = step(client, page, "decide", **{"row-2": str(facility_id)})
    assert MatchDecision.objects.get().facility_id == facility_id
    assert 'value="confirm"' in text(decided)
    # It can be decided otherwise, for the next upload too.
    wrong = step(client, decided, "decide", **{"other-2": "no such id"})
    assert "no such id" in said(wrong)[0]
    step(client, decided, "decide", **{"other-2": str(other)})
    assert MatchDecision.objects.get().facility_id == other
    anew = step(client, decided, "decide", **{"row-2": "new"})
    assert "1</strong> New" in text(anew)
    step(client, anew, "confirm", hand_in="on")
    assert CuratedEntry.objects.get().document["facts"]["name"] == "似た診療所"
    again = upload(client, content, "clinics")
    assert "1</strong> Unchanged" in text(again)


def test_a_long_file_is_shown_in_pages_with_few_queries(client: Client, curator: User) -> None:
    ids = register([record() for _ in range(120)])
    page = upload(client, csv_of(*[new_claim(pk) for pk in ids]))
    assert text(page).count('class="number"') == 50
    with CaptureQueriesContext(connection) as queries:
        last = client.get(page.request["PATH_INFO"], {"show": "new", "page": "3"})
    assert text(last).count('class="number"') == 20
    assert len(queries) <= 5


def test_all_clinics_or_those_of_the_list_are_exported(client: Client, curator: User) -> None:
    one, _two = register([record(official_id="A1"), record(official_id="A2")])
    assert "All 2 clinics" in text(client.get(EXPORT))
    form = {"table": "clinics", "file_format": "csv"}
    whole = client.post(EXPORT, form)
    assert whole["Content-Disposition"].endswith('.csv"')
    content = b"".join(whole.streaming_content)  # type: ignore[attr-defined]
    assert content == exported("clinics")
    part = client.post(f"{EXPORT}?q=A1", form)
    assert len(rows_of(b"".join(part.streaming_content))) == 1  # type: ignore[attr-defined]
    book = client.post(f"{EXPORT}?ids={one}", form | {"file_format": "xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(book.streaming_content))).active  # type: ignore[attr-defined]
    assert [sheet.cell(2, 1).value, sheet.max_row] == [str(one), 2]
    assert client.get(f"{EXPORT}?ids=x").status_code == 302


def test_selected_clinics_go_to_their_export(client: Client, curator: User) -> None:
    one, two = register([record(), record()])
    action = {"action": "export_selected", "_selected_action": [str(one)]}
    address = reverse("admin:clinics_facility_changelist")
    response = client.post(address, action)
    assert response["Location"] == f"{EXPORT}?ids={one}"
    everything = client.post(address, action | {"select_across": "1"})
    assert everything["Location"] == EXPORT
    assert "Import" in text(client.get(address)) and EXPORT in text(client.get(address))


def test_a_template_is_downloaded(client: Client, curator: User) -> None:
    assert "format=xlsx" in text(client.get(IMPORT))
    response = client.get(f"{IMPORT}template/?table=claims&format=csv")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert content.decode("utf-8-sig").startswith("claim_id,")
    assert client.get(f"{IMPORT}template/?table=x&format=csv").status_code == 302


def test_tables_are_for_those_who_may(client: Client, curator: User) -> None:
    page = upload(client, csv_of(new_claim(clinic())))
    pages = [IMPORT, EXPORT, f"{IMPORT}template/", page.request["PATH_INFO"]]
    stranger = Client()
    stranger.force_login(person("nobody"))
    for address in pages:
        assert Client().get(address).status_code == 302
        assert stranger.get(address).status_code == 403
        assert stranger.post(address).status_code == 403
