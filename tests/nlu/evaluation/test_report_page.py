"""The report page: whole in itself, readable by anybody, on anything."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from nlu.evaluation import Answer, Evaluation, Run
from nlu.evaluation.as_json import run_as_json
from nlu.evaluation.report import report_page
from nlu.evaluation.report.words import WORDS
from nlu.understanding import Entity, Example, IntentGuess, Understanding


def answered(text: str, meant: str, guess: str, sure: float, scope: float, *, found: Sequence[Entity] = ()) -> Answer:
    example = Example(text, meant, "en", (Entity("store", "lyon", "Lyon", 0, 4),) if text.startswith("Lyon") else (), "t.csv", 7)
    meaning = Understanding(text, "en", (IntentGuess(guess, sure),), tuple(found), scope=scope)
    return Answer(example, meaning, 1.5)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    answers = [answered(f"Lyon {n}", "where", "where" if n % 3 else "when", n / 30, n / 10) for n in range(30)]
    answers += [answered(f"weather {n}", "out_of_scope", "when", n / 20, n / 20) for n in range(10)]
    answers.append(answered("<script>alert(1)</script> & " + "w" * 300, "when", "a_rather_long_name_of_an_intent", 0.9, 1))
    evaluation = Evaluation(answers)
    settings = {"examples": 40, "folds": 5, "train": ["a.csv", "b.csv"], "language": None}
    return run_as_json(Run(evaluation, evaluation, 1.0, "embedded-0123"), settings)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_the_page_needs_nothing_else_and_believes_no_message(found: dict[str, Any], language: str) -> None:
    page = report_page(found, language)
    assert f'<html lang="{language}">' in page
    assert not re.search(r"<script|<link|<img|\bsrc=|https?:|@import|url\(", page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert ("66,7" if language == "fr" else "66.7%") in page.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_both_languages_have_every_word() -> None:
    first, *others = (set(words) for words in WORDS.values())
    assert all(other == first for other in others)


def test_what_was_not_measured_is_left_out() -> None:
    clean = Evaluation([answered("hello", "greet", "greet", 0.9, 0)])
    page = report_page(run_as_json(Run(clean, None, 1.0, "embedded"), {"examples": 1, "folds": None}), "en")
    assert WORDS["en"]["oos"] not in page
    assert WORDS["en"]["in_haste"] not in page
    assert WORDS["en"]["none"] in page


@asynccontextmanager
async def opened(browser: Browser, path: Path, **wishes: Any) -> AsyncIterator[Any]:
    context = await browser.new_context(**wishes)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(path.as_uri())
    yield page
    assert complaints == []
    await context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_a_phone_in_any_light(found: dict[str, Any], browser: Browser, tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(report_page(found, "fr"), encoding="utf-8")
    async with opened(browser, path, viewport={"width": 360, "height": 740}, color_scheme=scheme) as page:
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        colours = "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor].map(c => "
        ink, paper = await page.evaluate(colours + "c.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)) })()")
        assert (ink > paper) == (scheme == "dark")


@pytest.mark.browser
async def test_the_keyboard_reaches_and_opens_everything(found: dict[str, Any], browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(report_page(found, "en"), encoding="utf-8")
    async with opened(browser, path, viewport={"width": 1280, "height": 800}) as page:
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == WORDS["en"]["skip"]
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.tagName") == "SUMMARY":
                break
        await page.keyboard.press("Enter")
        assert await page.locator("details[open] li").count() > 0
        assert await page.evaluate("[...document.querySelectorAll('svg')].every(plot => plot.getAttribute('aria-label'))")
        named = "[...document.querySelectorAll('.wide')].every(part => part.tabIndex === 0 && part.getAttribute('aria-label'))"
        assert await page.evaluate(named)
