"""What Twilio posts, as our messages. Pure: no network, no clock.

A body is one event: a message that came in, or what became of one of ours. Twilio tells no time, so the time is ours. The
sender stays as Twilio writes it, `whatsapp:+33...` included: that is where the answer goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.channels.files import kind_of
from bot.channels.phones import e164
from bot.channels.reading import identifier, sender, words
from bot.channels.sms.compose import key_in
from bot.channels.sms.failures import status_failure
from bot.channels.sms.table import NAME, SmsTable
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Kind, Reading, Receipt, Unread

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_MOST_MEDIA = 10

_STATES: Mapping[str, str] = {
    # Once Twilio has it, it keeps it: nothing is to be sent again, even if its answer to us was lost.
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), "sent"),
    "delivered": "delivered",
    "read": "read",
    **dict.fromkeys(("undelivered", "failed", "canceled"), "failed"),
}
_REFERRAL = {
    "ReferralSourceId": "ref",
    "ReferralSourceType": "source",
    "ReferralSourceUrl": "url",
    "ReferralHeadline": "headline",
    "ReferralCtwaClid": "click",
}


@dataclass(frozen=True, slots=True)
class _Act:
    kind: Kind
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    place: str = ""
    """What stands after the id of the body where it holds several messages."""


def read_body(
    form: Mapping[str, Any], *, received_at: datetime, account: str = "", key: str = "", table: SmsTable | None = None
) -> Reading:
    """Everything one request of Twilio's says. `key` is the value of `key` in the query it was posted to, which
    `callback_address` wrote there.

    `data` of a message has `to`, the number it was sent to, and `via`, `sms` or `whatsapp`. A number that WhatsApp vouches
    for stands in `data["aliases"]["phone"]`; a plain SMS only claims its sender, in `data["claimed"]["phone"]`.

    Raises:
        BadUpdate: this is no form at all.
    """
    if not isinstance(form, Mapping):
        raise BadUpdate("a request should be a form; the body does not come from Twilio")
    try:
        return _read(form, received_at, account, key, table or SmsTable())
    except BadUpdate as error:
        return Reading(unread=(Unread(raw=dict(form), why=str(error)),))


def _read(form: Mapping[str, Any], received_at: datetime, account: str, key: str, table: SmsTable) -> Reading:
    status = (words(form, "MessageStatus") or words(form, "SmsStatus")).lower()
    if status in ("", "received", "receiving"):
        return Reading(messages=_messages(form, received_at, account, table))
    if status not in _STATES:
        raise BadUpdate(f"kind {status!r} is not known to this version")
    state = _STATES[status]
    receipt = Receipt(
        channel=NAME,
        account=account,
        state=state,  # type: ignore[arg-type]  # the values of _STATES
        at=received_at,
        provider_id=_sid(form),
        key=key_in(key),
        recipient=words(form, "To"),
        failure=status_failure(words(form, "ErrorCode"), table) if state == "failed" else None,
    )
    return Reading(receipts=(receipt,))


def _messages(form: Mapping[str, Any], received_at: datetime, account: str, table: SmsTable) -> tuple[InboundMessage, ...]:
    sid, who = _sid(form), sender(form, "From")
    via, _, address = who.rpartition(":")
    base = {"via": via or "sms", "to": words(form, "To")} | _identity(via, address)
    if reply_to := words(form, "OriginalRepliedMessageSid"):
        base["reply_to"] = reply_to
    if referral := {ours: said for theirs, ours in _REFERRAL.items() if (said := words(form, theirs))}:
        base["referral"] = {"ref": "", "source": ""} | referral
    answerable = bool(via) or bool(_NUMBER.fullmatch(address))
    return tuple(
        InboundMessage(
            channel=NAME,
            account=account,
            external_id=sid + act.place,
            sender=who,
            sender_name=words(form, "ProfileName") or None,
            sent_at=received_at,
            # Names and short codes are machines of carriers and shops: no answer reaches them, or one too many does.
            kind=act.kind if answerable else "standby",
            text=act.text,
            data=base | act.data,
        )
        for act in _acts(form, table)
    )


def _acts(form: Mapping[str, Any], table: SmsTable) -> list[_Act]:
    """What one body says, in order; nearly always one thing."""
    text = words(form, "Body")
    said = " ".join(text.split()).upper()
    match words(form, "OptOutType").upper():
        case "STOP":
            return [_Act("blocked", text)]
        case "START":
            return [_Act("unblocked", text)]
        case "HELP":
            return [_Act("standby", text)]  # Twilio has answered already
        case "" if said in table.stop_words:
            return [_Act("blocked", text)]
        case "" if said in table.start_words:
            return [_Act("unblocked", text)]
        case "" if said in table.start_answers:
            return [_Act("unblocked", place="/start"), _Act("text", text)]
    return [_said(form, text)] if not _count(form) else _media(form, text)


def _said(form: Mapping[str, Any], text: str) -> _Act:
    for payload, title in (("ButtonPayload", "ButtonText"), ("ListId", "ListTitle")):
        if token := words(form, payload):
            return _Act("press", words(form, title) or text, {"token": token})
    if words(form, "Latitude") and words(form, "Longitude"):
        spot = {"latitude": _degrees(form, "Latitude", 90), "longitude": _degrees(form, "Longitude", 180)}
        return _Act("location", words(form, "Label") or words(form, "Address") or text, spot)
    if not text.strip():
        # A kind of message Twilio cannot hand over comes without anything in it.
        return _Act("media", data={"type": words(form, "MessageType") or "unknown"})
    return _Act("text", text)


def _media(form: Mapping[str, Any], caption: str) -> list[_Act]:
    """A message for each file; the caption stands under the first, and `album` binds them."""
    count = min(_count(form), _MOST_MEDIA)
    album = {"album": _sid(form)} if count > 1 else {}
    acts = []
    for place in range(count):
        mime_type = (words(form, f"MediaContentType{place}") or "application/octet-stream").lower()
        told = {"type": kind_of(mime_type), "mime_type": mime_type, "url": words(form, f"MediaUrl{place}")} | album
        acts.append(_Act("media", "" if place else caption, told, f"/{place}" if place else ""))
    return acts


def _identity(via: str, address: str) -> dict[str, Any]:
    """The sender's number: WhatsApp vouches for it, while that of an SMS can be forged and is given to somebody else later."""
    phone = e164(address) if _NUMBER.fullmatch(address) else None
    return {"aliases" if via == "whatsapp" else "claimed": {"phone": phone}} if phone else {}


def _sid(form: Mapping[str, Any]) -> str:
    name = next((name for name in ("MessageSid", "SmsMessageSid", "SmsSid") if form.get(name)), None)
    if name is None:
        raise BadUpdate("no MessageSid; a request about something else than messages is not known to this version")
    return identifier(form, name)


def _count(form: Mapping[str, Any]) -> int:
    told = words(form, "NumMedia") if not isinstance(form.get("NumMedia"), int) else str(form["NumMedia"])
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 4 else 0


def _degrees(form: Mapping[str, Any], name: str, most: float) -> float:
    try:
        degrees = float(words(form, name))
    except ValueError:
        raise BadUpdate(f"{name!r} should be a number of degrees") from None
    if not -most <= degrees <= most:  # nor is NaN
        raise BadUpdate(f"{name!r} should be a number of degrees")
    return degrees
