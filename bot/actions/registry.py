"""Actions by name. A decorator names a function; a registry is made from modules explicitly, never by mere importing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType
from typing import Any

from bot.actions.context import ActionContext, ActionResult
from bot.errors import BrandError

Inside = Callable[[ActionContext], ActionResult]
Outside = Callable[[ActionContext], Awaitable[ActionResult]]


@dataclass(frozen=True, slots=True)
class Action:
    """A named action. One that is `outside` waits for other systems and so runs outside any transaction."""

    name: str
    run: Callable[[ActionContext], Any]
    outside: bool = False


def action(name: str, *, outside: bool = False) -> Callable[[Inside | Outside], Action]:
    """Name a function as an action: `@action("action_book_appointment")`.

    An ordinary action is a plain function that runs inside the transaction of the turn and may use its diary and desk.
    With `outside=True` it is a coroutine function that may wait for other systems; the worker runs it between two
    transactions, and it must neither read nor write through the diary or the desk.
    """

    def named(function: Inside | Outside) -> Action:
        return Action(name, function, outside)

    return named


class Registry:
    """The actions a bot can run."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self._actions: dict[str, Action] = {}
        for one in actions:
            if one.name in self._actions:
                raise BrandError(f"two actions are called `{one.name}`; rename one of them")
            self._actions[one.name] = one

    @classmethod
    def of(cls, *modules: ModuleType) -> Registry:
        """Every action defined in these modules."""
        return cls(value for module in modules for value in vars(module).values() if isinstance(value, Action))

    def joined(self, other: Registry) -> Registry:
        """Both together; the other's win, so that a brand can replace a standard action by its own."""
        return Registry({**self._actions, **other._actions}.values())

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def __contains__(self, name: object) -> bool:
        return name in self._actions

    def check(self, names: Iterable[str], file: str = "") -> None:
        """Raise a `BrandError` when the domain names an action nobody wrote."""
        for name in sorted(names):
            if name not in self._actions:
                near = get_close_matches(name, list(self._actions), n=1)
                advice = f"did you mean `{near[0]}`?" if near else f'write it: a function under `@action("{name}")`'
                advice += ", or have a server of yours run it (FILROUGE_ACTION_ENDPOINT)"
                raise BrandError(f"no Python function is the action `{name}`; {advice}", file=file)

    def is_outside(self, name: str) -> bool:
        """Whether this action must run outside the transaction, with `run_outside`."""
        return name in self._actions and self._actions[name].outside

    def run(self, name: str, context: ActionContext) -> ActionResult:
        """Run an action inside the transaction of the turn."""
        found = self._actions[name]
        if found.outside:
            raise TypeError(f"{name} runs outside the transaction; use run_outside")
        result: ActionResult = found.run(context)
        return result

    async def run_outside(self, name: str, context: ActionContext) -> ActionResult:
        """Run an action that waits for other systems."""
        result: ActionResult = await self._actions[name].run(context)
        return result
