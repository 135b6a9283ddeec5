/* Quotes are the only syntax that matters here; what the fields mean is the generic connector's business. */
#include "cli/csv_rows.h"

bool csv_row(struct str *rest, struct str *row)
{
    bool in = false;
    size_t n = 0;
    if (rest->n == 0)
        return false;
    while (n < rest->n && (rest->p[n] != '\n' || in)) {
        in = rest->p[n] == '"' ? !in : in;
        n++;
    }
    *row = str_sub(*rest, 0, n);
    if (row->n > 0 && row->p[row->n - 1] == '\r')
        row->n--;
    *rest = n < rest->n ? str_sub(*rest, n + 1, rest->n - n - 1) : str_sub(*rest, n, 0);
    return true;
}

char csv_separator(struct str header)
{
    size_t commas = 0, semis = 0, tabs = 0;
    for (size_t i = 0; i < header.n; i++) {
        commas += header.p[i] == ',';
        semis += header.p[i] == ';';
        tabs += header.p[i] == '\t';
    }
    return tabs > commas && tabs > semis ? '\t' : semis > commas ? ';' : ',';
}

struct str csv_field(struct str row, size_t i, char sep)
{
    bool in = false;
    size_t from = 0;
    for (size_t at = 0; at <= row.n; at++) {
        bool end = at == row.n || (row.p[at] == sep && !in);
        if (!end) {
            in = row.p[at] == '"' ? !in : in;
            continue;
        }
        if (i-- == 0) {
            struct str s = str_trim(str_sub(row, from, at - from));
            return s.n >= 2 && s.p[0] == '"' ? str_sub(s, 1, s.n - 2) : s;
        }
        from = at + 1;
    }
    return STR_NULL;
}

int csv_key_column(const struct account *acct, struct str header)
{
    const struct json *path = acct == NULL ? NULL : json_path(acct->mapping, "facts.0.fields.order_id");
    struct str name = path == NULL ? STR("order_id") : path->text;
    char sep = csv_separator(header);
    for (int i = 0; i < 256; i++) {
        struct str field = csv_field(header, (size_t)i, sep);
        if (field.p == NULL)
            return -1;
        if (str_eq(field, name))
            return i;
    }
    return -1;
}

size_t csv_group(struct str text, int key, char sep)
{
    struct str rest = text, row, first = STR_NULL;
    for (size_t taken = 0;; taken = (size_t)(rest.p - text.p)) {
        if (!csv_row(&rest, &row))
            return text.n;
        struct str id = key < 0 ? STR_NULL : csv_field(row, (size_t)key, sep);
        if (taken > 0 && (key < 0 || !str_eq(id, first)))
            return taken;
        first = id;
    }
}

size_t csv_whole_groups(struct str text, int key, char sep)
{
    size_t last = 0, at = 0;
    while (at < text.n) {
        last = at;
        at += csv_group(str_sub(text, at, text.n - at), key, sep);
    }
    return last == 0 ? text.n : last;
}
