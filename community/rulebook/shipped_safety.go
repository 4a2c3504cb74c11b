package rulebook

import "github.com/vigie-hq/vigie/community"

// safety is wording of danger to health and life.
func safety() []ready {
	return []ready{
		{id: "fire-fr", fr: "Danger : feu, fumée, explosion (français)", en: "Danger: fire, smoke, explosion (French)", raise: community.Critical, tag: "safety", phrase: `
			("pris feu" OR "prend feu" OR "prendre feu" OR "debut d'incendie" OR "explosé au visage" OR "explosé entre les mains" OR "explosé dans les mains"
			OR (incendie* AND (cause* OR provoqu* OR pompiers OR chargeur* OR batterie* OR appareil*))
			OR ((four OR chargeur* OR batterie* OR telephone* OR smartphone* OR trottinette* OR velo OR multiprise* OR prise OR cable* OR linge OR vaisselle
			OR tele OR televiseur OR ordinateur OR aspirateur OR bouilloire OR chaudiere OR radiateur OR plaque* OR friteuse OR cigarette OR console OR casque
			OR montre OR lampe OR ampoule OR moteur OR voiture OR voitures OR convecteur OR compteur OR tableau OR manette OR appareil* OR vitre OR cocotte OR poele OR couverture)
			AND ("en feu" OR explose OR explosee OR exploser OR fumee OR fumees OR fume OR flamme OR flammes OR fondu OR fondue OR etincelle* OR "odeur de brûlé"
			OR "sent le brûlé" OR "commence à brûler" OR brulait OR "m'a brûlé" OR "l'a brûlé" OR "me brûle" OR "failli brûler" OR carbonise* OR "parties en fumée" OR "parti en fumée" OR crepite)))
			NOT (recette* OR "pouces en feu" OR "première flamme" OR "chauffeur qui fume" OR "prix en feu" OR "ventes explosent" OR "facture a explosé" OR "mode avion")`},
		{id: "fire-en", fr: "Danger : feu, fumée, explosion (anglais)", en: "Danger: fire, smoke, explosion (English)", raise: community.Critical, tag: "safety", phrase: `
			("caught fire" OR "catch fire" OR "catches fire" OR "catching fire" OR "burst into flames" OR "up in flames" OR "went on fire" OR "set on fire"
			OR "house fire" OR "fire hazard" OR "smells like burning" OR "burning smell" OR "smell of burning" OR "exploded in my" OR "blew up in my"
			OR ((charger* OR battery OR batteries OR phone OR laptop OR scooter OR bike OR oven OR washing OR washer OR dryer OR fridge OR freezer OR toaster
			OR kettle OR heater OR boiler OR socket OR plug OR cable OR vape OR console OR headset OR watch OR lamp OR engine OR car OR unit OR glass OR microwave OR hoverboard OR meter OR controller OR cabin OR pyjamas OR sleeve)
			AND ("on fire" OR exploded OR explode OR explodes OR smoke OR smoking OR sparks OR sparking OR melted OR melting OR flames OR "burned my" OR "burnt my"
			OR "burning my" OR "is burning" OR swelled OR buzzing OR "caught light" OR "burnt hair" OR "full of smoke" OR "burning air")))
			NOT (recipe OR salmon OR "smoke grey" OR "sales exploded" OR "no smoking" OR "smoking area" OR "non smoking" OR "smoking room" OR "smell of smoke" OR glasses OR shopping OR "phone buzzing")`},
		{id: "shock-fr", fr: "Danger : électrocution, gaz, monoxyde (français)", en: "Danger: electric shock, gas, carbon monoxide (French)", raise: community.Critical, tag: "safety", phrase: `
			electrocut* OR "décharge électrique" OR "choc électrique" OR "fil dénudé" OR "fils dénudés" OR denudes OR denude
			OR "pris le courant" OR "odeur de gaz" OR ("fuite de gaz" NOT maitrisee) OR "sent le gaz" OR monoxyde OR "alarme incendie qui" OR "issue de secours" AND (cadenassee OR bloquee OR fermee)`},
		{id: "shock-en", fr: "Danger : électrocution, gaz, monoxyde (anglais)", en: "Danger: electric shock, gas, carbon monoxide (English)", raise: community.Critical, tag: "safety", phrase: `
			electrocut* OR "electric shock" OR "electrical shock" OR "shocked me" OR "bare wires" OR "exposed wires" OR "live wires" OR "gas leak" OR "smell of gas"
			OR "smells of gas" OR "smell gas" OR "carbon monoxide" OR (leaking AND (chemical OR burns OR burning OR evacuated)) OR "fire engines" OR ("fire brigade" AND (called OR here OR "on their way"))`},
		{id: "food-fr", fr: "Danger : intoxication, corps étranger, allergie (français)", en: "Danger: poisoning, foreign body, allergy (French)", raise: community.Critical, tag: "safety", phrase: `
			("intoxication alimentaire" OR salmonel* OR listeria OR anaphylactique OR "corps étranger" OR "rendu malade" OR "rendus malades" OR "rendue malade"
			OR "réaction allergique" OR "allergie grave" OR "oedème de quincke" OR empoisonn*
			OR "morceau de verre" OR "morceaux de verre" OR "bout de verre" OR "bouts de verre" OR "éclat de verre" OR "éclats de verre"
			OR "morceau de métal" OR "morceau de plastique dans" OR "bout de métal" OR "bout de plastique dans" OR "lame de rasoir" OR "du verre dans" OR "une lame dans" OR "une épingle" OR "en convulsions" OR "choc allergique" OR "visage gonflé" OR "yeux gonflés" OR "visage en feu" OR "respire mal" OR "la gorge qui"
			OR ((coeliaque OR allergique OR allergie) AND (crise OR etiquette OR urgences OR samu OR gonfle* OR contenait OR plaques))
			OR ((vomi OR vomit OR vomissent OR vomir OR vomissements OR malade OR malades OR diarrhee) AND (mange OR manges OR mangee OR mangent OR apres OR depuis) AND (vos OR votre OR chez OR plat OR sandwich OR repas OR lasagnes OR sushis OR viande OR poulet) AND (mange* OR plat* OR repas OR sandwich* OR viande OR poulet OR sushi* OR pizza* OR burger*))
			OR ((avale OR avalee OR etouff*) AND (enfant OR fils OR fille OR bebe OR petit OR petite OR piece OR pile OR ans OR mois)))
			NOT (rire OR "sans arachide")`},
		{id: "food-en", fr: "Danger : intoxication, corps étranger, allergie (anglais)", en: "Danger: poisoning, foreign body, allergy (English)", raise: community.Critical, tag: "safety", phrase: `
			("food poisoning" OR salmonella OR listeria OR anaphyla* OR "allergic reaction" OR "made me sick" OR "made us sick" OR "throat closed"
			OR "piece of metal" OR "piece of glass" OR "pieces of glass" OR "piece of plastic" OR "bit of plastic" OR "shard of glass" OR "shards of glass" OR "broken glass in" OR "glass in my" OR "metal in my" OR "razor blade"
			OR "bit into a" OR "bitten on a" OR "biting into glass" OR "choked on" OR "choking hazard" OR "choking on" OR "swallowed a" OR "metal shavings" OR campylobacter OR "e coli" OR "bloody diarrhoea" OR "struggling to breathe" OR "can't breathe" OR "on a drip" OR "throat closing" OR "throat is closing" OR "tongue feels" OR "tongue is swelling" OR "face swollen" OR "face is swollen" OR "eyes are closed over" OR "in resus"
			OR "nut allergies" OR "food allergies are" OR foodallergies
			OR ((allergy OR allergic OR sesame OR nuts OR "dairy free" OR "gluten free" OR peanut OR "hair dye" OR filler) AND (swollen OR swelling OR hospital OR ambulance OR epipen OR reaction OR "nearly died" OR resus OR "on a drip"))
			OR ((vomiting OR "throwing up" OR "violently ill" OR "violently sick") AND (ate OR eating OR meal OR food OR chicken OR burger OR salad)))
			NOT (laughing OR laughter OR "bit into a good" OR "tongue feels odd because" OR girlfriend OR recall)`},
		{id: "injury-fr", fr: "Danger : blessure, accident, produit dangereux (français)", en: "Danger: injury, accident, unsafe product (French)", raise: community.Critical, tag: "safety", phrase: `
			((hopital OR urgences OR hospitalise* OR pompiers OR samu OR "poignet cassé" OR "jambe cassée" OR "bras cassé" OR "dent cassée" OR fracture OR "points de suture" OR saigne OR saignait OR "brulure au" OR "brulures au" OR defigure* OR "traumatisme crânien" OR "en réa" OR "dans le plâtre" OR blesse OR blessee)
			AND (apres OR suite OR "à cause" OR faute OR votre OR vos OR chez OR dans OR depuis OR descente OR chute OR tombe* OR accident OR brule*)
			AND NOT (rendez OR rdv OR rire OR fuite OR panne OR internet OR connexion OR agendas OR litige OR propos OR calendrier))
			OR "combien de morts" OR "falloir un mort" OR "avant qu'il y ait un mort" OR "attendez un mort" OR "fait un malaise" OR "prévenez les secours" OR (trottinette AND (cassee OR casse) AND (bras OR jambe OR chute OR platre)) OR (direction AND "se bloque") OR "sont dangereux" OR "se détachent" AND (bebe OR bouche)
			OR (freins AND (lache OR lachent OR "perte totale" OR "perte des" OR "plus de freins" OR morts OR savaient))
			OR ((harnais OR mousqueton OR sangle OR echelle OR siege OR rambarde OR ceinture) AND (lache OR "s'est ouvert" OR casse OR coupee OR "a cédé")) OR "pied ouvert" OR "en sang" OR "clou rouillé" OR amiante OR "rappeler le lot" OR "perdu un oeil" OR "téléphone au volant" OR "perturbateur endocrinien" OR "s'est effondré sur" OR "s'est effondrée sur" OR "effondre sur une" OR "effondre sur un" OR "m'est tombé dessus" OR "tombé sur la tête" OR "il y a des blessés" OR "plusieurs blessés"
			OR "s'est repliée toute seule" OR "mise en danger" OR "danger de mort" OR "mettre en danger" OR "met en danger" OR "mettez en danger" OR ("failli mourir" NOT rire) OR "faillit mourir"
			OR (ivre AND (chauffeur OR volant OR conducteur OR livreur)) OR ("super dangereux" OR "extrêmement dangereux" OR "hyper dangereux")`},
		{id: "injury-en", fr: "Danger : blessure, accident, produit dangereux (anglais)", en: "Danger: injury, accident, unsafe product (English)", raise: community.Critical, tag: "safety", phrase: `
			(((hospital OR "in the er" OR "to the er" OR "emergency room" OR ambulance OR paramedics OR stitches OR "broke my leg" OR "broke my arm" OR "broke my wrist" OR "broken leg" OR concussion OR bleeding OR "cut my hand" OR blisters)
			AND (your OR you OR after OR because OR collapsed OR fell))
			OR "injured at" OR "got injured" OR "was injured" OR "injured by" OR "no brakes" OR ((brake OR brakes) AND (failed OR failure OR floor OR "doesn't work" OR "don't work" OR "not working"))
			OR (("seat belt" OR seatbelt OR harness OR "helmet strap" OR "cot side" OR balcony OR rail OR wardrobe OR ladder OR railing) AND (unclipped OR collapsed OR snapped OR "came off" OR "came away" OR "came down" OR "came undone" OR "gave way")) OR "had a seizure" OR concussion OR "terrifying" AND (kid OR crush OR security) OR "will kill somebody" OR "will kill someone" OR "he could've been" OR "she could've been" OR "you must warn people" OR "death trap" OR "nearly died" OR "almost died" OR "almost die" OR "could have died" OR "could have been killed" OR "could have killed" OR "could have been dead"
			OR "life in danger" OR "lives in danger" OR "lives at risk" OR "put lives" OR "seat belt came" OR "collapsed on" OR "having a seizure" OR "moaning in pain" OR "car accident" OR "extremely unsafe" OR "super unsafe" OR "extremely dangerous" OR "safety hazard" OR "threatened and unsafe" OR "felt unsafe" OR "broken pelvis" OR "cracked vertebra" OR "fractured my" OR "fractured his" OR "fractured her" OR "shards in" OR "rung 999" OR "called 999" OR "called 911" OR "isn't moving" OR "same needle" OR "burned our house" OR "burnt our house" OR "do not use tag")
			NOT (laughing OR haha OR lol OR wings OR tv OR movie OR episode OR season OR game)`},
		{id: "assault-fr", fr: "Danger : agression, arme, harcèlement sexuel (français)", en: "Danger: assault, weapon, sexual harassment (French)", raise: community.Critical, tag: "safety", phrase: `
			(agresse OR agressee OR agresses OR agressees OR agression OR agressions OR "m'a frappé" OR "m'a frappée" OR "a frappé mon" OR "a frappé ma" OR "m'a poussé" OR "m'a poussée" OR "m'a touché" OR "m'a touchée" OR "touché les cuisses" OR "touché les fesses" OR "main aux fesses" OR attouchement*
			OR "harcèlement sexuel" OR ("un homme" AND ("suit ma fille" OR "suit ma soeur" OR "me suit")) OR "menacé de mort" OR "menacée de mort" OR "menaces de mort" OR "menacé avec" OR "menacée avec" OR viol OR violee OR tabasse* OR attentat
			OR ((vigile OR vigiles OR agent OR livreur OR chauffeur OR controleur OR videur OR employe) AND (giflé OR plaque OR frappe OR gifle OR crache OR "suivi ma" OR "suivie" OR "insulté ma" OR menacee OR bouscule OR bousculee OR etrangle))
			OR ((couteau OR arme OR pistolet OR machette) AND (menace* OR homme OR sort* OR braque* OR client)))
			NOT (saucisson OR cuisine OR "agression visuelle" OR "m'a touché en plein coeur" OR "geste touchant" OR film OR serie OR recette)`},
		{id: "assault-en", fr: "Danger : agression, arme, harcèlement sexuel (anglais)", en: "Danger: assault, weapon, sexual harassment (English)", raise: community.Critical, tag: "safety", phrase: `
			(assaulted OR assault OR assaulting OR assult OR groped OR groping OR molested OR raped OR "punched me" OR "hit me in" OR "pushed me" OR "attacked me" OR "attacked by" OR "touch my ass" OR "touched my ass" OR "sexual harassment" OR "sexually harassed" OR "death threat" OR "death threats" OR "threatened to kill" OR "pulled a knife" OR "bomb threat"
			OR ((guard OR guards OR driver OR bouncer OR staff OR courier OR employee OR attendant) AND (dragged OR punched OR slapped OR shoved OR groped OR "locked the doors" OR "wouldn't let my" OR "followed me" OR "followed my" OR bruises OR "wouldn't leave my" OR "grabbed me" OR "grabbed my"))
			OR ("grown man" AND (message* OR messaging OR chat OR private)) OR "man with a knife" OR "with a knife in" OR stalker
			OR "a man with a gun" OR "has a gun" OR "with a gun in" OR "had a gun" OR gunman OR "threw me")
			NOT ("assault on the senses" OR "assault course" OR film OR movie OR "video game" OR "assault rifle skin")`},
	}
}

