/*
 * A day counts when a word of time stands at it: "by", "before", "until" before it (behind it in Hindi and Japanese). A weaker word
 * ("on", "am", "le") counts only where an occasion is named too, so that "ordered on monday" is no deadline.
 */
#include "talk/nlu/deadline.h"

#include "base/timefmt.h"

#define REACH 3 /* words that may stand between: "before the coming friday" */
#define DAY_US INT64_C(86400000000)

/* Words of languages, as tokens are: small letters without accents. langs: codes with a blank around each. */
struct word_of {
    const char *langs, *word;
    int value;
};

enum sense { SENSE_BY = 1, SENSE_BEFORE, SENSE_WEAK };

static const struct word_of SENSES[] = {
    {" en hi-Latn ", "by", SENSE_BY},       {" en hi-Latn ", "before", SENSE_BEFORE}, {" en hi-Latn ", "until", SENSE_BY}, {" en ", "till", SENSE_BY},
    {" en ", "on", SENSE_WEAK},             {" en ", "for", SENSE_WEAK},              {" en ", "within", SENSE_BY},        {" de ", "bis", SENSE_BY},
    {" de ", "vor", SENSE_BEFORE},          {" de ", "spatestens", SENSE_BY},         {" de ", "am", SENSE_WEAK},          {" de ", "zum", SENSE_WEAK},
    {" de ", "innerhalb", SENSE_BY},        {" fr ", "avant", SENSE_BEFORE},          {" fr ", "dici", SENSE_BY},          {" fr ", "pour", SENSE_BY},
    {" fr ", "jusqua", SENSE_BY},           {" fr ", "le", SENSE_WEAK},               {" es ", "antes", SENSE_BEFORE},     {" es ", "para", SENSE_BY},
    {" es ", "hasta", SENSE_BY},            {" es ", "el", SENSE_WEAK},               {" it ", "entro", SENSE_BY},         {" it ", "prima", SENSE_BEFORE},
    {" it ", "per", SENSE_BY},              {" it ", "il", SENSE_WEAK},               {" pt ", "ate", SENSE_BY},           {" pt ", "antes", SENSE_BEFORE},
    {" pt ", "para", SENSE_BY},             {" pt ", "no", SENSE_WEAK},               {" pt ", "na", SENSE_WEAK},          {" nl ", "voor", SENSE_BEFORE},
    {" nl ", "uiterlijk", SENSE_BY},        {" nl ", "tegen", SENSE_BY},              {" nl ", "op", SENSE_WEAK},          {" nl ", "binnen", SENSE_BY},
    {" pl ", "do", SENSE_BY},               {" pl ", "przed", SENSE_BEFORE},          {" pl ", "na", SENSE_BY},            {" pl ", "w", SENSE_WEAK},
    {" sv ", "till", SENSE_BY},             {" sv ", "innan", SENSE_BEFORE},          {" sv ", "fore", SENSE_BEFORE},      {" sv ", "senast", SENSE_BY},
    {" sv ", "pa", SENSE_WEAK},             {" sv ", "inom", SENSE_BY},               {" ar ", "قبل", SENSE_BEFORE},       {" ar ", "بحلول", SENSE_BY},
    {" ar ", "لحد", SENSE_BY},              {" ar ", "يوم", SENSE_WEAK},              {" ar ", "خلال", SENSE_BY},
};
/* Behind the day. */
static const struct word_of AFTER[] = {{" hi-Latn ", "tak", SENSE_BY}, {" hi-Latn ", "se pehle", SENSE_BEFORE}, {" hi ", "तक", SENSE_BY},
    {" hi ", "से पहले", SENSE_BEFORE}, {" ja ", "まで", SENSE_BY}, {" ja ", "前", SENSE_BEFORE}, {" ja ", "の 前", SENSE_BEFORE}};

