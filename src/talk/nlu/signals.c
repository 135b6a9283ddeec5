/*
 * Signals by phrases over the tokens: a phrase is words with single blanks, as tokens_cut leaves them (lower case, no accents,
 * chat spellings written out). A negation right before a phrase takes it back ("not urgent").
 */
#include "talk/nlu/signals.h"

struct phrases {
    enum signal_kind kind;
    const char *const *list;
};

static const char *const URGENT[] = {"urgent", "urgently", "asap", "as soon as possible", "immediately", "right away", "right now", "emergency",
    "deadline", "need it by", "need it before", "need them by", "before the weekend", "by tomorrow", "by tonight", "time sensitive",
    "wedding", "birthday", "funeral", "dringend", "sofort", "eilig", "hochzeit", "geburtstag", "urgente", "urgencia", "cuanto antes",
    "boda", "cumpleanos", "mariage", "anniversaire", "au plus vite", "immediatement", "matrimonio", "compleanno", "subito", "casamento",
    "aniversario", "spoed", "dringende", "zo snel mogelijk", "bruiloft", "verjaardag", "pilne", "pilnie", "natychmiast", "wesele",
    "urodziny", "na wczoraj", "akut", "bradskande", "omgaende", "brollop", "fodelsedag", "jaldi", "turant", "shaadi", "जल्दी", "तुरंत", "शादी",
    "अर्जेंट", "至急", "急", "結婚式", "ضروري", "عاجل", "مستعجل", "بسرعه", "عرس", "زفاف",
    "lo antes posible", "urge", "de inmediato", "ya mismo", "bautizo", "entierro", "urgence", "au plus tot", "tout de suite",
    "des que possible", "obseques", "bapteme", "so schnell wie moglich", "umgehend", "beerdigung", "il prima possibile",
    "urgentemente", "al piu presto", "o quanto antes", "o mais rapido possivel", "com urgencia", "zsm", "begrafenis", NULL};
static const char *const LEGAL[] = {"lawyer", "attorney", "solicitor", "sue", "lawsuit", "legal action", "court", "consumer court",
    "small claims", "consumer forum", "trading standards", "ombudsman", "consumer protection", "better business bureau", "bbb",
    "police", "legal notice", "rechtsanwalt", "anwalt", "verbraucherzentrale", "abogado", "denuncia", "avocat", "avvocato", "denuncio",
    "advogado", "procon", "advocaat", "prawnik", "prawnika", "uokik", "sadu", "policje", "rzecznika konsumentow", "advokat", "konsumentverket",
    "polisanmala", "vakil", "वकील", "कोर्ट", "अदालत", "उपभोक्ता", "पुलिस", "弁護士", "訴", "裁判", "消費者", "警察", "محامي", "محكمه", "قضيه", "المستهلك",
    "الشرطه", "وزاره التجاره",
    "abogada", "demandar", "demandare", "denunciar", "denunciare", "tribunales", "juzgado", "policia", "profeco",
    "ocu", "hoja de reclamaciones", "avocate", "porter plainte", "tribunal", "dgccrf", "ufc que choisir", "signal conso",
    "mise en demeure", "gericht", "anzeige", "anzeigen", "klage", "verklagen", "polizei", "avvocata", "tribunale",
    "carabinieri", "codacons", "vie legali", "advogada", "processar", "processo", "deco", "rechtbank", "aangifte", "rechter",
    "juridische stappen", "consumentenbond", NULL};
static const char *const CHARGEBACK[] = {"chargeback", "charge back", "dispute the charge", "dispute this charge", "dispute with my bank",
    "dispute it with my bank", "paypal dispute", "paypal claim", "reverse the charge", "reverse the payment", "call my bank", "rueckbuchung",
    "ruckbuchung", "contracargo", "retrofacturation", "chargebacku", "dispute the payment", "card dispute", "open a dispute",
    "file a dispute", "चार्जबैक", "チャージバック", "اعتراض بنكي", "اعتراض على العمليه",
    "disputar el cargo", "desconocer el cargo", "retroceder el cargo", "anular el cargo con mi banco", "disputa en paypal",
    "contester le paiement", "contester le prelevement", "opposition au paiement", "litige paypal", "zuruckbuchen",
    "kauferschutz", "paypal fall", "lastschrift zuruckgeben", "storno della carta", "contestare l addebito",
    "contestazione paypal", "contestar a cobranca", "contestar a compra", "disputa no paypal", "estorno pelo banco",
    "terugboeken", "storneren", "paypal geschil", NULL};
