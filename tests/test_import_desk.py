"""What an import leaves for the curators, and the desk on which they look at it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from clinics.curation.desks import desks
from clinics.imports.navii_faults import FAULTS
from clinics.imports.places_files import open_place_files
from clinics.imports.places_import import import_places
from clinics.imports.run_record import Done, Rejections, record_run
from clinics.imports.starter import load_starter
from clinics.models import Facility, ImportRun
from clinics.models.imports import MOST_FINDINGS
from tests.curating import person
from tests.navii_sheets import hospital, hours, write_release
from tests.place_files import TOWNS, write

pytestmark = pytest.mark.django_db

DESK = "/admin/clinics/importrun/"
GOOD = "0111010000001"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for files, beside the working directory."""
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "files"


def import_with(folder: Path, *ids: str, good: bool = True, **options: Any) -> None:
    """Import one good hospital and others with these ids."""
    chosen = ([GOOD] if good else []) + list(ids)
    sheets = {
        "01-1": [hospital(id=one, name=f"病院{one}", latitude="43.0617") for one in chosen],
        "01-2": [hours(GOOD, consultation={"月": ("09:00", "12:00")})],
    }
    for file in folder.iterdir():
        file.unlink()
    write_release(folder, sheets)
    call_command("import_navii", str(folder), **options)


def run_of(**values: Any) -> ImportRun:
    return ImportRun.objects.create(
        **{
            "source": "mhlw-navii",
            "release": date(2026, 6, 1),
            "files": [{"name": "01-1.csv", "sha256": "0" * 64}],
            "counts": {"created": 2, "unchanged": 1_000, "id-blank": 1, "vanished": 0},
            "rejected": 1,
            "findings": [
                {
                    "file": "01-1.csv",
                    "line": 4,
                    "column": "ID",
                    "value": "<b>12</b>",
                    "reason": FAULTS["id-malformed"].reason,
                    "code": "id-malformed",
                }
            ],
        }
        | values
    )


def curator(name: str = "hanako") -> User:
    made = person(name)
    made.groups.add(Group.objects.get(name="Curator"))
    return made


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# What is written down.


def test_rejected_rows_are_kept_with_file_line_column_value_and_reason(folder: Path) -> None:
    import_with(folder, "", "12 34")
    run = ImportRun.objects.get()
    assert (run.rejected, run.counts["created"], run.counts["id-blank"]) == (2, 1, 1)
    blank, malformed = run.findings
    assert blank["file"] == run.files[0]["name"] and blank["line"] == 3
    assert (blank["column"], blank["value"], blank["code"]) == ("ID", "", "id-blank")
    assert (malformed["line"], malformed["value"]) == (4, "12 34")
    assert malformed["reason"] == FAULTS["id-malformed"].reason
    assert run.seen_at is None


def test_what_is_only_doubtful_is_not_kept_as_rejected(folder: Path) -> None:
    sheets = {"01-1": [hospital(id=GOOD, website="nonsense")], "01-2": [hours(GOOD)]}
    write_release(folder, sheets)
    call_command("import_navii", str(folder))
    run = ImportRun.objects.get()
    assert run.counts["website-unreadable"] == 1
    assert (run.rejected, run.findings) == (0, [])


def test_of_very_many_rejected_rows_all_are_counted_and_the_first_kept(folder: Path) -> None:
    import_with(folder, *["?"] * (MOST_FINDINGS + 7))
    run = ImportRun.objects.get()
    assert run.rejected == MOST_FINDINGS + 7 and len(run.findings) == MOST_FINDINGS
    assert [finding["line"] for finding in run.findings[:2]] == [3, 4]


def test_an_import_that_changes_nothing_but_rejects_rows_is_written_down_once(
    folder: Path,
) -> None:
    import_with(folder)
    import_with(folder, "")
    import_with(folder, "")
    assert [run.rejected for run in ImportRun.objects.order_by("pk")] == [0, 1]
    # Other files with as many are another matter.
    import_with(folder, "12 34")
    import_with(folder, "")
    assert [run.rejected for run in ImportRun.objects.order_by("pk")] == [0, 1, 1]


def test_a_dry_run_writes_nothing_down(folder: Path) -> None:
    import_with(folder, "", dry_run=True)
    assert not ImportRun.objects.exists()


