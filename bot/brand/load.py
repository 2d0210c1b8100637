"""Reading a brand's folder: each file by its model, then what one part says of another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from bot.brand.channels import Channels
from bot.brand.faq import FaqEntry, FaqFile
from bot.brand.sources_file import read_sources
from bot.brand.staff import Queue
from bot.brand.stores import Service, subdivisions_of
from bot.brand.whole import Brand, BrandFile, StoresFile
from bot.brand.words import BrandModel
from bot.errors import BrandError
from nlu.errors import TrainingDataError
from nlu.files import Place, YamlFile, read_yaml, validate

_FEWEST_QUESTIONS = 2
"""Ways of asking, in each language: fewer are hardly ever found."""

Part = TypeVar("Part", bound=BrandModel)


def load_brand(folder: Path) -> Brand:
    """Read and check `brand.yml`, `stores.yml` and, where there are some, `faq.yml`, `channels.yml` and `sources.yml`.

    Raises:
        BrandError: a file is missing or wrong; it carries the file, the line, and what to write instead.
    """
    stores_yml, shops = _read(StoresFile, folder / "stores.yml")
    brand_yml, rules = _read(BrandFile, folder / "brand.yml")
    _check_stores(shops, stores_yml)
    _check_staff(rules, brand_yml, {store.id for store in shops.stores})
    _check_languages(rules, shops, brand_yml, stores_yml)
    faq = _checked_faq(folder, rules)
    said = {name: getattr(part, name) for part in (rules, shops) for name in type(part).model_fields}
    channels, sources = _checked_channels(folder), read_sources(folder)
    return Brand.model_construct(**said, faq=faq, channels=channels, sources=sources, folder=folder)


def read_faq(folder: Path) -> tuple[FaqEntry, ...]:
    """What `faq.yml` in `folder` asks and answers, where there is one; whether in every language is for `load_brand` to say."""
    path = folder / "faq.yml"
    return _read(FaqFile, path)[1].faq if path.exists() else ()


def _checked_faq(folder: Path, rules: BrandFile) -> tuple[FaqEntry, ...]:
    path = folder / "faq.yml"
    if not path.exists():
        return ()
    file, said = _read(FaqFile, path)
    _unique([entry.id for entry in said.faq], "question", "id", file, "faq")
    asked: dict[str, str] = {}
    for number, entry in enumerate(said.faq):
        here: Place = ("faq", number)
        for language in rules.languages.all:
            if len(entry.questions.get(language, ())) < _FEWEST_QUESTIONS:
                problem = (
                    f"{entry.id} needs {_FEWEST_QUESTIONS} or more ways of asking in {language!r}; add some under `{language}:`"
                )
                raise _wrong(problem, file, (*here, "questions", language))
            if language not in entry.answer:
                raise _wrong(f"{entry.id} has no answer in {language!r}; add `{language}: ...` to it", file, (*here, "answer"))
        for language, questions in entry.questions.items():
            _all_known([language], rules.languages.all, "language", file, [(*here, "questions", language)])
            for index, question in enumerate(questions):
                other = asked.setdefault(question.casefold(), entry.id)
                if other != entry.id:
                    problem = f"{question!r} is asked under {other} as well; keep it in one of the two"
                    raise _wrong(problem, file, (*here, "questions", language, index))
    return said.faq


def _checked_channels(folder: Path) -> Channels:
    path = folder / "channels.yml"
    if not path.exists():
        return Channels()
    file, channels = _read(Channels, path)
    for name in ("whatsapp", "messenger", "instagram", "sms", "email"):
        _unique([account.name for account in getattr(channels, name).accounts], "account", "name", file, name, "accounts")
    return channels


def _read(model: type[Part], path: Path) -> tuple[YamlFile, Part]:
    try:
        file = read_yaml(path)
        return file, validate(model, file)
    except TrainingDataError as wrong:
        others = "".join(f"\n{other}" for other in wrong.others)
        raise BrandError(wrong.problem + others, file=wrong.file, line=wrong.line) from None


def _check_stores(shops: StoresFile, file: YamlFile) -> None:
    _unique([service.id for service in shops.services], "service", "id", file, "services")
    _unique([store.id for store in shops.stores], "store", "id", file, "stores")
    services = [service.id for service in shops.services]
    for number, store in enumerate(shops.stores):
        here: Place = ("stores", number)
        places: list[Place] = [(*here, "services", service) for service in store.services]
        _all_known(store.services, services, "service", file, places)
        if store.subdivision is not None:
            _all_known([store.subdivision], subdivisions_of(store.country), "subdivision", file, [(*here, "subdivision")])
        for index, opening in enumerate(store.openings):
            if any(closing.covers(opening.date) for closing in store.closings):
                raise _wrong(
                    f"{store.id} is both closed and open on {opening.date}; remove one of the two",
                    file,
                    (*here, "openings", index),
                )


def _check_staff(rules: BrandFile, file: YamlFile, stores: Collection[str]) -> None:
    _unique(rules.skills, "skill", "", file, "skills")
    _unique([queue.id for queue in rules.queues], "queue", "id", file, "queues")
    _unique([advisor.username for advisor in rules.advisors], "advisor", "username", file, "advisors")
    _unique([account.username for account in rules.accounts], "account", "username", file, "accounts")
    taken = {advisor.username for advisor in rules.advisors}
    for number, account in enumerate(rules.accounts):
        if account.username in taken:
            problem = f"the username {account.username!r} is already an advisor's; write another one"
            raise _wrong(problem, file, ("accounts", number, "username"))
    for number, queue in enumerate(rules.queues):
        here: Place = ("queues", number, "skills")
        _all_known(queue.skills, rules.skills, "skill", file, _each(here, queue.skills))
    for number, advisor in enumerate(rules.advisors):
        here = ("advisors", number)
        _all_known(advisor.skills, rules.skills, "skill", file, _each((*here, "skills"), advisor.skills))
        _all_known(advisor.stores, stores, "store", file, _each((*here, "stores"), advisor.stores))
    for number, queue in enumerate(rules.queues):
        if not any(set(advisor.skills) & set(queue.skills) for advisor in rules.advisors):
            problem = f"nobody can serve the queue {queue.id!r}; give an advisor one of {', '.join(queue.skills)}"
            raise _wrong(problem, file, ("queues", number, "skills"))


def _check_languages(rules: BrandFile, shops: StoresFile, brand_yml: YamlFile, stores_yml: YamlFile) -> None:
    spoken = rules.languages.all
    _all_named(rules.queues, spoken, brand_yml, "queues")
    _all_named(shops.services, spoken, stores_yml, "services")
    for number, queue in enumerate(rules.queues):
        here: Place = ("queues", number, "languages")
        _all_known(queue.languages, spoken, "language", brand_yml, _each(here, queue.languages))


def _all_named(things: Sequence[Queue | Service], spoken: Iterable[str], file: YamlFile, section: str) -> None:
    for number, thing in enumerate(things):
        for language in spoken:
            if language not in thing.names:
                problem = f"{thing.id} has no name in {language!r}; add `{language}: ...` to its names"
                raise _wrong(problem, file, (section, number, "names"))


def _each(place: Place, items: Sequence[str]) -> list[Place]:
    return [(*place, index) for index in range(len(items))]


def _unique(names: Sequence[str], kind: str, key: str, file: YamlFile, *section: str) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            place: Place = (*section, number, key) if key else (*section, number)
            raise _wrong(f"there are two {kind} entries called {name!r}; give each its own name", file, place)
        seen.add(name)


def _all_known(names: Iterable[str], known: Collection[str], kind: str, file: YamlFile, places: Sequence[Place]) -> None:
    for name, place in zip(names, places, strict=True):
        if name not in known:
            near = get_close_matches(name, list(known), n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"write one of: {', '.join(sorted(known))}"
            raise _wrong(f"there is no {kind} {name!r}; {advice}", file, place)


def _wrong(problem: str, file: YamlFile, place: Place) -> BrandError:
    return BrandError(problem, file=str(file.path), line=file.where(place))
