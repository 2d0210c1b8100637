"""Reading `sources.yml`: its model, then that the declared order names every source and nobody else."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from bot.brand.sources import FILE, NEWEST, CrmSource, Sources
from bot.errors import BrandError
from nlu.errors import TrainingDataError
from nlu.files import Place, YamlFile, read_yaml, validate

NAME = "sources.yml"


def read_sources(folder: Path) -> Sources:
    """What `sources.yml` in `folder` says; only the customer file where there is none.

    Raises:
        BrandError: it is wrong; with file, line and what to write instead.
    """
    path = folder / NAME
    if not path.exists():
        return Sources()
    try:
        file = read_yaml(path)
        said = validate(Sources, file)
    except TrainingDataError as wrong:
        others = "".join(f"\n{other}" for other in wrong.others)
        raise BrandError(wrong.problem + others, file=wrong.file, line=wrong.line) from None
    _check_order(said, file)
    _check_secrets(said, file)
    return said


def mistake_in_sources(folder: Path, problem: str, place: Place) -> BrandError:
    """A mistake that only shows when a source is spoken to, with the line of what it is about."""
    path = folder / NAME
    try:
        return BrandError(problem, file=str(path), line=read_yaml(path).where(place))
    except TrainingDataError:  # changed since it was read
        return BrandError(problem, file=str(path))


def _check_order(said: Sources, file: YamlFile) -> None:
    known = (FILE, *said.sources)
    default = said.order.get("default")
    if default == (NEWEST,):
        problem = "`default` names the sources, the one to believe first at the top; `newest` is for single fields"
        raise _wrong(problem, file, ("order", "default"))
    if said.sources and default is None:
        problem = f"`order:` lacks `default:`, the sources with the one to believe first: {', '.join(known)}"
        raise _wrong(problem, file, ("order",))
    for field, names in said.order.items():
        for index, name in enumerate(names):
            place: Place = ("order", field, index)
            if name in names[:index]:
                raise _wrong(f"{name!r} stands twice in this order; name it once", file, place)
            if name not in known and names != (NEWEST,):
                near = get_close_matches(name, known, n=1)
                advice = f"did you mean {near[0]!r}?" if near else f"write one of: {', '.join(known)}"
                raise _wrong(f"there is no source {name!r}; {advice}", file, place)
    missing = [name for name in known if default is not None and name not in default]
    if missing:
        problem = f"`default` does not say when {missing[0]!r} is believed; add it, last if in doubt"
        raise _wrong(problem, file, ("order", "default"))


def _check_secrets(said: Sources, file: YamlFile) -> None:
    seen: dict[str, str] = {}
    for name, source in said.sources.items():
        if not isinstance(source, CrmSource):
            continue
        other = seen.setdefault(source.secret, name)
        if other != name:
            # What one of them has signed could be sent again to the other.
            problem = f"{other} has the secret {source.secret} already; give each source its own"
            raise _wrong(problem, file, ("sources", name, "secret"))


def _wrong(problem: str, file: YamlFile, place: Place) -> BrandError:
    return BrandError(problem, file=str(file.path), line=file.where(place))
