/* The pages' bodies, from cases to HTML: the list, one case with its time line, the ask box. Pure; the handlers are page_cases.c. */
#ifndef WISMO_SERVER_PAGE_RENDER_H
#define WISMO_SERVER_PAGE_RENDER_H

#include "flows/ask.h"
#include "server/html.h"

struct page_list {
    struct str merchant;            /* name; empty when there is only one */
    const struct order_case *cases;
    size_t n;
    int64_t next_after;             /* order_no to go on after, 0: last page */
    int64_t now_us;
    bool clock_moves;               /* a virtual clock: its time is shown with the command that moves it */
};
void page_list_html(struct ctx *ctx, struct buf *b, const struct page_list *pg);
void page_case_html(struct ctx *ctx, struct buf *b, struct str merchant, const struct case_answer *ca);
/* page_ask_html: the box; question and reply above it when there is one (rep not NULL). */
void page_ask_html(struct ctx *ctx, struct buf *b, struct str merchant, struct str question, const struct ask_reply *rep);
/* page_error_html: a whole page that says what went wrong. */
void page_error_html(struct buf *b, struct str title, struct str words);

#endif
