/*
 * Legal clocks and claim windows: data with sources (data/legal), and where a case stands in them. Pure. They are reminders for
 * the policy and for people, not legal advice.
 */
#ifndef WISMO_MIND_LEGAL_H
#define WISMO_MIND_LEGAL_H

#include "mind/diagnosis.h"
#include "mind/policy.h"

#define LEGAL_SHIP_DAYS 30    /* where nobody said when it is sent (16 CFR 435.2) */
#define CLAIM_CLOSING_DAYS 7

/* legal_claim_window: of the parcel's carrier; unknown for an order, an unlisted carrier, or without the day it counts from. */
enum policy_window legal_claim_window(const struct parcel_diagnosis *pd, int64_t now_us);
/* legal_claim_until: last instant of the window, 0 unknown. */
int64_t legal_claim_until(const struct parcel_diagnosis *pd);
/* legal_us_mail_order: the step that has begun, for an order to the United States of which a part has not left. */
enum policy_legal legal_us_mail_order(const struct order_case *cas, const struct case_diagnosis *cd, int64_t now_us);
/* legal_us_mail_order_next: when the next step begins, 0: none, or the clock does not run. */
int64_t legal_us_mail_order_next(const struct order_case *cas, const struct case_diagnosis *cd, int64_t now_us);

#endif