def test_the_same_files_with_another_number_of_rejections_are_told_of_again() -> None:
    def done(number: int, changed: bool = False) -> ImportRun | None:
        rejections = Rejections()
        for line in range(number):
            rejections.add(file="a.csv", line=line, column="ID", value="", reason="blank")
        files = [{"name": "a.csv", "sha256": "1" * 64}]
        return record_run(Done("x", date(2026, 6, 1), files, {}, rejections, changed))

    assert done(0) is None
    assert done(2) and done(2) is None
    assert done(3) and done(3) is None
    # Going back is news, too: the newest run of these files is what counts.
    assert done(2)
    assert done(0, changed=True)
    assert done(0) is None
    assert ImportRun.objects.count() == 4


def test_a_character_that_no_database_holds_is_shown_by_its_symbol() -> None:
    rejections = Rejections()
    rejections.add(file="a.csv", line=2, column="ID", value="1\x002", reason="malformed")
    files = [{"name": "a.csv", "sha256": "1" * 64}]
    run = record_run(Done("x", date(2026, 6, 1), files, {}, rejections, changed=False))
    assert run and ImportRun.objects.get().findings[0]["value"] == "1␀2"


def test_rows_of_places_that_were_left_out_are_written_down(tmp_path: Path) -> None:
    path = write(tmp_path / "towns.csv", *TOWNS, "東京都,新宿区,=町,139.72,35.69")
    files, _ = open_place_files([path])
    import_places(files, dry_run=True)
    assert not ImportRun.objects.exists()
    import_places(files)
    import_places(files)
    run = ImportRun.objects.get()
    assert (run.source, run.rejected, run.release) == ("geolonia", 1, files[0].written_on)
    assert (run.findings[0]["file"], run.findings[0]["line"]) == ("towns.csv", 6)
    assert run.counts["places"] > 0


def test_an_import_that_is_refused_as_a_whole_leaves_no_note(folder: Path) -> None:
    import_with(folder)
    with pytest.raises(CommandError, match="--allow-older"):
        import_with(folder, "", release=date(2024, 6, 1))
    assert ImportRun.objects.count() == 1


# The desk.


def test_the_desk_counts_and_lists_the_imports_that_wait() -> None:
    waiting = run_of()
    run_of(rejected=0, findings=[], counts={"updated": 3})
    user = curator()
    counted = {item.desk.slug: item for item in desks(user)}["imports"]
    page = signed_in(user).get(f"/admin/{counted.desk.path}")
    assert counted.count == 1
    assert [run.pk for run in page.context["cl"].result_list] == [waiting.pk]
    told = page.content.decode()
    assert "Health ministry&#x27;s register" in told and "2026-06-01" in told
    assert "2 new, 1,000 unchanged" in told and "1 row" in told and "Not yet" in told
    everything = signed_in(user).get(DESK)
    assert len(everything.context["cl"].result_list) == 2
    assert signed_in(user).get(f"{DESK}?waiting=perhaps").status_code == 302


def test_a_run_shows_its_numbers_explained_and_its_rejected_rows() -> None:
    run = run_of()
    told = signed_in(curator()).get(f"{DESK}{run.pk}/change/").content.decode()
    assert "Clinics that the catalogue did not have." in told
    assert "1,000" in told and FAULTS["id-blank"].reason in told
    assert "01-1.csv" in told and FAULTS["id-malformed"].reason in told
    assert "&lt;b&gt;12&lt;/b&gt;" in told and "<b>12</b>" not in told
    assert "I have looked at this" in told


@pytest.mark.parametrize("rejected", [1, 2])
def test_the_page_says_when_it_does_not_show_all(rejected: int) -> None:
    run = run_of(rejected=rejected)
    told = signed_in(curator()).get(f"{DESK}{run.pk}/change/").content.decode()
    assert ("The first 1 are shown" in told) == (rejected == 2)


def test_numbers_of_an_unknown_kind_are_shown_as_they_are() -> None:
    run = run_of(source="elsewhere", counts={"sideways": 3}, findings=[], rejected=0)
    told = signed_in(curator()).get(f"{DESK}{run.pk}/change/").content.decode()
    assert "Sideways" in told and "elsewhere" in told


def test_every_kind_of_run_has_a_page(folder: Path, tmp_path: Path) -> None:
    load_starter()
    import_with(folder, "")
    import_places(open_place_files([write(tmp_path / "towns.csv", *TOWNS)])[0])
    client = signed_in(curator())
    assert ImportRun.objects.count() == 3
    for run in ImportRun.objects.all():
        assert client.get(f"{DESK}{run.pk}/change/").status_code == 200
    assert b"/admin/clinics/facility/?source__exact=mhlw-navii" in (
        client.get(f"{DESK}{ImportRun.objects.get(source='mhlw-navii').pk}/change/").content
    )
    assert client.get("/admin/clinics/facility/?source__exact=mhlw-navii").status_code == 200


