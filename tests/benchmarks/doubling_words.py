"""Names, towns and addresses of French and English people who do not exist, as common as such names are.

A few names are everybody's and most are hardly anybody's: the short lists are the common ones, most common first, and the rare
ones are put together from parts, so that many look alike, as real ones do.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Country:
    """What people of one country are called and where they live."""

    language: str
    men: tuple[str, ...]
    women: tuple[str, ...]
    common: tuple[str, ...]
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    from_elsewhere: tuple[str, ...]
    nicknames: dict[str, tuple[str, ...]]
    mobile: tuple[str, ...]
    """How mobile numbers begin, and landlines below: country code and first digits."""
    landline: tuple[str, ...]
    digits: int
    """How many digits follow."""
    mails: tuple[str, ...]

    def surname(self, rng: Random) -> str:
        chance = rng.random()
        if chance < 0.24:
            return common_first(self.common, rng)
        if chance < 0.34:
            return common_first(self.from_elsewhere, rng)
        name = rng.choice(self.heads) + rng.choice(self.tails)
        if chance > 0.97 and self.language == "fr":
            return rng.choice(("Le ", "de ", "Du", "Saint-", "de la ")) + name
        return name

    def first_name(self, sex: str, rng: Random) -> str:
        return common_first(self.men if sex == "m" else self.women, rng)


def common_first(names: tuple[str, ...], rng: Random) -> str:
    """One of these, the first ones most often, as Zipf would have it."""
    return names[int(len(names) ** rng.random()) - 1]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


FRANCE = Country(
    language="fr",
    men=_words(
        "Jean Pierre Michel Philippe Nicolas Thomas Alain Christophe Julien Laurent Patrick Lucas Frédéric Stéphane David "
        "Olivier Sébastien Alexandre Maxime Hugo Antoine Daniel Éric Guillaume Vincent Mohamed Jean-Pierre Louis Benjamin "
        "Romain Jérôme Jean-Claude Gérard François Bernard Arthur Jules Mathieu Jean-Luc Paul Anthony Kevin Bruno Gabriel "
        "Cédric Clément Marc Fabrice Ludovic Didier Florian Thierry Raphaël Jérémy Franck Théo Quentin Jean-Paul Fabien "
        "Adrien Karim Léo Dominique Nathan Rachid Simon Rémi Yves Grégory Baptiste Mickaël Jacques Victor Jean-Michel "
        "Xavier Gilles Samuel Valentin Loïc Aurélien Robin Ahmed Jean-François Arnaud Damien Claude Jean-Marc Yann Mehdi "
        "Henri Édouard Gaël Jean-Baptiste Denis Marcel Tristan Erwan Pascal Serge Léon Rayan Youssef Corentin Ethan Axel "
        "Camille Tom Dylan Noah Régis Hervé Martial Étienne Basile Honoré"
    ),
    women=_words(
        "Marie Nathalie Isabelle Sylvie Catherine Camille Julie Céline Françoise Sophie Christine Valérie Sandrine "
        "Stéphanie Léa Martine Emma Manon Laura Aurélie Émilie Véronique Chloé Virginie Anne Monique Caroline Élodie "
        "Sarah Hélène Nicole Mélanie Patricia Sandra Florence Marine Audrey Inès Delphine Fatima Corinne Laetitia "
        "Brigitte Alice Lucie Pauline Marion Karine Mathilde Jade Dominique Nadia Jacqueline Claire Louise Amandine "
        "Danielle Charlotte Anaïs Michèle Clara Justine Annie Anne-Marie Jessica Marie-Christine Vanessa Océane Évelyne "
        "Fabienne Christelle Margaux Zoé Élisabeth Morgane Samira Laurence Jeanne Juliette Coralie Agnès Nadine Sabrina "
        "Agathe Gaëlle Noémie Romane Éva Khadija Cécile Yasmine Marie-Claude Béatrice Lina Élise Claudine Solène Rose "
        "Chantal Fanny Ludivine Maëlys Anne-Sophie Lola Marguerite Thérèse Alexandra Clémence Salomé Ambre Capucine "
        "Edwige"
    ),
    common=_words(
        "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David "
        "Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André "
        "Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas "
        "Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun "
        "Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy "
        "Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois "
        "Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot"
    ),
    heads=_words(
        "Ber Cham Per Gar Mon Bou Cor Del Fau Gran Lan Mar Pel Ros Tar Ver Vil Bar Cha Dam Fer Gau Jou Lau Mal Nau Pou "
        "Rem Sau Thé Val Bros Clé Des Fro Gui Hau Jac Ker Lam Mas Nor Pas Quen Rib Ser Tou Vau Bel Cas Duc Four Gil Hér "
        "Lou Mil Noi Pin Rous Sal Tur"
    ),
    tails=_words(
        "nard teau lier din get mont ville sac bert gnon rand lat zet ron quet vier mard nel pin sson tier vin lot reau "
        "chard doux guier lin min nier pard quin rat sard ton vel bois cher dot fort geon lard moine net rault sel tin "
        "vais bonne dière gras lois mel not ric seau tard ve gnac lec nec"
    ),
    from_elsewhere=_words(
        "Silva Fernandes Pereira Ferreira Santos Rodrigues Gomes Traoré Diallo Benali Haddad Belkacem Bouzid Mansouri "
        "Amrani Nguyen Tran Rossi Kowalski Da_Silva Benmoussa El_Amrani Ben_Ali Camara Coulibaly Diop Sanchez Perez "
        "Gonzalez Hernandez Dos_Santos Kaya Yilmaz Popescu Chen Wang Saïd Cissé Touré Sow Bensaïd Khelifi Slimani Vasseur "
        "Ricci Conti Novak Marques Lopes Alves"
    ),
    nicknames={
        "Catherine": ("Cathy", "Kate"),
        "Alexandre": ("Alex",),
        "Alexandra": ("Alex", "Sandra"),
        "Nathalie": ("Nath",),
        "Christophe": ("Chris",),
        "Christine": ("Chris", "Cricri"),
        "Philippe": ("Phil",),
        "Frédéric": ("Fred",),
        "Stéphanie": ("Steph", "Fanny"),
        "Stéphane": ("Steph",),
        "Sébastien": ("Seb",),
        "Isabelle": ("Isa", "Zaza"),
        "Véronique": ("Véro",),
        "Benjamin": ("Ben",),
        "Élisabeth": ("Babeth", "Lisa"),
        "Valérie": ("Val",),
        "Jean-Pierre": ("Jipé", "JP"),
        "Jean-Claude": ("JC",),
        "Maxime": ("Max",),
        "Guillaume": ("Guigui",),
        "Caroline": ("Caro",),
        "Mathieu": ("Mat",),
        "Nicolas": ("Nico",),
        "Thomas": ("Tom",),
        "Antoine": ("Toine", "Tonio"),
        "Daniel": ("Dany",),
        "Dominique": ("Dom",),
        "Florence": ("Flo",),
        "Florian": ("Flo",),
        "Emmanuel": ("Manu",),
        "Virginie": ("Ginie",),
        "Laetitia": ("Laeti",),
        "Aurélie": ("Lili", "Auré"),
        "Émilie": ("Mimi",),
        "Jacqueline": ("Jackie",),
        "Mohamed": ("Mo", "Momo"),
        "Gabriel": ("Gab",),
        "Vincent": ("Vinz",),
        "Grégory": ("Greg",),
        "Mickaël": ("Mika",),
        "Françoise": ("Soizic", "Fanchon"),
        "Marguerite": ("Margot",),
        "Monique": ("Momo",),
        "Patricia": ("Pat",),
        "Patrick": ("Pat",),
    },
    mobile=("+336", "+337"),
    landline=("+331", "+332", "+333", "+334", "+335"),
    digits=8,
    mails=(
        "courriel.example",
        "boite.example",
        "postale.example",
        "lagons.example",
        "bleu.example",
        "libre.example",
        "mail.example",
    ),
)

BRITAIN = Country(
    language="en",
    men=_words(
        "David John James Paul Michael Andrew Peter Robert Richard Mark Stephen Thomas Daniel William Christopher Matthew "
        "Jack Ian Oliver George Joshua Anthony Alan Simon Kevin Harry Charlie Samuel Benjamin Joseph Alexander Luke Adam "
        "Jonathan Graham Martin Ryan Philip Lewis Steven Nicholas Jacob Edward Timothy Callum Liam Gary Neil Henry Keith "
        "Muhammad Jamie Kenneth Connor Nathan Colin Brian Derek Barry Raymond Oscar Leo Alfie Dylan Patrick Gareth Stuart "
        "Rhys Craig Dean Sean Terence Roger Leonard Ronald Freddie Theodore Archie Arthur Noah Toby Reuben Clive Nigel "
        "Duncan Euan Fraser Hamish Angus Gregory Douglas Dominic Imran Ravi"
    ),
    women=_words(
        "Susan Sarah Margaret Emma Karen Elizabeth Emily Jennifer Jessica Rebecca Patricia Julie Helen Rachel Charlotte "
        "Mary Victoria Claire Amy Olivia Jane Sophie Nicola Linda Christine Laura Amanda Katherine Alexandra Hannah "
        "Catherine Louise Lucy Samantha Alison Angela Jacqueline Lauren Chloe Grace Megan Kimberley Janet Ann Joanne "
        "Deborah Anne Michelle Gillian Barbara Eleanor Ruth Georgia Isabella Kathleen Dorothy Pamela Abigail Natalie "
        "Stephanie Judith Fiona Heather Caroline Carol Maureen Valerie Beth Molly Ella Mia Amelia Poppy Isla Freya "
        "Bethany Holly Zoe Tracey Dawn Wendy Diane Theresa Aisha Priya Siobhan Niamh Rhiannon Philippa Frances Beatrice "
        "Penelope Rosemary Imogen Harriet Florence Constance Winifred"
    ),
    common=_words(
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts "
        "Green Hall Wood Jackson Clarke Patel Clark Thomas James Phillips Edwards Hughes Harris Lewis Turner Cooper Hill "
        "Ward Moore Martin Morris Allen King Baker Watson Young Harrison Morgan Mitchell Cook Anderson Bell Lee Parker "
        "Davis Bennett Miller Shaw Cox Price Richardson Griffiths Simpson Marshall Carter Collins Gray Ellis Adams Murphy "
        "Kelly Scott Stewart Campbell Reid Murray Ross"
    ),
    heads=_words(
        "Ash Black Brad Brook Burn Cart Clay Craw Cross Dal Down East Elder Fair Farn Ford Gar Green Hal Hart Haw High "
        "Hol Hut Kirk Lang Lin Long Mal Mid Mil New Nor Oak Old Pem Pres Rad Raven Red Rock Row Sand Shep Stan Stock "
        "Strat Sum Sut Swan Thorn Wal War Wel West Whit Win Wood Wor"
    ),
    tails=_words(
        "ton ley ford field well worth man son wood ham den by dale more wick bourne stead ridge combe land low mere ing "
        "er kins croft gate house hurst bridge shaw ster brook cott"
    ),
    from_elsewhere=_words(
        "Khan Singh Ahmed Ali Begum Hussain Kaur Sharma Shah O'Brien O'Connor McDonald MacLeod McCarthy O'Neill "
        "Fitzgerald Kowalczyk Nowak Okafor Adeyemi Mensah Chowdhury Rahman Malik Iqbal Mehta Gupta Nguyen Wong Chan Silva "
        "Costa Rossi Murphy-Jones McKenzie"
    ),
    nicknames={
        "William": ("Bill", "Will", "Billy"),
        "Robert": ("Bob", "Rob", "Bobby"),
        "Richard": ("Rick", "Dick", "Rich"),
        "Elizabeth": ("Liz", "Beth", "Betty", "Lizzie"),
        "Margaret": ("Maggie", "Peggy", "Meg"),
        "Katherine": ("Kate", "Kathy", "Katie"),
        "Catherine": ("Cath", "Cathy"),
        "James": ("Jim", "Jamie", "Jimmy"),
        "John": ("Jack", "Johnny"),
        "Michael": ("Mike", "Mick"),
        "David": ("Dave",),
        "Andrew": ("Andy", "Drew"),
        "Stephen": ("Steve",),
        "Steven": ("Steve",),
        "Thomas": ("Tom", "Tommy"),
        "Daniel": ("Dan", "Danny"),
        "Christopher": ("Chris", "Kit"),
        "Matthew": ("Matt",),
        "Anthony": ("Tony", "Ant"),
        "Joshua": ("Josh",),
        "Samuel": ("Sam",),
        "Benjamin": ("Ben",),
        "Alexander": ("Alex", "Sandy"),
        "Jonathan": ("Jon", "Jonny"),
        "Nicholas": ("Nick",),
        "Edward": ("Ted", "Ed", "Eddie"),
        "Timothy": ("Tim",),
        "Kenneth": ("Ken",),
        "Raymond": ("Ray",),
        "Ronald": ("Ron",),
        "Terence": ("Terry",),
        "Gregory": ("Greg",),
        "Susan": ("Sue", "Suzie"),
        "Jennifer": ("Jenny", "Jen"),
        "Jessica": ("Jess",),
        "Rebecca": ("Becky", "Becca"),
        "Patricia": ("Pat", "Trish"),
        "Victoria": ("Vicky", "Tori"),
        "Christine": ("Chris", "Tina"),
        "Samantha": ("Sam",),
        "Alexandra": ("Alex", "Lexi"),
        "Deborah": ("Debbie", "Deb"),
        "Eleanor": ("Ellie", "Nell"),
        "Dorothy": ("Dot", "Dolly"),
        "Pamela": ("Pam",),
        "Abigail": ("Abi", "Gail"),
        "Judith": ("Judy",),
        "Theresa": ("Terri", "Tess"),
        "Philippa": ("Pippa",),
        "Penelope": ("Penny",),
        "Kimberley": ("Kim",),
        "Joanne": ("Jo",),
        "Jacqueline": ("Jackie",),
        "Frances": ("Fran", "Frankie"),
    },
    mobile=("+447",),
    landline=("+441", "+442"),
    digits=9,
    mails=("post.example", "mail.example", "letterbox.example", "quickmail.example", "home.example", "work.example"),
)

FRENCH_TOWNS = tuple(
    (head + tail, code)
    for code, (head, tail) in enumerate(
        (
            (head, tail)
            for head in (
                "Saint-Martin",
                "Villeneuve",
                "Beaumont",
                "Montreuil",
                "La_Roche",
                "Champigny",
                "Bourg",
                "Neuville",
                "Le_Mesnil",
            )
            for tail in (
                "",
                "-sur-Loire",
                "-les-Bois",
                "-le-Grand",
                "-en-Vexin",
                "-la-Forêt",
                "-sur-Mer",
                "-les-Bains",
                "-du-Lac",
            )
        ),
        start=1,
    )
)
"""Towns with a number of their own; the postcode is made from it."""
BRITISH_TOWNS = tuple(
    (head + tail, area)
    for head, tail, area in (
        (head, tail, f"{head[0]}{tail[0].upper()}")
        for head in ("Ash", "Brook", "Castle", "Farn", "Harrow", "King", "Market", "North", "Oak", "Stan")
        for tail in ("bury", "ford", "ham", "minster", "port", "ton", "wick")
    )
)
