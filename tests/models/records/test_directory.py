"""Which id a channel's name has now."""

from bot.store import Store
from models.records import directory


def test_a_channel_is_found_by_its_name_on_its_platform(store: Store) -> None:
    with store.transaction() as session:
        directory.learn(session, "slack", [("C1", "sos"), ("C2", "how-to")])
        assert directory.channel_id(session, "slack", "sos") == "C1"
        assert directory.channel_id(session, "local", "sos") is directory.channel_id(session, "slack", "x") is None


def test_a_channel_that_was_renamed_or_made_anew_is_known_by_what_it_is_now(store: Store) -> None:
    with store.transaction() as session:
        directory.learn(session, "slack", [("C1", "sos")])
        directory.learn(session, "slack", [("C1", "help")])
        assert directory.channel_id(session, "slack", "sos") is None
        directory.learn(session, "slack", [("C9", "help")])
        assert directory.channel_id(session, "slack", "help") == "C9"
        directory.learn(session, "slack", [("C9", "help")])
        assert directory.channel_id(session, "slack", "help") == "C9"


def test_what_is_lost_by_a_change_is_said_and_by_a_channel_that_takes_a_name_over_nothing_is(store: Store) -> None:
    with store.transaction() as session:
        directory.learn(session, "slack", [("C1", "sos"), ("C2", "how-to"), ("C3", "old")])
        assert directory.learn(session, "slack", [("C1", "help")]) == {"sos": "help"}
        assert directory.learn(session, "slack", [("C9", "help")]) == {}
        assert directory.learn(session, "slack", [("C9", "help"), ("C2", "how-to")], are_all=True) == {"old": ""}
        assert directory.channel_id(session, "slack", "old") is None
        assert directory.lose(session, "slack", "C2") == "how-to"
        assert directory.lose(session, "slack", "C2") is None


def test_a_configured_channel_keeps_its_name_here_until_it_has_another_that_is_configured(store: Store) -> None:
    with store.transaction() as session:
        directory.learn(session, "slack", [("C1", "sos"), ("C2", "lunch")], configured=["sos"])
        renamed = [("C1", "help"), ("C2", "brunch")]
        for _ in range(2):
            assert directory.learn(session, "slack", renamed, are_all=True, configured=["sos"])["sos"] == "help"
            assert directory.channel_id(session, "slack", "sos") == "C1"
            assert directory.name_of(session, "slack", "C1") == "sos"
        assert directory.channel_id(session, "slack", "brunch") == "C2"

        directory.learn(session, "slack", renamed, configured=["help"])
        assert directory.channel_id(session, "slack", "help") == "C1"
        directory.learn(session, "slack", [("C1", "sos")], configured=["sos"])
        directory.learn(session, "slack", [("C1", "old-sos"), ("C9", "sos")], configured=["sos"])
        assert directory.channel_id(session, "slack", "sos") == "C9"
        assert directory.name_of(session, "slack", "C1") == "old-sos"


def test_five_thousand_channels_are_learnt_at_once_and_again_without_a_change(store: Store) -> None:
    channels = [(f"C{number}", f"room-{number}") for number in range(5000)]
    with store.transaction() as session:
        directory.learn(session, "slack", [*channels, ("C1", "room-1")])
        directory.learn(session, "slack", [*channels[:-1], ("C4999", "moved")])
        assert directory.channel_id(session, "slack", "room-17") == "C17"
        assert directory.channel_id(session, "slack", "room-4999") is None
        assert directory.channel_id(session, "slack", "moved") == "C4999"
