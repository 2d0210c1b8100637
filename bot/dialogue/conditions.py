"""Conditions of flows, parsed once into a tree: `slots.day is not null and not (slots.store = "lyon")`.

Operators: `and or not`, `= == != < <= > >=`, `is`, `is not`, `in`, `not in`, `contains`, `matches` (a regular
expression), parentheses. Values: `slots.name`, `context.name`, numbers, quoted text, `true`, `false`, `null`,
lists `["a", "b"]`. Nothing is ever handed to Python to evaluate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CONTEXT = frozenset({"interrupting", "greeted", "misses", "language"})
"""What `context.` knows: whether another flow waits beneath, whether the bot has spoken before, messages not
understood in a row, and the customer's language."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
        |(?P<number>-?\d+(?:\.\d+)?)
        |(?P<word>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)?)
        |(?P<mark>==|!=|<=|>=|[=<>()\[\],]))""",
    re.VERBOSE,
)
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "none": None}
_RESERVED = {"and", "or", "not", "is", "in", "contains", "matches", *_WORDS}


@dataclass(frozen=True, slots=True)
class World:
    """What a condition may look at."""

    slots: Mapping[str, Any]
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition; `slots` and `context` are the names it looks at."""

    written: str
    slots: frozenset[str]
    context: frozenset[str]
    _holds: Callable[[World], Any]

    def holds(self, slots: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
        """Whether it is true now; comparing things that cannot be compared is never true, and never raises."""
        return bool(self._holds(World(slots, context)))


def parse_condition(written: object) -> Condition:
    """Read a condition.

    Raises:
        ValueError: it cannot be read; the message says what was expected and where.
    """
    if isinstance(written, bool):  # `if: true` in YAML is not text
        return Condition(str(written).lower(), frozenset(), frozenset(), lambda _: written)
    if not isinstance(written, str) or not written.strip():
        raise ValueError("a condition is a text such as `slots.day is not null`")
    parser = _Parser(written)
    tree = parser.whole()
    return Condition(written, frozenset(parser.slots), frozenset(parser.context), tree)


Tree = Callable[[World], Any]


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, written: str) -> None:
        self.written = written
        self.tokens = list(_tokens(written))
        self.at = 0
        self.slots: set[str] = set()
        self.context: set[str] = set()

    def whole(self) -> Tree:
        tree = self.either()
        if self.at < len(self.tokens):
            raise self.wrong("the condition should end")
        return tree

    def either(self) -> Tree:
        tree = self.both()
        while self.take("or"):
            tree = _or(tree, self.both())
        return tree

    def both(self) -> Tree:
        tree = self.negation()
        while self.take("and"):
            tree = _and(tree, self.negation())
        return tree

    def negation(self) -> Tree:
        if self.take("not"):
            inner = self.negation()
            return lambda world: not inner(world)
        return self.comparison()

    def comparison(self) -> Tree:
        left = self.value()
        for words, compare in _COMPARISONS:
            if all(self.peek(offset) == word for offset, word in enumerate(words)):
                self.at += len(words)
                if words[-1] == "matches":
                    return _matching(left, self.pattern())
                right = self.value()
                return lambda world: compare(left(world), right(world))
        return left

    def value(self) -> Tree:
        if self.take("("):
            tree = self.either()
            self.expect(")")
            return tree
        if self.take("["):
            items: list[Tree] = []
            while not self.take("]"):
                items.append(self.value())
                if not self.take(","):
                    self.expect("]")
                    break
            return lambda world: [item(world) for item in items]
        kind, token = self.next()
        if kind == "text":
            text = _unquoted(token)
            return lambda _: text
        if kind == "number":
            number = float(token) if "." in token else int(token)
            return lambda _: number
        if kind == "word":
            return self.named(token)
        raise self.wrong("a value should stand", back=1)

    def named(self, word: str) -> Tree:
        if word.lower() in _WORDS:
            value = _WORDS[word.lower()]
            return lambda _: value
        space, _, name = word.partition(".")
        if space == "slots" and name:
            self.slots.add(name)
            return lambda world: world.slots.get(name)
        if space == "context" and name:
            self.context.add(name)
            return lambda world: world.context.get(name)
        advice = "" if word.lower() in _RESERVED else f"; write `slots.{word}` for a slot, or quote it if it is a text"
        raise ValueError(f"`{word}` has no meaning in `{self.written}`{advice}")

    def pattern(self) -> re.Pattern[str]:
        kind, token = self.next()
        if kind != "text":
            raise self.wrong("a quoted regular expression should stand", back=1)
        try:
            return re.compile(_unquoted(token))
        except re.error as wrong:
            raise ValueError(f"{token} is not a regular expression: {wrong}") from None

    def peek(self, offset: int = 0) -> str:
        index = self.at + offset
        if index >= len(self.tokens):
            return ""
        kind, token = self.tokens[index]
        return token.lower() if kind == "word" else token if kind == "mark" else ""

    def take(self, wanted: str) -> bool:
        if self.peek() != wanted:
            return False
        self.at += 1
        return True

    def expect(self, wanted: str) -> None:
        if not self.take(wanted):
            raise self.wrong(f"`{wanted}` should stand")

    def next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise self.wrong("a value should stand")
        self.at += 1
        return self.tokens[self.at - 1]

    def wrong(self, what: str, back: int = 0) -> ValueError:
        index = self.at - back
        there = f"at `{self.tokens[index][1]}`" if index < len(self.tokens) else "at its end"
        return ValueError(f"in `{self.written}`, {what} {there}")


def _tokens(written: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(written.rstrip()):
        found = _TOKEN.match(written, at)
        if not found:
            raise ValueError(f"`{written[at:].strip()[:20]}` cannot be read in `{written}`")
        at = found.end()
        kind = str(found.lastgroup)
        yield kind, found[kind]


def _unquoted(token: str) -> str:
    """The text between the quotes; only quotes and backslashes are escaped, so that `\\d` stays a digit."""
    return re.sub(r"\\([\"'\\])", r"\1", token[1:-1])


def _and(left: Tree, right: Tree) -> Tree:
    return lambda world: bool(left(world)) and bool(right(world))


def _or(left: Tree, right: Tree) -> Tree:
    return lambda world: bool(left(world)) or bool(right(world))


def _matching(left: Tree, pattern: re.Pattern[str]) -> Tree:
    return lambda world: isinstance(value := left(world), str) and pattern.search(value) is not None


def _equal(left: Any, right: Any) -> bool:
    # 1 and true are the same to Python, not to a brand's author.
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def safely(left: Any, right: Any) -> bool:
        try:
            return bool(compare(left, right))
        except TypeError:
            return False

    return safely


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    return isinstance(whole, list | tuple | Mapping) and part in whole


_COMPARISONS: tuple[tuple[tuple[str, ...], Callable[[Any, Any], bool]], ...] = (
    (("is", "not"), lambda left, right: not _equal(left, right)),
    (("is",), _equal),
    (("=",), _equal),
    (("==",), _equal),
    (("!=",), lambda left, right: not _equal(left, right)),
    (("<=",), _ordered(lambda left, right: left <= right)),
    ((">=",), _ordered(lambda left, right: left >= right)),
    (("<",), _ordered(lambda left, right: left < right)),
    ((">",), _ordered(lambda left, right: left > right)),
    (("not", "in"), lambda left, right: not _contains(right, left)),
    (("in",), lambda left, right: _contains(right, left)),
    (("contains",), _contains),
    (("matches",), _equal),
)
