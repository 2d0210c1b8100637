"""What holds in every conversation, whatever happens in whatever order."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue.events import (
    ActionFinished,
    BotPaused,
    BotResumed,
    CaseClosed,
    CaseGivenBack,
    CaseTaken,
    Event,
    HandoffTimedOut,
    Here,
    MovedHere,
    NotRecognised,
    Pressed,
    Recognised,
    Say,
    TimerFired,
    Understood,
    Unreadable,
)
from bot.dialogue.named import Option
from bot.dialogue.state import Choice, DialogueState, Frame, SlotValue
from nlu.understanding import Entity, IntentGuess, Understanding
from tests.stories.story import Story, demo

DOMAIN = demo()[1].domain
FLOWS = demo()[1].flows

INTENTS = st.sampled_from(sorted(DOMAIN.intents))
WORDS = st.sampled_from(["", "oui", "non", "le premier", "14h30", "Claire Martin", "blorg", "👍", "plutôt", "Paris Nation", "2"])
SURE = st.floats(0.0, 1.0)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "store": st.sampled_from(["lyon", "paris", "paris_nation", "lille", "marseille", ""]),
    "service": st.sampled_from(["fitting", "repair", "advice", "haircut"]),
    "day": st.sampled_from(["2026-11-28", "2026-11-29", "2026-11-28/2026-11-29", "2020-01-01", "2031-01-01", "someday"]),
    "part_of_day": st.sampled_from(["morning", "evening", "never"]),
    "hour": st.sampled_from([{"at": "15:00"}, {"after": "14:00", "before": "16:00"}, {"at": "25:99"}, {}]),
    "order_number": st.just("OR-123456"),
    "phone": st.sampled_from(["06 39 98 01 01", "12"]),
    "name": st.sampled_from(["Zoé", "?"]),
    "number": st.integers(-2, 5),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["2026-11-22", "lyon", ""])
SLOT_NAMES = st.sampled_from([*sorted(DOMAIN.slots), "a_slot_that_is_gone"])
CHOICES = st.builds(
    Choice,
    title=st.sampled_from(["Oui", "Lyon", "15 h"]),
    set=st.dictionaries(SLOT_NAMES, JSON, max_size=2),
    intent=st.none() | INTENTS | st.sampled_from(["put_away", "confirm", "another"]),
    aliases=st.lists(st.sampled_from(["15:00", "samedi"]), max_size=2).map(tuple),
)
SAYS = st.builds(
    Say,
    response=st.sampled_from(["utter_greet", "utter_ask_appointment_day", "utter_gone"]),
    choices=st.lists(CHOICES, max_size=2).map(tuple),
    author=st.sampled_from(["bot", "system"]),
    question=st.booleans(),
)


@st.composite
def understood(draw: st.DrawFn) -> Understood:
    text = draw(WORDS)
    named = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True))
    values = {name: draw(VALUES[name]) for name in named}
    entities = tuple(Entity(name, value, text, 0, len(text)) for name, value in values.items())
    guesses = draw(st.lists(st.tuples(INTENTS, SURE), max_size=2, unique_by=lambda pair: pair[0]))
    ranking = tuple(IntentGuess(*guess) for guess in sorted(guesses, key=lambda pair: -pair[1]))
    language = draw(st.sampled_from(["fr", "en", "de"]))
    meaning = Understanding(
        text,
        language,
        ranking,
        entities,
        language_sure=draw(st.booleans()),
        answer=draw(st.sampled_from(["yes", "no", "maybe", None, None, None])),
        refuses=draw(st.sampled_from(["", "", "", "cancel_appointment", "gone"])),
        tone=draw(st.sampled_from(["neutral", "negative", "urgent"])),
        insult=draw(st.sampled_from([False, False, False, True])),
        distress=draw(st.sampled_from(["", "", "", "", "distress", "danger"])),
        faq=draw(st.sampled_from(["", "", "", "wifi", "gone"])),
    )
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=1))
    either = {name: tuple(Option(draw(VALUES[name]), "x") for _ in range(2)) for name in names if name not in values}
    return Understood(meaning, values, either=either)


@st.composite
def slots(draw: st.DrawFn) -> dict[str, Any]:
    return draw(st.dictionaries(SLOT_NAMES, JSON, max_size=3))


TIMES = st.sampled_from(["", "soon", "2026-11-22T09:00:00+00:00", "2026-11-24T11:00:00", "2027-03-28T01:30:00+01:00"])
FROM_OUTSIDE: st.SearchStrategy[Event] = st.one_of(
    understood(),
    understood(),
    understood(),
    st.builds(
        Here,
        place=st.sampled_from(["telegram", "whatsapp"]),
        at=TIMES,
        today=st.sampled_from(["2026-11-22", "2026-11-30", "today", ""]),
    ),
    st.builds(Pressed, choice=st.none() | CHOICES, at=TIMES),
    st.builds(Unreadable, what=st.sampled_from(["photo", "voice", "sticker"])),
    st.builds(Recognised, facts=st.just({"customer_name": "Claire"}), first_name=st.none() | st.just("Claire")),
    st.builds(NotRecognised, why=st.sampled_from(["unknown", "several", "not_own"]), facts=st.just({})),
    st.builds(MovedHere, channel=st.just("whatsapp")),
    st.builds(CaseTaken, by=st.just("Inès")),
    st.builds(
        CaseGivenBack,
        by=st.just("Inès"),
        line=st.text(max_size=5),
        slots=st.just({"appointment_day": "2026-11-28"}),
        at=TIMES,
        today=st.sampled_from(["", "2026-11-30"]),
    ),
    st.builds(CaseClosed, by=st.just("Inès")),
    st.builds(HandoffTimedOut),
    st.builds(BotPaused, by=st.just("Noémie")),
    st.builds(BotResumed, by=st.just("Noémie")),
    st.builds(TimerFired, kind=st.sampled_from(["survey", "reminder"])),
)
ANYTHING: st.SearchStrategy[Event] = st.one_of(
    FROM_OUTSIDE,
    st.builds(
        ActionFinished,
        action=st.sampled_from([*sorted(DOMAIN.actions), "action_gone"]),
        slots=slots(),
        says=st.lists(SAYS, max_size=3).map(tuple),
        choices=st.lists(CHOICES, max_size=2).map(tuple),
        owner=st.none() | st.sampled_from(["bot", "queue", "advisor", "store"]),
        proposes=st.dictionaries(SLOT_NAMES, st.builds(SlotValue, value=PLAIN, source=st.just("profile")), max_size=2),
    ),
)
FRAMES = st.builds(
    Frame,
    flow=st.sampled_from([*sorted(FLOWS.by_id), "a_flow_that_is_gone"]),
    step=st.sampled_from(["END", "collect_appointment_store", "pick", "day", "which", "noop"]),
    rejected=st.integers(0, 4),
    locals=st.dictionaries(st.sampled_from(["x", "y"]), JSON, max_size=1),
    done=st.lists(st.sampled_from(["time", "noop"]), max_size=2).map(tuple),
    called=st.booleans(),
    answered=st.lists(SLOT_NAMES, max_size=2).map(tuple),
)
DRAWN = st.fixed_dictionaries(
    {"flow": st.sampled_from([*sorted(FLOWS.by_id), "a_flow_that_is_gone"])},
    optional={
        "slots": PLAIN
        | st.dictionaries(SLOT_NAMES, st.tuples(PLAIN, st.just("customer"), TIMES, st.just(0)).map(list), max_size=2),
        "at": TIMES,
    },
)
STATES = st.builds(
    DialogueState,
    slots=st.dictionaries(
        SLOT_NAMES,
        st.builds(
            SlotValue,
            value=JSON,
            source=st.sampled_from(["customer", "profile"]),
            at=TIMES,
            checked=st.booleans(),
            sure=st.booleans(),
        ),
        max_size=4,
    ),
    stack=st.lists(FRAMES, max_size=3).map(tuple),
    asked=st.none() | SLOT_NAMES,
    choices=st.lists(CHOICES, max_size=2).map(tuple),
    clarifying=st.lists(INTENTS, max_size=2).map(tuple),
    misses=st.integers(0, 3),
    language=st.sampled_from(["fr", "en"]),
    owner=st.sampled_from(["bot", "queue", "advisor", "store"]),
    paused=st.booleans(),
    last_said=st.lists(st.just({"response": "utter_greet", "values": {"x": 1}}), max_size=1).map(tuple),
    lead=st.sampled_from(["", "utter_resume"]),
    told=st.dictionaries(st.sampled_from(["utter_greet_known"]), st.integers(0, 3), max_size=1),
    last_flow=st.sampled_from(["", "opening_hours", "a_flow_that_is_gone"]),
    heard_at=TIMES,
    heard_on=st.sampled_from(["", "telegram", "webchat"]),
    back=st.integers(0, 4),
    before=st.lists(st.dictionaries(SLOT_NAMES, PLAIN, max_size=2), max_size=2).map(tuple),
    past=st.dictionaries(SLOT_NAMES, PLAIN, max_size=2),
    resuming=st.booleans(),
    confirming=st.just("") | SLOT_NAMES,
    drawer=st.lists(DRAWN, max_size=2).map(tuple),
)


UNHURRIED = [HealthCheck.too_slow]
"""A state has many fields to draw; on a busy machine that alone takes longer than hypothesis likes."""


@settings(deadline=None, suppress_health_check=UNHURRIED)
@given(STATES)
def test_a_state_survives_being_written_out(state: DialogueState) -> None:
    assert DialogueState.from_json(state.to_json()) == state


def test_a_state_written_by_another_version_is_read() -> None:
    frame = '{"flow": "f", "step": "s", "colour": 1}'
    slot = '{"value": 1, "source": "flow"}'
    written = f'{{"language": "en", "mood": "sunny", "stack": [{frame}], "slots": {{"a": {slot}}}}}'
    state = DialogueState.from_json(written)
    assert (state.language, state.stack, state.slots["a"].value) == ("en", (Frame("f", "s"),), 1)
    assert DialogueState.from_json("{}") == DialogueState()
    assert DialogueState().to_json() == "{}"


@settings(max_examples=150, deadline=None, suppress_health_check=UNHURRIED)
@given(STATES, st.lists(ANYTHING, min_size=1, max_size=6))
def test_no_event_in_any_state_raises_or_makes_the_bot_speak_out_of_turn(state: DialogueState, events: list[Event]) -> None:
    dialogue = demo()[1]
    for event in events:
        state, effects = dialogue.step(state, event)
        assert DialogueState.from_json(state.to_json()) == state
        acts = [effect for effect in effects if not isinstance(effect, Say)]
        assert acts == effects[len(effects) - len(acts) :], "an act is last"
        assert len(acts) <= 1
        says = [effect for effect in effects if isinstance(effect, Say)]
        if isinstance(event, Here):
            assert all(say.response == "utter_lost_place" for say in says), "coming back says nothing by itself"
        if state.owner != "bot" or state.paused:
            assert all(say.author == "system" for say in says)
            assert state.asked is None
        if state.asked is not None and any(say.question for say in says):
            known = state.asked in state.slots
            assert known == bool(state.confirming), "what is known is not asked, unless it is asked whether it still holds"
        assert sum(say.question for say in says) <= 1


@settings(max_examples=120, deadline=None, suppress_health_check=UNHURRIED)
@given(st.lists(FROM_OUTSIDE, min_size=1, max_size=12))
def test_a_whole_conversation_with_its_actions_comes_to_rest(events: list[Event]) -> None:
    story = Story()
    for event in events:
        was_bots = story.state.owner == "bot" and not story.state.paused
        story.happens(event)
        assert story.state.acting == ""
        assert sum(say.question for say in story.said) <= 1
        if isinstance(event, Understood | Pressed | Unreadable) and was_bots:
            assert story.said, "a customer is never left without an answer"
        asked = story.state.asked
        if asked is not None:
            assert (asked in story.state.slots) == (asked == story.state.confirming)
            assert story.said == [] or any(say.question for say in story.said)
