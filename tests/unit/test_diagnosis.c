/*
 * Diagnosis by stories: each class before, at and after its limit, over weekends and holidays, in
 * several countries. `expect` compares what stands behind it: class severity since next becomes
 * waiting conflict promised expected, stale late_scan doubt (yes or no), parcel=NUMBER for one
 * parcel, sku= with sent there wait.
 */
#include "lib/case_story.h"

#define DAY0 "2026-11-16T00:00:00Z" /* a Monday; Thanksgiving is d10, a Thursday */
#define ORDER "order #1 country=US region=IL zip=60601 items=MUG*1:100:Mug\n"
#define UPS "fulfill #1 items=MUG*1 parcels=ups/1Z1\n"
#define START "at d0T14:00\n" ORDER "at d0T15:00\n" UPS
#define MOVING START "at d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\n"

struct story_case {
    const char *name, *text;
};

/* clang-format off */
static const struct story_case CASES[] = {
    /* ---- what has not left: three business days in New York, from 9 o'clock */
    {"awaiting until the hour", "at d0T14:00\n" ORDER "expect class=awaiting_fulfillment severity=0 since=d0T14:00 next=d3T14:00 becomes=fulfillment_late\n"
                                "at 2026-11-19T13:59:59Z\nexpect class=awaiting_fulfillment next=d3T14:00\n"
                                "at d3T14:00\nexpect class=fulfillment_late severity=3 since=d3T14:00 next=none\n"},
    {"a weekend does not count", "at d3T20:00\n" ORDER "at d8T19:59\nexpect class=awaiting_fulfillment next=d8T20:00\nat d8T20:00\nexpect class=fulfillment_late\n"},
    {"nor does Thanksgiving", "at d8T20:00\n" ORDER "at d13T20:00\nexpect class=awaiting_fulfillment next=d14T20:00\nat d14T20:00\nexpect class=fulfillment_late\n"},
    {"ordered on a Saturday", "at d5T20:00\n" ORDER "expect class=awaiting_fulfillment next=d11T05:00\n"}, /* from Monday 0:00 in New York */
    {"no items told", "at d0T14:00\norder #1 country=US\nexpect class=awaiting_fulfillment\nat d3T14:00\nexpect class=fulfillment_late\n"},
    {"a label withdrawn sends nothing", START "at d1T10:00\nscan ups 1Z1 label_created\nat d1T12:00\nscan ups 1Z1 cancelled\n"
                                        "expect class=awaiting_fulfillment sku=MUG sent=0 wait=1\nexpect parcel=1Z1 class=cancelled since=d1T12:00\n"
                                        "at d3T15:00\nexpect class=fulfillment_late\n"},
    {"refunded before it was told again", "at d0T14:00\norder #1 country=US items=MUG*1:100:Mug;CUP*1:100:Cup\nat d0T15:00\nfulfill #1 items=MUG parcels=ups/1Z1\n"
                                          "at d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\nexpect class=split_incomplete sku=CUP sent=0 wait=1\n"
                                          "at d1T10:00\nrefund #1 items=CUP*1 amount=100\nexpect class=on_track sku=CUP sent=0 wait=0\n"},

    {"told again after a refund", "at d0T14:00\norder #1 country=US items=CUP*2\nat d1T10:00\nrefund #1 items=CUP*1 amount=100\nexpect sku=CUP wait=1\n"
                                  "at d1T11:00\norder #1 country=US items=CUP*1 placed=d0T14:00\nexpect class=awaiting_fulfillment sku=CUP wait=1\nat d3T14:00\nexpect class=fulfillment_late\n"},

    {"hold", "at d0T14:00\n" ORDER "at d0T16:00\nhold #1 why=check\nexpect class=on_hold severity=2 since=d0T16:00 next=none\n"
             "at d9T14:00\nexpect class=on_hold\nat d9T15:00\nrelease #1\nexpect class=fulfillment_late\n"},
    {"hold by the order's state", "at d0T14:00\norder #1 country=US items=MUG state=on_hold\nexpect class=on_hold\n"
                                  "at d1T10:00\norder #1 country=US items=MUG placed=d0T14:00\nexpect class=awaiting_fulfillment\n"},
    {"a part left, the rest on hold", "at d0T14:00\norder #1 country=US items=MUG;CUP\nat d0T15:00\nfulfill #1 items=MUG parcels=ups/1Z1\n"
                                      "at d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\nhold #1 why=check\nexpect class=on_hold waiting=on_hold\n"},
    {"hold after all has left", MOVING "hold #1 why=check\nexpect class=on_track\n"},

    {"pre-order until its day is over", "at d0T14:00\norder #1 country=US region=NY items=MUG preorder=2026-12-15\nexpect class=preorder severity=0 since=d0T14:00 next=2026-12-16T05:00:00Z\n"
                                        "at 2026-12-16T04:59:59Z\nexpect class=preorder\nat 2026-12-16T05:00:00Z\nexpect class=awaiting_fulfillment\n"
                                        "at 2026-12-19T04:59:59Z\nexpect class=awaiting_fulfillment\nat 2026-12-19T05:00:00Z\nexpect class=fulfillment_late\n"},
    {"pre-order of a day gone by", "at d0T14:00\norder #1 country=US items=MUG preorder=2026-11-01\nexpect class=awaiting_fulfillment next=d3T14:00\n"},
    {"pre-order, out of stock", "at d0T14:00\nstock MUG 0\norder #1 country=US items=MUG preorder=2026-11-20\nexpect class=preorder\nat d5T12:00\nexpect class=backordered\n"},
    {"a part of a pre-order has left", "at d0T14:00\norder #1 country=US items=MUG;CUP preorder=2026-12-15\nfulfill #1 items=MUG parcels=ups/1Z1\n"
                                       "at d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\nexpect class=split_incomplete waiting=preorder\n"},

    {"nothing in stock", "at d0T09:00\nstock MUG 0\nat d0T14:00\n" ORDER "expect class=backordered severity=2 since=d0T14:00 next=d1T14:00\n"
                         "at d3T13:59\nexpect class=backordered severity=2 next=d3T14:00\nat d3T14:00\nexpect class=backordered severity=3\n"
                         "stock MUG 4\nexpect class=fulfillment_late\n"},
    {"stock at another place", "at d0T09:00\nstock MUG -3 location=a\nstock MUG 1 location=b\nat d0T14:00\n" ORDER "expect class=awaiting_fulfillment\n"},
    {"oversold after the order", "at d0T14:00\n" ORDER "at d1T10:00\nstock MUG -1 restock=2026-11-18\nexpect class=backordered since=d1T10:00 next=d2T10:00\n"
                                 "at d2T20:00\nexpect class=backordered next=d3T06:00\nat d3T06:00\nexpect class=backordered next=d3T14:00\n"},
    {"no word of stock", "at d0T09:00\nstock CUP 0\nat d0T14:00\n" ORDER "expect class=awaiting_fulfillment\n"},
    {"stock of what has left", MOVING "stock MUG 0\nexpect class=on_track\n"},

    /* ---- label */
    {"label", START "expect class=label_only severity=1 since=d0T15:00 next=d2T15:00 late_scan=no\nat d2T14:59\nexpect severity=1 late_scan=no\n"
              "at d2T15:00\nexpect class=label_only severity=2 next=d4T15:00 late_scan=yes\nat d4T14:59\nexpect severity=2\n"
              "at d4T15:00\nexpect class=label_only severity=3 late_scan=yes next=none\nscan ups 1Z1 accepted place=Newark,NJ,US\nexpect class=on_track since=d4T15:00 late_scan=no\n"},
    {"a label on Friday is overdue on Tuesday", "at d4T15:00\n" ORDER "fulfill #1 items=MUG parcels=ups/1Z1\nexpect class=label_only next=d8T15:00\n"
                                                "at d8T14:59\nexpect severity=1\nat d8T15:00\nexpect severity=3 late_scan=yes\n"},
    {"a synthetic scan is no scan", START "at d1T10:00\nscan ups 1Z1 in_transit place=Newark,NJ,US synthetic\nexpect class=label_only since=d0T15:00\n"},
    {"the carrier knew the label first", "at d0T12:00\nscan ups 1Z1 label_created\n" START "expect class=label_only since=d0T12:00\n"},
    {"unknown to the carrier", START "at d1T10:00\nnotfound ups 1Z1\nexpect class=label_only since=d0T15:00 severity=1\n"},
    {"label past the promise", "at d0T14:00\norder #1 country=US region=IL items=MUG promised=2026-11-17\n" UPS
                               "expect class=label_only severity=1 next=d2T06:00\nat d2T05:59\nexpect severity=1\nat d2T06:00\nexpect class=label_only severity=3\n"},

    /* ---- on its way */
    {"on track", MOVING "expect class=on_track severity=0 since=d0T22:00 next=d2T22:00 becomes=stuck stale=no\n"},
    {"stuck after two working days", MOVING "at 2026-11-18T21:59:59Z\nexpect class=on_track\nat d2T22:00\nexpect class=stuck severity=3 since=d2T22:00 next=d7T22:00 becomes=presumed_lost stale=yes\n"},
    {"the mail works on Saturday", "at d0T14:00\norder #1 country=US region=IL items=MUG\nfulfill #1 items=MUG parcels=usps/9400\nat d4T17:00\nscan usps 9400 in_transit place=Newark,NJ,US\n"
                                   "at d7T16:59\nexpect class=on_track\nat d7T17:00\nexpect class=stuck since=d7T17:00\n"},
    {"Friday to Tuesday", MOVING "at d4T17:00\nscan ups 1Z1 in_transit place=Newark,NJ,US\nat d8T16:59\nexpect class=on_track\nat d8T17:00\nexpect class=stuck\n"},
    {"over Thanksgiving", MOVING "at d9T17:00\nscan ups 1Z1 in_transit place=Newark,NJ,US eta=2026-12-20\nat d13T17:00\nexpect class=on_track\nat d14T17:00\nexpect class=stuck since=d14T17:00\n"},
    {"Canada works on Thanksgiving", "at d8T14:00\norder #1 country=CA items=MUG\n" UPS "at d9T17:00\nscan ups 1Z1 in_transit place=Toronto,ON,CA eta=2026-12-20\n"
                                     "at d11T16:59\nexpect class=on_track\nat d11T17:00\nexpect class=stuck\n"},
    {"India works on Saturday", "at d0T06:00\norder #1 country=IN items=MUG\nfulfill #1 items=MUG parcels=delhivery/D1\nat d3T12:00\nscan delhivery D1 in_transit place=Mumbai,MH,IN\n"
                                "at d5T11:59\nexpect class=on_track\nat d5T12:00\nexpect class=stuck\n"},
    {"a holiday of the state", "start 2026-06-01T08:00:00Z\norder #1 country=DE items=MUG\nfulfill #1 items=MUG parcels=dhl_parcel_de/D1\n"
                               "at 2026-06-03T08:00:00Z\nscan dhl_parcel_de D1 in_transit place=Nurnberg,BY,DE\n"
                               "at 2026-06-05T08:00:00Z\nexpect class=on_track\nat 2026-06-08T08:00:00Z\nexpect class=stuck\n"}, /* Corpus Christi, weekend */
    {"the hour stays when the clocks change", "start 2026-10-28T14:00:00Z\n" ORDER UPS "at 2026-10-30T14:00:00Z\nscan ups 1Z1 in_transit place=Newark,NJ,US eta=2026-11-20\n"
                                              "at 2026-11-03T14:59:59Z\nexpect class=on_track\nat 2026-11-03T15:00:00Z\nexpect class=stuck\n"},
    {"synthetic scans do not wake it", MOVING "at d2T08:00\nscan ups 1Z1 in_transit place=Newark,NJ,US synthetic\nat d2T22:00\nexpect class=stuck since=d2T22:00\n"},
    {"notes do not wake it", MOVING "at d2T08:00\nscan ups 1Z1 info code=x\nat d2T22:00\nexpect class=stuck since=d2T22:00\n"},
    {"stuck clears, and it is on track since then", MOVING "at d2T23:00\nexpect class=stuck\nscan ups 1Z1 in_transit place=Gary,IN,US\nexpect class=on_track since=d2T23:00 stale=no\n"
                                                          "at d3T20:00\nscan ups 1Z1 in_transit place=Gary,IN,US\nexpect class=on_track since=d2T23:00\n"},
    {"the last place counts when a scan has none", "at d8T14:00\norder #1 country=CA items=MUG\n" UPS "at d9T10:00\nscan ups 1Z1 accepted place=Toronto,ON,CA eta=2026-12-20\n"
                                                   "at d9T17:00\nscan ups 1Z1 in_transit\nat d11T17:00\nexpect class=stuck\n"},
    {"its calendar too", "at d0T06:00\norder #1 country=IN items=MUG\nfulfill #1 items=MUG parcels=delhivery/D1\nat d2T12:00\nscan delhivery D1 accepted place=Mumbai,MH,IN eta=2026-12-20\n"
                         "at d3T12:00\nscan delhivery D1 in_transit\nat d5T11:59\nexpect class=on_track\nat d5T12:00\nexpect class=stuck\n"},
    {"presumed lost after five", MOVING "at 2026-11-23T21:59:59Z\nexpect class=stuck\nat d7T22:00\nexpect class=presumed_lost severity=4 since=d7T22:00 next=none\n"
                                        "scan ups 1Z1 in_transit place=Gary,IN,US eta=2026-12-01\nexpect class=on_track since=d7T22:00\n"},
    {"presumed lost over Thanksgiving", MOVING "at d9T17:00\nscan ups 1Z1 in_transit place=Newark,NJ,US eta=2026-12-20\nat d16T17:00\nexpect class=stuck\nat d17T17:00\nexpect class=presumed_lost\n"},

    /* ---- promises */
    {"late after the storefront's day", "at d0T14:00\norder #1 country=US region=IL items=MUG promised=2026-11-18\n" UPS
                                        "at d2T15:00\nscan ups 1Z1 in_transit place=Newark,NJ,US eta=2026-11-30\nexpect class=slow promised=2026-11-19T05:59:59.999999Z\n"
                                        "at 2026-11-19T05:59:59Z\nexpect class=slow next=d3T06:00 becomes=late\nat d3T06:00\nexpect class=late severity=3 since=d3T06:00 stale=no next=d4T15:00\n"
                                        "at d4T15:00\nexpect class=late stale=yes next=d9T15:00\nat d9T15:00\nexpect class=presumed_lost\n"},
    {"late after the carrier's first day", MOVING "at d1T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-17\nat d1T20:00\nexpect class=on_track expected=2026-11-18T05:59:59.999999Z\n"
                                                  "at d2T06:00\nexpect class=late expected=none\n"},
    {"a new day behind the first is slow", MOVING "at d1T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-19\nexpect class=on_track\n"
                                                  "at d1T20:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-20\nexpect class=slow severity=1 since=d1T20:00\n"
                                                  "at d2T20:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-19\nexpect class=on_track\n"},
    {"the same day by another hour is not", MOVING "at d1T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-19T12:00:00-06:00\nexpect class=on_track\n"
                                                   "at d1T20:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-19\nexpect class=on_track\n"},
    {"midnight is a day", MOVING "at d1T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-18T00:00:00Z\nat d2T12:00\nexpect class=on_track expected=2026-11-19T05:59:59.999999Z\n"},
    {"midnight there is a day", MOVING "at d1T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-18T06:00:00Z\nat d2T12:00\nexpect class=on_track expected=2026-11-19T05:59:59.999999Z\n"},
    {"an hour that has passed is not shown", MOVING "at d2T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-18T14:00:00-06:00\nexpect class=on_track expected=d2T20:00 next=2026-11-18T20:00:00.000001Z\n"
                                                    "at d2T21:00\nexpect class=on_track expected=2026-11-19T05:59:59.999999Z\nat d3T06:00\nexpect class=late expected=none\n"},
    {"the usual time, where nobody promised", MOVING "at d2T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US\nat d4T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US\nat d7T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US\n"
                                                     "at d8T22:00\nexpect class=on_track expected=none promised=2026-11-26T05:59:59.999999Z\nscan ups 1Z1 in_transit place=Gary,IN,US\nat d10T06:00\nexpect class=late\n"},
    {"nine tenths more than usual", "at d0T14:00\norder #1 country=US region=IL items=MUG promised=2026-12-20\n" UPS "at d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\n"
                                    "at d14T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US\nexpect class=on_track\nat d14T22:00\nexpect class=on_track\n"
                                    "at d15T21:59\nexpect class=on_track\nat d15T22:00\nexpect class=slow since=d15T22:00\n"}, /* ten business days, one holiday */
    {"weather", MOVING "at d1T10:00\nscan ups 1Z1 exception place=Gary,IN,US reason=weather\nexpect class=slow since=d1T10:00\nat d1T20:00\nscan ups 1Z1 in_transit place=Gary,IN,US\nexpect class=on_track since=d1T20:00\n"},
    {"a delay without a cause", MOVING "at d1T10:00\nscan ups 1Z1 exception place=Gary,IN,US reason=other\nexpect class=slow\nat d3T10:00\nexpect class=stuck\n"},
    {"redirected is no delay", MOVING "at d1T10:00\nscan ups 1Z1 exception place=Gary,IN,US reason=redirected\nexpect class=on_track\n"},

    /* ---- at the door */
    {"out for delivery until midnight there", MOVING "at d2T13:00\nscan ups 1Z1 out_for_delivery place=Chicago,IL,US\nexpect class=out_for_delivery severity=0 since=d2T13:00 next=d3T06:00\n"
                                                     "at 2026-11-19T05:59:59Z\nexpect class=out_for_delivery\nat d3T06:00\nexpect class=on_track\nat d4T13:00\nexpect class=stuck\n"},
    {"out for delivery on the promised day", MOVING "at d1T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-18\nat d2T13:00\nscan ups 1Z1 out_for_delivery place=Chicago,IL,US\n"
                                                    "at d3T06:00\nexpect class=late\n"},
    {"late but on the vehicle", MOVING "at d1T10:00\nscan ups 1Z1 in_transit place=Gary,IN,US eta=2026-11-17\nat d2T13:00\nexpect class=late\nscan ups 1Z1 out_for_delivery place=Chicago,IL,US\nexpect class=out_for_delivery\n"},
    {"attempt failed", MOVING "at d2T19:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US reason=recipient_unavailable\nexpect class=attempt_failed severity=3 since=d2T19:00 next=d3T19:00\n"
                              "at d3T18:59\nexpect severity=3\nat d3T19:00\nexpect class=attempt_failed severity=4\n"},
    {"attempt failed on a Friday", MOVING "at d4T19:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US\nat d7T18:59\nexpect class=attempt_failed severity=3\nat d7T19:00\nexpect severity=4\n"},
    {"refused", MOVING "at d2T19:00\nscan ups 1Z1 exception place=Chicago,IL,US reason=refused\nexpect class=attempt_failed\n"},
    {"three attempts", MOVING "at d2T19:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US\nat d3T19:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US\nexpect severity=3\n"
                              "at d4T19:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US\nexpect class=attempt_failed severity=4\n"},
    {"attempt failed for the address", MOVING "at d2T19:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US reason=address_issue\nexpect class=address_problem\n"},
    {"address problem", MOVING "at d2T16:00\nscan ups 1Z1 exception place=Chicago,IL,US reason=address_issue\nexpect class=address_problem severity=4 since=d2T16:00 next=d4T16:00\n"
                               "at d4T16:00\nexpect class=address_problem stale=yes next=d9T16:00\nat d9T16:00\nexpect class=presumed_lost\n"},
    {"address cleared", MOVING "at d2T16:00\nscan ups 1Z1 exception place=Chicago,IL,US reason=address_issue\nat d3T10:00\nscan ups 1Z1 in_transit place=Chicago,IL,US\nexpect class=on_track since=d3T10:00\n"},
    {"customs", MOVING "at d1T10:00\nscan ups 1Z1 exception place=Campinas,SP,BR reason=customs_hold\nexpect class=customs_hold severity=2 since=d1T10:00\n"
                       "at d2T10:00\nscan ups 1Z1 in_transit place=Campinas,SP,BR reason=customs_duty\nexpect class=customs_hold since=d1T10:00\n"
                       "at d9T09:59\nexpect class=customs_hold severity=2 stale=yes next=d9T10:00\nat d9T10:00\nexpect class=customs_hold severity=3\n" /* d4 is a holiday in Brazil */
                       "at d17T09:59\nexpect class=customs_hold\nat d17T10:00\nexpect class=presumed_lost\n"},
    {"pickup until the carrier's day", MOVING "at d2T09:00\nscan ups 1Z1 available_for_pickup place=Chicago,IL,US pickup_until=2026-11-25\nexpect class=pickup_waiting severity=1\n"
                                              "at d9T12:00\nexpect class=pickup_waiting severity=2\nat d12T12:00\nexpect class=pickup_waiting severity=3 next=none\n"
                                              "scan ups 1Z1 delivered place=Chicago,IL,US\nexpect class=delivered\n"},
    {"pickup for seven days", MOVING "at d2T09:00\nscan ups 1Z1 available_for_pickup place=Chicago,IL,US\nexpect class=pickup_waiting severity=1 next=2026-11-24T05:59:59.999999Z\n"
                                     "at 2026-11-26T05:59:59Z\nexpect severity=2\nat d10T06:00\nexpect class=pickup_waiting severity=3\n"},
    {"waiting there is not lost", MOVING "at d2T09:00\nscan ups 1Z1 available_for_pickup place=Chicago,IL,US\nat d40T09:00\nexpect class=pickup_waiting\n"},

    /* ---- ends */
    {"delivered", MOVING "at d2T19:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nexpect class=delivered severity=0 since=d2T19:00 next=none doubt=no sku=MUG sent=1 there=1\nat d90T00:00\nexpect class=delivered\n"},
    {"delivered in India", "at d0T06:00\norder #1 country=IN items=MUG\nfulfill #1 items=MUG parcels=delhivery/D1\nat d1T12:00\nscan delhivery D1 delivered place=Mumbai,MH,IN\nexpect class=delivered doubt=yes\n"},
    {"a depot's late note", MOVING "at d2T19:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nat d3T09:00\nscan ups 1Z1 in_transit place=Chicago,IL,US\nexpect class=delivered doubt=yes\n"},
    {"on its way a day after its delivery", MOVING "at d2T19:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nat d4T09:00\nscan ups 1Z1 in_transit place=Gary,IN,US\n"
                                                   "expect class=data_conflict severity=3 since=d4T09:00 conflict=delivered\nat d4T10:00\nscan ups 1Z1 out_for_delivery place=Chicago,IL,US\nexpect class=out_for_delivery\n"},
    {"back without a reason", MOVING "at d2T19:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nat d5T09:00\nscan ups 1Z1 returning place=Chicago,IL,US\nexpect class=data_conflict conflict=return since=d5T09:00\n"
                                     "at d6T09:00\nrefund #1 amount=50 items=MUG\nexpect class=returning\nat d9T09:00\nscan ups 1Z1 returned place=Newark,NJ,US\nexpect class=returned\n"},
    {"returning", MOVING "at d2T19:00\nscan ups 1Z1 returning place=Chicago,IL,US reason=refused\nexpect class=returning severity=3 since=d2T19:00 next=d4T19:00\nat d4T19:00\nexpect class=returning stale=yes\n"
                         "at d8T09:00\nscan ups 1Z1 delivered place=Newark,NJ,US\nexpect class=returned severity=3 since=d8T09:00\n"},
    {"returned is an end", MOVING "at d2T19:00\nscan ups 1Z1 returned place=Newark,NJ,US\nexpect class=returned next=none\nat d4T19:00\nscan ups 1Z1 in_transit place=Newark,NJ,US\nexpect class=returned\n"},
    {"returning by an exception", MOVING "at d2T19:00\nscan ups 1Z1 exception place=Chicago,IL,US reason=rto_initiated\nexpect class=returning\n"},
    {"lost", MOVING "at d4T19:00\nscan ups 1Z1 lost\nexpect class=lost severity=4 since=d4T19:00 next=none\nscan ups 1Z1 delivered at=d4T20:00 place=Chicago,IL,US\nexpect class=delivered\n"},
    {"lost by an exception", MOVING "at d4T19:00\nscan ups 1Z1 exception reason=lost\nexpect class=lost\n"},
    {"lost, then found", MOVING "at d4T19:00\nscan ups 1Z1 lost\nat d5T19:00\nscan ups 1Z1 out_for_delivery place=Chicago,IL,US\nexpect class=out_for_delivery\n"},
    {"damaged by the carrier", MOVING "at d1T19:00\nscan ups 1Z1 damaged place=Gary,IN,US\nexpect class=damaged severity=3 since=d1T19:00\n"},
    {"damaged by the customer", MOVING "at d1T19:00\nscan ups 1Z1 delivered place=Gary,IN,US\nat d2T08:00\nreport #1 damaged\nexpect class=damaged since=d2T08:00\nat d2T09:00\nreport #1 received\nexpect class=damaged\n"},
    {"damaged by its reason", MOVING "at d1T19:00\nscan ups 1Z1 exception place=Gary,IN,US reason=damaged\nexpect class=damaged\n"},
    {"wrong item", MOVING "at d1T19:00\nscan ups 1Z1 delivered place=Gary,IN,US\nat d2T08:00\nreport #1 wrong_item\nexpect class=wrong_item severity=3 since=d2T08:00\n"},
    {"missing item", MOVING "at d1T19:00\nscan ups 1Z1 delivered place=Gary,IN,US\nat d2T08:00\nreport #1 missing_item sku=MUG\nexpect class=wrong_item\n"},
    {"an item of another parcel", "at d0T14:00\norder #1 country=US items=MUG;CUP\nfulfill #1 id=a items=MUG parcels=ups/1Z1\nfulfill #1 id=b items=CUP parcels=ups/1Z2\n"
                                  "at d1T19:00\nscan ups 1Z1 delivered place=Gary,IN,US\nscan ups 1Z2 delivered place=Gary,IN,US\nreport #1 wrong_item sku=CUP\n"
                                  "expect parcel=1Z1 class=delivered\nexpect parcel=1Z2 class=wrong_item\nexpect class=wrong_item\n"},
    {"not received", MOVING "at d2T19:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nat d3T09:00\nreport #1 not_received\nexpect class=delivered_not_received severity=4 since=d2T19:00\n"
                            "at d3T18:00\nreport #1 received\nexpect class=delivered\nat d3T19:00\nreport #1 not_received\nexpect class=delivered_not_received\n"},
    {"not received, before it was delivered", MOVING "at d1T09:00\nreport #1 not_received\nexpect class=on_track\nat d2T19:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nexpect class=delivered\n"},
    {"not received, by a clock without zone", MOVING "at d2T12:00\nscan ups 1Z1 delivered at=d2T20:00 local\nreport #1 not_received\nexpect class=delivered_not_received\n"},
    {"not received, then delivered again", MOVING "at d2T19:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nat d3T09:00\nreport #1 not_received\nat d4T09:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nexpect class=delivered\n"},
    {"not received, of two parcels", "at d0T14:00\norder #1 country=US items=MUG;CUP\nfulfill #1 id=a items=MUG parcels=ups/1Z1\nfulfill #1 id=b items=CUP parcels=ups/1Z2\n"
                                     "at d1T19:00\nscan ups 1Z1 delivered place=Gary,IN,US\nscan ups 1Z2 accepted place=Gary,IN,US\nreport #1 not_received\n"
                                     "expect parcel=1Z1 class=delivered_not_received\nexpect parcel=1Z2 class=on_track\nexpect class=delivered_not_received\n"},
    {"complaint without a parcel", "at d0T14:00\n" ORDER "at d0T15:00\nfulfill #1 items=MUG\nat d4T09:00\nreport #1 damaged\nexpect class=damaged since=d4T09:00\n"},

    /* ---- the order */
    {"cancelled", "at d0T14:00\n" ORDER "at d1T10:00\norder #1 country=US items=MUG state=cancelled placed=d0T14:00\nexpect class=cancelled severity=0 since=d1T10:00 next=none\n"},
    {"cancelled with a label", START "at d1T10:00\norder #1 country=US items=MUG state=cancelled placed=d0T14:00\nexpect class=cancelled\n"},
    {"cancelled but moving", MOVING "at d1T10:00\norder #1 country=US items=MUG state=cancelled placed=d0T14:00\nexpect class=data_conflict conflict=cancelled since=d1T10:00\n"
                                    "at d2T10:00\nscan ups 1Z1 returning place=Gary,IN,US\nexpect class=cancelled\n"},
    {"refunded in full", MOVING "at d4T10:00\nexpect class=stuck\nrefund #1 full amount=100\nexpect class=refunded severity=0 since=d4T10:00\n"},
    {"refunded in part", MOVING "refund #1 amount=10\nexpect class=on_track\n"},
    {"refunded by its state", "at d0T14:00\n" ORDER "at d1T10:00\norder #1 country=US items=MUG financial=refunded placed=d0T14:00\nexpect class=refunded since=d1T10:00\n"},
    {"cancelled and refunded", "at d0T14:00\norder #1 country=US items=MUG state=cancelled\nrefund #1 full amount=100\nexpect class=refunded\n"},

    {"one there, one moving", "at d0T14:00\norder #1 country=US items=MUG*2;CUP\nfulfill #1 id=a items=MUG*2 parcels=ups/1Z1\nfulfill #1 id=b items=CUP parcels=ups/1Z2\n"
                              "at d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\nscan ups 1Z2 accepted place=Newark,NJ,US\nexpect class=on_track\n"
                              "at d2T10:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nexpect class=split_incomplete severity=1 since=d2T10:00 next=d2T22:00 sku=MUG sent=2 there=2\n"
                              "expect class=split_incomplete sku=CUP sent=1 there=0 wait=0\nat d2T22:00\nexpect class=stuck\nscan ups 1Z2 delivered place=Chicago,IL,US\nexpect class=delivered\n"},
    {"one moving, one with a label", "at d0T14:00\norder #1 country=US items=MUG;CUP\nfulfill #1 id=a items=MUG parcels=ups/1Z1\nfulfill #1 id=b items=CUP parcels=ups/1Z2\n"
                                     "at d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\nexpect class=split_incomplete since=d0T22:00\nat d2T14:00\nexpect class=label_only severity=2\n"},
    {"one moving, one item waiting", "at d0T14:00\norder #1 country=US items=MUG;CUP\nfulfill #1 items=MUG parcels=ups/1Z1\nat d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\n"
                                     "expect class=split_incomplete waiting=awaiting_fulfillment sku=CUP sent=0 wait=1\nat d1T22:00\nscan ups 1Z1 in_transit place=Gary,IN,US\nat d3T14:00\nexpect class=fulfillment_late waiting=fulfillment_late\n"},
    {"a label withdrawn, its follower delivered", "at d0T14:00\norder #1 country=US items=MUG\nfulfill #1 items=MUG parcels=ups/1Z1,ups/1Z2\nscan ups 1Z2 cancelled\n"
                                                  "at d1T10:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nexpect class=delivered\nexpect parcel=1Z2 class=cancelled\n"},
    {"labels only are no parts", START "at d0T16:00\norder #1 country=US items=MUG;CUP placed=d0T14:00\nexpect class=label_only\n"},
    {"the trouble of one parcel", "at d0T14:00\norder #1 country=US items=MUG;CUP\nfulfill #1 id=a items=MUG parcels=ups/1Z1\nfulfill #1 id=b items=CUP parcels=ups/1Z2\n"
                                  "at d1T10:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nscan ups 1Z2 damaged place=Gary,IN,US\nexpect class=damaged\n"},
    {"two in trouble: the worse", "at d0T14:00\norder #1 country=US items=MUG;CUP\nfulfill #1 id=a items=MUG parcels=ups/1Z1\nfulfill #1 id=b items=CUP parcels=ups/1Z2\n"
                                  "at d1T10:00\nscan ups 1Z1 damaged place=Chicago,IL,US\nscan ups 1Z2 lost\nexpect class=lost\n"},
    {"the leg that moves", "at d0T09:00\norder #1 country=CA items=MUG\nfulfill #1 items=MUG parcels=deutsche_post/L1\nat d0T16:00\nscan deutsche_post L1 accepted place=Berlin,,DE next_carrier=canada_post next_number=C1\n"
                           "at d4T20:00\nexpect class=stuck\nscan canada_post C1 in_transit place=Ottawa,ON,CA\nexpect class=on_track\nexpect parcel=L1 class=on_track\n"},

    {"without a number", "at d0T14:00\n" ORDER "at d0T15:00\nfulfill #1 items=MUG\nexpect class=on_track severity=0 since=d0T15:00 next=2026-11-26T06:00:00Z becomes=late\n"
                         "at d10T05:59\nexpect class=on_track\nat d10T06:00\nexpect class=late severity=1 next=none\n"},
    {"one there, one without a number", "at d0T14:00\norder #1 country=US region=IL items=MUG;CUP\nat d0T15:00\nfulfill #1 id=a items=MUG parcels=ups/1Z1\nfulfill #1 id=b items=CUP\n"
                                        "at d2T10:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nexpect class=split_incomplete next=d10T06:00\nat d10T06:00\nexpect class=delivered\n"},

    {"one sent without a number, one waiting", "at d0T14:00\norder #1 country=US region=IL items=MUG;CUP\nat d0T15:00\nfulfill #1 items=MUG\n"
                                               "expect class=split_incomplete since=d0T15:00 next=d3T14:00 sku=CUP sent=0 wait=1\nat d3T14:00\nexpect class=fulfillment_late\n"},

    {"quantities differ", "at d0T14:00\n" ORDER "order S1 ref=#1 role=back_office source=erp country=US items=MUG*2\nexpect class=data_conflict severity=3 conflict=erp next=none\n"
                          "order S1 ref=#1 role=back_office source=erp country=US items=MUG*1 changed=d0T15:00\nexpect class=awaiting_fulfillment conflict=none\n"},
    {"an item only one has", "at d0T14:00\n" ORDER "order S1 ref=#1 role=back_office source=erp country=US items=MUG;CUP\nexpect class=data_conflict conflict=CUP\n"},
    {"lines without a SKU cannot be compared", "at d0T14:00\norder #1 country=US items=:100:Mug\norder S1 ref=#1 role=back_office source=erp country=US items=MUG\nexpect class=awaiting_fulfillment conflict=none\n"},
    {"the address differs", "at d0T14:00\norder #1 country=US street=a items=MUG\norder S1 ref=#1 role=back_office source=erp country=US street=b items=MUG\nexpect class=data_conflict conflict=address\n"},
    {"cancelled in the back office", "at d0T14:00\n" ORDER "order S1 ref=#1 role=back_office source=erp country=US items=MUG state=cancelled\nexpect class=data_conflict conflict=cancelled\n"},
    {"a warehouse knows its part", "at d0T14:00\norder #1 country=US items=MUG;CUP\norder W1 ref=#1 role=warehouse source=wms country=US items=MUG\nexpect class=awaiting_fulfillment\n"},
    {"sent by the shop, not picked", MOVING "fulfill #1 id=w role=warehouse source=wms state=open items=MUG\nexpect class=data_conflict conflict=picked sku=MUG sent=0 wait=1\n"
                                            "fulfill #1 id=w role=warehouse source=wms state=shipped items=MUG changed=d0T23:00\nexpect class=on_track sku=MUG sent=1\n"},
    {"two of the same, one in each state", "at d0T14:00\norder #1 country=US items=MUG*2\nfulfill #1 id=a items=MUG parcels=ups/1Z1\n"
                                           "fulfill #1 id=w1 role=warehouse source=wms state=shipped items=MUG parcels=ups/1Z1\nfulfill #1 id=w2 role=warehouse source=wms state=open items=MUG\n"
                                           "at d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\nexpect class=split_incomplete sku=MUG sent=1 wait=1\n"},
    {"trouble outranks a conflict", MOVING "order S1 ref=#1 role=back_office source=erp country=US items=MUG*2\nexpect class=data_conflict\nat d4T10:00\nexpect class=stuck conflict=erp\n"},
    {"all there: a conflict is a note", MOVING "order S1 ref=#1 role=back_office source=erp country=US items=MUG*2\nat d1T10:00\nscan ups 1Z1 delivered place=Chicago,IL,US\nexpect class=delivered conflict=erp\n"},
};
/* clang-format on */

