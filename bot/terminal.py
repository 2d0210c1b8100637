"""`filrouge chat`: the bot in the terminal, through the same door as any REST client."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from rich.console import Console

from bot.errors import SettingsError
from bot.settings import Settings

PATH = "/webhooks/rest/webhook"
out = Console()


@dataclass(frozen=True, slots=True)
class Line:
    """The terminal as one sender at a server's REST door."""

    http: aiohttp.ClientSession
    url: str
    sender: str
    language: str
    token: str

    async def say(self, text: str) -> list[dict[str, Any]]:
        """Send one message and return its answers."""
        body = {
            "sender": self.sender,
            "message": text,
            "metadata": {"message_id": secrets.token_hex(8), "language": self.language},
        }
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.http.post(self.url + PATH, json=body, headers=headers) as answer:
            if answer.status != 200:
                raise SettingsError(f"{self.url} answers {answer.status}: {(await answer.text())[:200]}")
            data: list[dict[str, Any]] = await answer.json()
            return data


async def talk(settings: Settings, url: str | None, language: str) -> None:
    """Talk until the end of input: with the server at `url`, or with the demo brand, started for the occasion."""
    async with contextlib.AsyncExitStack() as stack:
        where = url if url is not None else await stack.enter_async_context(_own_server(settings))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        token = settings.rest_token.get_secret_value() if settings.rest_token else ""
        line = Line(http, where.rstrip("/"), f"terminal-{secrets.token_hex(4)}", language, token)
        out.print("[dim]Write to the bot; a number picks a choice; Ctrl+D ends.[/dim]")
        choices: list[str] = []
        while True:
            try:
                text = (await asyncio.to_thread(out.input, "[bold]> [/bold]")).strip()
            except EOFError:
                return
            if not text:
                continue
            picked = int(text) - 1 if text.isdecimal() and len(text) < 4 else -1
            answers = await line.say(choices[picked] if 0 <= picked < len(choices) else text)
            choices = _show(answers)


@contextlib.asynccontextmanager
async def _own_server(settings: Settings) -> AsyncIterator[str]:
    from bot.logs import loop_failure, set_up_logs
    from bot.wiring import Program, demo_folder, running

    set_up_logs("warning")
    asyncio.get_running_loop().set_exception_handler(loop_failure)
    program = Program(settings.model_copy(update={"port": 0}), demo_folder(settings), demo=True)
    async with running(program):
        yield program.address


def _show(answers: list[dict[str, Any]]) -> list[str]:
    choices: list[str] = []
    for answer in answers:
        out.print(f"[red]│[/red] {answer['text']}", highlight=False)
        for button in answer.get("buttons", ()):
            choices.append(button["payload"])
            out.print(f"[red]│[/red]   {len(choices)}. {button['title']}", highlight=False)
    return choices