static const struct word_of DAYS[] = {
    {" en hi-Latn ", "today", 0},    {" en hi-Latn ", "tonight", 0}, {" en hi-Latn ", "tomorrow", 1}, {" de ", "heute", 0},      {" de ", "morgen", 1},
    {" de ", "ubermorgen", 2},       {" fr ", "demain", 1},          {" fr ", "aujourdhui", 0},       {" es ", "hoy", 0},        {" es ", "manana", 1},
    {" it ", "oggi", 0},             {" it ", "domani", 1},          {" it ", "dopodomani", 2},       {" pt ", "hoje", 0},       {" pt ", "amanha", 1},
    {" nl ", "vandaag", 0},          {" nl ", "morgen", 1},          {" nl ", "overmorgen", 2},       {" pl ", "dzisiaj", 0},    {" pl ", "jutra", 1},
    {" pl ", "jutro", 1},            {" sv ", "idag", 0},            {" sv ", "imorgon", 1},          {" hi ", "आज", 0},         {" hi ", "कल", 1},
    {" hi-Latn ", "aaj", 0},         {" hi-Latn ", "kal", 1},        {" ja ", "今日", 0},             {" ja ", "明日", 1},       {" ja ", "明後日", 2},
    {" ar ", "اليوم", 0},            {" ar ", "بكره", 1},            {" ar ", "غدا", 1},
};
static const struct word_of WEEKDAYS[] = {
    {" en hi-Latn ", "monday", 0},    {" en hi-Latn ", "tuesday", 1}, {" en hi-Latn ", "wednesday", 2}, {" en hi-Latn ", "thursday", 3},
    {" en hi-Latn ", "friday", 4},    {" en hi-Latn ", "saturday", 5}, {" en hi-Latn ", "sunday", 6},   {" en hi-Latn ", "weekend", 5},
    {" de ", "montag", 0},      {" de ", "dienstag", 1},    {" de ", "mittwoch", 2},    {" de ", "donnerstag", 3}, {" de ", "freitag", 4},
    {" de ", "samstag", 5},     {" de ", "sonnabend", 5},   {" de ", "sonntag", 6},     {" de ", "wochenende", 5}, {" fr ", "lundi", 0},
    {" fr ", "mardi", 1},       {" fr ", "mercredi", 2},    {" fr ", "jeudi", 3},       {" fr ", "vendredi", 4},   {" fr ", "samedi", 5},
    {" fr ", "dimanche", 6},    {" fr ", "week end", 5},    {" fr ", "weekend", 5},     {" es ", "lunes", 0},      {" es ", "martes", 1},
    {" es ", "miercoles", 2},   {" es ", "jueves", 3},      {" es ", "viernes", 4},     {" es pt ", "sabado", 5},  {" es pt ", "domingo", 6},
    {" es ", "fin de semana", 5}, {" pt ", "fim de semana", 5}, {" it ", "lunedi", 0},  {" it ", "martedi", 1},    {" it ", "mercoledi", 2},
    {" it ", "giovedi", 3},     {" it ", "venerdi", 4},     {" it ", "sabato", 5},      {" it ", "domenica", 6},   {" it ", "fine settimana", 5},
    {" pt ", "segunda", 0},     {" pt ", "terca", 1},       {" pt ", "quarta", 2},      {" pt ", "quinta", 3},     {" pt ", "sexta", 4},
    {" nl ", "maandag", 0},     {" nl ", "dinsdag", 1},     {" nl ", "woensdag", 2},    {" nl ", "donderdag", 3},  {" nl ", "vrijdag", 4},
    {" nl ", "zaterdag", 5},    {" nl ", "zondag", 6},      {" nl ", "weekend", 5},     {" pl ", "poniedzialek", 0}, {" pl ", "poniedzialku", 0},
    {" pl ", "poniedzialkiem", 0}, {" pl ", "wtorek", 1},   {" pl ", "wtorku", 1},      {" pl ", "wtorkiem", 1},   {" pl ", "srode", 2},
    {" pl ", "srody", 2},       {" pl ", "czwartek", 3},    {" pl ", "czwartku", 3},    {" pl ", "piatek", 4},     {" pl ", "piatku", 4},
    {" pl ", "piatkiem", 4},    {" pl ", "sobote", 5},      {" pl ", "soboty", 5},      {" pl ", "sobota", 5},     {" pl ", "niedziele", 6},
    {" pl ", "niedzieli", 6},   {" pl ", "weekend", 5},     {" pl ", "weekendem", 5},   {" pl ", "weekendu", 5},   {" sv ", "mandag", 0},
    {" sv ", "tisdag", 1},      {" sv ", "onsdag", 2},      {" sv ", "torsdag", 3},     {" sv ", "fredag", 4},     {" sv ", "lordag", 5},
    {" sv ", "sondag", 6},      {" sv ", "helgen", 5},      {" hi ", "सोमवार", 0},       {" hi ", "मंगलवार", 1},     {" hi ", "बुधवार", 2},
    {" hi ", "गुरुवार", 3},       {" hi ", "शुक्रवार", 4},       {" hi ", "शनिवार", 5},       {" hi ", "रविवार", 6},       {" hi-Latn ", "somwar", 0},
    {" hi-Latn ", "mangalwar", 1}, {" hi-Latn ", "budhwar", 2}, {" hi-Latn ", "shukrawar", 4}, {" hi-Latn ", "shaniwar", 5}, {" hi-Latn ", "raviwar", 6},
    {" ja ", "月曜", 0},        {" ja ", "火曜", 1},        {" ja ", "水曜", 2},        {" ja ", "木曜", 3},       {" ja ", "金曜", 4},
    {" ja ", "土曜", 5},        {" ja ", "日曜", 6},        {" ja ", "週末", 5},
    {" ar ", "الاثنين", 0},     {" ar ", "الثلاثاء", 1},    {" ar ", "الاربعاء", 2},    {" ar ", "الخميس", 3},     {" ar ", "الجمعه", 4},
    {" ar ", "السبت", 5},       {" ar ", "الاحد", 6},
};
/* Month by its first letters; the word may go on. */
static const struct word_of MONTHS[] = {
    {" en de nl sv pl hi-Latn ", "jan", 1}, {" es ", "ene", 1},  {" it ", "gen", 1},    {" pl ", "sty", 1},       {" pl ", "lut", 2},
    {" en de es it nl sv hi-Latn ", "feb", 2}, {" fr ", "fev", 2}, {" pt ", "fev", 2},  {" fr pt ", "jan", 1},    {" en es fr it nl pt sv pl hi-Latn ", "mar", 3},
    {" de ", "mar", 3},         {" nl ", "maart", 3},    {" en de nl sv hi-Latn it ", "apr", 4}, {" es pt ", "abr", 4}, {" fr ", "avr", 4},
    {" pl ", "kwi", 4},         {" en es hi-Latn ", "may", 5}, {" de ", "mai", 5},      {" fr pt ", "mai", 5},    {" nl ", "mei", 5},
    {" sv pl ", "maj", 5},      {" it ", "mag", 5},      {" en de es nl sv hi-Latn pt ", "jun", 6}, {" fr ", "juin", 6}, {" it ", "giu", 6},
    {" pl ", "cze", 6},         {" en de es nl sv hi-Latn pt ", "jul", 7}, {" fr ", "juil", 7}, {" it ", "lug", 7}, {" pl ", "lip", 7},
    {" en de nl sv hi-Latn ", "aug", 8}, {" es it pt ", "ago", 8}, {" fr ", "aou", 8},  {" pl ", "sie", 8},       {" en de es fr nl sv hi-Latn ", "sep", 9},
    {" it pt ", "set", 9},      {" pl ", "wrz", 9},      {" en es fr hi-Latn ", "oct", 10}, {" de nl sv ", "okt", 10}, {" it ", "ott", 10},
    {" pt ", "out", 10},        {" pl ", "paz", 10},     {" en de es fr it nl pt sv hi-Latn ", "nov", 11}, {" pl ", "lis", 11}, {" en fr nl sv hi-Latn ", "dec", 12},
    {" de ", "dez", 12},        {" es it ", "dic", 12},  {" pt ", "dez", 12},           {" pl ", "gru", 12},      {" hi ", "जनवरी", 1},
    {" hi ", "फरवरी", 2},        {" hi ", "मार्च", 3},      {" hi ", "अप्रैल", 4},          {" hi ", "मई", 5},         {" hi ", "जून", 6},
    {" hi ", "जुलाई", 7},        {" hi ", "अगस्त", 8},      {" hi ", "सितंबर", 9},          {" hi ", "अक्टूबर", 10},     {" hi ", "नवंबर", 11},
    {" hi ", "दिसंबर", 12},      {" ar ", "يناير", 1},     {" ar ", "فبراير", 2},         {" ar ", "مارس", 3},      {" ar ", "ابريل", 4},
    {" ar ", "مايو", 5},        {" ar ", "يونيو", 6},     {" ar ", "يوليو", 7},          {" ar ", "اغسطس", 8},     {" ar ", "سبتمبر", 9},
    {" ar ", "اكتوبر", 10},     {" ar ", "نوفمبر", 11},   {" ar ", "ديسمبر", 12},
};
/* Days that have a name; 1225: a date, 0: the day is not known here. */
static const struct word_of FEASTS[] = {
    {" en hi-Latn ", "christmas", 1225}, {" en ", "xmas", 1225}, {" en ", "easter", 0}, {" en hi-Latn ", "diwali", 0}, {" en ", "thanksgiving", 0},
    {" en ", "halloween", 1031}, {" en ", "valentines", 214}, {" de ", "weihnachten", 1224}, {" de ", "heiligabend", 1224}, {" de ", "ostern", 0},
    {" fr ", "noel", 1225}, {" es ", "navidad", 1225}, {" es ", "reyes", 106}, {" it ", "natale", 1225}, {" pt ", "natal", 1225}, {" nl ", "kerst", 1225},
    {" nl ", "sinterklaas", 1205}, {" pl ", "swiat", 1224}, {" pl ", "swietami", 1224}, {" pl ", "wigilii", 1224}, {" sv ", "jul", 1224}, {" sv ", "julafton", 1224},
    {" hi ", "दिवाली", 0}, {" ja ", "クリスマス", 1225}, {" ar ", "العيد", 0}, {" ar ", "رمضان", 0},
};
static const struct word_of OCCASIONS[] = {
    {" en hi-Latn ", "wedding", 0}, {" en hi-Latn ", "birthday", 0}, {" en hi-Latn ", "party", 0}, {" en ", "trip", 0}, {" en ", "funeral", 0}, {" en ", "anniversary", 0},
    {" en ", "need", 0}, {" en ", "gift", 0}, {" de ", "hochzeit", 0}, {" de ", "geburtstag", 0}, {" de ", "brauche", 0}, {" fr ", "mariage", 0}, {" fr ", "anniversaire", 0},
    {" fr ", "besoin", 0}, {" es ", "boda", 0}, {" es ", "cumpleanos", 0}, {" es ", "necesito", 0}, {" it ", "matrimonio", 0}, {" it ", "compleanno", 0}, {" pt ", "casamento", 0},
    {" pt ", "aniversario", 0}, {" pt ", "preciso", 0}, {" nl ", "bruiloft", 0}, {" nl ", "verjaardag", 0}, {" pl ", "wesele", 0}, {" pl ", "urodziny", 0}, {" pl ", "slub", 0},
    {" sv ", "brollop", 0}, {" sv ", "fodelsedag", 0}, {" sv ", "behover", 0}, {" ar ", "عرس", 0}, {" ar ", "محتاجه", 0},
};
#define WORDS(table) (table), sizeof(table) / sizeof((table)[0])

