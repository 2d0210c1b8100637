"""How long each channel's webhook takes to be accepted and committed: `python -m tests.benchmarks.webhooks`.

One real server with every channel open, everything durable on SQLite, and a pretend platform for each. Bodies are signed as their
platform signs them, come at random and do not wait for the server; one channel after another.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from bot.channels.sms.signature import HEADER as TWILIO_HEADER
from bot.channels.sms.signature import sign
from bot.channels.telegram.transport import SECRET_HEADER
from tests.benchmarks.conversations import CONVERSATIONS, endless
from tests.benchmarks.figures import spread, usage
from tests.benchmarks.prepared import trained_folder
from tests.benchmarks.report import Line, show
from tests.benchmarks.yardsticks import bare_commits
from tests.fakes.instagram_server import FakeInstagram
from tests.fakes.messenger_server import FakeMessenger
from tests.fakes.meta_server import FakeGraph
from tests.fakes.open_lines import meta_settings
from tests.fakes.sms_server import FakeTwilio
from tests.fakes.smtp_server import FakeSmtp
from tests.fakes.telegram_server import FakeTelegram
from tests.fakes.whatsapp_server import FakeWhatsApp
from tests.servers import Server

SECRET = "benchmark-secret"
OURS = "bonjour@orvelle.example"
PAUSE = 8.0
"""Seconds between two messages of one customer."""
JSON = {"Content-Type": "application/json"}

Posting = tuple[bytes, Mapping[str, str]]
Write = Callable[[int, int, str], Posting]
"""From a customer's number, the message's and its words: the body as the platform posts it, and its headers."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rate", type=float, default=100, help="messages a second (default 100)")
    options.add_argument("--seconds", type=float, default=10, help="how long each channel is measured (default 10)")
    options.add_argument("--channels", nargs="+", help="only these channels")
    options.add_argument("--data", type=Path, help="data folder with a trained demo brand; left out: trained now")
    options.add_argument("--json", type=Path, help="write the figures there too")
    asyncio.run(_measure(options.parse_args()))


async def _measure(chosen: argparse.Namespace) -> None:
    with trained_folder(chosen.data) as folder:
        async with AsyncExitStack() as stack:
            server = Server(folder)
            writers = await _platforms(stack, server)
            await asyncio.to_thread(server.start)
            stack.push_async_callback(asyncio.to_thread, server.stop)
            lines, told = await _run(chosen, server, writers)
        commit = bare_commits(folder, seconds=min(1.0, chosen.seconds))
    lines += [Line("yardstick: a bare commit, p50", commit.p50, "ms"), Line("yardstick: a bare commit, p99", commit.p99, "ms")]
    show(f"Webhooks, {chosen.rate:.0f} messages/s each", lines, told=told, out=chosen.json)


async def _run(chosen: argparse.Namespace, server: Server, writers: Mapping[str, Write]) -> tuple[list[Line], str]:
    assert server.process is not None
    lines, failures = [], Counter[str]()
    names = [name for name in writers if not chosen.channels or name in chosen.channels]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        for name in names:
            url = f"{server.url}/webhooks/{name}"
            await _come(http, url, writers[name], rate=chosen.rate / 2, seconds=min(1.0, chosen.seconds), first=0)
            await asyncio.sleep(min(2.0, chosen.seconds))  # what was said is still being answered
            before = usage(server.process.pid).cpu
            took, wrong = await _come(http, url, writers[name], rate=chosen.rate, seconds=chosen.seconds, first=500_000)
            await asyncio.sleep(min(2.0, chosen.seconds))
            cpu = usage(server.process.pid).cpu - before
            failures += wrong
            figures = spread(took)
            lines += [
                Line(f"{name}: accepted, p50", figures.p50, "ms", 5, 2),
                Line(f"{name}: p99", figures.p99, "ms", 50, 15),
                Line(f"{name}: processor, answers included", 1000 * cpu / max(1, len(took)), "ms/message"),
            ]
    lines.append(Line("failures", failures.total(), ""))
    lines.append(Line("memory at most", usage(server.process.pid).peak, "MB"))
    return lines, f"{len(names)} channels, {failures.total()} failures {dict(failures) if failures else ''}".strip()


async def _come(
    http: aiohttp.ClientSession, url: str, write: Write, *, rate: float, seconds: float, first: int
) -> tuple[list[float], Counter[str]]:
    """Messages arrive for so long; how long each took to be accepted, and what went wrong."""
    took: list[float] = []
    failures: Counter[str] = Counter()
    chance = random.Random(first)
    crowd = int(rate * PAUSE) + 1
    said = {who: itertools.chain.from_iterable(endless(list(CONVERSATIONS), who)) for who in range(first, first + crowd)}
    turns, numbers = itertools.cycle(said), itertools.count(first * 1000 + 1)

    async def post(body: bytes, headers: Mapping[str, str]) -> None:
        begun = time.perf_counter()
        try:
            async with http.post(url, data=body, headers=headers) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            failures[type(error).__name__] += 1
            return
        if answer.status >= 300:
            failures[f"status {answer.status}"] += 1
        took.append(time.perf_counter() - begun)

    started = at = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        while (at := at + chance.expovariate(rate)) < started + seconds:
            who = next(turns)
            posting = write(who, next(numbers), next(said[who]))
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            group.create_task(post(*posting))
    return took, failures


