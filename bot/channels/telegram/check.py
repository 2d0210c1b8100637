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
class Checked:
    """A bot whose token is good."""

    bot: str
    """`@username`."""
    waiting: int
    """Updates Telegram holds until we take them."""
    wrong: tuple[str, ...] = ()
    """What is wrong, each with what to do; empty: all is well."""


def read_state(me: Any, info: Any, *, wanted: str, allowed: Sequence[str], table: TelegramTable, now: datetime) -> Checked:
    """What `getMe` and `getWebhookInfo` say, against the webhook's address that is `wanted`; empty: updates are polled."""
    me, info = optional_mapping({"it": me}, "it"), optional_mapping({"it": info}, "it")
    told, waiting = str(info.get("url") or ""), info.get("pending_update_count")
    waits = waiting if isinstance(waiting, int) else 0
    wrong = [_address(told, wanted), _kinds(info, allowed) if told == wanted and wanted else ""]
    if waits > table.waiting_updates:
        wrong.append(f"{waits} updates wait at Telegram; see that `filrouge serve` runs and answers its webhook")
    if wanted and told == wanted:
        wrong.append(_error(info, table, now))
    return Checked(bot=f"@{me.get('username') or '?'}", waiting=waits, wrong=tuple(filter(None, wrong)))


def _address(told: str, wanted: str) -> str:
    if told == wanted:
        return ""
    if not wanted:
        return (
            f"a webhook is set ({told}), so polling gets nothing: start `filrouge serve`, which takes it away, "
            "or set FILROUGE_TELEGRAM_WEBHOOK_URL if updates should be posted there"
        )
    stands = f"posts to {told}" if told else "posts nowhere"
    return f"Telegram {stands} instead of {wanted}: start `filrouge serve`, which sets it, and stop what set the other one"


def _kinds(info: Mapping[str, Any], allowed: Sequence[str]) -> str:
    given = info.get("allowed_updates")
    missing = [kind for kind in allowed if kind not in given] if isinstance(given, list) and given else []
    return f"Telegram does not send {', '.join(missing)}: start `filrouge serve`, which asks for them" if missing else ""


def _error(info: Mapping[str, Any], table: TelegramTable, now: datetime) -> str:
    """The last time our webhook failed, when that was not long ago."""
    try:
        at = moment(info, "last_error_date")
    except BadUpdate:
        return ""
    if (now - at).total_seconds() > table.error_seconds:
        return ""
    said = str(info.get("last_error_message") or "no reason given")[:200]
    return (
        f"Telegram could not post at {at:%Y-%m-%d %H:%M} UTC ({said}): see that the address is reached from outside by https "
        "on port 443, 80, 88 or 8443, with a certificate others trust, and that the secret is this server's"
    )