static const char *const SAFETY[] = {"injured", "injury", "hurt myself", "hospital", "fire", "smoke", "burned", "burnt", "burn", "electric shock",
    "exploded", "explosion", "allergic", "allergy", "allergic reaction", "choking", "poison", "poisoned", "bleeding", "unsafe", "overheating",
    "caught fire", "melted", "medication", "insulin", "rash", "verletzt", "feuer", "rauch", "krankenhaus", "herido", "fuego", "incendio",
    "blesse", "incendie", "ferito", "ferido", "gewond", "brand", "ranny", "pozar", "dym", "iskrzy", "szpital", "szpitalu", "poparzyl", "skadad",
    "brann", "sjukhus", "ryker", "aag", "dhuan", "आग", "धुआं", "अस्पताल", "करंट", "चोट", "煙", "火花", "発火", "火傷", "感電", "怪我", "病院", "アレルギー",
    "爆発", "حريق", "دخان", "انفجر", "احترق", "شرر", "المستشفي", "حساسيه", "تسمم", "جرح",
    "humo", "chispas", "quemado", "me queme", "alergia", "alergica", "intoxicado", "se incendio", "exploto", "me corte",
    "fumee", "etincelles", "brulure", "brulee", "me suis brule", "allergie", "allergique", "intoxication", "a explose",
    "prend feu", "funken", "verbrannt", "allergisch", "explodiert", "stromschlag", "vergiftung", "fumo", "scintille",
    "scossa", "ustione", "allergica", "esploso", "preso fuoco", "ospedale", "fumaca", "fogo", "choque eletrico", "explodiu",
    "queimei", "rook", "vonken", "verbrand", "ontploft", "ziekenhuis", NULL};
static const char *const VULNERABLE[] = {"disabled", "disability", "wheelchair", "elderly", "blind", "deaf", "pregnant", "chemo", "cancer",
    "passed away", "died", "bereavement", "single mother", "cannot afford", "can not afford", "suicidal", "kill myself", "depressed", "homeless",
    "medical condition", "my late husband", "my late wife", "behindert", "schwanger", "verstorben", "discapacitado", "embarazada",
    "handicape", "enceinte", "decede", "disabile", "incinta", "gravida", "zwanger", "overleden", "niepelnosprawny", "niepelnosprawna", "w ciazy",
    "zmarl", "zmarla", "gravid", "rullstol", "avliden", "विकलांग", "गर्भवती", "बुजुर्ग", "देहांत", "妊娠", "障害", "車椅子", "亡", "高齢", "حامل", "معاق",
    "كفيف", "توفي",
    "discapacidad", "silla de ruedas", "minusvalida", "fallecio", "viuda", "fauteuil roulant", "handicapee", "decedee",
    "veuve", "rollstuhl", "krebs", "behinderung", "sedia a rotelle", "deceduto", "deceduta", "vedova", "disabilita",
    "cadeira de rodas", "deficiente", "faleceu", "rolstoel", "gehandicapt", "weduwe", NULL};
static const char *const PERSON[] = {"human", "real person", "live agent", "live person", "agent", "representative", "operator",
    "speak to someone", "talk to someone", "speak with someone", "talk to a person", "speak to a person", "call me", "call me back",
    "supervisor", "manager", "mensch", "mitarbeiter", "persona real", "humano", "conseiller", "humain", "operatore", "atendente",
    "medewerker", "konsultant", "konsultantem", "czlowiekiem", "czlowiek", "manniska", "kundtjanst", "riktig person", "insaan", "customer care",
    "baat karao", "इंसान", "कस्टमर केयर", "मैनेजर", "एजेंट", "担当者", "オペレーター", "人間", "有人", "موظف", "انسان", "شخص حقيقي", "خدمه العملاء", "المدير",
    "una persona", "persona de verdad", "agente", "asesor", "hablar con alguien", "llamenme", "llamadme", "supervisora",
    "un humain", "vraie personne", "parler a quelqu", "un responsable", "rappelez moi", "service client", "echter mensch",
    "menschen", "echte person", "ruckruf", "rufen sie mich an", "vorgesetzten", "persona vera", "un umano",
    "parlare con qualcuno", "una persona reale", "richiamatemi", "pessoa real", "falar com alguem", "pessoa de verdade",
    "um humano", "liguem me", "echt persoon", "iemand spreken", "een mens", "bel mij", "bel me", "leidinggevende", NULL};
static const struct phrases PHRASES[] = {{SIGNAL_URGENT, URGENT}, {SIGNAL_LEGAL, LEGAL}, {SIGNAL_CHARGEBACK, CHARGEBACK},
                                         {SIGNAL_SAFETY, SAFETY}, {SIGNAL_VULNERABLE, VULNERABLE}, {SIGNAL_PERSON, PERSON}};

static const char *const GLAD[] = {"thanks", "thank you", "great", "love", "awesome", "amazing", "perfect", "excellent", "happy", "appreciate",
    "wonderful", "fantastic", "danke", "super", "gracias", "merci", "grazie", "obrigado", "obrigada", "bedankt", "dziekuje", "tack",
    "shukriya", "dhanyavad", "dzieki", "toppen", "धन्यवाद", "शुक्रिया", "ありがとう", "感謝", "助", "شكرا", "مشكور", "ممتاز", "رائع",
    "genial", "encanta", "encantada", "estupendo", "parfait", "adore", "ravie", "toll", "klasse", "wunderbar", "prima",
    "perfetto", "ottimo", "fantastico", "perfeito", "otimo", "adorei", "geweldig", "top", "dankjewel", NULL};