static size_t wrong; /* what one run of a table found */

#define COMPLAIN(...)                                                                              \
    do {                                                                                           \
        print_error(__VA_ARGS__);                                                                  \
        wrong++;                                                                                   \
    } while (0)

static void check_time(int64_t start_us, struct ctx *ctx, const struct story_line *ln,
                       const char *key, int64_t got, const char *name)
{
    struct str s = story_get(ln, key);
    int64_t want = 0;
    if (str_empty(s))
        return;
    if (!str_eq(s, STR("none")))
        assert_ok(ctx, story_time(ctx, s, start_us, start_us, &want));
    if (got != want)
        COMPLAIN("%s, line %zu: %s is %.*s, want %.*s\n", name, ln->number, key,
                 STR_ARG(time_rfc3339(ctx->arena, got)), STR_ARG(s));
}

static void check_word(struct ctx *ctx, const struct story_line *ln, const char *key,
                       const char *got, const char *name)
{
    struct str s = story_get(ln, key);
    (void)ctx;
    if (!str_empty(s) && !str_eq(s, str_of(got)))
        COMPLAIN("%s, line %zu: %s is %s, want %.*s\n", name, ln->number, key, got, STR_ARG(s));
}

static void check_count(struct ctx *ctx, const struct story_line *ln, const char *key, int64_t got,
                        const char *name)
{
    struct str text = arena_fmt(ctx->arena, "%lld", (long long)got);
    check_word(ctx, ln, key, text.p, name);
}

