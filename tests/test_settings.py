"""Settings, the shifted clock and the installation's own values."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

from forloeb import clock, installation, settings
from forloeb.errors import SettingsError

ZONE = ZoneInfo("Europe/Copenhagen")


def load(tmp_path, **environ):
    return settings.load({"FORLOEB_VAR": str(tmp_path), **environ})


def test_defaults_keep_tracker_and_bookings_in_files_of_their_own(tmp_path):
    current = load(tmp_path)
    assert current.database_url.endswith("forloeb.db") and current.tracker_url.endswith("tracker.db")
    assert current.public_url == "http://127.0.0.1:8000" and current.demo


def test_on_postgresql_the_tracker_shares_the_database(tmp_path):
    url = "postgresql://u:p@localhost/f"
    assert load(tmp_path, FORLOEB_DATABASE_URL=url).tracker_url == url


def test_generated_keys_are_kept_and_private(tmp_path):
    first, second = load(tmp_path), load(tmp_path)
    assert first.login_key == second.login_key and len(first.login_key) > 30
    assert (tmp_path / "login.key").stat().st_mode & 0o077 == 0
    assert first.login_key not in repr(first) and first.internal_key not in repr(first)


@pytest.mark.parametrize(
    ("name", "value"),
    [("FORLOEB_TODAY", "i morgen"), ("FORLOEB_GATEWAY_PORT", "80x"), ("FORLOEB_LOGIN_ALG", "none")],
)
def test_a_bad_value_is_one_clear_line(tmp_path, name, value):
    with pytest.raises(SettingsError) as error:
        load(tmp_path, **{name: value})
    assert name in error.value.message and "\n" not in error.value.message


def test_the_clock_is_shifted_and_runs_on(tmp_path):
    import time

    current = load(tmp_path, FORLOEB_TODAY="2025-09-04T10:00", FORLOEB_TODAY_SINCE=str(time.time() - 90))
    now = clock.now(current)
    assert datetime(2025, 9, 4, 10, 1, 29, tzinfo=ZONE) <= now <= datetime(2025, 9, 4, 10, 2, tzinfo=ZONE)
    assert clock.today(current) == date(2025, 9, 4)


def test_the_shifted_clock_crosses_summer_time(tmp_path):
    import time

    current = load(tmp_path, FORLOEB_TODAY="2025-10-26T02:59:30", FORLOEB_TODAY_SINCE=str(time.time() - 60))
    assert clock.now(current).utcoffset().total_seconds() == 3600 or clock.now(current).fold == 0


def place(tmp_path, **changes):
    data = yaml.safe_load((settings.ROOT / "installation.yml").read_text())
    data.update(changes)
    path = tmp_path / "installation.yml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_opening_hours(tmp_path):
    here = installation.load(settings.ROOT / "installation.yml")
    assert here.hours_text() == "man-ons 9-15, tors 9-17, fre 9-14"
    thursday = datetime(2025, 9, 4, 16, 59, tzinfo=ZONE)
    assert here.is_open(thursday) and not here.is_open(thursday.replace(hour=17, minute=0))
    friday_evening = datetime(2025, 9, 5, 18, 0, tzinfo=ZONE)
    assert here.next_opening(friday_evening) == datetime(2025, 9, 8, 9, 0, tzinfo=ZONE)


def test_each_place_has_its_own_hours_and_deadline():
    here = installation.load(settings.ROOT / "installation.yml")
    assert here.akasse("BLAA").hours_text() == "man-ons 8-16, tors 8-18, fre 8-15" and here.akasse("BLAA").cv_days == 14
    assert here.akasse("FAK").hours_text() == "" and here.akasse("FAK").cv_days is None
    assert here.jobcenter("Vestby").contact() == "Jobcenter Vestby på 46 22 00 00"


@pytest.mark.parametrize(
    "row",
    [
        {"cv_dage": 22},  # the law's three weeks are the latest
        {"cv_dage": 0},
        {"cv_dage": True},
        {"aabningstider": {"mandag": "9-15"}},
        {"aabningstider": {"man": "ni"}},
        {"tlf": "70 10 20 30"},
        {"id": "standard"},
    ],
)
def test_a_faulty_place_stops_the_start(tmp_path, row):
    rows = [{"id": "standard", "navn": "din a-kasse"}, {"id": "X", "navn": "X", **row}]
    with pytest.raises(SettingsError):
        installation.load(place(tmp_path, akasser=rows))


def test_addresses_of_several_machines(tmp_path):
    current = load(tmp_path, FORLOEB_ASSISTANT_PORT="6005")
    assert current.assistant_urls == ("http://127.0.0.1:6005",) and current.actions_url == "http://127.0.0.1:5055"
    assert current.bind == current.internal_bind == "127.0.0.1"
    several = load(tmp_path, FORLOEB_ASSISTANT_URLS="http://a:5005/, http://b:5005", FORLOEB_PROXIES="10.0.0.0/8")
    assert several.assistant_urls == ("http://a:5005", "http://b:5005") and len(several.proxies) == 1
    for name, value in (("FORLOEB_ASSISTANT_URLS", "a:5005"), ("FORLOEB_PROXIES", "hjemme")):
        with pytest.raises(SettingsError):
            load(tmp_path, **{name: value})


def test_own_places_and_the_standard_ones():
    here = installation.load(settings.ROOT / "installation.yml")
    assert here.akasse("FAK").contact() == "FAK på 70 11 22 33"
    assert here.akasse("ukendt").contact() == "din a-kasse"
    assert here.jobcenter(None).name == "dit jobcenter"


@pytest.mark.parametrize(
    "changes",
    [
        {"akasser": []},
        {"noednumre": None},
        {"medarbejder": {"navn": "x", "telefon": "1", "aabningstider": {"man": "ni"}}},
    ],
)
def test_a_faulty_installation_stops_the_start(tmp_path, changes):
    with pytest.raises(SettingsError):
        installation.load(place(tmp_path, **changes))
