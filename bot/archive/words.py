"""What the page of an archive says, in the person's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("fr", "en")
_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Vos données chez {brand}", "Your data at {brand}"),
    "intro": (
        "Voici tout ce que nous gardons de vous, au {at}. Le fichier person.json dit la même chose pour un programme, "
        "et vos fichiers sont dans le dossier media.",
        "This is everything we keep of you, as of {at}. The file person.json says the same to a program, "
        "and your files are in the folder media.",
    ),
    "nothing": ("Rien.", "Nothing."),
    "profile": ("Votre fiche", "Your profile"),
    "sources": ("D’où elle vient", "Where it comes from"),
    "contact_points": ("Vos coordonnées", "Your contact details"),
    "identities": ("Où vous nous écrivez", "Where you write to us"),
    "proofs": ("Comment nous vous avons reconnu(e)", "How we recognised you"),
    "codes": ("Codes envoyés", "Codes sent"),
    "links": ("Liens à usage unique", "One-time links"),
    "wishes": ("Ce que vous souhaitez", "What you want"),
    "slots": ("Ce que vous nous avez dit", "What you have told us"),
    "cases": ("Vos demandes", "Your cases"),
    "notes": ("Notes de nos conseillers", "Our advisors’ notes"),
    "appointments": ("Vos rendez-vous", "Your appointments"),
    "merges": ("Conversations réunies", "Conversations that were joined"),
    "public": ("Ce que vous avez écrit en public", "What you wrote in public"),
    "audit": ("Qui a consulté vos données, et ce qui a été fait", "Who looked at your data, and what was done"),
    "messages": ("Toute la conversation", "The whole conversation"),
    "you": ("Vous", "You"),
    "bot": ("Assistant", "Assistant"),
    "advisor": ("Conseiller", "Advisor"),
    "store": ("Magasin", "Store"),
    "system": ("Automatique", "Automatic"),
    "understood": ("Compris comme « {intent} », sûr à {percent}.", "Understood as “{intent}”, {percent} sure."),
    "not_understood": ("Nous n’étions pas sûrs de comprendre.", "We were not sure to understand."),
    "found": ("Relevé : {things}.", "Noted: {things}."),
    "answered": ("Réponse « {response} ».", "Answer “{response}”."),
    "file": ("Fichier : {name}", "File: {name}"),
    "file_gone": ("Fichier qui n’est pas ou plus gardé", "A file that is not, or no longer, kept"),
    "kind": ("({kind})", "({kind})"),
    "yes": ("oui", "yes"),
    "no": ("non", "no"),
}


def say(language: str, key: str, **values: Any) -> str:
    """The words of `key`; French where the language is neither."""
    return _WORDS[key][language == "en"].format(**values)


_FRENCH: Mapping[str, str] = {
    "account": "compte",
    "act": "acte",
    "also": "aussi connu comme",
    "at": "le",
    "birthday": "anniversaire",
    "blocked_at": "bloqué le",
    "by": "par",
    "channel": "canal",
    "city": "ville",
    "consents_to_marketing": "accepte la publicité",
    "context": "contexte",
    "created": "client depuis",
    "created_at": "créé le",
    "detail": "précision",
    "details": "précisions",
    "emails": "e-mails",
    "ended_at": "terminé le",
    "expires_at": "valable jusqu’au",
    "facts": "ce qu’elle dit",
    "first_name": "prénom",
    "home_store": "magasin habituel",
    "id": "numéro",
    "kind": "sorte",
    "language": "langue",
    "last_name": "nom",
    "level": "niveau",
    "local_start": "heure locale",
    "loser_id": "conversation réunie",
    "loyalty_number": "carte de fidélité",
    "minutes": "minutes",
    "name": "nom",
    "note": "note",
    "notes_for_advisors": "notes pour les conseillers",
    "opened_at": "ouverte le",
    "outcome": "issue",
    "phone": "téléphone",
    "phones": "téléphones",
    "postcode": "code postal",
    "proof": "preuve",
    "purpose": "à quelle fin",
    "queue": "file d’attente",
    "reason": "raison",
    "removed_at": "retiré le",
    "replied_at": "répondu le",
    "revoked_at": "retirée le",
    "revoked_by": "retirée par",
    "sender": "identifiant",
    "service": "service",
    "skill": "compétence",
    "slot": "quoi",
    "source": "source",
    "status": "état",
    "store": "magasin",
    "summary": "résumé",
    "taken_at": "prise en charge le",
    "text": "texte",
    "used_at": "ouvert le",
    "value": "valeur",
    "why": "pourquoi",
    "winner_id": "conversation gardée",
    "zone": "fuseau horaire",
    "author": "auteur",
}
_ACTS: Mapping[str, tuple[str, str]] = {
    "look": ("conversation consultée", "conversation looked at"),
    "person_exported": ("archive remise", "archive handed out"),
    "answer": ("réponse envoyée", "answer sent"),
    "take": ("demande prise en charge", "case taken"),
    "note": ("note écrite", "note written"),
    "correct": ("message expliqué au bot", "message explained to the bot"),
}


def label(language: str, name: str) -> str:
    """What a field is called."""
    plain = name.replace("_", " ")
    return plain if language == "en" else _FRENCH.get(name, plain)


def act_name(language: str, act: str) -> str:
    """What somebody did, as the record has it."""
    return _ACTS[act][language == "en"] if act in _ACTS else act.replace("_", " ")
