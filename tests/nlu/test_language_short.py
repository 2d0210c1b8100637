"""French or English in three words or fewer, as customers type them: polite, clipped, misspelt, of Québec and the Antilles."""

from __future__ import annotations

import pytest

from nlu.language import identify

FRENCH = """
bonsoir madame|allô|coucou vous|merci bien|mrc bcp|de rien|au revoir|à demain|bonne soirée|pas de souci|je sais pas|aucune idée
où ça|c'est où|c où|quand ça|combien de temps|pourquoi pas|comment faire|quelle adresse|vos horaires|ouvert dimanche|fermé lundi
mon colis|ma commande|pas reçu|toujours rien|remboursement svp|un échange|facture perdue|carte cadeau|code promo marche pas
annule tout|laisse tomber|je confirme|déplacer rdv|un rendez-vous|prendre rdv|rdv demain matin|samedi aprem|plutôt dimanche
le premier|la deuxième|celui de 15h|vers quatorze heures|ce week-end|semaine prochaine|après-demain|tantôt|en fin de semaine
parler à quelqu'un|un conseiller|rappelez-moi|un humain svp|t'es un robot|répondez-moi|j'attends toujours|c'est urgent
taille quarante-deux|trop petit|ça taille petit|semelle décollée|fermeture cassée|en rupture|dispo en 42|chaussures de rando
c'est nul|super merci|parfait|nickel chrome|ça marche|tiguidou|ben là|c'est correct|mets-en|faque on fait quoi
magasiner des bottes
ki lè zot ka ouvè|bonjou|mèsi anpil|an ni on kestyon|sa ka maché|wi mèsi|jveu un rdv|g pas recu|c koi|keske jfais|dsl|tkt|jsp
livraison gratuite|point relais|retour gratuit|soldes|étudiant|enfants|vélo|cadeau emballé|objets trouvés
"""
ENGLISH = """
good morning|hey there|hi guys|thank you|many thanks|thanks a lot|no worries|see you|good night|have a nice day|i don't know
no idea|where is it|how much|how long|what time|which store|your address|opening times|open sunday|closed monday|my parcel
my order|not received|still nothing|refund please|an exchange|lost receipt|gift card|code doesn't work|cancel everything
never mind|i confirm|move my booking|an appointment|book tomorrow|saturday afternoon|rather sunday|the first|the second one
around two|this weekend|next week|day after tomorrow|talk to someone|an advisor|call me back|a human pls|are you a bot
answer me|still waiting|it's urgent|size nine|too small|runs small|broken zip|out of stock|got it in blue|hiking boots
that's rubbish|great thanks|perfect thank you|sounds good|works for me|wheres my stuff|idk|ty|u open|gonna be late|wanna return
free shipping|pick up point|free returns|sales|students|kids|bike|wrap it|lost property|cheers mate|can't come|didn't arrive
where's the shop|any news|need help|is it waterproof|do you deliver|loyalty points|my account|wrong size|when's it coming
"""


def forms(written: str) -> list[str]:
    return [form for line in written.strip().splitlines() for form in line.split("|")]


TABLE = [(text, "fr") for text in forms(FRENCH)] + [(text, "en") for text in forms(ENGLISH)]


def test_nearly_all_short_messages_are_told_apart_whatever_was_spoken_before() -> None:
    told = {text: (language, *(identify(text, hint)[0] for hint in ("fr", "en"))) for text, language in TABLE}
    wrong = [text for text, (language, *found) in told.items() if found != [language, language]]
    contrary = [text for text, (language, *found) in told.items() if language not in found]
    assert len(TABLE) >= 120
    assert contrary == []
    assert len(wrong) <= 0.05 * len(TABLE), wrong


@pytest.mark.parametrize("text", ["ok", "samedi", "15h", "stop", "👍", "Lyon", "OR-123456", "Anna Martin", "mail", "42"])
def test_what_belongs_to_both_follows_the_conversation(text: str) -> None:
    assert [identify(text, hint)[0] for hint in ("fr", "en")] == ["fr", "en"]
