/*
 * Twilio's side of a telephone call: posts what a caller says and presses, signed, to where the last answer sent it, and follows the
 * TwiML that comes back. Verbs and attributes are held against Twilio's (docs of TwiML for Voice, read 2026-11); what does not fit
 * fails the test.
 */
#ifndef WISMO_TESTS_LIB_PHONE_DOUBLE_H
#define WISMO_TESTS_LIB_PHONE_DOUBLE_H

#include "lib/fixture.h"

#include "base/http_client.h"

#define PHONE_PUBLIC "https://wismo.example"
#define PHONE_TOKEN "token-made-up"

struct phone {
    struct fixture *f;
    struct http_client *http;
    int port;                /* of the server; PHONE_PUBLIC stands for it in addresses */
    const char *sid, *number;
    bool ours;               /* we called */
    const char *stir;        /* StirVerstat; NULL: the networks say nothing */
    const char *answered_by; /* NULL: not looked at */
    /* after each step */
    struct str said;         /* all that was said */
    struct str language;     /* of what was said last */
    struct str next;         /* address of the next step; empty: the call is over */
    struct str dials;        /* number of a person; empty: nobody is called */
    bool one_key;            /* the next key ends the input */
    int redirects;
    struct str last_url, last_body, last_answer;
};

void phone_init(struct phone *p, struct fixture *f, int port, const char *sid, const char *number);
void phone_clear(struct phone *p);
/* phone_begins: path with its query, such as "/calls/twilio/demo". */
void phone_begins(struct phone *p, const char *path);
void phone_says(struct phone *p, const char *words);
void phone_presses(struct phone *p, const char *keys);
void phone_is_silent(struct phone *p);
void phone_dialled(struct phone *p, const char *status);
/* phone_again: the last request once more, as after a lost answer; the answer must be the same. */
void phone_again(struct phone *p);
/* phone_post: any form, signed with token; the status of the answer. */
int phone_post(struct phone *p, const char *path, const char *const (*params)[2], size_t n, const char *token);
void phone_heard(struct phone *p, const char *words);     /* fails the test unless it was said */
void phone_not_heard(struct phone *p, const char *words);

#endif