async def _platforms(stack: AsyncExitStack, server: Server) -> dict[str, Write]:
    """Every platform, open and known to the server; how each writes."""
    telegram = await stack.enter_async_context(FakeTelegram())
    twilio = await stack.enter_async_context(FakeTwilio())
    smtp = FakeSmtp()
    await smtp.listen()
    stack.push_async_callback(smtp.close)
    now = int(time.time())
    meta: dict[str, FakeGraph] = {
        "whatsapp": FakeWhatsApp(begins=now),
        "messenger": FakeMessenger(begins=now),
        "instagram": FakeInstagram(begins=now),
    }
    for name, fake in meta.items():
        await stack.enter_async_context(fake)
        server.environment |= meta_settings(name, fake)
    public = server.url
    server.environment |= {
        "FILROUGE_TELEGRAM_TOKEN": telegram.token,
        "FILROUGE_TELEGRAM_BASE_URL": telegram.root,
        "FILROUGE_TELEGRAM_WEBHOOK_URL": f"{public}/webhooks/telegram",
        "FILROUGE_TELEGRAM_SECRET_TOKEN": SECRET,
        "FILROUGE_SMS_ACCOUNT_SID": twilio.sid,
        "FILROUGE_SMS_AUTH_TOKEN": twilio.token,
        "FILROUGE_SMS_FROM": twilio.number,
        "FILROUGE_SMS_BASE_URL": twilio.root,
        "FILROUGE_SMS_PUBLIC_URL": f"{public}/webhooks/sms",
        "FILROUGE_EMAIL_ADDRESS": OURS,
        "FILROUGE_EMAIL_SMTP_URL": smtp.url,
        "FILROUGE_EMAIL_WEBHOOK_SECRET": SECRET,
    }
    return {
        "telegram": _telegram,
        **{name: _by_meta(fake) for name, fake in meta.items()},
        "sms": _by_twilio(twilio, f"{public}/webhooks/sms"),
        "email": _by_postmark,
    }


def _telegram(who: int, number: int, words: str) -> Posting:
    user = {"id": 10_000_000 + who, "is_bot": False, "first_name": "Camille", "language_code": "fr"}
    chat = {"id": user["id"], "first_name": "Camille", "type": "private"}
    message = {"message_id": number, "from": user, "chat": chat, "date": int(time.time()), "text": words}
    return json.dumps({"update_id": number, "message": message}).encode(), JSON | {SECRET_HEADER: SECRET}


def _by_meta(fake: FakeGraph) -> Write:
    def write(who: int, _number: int, words: str) -> Posting:
        body = json.dumps(fake.customer_says(str(33_600_000_000 + who), words)).encode()
        signature = hmac.new(fake.secret.encode(), body, hashlib.sha256).hexdigest()
        return body, JSON | {"X-Hub-Signature-256": f"sha256={signature}"}

    return write


def _by_twilio(twilio: FakeTwilio, address: str) -> Write:
    def write(who: int, number: int, words: str) -> Posting:
        form = {
            "MessageSid": f"SM{number:032x}",
            "AccountSid": twilio.sid,
            "From": f"+{33_600_000_000 + who}",
            "To": twilio.number,
        }
        form |= {"Body": words, "SmsStatus": "received", "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01"}
        headers = {"Content-Type": "application/x-www-form-urlencoded", TWILIO_HEADER: sign(address, form.items(), twilio.token)}
        return urlencode(form).encode(), headers

    return write


def _by_postmark(who: int, number: int, words: str) -> Posting:
    sender = f"camille.{who}@client.example"
    body = {
        "From": sender,
        "FromFull": {"Email": sender, "Name": "Camille"},
        "To": OURS,
        "ToFull": [{"Email": OURS}],
        "OriginalRecipient": OURS,
        "Subject": "Question",
        "MessageID": f"{number:032x}",
        "Date": time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()),
        "TextBody": words,
        "Headers": [{"Name": "Message-ID", "Value": f"<{number}@client.example>"}],
        "Attachments": [],
    }
    proof = base64.b64encode(f"any:{SECRET}".encode()).decode()
    return json.dumps(body).encode(), JSON | {"Authorization": f"Basic {proof}"}


if __name__ == "__main__":
    main()
