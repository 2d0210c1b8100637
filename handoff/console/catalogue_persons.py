"""The console's words about who people are: proofs, joins, likely doubles, archives and erasures."""

from __future__ import annotations

from collections.abc import Mapping

PERSONS: Mapping[str, tuple[str, str]] = {
    "author.event": ("Événement", "Event"),
    "person.why": ("Pourquoi ?", "Why?"),
    "person.why_missing": (
        "Dites pourquoi en quelques mots : un collègue doit pouvoir le comprendre.",
        "Say why in a few words: a colleague must be able to understand it.",
    ),
    "person.refused.unknown": (
        "Il n’y a rien de tel, ou plus rien. Rechargez la page.",
        "There is no such thing, or not any more. Reload the page.",
    ),
    "person.refused.undone": ("C’est déjà fait. Rechargez la page.", "This has been done already. Reload the page."),
    "person.refused.too_old": (
        "Trop peu a été noté à l’époque, ou c’est effacé depuis : cela ne se défait plus.",
        "Too little was noted at the time, or it has been erased since: this cannot be undone any more.",
    ),
    "person.refused.same": ("C’est déjà une seule conversation.", "This is one conversation already."),
    "person.refused.gone": (
        "L’une des deux fait partie d’une autre conversation depuis. Rechargez la page.",
        "One of the two has become part of another conversation since. Reload the page.",
    ),
    "person.refused.two_people": (
        "Ce sont deux clients connus, et pas les mêmes. Si leurs fiches sont des doublons, réunissez les fiches.",
        "Both are known customers, and not the same. If their profiles are doubles, join the profiles.",
    ),
    "person.refused.apart": (
        "Quelqu’un a dit que ce sont deux personnes. Confirmez si vous en savez plus.",
        "Somebody has said that these are two people. Confirm if you know better.",
    ),
    "person.refused.appointments": (
        "Des rendez-vous sont encore à venir. Annulez-les aussi, ou attendez.",
        "Appointments are still to come. Cancel them too, or wait.",
    ),
    # Proofs
    "proof.title": ("Preuves", "Proofs"),
    "proof.none": ("Rien ne prouve encore qui c’est.", "Nothing proves yet who it is."),
    "proof.until": ("valable jusqu’au {time}", "good until {time}"),
    "proof.expired": ("expirée le {time}", "ran out on {time}"),
    "proof.revoked": ("La preuve ne compte plus.", "The proof counts no longer."),
    "proof.revoked_by": ("retirée par {by}", "taken back by {by}"),
    "proof.revoke": ("Retirer", "Take back"),
    "proof.revoke_what": (
        "Ce qui demandait cette preuve sera de nouveau demandé au client.",
        "The customer will be asked again for what this proof opened.",
    ),
    "proof.revoke_of": ("Retirer la preuve : {words}", "Take back the proof: {words}"),
    # The ledger
    "join.ledger": ("Conversations réunies", "Joined conversations"),
    "join.of.conversations": ("conversation {other}", "conversation {other}"),
    "join.of.profiles": ("fiche {other}", "profile {other}"),
    "join.undo": ("Séparer", "Part again"),
    "join.undo_of": ("Séparer de nouveau : {words}", "Part again: {words}"),
    "join.undo_what": (
        "Il y aura de nouveau deux conversations, chacune avec ce qui était à elle et ce qui lui est venu depuis. "
        "Rien ne les réunira plus tout seul.",
        "There will be two conversations again, each with what was its own and what has come to it since. "
        "Nothing will join them by itself any more.",
    ),
    "join.leaves": ("Partent avec elle : {channels}.", "These go with it: {channels}."),
    "join.undone": ("Les deux sont séparées.", "The two are parted."),
    "join.undone_by": ("séparées le {time} par {by} : {why}", "parted on {time} by {by}: {why}"),
    "join.fixed": ("ne se défait plus", "cannot be undone any more"),
    # Joining by hand
    "join.title": ("Réunir deux conversations", "Join two conversations"),
    "join.open": ("Réunir avec une autre conversation", "Join with another conversation"),
    "join.with": ("L’autre conversation : son numéro ou son adresse", "The other conversation: its number or address"),
    "join.compare": ("Comparer", "Compare"),
    "join.unreadable": (
        "Donnez le numéro de l’autre conversation, ou collez l’adresse de sa page.",
        "Give the number of the other conversation, or paste the address of its page.",
    ),
    "join.side": ("Conversation {number}", "Conversation {number}"),
    "join.last": ("Derniers messages", "Last messages"),
    "join.figures": (
        "messages : {messages} · demandes en cours : {cases} · rendez-vous à venir : {appointments}",
        "messages: {messages} · open cases: {cases} · appointments to come: {appointments}",
    ),
    "join.what": (
        "Tout sera dans la conversation {number}, dans l’ordre : messages, demandes, rendez-vous, preuves et souhaits. "
        "Si l’une refuse d’être contactée, ce refus vaut pour tout. Cela se défait.",
        "Everything will be in conversation {number}, in order: messages, cases, appointments, proofs and wishes. "
        "Where one of them does not want to be contacted, that holds for all. This can be undone.",
    ),
    "join.although": (
        "Je sais que quelqu’un a dit que ce sont deux personnes",
        "I know that somebody has said these are two people",
    ),
    "join.do": ("Réunir", "Join"),
    "join.back": ("Retour à la conversation", "Back to the conversation"),
    # Likely doubles
    "double.title": ("Doublons", "Doubles"),
    "double.what": (
        "Des fiches qui sont sans doute celles d’une même personne. Votre réponse est retenue.",
        "Profiles that are probably one person’s. Your answer is remembered.",
    ),
    "double.none": ("Aucun ici.", "None here."),
    "double.state.open": ("À juger", "To judge"),
    "double.state.accepted": ("Réunies", "Joined"),
    "double.state.rejected": ("Deux personnes", "Two people"),
    "double.states": ("Lesquels", "Which ones"),
    "double.of": ("Fiches {first} et {second}", "Profiles {first} and {second}"),
    "double.sure": ("une même personne à {percent}", "one person, {percent} sure"),
    "double.for": ("Pour", "For"),
    "double.against": ("Contre", "Against"),
    "double.field": ("Champ", "Field"),
    "double.profile": ("Fiche {id}", "Profile {id}"),
    "double.same": ("pareil", "the same"),
    "double.differs": ("différent", "different"),
    "double.conversation": ("sa conversation", "their conversation"),
    "double.one": ("Une personne, garder {id}", "One person, keep {id}"),
    "double.two": ("Deux personnes", "Two people"),
    "double.next": ("Moins probables", "Less probable"),
    "double.decided": ("{time}, {by}", "{time}, {by}"),
    "double.told.joined": ("Les fiches sont réunies.", "The profiles are joined."),
    "double.told.apart_now": ("C’est retenu : deux personnes.", "Remembered: two people."),
    "double.told.undone": ("Ces deux-là sont déjà réunies.", "These two have been joined already."),
    "double.told.unknown": ("Cette proposition n’existe plus.", "This proposal is not there any more."),
    "double.told.gone": (
        "L’une des fiches a changé depuis. Jugez de nouveau.",
        "One of the profiles has changed since. Judge again.",
    ),
    "double.told.two_people": (
        "Deux personnes ont chacune prouvé être l’une des deux : elles restent deux.",
        "Two people have each proved to be one of the two: they stay two.",
    ),
    "double.told.apart": (
        "Quelqu’un a séparé leurs conversations. Réunissez d’abord celles-ci si vous en savez plus.",
        "Somebody has parted their conversations. Join those first if you know better.",
    ),
    "file.kept_no_longer": ("il a été gardé le temps prévu", "it was kept as long as it was to be"),
    # Archive and erasure
    "privacy.title": ("Ses données", "Their data"),
    "privacy.export": ("Archive de la personne (ZIP)", "The person’s archive (ZIP)"),
    "erase.open": ("Effacer la personne…", "Erase the person…"),
    "erase.title": ("Effacer {name}", "Erase {name}"),
    "erase.what": (
        "Tout ce qui est gardé de cette personne est effacé partout : messages, fichiers, fiche, preuves, demandes, notes, "
        "rendez-vous, et ce que le bot a appris de ses mots. Personne ne pourra le rétablir.",
        "Everything that is kept of this person is erased everywhere: messages, files, profile, proofs, cases, notes, "
        "appointments, and what the bot was taught with their words. Nobody can bring it back.",
    ),
    "erase.after": (
        "Si elle écrit de nouveau, ce sera une inconnue. Vos propres fichiers clients ne sont pas touchés ; sa fiche n’en est "
        "plus reprise.",
        "If they write again, they are a stranger. Your own customer files are not touched; their profile is not taken from "
        "there any more.",
    ),
    "erase.archive_first": (
        "Remettez-lui d’abord son archive si elle la demande.",
        "Hand them their archive first if they ask for it.",
    ),
    "erase.coming": ("Rendez-vous à venir", "Appointments to come"),
    "erase.cancel": ("Annuler aussi ces rendez-vous", "Cancel these appointments too"),
    "erase.type": ("Pour confirmer, tapez {word}", "To confirm, type {word}"),
    "erase.word": ("EFFACER", "ERASE"),
    "erase.other_word": ("Ce n’est pas le mot demandé. Rien n’a été effacé.", "This is not the word. Nothing was erased."),
    "erase.do": ("Effacer pour toujours", "Erase for ever"),
    "receipt.title": ("Reçu d’effacement", "Receipt of an erasure"),
    "receipt.number": ("Numéro", "Number"),
    "receipt.at": ("Effacé le", "Erased at"),
    "receipt.by": ("Par", "By"),
    "receipt.unfinished": (
        "Plus rien ne mène à cette personne ; ses derniers mots sont en cours d’effacement.",
        "Nothing leads to this person any more; the last of their words are being erased.",
    ),
    "receipt.backups": ("Vos sauvegardes peuvent la contenir jusqu’au", "Your backups may hold them until"),
    "receipt.unreadable": (
        "Les envois illisibles n’ont pas d’auteur connu ; tous ceux d’aujourd’hui auront disparu le",
        "Updates nobody could read have no known author; all of today’s are gone by",
    ),
    "receipt.counts": ("Effacés", "Erased"),
    "receipt.keep": (
        "Rien ici ne dit qui c’était : gardez le numéro si vous devez prouver l’effacement.",
        "Nothing here says who it was: keep the number if you must prove the erasure.",
    ),
    "count.messages": ("messages", "messages"),
    "count.files": ("fichiers", "files"),
    "count.conversations": ("conversations", "conversations"),
    "count.identities": ("identifiants", "identities"),
    "count.profiles": ("fiches", "profiles"),
    "count.sources": ("lignes de sources", "lines of sources"),
    "count.contact_points": ("coordonnées", "contact details"),
    "count.proofs": ("preuves", "proofs"),
    "count.codes": ("codes", "codes"),
    "count.wishes": ("souhaits", "wishes"),
    "count.links": ("liens", "links"),
    "count.cases": ("demandes", "cases"),
    "count.notes": ("notes", "notes"),
    "count.appointments": ("rendez-vous", "appointments"),
    "count.appointments_cancelled": ("rendez-vous annulés", "appointments cancelled"),
    "count.merges": ("lignes du registre vidées", "lines of the ledger emptied"),
    "count.likely_doubles": ("propositions de doublons", "proposals of doubles"),
    "count.public_messages": ("messages publics", "public messages"),
    "count.training_lines": ("lignes d’entraînement", "training lines"),
}
