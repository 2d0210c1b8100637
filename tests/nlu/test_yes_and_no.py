"""Yes, no and perhaps, as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.answers import read_answer

YES = """
oui|Oui.|OUI !!!|ouiiii|ouais|ouaip|ouep|vi|oui oui|oui svp|oui s'il vous plaît|oui merci|ah oui|ben oui|bah ouais
mais oui|eh oui|ok|OK!|okay|oki|dac|d'acc|d’accord|daccord|dakor|entendu|parfait|parfait merci|exactement|tout à fait
absolument|bien sûr|évidemment|volontiers|avec plaisir|super|génial|nickel|impec|au top|carrément|grave|c'est ça|c ça
c'est bon|c bon|c'est bon pour moi|ça me va|ça marche|ça roule|ça me convient très bien|je veux bien|je confirme
je valide|on y va|vas-y|allez-y|allons-y|go|faites donc|validez svp|confirmez|réservez|pourquoi pas|pas de souci
pas de problème|aucun problème|affirmatif|bonne idée|oui c'est parfait merci|mets-en|c'est beau|tiguidou|c'est correct
ben oui certain|ça joue|non peut-être|oué|oui volontiers|euh oui|bon d'accord|alors oui|wi|wè|sa bon|dakò|sé sa
pa ni pwoblem|wi mèsi|an dakò|yes|Yes!|yess|yep|yup|yeah|yea|yeahhh|yes please|yes pls|sure|sure thing|of course
sounds good|works for me|that works|that's fine|that's right|perfect|great thanks|absolutely|definitely|go ahead
go for it|do it|let's do it|why not|no problem|np|i'd love to|i do|you bet|all right then|k|fine by me|please do
yeah sure why not|aye|nah yeah|lovely, thank you|👍|👍🏽|👍👍|👌|✅|✔️|🆗|💯|oui 👍|ok 🙏|👍 merci|😊
"""
NO = """
non|Non.|NON !|nonnn|nan|nn|non non|non merci|non merci 🙏|ben non|bah non|mais non|ah non|euh non|pas du tout
pas vraiment|pas trop|pas la peine|pas besoin|pas maintenant|pas pour l'instant|pas d'accord|surtout pas
certainement pas|hors de question|jamais|jamais de la vie|en fait non|finalement non|je ne veux pas|je veux pas
sans façon|aucun|aucun des trois|ni l'un ni l'autre|rien du tout|ça ne me va pas|ça me va pas|ça ne me convient pas
ça marche pas|c'est pas ça|ce n'est pas ça|c'est mort|négatif|pantoute|pas pantoute|nenni|que nenni|non c'est bon
non ça ira merci|non, ça va|je préfère pas|je pense pas|non merci madame|awa|non mèsi|hon hon|an pa vlé|sa pa bon|pa sa
no|No thanks|no thank you|nope|nah|naw|no way|not really|not now|not today|not at all|not interested|absolutely not
of course not|never|i'd rather not|i don't want to|i'm good|no need|none of them|neither|that's not it|that's wrong
that doesn't work for me|yeah no|please don't|don't|no that's fine|no i'm good thanks|uh uh|i don't think so|nooo|👎|👎🏿
❌|🙅‍♀️|non 👎|⛔
"""
MAYBE = """
peut-être|peut être|ptet|je sais pas|je ne sais pas trop|chais pas|jsp|aucune idée|pas sûr|je ne suis pas sûre
ça dépend|faut voir|à voir|on verra|j'hésite|bof|mouais|oui et non|ni oui ni non|je vais réfléchir|laissez-moi y penser
éventuellement|euh je sais pas|ouin|pé-èt|an pa sav|maybe|perhaps|not sure|i'm not sure|dunno|idk|i don't know
it depends|we'll see|let me think|let me think about it|could be|yes and no|i guess so|meh|maybe not|no idea sorry|🤷
🤷‍♂️|🤔|bof 🤷
"""
NEITHER = """
oui mais à Lille|non, plutôt dimanche|samedi|le deuxième|bonjour|merci|merci beaucoup|thanks|ok pour samedi
yes but later|oui ?|non ?|🦖||...|1|sure about that price ?|pas le premier|no refund|oui... non
je voudrais un rendez-vous|stop|laisse tomber|annuler|no reply yet|c'est quoi|go to the store|good morning
fine jewellery|le magasin est top|super U|not Saturday|pas samedi|🙏|non reçu|right now at Lyon|你好|ok et les horaires
"""


def forms(written: str) -> list[str]:
    return written.strip("\n").replace("\n", "|").split("|")


TABLE = [(form, answer) for listed, answer in ((YES, "yes"), (NO, "no"), (MAYBE, "maybe")) for form in forms(listed)]


@pytest.mark.parametrize(("form", "answer"), TABLE)
def test_an_answer(form: str, answer: str) -> None:
    assert read_answer(form) == answer


@pytest.mark.parametrize("text", forms(NEITHER))
def test_what_says_something_else_is_no_answer(text: str) -> None:
    assert read_answer(text) is None


def test_the_table_is_worth_its_name() -> None:
    assert len(TABLE) > 250


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert read_answer(text) in ("yes", "no", "maybe", None)
