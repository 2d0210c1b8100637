"""The ways of saying yes, no and perhaps that `nlu.answers` knows; folded when read, apostrophes and hyphens being spaces."""

from __future__ import annotations

YES = """
uh huh, mm hm, mm-hmm, y, approved, va pour ça,
oui, ouii, ouais, ouaip, ouep, ouip, ouai, oue, oué, voui, vi, voila, très bien, da, wi, wui, ui, yi, yes, yess, yep, yup,
yeah, yeh, yea, ye, ya, yas, yass, yessir, yezzir, aye, ok, okay, okey, oki, okidoki, k, kk, dac, dacc, dak, d'acc, d'ac,
d'accord, daccord, dakor, dako, entendu, bien entendu, parfait, parfaitement, exact, exactement, exacto, tout à fait,
absolument, bien sûr, évidemment, certainement, certes, volontiers, volontier, avec plaisir, avec joie, super, génial, nickel,
impec, impeccable, top, au top, cool, banco, bingo, carrément, grave, clairement, c'est ça, c ça, c'est bon, c bon, c'est bien
ça, c'est bien, c'est parfait, c'est exact, c'est juste, c'est correct, c'est nickel, c'est ok, c'est d'accord, c'est noté,
c'est beau, c'est super, c'est tout bon, tout bon, ça me va, ça marche, ça roule, ça joue, ça me convient, ça convient, ça
ira, ça va, ça va très bien, ça passe, ça fonctionne, ça colle, ça le fait, ça serait parfait, ce serait parfait, je veux
bien, jveux bien, je le veux, j'accepte, j'approuve, je confirme, je valide, je suis d'accord, on y va, on fait comme ça, on
fait ça, vas-y, allez-y, allez, allons-y, go, go go, faites, faites-le, fais-le, faites donc, faites comme ça, validez,
valide, confirmez, confirme, valider, confirmer, réservez, réserve, pourquoi pas, pas de souci, pas de soucis, pas de
problème, pas de pb, aucun problème, aucun souci, sans souci, sans problème, affirmatif, positif, bonne idée, ben oui, ça me
va bien, mets-en, c'est bon pour moi, tiguidou, certain, correct, beau, ouin ouin, eh oui, mais oui, bah oui, non peut-être,
oufti oui, si, si si, of course, sure, sure thing, surely, for sure, sounds good, sounds great, sounds perfect, sounds fine,
works for me, that works, that'll do, that will do, that's fine, that's right, that's correct, that's it, that's perfect,
that's good, that's ok, that's great, perfect, great, good, fine, fine by me, lovely, brilliant, excellent, awesome, all good,
absolutely, definitely, certainly, indeed, exactly, precisely, right, righto, alright, alrighty, all right, true, affirmative,
please do, do, go ahead, go for it, do it, do that, let's do it, let's go, let's do that, lets go, make it so, by all means,
why not, no problem, no prob, np, no worries, happy to, i do, i would, i'd love to, i'd like that, i would like that, i agree,
i accept, i confirm, confirmed, confirm, deal, done, you bet, you got it, roger, gotcha, nah yeah, i think so, je crois que
oui, je pense que oui, je dirais oui, too right, yes indeed, it is, it does, they are, c'est le cas, it's fine, wè, wep, sa
bon, i bon, konsa, sé sa, sa ka maché, sa ka mache, pa ni pwoblem, pa ni problem, an dakò, man dakò, an lé, man lé, dakò
"""
NO = """
n, don't think so, non ça va aller,
non, nan, nann, nn, naan, na, no, noo, nop, nope, nah, naw, nay, nada, niet, nein, nenni, que nenni, non c'est bon, non ça
ira, non ça va, pas du tout, pas vraiment, pas trop, pas tellement, pas question, pas la peine, c'est pas la peine, ce n'est
pas la peine, pas besoin, pas maintenant, pas cette fois, pas pour le moment, pas pour l'instant, pas aujourd'hui, pas ça, pas
tout de suite, pas comme ça, pas moi, pas d'accord, je ne suis pas d'accord, je suis pas d'accord, pas intéressé, pas
intéressée, ça ne m'intéresse pas, ça m'intéresse pas, surtout pas, certainement pas, absolument pas, vraiment pas, hors de
question, jamais, jamais de la vie, en fait non, finalement non, je ne veux pas, je veux pas, jveux pas, je ne préfère pas, je
préfère pas, je préfère ne pas, je refuse, je n'ai pas besoin, j'ai pas besoin, sans façon, aucun, aucune, aucun des deux,
aucune des deux, aucun des trois, aucune des trois, ni l'un ni l'autre, ni l'une ni l'autre, rien, rien du tout, rien de tout
ça, ça ne me va pas, ça me va pas, ça ne va pas, ça va pas, ça ne me convient pas, ça me convient pas, ça marche pas, ça ne
marche pas, ça ne m'arrange pas, ça m'arrange pas, c'est non, c'est pas ça, ce n'est pas ça, c'est pas bon, ce n'est pas bon,
c'est faux, c'est mort, faux, incorrect, négatif, pantoute, pas pantoute, non peut-être pas, que non, nullement, aucunement,
ben non, bah non, mais non, ah ça non, je crois que non, je pense pas, je ne pense pas, je crois pas, je ne crois pas, not at
all, not really, not now, not today, not this time, not yet, not for now, not for me, not interested, i'm not interested, not
that, not those, not that one, not quite, not good, no way, no chance, never, never ever, absolutely not, certainly not,
definitely not, of course not, hell no, heck no, i don't, i do not, i don't want to, i don't want that, i don't want it, i do
not want that, no it isn't, i'd rather not, i would rather not, rather not, i'd prefer not, i refuse, i disagree, i'm good, no
i'm good, no i'm fine, no that's fine, no that's all, no need, nothing, none, none of them, none of these, none of those,
neither, neither one, that's wrong, that's not it, that's not right, that is not right, that's no good, wrong, negative, it
doesn't work, that doesn't work, that doesn't work for me, won't work, i can't, can't, i cannot, yeah no, yeah nah, nuh uh, uh
uh, don't, don't do it, do not, do not do that, i don't think so, please don't, no it's fine, no it's ok, it isn't, awa,
awawa, hon hon, an pa vlé, man pa lé, pa sa, pa konsa, sa pa bon, i pa bon, an pa dakò, man pa dakò, pa ditou, pas du tt, pas
du tout du tout, no thank you, no thanks, on laisse comme ça, j'en veux pas, je n'en veux pas
"""
MAYBE = """
i'm not certain, undecided, can't decide, sort of, j'en sais rien, ça reste à confirmer, entre oui et non, pas fixé,
peut-être, ptet, p'tet, p't-être, ptêtre, ptetre, pt'et, possible, c'est possible, possiblement, éventuellement, probablement,
sans doute, je ne sais pas, je sais pas, je sais pas trop, je ne sais pas trop, je sais plus, je ne sais plus, chais pas,
chépa, chepa, chpas, jsp, jspa, jsais pas, j'sais pas, sais pas, aucune idée, je ne suis pas sûr, je suis pas sûr, je ne suis
pas sûre, chui pas sûr, je suis pas sûre, pas sûr, pas sûre, pas certain, pas certaine, je ne suis pas certain, je suis pas
certain, je suis pas certaine, ça dépend, ça dépend de quoi, faut voir, il faut voir, à voir, on verra, on verra bien, je
verrai, je vais voir, je vais réfléchir, je réfléchis, je dois réfléchir, laissez-moi réfléchir, laisse-moi réfléchir,
laissez-moi y penser, j'hésite, j'hésite encore, bof, mouais, mwais, moyen, mitigé, ni oui ni non, oui et non, couci-couça, va
savoir, qui sait, pas encore décidé, je te redis ça, je vous redis, je vous redis ça, je demande à ma femme, je demande à mon
mari, hum, hmm, hm, mmm, ouin, oui mais non, c'est pas impossible, maybe, perhaps, possibly, probably, could be, might be,
might, i might, we'll see, let's see, i'll see, i don't know, i do not know, dunno, idk, i dunno, not sure, i'm not sure, im
not sure, unsure, no idea, i have no idea, it depends, depends, that depends, let me think, let me think about it, i'll think
about it, i need to think, need to think, hard to say, who knows, yes and no, so-so, meh, kinda, sorta, i guess, i suppose, i
suppose so, i guess so, maybe later, maybe not, 50 50, fifty fifty, pet-et, pé-èt, pétèt, an pa sav, an pa savé, man pa sav,
man pa savé, an pa sèten, an ké vwè, on va voir, ça se peut, ça se pourrait
"""
COURTESY = """
merci, merci bien, merci beaucoup, mrc, mci, merci d'avance, merci d'avoir demandé, svp, s'il vous plaît, s'il te plaît, stp,
please, pls, plz, thanks, thx, thank you, thank you very much, thank you so much, thanks a lot, ty, cheers, ta, mèsi,
monsieur, madame, mademoiselle, mate, man, bro, dude, love, dear, mon ami, sir, ma'am, euh, heu, ah, oh, eh, hé, ben, bah,
bin, beh, hein, alors, donc, et, enfin, bon, eh bien, well, so, um, uh, er, la, tiens, très, trop, vraiment, bonjour, hello,
hi, salut, bonsoir, hey, just, juste, c'est gentil, c'est gentil à vous, that's kind, lol, mdr, haha, du coup, aussi, too,
then, honestly, franchement, moi, pour moi, for me, actually, really, you too, maintenant, now, tout de suite, then please,
frère, frérot, chef, ma belle, mon grand, i think, je crois, je pense, o, wesh, sorry, désolé, désolée
"""
