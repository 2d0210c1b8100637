"""First names one person may go by: short forms, pet names and spellings, French and English, without accents."""

from __future__ import annotations

_SETS = """
abigail abi abbie gail; abdelkader kader; adrien adrian; alan allan allen alain; albert al bert bertie; alexander alex alec
alexandre sandy sacha sasha xander alexis; alexandra alex sandra alexandria lexi lexie sacha sasha sandy; alfred fred alf
alfie; amandine mandy; amelie ame; anastasia stacy ana; andre dede; andrew andy drew; angela angie; anne ann anna annie nan;
annabelle anna bella belle; anthony tony ant antony anton; antoine toine tonio anthony; antoinette toinette nettie; armand
armando; arthur art; aurelie lili aure; aurelien aurel; barbara barb babs; bartholomew bart; beatrice bea trixie; benedicte
bene; benedict ben; benjamin ben benji benny; bernadette berni detty; bernard bernie nanard; bertrand bert; bethany beth;
brigitte bri gitte; caroline caro carrie carol carolyn; catherine katherine kathryn catharine kate katie cathy kathy cath
kat cat kitty cate; cecile cecilia cecily cissy; charles charlie chuck chas carl; charlotte lotte lottie charlie cha;
christelle chris cricri; christian chris; christine christina chris tina cricri chrissie; christopher christophe chris kit
topher cristobal; claudine clau; clementine clem; clement clem; constance connie; corinne coco corine; cynthia cindy; daniel
dan danny dany; danielle dany dani; david dave davy; deborah debra deb debbie; denise deni; didier did; dominique dominic
dom domi nick; donald don donnie; dorothy dorothee dot dolly dottie; edouard edward doudou ed; edmund ed eddie ned; edward
ed eddie ted teddy ned; edwin ed; eleanor elinor ellie nell nora eleonore; elise lise; elizabeth elisabeth eliza liz lizzie
beth betty bess betsy lisa elsie babette babeth libby; ellen nell ellie; emilie emily mimi emy em milly; emmanuel manu
manny; emmanuelle manu emma; eric erik; estelle stella; etienne tienne; eugene gene; fabien fab; fabienne fab; fabrice fab;
fatima fatma fatou; felicity flick; fernand nando; florence flo florrie flossie; florent flo; florian flo; frances fran
frankie francie fanny; francis frank frankie; francois fanch frank; francoise soizic fanchon framboise; franklin frank;
frederic frederick frederique fred freddie freddy; gabriel gab gaby gabe; gabrielle gaby gabi; genevieve ginette viviane
gene; geoffrey jeffrey jeff geoff; georges georgie jojo; gerald gerry jerry; gerard gege; gertrude trudy gerty; ghislaine
gigi; gilbert gil bert; gillian gill jill; gregory gregoire greg; guillaume guigui guy will; guillemette mette; gwendoline
gwen gwendolyn; harold harry hal; harriet hattie; helen helene nell ellie lena; henri riri; henry harry hank hal; herbert
herb bert; herve ve; howard howie; hubert bert; ignace nacho; isabelle isabella isabel isa zaza bella belle izzy; jacob jake
jack; jacqueline jackie jacquie jacky; jacques jacky jaco; james jim jimmy jamie; jane janie jenny; janet jan; jason jay;
jean jeannot; jean-baptiste jb; jean-charles jc; jean-christophe jc; jean-claude jc; jean-francois jef jf; jean-jacques jj;
jean-louis jl; jean-luc jl; jean-marc jm; jean-marie jm; jean-michel jm jimi; jean-paul jp; jean-philippe jp; jean-pierre jp
jipe; jean-yves jy; jeanne jeannette jeannine jany; jennifer jen jenny jenna jenni; jeremy jeremie jerem jerry; jerome jeje;
jessica jess jessie; joan joanie; joanne joanna jo; jocelyne joce josy; john jack johnny jon; jonathan jon jonny john
nathan; joseph joe joey jo jose; josephine josie jo fifi; joshua josh; joyce joy; judith judy jude; julia julie jules;
julien juju julian; juliette juju jules; justine juju titine; karine karen karin carine; kathleen kathy kath kate katie;
kenneth ken kenny; kimberley kimberly kim; kristin kristine kris; laetitia laeti letitia tisha; laurence lolo laure laurie;
laurent lolo larry; lawrence laurence larry laurie; leonard leo len lenny; leonie leo; leslie les; louis lou loulou lewis;
louise lou loulou louisa; lucien lulu; lucienne lulu lucie; lucille lucy lulu; ludivine ludi; ludovic ludo; madeleine
madeline maddie mado magda; marcel marcello; margaret maggie meg peggy marge madge margie greta daisy rita; marguerite
margot margaux maggie daisy; marie mary maria marion manon mimi; marie-christine kiki; marie-claude mc; marie-france mf;
marilyn mary lyn; marjorie marge margie; martine titine; mathilde matilda mat tilda tilly; matthew matt mathew matty;
matthieu mathieu mat matt; maureen mo; maurice momo maury; maximilien max maxime maximilian; maxime max; maxwell max; megan
meg; melanie mel; melissa mel lissa missy; michael mike mick mickey mikey; michel mich mimi michou; michele michelle mimi
shelly mich chelle; mickael michael mika mike mick; mireille mimi mireio; mohamed mohammed muhammad mohammad muhammed mo
momo medhi hamed; monique momo mo nick; muriel mumu; myriam miriam mimi; nadege nad; nadine nana nad; nancy nan; natalie
nathalie nat nath nathy talie; natasha tasha nat; nathan nat nate; nathaniel nathan nat nate; nicholas nick nicky nic;
nicolas nico nick colas; nicole nikki nicky colette; noemie naomi nono; odile odette; olivier oliver oliv ollie; pamela pam;
pascal pasc; pascale pasc; patrice pat; patricia pat patty trish tricia patsy paddy; patrick pat paddy pad; pauline popo
paula; penelope penny nell; peter pete; philip phillip philippe phil pip; philippa pippa pip; pierre pierrot; pierre-yves
py; priscilla cilla; rachel rach shelley; raphael raph rafael rafa; raymond ray; rebecca becky becca bec; reginald reg
reggie; remi remy; rene nene; richard rick dick rich richie ricky; robert bob rob bobby robbie bert robin; roberta bobbie;
roderick rod; rodolphe rudy dolf; roger rodge; roland rollo; rolande lola; romain rom roman; ronald ron ronnie; rosalie rosa
rose lily; rose rosie rosa; rosemary rose rosie romy; roxane roxy; rudolph rudy; russell russ; salome salo; samantha sam
sammy; samuel sam sammy; sandrine sandy cendrine; sarah sara sally; sebastien sebastian seb bastien; serge sergio; sharon
shaz; sidney sid sydney; simone simonette; solange sol; solene sol; sophie sophia sofia soph fifi; stanislas stan stanley;
stanley stan; stephane steph stef; stephanie steph stef fanny; stephen steven steve stevie stephan; stuart stu stewart;
susan sue susie suzy suzie susanna susannah; suzanne suzy suzie suzon suzette; sylvain syl; sylvie syl silvia sylvia;
sylviane syl; terence terrence terry; theodore theo ted teddy; theophile theo; theresa teresa terry terri tess tessa
therese; therese tete; thibault thibaut thibaud thib titi; thierry titi; thomas tom tommy; timothy timothe timothee tim
timmy; tracey tracy trace; valentin val tintin; valentine val titine; valerie val valou; vanessa nessa ness; veronica vera
ronnie; veronique vero nika; victor vic; victoria vicky vicki tori vic; victorine vic; vincent vin vinnie vinz vince;
virginia ginny virgie; virginie ginie vivi gigi; walter walt wally; wilfred wilf fred; william bill billy will willy liam;
winifred win winnie freddie; xavier xav; yolande yoyo; yvette yve vevette; yvonne vonne; zacharie zachary zac zach zack
"""


def _names_of() -> dict[str, frozenset[int]]:
    sets_of: dict[str, set[int]] = {}
    for number, together in enumerate(_SETS.split(";")):
        for name in together.split():
            sets_of.setdefault(name.replace("-", " "), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in sets_of.items()}


_SETS_OF = _names_of()
_NONE: frozenset[int] = frozenset()


def one_person(first: str, second: str) -> bool:
    """Whether somebody called `first` may be called `second` too; both folded as `names.folded` does."""
    return not _SETS_OF.get(first, _NONE).isdisjoint(_SETS_OF.get(second, _NONE))


def also(name: str) -> list[str]:
    """Words that this folded name shares with those its bearer may go by as well, for grouping; none for most."""
    return [f"#{number}" for number in _SETS_OF.get(name, _NONE)]
