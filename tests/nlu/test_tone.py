"""How messages are said: their tone, insults, and distress."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.tone import Phrases, read_manner

TONES = {
    "negative": """
        c'est inadmissible, trois semaines que j'attends|vous êtes nuls|je suis vraiment déçue|j'en ai marre|service lamentable
        ras le bol de vos retards|c'est une honte|toujours pas de nouvelles de mon colis|personne ne répond au téléphone
        plus jamais chez vous|ÇA FAIT DEUX SEMAINES QUE J'ATTENDS MON REMBOURSEMENT
        la qualité n'est pas bonne, je suis mécontent
        c'est la troisième fois que je vous écris|🤬🤬|qualité pourrie|c'est quoi ce bordel|je ne suis pas satisfait du tout
        vous vous foutez de moi|quelle arnaque ce site
        this is unacceptable|I'm really disappointed|worst service ever|still no news of my parcel|fed up with waiting
        I've been waiting for three weeks|nobody answers the phone|what a joke|absolutely useless|never again
        this is not good enough
        WHERE IS MY ORDER THIS IS RIDICULOUS|sick of this|you let me down|the boots are rubbish|not happy with the quality""",
    "positive": """
        merci beaucoup|super service, bravo !|je suis ravie de mes chaussures|parfait, merci|j'adore la veste|vous êtes au top
        franchement pas mal du tout|très gentil de votre part merci|la vendeuse était vraiment sympa, merci|génial 😍
        thank you so much|great service|I love the jacket|perfect, thanks|you've been very helpful|amazing, well done
        really happy with my boots|brilliant, cheers|not bad at all|that's lovely 😊""",
    "urgent": """
        c'est urgent|j'en ai besoin pour demain|il me le faut ce soir|répondez vite svp|au plus vite s'il vous plaît|urgence !
        je suis pressé|dès que possible|je pars en rando, besoin d'une réponse aujourd'hui
        it's urgent|asap please|I need it by tomorrow|right now please|as soon as possible|I'm in a hurry
        we need them tonight""",
    "neutral": """
        bonjour|je voudrais un rdv samedi à Lyon|où est ma commande OR-123456 ?|merci|merci d'avance|vous livrez au Canada ?
        le 42
        la veste n'est pas inutile ?|quels sont vos horaires|je ne viens pas demain|ok|non|la semelle est décollée
        tell me a joke|hello|what time do you open on Sunday?|thanks|I'd like to book a fitting|do you ship to Canada?
        size 42 please|no
        cancel it
        my order number is OR-123456|où puis-je déposer mes vieilles chaussures""",
}
INSULTS = """
connard|bande de cons|t'es con|va te faire foutre|vous êtes des idiots|espèce d'imbécile|fils de pute|ta gueule|gros débile
sale robot de merde
tu es vraiment stupide|allez vous faire voir|abruti !|quelle bande d'incapables et de cons|bot de merde|va chier|ntm
pauvres types|mange de la marde
sa kouyon|enculés|T’ES QU’UN CONNARD|imbécile
fuck you|you're an idiot|stupid bot|what an asshole you are|go to hell|shut up|you are a moron|piece of shit|stfu
dumb machine|fuck off|you bastards
bunch of idiots|you suck|screw you|idiot
"""
NO_INSULTS = """
c'est con|question idiote|c'est idiot je sais|putain j'ai oublié mon rdv|merde mon colis|je suis un peu bête
une veste con brio|le congé|taille gros
où est ma putain de commande|mon chien est débile|la fermeture est conne à coudre|quel est le prix
holy shit that's nice|I feel stupid asking|the zip is a bitchy one|dick's sporting goods|my idiot brother lost the receipt
a fool's errand
"""
DANGER = """
je veux mourir|j'ai envie d'en finir|je vais me suicider|j'en peux plus je veux crever|je n'ai plus envie de vivre
pensées suicidaires
appelez une ambulance|mon mari me frappe|il veut me tuer|ma mère ne respire plus|je crois qu'il fait un AVC
j'ai avalé tous mes cachets
je suis en danger|j'ai vraiment envie de mourir|elle a fait un malaise dans le magasin|mettre fin à mes jours
envie de me faire du mal
I want to die|I'm going to kill myself|I don't want to live|call an ambulance|he is hitting me|I can't breathe|suicidal thoughts
no reason to live|I took too many pills|she's unconscious|he's going to kill me|I want to end my life|I hurt myself
"""
DISTRESS = """
j'en peux plus|je suis en larmes|mon mari est décédé la semaine dernière|ma mère vient de mourir|je suis désespérée
je fais que pleurer
je craque|crise d'angoisse|je me sens tellement seule|je suis en deuil|je suis au bout du rouleau|mon père nous a quittés
I'm desperate|my husband passed away|I'm in tears|I can't cope|panic attack|my dad just died|I can't take it anymore
I'm heartbroken
"""
CALM = """
mort de rire|je meurs d'envie de l'essayer|ces chaussures me tuent les pieds|la membrane ne respire pas
j'en peux plus d'attendre mon colis
mon mari est parti au travail|je veux en finir avec cette commande|la doublure me tue|mon père est parti en rando
à mourir de rire
au secours je trouve pas ma taille|la veste ne respire plus|tenue de deuil noire|dead battery|mes piles sont mortes
crever de chaud
my feet are killing me|dying to try them|the fabric isn't breathable|the jacket doesn't breathe|I died laughing
kill the notifications please
it died after two days|these boots are to die for|I'd kill for that jacket|my battery died
"""


def forms(written: str) -> list[str]:
    return [form.strip() for form in written.strip().replace("\n", "|").split("|")]


@pytest.mark.parametrize(("text", "tone"), [(text, tone) for tone, listed in TONES.items() for text in forms(listed)])
def test_tone(text: str, tone: str) -> None:
    assert read_manner(text).tone == tone


@pytest.mark.parametrize(("text", "insult"), [*((t, True) for t in forms(INSULTS)), *((t, False) for t in forms(NO_INSULTS))])
def test_an_insult(text: str, insult: bool) -> None:
    assert read_manner(text).insult is insult


@pytest.mark.parametrize(
    ("text", "distress"),
    [
        *((text, "danger") for text in forms(DANGER)),
        *((text, "distress") for text in forms(DISTRESS)),
        *((text, "") for text in forms(CALM)),
    ],
)
def test_distress(text: str, distress: str) -> None:
    assert read_manner(text).distress == distress


def test_a_phrase_is_looked_for_where_one_of_its_words_is() -> None:
    phrases = Phrases("call (?:an )?ambulance\nhelp me\\\n out|rescue us")
    assert phrases.among("please call ambulance", frozenset({"plea", "call", "ambu"}))
    assert phrases.among("help me out", frozenset({"help", "me", "out"}))
    assert not phrases.among("please recall ambulance", frozenset({"reca", "ambu"}))


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    manner = read_manner(text)
    assert manner.tone in TONES
    assert manner.distress in ("", "distress", "danger")