static const char *const ANGRY[] = {"worst", "terrible", "horrible", "awful", "pathetic", "disgusting", "disgusted", "ridiculous", "useless",
    "scam", "scammers", "fraud", "cheat", "cheating", "cheaters", "liar", "liars", "furious", "angry", "unacceptable", "disappointed",
    "disappointing", "joke", "hate", "sick of", "fed up", "never again", "rubbish", "garbage", "crap", "shit", "fuck", "fucking", "wtf",
    "stupid", "idiots", "thieves", "shame", "bloody", "frechheit", "unverschamt", "betrug", "verguenza", "estafa", "arnaque", "honte",
    "truffa", "vergogna", "golpe", "vergonha", "oplichting", "schande", "skandal", "oszustwo", "oszusci", "zenada", "kpina", "zlodzieje", "bluff", "bedragare", "urusel", "kass", "skams", "bakwas", "ghatiya", "dhoka", "chor",
    "घटिया", "बकवास", "धोखा", "चोर", "फ्रॉड", "शर्म", "最悪", "最低", "詐欺", "ふざけるな", "ひどい", "نصابين", "حراميه", "كذابين", "زفت", "اسوا", "مقرف", "نصب", "عيب عليكم",
    "ladrones", "estafadores", "sinverguenzas", "mierda", "pesimo", "indignado", "indignante", "harto", "harta", "asco",
    "porqueria", "voleurs", "escrocs", "honteux", "inadmissible", "scandaleux", "lamentable", "deplorable", "merde", "marre",
    "furieux", "nul", "furieuse", "betruger", "unverschamtheit", "scheisse", "saftladen", "wutend", "katastrophe", "abzocke",
    "ladri", "truffatori", "schifo", "merda", "vergognoso", "indecente", "pessimo", "ladroes", "golpistas", "absurdo",
    "palhacada", "oplichters", "schandalig", "waardeloos", "belachelijk", "woedend", "dieven", NULL};

/* Where no blanks stand between words, a token may go on behind the word. */
static bool token_is(const struct tokens *tok, size_t i, struct str word)
{
    return i < tok->n && (tok->list[i].cjk ? str_starts(tok->list[i].s, word) : str_eq(tok->list[i].s, word));
}

static bool phrase_at(const struct tokens *tok, size_t i, const char *phrase)
{
    struct str rest = str_of(phrase), word;
    while (str_split(&rest, ' ', &word))
        if (!token_is(tok, i++, word))
            return false;
    return true;
}

static bool is_negated(const struct tokens *tok, size_t i)
{
    return i > 0 && (token_is(tok, i - 1, STR("not")) || token_is(tok, i - 1, STR("no")) || token_is(tok, i - 1, STR("never")) ||
                     token_is(tok, i - 1, STR("nicht")) || token_is(tok, i - 1, STR("kein")));
}

static int count_phrases(const struct tokens *tok, const char *const *list)
{
    int n = 0;
    for (size_t i = 0; i < tok->n; i++)
        for (size_t k = 0; list[k] != NULL; k++)
            if (tok->list[i].s.n > 0 && list[k][0] == tok->list[i].s.p[0] && phrase_at(tok, i, list[k]) && !is_negated(tok, i)) {
                n++;
                break;
            }
    return n;
}

static int sentiment_of(const struct tokens *tok)
{
    int good = count_phrases(tok, GLAD), bad = 2 * count_phrases(tok, ANGRY);
    for (size_t i = 0; i < tok->n; i++) {
        good += tok->list[i].kind == TOKEN_EMOJI_GOOD;
        bad += tok->list[i].kind == TOKEN_EMOJI_BAD;
    }
    if (bad > 0 && (tok->exclamations > 1 || (tok->letters > 12 && tok->capitals * 2 > tok->letters)))
        bad += 2;
    if (bad > 0)
        return bad > 3 ? -2 : -1;
    return good > 2 ? 2 : good > 0 ? 1 : 0;
}

void signals_of(const struct tokens *tok, struct signals *out)
{
    *out = (struct signals){.sentiment = sentiment_of(tok)};
    for (size_t i = 0; i < sizeof(PHRASES) / sizeof(PHRASES[0]); i++)
        out->has[PHRASES[i].kind] = count_phrases(tok, PHRASES[i].list) > 0;
}

const char *signal_word(enum signal_kind k)
{
    static const char *const WORDS[SIGNAL_KIND_COUNT] = {"urgent", "legal_threat", "chargeback_threat", "safety", "vulnerable", "person"};
    return k < SIGNAL_KIND_COUNT ? WORDS[k] : "";
}
