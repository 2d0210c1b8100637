"""Words of shops that one language has and the other does not, for telling French from English in a word or two; folded."""

from __future__ import annotations

FRENCH_SHOP = frozenset(
    """
    abime abimee abonnement achat achats acheter acompte adresse agrandir ajouter allo annulation annulee appeler article
    articles atelier attente aucun avoir bagages baisse batons blouson boite bonjou bonnet bottes boutiques bretelles caisse
    cadeau cadeaux canette caoutchouc carton casse cassee ceinture chandail changer chaussette chaussettes chaussure
    chausson cher chercher client cliente clientele colis combien commander conseil conseiller conseillere coupe courriel
    couture cuir deballage debit debite dechire dechiree decolle decollee decu defaut defectueux delai delais demenage
    deplacer dernier dernieres devis disponibilite doudoune doublure echange echanger ecran emballage emballer emporter
    encaisse enfant enfants ensemble envoi envoye epuise essai essayer essayage etage etiquette etudiant etudiante expedie
    expedition facture fermeture fermee fermetures fidelite fille fils fourreau frais gants garantie garcon garantir gilet
    grande grandes gratuit gratuite guide homme horaire imper impermeable jupe laine lacets lavage laver lenteur livraison
    livre livrer livreur lot magasinage magasiner maille manche manches manquant manque manteau marche marchandise
    maroquinerie modele mouille montant moyen neuf neuve nouveau nouveaute objet objets offert offerte ourlet paie paiement
    panier pantalon parapluie paquet payer pieds plainte pluie poche poches pointure pointures polaire precommande preleve
    prelevement prix probleme produit produits pull quand quittance rabais randonnee rayon recherche recu recue
    reclamation recuperer reduction reductions relais remboursee rembourser renseignement renseignements renvoyer repare
    reparation reparer retard retouche retouches retour retourner retrait retrouve rupture sac semelle semelles service
    siege soldes souliers stationnement suivi taille tailles tantot tarif tarifs tente ticket tissu trouve trouves trouvee
    usager usee valider velo vendeur vendeuse vente ventes veste vetement vetements vitrine voiture voler volontiers anpil
    awa bondye chouval dako jodi kestyon kijan konbyen kote koute kouri lanmen ouve ouvè mesi mwen nou pwoblem randevou
    souple tiguidou timoun tiguidous vann vini zot ayen bagay ban chak ki koman kouman lajan pouki
    """.split()  # noqa: SIM905 - words read better as text
) - {"service", "ticket", "client", "guide", "lot", "ban", "usager", "livre", "sac", "manche", "gilet", "avoir", "debit"}
ENGLISH_SHOP = frozenset(
    """
    account advice advise advisor afternoon alteration alterations anybody anything apply arrive arrived arriving available
    bag bags basket belt bike bill boot boots bought box boxes bring broke broken browse buckle buy buying cancellation
    cashier charged cheap cheaper checkout cheers child children cloth clothes clothing coat collected collection
    colour color come coming complain complaint cost costs coupon courier crack cracked customer customers cuff damage
    damaged deals deliver delivered deliveries delivery deposit discount discounts dress dropped early earlier exchange
    expensive expired fabric faulty fees find fitting fleece footwear forgot found free fridge gear gift gifts glove gloves
    hat heel heels hiking hole holes hood idea inches item items jacket jackets jumper kids laces ladies leather left lining
    link loose lost loyalty mens mending missing money newest nobody online open opening opens order ordered orders outdoor
    owed paid pair parcel parcels parking paying payment payments pick pocket pockets postage poles price prices problem
    product products purchase queue rain rainproof receipt received refund refunded refunds repair repaired repairs
    replacement reply restock return returned returning returns ripped run running sale sales school season second seam
    seller send sent shelf ship shipment shipped shipping shirt shoe shoes shop shopping shops sizes sizing skirt sleeve
    sleeves socks soles someone somebody something soon staff stained stitching stolen store stores student students sweater
    swap tent tight tills together toe toes tomorrow torn track tracking trail trainers trousers trying unboxed unboxing
    unsubscribe vest voucher vouchers waist waiting walk walking warm warranty wash washing waterproof wear wheelchair where
    winter women wool wore worn wrap wrapping wrong yesterday zip zipper
    """.split()  # noqa: SIM905 - words read better as text
) - {"parking", "box", "trail", "zip", "second", "season", "pair", "link", "vest", "run", "deals", "gear", "coupon", "queue"}
