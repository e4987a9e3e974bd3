import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.policy import ChannelKind, Costs, Service
from models.triage.classifier import Classifier
from models.triage.verdict import RequestClass

STACK_TRACE = "\n".join(f"    at org.example.Orders.line{number}(Orders.java:{number})" for number in range(500))


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "🎉🎉🎉",
        "\x00\x07\x1b[31m\x7f",
        "x" * 40_000,
        "prod is down " * 3_000,
        "QUJDREVGR0g=" * 3_000,
        STACK_TRACE,
        "الموقع لا يعمل منذ ساعة",
        "Bonjour, le site est en panne depuis ce matin",
        "https://example.org/a/b?c=d",
        "<@U123>",
        "\ud800 broken",
        "\ufffd\ufffd",
        "> <!channel> quoted",
        "?",
        "'" * 500,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_any_text_gets_a_class_and_no_crash(classifier: Classifier, text: str) -> None:
    verdict = classifier.classify(text, ChannelKind.HOW_TO)

    assert 0.0 <= verdict.confidence <= 1.0
    assert sum(share for _, share in verdict.probabilities) == pytest.approx(1.0)
    assert 1 <= len(verdict.reasons) <= 3
    assert all(verdict.reasons)


@pytest.mark.parametrize(
    "text",
    [
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=" * 40,
        STACK_TRACE,
        "الموقع لا يعمل منذ ساعة",
        "Bonjour, quelqu'un saurait-il pourquoi mes travaux restent bloqués dans la file",
        "https://example.org/a/b?c=d",
        "zxqv wplk mrrt ghjk",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_of_what_it_cannot_read_it_is_not_sure_enough_to_page(classifier: Classifier, text: str) -> None:
    verdict = classifier.classify(text)

    assert verdict.ask or verdict.request_class is not RequestClass.URGENT
    assert verdict.ask or verdict.confidence < 0.9


@given(text=st.text(max_size=300), channel=st.none() | st.sampled_from(list(ChannelKind)))
@settings(max_examples=200, deadline=None)
def test_the_same_message_always_gets_the_same_verdict(
    classifier: Classifier, text: str, channel: ChannelKind | None
) -> None:
    verdict = classifier.classify(text, channel)

    assert verdict == classifier.classify(text, channel)
    assert verdict.graver is verdict.request_class or verdict.ask


@pytest.mark.parametrize(
    "text",
    [
        "thanks!",
        "Thank you so much everyone",
        "hi all",
        "ok",
        "👍",
        "thx for the help",
        "got it, thanks",
        "@amina",
        "good morning",
    ],
)
def test_pure_politeness_is_no_request(classifier: Classifier, text: str) -> None:
    verdict = classifier.classify(text, ChannelKind.SOS)

    assert verdict.request_class is RequestClass.NONE
    assert not verdict.ask


@pytest.mark.parametrize("text", ["thanks! but prod is down again", "hi, help", "503", "thanks, how do I add a user?"])
def test_politeness_with_more_in_it_is_judged(classifier: Classifier, text: str) -> None:
    assert "only thanks, a greeting or assent" not in classifier.classify(text, ChannelKind.SOS).reasons


def test_the_channel_shifts_a_doubtful_message(classifier: Classifier) -> None:
    text = "503 on the portal"

    in_sos = classifier.classify(text, ChannelKind.SOS).probability(RequestClass.URGENT)
    in_how_to = classifier.classify(text, ChannelKind.HOW_TO).probability(RequestClass.URGENT)

    assert in_sos > classifier.classify(text).probability(RequestClass.URGENT) > in_how_to


def test_an_unknown_channel_and_the_alerts_channel_tell_nothing(classifier: Classifier) -> None:
    text = "can someone raise our quota"

    assert classifier.classify(text, ChannelKind.ALERTS).probabilities == classifier.classify(text).probabilities


def test_service_and_environment_are_named(classifier: Classifier) -> None:
    services = [Service(name="Image registry", aliases=("artifactory", "registry"), platform=True)]

    verdict = classifier.classify("pulls from Artifactory fail in abc123-prod", ChannelKind.SOS, services=services)

    assert verdict.service == "Image registry"
    assert verdict.environment == "production"
    assert "names Image registry" in verdict.reasons


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("abc123-dev pods crashloop", "development"),
        ("be1c6b-tools: jenkins is stuck", "tools"),
        ("a12345-test is slow", "test"),
        ("d9r6jk-prod is slow", "production"),
        ("production is down", "production"),
        ("our staging site is broken", "test"),
        ("how do I add a user", None),
        ("dev is broken, prod is fine", "development"),
        ("not in production yet", None),
        ("0b7aa5-dev and 0b7aa5-prod are both down", "production"),
        ("please look at the tools namespace", "tools"),
        ("UAT of the portal is down", "test"),
        ("my-app-dev-7f9c is a pod", None),
    ],
)
def test_the_environment_is_read_from_names_and_namespaces(
    classifier: Classifier, text: str, environment: str | None
) -> None:
    assert classifier.classify(text).environment == environment


def test_dear_questions_are_not_asked(classifier: Classifier) -> None:
    texts = ["503 on the portal", "login is slow", "is the registry down?", "nothing works since the update"]

    verdicts = [classifier.classify(text, costs=Costs(missed=20, false_page=3, question=1000)) for text in texts]

    assert not any(verdict.ask for verdict in verdicts)


@pytest.mark.parametrize(
    ("text", "channel", "reason"),
    [
        ("the portal gives 503 to everyone", ChannelKind.SOS, "asked in sos"),
        ("production is down for all customers", None, "says production"),
        ("how do I mount a secret?", None, "asks how: “how do i”"),
        ("please raise our storage quota", None, "about quota: “quota”"),
    ],
)
def test_reasons_are_what_the_text_and_the_channel_tell(
    classifier: Classifier, text: str, channel: ChannelKind | None, reason: str
) -> None:
    assert reason in classifier.classify(text, channel).reasons


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the live portal gives 503 to every customer in abc123-prod", "says production"),
        ("production is down for all customers", "says production"),
        ("the portal is down for everyone", "does not say whether production is meant"),
        ("how do I restart the pods in abc123-dev?", "speaks of a development environment, not of production"),
        ("please raise the quota of be1c6b-test", "speaks of a test environment, not of production"),
        ("can someone restart jenkins in be1c6b-tools", "speaks of a tools namespace, not of production"),
    ],
)
def test_whether_production_is_told_is_a_reason_of_its_own(classifier: Classifier, text: str, reason: str) -> None:
    told = classifier.classify(text).reasons

    assert [each for each in told if "production" in each] == [reason]


def test_a_question_to_fellow_users_need_not_name_an_environment(classifier: Classifier) -> None:
    assert not any("production" in reason for reason in classifier.classify("how do I mount a secret?").reasons)


def test_a_reason_quotes_only_what_was_written(classifier: Classifier) -> None:
    text = "P1: lost my 2FA, 12 minutes ago, version 1.2.3, since 10 o'clock"

    verdict = classifier.classify("what does this mean in be1c6b-prod? <@U1> https://example.org")
    assert not any("name”" in reason for reason in verdict.reasons)
    for channel in (None, *ChannelKind):
        assert not any("“0" in reason for reason in classifier.classify(text, channel).reasons)
