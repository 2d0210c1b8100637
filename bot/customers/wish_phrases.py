"""How people say what they want about being written to, in French and English: see `phrases` for the notation."""

from __future__ import annotations

from collections.abc import Mapping

from bot.customers.phrases import Phrases
from bot.customers.wishes import MARKETING, REMINDER, SURVEY

_CHANNELS: Mapping[str, str] = {
    "sms": "sms|texto|textos|text|texts|texting|text message|text messages|message texte|messages texte",
    "email": "mail|mails|e mail|e mails|email|emails|emailing|mailing|courriel|courriels",
    "whatsapp": "whatsapp|whats app",
    "telegram": "telegram",
    "messenger": "messenger|facebook|facebook messenger",
    "instagram": "instagram|insta",
    "webchat": "chat|webchat|web chat|site",
}
_KINDS: Mapping[str, str] = {
    MARKETING: (
        "[message|messages|mail|mails|sms|email|emails] (pub|pubs|publicite|publicites|publicitaire|publicitaires|promo|promos"
        "|promotion|promotions|commercial|commerciaux|promotionnel|promotionnels)"
        "|(offre|offres) [promotionnelle|promotionnelles|commerciale|commerciales]"
        "|spam|spams|newsletter|newsletters|ad|ads|advert|adverts|advertising|advertisements|offer|offers"
        "|(marketing|promotional) [message|messages|email|emails|texts]"
    ),
    REMINDER: "(rappel|rappels) [de rendez vous]|[appointment] (reminder|reminders)",
    SURVEY: "(enquete|enquetes) [de satisfaction]|sondage|sondages|questionnaire|questionnaires|[satisfaction] (survey|surveys)",
}
_LANGUAGES: Mapping[str, str] = {
    "fr": "francais|french",
    "en": "anglais|english",
    "es": "espagnol|spanish|espanol",
    "de": "allemand|german|deutsch",
    "it": "italien|italian|italiano",
    "pt": "portugais|portuguese|portugues",
    "nl": "neerlandais|dutch",
}
_EVERY_CHANNEL, _EVERY_KIND = "|".join(_CHANNELS.values()), "|".join(_KINDS.values())
_NAMES: Mapping[str, str] = {
    "channel": _EVERY_CHANNEL,
    "kind": _EVERY_KIND,
    "what": f"{_EVERY_KIND}|{_EVERY_CHANNEL}|message|messages",
    "language": "|".join(_LANGUAGES.values()),
    "again": "[any more|anymore|again|ever|now]*",
}
_BY = "(par|sur|via|by|on|over|through) [l|le|la]"

CHANNELS = {name: Phrases([words], {}) for name, words in _CHANNELS.items()}
KINDS = {name: Phrases([words], {}) for name, words in _KINDS.items()}
LANGUAGES = {name: Phrases([words], {}) for name, words in _LANGUAGES.items()}

