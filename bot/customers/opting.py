"""One word, alone in a message, by which people everywhere ask not to be written to any more, or to be again. Pure.

Inside a sentence the same word is a word like any other: "stop, je voulais dire samedi".
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Word = Literal["stop", "stop_marketing", "start", "yes"]

_NOT_WORDS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """The words of a text and nothing else: no case, accents, punctuation or emoji, one space between them."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe")).casefold()
    return _NOT_WORDS.sub(" ", "".join(one for one in decomposed if not unicodedata.combining(one))).strip()


def _words(written: str) -> frozenset[str]:
    return frozenset(plain(word) for word in written.split())


_STOP = _words(
    """
    stop stopall stopp stoppen optout unsubscribe unsub
    arret arreter arretez desabonner desabonnement desabonnez desinscrire desinscription desinscrivez
    baja alto detener desuscribir desuscribirse parar sair remover descadastrar
    abmelden abbestellen abmeldung austragen afmelden uitschrijven avsluta afmeld
    disiscrivi disiscrivimi cancellami wypisz rezygnuje iptal odhlasit leiratkozas dezabonare
    стоп отписаться отписка отпишите στοπ διαγραφη
    停止 退订 退訂 取消订阅 配信停止 수신거부 توقف ايقاف إيقاف الغاء إلغاء הסר
    """
)
_STRICT = _words("fin quit cancel end revoke")
"""Words that stop only where the channel's own rules say so: elsewhere they are about what is being talked of."""
STRICT_CHANNELS = frozenset({"sms"})
_START = _words("start restart unstop subscribe reabonner reabonnement reprendre reprise alta старт")
_YES = _words("oui yes")
_POLITE = _words(
    "svp stp merci please pls plz thanks thank you s il vous te plait bonjour hello hi bonsoir gracias por favor bitte danke "
    "grazie per favore obrigado"
)
_WHAT = _words(
    "a au aux les des la le l tout tous toute toutes moi me all to the sms msg message messages texto textos text texts mail "
    "mails email emails e courriel courriels whatsapp contact notification notifications now maintenant immediatement"
)
"""What may stand beside the word and changes nothing."""
_MARKETING = _words(
    "pub pubs publicite publicites publicitaire publicitaires promo promos promotion promotions offre offres commercial "
    "commerciale commerciales commerciaux newsletter newsletters spam spams ad ads advert adverts advertising marketing offer "
    "offers publicidad werbung pubblicita reclame"
)
_MOST_WORDS = 7


def read_word(text: str, channel: str) -> Word | None:
    """What a message that is such a word and nothing else says on this channel; None for any other message.

    A "yes" only says that somebody agrees: whether to be written to again is for the caller to know.
    """
    words = plain(text).split()
    if not words or len(words) > _MOST_WORDS:
        return None
    said = [word for word in words if word not in _POLITE]
    stops = _STOP | _STRICT if channel in STRICT_CHANNELS else _STOP
    heads = [word for word in said if word in stops]
    rest = [word for word in said if word not in stops]
    if heads and said[0] in stops:
        if all(word in _WHAT or word in _MARKETING or word.isdecimal() for word in rest):
            return "stop_marketing" if any(word in _MARKETING for word in rest) else "stop"
        return None
    if len(said) == 1:
        return "start" if said[0] in _START else "yes" if said[0] in _YES else None
    return None
