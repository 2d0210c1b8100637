"""French and English are told apart in a few words, and what does not tell is said not to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.language import identify

FRENCH = """
bonjour
slt
merci bcp
oui
où est ma commande
c ou
jveu un rdv
annuler
horaires lyon
je m'appelle Anna
ce soir
mon colis OR-123456
le deuxième
retour
vous êtes ouverts dimanche ?
"""

ENGLISH = """
hello
yes please
thanks
where is my order
opening hours lyon
my name is Anna
refund
cancel
the second one
can i book something on samedi
tomorrow morning
i want to talk to someone
wheres my parcel
when r u open
"""

NEITHER = """
ok
2
samedi
saturday
Lyon
Lyon Bellecour
15h
3pm
OR-123456
👍
????
06 39 98 12 34
stop
Anna
anna@example.org
"""


@pytest.mark.parametrize("text", FRENCH.strip().splitlines())
def test_french(text: str) -> None:
    assert identify(text, "en") == ("fr", True)


@pytest.mark.parametrize("text", ENGLISH.strip().splitlines())
def test_english(text: str) -> None:
    assert identify(text, "fr") == ("en", True)


@pytest.mark.parametrize("text", NEITHER.strip().splitlines())
@pytest.mark.parametrize("hint", ["fr", "en", "es"])
def test_what_does_not_tell_leaves_the_hint(text: str, hint: str) -> None:
    assert identify(text, hint) == (hint, False)


@given(text=st.text(), hint=st.sampled_from(["fr", "en"]))
def test_any_text_has_a_language(text: str, hint: str) -> None:
    language, sure = identify(text, hint)
    assert language in ("fr", "en")
    assert sure or language == hint
