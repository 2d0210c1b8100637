"""What the pretend Telegram's page says itself, in each language it speaks."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "title": "Telegram de démonstration",
        "about": "Cette page joue le téléphone de {customer}. Tout reste sur cette machine, rien ne part chez Telegram.",
        "bot": "bot",
        "typing": "écrit…",
        "offline": "connexion…",
        "conversation": "Conversation",
        "write": "Message",
        "send": "Envoyer",
        "start": "Démarrer",
        "empty": "Appuyez sur Démarrer pour ouvrir la conversation.",
        "contact": "Numéro partagé",
        "sharing": "Partage le numéro {phone}",
        "today": "Aujourd’hui",
        "back": "Le chat web",
        "failed": "Le message n’est pas parti. Réessayez.",
    },
    "en": {
        "title": "Demonstration Telegram",
        "about": "This page plays {customer}’s phone. Everything stays on this machine, nothing goes to Telegram.",
        "bot": "bot",
        "typing": "writing…",
        "offline": "connecting…",
        "conversation": "Conversation",
        "write": "Message",
        "send": "Send",
        "start": "Start",
        "empty": "Press Start to open the conversation.",
        "contact": "Number shared",
        "sharing": "Shares the number {phone}",
        "today": "Today",
        "back": "The web chat",
        "failed": "The message was not sent. Try again.",
    },
}


def words_in(language: str) -> Mapping[str, str]:
    """The page's words, in English where nobody has translated them."""
    return _WORDS.get(language, _WORDS["en"])