static const char *yes(bool b)
{
    return b ? "yes" : "no";
}

static const char *class_or_none(enum diag_class c)
{
    return c < DIAG_CLASS_COUNT ? diag_class_word(c) : "none";
}

struct run {
    const struct promises *p;
    const char *name;
    int64_t start_us;
    size_t checks[DIAG_CLASS_COUNT];
};

static const struct diagnosis *diagnosis_named(const struct case_diagnosis *cd, struct str number,
                                               const char *name)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        if (str_eq(cd->parcels[i].parcel->number, number))
            return &cd->parcels[i].d;
    fail_msg("%s: no parcel %.*s", name, STR_ARG(number));
    return NULL;
}

static void check_items(struct ctx *ctx, const struct story_line *ln,
                        const struct case_diagnosis *cd, const char *name)
{
    struct str sku = story_get(ln, "sku");
    for (size_t i = 0; i < cd->items_n; i++)
        if (str_eq(cd->items[i].item->sku, sku)) {
            check_count(ctx, ln, "sent", cd->items[i].shipped, name);
            check_count(ctx, ln, "there", cd->items[i].delivered, name);
            check_count(ctx, ln, "wait", cd->items[i].waiting, name);
        }
}

static void expect(struct case_story *cs, struct ctx *ctx, const struct story_line *ln, void *user)
{
    struct run *r = user;
    struct case_diagnosis cd;
    assert_true(str_eq(ln->verb, STR("expect")));
    assert_ok(ctx, diagnose(ctx, &cs->cas, r->p, cs->now_us, &cd));
    struct str number = story_get(ln, "parcel"), conflict = story_get(ln, "conflict");
    const struct diagnosis *d =
        str_empty(number) ? &cd.order : diagnosis_named(&cd, number, r->name);
    check_word(ctx, ln, "class", diag_class_word(d->cls), r->name);
    if (!str_empty(story_get(ln, "class")))
        r->checks[d->cls]++;
    check_count(ctx, ln, "severity", d->severity, r->name);
    check_time(r->start_us, ctx, ln, "since", d->since_us, r->name);
    check_time(r->start_us, ctx, ln, "next", d->next_look_us, r->name);
    check_time(r->start_us, ctx, ln, "promised", d->fig.promised_us, r->name);
    check_time(r->start_us, ctx, ln, "expected", d->fig.expected_us, r->name);
    check_word(ctx, ln, "becomes", class_or_none(d->next_cls), r->name);
    check_word(ctx, ln, "waiting", class_or_none(cd.waiting_cls), r->name);
    check_word(ctx, ln, "stale", yes(d->stale && d->flag_not_updated), r->name);
    check_word(ctx, ln, "late_scan", yes(d->flag_late_initial_scan), r->name);
    check_word(ctx, ln, "doubt", yes(d->fig.delivered_doubt), r->name);
    if (str_eq(conflict, STR("none"))
            ? !str_empty(d->conflict)
            : !str_empty(conflict) && !str_contains(d->conflict, conflict))
        COMPLAIN("%s, line %zu: conflict is \"%.*s\"\n", r->name, ln->number, STR_ARG(d->conflict));
    check_items(ctx, ln, &cd, r->name);
    assert_true(d->next_look_us == 0 || d->next_look_us > cs->now_us);
}

