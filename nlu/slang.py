"""Text-message spellings and emoji, written out. Everything is folded: no accents, lower case."""

from __future__ import annotations

from collections.abc import Mapping

_FRENCH = """
salut: slt salu slut wesh yo re hello
bonjour: bjr bjour bnjr bonj
bonsoir: bsr bonsoar
coucou: cc kikou
au revoir: bye ciao tchao
je veux: jveu jveux jvx
je voudrais: jvoudrai jvoudrais jvoudr jvd
j aimerais: jaimerai jaimerais
j ai: jai g
je suis: jsuis chui chuis jsui
je peux: jpeu jpeux jpe jpx
je dois: jdois jdoi
je cherche: jcherche
je vais: jvais jve
je pense: jpense
je crois: jcrois
je sais: jsais jsai chais
je ne sais pas: chepa jsp jspa chpa
j espere: jspr
j attends: jattend jattends jatten jatends
j arrive: jarrive
j etais: jetais gt
c est: cest c
c etait: cetait ct
ca: sa
il y a: ya
oui: ouais oue wi ui ouep yep yes vi
non: nn nan nope no
d accord: ok oki okay dac dacc daccord dak dakor go
pourquoi: pq pk pkoi pourkoi prkoi
parce que: pcq pck parske psk
s il vous plait: svp siouplait silvousplait svoup plz pls
s il te plait: stp
merci: mrc mci merki mici mrci thx thanks
ne t inquiete pas: tkt
tout: tt
tous: ts
toute: tte
toutes: ttes
toujours: tjrs tjr tjs
jamais: jms
desole: dsl dzl
quand: qd kan
quelque: qq qlq qque
quelqu un: qqun qqn kelk1 kk1 kkun
quelque chose: qqch
qui: ki
que: ke
quoi: koi kwa
qu est ce que: keske
qu est ce qui: keski
quel: kel
quelle: kelle
combien: cb cmb combi1
beaucoup: bcp bp
vraiment: vrmt vmt
rendez vous: rdv rdvs rv randevou
demain: dem1 2m1 dm1 dmain 2main
aujourd hui: ajd aujd auj aujourdhui ojd ojourdui
apres midi: aprem aprm apm apremidi
week end: we wk wkd weekend
semaine: sem
lundi: lun
mercredi: mer
vendredi: ven
samedi: sam
dimanche: dim
magasin: mag magaz
magasins: mags
boutique: boutik
commande: cmd cde cmde comande comand
livraison: livr
rembourser: rembours
remboursement: remb
numero: num
telephone: tel fone
mail: mel email
message: msg mess
information: info
informations: infos
renseignement: rens
disponible: dispo
disponibles: dispos
promotion: promo
promotions: promos
probleme: pb pbm pblm prob
reponse: rep
randonnee: rando randos
chaussures: chauss shoes
pour: pr
avec: ac av avc
dans: ds
sans: ss
nous: ns
vous: vs vou
donc: dc
mais: ms
moi: moa
toi: toa
peut etre: pt ptet petetre pte ptetre
possible: possib poss
n importe quoi: nimp
bien: bn b1 bi1
rien: ri1 rn
meme: mm
aussi: ossi
serieux: srx serieu
tout le monde: tlm
maintenant: mtn mnt maintenan
vite: asap
urgent: urgt
voila: vla
trop: tro trp
rire: ptdr mdr lol
il parait: askip
faudrait: faudrai
fache: angry
je voulais: jvoulais jvoulai
je fais: jfais jfai
je te: jte
je vous: jvous
je pourrais: jpourrais jpourai jpourrai
j aurais: jaurais jaurai
j avais: javais javai
je comprends: jcomprend jcomprends
il y avait: yavait
il faut: fo fau
est ce que: esk eske
est ce qu il y a: askia
qu il: kil
qu on: kon
comment: koment cmt coment koman kouman kijan
comme: kom
pendant: pdt
temps: tps
demande: dmd dmnd
quelques: qqs
petit: ptit pti
petite: ptite
mot de passe: mdp
reduction: reduc
reductions: reducs
c est a dire: cad
enerve: nrv
remboursement: rbt rmbt remboursmt
telephone: gsm cellulaire
pas du tout: pantoute
ici: icitte
maintenant: asteur asteure mtnt
puis: pis
donc: faque fak
pull: chandail
bonnet: tuque
gants: mitaines
bonjour: bonjou bonzour
bonsoir: bonswa
merci: mesi meci
je: mwen mwin
combien: konbyen konmen
pourquoi: poukisa
rendez vous: randevou randevous rdvou
magasin: magazen
chaussures: soulye soulie souliers
ouvert: ouve
probleme: pwoblem
enfant: timoun
venir: vini
annuler: anile anule
colis: emojiparcel
chaussures: emojishoe
rendez vous: emojicalendar
telephone: emojiphone
cadeau: emojigift
adresse: emojiplace
horaires: emojiclock
je ne sais pas: emojishrug
"""

