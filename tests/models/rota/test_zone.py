from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest

from models.rota.zone import zone, zone_names


def test_british_columbia_stays_on_utc_minus_seven_after_march_2026() -> None:
    vancouver = zone("America/Vancouver")
    offsets = {datetime(2026, month, 15, tzinfo=UTC).astimezone(vancouver).utcoffset() for month in range(4, 13)}
    assert offsets == {timedelta(hours=-7)}


@pytest.mark.parametrize("name", ["", "Mars/Base", "../zones", "/etc/localtime", "America", "america/vancouver"])
def test_only_a_name_of_the_pinned_data_is_a_zone(name: str) -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        zone(name)


def test_a_zone_knows_its_key_and_is_one_object() -> None:
    assert zone("Europe/Berlin").key == "Europe/Berlin"
    assert zone("Europe/Berlin") is zone("Europe/Berlin")


def test_every_zone_of_the_pinned_data_can_be_read() -> None:
    assert {zone(name).key for name in zone_names()} == zone_names()
    assert "America/Vancouver" in zone_names()
