"""Names of people who live in France (« noms »): many origins, accents, particles, double and long ones."""

WOMEN = (
    "Élodie", "Marie-Claire", "Françoise", "Aïcha", "Nathalie", "Fatoumata", "Chloé", "Zoé", "Thi Lan",
    "Inès", "Maëlys", "Sylvie", "Océane", "Khadija", "Noémie", "Anaïs", "Bénédicte", "Hélène", "Ioana",
    "Yasmine", "Mercedes", "Gülşen", "Oksana", "Solène", "Aminata", "Cécile", "Jeanne", "Marguerite",
    "Naïma", "Priya", "Rosalie", "Samira", "Thérèse", "Violette", "Wafa", "Xiu Ying", "Joséphine",
    "Léonie", "Agnieszka", "Djamila", "Émilienne", "Fleur", "Ghislaine", "Huguette", "Jacqueline",
    "Kadiatou", "Lucie", "Maryvonne", "Nolwenn", "Ornella", "Paulette", "Raphaëlle", "Séverine",
    "Tatiana", "Ursula", "Véronique", "Yvette", "Zohra",
)  # fmt: skip
MEN = (
    "Jean-Baptiste", "Mohamed", "Loïc", "Gaël", "Rémi", "Ousmane", "Minh", "Stéphane", "Théo", "Noël",
    "Mamadou", "Andrzej", "João", "Kévin", "Raphaël", "Hervé", "Jérôme", "Ahmed", "Benoît", "Cédric",
    "Dragan", "Étienne", "Frédéric", "Guénolé", "Hugo", "Ibrahim", "Joël", "Karim", "Léo", "Michaël",
    "Nicolas", "Olivier", "Pierre-Yves", "Quentin", "Rachid", "Sébastien", "Tristan", "Ulysse",
    "Vasile", "Wassim", "Xavier", "Youssef", "Zinedine", "Anatole", "Clément", "Désiré", "Édouard",
    "Fañch", "Gérard", "Lucien", "Marcel", "Paolo", "René", "Sékou", "Thibault", "Yaya", "Aurélien",
    "Bốn",
)  # fmt: skip
SURNAMES = (
    "Martin", "Bernard", "Petit", "Nguyễn", "Diallo", "Benali", "Le Goff", "Lefèvre", "Garcia",
    "da Silva Pereira", "Kowalski", "Traoré", "Ben Youssef", "El Amrani", "Dupont-Chevalier",
    "Hernández", "Özdemir", "Popescu", "Rakotomalala", "Boucher", "Giraud", "Fontaine", "Chauvet",
    "Bouvier", "Guérin", "Müller", "Šimić", "O’Connor", "d’Hérouville", "de La Tour", "du Plessis",
    "Van den Berghe", "Nøhr", "Camara", "Coulibaly", "N’Diaye", "Sow", "Haddad", "Khelifi", "Meziane",
    "Bouzid", "Chérif", "Tchoumi", "Ndongo", "Mbemba-Loubaki", "Rakotoarisoa", "Andriamanantena",
    "Tran", "Phạm", "Lê", "Wang", "Chen", "Singh", "Rajaratnam", "Fernandes", "Gonçalves", "Moreira",
    "Rossi", "Esposito", "D’Angelo", "Novák", "Horváth", "Ionescu-Brătianu", "Petrović", "Yıldız",
    "Demirel", "Kaya", "Abdoulkarim", "Saïd", "Ahamada", "Robert", "Richard", "Durand", "Moreau",
    "Laurent", "Simon", "Michel", "Rousseau", "Blanchet", "Gauthier", "Perrin", "Morin", "Chevallier",
    "François", "Mercier", "Bonnin", "Arnaud", "Texier", "Renaud", "Métayer", "Pelletier", "Gaborit",
    "Rivière", "Guillon", "Barreau", "Marchand", "Quéré", "Kerbrat", "Le Bihan", "Caradec",
    "Etcheverry", "Iribarne", "Hoarau", "Payet", "Grondin", "Lebreton-Desmarais", "Saint-Cricq",
    "Vaillant", "Zimmermann", "Weiß", "Åkesson", "Łukaszewicz", "Ó Briain", "Delacroix", "Beaupré",
    "Bélanger", "Cléry", "Gaudin", "Jolly", "Loiseau", "Noël", "Oger", "Pâris", "Rocher",
)  # fmt: skip
EMPLOYERS = (
    ("Arsenal des Mers", "3, place Amiral Dupont, 17300 Rochefort"),
    ("Clinique du Marais", "22, avenue des Tamaris, 17300 Rochefort"),
    ("Ville de Rochefort", "119, rue Pierre Loti, 17300 Rochefort"),
    ("Aéro Charente", "Zone de l’Aéroparc, 17620 Saint-Agnant"),
    ("Les Jardins de l’Arnoult", "4, route de Saintes, 17620 Échillais"),
    ("Transports Guérin et Fils", "8, rue du Canal, 17430 Tonnay-Charente"),
)
OCCUPATIONS = (
    "Aide-soignante", "Chauffeur-livreur", "Soudeur", "Agent d’entretien", "Vendeuse", "Cuisinier",
    "Assistante maternelle", "Ostréiculteur", "Infirmier", "Caissière", "Ajusteur-monteur",
    "Secrétaire médicale",
)  # fmt: skip
SITUATIONS = ("Salarié", "Salarié", "Salarié", "Retraité", "Demandeur d’emploi", "Étudiant", "Sans activité")
INSURERS = ("Mutuelle du Ponant", "Assurances des Deux Charentes", "Atlantique Assurance", "La Tutélaire")
RELATIONS = ("Enfant", "Enfant", "Enfant", "Conjoint", "Ascendant")
