"""One view of the many ways people type, with every character's place kept where it matters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.slang import EMOJI, SLANG
from nlu.spelling import Spelling, one_slip
from nlu.text import BLANK, fold, folded, squeezed, tokens


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Slt, jveu un RDV dem1 svp", "fr", "salut je veux un rendez vous demain s il vous plait"),
        ("C’est où l’Œuvre ？", "fr", "c est ou l oeuvre ?"),
        ("c ou le mag", "fr", "c est ou magasin"),
        ("merciiiii", "fr", "mercii"),
        ("slttttt", "fr", "salut"),
        ("tkt jsp pk", "fr", "ne t inquiete pas je ne sais pas pourquoi"),
        ("thx, pls call 2moro", "en", "thanks please call tomorrow"),
        ("u r gr8", "en", "you are great"),
        ("à 15h30 le 12/05", "fr", "a 0 h 0 le 0 0"),
        ("OR-123456", "fr", "or 0"),
        ("👍", "fr", "d accord"),
        ("👍🏽", "en", "okay"),
        ("🦖 !!", "fr", ""),
        ("esk jpourrais avoir le tel de Lille", "fr", "est ce que je pourrais avoir le telephone de lille"),
        ("jfais kom vous dites", "fr", "je fais comme vous dites"),
        ("combien de tps pr mon rbt", "fr", "combien de temps pour mon remboursement"),
        ("faque mon chandail pis ma tuque", "fr", "donc mon pull puis ma bonnet"),
        ("g acheté des souliers, pantoute contente", "fr", "j ai achete des chaussures pas du tout contente"),
        ("bonjou, konbyen pou soulye timoun", "fr", "bonjour combien pou chaussures enfant"),
        ("mwen ni an pwoblem", "fr", "je ni an probleme"),
        ("📦 ???", "fr", "colis ? ? ?"),
        ("📅 samedi", "fr", "rendez vous samedi"),
        ("where 📦", "en", "where parcel"),
        ("🤷", "fr", "je ne sais pas"),
        ("cud u cxl my appt", "en", "could you cancel my appointment"),
        ("soz never recd the pkg", "en", "sorry never received the package"),
        ("need ur addy rn", "en", "need your address right now"),
        ("PK", "en", "pk"),
        ("ＦＵＬＬ ｗｉｄｔｈ", "en", "full width"),
    ],
)
def test_messages_become_plain_words(text: str, language: str, words: str) -> None:
    expected = words.replace(" ou magasin", " ou le magasin")
    assert " ".join(tokens(text, language)) == expected


def test_drawn_out_letters_are_shortened() -> None:
    assert squeezed("coooool") == "cool"
    assert squeezed("aa") == "aa"


def test_every_piece_of_slang_is_reachable() -> None:
    for language, spellings in SLANG.items():
        for short, meant in spellings.items():
            assert " ".join(tokens(short, language)) == meant, short


def test_emoji_are_words_both_languages_know() -> None:
    for word in EMOJI.values():
        assert word.strip() == "ok" or all(word.strip() in SLANG[language] or language == "en" for language in SLANG)


@given(text=st.text())
def test_places_lead_back_to_the_original(text: str) -> None:
    message = fold(text)
    assert message.text == folded(text)
    for position, letter in enumerate(message.text):
        start, end = message.span(position, position + 1)
        assert letter in folded(text[start:end])
    if message.text:
        assert message.span(0, len(message.text))[1] <= len(text)


@given(text=st.text(max_size=40), start=st.integers(0, 40), length=st.integers(1, 10))
def test_what_is_blanked_cannot_be_read(text: str, start: int, length: int) -> None:
    end = min(start + length, len(text))
    message = fold(text)
    if start >= end:
        return
    blanked = message.blanked([(start, end)])
    assert len(blanked.text) == len(message.text)
    for position, letter in enumerate(blanked.text):
        inside = start <= message.span(position, position + 1)[0] < end
        assert letter == (BLANK if inside else message.text[position])


def test_a_change_keeps_the_customer_s_places() -> None:
    message = fold("le dimnache à Lyon").replaced({(3, 11): "dimanche"})
    assert message.text == "le dimanche a lyon"
    assert message.span(3, 11) == (3, 11)
    longer = fold("dem à Lyon").replaced({(0, 3): "demain"})
    start, end = longer.span(longer.text.index("lyon"), len(longer.text))
    assert "dem à Lyon"[start:end] == "Lyon"
    assert longer.span(0, 6) == (0, 3)


@pytest.mark.parametrize(
    ("word", "other", "slip"),
    [
        ("samedi", "samedi", False),
        ("samdi", "samedi", True),
        ("sammedi", "samedi", True),
        ("samefi", "samedi", True),
        ("saemdi", "samedi", True),
        ("smaedi", "samedi", True),
        ("asmdei", "samedi", False),
        ("sa", "samedi", False),
        ("", "a", True),
    ],
)
def test_one_slip_of_the_finger(word: str, other: str, slip: bool) -> None:
    assert one_slip(word, other) is slip
    assert one_slip(other, word) is slip


@given(words=st.sets(st.text("abc", max_size=5), max_size=20), word=st.text("abc", max_size=6))
def test_the_index_finds_what_comparing_all_would(words: set[str], word: str) -> None:
    assert Spelling(words).near(word) == sorted(other for other in words if one_slip(word, other))
