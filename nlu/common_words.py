"""The words French and English speakers use most, folded: to tell the languages apart, and to know a word when we see one.

`ville` is one letter from `lille`, but nobody who writes it means the city.
"""

from __future__ import annotations

FRENCH: frozenset[str] = frozenset(
    """
a ai aie aient ailleurs aime aimer aimerais aimerait ainsi ait aller alors ancien annee annees annuler ans appel
appeler appelle apporter apprendre apres argent arret arrive arrivee arriver article articles as assez attend attendre
attends attente au aucun aucune aujourd aupres auquel aura aurai aurais aurait aurez auriez aussi autant autour autre
autres aux avaient avais avait avance avant avec avez aviez avions avis avoir avons ayant bas beau beaucoup belle
besoin bien bientot blanc bleu boire bois boite bon bonjour bonne bonnes bons bonsoir bord bout bras bref bus but ca
cadeau cadeaux caisse car carte cas casse cause ce ceci cela celle celles celui cent ces cet cette ceux chacun change
changer chaque chaud chaussure chaussures chemin cher cherche chercher chere chez choisir choix chose choses ci cinq
client clients code colis combien commande commander comme comment compris compte compter conseil conseiller conseils
contact content contraire contre cote cou couleur coup cours court coute couter creneau creneaux d dans de debut deja
delai delais demain demande demander demi depuis dernier derniere des desole deux devant devoir devrais devrait
dimanche dire dis disponible dit dois doit doivent donc donne donner dont dos douze droit droite du dur duree effet
elle elles email en encore enfant enfants enfin ensuite entre envie environ envoi envoye envoyer es espere essai
essayage essayer est estce et etaient etais etait etant etat ete etes etiez etre eu euh euro euros eux exactement
excusez expedition explique facon facture faim faire fais faisait fait faite faites falloir fasse faudra faudrait faut
faute femme femmes ferme fermer fermez feu fidelite fille filles fils fin finalement fois font force fort forte frais
francais franchement frere froid fut gars gauche genre gens gentil grand grande grands gratuit gros grosse groupe haut
heure heures hier histoire homme hommes horaire horaires hui huit ici idee il ils important impossible info infos
interesse internet j jamais jambe je jeu jeune jeunes joindre jour journee jours jusqu jusque juste l la laisse
laisser laquelle le lequel les lesquels lettre leur leurs libre lieu ligne lire lit livraison livre livree livrer loin
long longtemps lors lui lundi m ma machine madame magasin magasins main maintenant mais maison mal malheureusement
manque manquer marche marcher mari marque mars matin matinee mauvais mauvaise me meilleur meme memes mer merci
mercredi mere mes message met mets mettre midi mieux mille minute minutes modele modifier moi moins mois moment mon
monde monsieur montant montre montrer mort mot mots n ne neuf neuve nez noir noire nom nombre non normal nos note
notre nous nouveau nouveaux nouvel nouvelle nuit numero obtenir oeil offre offrir on ont onze ou oui ouvert ouverte
ouvrez ouvrir paie paiement paire par parce pardon pareil parfait parfois parle parler parlez part partie partir pas
passe passer payer pays peau pendant pense penser perdre perdu pere personne personnes petit petite petits peu peur
peut peuvent peux photo pied pieds place plait plein pluie plus plusieurs plutot point pointe pointure pois poser
possible pour pourquoi pourrai pourrais pourrait pourriez pouvez pouvoir pouvons precedent prefere preferer premier
premiere prendre prends prenez pres presque pret prevu prie pris prise prix probleme prochain prochaine produit
produits promis propos puis puisque qu quand quatre que quel quelle quelles quelqu quelque quelques quels question
questions qui quoi rapide rappel rappeler rappelez rapport rayon recevoir recherche reclamation recu reduction
regarder rembourse remboursement rembourser rendez rendre rendu rentre reparation reparer repondre reponse reservation
reserver reste retard retirer retour retourner retrait rever rien robe rouge route rue s sa sac sais sait salut samedi
sans sante sauf savez savoir se semaine semaines semble semelle sens sept sera serai serait seras serez serieux sert
service services ses seul seule seulement si simple site situe six soeur soir soiree soit soldes soleil solution
sommes son sont sorte sortir souhaite souhaiter souhaiterais sous souvent soyez suis suite suivi suivre super sur
surtout t ta taille tailles tant tard te tel telephone telle temps tenir tente tes tete tiens toi tombe ton tot total
toujours tour tous tout toute toutes tranquille travail tres trois trop trouve trouver tu un une utiliser va vais
valable valeur vas vendeur vendeuse vendre vendredi venez venir vent vente verite vers vert veste vetement vetements
veut veux vie viens vient ville vite voici voila voir vois voit voiture voix volontiers vos votre voudrais voudrait
voulais voulait voulez vouloir vous voyage vrai vraiment vu y zero
""".split()  # noqa: SIM905 - a list this long reads better as text
)