def test_who_has_looked_says_so_and_the_run_leaves_the_desk() -> None:
    run = run_of()
    hanako = curator()
    answer = signed_in(hanako).post(f"{DESK}{run.pk}/change/")
    assert (answer.status_code, answer["Location"]) == (302, f"{DESK}?waiting=yes")
    run.refresh_from_db()
    assert run.seen_by == hanako and run.seen_at
    assert {item.desk.slug: item.count for item in desks(hanako)}["imports"] == 0
    told = signed_in(hanako).get(f"{DESK}{run.pk}/change/").content.decode()
    assert "hanako" in told and "I have looked at this" not in told


def test_who_looked_first_stays_noted() -> None:
    run = run_of()
    hanako, taro = curator(), curator("taro")
    signed_in(hanako).post(f"{DESK}{run.pk}/change/")
    run.refresh_from_db()
    before = run.seen_at
    signed_in(taro).post(f"{DESK}{run.pk}/change/")
    run.refresh_from_db()
    assert (run.seen_by, run.seen_at) == (hanako, before)


def test_several_are_looked_at_at_once_and_those_without_rejections_are_left() -> None:
    runs = [run_of(), run_of(), run_of(rejected=0, findings=[])]
    user = curator()
    signed_in(user).post(
        DESK, {"action": "mark_seen", "_selected_action": [run.pk for run in runs]}
    )
    assert [run.seen_by for run in ImportRun.objects.order_by("pk")] == [user, user, None]


def test_who_may_only_view_cannot_say_that_they_looked() -> None:
    run = run_of()
    user = person("guest")
    user.user_permissions.add(
        *Group.objects.get(name="Curator").permissions.filter(codename="view_importrun")
    )
    client = signed_in(user)
    page = client.get(f"{DESK}{run.pk}/change/")
    assert page.status_code == 200 and b"I have looked" not in page.content
    assert client.post(f"{DESK}{run.pk}/change/").status_code == 403
    client.post(DESK, {"action": "mark_seen", "_selected_action": [run.pk]})
    assert ImportRun.objects.get().seen_at is None


def test_nobody_adds_edits_or_deletes_a_run(admin_client: Client) -> None:
    run = run_of()
    assert admin_client.get(f"{DESK}add/").status_code == 403
    assert admin_client.post(f"{DESK}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_client.post(f"{DESK}{run.pk}/change/", {"source": "mine", "rejected": 0})
    run.refresh_from_db()
    assert (run.source, run.rejected) == ("mhlw-navii", 1)
    assert "delete_selected" not in admin_client.get(DESK).content.decode()


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_page_of_a_run_has_no_other_methods(method: str, admin_client: Client) -> None:
    run = run_of()
    assert getattr(admin_client, method)(f"{DESK}{run.pk}/change/").status_code == 405


def test_a_run_that_does_not_exist_is_not_found(admin_client: Client) -> None:
    assert admin_client.get(f"{DESK}999/change/").status_code == 404
    assert admin_client.get(f"{DESK}nonsense/change/").status_code == 404


def test_the_desk_is_closed_to_those_without_the_right() -> None:
    run = run_of()
    for address in (DESK, f"{DESK}{run.pk}/change/"):
        assert signed_in(person(f"x{len(address)}")).get(address).status_code == 403
        assert Client().get(address).status_code == 302
        assert Client().post(address).status_code == 302


def test_the_list_and_a_page_take_few_queries_however_many_runs_and_rows(
    django_assert_max_num_queries: Any,
) -> None:
    finding = run_of().findings[0]
    user = curator()
    for number in range(120):
        run = run_of(findings=[finding] * 300, rejected=300, seen_by=user if number % 2 else None)
    client = signed_in(user)
    with django_assert_max_num_queries(10):
        assert client.get(DESK).status_code == 200
    with django_assert_max_num_queries(10):
        assert client.get(f"{DESK}{run.pk}/change/").status_code == 200


def test_the_desk_tells_nothing_of_facilities_that_are_not_there() -> None:
    run = run_of()
    assert not Facility.objects.exists()
    told = signed_in(curator()).get(f"{DESK}{run.pk}/change/").content.decode()
    assert "The clinics of this source" not in told