_NO = "(do not|don t|dont|never|stop|quit) [ever]"
REFUSALS = Phrases(
    (
        "[je vous demande] [de] [ne|n] (pas|plus) (m|me) (ecrire|contacter|deranger|relancer|solliciter|envoyer) "
        "[(de|d|des) {what}]",
        "[ne|n] (m|me) (ecrivez|ecris|contactez|contacte|derangez|derange|relancez|relance|sollicitez|envoyez|envoie) "
        "(plus|pas|jamais) [jamais] [(de|d|des|la|aucun|aucune|vos) {what}]",
        "(arretez|arrete|cessez|stop) [de|d] (m|me) (ecrire|contacter|deranger|relancer|solliciter|envoyer) "
        "[(de|d|des|vos|la) {what}]",
        "je [ne] (veux|souhaite|desire|voudrais) (plus|pas) [recevoir|avoir] (de|d|des|vos|aucun|aucune|la) {what}",
        "je [ne] (veux|souhaite|desire) (plus|pas) etre "
        "(contacte|contactee|derange|derangee|sollicite|sollicitee|relance|relancee)",
        "je [ne] (veux|souhaite|desire) (plus|pas) que vous m ecriviez",
        "(plus|pas|stop) [aux|aucun|aucune] [de|d|la|les]* {what}",
        "(desabonnez|desabonne|desinscrivez|desinscris) moi [[de|d|des|a|aux|la|les|vos|votre]* {what}]",
        f"[can you|could you] {_NO} (write|writing|contact|contacting|disturb|disturbing|message|messaging|bother) [to] [me]",
        f"{_NO} {{channel}} [me]",
        f"{_NO} (send|sending) [me] [any|more|your|the]* {{what}}",
        "no [more] {what}",
        "i (do not|don t|dont|no longer) (want|wish) [to receive|to get|to be sent] [any|more|your|the]* {what}",
        "i (do not|don t|dont|no longer) (want|wish) to be (contacted|disturbed|written to|messaged)",
        "(unsubscribe|remove) me [from [your|the|all]* {what}]",
    ),
    _NAMES,
    end="{again} {rest}",
)
"""Caught: `what` (or `channel`) is refused, and the `rest` of the sentence, which may name hours, a channel or a purpose."""
OFF_THE_LIST = Phrases(
    ("(unsubscribe|remove) me from (your|the|all) [mailing] (list|lists)", "take me off (your|the) [mailing] list"), _NAMES
)
EVERYWHERE = Phrases(("du tout|nulle part|at all|anywhere|jamais|sur aucun canal|on any channel",), _NAMES)
BY_CHANNEL = Phrases((f"{_BY} {{channel}}",), _NAMES)
ABOUT = Phrases(("[pour|de|d|des|for|about|with] [les|vos|the|your] {kind}",), _NAMES)
ALLOWS = Phrases(
    (
        "(vous pouvez|tu peux) [a nouveau|de nouveau] m (ecrire|contacter|envoyer (des|vos|un) {what}) [a nouveau|de nouveau] "
        f"[{_BY} {{channel}}]",
        "you (can|may) [again] (write|contact|message|send|reach) [to] [me] [[your|some|any] {what}] [again] "
        f"[{_BY} {{channel}}]",
        "you (can|may) [again] (text|email) me [again]",
        f"(je veux bien|j accepte de|je souhaite|j aimerais) recevoir [a nouveau|de nouveau] [vos|des|les|la] {{what}} "
        f"[{_BY} {{channel}}]",
        f"i (agree|would like|want|d like) to (receive|get) [your|some] {{what}} [{_BY} {{channel}}]",
    ),
    _NAMES,
)
PREFERS = Phrases(
    (
        "[(pour|for) [les|mes|the|my] {kind}] (ecrivez|ecris|contactez|contacte|repondez|joignez) moi [plutot|de preference] "
        f"{_BY} {{channel}} [plutot|de preference]",
        f"envoyez moi [plutot] (les|mes|vos) {{kind}} [plutot] {_BY} {{channel}} [plutot]",
        "(je prefere|je prefererais|j aime mieux) [que vous m ecriviez|etre contacte|etre contactee|etre joint|etre jointe"
        f"|qu on m ecrive|recevoir (les|mes|vos) {{kind}}] {_BY} {{channel}}",
        f"(write to|write|contact|reach|message|answer) me [rather] {_BY} {{channel}} [instead|rather] [for [the|my] {{kind}}]",
        "{channel} me instead [for [the|my] {kind}]",
        "i (would prefer|d prefer|prefer|d rather) "
        f"[to be contacted|to be reached|you write to me|you wrote to me|being contacted] {_BY} {{channel}}",
        f"send me (the|my|your) {{kind}} {_BY} {{channel}} [instead]",
    ),
    _NAMES,
)
SPEAKS = Phrases(
    (
        "(parlez|ecrivez|repondez|parle|ecris|reponds) [moi] [plutot] [en] {language} [plutot]",
        "je prefere [qu on|que vous|que l on] [parler|ecrire|continuer|parle|me parliez] en {language}",
        "(speak|write|answer|reply|talk) [to] [me] [in] {language} [to me|with me] [instead]",
        "i (would prefer|d prefer|prefer|d rather) [to] [speak|write|talk] [in] {language}",
    ),
    _NAMES,
)
ANY_TIME = Phrases(
    (
        "(vous pouvez|tu peux) m ecrire (a toute heure|a n importe quelle heure|quand vous voulez|n importe quand"
        "|(le soir|la nuit) aussi)",
        "you (can|may) (write to|write|contact|message) me (at any time|any time|anytime|at any hour|whenever you (want|like)"
        "|(in the evening|at night) too)",
    ),
    _NAMES,
)
ZONES = Phrases(
    (
        "mon fuseau [horaire] [est] [celui de|celui d|de|d] {rest}",
        "je suis (a l heure|sur le fuseau) (de|du|d) {rest}",
        "my (time zone|timezone) is {rest}",
    ),
    _NAMES,
)
UNDO = Phrases(
    (
        "[remettez|faites|revenez] [tout] comme avant",
        "annulez (ca|cela)",
        "undo [that|it]",
        "as before",
        "put it back [as (it was|before)]",
    ),
    _NAMES,
)
