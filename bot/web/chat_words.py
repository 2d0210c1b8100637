"""What the web chat's page says itself, in each language it speaks."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "language": "Français",
        "conversation": "Conversation",
        "assistant": "Assistant",
        "you": "Vous",
        "write": "Écrivez votre message",
        "send": "Envoyer",
        "hint": "Entrée pour envoyer, Maj + Entrée pour aller à la ligne",
        "choices": "Réponses proposées",
        "typing": "L’assistant écrit…",
        "waiting": "En attente d’envoi",
        "connecting": "Connexion…",
        "online": "En ligne",
        "offline": "Connexion perdue. Vos messages partiront dès son retour.",
        "slow": "Un instant, vos messages partent l’un après l’autre.",
        "too_long": "Votre message est trop long : 4 000 caractères au plus. Envoyez-le en deux fois.",
        "attach": "Joindre une photo ou un document",
        "sending_file": "Envoi du fichier",
        "file_too_large": "Ce fichier est trop lourd : {size} Mo au plus.",
        "file_type": "Ce fichier ne peut pas être envoyé. Choisissez une photo (JPEG, PNG, WebP, GIF) ou un PDF.",
        "file_lost": "Le fichier n’a pas pu partir : la connexion est trop faible. Réessayez plus tard.",
        "refused": "Ce message n’a pas pu partir. Réessayez, ou écrivez-le autrement.",
        "no_cookies": "Votre navigateur n’autorise pas de cookie ici, et sans lui je ne peux pas vous répondre.",
        "own_window": "Ouvrir la discussion dans son propre onglet",
        "continue_on": "Continuer sur {channel}",
        "continue_help": "Ce lien ouvre la même conversation sur {channel}. Il ne sert qu’une fois.",
        "continue_failed": "Le lien n’a pas pu être préparé. Réessayez dans un instant.",
        "copy": "Copier le lien",
        "copied": "Lien copié",
        "close": "Fermer",
        "automatic": "Vous parlez à un assistant automatique. Un conseiller prend le relais quand il le faut.",
        "no_script": "Pour discuter ici, autorisez JavaScript dans votre navigateur, puis rechargez la page.",
        "today": "Aujourd’hui",
        "yesterday": "Hier",
    },
    "en": {
        "language": "English",
        "conversation": "Conversation",
        "assistant": "Assistant",
        "you": "You",
        "write": "Write your message",
        "send": "Send",
        "hint": "Enter to send, Shift + Enter for a new line",
        "choices": "Suggested answers",
        "typing": "The assistant is writing…",
        "waiting": "Waiting to be sent",
        "connecting": "Connecting…",
        "online": "Online",
        "offline": "Connection lost. Your messages will leave as soon as it is back.",
        "slow": "One moment, your messages are leaving one by one.",
        "too_long": "Your message is too long: 4,000 characters at most. Please send it in two.",
        "attach": "Attach a picture or a document",
        "sending_file": "Sending the file",
        "file_too_large": "This file is too large: {size} MB at most.",
        "file_type": "This file cannot be sent. Choose a picture (JPEG, PNG, WebP, GIF) or a PDF.",
        "file_lost": "The file could not be sent: the connection is too weak. Please try again later.",
        "refused": "This message could not be sent. Try again, or put it another way.",
        "no_cookies": "Your browser allows no cookie here, and without it I cannot answer you.",
        "own_window": "Open the chat in a tab of its own",
        "continue_on": "Continue on {channel}",
        "continue_help": "This link opens the same conversation on {channel}. It works once.",
        "continue_failed": "The link could not be prepared. Try again in a moment.",
        "copy": "Copy the link",
        "copied": "Link copied",
        "close": "Close",
        "automatic": "You are talking to an automatic assistant. An advisor takes over when it matters.",
        "no_script": "To chat here, allow JavaScript in your browser and reload the page.",
        "today": "Today",
        "yesterday": "Yesterday",
    },
}

CHANNEL_NAMES: Mapping[str, str] = {
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
    "messenger": "Messenger",
    "instagram": "Instagram",
    "sms": "SMS",
}
"""How customers call a channel; one that is missing here is shown by its own name."""


def words_in(language: str) -> Mapping[str, str]:
    """The page's words, in English where nobody has translated them."""
    return WORDS.get(language, WORDS["en"])
