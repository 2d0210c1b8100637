"""The words and phrases by which `nlu.tone` hears how something is said; folded: lower case, no accents.

In the lists of phrases each line is a pattern; a backslash at its end continues it on the next.
"""

from __future__ import annotations

NEGATIVE = """
inadmissible scandaleux scandaleuse honteux honteuse inacceptable intolerable nul nuls nulle nulles nullissime decu decue
decus decevant decevante furieux furieuse enerve enervee enervant colere marre arnaque arnaques arnaqueurs voleurs escrocs
escroquerie incompetent incompetents incompetence honte lamentable lamentables minable minables catastrophe catastrophique
horrible horribles affreux deteste insupportable agace agacee agacant ridicule aberrant aberrante deplorable deplorables
desastreux desastreuse pourri pourrie degoute degoutee degoutant insatisfait insatisfaite mecontent mecontente exaspere
exasperee pff pfff grr grrr putain merde merdique chiant relou inutile inutiles galere plainte litige avocat bordel marde
plate poche osti tabarnak calisse pire unacceptable disgraceful disgusting terrible awful horrible worst angry furious upset
disappointed disappointing ridiculous rubbish crap crappy useless scam fraud shame shameful appalling pathetic hate annoyed
annoying frustrated frustrating outrageous dreadful atrocious poor shocking shambles fuming livid wtf ffs damn bloody fucking
shit shitty sucks lousy incompetent nightmare mess
"""
POSITIVE = """
super genial geniale geniaux parfait parfaite top excellent excellente excellents adore adorable bravo ravi ravie contente
satisfait satisfaite merveilleux merveilleuse formidable impeccable fantastique incroyable magnifique chapeau felicitations
efficace nickel great awesome perfect excellent wonderful amazing brilliant lovely fantastic superb delighted thrilled pleased
happy love loved helpful
"""
KIND = """
merci mrc mci merciii thanks thank thx ty cheers gentil gentille sympa aimable nice kind appreciate bonne belle agreable content
"""
ANGRY = r"""
ras[ -]le[ -]bol
n'importe quoi
(?:se |vous vous |tu te )?fou\w*(?: vous)? de (?:la gueule|ma gueule|moi|nous|notre gueule)
foutage de gueule
toujours (?:pas|rien|aucune?)
encore (?:une fois|en retard|rate)
(?:2|3|4|5|deux|trois|quatre|cinq|enieme)e?(?:me)? fois (?:que|deja)
(?:deuxieme|troisieme|quatrieme|enieme) fois
personne (?:ne |n')?(?:repond|reagit|rappelle|decroche)
(?:c'est|ce n'est) (?:pas |plus )?(?:du tout )?(?:normal|serieux|possible ca)
plus jamais
jamais (?:vu ca|recu|eu de (?:reponse|nouvelles))
sans (?:nouvelles|reponse|reaction)
j'en ai (?:assez|marre)
(?:tres|vraiment) (?:mauvais|mauvaise|long|lent)
ca fait (?:\w+ )?(?:\w+ )?(?:jours|semaines|mois|heures) que
en colere
c'est quoi ce
fed up
sick (?:and tired )?of
still (?:no|not|waiting|nothing|haven't|hasn't)
(?:second|third|fourth|2nd|3rd|4th|umpteenth) time
(?:nobody|no one) (?:answers|replies|picks up|cares|called)
never (?:again|received|arrived|got|heard)
not (?:good enough|acceptable|happy|impressed|ok|normal)
waste of (?:time|money)
(?:is|it's|that's|what|such) (?:just )?a (?:joke|disgrace|shame)
(?:been )?waiting (?:for )?(?:\w+ )?(?:weeks|days|hours|months|ages)
how many times
let (?:me )?down
"""
GLAD = r"""
merci (?:beaucoup|infiniment|mille fois|encore|a vous)
mille mercis?
bonne (?:reactivite|qualite|surprise)
(?:tres|vraiment|si) (?:bien|bon|bonne|content|contente|beau|belle|gentil|gentille|agreable|rapide|pro)
pas mal
j'aime (?:beaucoup|bien|trop)
au top
thank you (?:so|very) much
many thanks
thanks (?:a lot|so much|again)
not bad
well done
(?:really|very|so) (?:good|nice|helpful|kind|happy|quick|fast)
i (?:like|love)
good job
"""
URGENT = r"""
urgent|urgente|urgence|urgemment|urgt
asap
au plus (?:vite|tot)
le plus (?:vite|rapidement) possible
(?:tout de suite|immediatement|sans attendre|sans tarder)
des que possible
(?:vite|depechez|depeche|depechez-vous)
dans (?:l'heure|les plus brefs delais|une heure|10 minutes)
(?:j'en ai|besoin|il me le faut|il me la faut|il me faut) .{0,30}(?:aujourd'hui|ce soir|demain|ce matin|avant ce soir)
presse|pressee
urgently|emergency
right (?:now|away)
immediately|straight away|at once
as soon as (?:possible|you can)
(?:i|we) need .{0,40}(?:today|tonight|tomorrow|this morning)
hurry|quickly|in a hurry|time[- ]sensitive
"""
DANGER = r"""
(?:je (?:veux|vais|voudrais|souhaite|prefere)|jveux|j'ai decide d[e']|(?:envie|penser?|pense) (?:de |d'|d |a )) ?(?:en )?\
(?:mourir|crever|me tuer|me suicider|finir|me foutre en l'air|me pendre|me flinguer)
suicid\w*
(?:mettre |met |mets )fin a (?:mes|ses) jours
en finir avec la vie
(?:plus|pas) envie de vivre
plus (?:la )?(?:force|raison) de vivre
(?:ne )?veux plus vivre
marre de (?:vivre|la vie)
me (?:faire du mal|taillader|scarifier|couper les veines)
(?:appelez|appeler|appelle) (?:\w+ )?(?:une ambulance|les secours|le samu|la police|les pompiers|le 15|le 112|le 911)
(?:crise|arret) cardiaque
(?:ne )?respire (?:plus|pas)
(?:fait|fais|a fait) un (?:malaise|avc|arret)
est inconsciente?
(?:il|elle|mon mari|mon conjoint|mon pere|ma mere|on) (?:me |nous )(?:frappe|bat|menace de me tuer)
(?:veut|va) me tuer
(?:je suis|on est|nous sommes|il est|elle est) en danger
overdose
(?:avale|pris) (?:\w+ )?(?:des|trop de|les|tous les|tous mes|mes) (?:medicaments|cachets|comprimes|somniferes)
kill (?:myself|himself|herself)
(?:want|wanna|going|ready) (?:to )?(?:die|end it all|end my life)
end(?:ing)? my (?:own )?life
(?:don'?t|do not) want to (?:live|be alive|be here anymore)
no (?:reason|point) (?:to live|in living)
better off (?:dead|without me)
(?:hurt|harm|cut)(?:ting)? myself
self[- ]harm\w*
(?:call|get|send) (?:me )?(?:an ambulance|911|999|112|the police|the paramedics|help now)
(?:having|had) (?:a|an) (?:heart attack|stroke)
(?:can'?t|cannot|not|isn'?t) breath\w*
(?:is|he's|she's|fell) unconscious
(?:he|she|my husband|my wife|my partner|my dad|my mom|my mum) (?:is |keeps )?(?:hits|hitting|beats|beating) me
(?:wants|going|threatens) to kill me
(?:i'm|i am|we are|we're|she is|he is) in danger
(?:took|swallowed|taken) (?:\w+ )?(?:too many|all my|all the|a lot of) (?:pills|tablets)
"""
DISTRESS = r"""
(?:je )?(?:n'en|j'en) peux (?:vraiment )?plus(?! d[e'u])
(?:je suis|suis|j'suis|chuis) (?:\w+ )?(?:a bout|au bout du rouleau|desespere\w*|effondre\w*|en detresse|en panique|\
terrifie\w*|depressi\w*|deprime\w*|perdue et seule)
(?:je suis |suis )?en (?:larmes|pleurs|detresse|depression)
je (?:pleure|craque|m'effondre)
(?:je )?fais que (?:de )?pleurer
crise (?:de panique|d'angoisse)
(?:je )?me sens (?:\w+ )?(?:seule?|tres mal|mal|vide|abandonnee?)
(?:mon|ma|notre) (?:mari|femme|conjointe?|pere|mere|papa|maman|fils|fille|frere|soeur|bebe|enfant|grand-mere|grand-pere|\
mamie|papi) (?:est|vient de|vient d'|etait|nous a)\s*(?:\w+ )?(?:morte?|mourir|decedee?s?|deceder|partie?|\
quittee?s?)(?! (?:en|a|au|avec|pour|chez))
(?:je suis |en )(?:plein )?deuil
(?:i'm|i am|im) (?:\w+ )?(?:desperate|heartbroken|depressed|devastated|terrified|grieving|in tears|crying|falling apart|\
so alone|so lonely)
(?:can'?t|cannot) (?:cope|take (?:it|this) any ?more|stop crying|go on)
breaking down
panic attack
at the end of my (?:rope|tether)
(?:my|our) (?:husband|wife|partner|father|mother|dad|mom|mum|son|daughter|brother|sister|baby|child|grandmother|\
grandfather) (?:has |just |has just )?(?:died|passed away|is dead)
in mourning
"""
FIGURES_OF_SPEECH = r"""
mor(?:t|te|ts|tes|s) de (?:rire|faim|froid|fatigue|soif|chaud)
(?:mourir|meurs|crever|creve|mourrais) (?:de|d'|d) ?(?:rire|envie|faim|froid|soif|chaud|honte|ennui|fatigue|impatience|\
jalousie|curiosite)
a mourir de rire
(?:en )?finir avec (?!la vie)\w+
(?:die|dying|died) (?:of|from) (?:laughter|laughing|embarrassment|boredom|hunger|heat|cold|curiosity|shame)
dying (?:to|for)
(?:shoes?|boots?|feet|heels?|prices?) (?:is|are) killing me
kill(?:ing|s) me
(?:ne )?respire (?:plus|pas) (?:du tout )?(?:assez|bien)
(?:membrane|tissu|veste|fabric|jacket|chaussure|it|elle|matiere|manteau|textile|t-shirt) (?:ne |n'|is |does |doesn'?t |\
isn'?t |not |est |qui )*(?:respire|breath)\w*(?: (?:plus|pas))?
(?:can'?t|cannot|not|isn'?t) breath(?:able)
"""
INSULTS = r"""
connards?|connasses?|encules?|encule[rz]?|fdp|ntm|batards?|salopes?|salopards?|salauds?|put(?:e|es|ain de (?:bot|\
robot))|bouffons?|tocards?|trouduc
fils de (?:pute|chien|chienne)
nique (?:ta|vos|ta grand)\w* ?\w*
(?:va|allez|aller)[ -](?:te|vous)(?: tous)? (?:faire (?:foutre|voir|mettre|enculer|cuire)|pendre)
(?:ta|vos|vos sales) gueules?|fermez? (?:la|ta gueule|vos gueules)|tg
(?:gros|sale|petit|espece de|bande de|pauvre|t'es|tu es|quel|quels|vous etes (?:des|que des|tous des)) ?(?:gros |\
sales? |vrais? )?(?:cons?|connes?)
(?:robot|bot|machine|chatbot|vendeurs?|conseillers?|service client) (?:de merde|a la con)
mange\w* (?:de la )?(?:marde|merde)|va chier|allez chier
kouyon\w*|isalop|konnyet\w*|lanje?t manman ?\w*|langet manman ?\w*
fuck (?:you|off|u|yourself|yourselves|ya)|f\*+k? (?:you|off|u)|fk u
assholes?|arseholes?|bastards?|bitch(?:es)?|cunts?|dickheads?|wankers?|pricks?|twats?|dumbass|scumbags?|motherf\w+
son of a bitch|piece of (?:shit|crap|garbage)|shut (?:the fuck )?up|stfu|screw (?:you|u)|go to hell|up yours|\
kiss my (?:ass|arse)
(?:stupid|dumb|useless|shitty|fucking|bloody|idiotic) (?:bot|robot|machine|chatbot|computer|people|company)
you suck|u suck
"""
AIMED = r"""
abrutis?|abruties?|debiles?|cretins?|cretines?|imbeciles?|idiote?s?|demeures?|tares?|attardes?|stupides?|bons a rien|\
boulets?|pourritures?|ordures?|voleurs de merde|clowns?|epais|niaiseux|niaiseuses?|pauvres? types?|merdeux
incapables?|idiots?|morons?|imbeciles?|stupid|dumb|cretins?|losers?|fools?|clowns|pathetic|trash|scum
"""
