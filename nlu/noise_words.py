"""How hurried people shorten common words: what `nlu.noise` writes, kept apart from what the engine knows how to read."""

from __future__ import annotations

from collections.abc import Mapping

_FRENCH = """
s'il vous plait: svp, svpl, siouplait
s'il te plait: stp
est-ce que: esk, eske, esque
qu'est-ce que: keske, kesk
qu'est-ce qui: keski
je suis: chui, jsuis, jsui
j'ai: jai, g
c'est: c, cest, cé
c'etait: ctai, cetait
je voudrais: jvoudrais, jvoudrai, je voudrai
j'aimerais: jaimerais, jaimerai
je veux: jveux, jveu
je peux: jpeux, jpeu
je ne sais pas: jsais pas, chais pas
il y a: ya, y a
y a-t-il: ya til
rendez-vous: rdv, rdvs, rendé vous
bonjour: bjr, bjour, bonjou
bonsoir: bsr, bonsoar
salut: slt, salu
merci: mrc, mci, merki
beaucoup: bcp, bocou
pourquoi: pk, pq, pourkoi
parce que: pcq, pask
quand: qd, kan
comment: cmt, coment
combien: cb, conbien
quelqu'un: qqun, kelkun
quelque: qq, kelk
avec: avc, avek
toujours: tjrs, tjs
jamais: jms
tout: tt
tous: ts
vous: vs
nous: ns
pour: pr
dans: ds
quoi: koi
quel: kel
quelle: kel, kelle
aujourd'hui: ajd, auj, aujourdhui
demain: dmain, demin
apres-midi: aprem, apres midi
d'accord: dac, daccord, dacor
desole: dsl
magasin: mag, magazin
commande: cmd, comande
probleme: pb, pbm
numero: num
semaine: sem, semaine
maintenant: mnt, maintenan
peut-etre: ptetre, peut etre
quelques: qqs
temps: tps
message: msg
telephone: tel
adresse: adr, adresse
plus: plu
mais: mé, mai
possible: posible, poss
"""

_ENGLISH = """
thank you: ty, thank u, thankyou
i would like: id like, i wld like
i am: im
i'm: im
i have: ive, i hv
i don't: i dont, idont
i don't know: idk
want to: wanna, wanto
going to: gonna
what is: whats, wats
what's: whats, wats
where is: wheres
could you: cud u, could u
can you: can u
see you: cya
please: pls, plz, pleas
thanks: thx, tks, thanx
hello: helo, hallo
you: u
your: ur
are: r
why: y
tomorrow: tmrw, tmr, tommorow
today: 2day, todai
tonight: tonite, 2nite
appointment: appt, apointment, appointmnt
because: bc, cuz, becos
before: b4, befor
with: w, wiht
without: w/o, witout
people: ppl
message: msg
about: abt
and: n, nd
something: smth, sumthing
someone: sum1, some1
anyone: any1, ne1
number: num, nr
really: rly, realy
have: hv, hav
that: dat, tht
what: wat, wot
when: wen
which: wich
would: wud, wld
could: cud, cld
should: shud
delivery: delivry, dlvry
order: ordr, oder
receive: recieve
received: recieved
address: adress
weekend: wkend, wk end
week: wk
between: btw, betwen
okay: k, ok
right: rite
night: nite
great: gr8
later: l8r, latr
for: 4, fr
"""


def _table(lines: str) -> Mapping[str, tuple[str, ...]]:
    pairs = (line.split(": ", 1) for line in lines.strip().splitlines())
    return {plain: tuple(short.split(", ")) for plain, short in pairs}


SHORT: Mapping[str, Mapping[str, tuple[str, ...]]] = {"fr": _table(_FRENCH), "en": _table(_ENGLISH)}
"""By language: words as they stand in a dictionary (lower case, no accents) to how they are typed in haste."""

NEIGHBOURS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        **dict(zip("azertyuiop", ("zq", "aes", "zrd", "etf", "ryg", "tuh", "yij", "uok", "ipl", "om"), strict=True)),
        **dict(zip("qsdfghjklm", ("sw", "qdz", "sfe", "dgr", "fht", "gjy", "hku", "jli", "kmo", "lp"), strict=True)),
        **dict(zip("wxcvbn", ("xq", "wcs", "xvd", "cbf", "vng", "bh"), strict=True)),
    },
    "en": {
        **dict(zip("qwertyuiop", ("wa", "qes", "wrd", "etf", "ryg", "tuh", "yij", "uok", "ipl", "ol"), strict=True)),
        **dict(zip("asdfghjkl", ("sq", "adw", "sfe", "dgr", "fht", "gjy", "hku", "jli", "ko"), strict=True)),
        **dict(zip("zxcvbnm", ("xa", "zcs", "xvd", "cbf", "vng", "bmh", "nj"), strict=True)),
    },
}
"""By language: a letter to its neighbours on the keyboard people there have."""
