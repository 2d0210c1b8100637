"""Mail no person wrote, and none may be answered: two programs that answer each other never stop. Pure."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from email.message import Message

from bot.channels.email.headers import raw_value

_MACHINES = re.compile(
    r"(no|do[-_.]?not|ne[-_.]?pas)[-_.]?(reply|repondre|respond)|mailer[-_.]?daemon|postmaster\Z|bounces?([-_.+=]|\Z)|listserv\Z",
    re.IGNORECASE,
)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_PRESENT = {
    "List-Id": "list",
    "List-Unsubscribe": "list",
    "X-Autoreply": "auto-reply",
    "X-Autorespond": "auto-reply",
    "X-Failed-Recipients": "bounce",
}
_SENDERS_KEPT = 10_000


def why_automatic(mail: Message, sender: str, envelope_from: str | None = None) -> str:
    """Why this mail must not be answered, in a word for logs and data; empty when a person may have written it.

    `envelope_from` is the sender as the mail server was told, where it is known; empty is the sender of bounces.
    """
    told = raw_value(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if told and told != "no":
        return "auto-submitted"
    if raw_value(mail, "Precedence").strip().lower() in _BULK:
        return "precedence"
    suppressed = raw_value(mail, "X-Auto-Response-Suppress").strip().lower()
    if suppressed and suppressed != "none":
        return "suppressed"
    present = next((why for name, why in _PRESENT.items() if raw_value(mail, name)), "")
    if present:
        return present
    if mail.get_content_type() == "multipart/report":
        return "report"
    return_path = raw_value(mail, "Return-Path")
    if return_path.replace(" ", "") == "<>" or envelope_from in ("", "<>"):
        return "empty return path"
    return "machine" if is_machine(sender) else ""


def is_machine(address: str) -> bool:
    """Whether an address says itself that nobody reads what is sent there."""
    return bool(_MACHINES.match(address.partition("@")[0]))


class Chatter:
    """Counts the mails of each sender: more in an hour than a person writes is a machine that answers ours."""

    def __init__(self, per_hour: int) -> None:
        self._per_hour = per_hour
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def too_many(self, sender: str, at: datetime) -> bool:
        """Whether the mail that `sender` has sent at this time is one too many; it counts itself."""
        times = self._seen.pop(sender, deque())
        self._seen[sender] = times
        while times and at - times[0] > timedelta(hours=1):
            times.popleft()
        times.append(at)
        while len(times) > self._per_hour + 1:
            times.popleft()
        while len(self._seen) > _SENDERS_KEPT:
            self._seen.popitem(last=False)
        return len(times) > self._per_hour