struct seeker {
    const struct tokens *tok;
    char lang[20]; /* with a blank around */
};

/* Where no blanks stand between words, a token may go on behind the word. */
static bool word_at(const struct tokens *tok, size_t i, struct str word)
{
    return i < tok->n && (tok->list[i].cjk ? str_starts(tok->list[i].s, word) : str_eq(tok->list[i].s, word));
}

static bool phrase_at(const struct tokens *tok, size_t i, const char *phrase)
{
    struct str rest = str_of(phrase), word;
    while (str_split(&rest, ' ', &word))
        if (!word_at(tok, i++, word))
            return false;
    return true;
}

static const struct word_of *look(const struct seeker *s, size_t i, const struct word_of *table, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (strstr(table[k].langs, s->lang) != NULL && phrase_at(s->tok, i, table[k].word))
            return &table[k];
    return NULL;
}

static int month_at(const struct seeker *s, size_t i)
{
    for (size_t k = 0; i < s->tok->n && k < sizeof(MONTHS) / sizeof(MONTHS[0]); k++)
        if (strstr(MONTHS[k].langs, s->lang) != NULL && str_starts(s->tok->list[i].s, str_of(MONTHS[k].word)))
            return MONTHS[k].value;
    return 0;
}

/* The number that begins a token: 24, "24th"; -1: none. */
static int number_at(const struct tokens *tok, size_t i)
{
    int v = 0;
    struct str s = i < tok->n ? (str_empty(tok->list[i].raw) ? tok->list[i].s : tok->list[i].raw) : STR_NULL;
    size_t k = 0;
    for (; k < s.n && k < 4 && s.p[k] >= '0' && s.p[k] <= '9'; k++)
        v = v * 10 + (s.p[k] - '0');
    return k == 0 || (k < s.n && s.p[k] >= '0' && s.p[k] <= '9') ? -1 : v;
}