static int64_t us(const char *text)
{
    struct when w;
    if (when_parse(str_of(text), &w) != OK)
        fail_msg("%s", text);
    return w.kind == WHEN_UTC ? w.utc_us : w.local_us;
}

static void run_case(struct fixture *f, struct run *r, const struct story_case *c)
{
    struct case_story cs = {.line = expect, .user = r};
    arena_reset(f->arena);
    r->name = c->name;
    r->start_us = us(DAY0);
    enum err e = case_story_read(&f->ctx, &cs, r->start_us, str_of(c->text));
    if (e != OK)
        fail_msg("%s: %s", c->name, f->ctx.msg);
}

static void test_classes(void **state)
{
    struct fixture f;
    struct promises p;
    (void)state;
    fixture_init(&f);
    promises_default(&p);
    struct run r = {.p = &p};
    wrong = 0;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        run_case(&f, &r, &CASES[i]);
    for (int c = 0; c < DIAG_CLASS_COUNT; c++)
        if (r.checks[c] < 3)
            COMPLAIN("%s: %zu checks\n", diag_class_word((enum diag_class)c), r.checks[c]);
    fixture_clear(&f);
    assert_int_equal(wrong, 0);
}

/* ---- limits of seasons and of the merchant's own days off */

static void test_season_and_days_off(void **state)
{
    static const struct story_case SEASON[] = {
        {"begun in the season",
         "at d0T14:00\n" ORDER "at d7T13:59\nexpect class=awaiting_fulfillment next=d7T14:00\nat "
         "d7T14:00\nexpect class=fulfillment_late\n"},
        {"begun after it", "at d3T14:00\n" ORDER "at d8T14:00\nexpect class=fulfillment_late\n"},
        {"scanned in the season, silent after it",
         MOVING "at d1T22:00\nscan ups 1Z1 in_transit place=Newark,NJ,US eta=2026-12-20\nat "
                "d6T21:59\nexpect class=on_track\nat d7T22:00\nexpect class=stuck\n"},
        {"scanned after it", MOVING "at d3T22:00\nscan ups 1Z1 in_transit place=Newark,NJ,US "
                                    "eta=2026-12-20\nat d7T22:00\nexpect class=stuck\n"},
    };
    static const struct story_case OFF[] = {
        {"the merchant's day off",
         "at d0T14:00\n" ORDER "at d3T14:00\nexpect class=awaiting_fulfillment next=d4T14:00\nat "
         "d4T14:00\nexpect class=fulfillment_late\n"},
        {"is none of the carrier's", MOVING "at d2T22:00\nexpect class=stuck\n"},
    };
    struct limit_rule rule = {.set = {5, -1, -1, 96, -1, -1, -1, -1, -1, -1, -1, -1, -1, true, false}};
    struct fixture f;
    struct promises p;
    (void)state;
    fixture_init(&f);
    promises_default(&p);
    rule.from_day = civil_day(us("2026-11-10"));
    rule.to_day = civil_day(us("2026-11-17"));
    p.rules = &rule;
    p.rules_n = 1;
    struct run r = {.p = &p};
    wrong = 0;
    for (size_t i = 0; i < sizeof(SEASON) / sizeof(SEASON[0]); i++)
        run_case(&f, &r, &SEASON[i]);
    promises_default(&p);
    int64_t off = civil_day(us("2026-11-18"));
    p.extra_off = &off;
    p.extra_off_n = 1;
    for (size_t i = 0; i < sizeof(OFF) / sizeof(OFF[0]); i++)
        run_case(&f, &r, &OFF[i]);
    fixture_clear(&f);
    assert_int_equal(wrong, 0);
}

