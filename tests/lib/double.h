/*
 * A vendor's double: a small HTTP server on 127.0.0.1, port 0, in a thread of the test. It is given
 * steps: what a request must look like and what is answered; a step may answer 429 with
 * Retry-After, 5xx, late, cut off, or the same again. Each request takes the first step that is
 * left for its method and path; what does not fit is answered 418 and told by double_faults. Texts
 * of steps are literals or outlive the double.
 */
#ifndef WISMO_TESTS_LIB_DOUBLE_H
#define WISMO_TESTS_LIB_DOUBLE_H

#include <stdbool.h>
#include <stddef.h>

enum double_cut {
    CUT_NONE,
    CUT_BEFORE,
    CUT_INSIDE
}; /* the connection ends: without an answer, in the midst of the body */

#define DOUBLE_PAIRS 4

struct double_step {
    /* what is asked; NULL: anything */
    const char *method, *path;
    const char *query[DOUBLE_PAIRS][2];  /* parameter and its decoded value */
    const char *header[DOUBLE_PAIRS][2]; /* name and whole value; value NULL: must be absent */
    const char *body_is;                 /* the whole body */
    const char
        *body_has; /* JSON: its members stand in the body with these values; others may, too */
    /* what is answered */
    int status;                         /* 0: 200 */
    const char *body, *body_file;       /* text, or a file's content; both NULL: empty */
    const char *reply[DOUBLE_PAIRS][2]; /* headers besides Content-Type: application/json */
    int retry_after_s;                  /* > 0: header Retry-After */
    int delay_ms;
    enum double_cut cut;
    int times; /* so often the same; 0: once; -1: for ever */
};

struct vendor_double;
/* double_new: listens at once. Fails the test when it cannot. double_free ends the thread; call
 * double_faults before. */
struct vendor_double *double_new(void);
void double_free(struct vendor_double *d);
/* double_url: "http://127.0.0.1:PORT", for an account's base_url. */
const char *double_url(const struct vendor_double *d);
void double_add(struct vendor_double *d, const struct double_step *step);
/* double_calls: requests so far; double_left: steps that still wait for theirs (those for ever do
 * not count). */
size_t double_calls(struct vendor_double *d);
size_t double_left(struct vendor_double *d);
/* double_seen: "METHOD PATH?QUERY" of the i-th request, "" when there was none; good until
 * double_free. */
const char *double_seen(struct vendor_double *d, size_t i);
/* double_faults: what did not fit, a line each; "" when all did. Good until the next call. */
const char *double_faults(struct vendor_double *d);

#endif