static bool is_day_of_month(int v)
{
    return v >= 1 && v <= 31;
}

/* A date at token i; gives how many tokens it takes. */
static size_t date_at(const struct seeker *s, size_t i, struct deadline *out)
{
    const struct tokens *tok = s->tok;
    int a = number_at(tok, i), b = number_at(tok, i + 1), year = 0;
    size_t used = 0;
    struct deadline dl = {.kind = DEADLINE_DATE};
    if (is_day_of_month(a) && i + 3 < tok->n && str_eq(tok->list[i + 1].s, STR("月")) && a <= 12 && is_day_of_month(number_at(tok, i + 2)))
        dl.month = a, dl.value = number_at(tok, i + 2), used = 4;
    else if (is_day_of_month(a) && b < 0 && (dl.month = month_at(s, i + 1)) > 0)
        dl.value = a, used = 2;
    else if (is_day_of_month(a) && b < 0 && (phrase_at(tok, i + 1, "of") || phrase_at(tok, i + 1, "de")) && (dl.month = month_at(s, i + 2)) > 0)
        dl.value = a, used = 3;
    else if (a < 0 && is_day_of_month(b) && (dl.month = month_at(s, i)) > 0)
        dl.value = b, used = 2;
    else if (is_day_of_month(a) && is_day_of_month(b) && (a <= 12 || b <= 12)) {
        bool month_first = b > 12 || (a <= 12 && strcmp(s->lang, " en ") == 0);
        dl.month = month_first ? a : b;
        dl.value = month_first ? b : a;
        used = 2;
    }
    year = used > 0 ? number_at(tok, i + used) : 0;
    dl.year = year >= 2000 && year < 2100 ? year : 0;
    if (used > 0)
        *out = dl;
    return used;
}

