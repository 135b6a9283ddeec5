/*
 * A vendor's double without sockets: its rules are a function of the test, which checks each request against what the vendor has
 * published, keeps what was done, and answers. vendor_drive makes the calls of an action or a ticket as the performer does, and lets
 * the vendor fail on the way: an attempt that came to no certain end is begun anew.
 */
#ifndef WISMO_TESTS_LIB_VENDOR_DRIVE_H
#define WISMO_TESTS_LIB_VENDOR_DRIVE_H

#include "lib/connector_case.h"
#include "lib/effect_double.h"

#define DRIVE_ATTEMPTS 8

struct vendor_double_rules {
    /*
     * serve: one request; gives the status, *answer in ctx's arena. Fails the test when the vendor would not understand it.
     * The target begins behind the host.
     */
    int (*serve)(struct ctx *ctx, void *state, const struct out_req *req, struct str target, struct str *answer);
    void *state;
    const enum effect_way *ways; /* of the requests that may change something, in turn; then each is done */
    size_t ways_n;
    size_t at, effects, calls;   /* effects: how often serve was let change something */
};

/* vendor_drive: packet NULL: the action, else the ticket. *out as it ended: done, refused, or unknown after the last attempt. */
void vendor_drive(struct ctx *ctx, const struct account *acct, struct vendor_double_rules *v, const struct action_call *call,
                  const struct ticket_packet *packet, struct action_answer *out);

#endif
