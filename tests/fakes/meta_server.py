"""A Graph API that can be told to misbehave: what the pretend WhatsApp, Messenger and Instagram share.

In a test: `async with FakeWhatsApp() as platform: WhatsAppChannel(platform.token, platform.id, root=platform.root)`. From
another process the same by HTTP, bodies and answers in JSON: `POST /_control/fail {...Failure}`, `POST /_control/webhook {url}`,
`POST /_control/says {customer, text}`, `POST /_control/presses {customer, title}`, `POST /_control/push {body}`,
`GET /_control/sent`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import itertools
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NoReturn, Self
from urllib.parse import unquote

import aiohttp
from aiohttp import web

JSONObject = dict[str, Any]

TOKEN = "EAAFakeTokenForTests"
SECRET = "app-secret-for-tests"
APP_ID = "1517776481860111"


class GraphError(Exception):
    """An answer that says no, in Meta's shape."""

    def __init__(self, status: int, code: int, message: str, *, subcode: int | None = None, wait: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.subcode, self.wait = status, code, message, subcode, wait

    def response(self) -> web.Response:
        error: JSONObject = {"message": self.message, "type": "OAuthException", "code": self.code, "fbtrace_id": "A1b2C3d4"}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        headers = {} if self.wait is None else {"Retry-After": str(self.wait)}
        return web.json_response({"error": error}, status=self.status, headers=headers)


@dataclass(slots=True)
class Failure:
    """How the next `times` sends go wrong; `when` says whether the message was shown all the same."""

    how: Literal["error", "page", "silence", "cut"] = "error"
    when: Literal["before", "after"] = "before"
    times: int = 1
    skip: int = 0
    """How many go well before."""
    recipient: str = ""
    """Only to this one; empty: whoever comes first."""
    status: int = 400
    code: int = 100
    subcode: int | None = None
    message: str = "(#100) Invalid parameter"
    wait: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One message a customer's phone showed."""

    recipient: str
    text: str
    key: str
    id: str
    titles: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    body: JSONObject = field(default_factory=dict)


class FakeGraph:
    """One account of one of Meta's channels."""

    def __init__(
        self,
        account_id: str,
        *,
        token: str = TOKEN,
        secret: str = SECRET,
        version: str = "v25.0",
        begins: int = 1_795_251_600,
    ) -> None:
        self.id, self.token, self.secret, self.version = account_id, token, secret, version
        self.sent: list[Sent] = []
        self.failures: list[Failure] = []
        self.calls: Counter[str] = Counter()
        self.acts: list[JSONObject] = []
        """Courtesies: what was marked as read, where somebody seemed to type."""
        self.scopes = [
            *("whatsapp_business_messaging", "whatsapp_business_management", "pages_messaging", "pages_manage_metadata"),
            *("pages_read_engagement", "instagram_manage_messages", "instagram_manage_comments"),
        ]
        """What the token may do."""
        self.token_ends = 0
        self.files: dict[str, tuple[bytes, str]] = {}
        self.webhook = ""
        """Where customers' acts are posted, and what became of messages; empty: nowhere."""
        self.attempts: list[int] = []
        """What the webhook answered to each push."""
        self._telling: set[asyncio.Task[int]] = set()
        self._numbers = itertools.count(1)
        self._moments = itertools.count(begins)
        """Seconds since 1970 that nothing has happened in yet."""
        self._changed = asyncio.Condition()
        self._silence = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.root = ""

    async def __aenter__(self) -> Self:
        return await self.listen()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def listen(self, port: int = 0) -> Self:
        self._runner = web.AppRunner(self.app(), handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def close(self) -> None:
        self._silence.set()
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1_000_000)
        app.router.add_post("/_control/fail", self._control_fail)
        app.router.add_get("/_control/sent", self._control_sent)
        app.router.add_post("/_control/{act}", self._control)
        app.router.add_get("/files/{file}", self._file)
        app.router.add_route("*", "/{version}/{path:.+}", self._graph)
        return app

    # What a test asks

    def fail(self, **how: Any) -> None:
        self.failures.append(Failure(**how))

    def shown(self, recipient: str) -> list[str]:
        """The texts this person's phone showed, in order."""
        return [sent.text for sent in self.sent if sent.recipient == recipient]

    @property
    def duplicates(self) -> int:
        """How many messages were shown more than once, by their keys."""
        return sum(count - 1 for count in Counter(sent.key for sent in self.sent if sent.key).values())

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait until something has happened here; five seconds are for ever."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(met)

    async def says(self, customer: str, text: str) -> int:
        """A customer writes."""
        return await self.push(self.customer_says(customer, text))

    async def presses(self, customer: str, title: str) -> int:
        """A customer takes the choice of this title in the last message that has one."""
        for sent in reversed(self.sent):
            if sent.recipient == customer and title in sent.titles:
                return await self.push(self.customer_presses(customer, title, sent.tokens[sent.titles.index(title)]))
        raise LookupError(f"nothing shown to {customer} can be answered by {title!r}")

    async def push(self, body: JSONObject) -> int:
        """Post a signed webhook, as the platform does, and return what was answered."""
        raw = json.dumps(body).encode()
        signature = "sha256=" + hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
        async with aiohttp.ClientSession() as http, http.post(self.webhook, data=raw, headers=headers) as answer:
            self.attempts.append(answer.status)
            return answer.status

    # What a channel of its own says

    async def send(self, body: JSONObject, key: str) -> JSONObject:
        """Check a message, show it and answer with its id."""
        raise NotImplementedError

    async def other(self, method: str, path: str, body: JSONObject, query: JSONObject) -> JSONObject:
        """Any other call."""
        if method == "GET" and path == "app":
            return {"id": APP_ID}
        if method == "GET" and path == "debug_token" and query.get("input_token") == self.token:
            return {"data": {"app_id": APP_ID, "is_valid": True, "scopes": self.scopes, "expires_at": self.token_ends}}
        raise GraphError(404, 100, f"Unsupported {method.lower()} request")

    def recipient_of(self, body: JSONObject) -> str:
        raise NotImplementedError

    def customer_says(self, customer: str, text: str) -> JSONObject:
        """The body that brings a customer's words."""
        raise NotImplementedError

    def customer_presses(self, customer: str, title: str, token: str) -> JSONObject:
        """The body that brings a choice taken."""
        raise NotImplementedError

    def became_of(self, sent: Sent) -> list[JSONObject]:
        """The bodies that tell what became of a message."""
        return []

    # The Graph

    def refuse(self, message: str, code: int = 100, subcode: int | None = None) -> NoReturn:
        raise GraphError(400, code, f"(#{code}) {message}", subcode=subcode)

    def show(self, sent: Sent) -> None:
        self.sent.append(sent)
        for body in self.became_of(sent) if self.webhook else ():
            task = asyncio.create_task(self.push(body))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    def next_moment(self) -> int:
        """Seconds since 1970, one more each time."""
        return next(self._moments)

    def next_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):06d}"

    async def _graph(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.calls[f"{request.method} {path}"] += 1
        try:
            self._admit(request)
            self._check_proof(request.query.get("appsecret_proof"))
            body = await request.json() if request.can_read_body else {}
            answer = await self._answer(request, path, body)
        except GraphError as error:
            return error.response()
        finally:
            async with self._changed:
                self._changed.notify_all()
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

    def _admit(self, request: web.Request) -> None:
        ours = f"{APP_ID}|{self.secret}" if request.match_info["path"] == "debug_token" else self.token
        if request.headers.get("Authorization") != f"Bearer {ours}":
            raise GraphError(401, 190, "Invalid OAuth access token")
        if request.match_info["version"] != self.version:
            raise GraphError(400, 2635, "You are calling a deprecated version of the API")

    def _check_proof(self, given: str | None) -> None:
        if given is not None and given != hmac.new(self.secret.encode(), self.token.encode(), hashlib.sha256).hexdigest():
            raise GraphError(400, 100, "Invalid appsecret_proof provided in the API argument")

    async def _answer(self, request: web.Request, path: str, body: JSONObject) -> JSONObject | web.StreamResponse:
        if request.method != "POST" or path not in (f"{self.id}/messages", "me/messages") or self.is_courtesy(body):
            return await self.other(request.method, path, body, dict(request.query))
        key = unquote(request.headers.get("Idempotency-Key", ""))
        failure = self._failure(body)
        if failure is None:
            return await self.send(body, key)
        if failure.when == "after":
            await self.send(body, key)
        if failure.how == "silence":
            await self._silence.wait()
        if failure.how in ("silence", "cut"):
            assert request.transport is not None
            request.transport.abort()
        if failure.how == "page":
            return web.Response(status=failure.status, text="<html>Sorry</html>", content_type="text/html")
        raise GraphError(failure.status, failure.code, failure.message, subcode=failure.subcode, wait=failure.wait)

    def is_courtesy(self, body: JSONObject) -> bool:
        return False

    def _failure(self, body: JSONObject) -> Failure | None:
        for failure in self.failures:
            if failure.times > 0 and failure.recipient in ("", self.recipient_of(body)):
                if failure.skip:
                    failure.skip -= 1
                    return None
                failure.times -= 1
                return failure
        return None

    async def _file(self, request: web.Request) -> web.Response:
        if self.files_need_token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        found = self.files.get(request.match_info["file"])
        return web.Response(status=404) if found is None else web.Response(body=found[0], content_type=found[1])

    files_need_token = False

    # The same from another process

    async def _control_fail(self, request: web.Request) -> web.Response:
        self.fail(**await request.json())
        return web.json_response({})

    async def _control_sent(self, _request: web.Request) -> web.Response:
        return web.json_response({"sent": [asdict(sent) for sent in self.sent], "acts": self.acts})

    async def _control(self, request: web.Request) -> web.Response:
        asked, act = await request.json(), request.match_info["act"]
        if act == "webhook":
            self.webhook = asked["url"]
            return web.json_response({})
        if act not in ("says", "presses", "push"):
            raise web.HTTPNotFound
        return web.json_response({"status": await getattr(self, act)(**asked)})


def main(made: Callable[[], FakeGraph]) -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0, help="0: any free one; the address is printed")
    port = options.parse_args().port

    async def serve() -> None:
        print((await made().listen(port)).root, flush=True)
        await asyncio.Event().wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