/* "3 days", "two weeks": days, or 0. */
static int span_at(const struct seeker *s, size_t i)
{
    static const struct word_of UNITS[] = {
        {" en hi-Latn ", "days", 1}, {" en hi-Latn ", "day", 1}, {" en ", "weeks", 7}, {" en ", "week", 7}, {" de ", "tagen", 1}, {" de ", "tage", 1}, {" de ", "wochen", 7},
        {" fr ", "jours", 1}, {" fr ", "semaines", 7}, {" es ", "dias", 1}, {" es ", "semanas", 7}, {" it ", "giorni", 1}, {" pt ", "dias", 1}, {" nl ", "dagen", 1},
        {" pl ", "dni", 1}, {" sv ", "dagar", 1}, {" hi ", "दिन", 1}, {" hi-Latn ", "din", 1}, {" ja ", "日", 1}, {" ar ", "ايام", 1}};
    const struct word_of *unit = look(s, i + 1, WORDS(UNITS));
    int v = number_at(s->tok, i);
    return unit != NULL && v > 0 && v <= 60 ? v * unit->value : 0;
}

/* A day named at token i; gives how many tokens it takes. */
static size_t day_at(const struct seeker *s, size_t i, struct deadline *out)
{
    const struct word_of *w;
    size_t used = date_at(s, i, out);
    int span = span_at(s, i);
    if (used > 0)
        return used;
    if (span > 0) {
        *out = (struct deadline){.kind = DEADLINE_IN_DAYS, .value = span};
        return 2;
    }
    struct deadline dl = {.text = s->tok->list[i].s};
    if ((w = look(s, i, WORDS(DAYS))) != NULL)
        dl.kind = DEADLINE_IN_DAYS, dl.value = w->value;
    else if ((w = look(s, i, WORDS(WEEKDAYS))) != NULL)
        dl.kind = DEADLINE_WEEKDAY, dl.value = w->value;
    else if ((w = look(s, i, WORDS(FEASTS))) != NULL) {
        dl.kind = w->value == 0 ? DEADLINE_WORD : DEADLINE_DATE;
        dl.month = w->value / 100, dl.value = w->value % 100;
    } else
        return 0;
    dl.next = i > 0 && phrase_at(s->tok, i - 1, "next");
    *out = dl;
    return 1;
}