// vulnerable is wording of people who cannot help themselves.
func vulnerable() []ready {
	return []ready{
		{id: "stranded-fr", fr: "Personne vulnérable sans secours (français)", en: "Vulnerable person without help (French)", raise: community.Critical, tag: "vulnerable", phrase: `
			((handicape OR handicapee OR handicapes OR fauteuil OR "personne âgée" OR "personnes âgées" OR "ma mère de" OR "mon père de" OR "mes parents de" OR "ma grand-mère" OR "mon grand-père" OR "dame de" OR "monsieur de"
			OR nourrisson OR "bébé de" OR "mon bébé" OR "un bébé" OR nouveau-ne OR alzheimer OR pacemaker OR teleassistance OR telealarme OR enceinte OR "rdv médicaux" OR "rdv's médicaux" OR "maladie grave" OR "atteint de maladie" OR "80 ans" OR "81 ans" OR "82 ans" OR "83 ans" OR "84 ans" OR "85 ans" OR "86 ans" OR "87 ans" OR "88 ans" OR "89 ans" OR "90 ans" OR "75 ans" OR "78 ans" OR "79 ans" OR "enfants en bas âge" OR "moins de 5 ans" OR aines)
			AND (bloque OR bloquee OR bloques OR coince OR coincee OR coinces OR coincees OR seul OR seule OR laissee OR "sans téléphone" OR "sans internet" OR "sans chauffage" OR "sans courant" OR "sans électricité" OR "sans eau" OR "sans ascenseur" OR "plus de courant" OR "plus de chauffage" OR "plus internet" OR "plus d'internet" OR "plus de téléphone" OR "n'ont plus" OR "n'a plus" OR "n'a pas internet" OR "pas de connexion" OR "sans service" OR "plus de connexion" OR "coupé le courant" OR "coupé le gaz" OR "dans le noir" OR "bande d'arrêt" OR "plus personne" OR "ascenseur hs" OR abandonne OR abandonnee OR tousse OR "chauffage coupé" OR "hors ligne" OR "sur l'autoroute"))
			OR "vie ou de mort" OR ("malade à la maison" AND "sans aucun")`},
		{id: "stranded-en", fr: "Personne vulnérable sans secours (anglais)", en: "Vulnerable person without help (English)", raise: community.Critical, tag: "vulnerable", phrase: `
			((disabled OR wheelchair OR elderly OR pensioner OR newborn OR "new born" OR "week old" OR "month old" OR pregnant OR diabetic OR autistic OR unaccompanied OR "year old woman" OR "year old man" OR "year old mother" OR "year old father" OR "year old grandmother" OR "my mum" OR "my dad" OR "my nan" OR "my gran" OR "my aunt" OR toddlers OR "the baby" OR stairlift OR "care home" OR "out of meds" OR "extra meds")
			AND (stranded OR stuck OR alone OR "no heating" OR "no heat" OR "no power" OR "no water" OR "no hot water" OR "without power" OR "without heating" OR "without water" OR "without help" OR "left behind" OR "left my" OR "need sugar" OR "trying to get my" OR "no one is answering" OR "broke the wheelchair" OR "have to search" OR "out of extra" OR freezing OR disconnecting OR disconnected OR "hard shoulder" OR "heaters off" OR "in her coat" OR handed OR "only passport" OR "heating is off" OR "heating off" OR "missed the onward" OR "put off the"))
			OR "matter of life and death" OR "life or death" OR "not safe for women" OR ("freezing" AND stranded) OR ("my dads wheelchair" AND "no one")`},
		{id: "medicine", fr: "Besoin médical vital : insuline, oxygène, dialyse", en: "Vital medical need: insulin, oxygen, dialysis", raise: community.Critical, tag: "vulnerable", phrase: `
			((insuline OR "sous oxygène" OR "assistance respiratoire" OR concentrateur OR dialyse OR dialysee OR glycemie OR anti-escarres) AND (mon OR ma OR mes OR "je suis" OR contient OR sa OR son))
			OR ((insulin OR epipen OR epipens OR ventilator OR "oxygen concentrator" OR "oxygen tank" OR "oxygen machine" OR dialysis) AND (my OR our OR is OR mum OR dad OR son))`},
		{id: "despair", fr: "Détresse, menace de suicide", en: "Distress, threat of suicide", raise: community.Critical, tag: "vulnerable", phrase: `
			("je me suicide" OR "me suicider" OR "envie de mourir" OR "veux mourir" OR "mettre fin à mes jours" OR "en finir avec la vie" OR "me foutre en l'air"
			OR "kill myself" OR "killing myself" OR "end my life" OR "take my own life" OR suicidal OR "want to die" OR "commit suicide" OR "can't do this any more" OR "nobody left to")
			NOT (mdr OR lol OR haha OR "suicide squad" OR film OR movie)`},
	}
}
