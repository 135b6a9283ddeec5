/* The frame of our few server-rendered pages. */
#include "server/html.h"

const char HTML_CSP[] = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
                        "base-uri 'none'";

void html_page_begin(struct buf *b, struct str title)
{
    HTML(b, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            "<link rel=\"stylesheet\" href=\"/assets/page.css\"><title>");
    html_text(b, title);
    HTML(b, "</title></head><body>\n<header><a href=\"/\">Wismo</a></header>\n<main>\n<h1>");
    html_text(b, title);
    HTML(b, "</h1>\n");
}

void html_page_end(struct buf *b)
{
    HTML(b, "</main></body></html>\n");
}