static bool has_occasion(const struct seeker *s)
{
    for (size_t i = 0; i < s->tok->n; i++)
        if (look(s, i, WORDS(OCCASIONS)) != NULL)
            return true;
    return false;
}

/* What the words around a day make of it; 0: nothing. */
static int sense_of(const struct seeker *s, size_t from, size_t used)
{
    const struct word_of *w = look(s, from + used, WORDS(AFTER));
    for (size_t back = 1; (w == NULL || w->value == SENSE_WEAK) && back <= REACH && back <= from; back++) {
        const struct word_of *farther = look(s, from - back, WORDS(SENSES));
        w = farther != NULL ? farther : w;
    }
    return w == NULL ? 0 : w->value == SENSE_WEAK && !has_occasion(s) ? 0 : w->value;
}

void deadline_find(const struct tokens *tok, struct str lang, struct deadline *out)
{
    struct seeker s = {tok, " en "};
    if (lang.n > 0 && lang.n < 10 && !str_eq(lang, STR("und"))) {
        memcpy(s.lang + 1, lang.p, lang.n);
        memcpy(s.lang + 1 + lang.n, " ", 2);
    }
    *out = (struct deadline){.kind = DEADLINE_NONE};
    for (size_t i = 0; i < tok->n; i++) {
        struct deadline dl;
        size_t used = day_at(&s, i, &dl);
        int sense = used == 0 ? 0 : sense_of(&s, i, used);
        if (sense == 0)
            continue;
        dl.before = sense == SENSE_BEFORE;
        *out = dl;
        return;
    }
}

static bool date_day(const struct deadline *dl, int64_t today, int64_t *out)
{
    struct civil now = civil_from_us(today * DAY_US), c = {.year = dl->year > 0 ? dl->year : now.year, .month = dl->month, .day = dl->value};
    if (!civil_valid(&c))
        return false;
    *out = civil_day(civil_to_us(&c));
    if (dl->year == 0 && *out < today) {
        c.year++;
        if (!civil_valid(&c))
            return false;
        *out = civil_day(civil_to_us(&c));
    }
    return true;
}

bool deadline_day(const struct deadline *dl, int64_t today, int64_t *out)
{
    int64_t day = today;
    if (dl->kind == DEADLINE_IN_DAYS)
        day += dl->value;
    else if (dl->kind == DEADLINE_WEEKDAY)
        day += (dl->value - civil_weekday(today * DAY_US) + 7) % 7 + (dl->next ? 7 : 0);
    else if (dl->kind != DEADLINE_DATE || !date_day(dl, today, &day))
        return false;
    *out = dl->before && day > today ? day - 1 : day;
    return true;
}