/* Hours that are no whole days: a day and a half, and never over on a day off. */
static void test_hours(void **state)
{
    static const struct story_case CASE[] = {
        {"a day and a half",
         MOVING "at d2T09:59\nexpect class=on_track\nat d2T10:00\nexpect class=stuck\n"},
        {"not on a Saturday",
         MOVING "at d3T22:00\nscan ups 1Z1 in_transit place=Newark,NJ,US eta=2026-12-20\nat "
                "d5T12:00\nexpect class=on_track\nat d7T04:59\nexpect class=on_track\nat "
                "d7T05:00\nexpect class=stuck\n"},
    };
    struct fixture f;
    struct promises p;
    (void)state;
    fixture_init(&f);
    promises_default(&p);
    p.base.silent_hours = 36;
    struct run r = {.p = &p};
    wrong = 0;
    for (size_t i = 0; i < sizeof(CASE) / sizeof(CASE[0]); i++)
        run_case(&f, &r, &CASE[i]);
    fixture_clear(&f);
    assert_int_equal(wrong, 0);
}

/* Lost before it is silent: limits that nobody would choose hold as they stand. */
static void test_lost_before_silent(void **state)
{
    static const struct story_case CASE = {
        "lost first",
        MOVING "at d2T21:59\nexpect class=on_track next=d2T22:00 becomes=presumed_lost\n"
               "at d2T22:00\nexpect class=presumed_lost stale=no\n"};
    struct fixture f;
    struct promises p;
    (void)state;
    fixture_init(&f);
    promises_default(&p);
    p.base.silent_hours = 500;
    p.base.lost_days = 2;
    struct run r = {.p = &p};
    wrong = 0;
    run_case(&f, &r, &CASE);
    fixture_clear(&f);
    assert_int_equal(wrong, 0);
}

