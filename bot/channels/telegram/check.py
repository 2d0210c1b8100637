"""What Telegram says of a bot and of its webhook, as what is wrong and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.reading import moment, optional_mapping
from bot.channels.telegram.table import TelegramTable
from bot.errors import BadUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is not as it should be."""

    wrong: str
    do: str
    """What to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A bot whose token is good."""

    bot: str
    """`@username`."""
    waiting: int
    """Updates Telegram holds until we take them."""
    troubles: tuple[Trouble, ...] = ()
    """Empty: all is well."""


def read_state(me: Any, info: Any, *, wanted: str, allowed: Sequence[str], table: TelegramTable, now: datetime) -> Checked:
    """What `getMe` and `getWebhookInfo` say, against the webhook's address that is `wanted`; empty: updates are polled."""
    me, info = optional_mapping({"it": me}, "it"), optional_mapping({"it": info}, "it")
    told, waiting = str(info.get("url") or ""), info.get("pending_update_count")
    waits = waiting if isinstance(waiting, int) else 0
    troubles = [_address(told, wanted)]
    if waits > table.waiting_updates:
        do = "see that `filrouge serve` runs, and that Telegram reaches its webhook where there is one"
        troubles.append(Trouble(wrong=f"{waits} updates wait at Telegram", do=do))
    if wanted and told == wanted:
        troubles += [_kinds(info, allowed), _error(info, table, now)]
    return Checked(bot=f"@{me.get('username') or '?'}", waiting=waits, troubles=tuple(filter(None, troubles)))


def _address(told: str, wanted: str) -> Trouble | None:
    if told == wanted:
        return None
    if not wanted:
        return Trouble(
            wrong=f"a webhook is set ({told}), so polling gets nothing",
            do="start `filrouge serve`, which takes it away; or set FILROUGE_TELEGRAM_WEBHOOK_URL if updates should be posted",
        )
    return Trouble(
        wrong=f"Telegram posts {f'to {told}' if told else 'nowhere'} instead of {wanted}",
        do="start `filrouge serve`, which sets the webhook, and stop what set another one",
    )


def _kinds(info: Mapping[str, Any], allowed: Sequence[str]) -> Trouble | None:
    given = info.get("allowed_updates")
    missing = [kind for kind in allowed if kind not in given] if isinstance(given, list) and given else []
    if not missing:
        return None
    return Trouble(wrong=f"Telegram does not send {', '.join(missing)}", do="start `filrouge serve`, which asks for them")


def _error(info: Mapping[str, Any], table: TelegramTable, now: datetime) -> Trouble | None:
    """The last time our webhook failed, when that was not long ago."""
    try:
        at = moment(info, "last_error_date")
    except BadUpdate:
        return None
    if (now - at).total_seconds() > table.error_seconds:
        return None
    said = str(info.get("last_error_message") or "no reason given")[:200]
    return Trouble(
        wrong=f"Telegram could not post at {at:%Y-%m-%d %H:%M} UTC: {said}",
        do="see that the address is reached from outside by https on port 443, 80, 88 or 8443, with a certificate others trust, "
        "and that FILROUGE_TELEGRAM_SECRET_TOKEN is the one the webhook was set with",
    )
