"""What every brand's bot has, whatever its flows: the intents that steer, the words the engine itself says, its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

from bot.dialogue.domain import Domain
from bot.dialogue.flow import Flows
from bot.errors import BrandError

STEERING = frozenset({"affirm", "deny", "maybe", "cancel", "repeat", "choose_option"})
"""Intents that mean something only beside what is going on; no flow is needed for them."""

COMPLAINT = "complaint"
"""Intent of an unhappy customer: an insult sounds like one."""

CANNOT_HANDLE = "pattern_cannot_handle"
"""The flow that takes over when the bot is lost."""
UNANSWERED = "handoff_unanswered"
"""The flow that offers a choice when nobody came."""
ACTION_WITHDRAW = "action_withdraw_case"
FETCHES_A_PERSON = frozenset({"action_open_case", "action_wait_again"})
"""A flow with one of these has lost its purpose once a person is there."""

DISTRESSED: Mapping[str, str] = {"danger": "pattern_danger", "distress": "pattern_distress"}
"""The flows, where the brand has them, for a customer in danger or at the end of their strength."""
IN_DANGER = "utter_danger"
"""Said again, where the brand has it, to somebody in danger who waits for a person."""

NOTE_SLOT = "advisor_note"
"""Slot that keeps the line a person gave the conversation back with."""

RESPONSES = frozenset(
    {
        "utter_rephrase",  # first message not understood, nothing being asked
        "utter_rephrase_question",  # the same with a question open; goes in front of it
        "utter_clarify",
        "utter_insult",  # the first insult, when nothing else was said
        "utter_insult_again",  # further ones: a person is offered
        "utter_which_of",  # a question: the customer named two values where one is needed
        "utter_corrected",  # in front of the next question, after a correction
        "utter_cancelled",
        "utter_nothing_to_cancel",
        "utter_resume",  # in front of the question of an interrupted flow; {topic}
        "utter_pick_one",  # in front of the question, after a "yes" to several choices
        "utter_no_hurry",  # in front of the question, after "maybe"
        "utter_anything_else",
        "utter_nothing_more",  # after a "no" when nothing was asked
        "utter_button_expired",
        "utter_cannot_read",
        "utter_language_changed",
        "utter_lost_place",  # after a redeploy took away the flow under way
        "utter_dead_end",  # a flow went round in circles
        "utter_recognised",  # {first_name}
        "utter_recognised_unnamed",
        "utter_not_recognised_unknown",
        "utter_not_recognised_several",
        "utter_not_recognised_not_own",
        "utter_moved_here",
        "utter_moved_here_question",  # in front of the open question; {where} it stopped
        "utter_resume_offer",  # the same, when the customer came back without a word about it
        "utter_resume_at",  # the same in front of a question that is itself answered by yes or no
        "utter_resume_yes",  # in front of the question, after a "yes" to that offer
        "utter_put_away",  # after a "no" to it
        "utter_taken_up",  # in front of the question of a flow that had been put away; {where}
        "utter_where",  # where we are, when the open question has no `utter_where_<slot>`; {topic}
        "utter_past",  # a day is over, and so what was said of it; {value}
        "utter_choices_changed",  # what was offered then is no longer what is on offer
        "utter_confirm",  # a question: whether something known of old still holds; {value}
        "utter_title_put_away",  # the button that refuses to go on
        "utter_title_confirm",  # the buttons that answer `utter_confirm`
        "utter_title_another",
        "utter_moved_here_waiting",
        "utter_noted_for_advisor",
        "utter_case_taken",  # {advisor}
        "utter_welcome_back",  # {line}, {advisor}
        "utter_welcome_back_plain",
        "utter_case_closed",
        "utter_handoff_unanswered",
    }
)
PUT_AWAY = "put_away"
"""Intent of the button by which the customer leaves aside what they are offered to go on with."""
CONFIRM, ANOTHER = "confirm", "another"
"""Intents of the buttons under "still on this number?"."""
OWN_BUTTONS = frozenset({PUT_AWAY, CONFIRM, ANOTHER})
"""Intents that only buttons of the bot's own have; they mean nothing once the question is another."""
CONFIRMS = "utter_confirm_"
"""`utter_confirm_<slot>` asks whether its value still holds, where there is a better sentence than `utter_confirm`."""
PAST = "utter_past_"
"""`utter_past_<slot>` says that its day is over, where there is a better sentence than `utter_past`."""
RESUMES = "utter_resume_"
"""`utter_resume_<slot>` says where we are in front of a question that is itself answered by yes or no."""
WHERE = "utter_where_"
"""`utter_where_<slot>` says where the conversation stands while that slot is asked for: "choosing a time at Lyon"."""
WHERE_USUALLY = "utter_where"
"""The same where a slot has no words of its own; {topic} is the flow's name."""
OF_A_SLOT = (CONFIRMS, PAST, RESUMES, WHERE)
TITLE = "utter_title_"
"""`utter_title_<intent>` names an intent on a button when the bot asks which of two was meant."""
TIMER = "utter_timer_"
"""`utter_timer_<kind>` is said when a timer of that kind falls due."""
CANNOT_READ = "utter_cannot_read_"
"""`utter_cannot_read_<photo, voice, ...>`, where there is a better sentence than `utter_cannot_read`."""
READ_LIKE = {
    "image": "photo",
    "audio": "voice",
    "video_note": "video",
    "animation": "sticker",
    "dice": "sticker",
    "like_heart": "sticker",
    **dict.fromkeys(("reel", "ig_reel", "post", "ig_post", "story", "template", "link"), "share"),
}
"""What gets the sentence of another where the brand has none of its own for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How patient and how sure of itself the bot is. Confidences are the calibrated probabilities of the NLU."""

    misses_before_handoff: int = 2
    rejections_before_handoff: int = 3
    clarify_margin: float = 0.12
    """Two best intents closer than this are asked about rather than guessed."""
    clarify_below: float = 0.75
    """A best intent surer than this is never asked about."""
    clarify_floor: float = 0.2
    """The second intent must be at least this likely to be worth a question."""
    digression: float = 0.6
    """With a question open, how sure another request must be to leave it."""
    digression_over_text: float = 0.8
    """The same when the open question takes any words for an answer, such as a name."""
    answer: float = 0.35
    """With a question open, how sure "yes" or "no" must be to answer it."""
    bare_leftover: int = 1
    """A message that names values and has at most this many other words is taken as an answer, not a request."""
    most_steps: int = 60
    """Steps a flow may take between two messages before it is held to run in circles."""
    most_actions: int = 12
    resume_after: timedelta = timedelta(hours=12)
    """How long a customer must have been away to be told where the conversation stopped."""
    keep_for: timedelta = timedelta(days=30)
    """How long what was known of a flow that was put away is kept for when it is taken up."""


def check_standard(domain: Domain, flows: Flows) -> None:
    """Raise a `BrandError` when the domain or the flows lack what the engine itself needs."""
    missing = sorted(RESPONSES - domain.responses.keys())
    if missing:
        raise BrandError(f"these responses are missing; add them: {', '.join(missing)}", file=domain.file)
    for response in sorted(domain.responses.keys() - RESPONSES):
        prefix = next((prefix for prefix in OF_A_SLOT if response.startswith(prefix)), None)
        slot = response.removeprefix(prefix) if prefix else ""
        if prefix and slot not in domain.slots:
            near = get_close_matches(slot, list(domain.slots), n=1)
            advice = f"did you mean `{prefix}{near[0]}`?" if near else f"write `{prefix}<slot>` with the name of a slot"
            raise BrandError(f"`{response}` is about the slot `{slot}`, which does not exist; {advice}", file=domain.file)
    for flow in (CANNOT_HANDLE, UNANSWERED):
        if flow not in flows.by_id:
            raise BrandError(f"the flow `{flow}` is missing from flows.yml; add it", file=domain.file)
    if ACTION_WITHDRAW not in domain.actions:
        raise BrandError(f"the action `{ACTION_WITHDRAW}` is missing; add it to `actions`", file=domain.file)