/* ---- time alone: a verdict changes at announced looks and nowhere else */

static uint64_t seed;

static unsigned rnd(unsigned n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((seed >> 33) % n);
}

#define PICK(list) (list)[rnd(sizeof(list) / sizeof((list)[0]))]

static void random_scan(struct buf *b, unsigned parcel, int day)
{
    static const char *const STATUS[] = {
        "accepted",      "in_transit",       "in_transit",     "in_transit",
        "exception",     "out_for_delivery", "attempt_failed", "available_for_pickup",
        "delivered",     "delivered",        "returning",      "returned",
        "lost",          "damaged",          "info",           "unknown",
        "label_created", "cancelled"};
    static const char *const REASON[] = {"none",          "none",         "none",         "weather",
                                         "address_issue", "customs_hold", "customs_duty", "refused",
                                         "other",         "rto_initiated"};
    static const char *const PLACE[] = {"Newark,NJ,US", "Newark,NJ,US",   "Berlin,BE,DE",
                                        "Mumbai,MH,IN", "Campinas,SP,BR", "Sydney,NSW,AU",
                                        ",,",           "X,,ZZ"};
    buf_fmt(b, "scan ups 1Z%u %s place=%s reason=%s", parcel, PICK(STATUS), PICK(PLACE),
            PICK(REASON));
    if (rnd(3) == 0)
        buf_fmt(b, " eta=2026-%02u-%02u%s", 11 + (day > 14),
                1 + (unsigned)(day + 15 + (int)rnd(6)) % 28, rnd(2) == 0 ? "" : "T15:00:00+01:00");
    if (rnd(8) == 0)
        buf_addz(b, " synthetic");
    if (rnd(6) == 0)
        buf_fmt(b, " pickup_until=2026-12-%02u", 1 + rnd(20));
    buf_addc(b, '\n');
}