_ENGLISH = """
hello: hi hey heya hiya yo sup helo hullo
goodbye: bye cya cu ttyl
you: u ya yall
your: ur yr
are: r
why: y
i am: im
i have: ive
do not: dont
does not: doesnt
did not: didnt
can not: cant cannot
could not: couldnt
will not: wont
would not: wouldnt
is not: isnt aint
are not: arent
was not: wasnt
have not: havent
has not: hasnt
should not: shouldnt
what is: whats
where is: wheres
how is: hows
when is: whens
who is: whos
that is: thats
there is: theres
let us: lets
you are: youre
they are: theyre
please: pls plz plss pleaz
thanks: thx thnx tnx thanx tks cheers ta
thank you: ty tysm tyvm
no problem: np
okay: ok k kk okey oki
yes: yep yup yeah yea ye yass
no: nope nah naw nay
i do not know: idk
do not know: dunno
going to: gonna
want to: wanna
have to: gotta
give me: gimme
let me: lemme
kind of: kinda
out of: outta
because: cuz coz bc becuz
before: b4
great: gr8
later: l8r
late: l8
today: 2day tdy
tomorrow: 2moro 2morrow tmrw tmr tmw tomo tomoz
tonight: 2nite tonite
weekend: wknd wkend
morning: morn
afternoon: aft arvo
evening: eve
monday: mon
tuesday: tue tues
wednesday: wed weds
thursday: thu thur thurs
friday: fri
appointment: appt apt apptmt appoint apmt
reschedule: resched
information: info
number: num
message: msg
people: ppl
something: sth smth
somebody: sb
by the way: btw
quickly: asap
for your information: fyi
with: w
without: wo
birthday: bday
delivery: del
order: ord
problem: prob
problems: probs
refund: refnd
promotion: promo
promotions: promos
available: avail
hours: hrs
minutes: mins
minute: min
hour: hr
weeks: wks
week: wk
different: diff
really: rly rlly
though: tho
through: thru
night: nite
laugh: lol lmao
oh my god: omg
that: dat
this: dis
them: dem
would: wud
could: cud
should: shud
what: wat wut
when: wen
which: wich
right now: rn
at the moment: atm
to be honest: tbh
never mind: nvm
received: recd rcvd
return: rtn
cancel: cncl cxl canx
package: pkg
parcel: prcl
address: addy
text: txt
about: bout abt
next: nxt
trying to: tryna
know: kno
sorry: soz sry
anyone: any1
someone: some1
because: cos
how do: howd
have: hv
exchange: xchange
shoes: kicks
trousers: trews
parcel: emojiparcel
shoes: emojishoe
appointment: emojicalendar
phone: emojiphone
gift: emojigift
address: emojiplace
opening hours: emojiclock
dunno: emojishrug
"""


def _read(written: str) -> Mapping[str, str]:
    """Each line is what is meant, then the ways it is typed."""
    pairs: dict[str, str] = {}
    for line in written.strip().splitlines():
        meant, _, ways = line.partition(": ")
        pairs |= dict.fromkeys(ways.split(), meant)
    return pairs


SLANG: Mapping[str, Mapping[str, str]] = {"fr": _read(_FRENCH), "en": _read(_ENGLISH)}
"""Language to spelling to words."""

EMOJI: Mapping[str, str] = {
    **dict.fromkeys("👍👌✅✔🆗💯", " ok "),
    **dict.fromkeys("👎❌🙅🚫", " no "),
    "👋": " hello ",
    "🙏": " thanks ",
    **dict.fromkeys("😡🤬😠", " angry "),
    **dict.fromkeys("🤷🤔", " emojishrug "),
    "📦": " emojiparcel ",
    **dict.fromkeys("👟🥾👞👢", " emojishoe "),
    **dict.fromkeys("📅🗓📆", " emojicalendar "),
    **dict.fromkeys("📞☎📱", " emojiphone "),
    "🎁": " emojigift ",
    **dict.fromkeys("📍🗺", " emojiplace "),
    **dict.fromkeys("⏰🕐🕘🕙", " emojiclock "),
}
"""Emoji that say something a shop can answer, as words each language's list above understands; the others are decoration.

The words made up for them are of no language, so that 📦 tells nothing about which one is spoken.
"""