ENGLISH: frozenset[str] = frozenset(
    """
a able about above accept account across actually add address after afternoon again against ago all allow almost alone
along already also although always am an and another answer any anybody anyone anything anyway appointment are area
around arrive arrived as ask asked asking at available away back bad bag be became because become bed been before
behind being believe below best better between big bill black blue book booking boots both bottle box boy bring broken
brought but buy buying by bye call called can cancel cannot card care carry case cash change charge cheap check child
children choose city clear click clock close closed closing clothes coat cold collect color colour come comes coming
company complain complaint confirm contact cost could country couple course customer damaged date day days deal delay
deliver delivered delivery did didn difference different difficult discount do does doesn dog doing don done door down
during each early easy either else email end english enough even evening ever every everyone everything exactly
example exchange expect expensive explain eye fact family far fast father feel feet few figure fill final find fine
first fit fitting five fix follow food for forget found four free friday friend friends from front full further gave
get gets getting gift girl give given gives glad go goes going gone good goodbye got great green guess had half hand
happen happened happy hard has have haven having he head hear heard hello help helpful her here hers hi high hike
hiking him his hold home hope hot hour hours house how however human hundred i if immediately important in information
inside instead interested into invoice is isn issue it item items its itself jacket job just keep kind knew know known
large last late later least leather leave left less let letter life light like line listen little live living ll long
look looking lost lot lots love low luck made mail main make makes making man manager many matter may maybe me mean
means meet members men message might mind mine minute minutes miss missing moment monday money month months more
morning most mother move moved much must my myself name near need needed needs never new next nice night nine no
nobody none noon not note nothing now number o ocean of off offer often oh okay old on once one ones online only open
opening or order ordered orders other others our out outside over own paid pair parcel part pay payment people perfect
perhaps person phone pick picked place places please plus point points policy possible post prefer present price
prices privacy problem problems product products promise purchase put question questions quick quickly quite rather re
reach read ready real really reason receipt receive received refund remember repair repeat reply reschedule reserve
rest return returned returning right road room run sad said sale same saturday saw say says second see seem seen sell
send sent service services set seven several shall she ship shipped shipping shoe shoes shop shops short should show
shows side since sir sister site six size sizes sleep slot slow small so some somebody someone something sometimes
soon sorry speak speaking spoke staff start started status still stock stop store stores street stuff such suit sun
sunday supposed sure t take taken talk team tell ten terrible than thank thanks that the their them then there these
they thing things think third this those though thought three through thursday till time times tired to today together
told tomorrow tonight too took top toward track tracking tried trip try trying tuesday turn two type under understand
until up upon us use used using usually ve very visit voucher wait waiting walk want wanted wants warm warranty was
wasn way we wear weather website wednesday week weekend weeks well went were what when where whether which while white
who whole whose why wife will wish with within without woman won wonder word words work working works world worn worse
would wouldn write wrong year years yes yesterday yet you young your yours yourself
""".split()  # noqa: SIM905 - as above
)

WORDS: frozenset[str] = FRENCH | ENGLISH