static void random_story(struct buf *b)
{
    static const char *const REPORT[] = {"not_received", "damaged", "wrong_item", "received"};
    static const char *const COUNTRY[] = {"US", "DE", "IN", "BR", "AU", "ZZ"};
    const char *country = PICK(COUNTRY);
    unsigned parcels = rnd(4), steps = rnd(9);
    int day = 0, shape = (int)rnd(8);
    buf_fmt(b, "at d0T%02u:10\norder #1 country=%s items=MUG*2;CUP*1%s%s%s\n", rnd(24), country,
            shape == 0 ? " promised=2026-11-20" : "", shape == 1 ? " preorder=2026-11-25" : "",
            shape == 2 ? " state=on_hold" : "");
    if (rnd(5) == 0)
        buf_fmt(b, "stock MUG %d restock=2026-11-%02u\n", (int)rnd(3) - 1, 15 + rnd(15));
    if (rnd(6) == 0)
        buf_fmt(b, "order S1 ref=#1 role=back_office source=erp country=%s items=MUG*%u;CUP\n",
                country, 1 + rnd(2));
    for (unsigned i = 0; i < parcels; i++)
        buf_fmt(b, "fulfill #1 id=f%u items=%s%s1Z%u\n", i, i == 0 ? "MUG*2" : "CUP",
                " parcels=ups/", i);
    if (parcels == 0 && rnd(3) == 0)
        buf_addz(b, "fulfill #1 items=MUG*2\n");
    for (unsigned i = 0; i < steps; i++) {
        day += (int)rnd(4);
        buf_fmt(b, "at d%dT23:%02u\n", day, 10 + 2 * i);
        if (parcels > 0)
            random_scan(b, rnd(parcels), day);
        if (rnd(10) == 0)
            buf_fmt(b, "report #1 %s\n", PICK(REPORT));
        if (rnd(20) == 0)
            buf_fmt(b, "refund #1 amount=10 items=CUP%s\n", rnd(2) == 0 ? " full" : "");
    }
}

struct verdict {
    enum diag_class cls;
    int severity;
    int64_t since_us;
    bool stale, late_scan;
};

static struct verdict verdict_of(const struct diagnosis *d)
{
    return (struct verdict){d->cls, d->severity, d->since_us, d->stale, d->flag_late_initial_scan};
}

static bool same(const struct diagnosis *a, const struct diagnosis *b)
{
    struct verdict x = verdict_of(a), y = verdict_of(b);
    return x.cls == y.cls && x.severity == y.severity && x.since_us == y.since_us &&
           x.stale == y.stale && x.late_scan == y.late_scan;
}

static void must_be_same(struct ctx *ctx, const struct case_diagnosis *was,
                         const struct case_diagnosis *is, int64_t from_us, int64_t at_us,
                         struct str story)
{
    const struct diagnosis *a = &was->order, *b = &is->order;
    for (size_t i = 0; i < was->parcels_n && same(a, b); i++) {
        a = &was->parcels[i].d;
        b = &is->parcels[i].d;
    }
    if (!same(a, b))
        fail_msg("from %.*s to %.*s: %s %d became %s %d; next look %.*s\n%.*s",
                 STR_ARG(time_rfc3339(ctx->arena, from_us)),
                 STR_ARG(time_rfc3339(ctx->arena, at_us)), diag_class_word(a->cls), a->severity,
                 diag_class_word(b->cls), b->severity,
                 STR_ARG(time_rfc3339(ctx->arena, was->next_look_us)), STR_ARG(story));
}

/* A parcel's own look is as binding as the case's: its timer is its own. */
static void parcels_keep_their_looks(struct ctx *ctx, const struct case_diagnosis *was,
                                     const struct case_diagnosis *is, int64_t at_us,
                                     struct str story)
{
    for (size_t i = 0; i < was->parcels_n; i++) {
        const struct diagnosis *a = &was->parcels[i].d, *b = &is->parcels[i].d;
        if ((a->next_look_us == 0 || at_us < a->next_look_us) && !same(a, b))
            fail_msg("parcel %zu at %.*s: %s became %s before its look\n%.*s", i,
                     STR_ARG(time_rfc3339(ctx->arena, at_us)), diag_class_word(a->cls),
                     diag_class_word(b->cls), STR_ARG(story));
    }
}

static void follow(struct fixture *f, const struct order_case *cas, const struct promises *p,
                   int64_t now, struct str story)
{
    struct case_diagnosis cd, then;
    size_t mark = 0;
    for (; mark < 60; mark++) {
        assert_ok(&f->ctx, diagnose(&f->ctx, cas, p, now, &cd));
        int64_t look = cd.next_look_us, end = look == 0 ? now + 400 * US_PER_DAY : look - 1;
        assert_true(look == 0 || look > now);
        assert_true(cd.order.fig.expected_us == 0 || cd.order.fig.expected_us > now);
        for (int64_t i = 0; i <= 6; i++) {
            int64_t at = i == 6 ? end : now + (end - now) / 6 * i + (i == 0 && end > now);
            assert_ok(&f->ctx, diagnose(&f->ctx, cas, p, at, &then));
            must_be_same(&f->ctx, &cd, &then, now, at, story);
        }
        if (look == 0)
            return;
        assert_ok(&f->ctx, diagnose(&f->ctx, cas, p, look, &then));
        parcels_keep_their_looks(&f->ctx, &cd, &then, look, story);
        if (cd.order.next_cls < DIAG_CLASS_COUNT && then.order.cls != cd.order.next_cls)
            fail_msg("%.*s: %s, told to become %s\n%.*s", STR_ARG(time_rfc3339(f->ctx.arena, look)),
                     diag_class_word(then.order.cls), diag_class_word(cd.order.next_cls),
                     STR_ARG(story));
        now = look;
    }
}

static void test_time_alone(void **state)
{
    struct fixture f;
    struct promises p;
    struct limit_rule rules[] = {
        {.from_day = 20773,
         .to_day = 20776,
         .set = {6, 2, 10, 72, 7, -1, 3, -1, 5, 9, -1, -1, -1, true, false}},
        {.country = {"DE", 2}, .set = {2, -1, -1, 30, 3, 2, -1, 36, -1, 4, -1, -1, -1, false, true}}};
    size_t seen[DIAG_CLASS_COUNT] = {0};
    (void)state;
    fixture_init(&f);
    for (unsigned n = 0; n < 1500; n++) {
        struct case_story cs = {0};
        struct case_diagnosis cd;
        struct buf b;
        arena_reset(f.arena);
        seed = n + 1;
        promises_default(&p);
        if (n % 3 == 0) {
            p.rules = rules;
            p.rules_n = 2;
        }
        if (n % 5 == 0) { /* limits in an order that nobody would choose */
            p.base.silent_hours = 500;
            p.base.lost_days = 2 + (int)(n % 4) * 10;
            p.base.transit_days = 2;
        }
        buf_init(&b, 65536);
        random_story(&b);
        assert_int_equal(buf_err(&b), OK);
        enum err e = case_story_read(&f.ctx, &cs, us(DAY0), buf_str(&b));
        if (e != OK)
            fail_msg("%s\n%.*s", f.ctx.msg, STR_ARG(buf_str(&b)));
        assert_ok(&f.ctx, diagnose(&f.ctx, &cs.cas, &p, cs.now_us, &cd));
        seen[cd.order.cls]++;
        follow(&f, &cs.cas, &p, cs.now_us + (int64_t)rnd(200) * US_PER_H / 3, buf_str(&b));
        buf_clear(&b);
    }
    size_t kinds = 0;
    for (int c = 0; c < DIAG_CLASS_COUNT; c++)
        kinds += seen[c] > 0;
    assert_true(kinds >= 24);
    fixture_clear(&f);
}

/* The same case, the same time: the same verdict, whatever was diagnosed before. */
static void test_pure(void **state)
{
    struct fixture f;
    struct promises p;
    struct case_story cs = {0};
    struct case_diagnosis a, b, later;
    (void)state;
    fixture_init(&f);
    promises_default(&p);
    assert_ok(&f.ctx, case_story_read(&f.ctx, &cs, us(DAY0), STR(MOVING)));
    assert_ok(&f.ctx, diagnose(&f.ctx, &cs.cas, &p, cs.now_us, &a));
    assert_ok(&f.ctx, diagnose(&f.ctx, &cs.cas, &p, cs.now_us + 90 * US_PER_DAY, &later));
    assert_ok(&f.ctx, diagnose(&f.ctx, &cs.cas, &p, cs.now_us, &b));
    must_be_same(&f.ctx, &a, &b, cs.now_us, cs.now_us, STR(MOVING));
    assert_int_equal(later.order.cls, DIAG_PRESUMED_LOST);
    assert_int_equal(a.order.evidence_n, b.order.evidence_n);
    fixture_clear(&f);
}

/* Nothing known but a number, nothing at all, items that are not sent. */
static void test_odd_cases(void **state)
{
    struct fixture f;
    struct promises p;
    struct order_case none = {.order_no = 1, .diag = DIAG_CLASS_COUNT};
    struct case_story cs = {0};
    struct case_diagnosis cd;
    (void)state;
    fixture_init(&f);
    promises_default(&p);
    assert_ok(&f.ctx, diagnose(&f.ctx, &none, &p, TEST_NOW_US, &cd));
    assert_int_equal(cd.order.cls, DIAG_AWAITING_FULFILLMENT);
    assert_ok(&f.ctx, case_story_read(&f.ctx, &cs, us(DAY0), STR("at d0T14:00\n" ORDER)));
    for (size_t i = 0; i < cs.cas.views[0].items_n; i++)
        cs.cas.views[0].items[i].ships = false;
    assert_ok(&f.ctx, diagnose(&f.ctx, &cs.cas, &p, cs.now_us + 30 * US_PER_DAY, &cd));
    assert_int_equal(cd.order.cls, DIAG_AWAITING_FULFILLMENT);
    assert_true(cd.order.fig.nothing_ships);
    assert_int_equal(cd.order.next_look_us, 0);
    cs.cas.views[0].items[0].quantity = INT64_MAX; /* sums stay in range */
    cs.cas.views[0].items[0].ships = true;
    assert_ok(&f.ctx, diagnose(&f.ctx, &cs.cas, &p, cs.now_us, &cd));
    assert_int_equal(cd.items[0].waiting, INT64_MAX);
    fixture_clear(&f);
}

/* ---- the document */

static void test_document(void **state)
{
    struct fixture f;
    struct buf b;
    (void)state;
    fixture_init(&f);
    buf_init(&b, 1 << 20);
    diagnosis_doc(&b);
    assert_int_equal(buf_err(&b), OK);
    struct str file = test_read_file(f.arena, test_source_path("docs/diagnosis.md"));
    if (!str_eq(file, buf_str(&b)))
        fail_msg("docs/diagnosis.md is not what `wismo diagnosis-doc` prints");
    for (int c = 0; c < DIAG_CLASS_COUNT; c++)
        assert_true(
            str_contains(file, arena_fmt(f.arena, "`%s`", diag_class_word((enum diag_class)c))));
    buf_clear(&b);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),    cmocka_unit_test(test_season_and_days_off),
        cmocka_unit_test(test_hours),      cmocka_unit_test(test_lost_before_silent),
        cmocka_unit_test(test_time_alone), cmocka_unit_test(test_pure),
        cmocka_unit_test(test_odd_cases),  cmocka_unit_test(test_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
