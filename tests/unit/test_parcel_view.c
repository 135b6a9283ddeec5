/* What scans mean: status, movement, ends and what undoes them, the way back, which use of a number
 * is ours. */
#include "lib/facts.h"
#include "lib/fixture.h"

#define D US_PER_DAY

/* One scan an hour: l label, a accepted, t transit, x exception, o out for delivery, f attempt
 * failed, p pickup, d delivered, b returning, r returned, L lost, C cancelled, i info, ? unknown
 * word, s synthetic transit, D damaged. */
static const char LETTERS[] = "latxofpdbrLCi?sD";
static const enum parcel_status OF_LETTER[] = {
    PARCEL_LABEL_CREATED,
    PARCEL_ACCEPTED,
    PARCEL_IN_TRANSIT,
    PARCEL_EXCEPTION,
    PARCEL_OUT_FOR_DELIVERY,
    PARCEL_ATTEMPT_FAILED,
    PARCEL_AVAILABLE_FOR_PICKUP,
    PARCEL_DELIVERED,
    PARCEL_RETURNING,
    PARCEL_RETURNED,
    PARCEL_LOST,
    PARCEL_CANCELLED,
    PARCEL_INFO,
    PARCEL_UNKNOWN,
    PARCEL_IN_TRANSIT,
    PARCEL_DAMAGED,
};

static const struct {
    const char *scans;
    enum parcel_status status;
    int status_scan, last, last_move;
    bool moved_after_delivery;
} TABLE[] = {
    {"", PARCEL_UNKNOWN, -1, -1, -1, false},
    {"l", PARCEL_LABEL_CREATED, 0, 0, -1, false},
    {"la", PARCEL_ACCEPTED, 1, 1, 1, false},
    {"latod", PARCEL_DELIVERED, 4, 4, 4, false},
    {"al", PARCEL_ACCEPTED, 0, 1, 0, false}, /* the label's news comes after the first scan */
    {"?l", PARCEL_UNKNOWN, -1, 1, 0, false}, /* a word we do not know is a movement all the same */
    {"l?", PARCEL_LABEL_CREATED, 0, 1, 1, false},
    {"t?", PARCEL_IN_TRANSIT, 0, 1, 1, false},
    {"ti", PARCEL_IN_TRANSIT, 0, 0, 0, false},
    {"i", PARCEL_UNKNOWN, -1, -1, -1, false},
    {"as", PARCEL_IN_TRANSIT, 1, 1, 0, false}, /* no scan behind it: no movement */
    {"di", PARCEL_DELIVERED, 0, 0, 0, false},
    {"dt", PARCEL_DELIVERED, 0, 1, 1, true}, /* a depot's late scan */
    {"ds", PARCEL_DELIVERED, 0, 1, 0, false},
    {"dx", PARCEL_DELIVERED, 0, 1, 1, true},
    {"df", PARCEL_ATTEMPT_FAILED, 1, 1, 1, false},
    {"dfd", PARCEL_DELIVERED, 2, 2, 2, false},
    {"do", PARCEL_OUT_FOR_DELIVERY, 1, 1, 1, false},
    {"db", PARCEL_RETURNING, 1, 1, 1, false},
    {"dl", PARCEL_DELIVERED, 0, 1, 0, false},
    {"tL", PARCEL_LOST, 1, 1, 1, false},
    {"tLt", PARCEL_LOST, 1, 2, 2, false},
    {"tLd", PARCEL_DELIVERED, 2, 2, 2, false}, /* found again */
    {"lC", PARCEL_CANCELLED, 1, 1, -1, false},
    {"lCl", PARCEL_CANCELLED, 1, 2, -1, false},
    {"fb", PARCEL_RETURNING, 1, 1, 1, false},
    {"fbt", PARCEL_RETURNING, 1, 2, 2, false}, /* a depot on the way back */
    {"fbx", PARCEL_RETURNING, 1, 2, 2, false}, /* a storm there does not turn it round */
    {"fbd", PARCEL_RETURNED, 2, 2, 2, false},  /* handed over at the sender's */
    {"fbtd", PARCEL_RETURNED, 3, 3, 3, false},
    {"fbttd", PARCEL_RETURNED, 4, 4, 4, false},
    {"fbxtd", PARCEL_RETURNED, 4, 4, 4, false},
    {"fbr", PARCEL_RETURNED, 2, 2, 2, false},
    {"fbrd", PARCEL_RETURNED, 2, 3, 3, false},
    {"fbrt", PARCEL_RETURNED, 2, 3, 3, false},
    {"fbod", PARCEL_DELIVERED, 3, 3, 3, false}, /* tried again after all */
    {"fbfd", PARCEL_DELIVERED, 3, 3, 3, false},
    {"fbL", PARCEL_LOST, 2, 2, 2, false},
    {"fbLd", PARCEL_RETURNED, 3, 3, 3, false},
    {"fbLt", PARCEL_LOST, 2, 3, 3, false},
    {"dbd", PARCEL_RETURNED, 2, 2, 2, false},
    {"txp", PARCEL_AVAILABLE_FOR_PICKUP, 2, 2, 2, false},
    {"tDt", PARCEL_IN_TRANSIT, 2, 2, 2, false},
};

static struct parcel parcel_of(struct arena *a, const char *scans)
{
    struct parcel pcl = {.scans_n = strlen(scans)};
    pcl.scans = arena_array(a, pcl.scans_n, sizeof(*pcl.scans));
    for (size_t i = 0; i < pcl.scans_n; i++) {
        size_t k = (size_t)(strchr(LETTERS, scans[i]) - LETTERS);
        pcl.scans[i] = (struct parcel_scan){.at_us = T0_US + (int64_t)i * US_PER_H,
                                            .key = i,
                                            .status = OF_LETTER[k],
                                            .reason = (enum reason)(i % REASON_COUNT),
                                            .flags = scans[i] == 's' ? SCAN_SYNTHETIC : 0};
    }
    return pcl;
}

static void test_status(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(TABLE) / sizeof(TABLE[0]); i++) {
        struct parcel pcl = parcel_of(f.arena, TABLE[i].scans);
        struct parcel_view v;
        parcel_view_make(&pcl, 0, &v);
        if (v.status != TABLE[i].status || v.status_scan != TABLE[i].status_scan ||
            v.last != TABLE[i].last || v.last_move != TABLE[i].last_move ||
            v.moved_after_delivery != TABLE[i].moved_after_delivery)
            fail_msg("\"%s\": %s by scan %d, last %d, last move %d, moved after delivery %d",
                     TABLE[i].scans, parcel_status_word(v.status), v.status_scan, v.last,
                     v.last_move, v.moved_after_delivery);
        if (v.status_scan >= 0)
            assert_int_equal(v.reason, pcl.scans[v.status_scan].reason);
    }
    fixture_clear(&f);
}

static const struct {
    const char *scans;
    int label, first_move, out, delivered, first_attempt, last_attempt, returning, attempts;
} FIRSTS[] = {
    {"ll?aofofod", 0, 2, 8, 9, 5, 7, -1, 2},
    {"latfbtd", 0, 1, -1, -1, 3, 3, 4, 1}, /* the hand-over at the sender's is no delivery */
    {"latfbofd", 0, 1, 5, 7, 3, 6, 4, 2},
    {"r", -1, 0, -1, -1, -1, -1, 0, 0},
    {"si", -1, -1, -1, -1, -1, -1, -1, 0},
};

static void test_firsts(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(FIRSTS) / sizeof(FIRSTS[0]); i++) {
        struct parcel pcl = parcel_of(f.arena, FIRSTS[i].scans);
        struct parcel_view v;
        parcel_view_make(&pcl, 0, &v);
        if (v.label != FIRSTS[i].label || v.first_move != FIRSTS[i].first_move ||
            v.out_for_delivery != FIRSTS[i].out || v.delivered != FIRSTS[i].delivered ||
            v.first_attempt != FIRSTS[i].first_attempt ||
            v.last_attempt != FIRSTS[i].last_attempt || v.returning != FIRSTS[i].returning ||
            v.attempts != FIRSTS[i].attempts)
            fail_msg("\"%s\": label %d, first move %d, out %d, delivered %d, attempts %d from %d "
                     "to %d, returning %d",
                     FIRSTS[i].scans, v.label, v.first_move, v.out_for_delivery, v.delivered,
                     v.attempts, v.first_attempt, v.last_attempt, v.returning);
    }
    fixture_clear(&f);
}

/* Days of scans, days of the orders that have the number; -1 ends each. */
static const struct {
    const char *name;
    int scans[8], orders[4];
    int since;
    size_t from, to;
} WINDOWS[] = {
    {"one use", {0, 2, 4, -1}, {-1}, 0, 0, 3},
    {"no link: the last", {10, 12, 400, 402, -1}, {-1}, 0, 2, 4},
    {"the first use", {10, 12, 400, 402, -1}, {8, -1}, 8, 0, 2},
    {"the second", {10, 12, 400, 402, -1}, {399, -1}, 399, 2, 4},
    {"a silence just short of a new use", {10, 129, 248, -1}, {9, -1}, 9, 0, 3},
    {"a silence of a new use", {10, 130, -1}, {9, -1}, 9, 0, 1},
    {"the shop heard late of it", {10, 12, -1}, {42, -1}, 42, 0, 2},
    {"a former use is never shown", {10, 12, -1}, {43, -1}, 43, 2, 2},
    {"none yet", {-1}, {43, -1}, 43, 0, 0},
    {"ours was never scanned, a later order has the number",
     {400, 402, -1},
     {10, 399, -1},
     10,
     2,
     2},
    {"the later order itself", {400, 402, -1}, {10, 399, -1}, 399, 0, 2},
    {"ours comes very late, nobody else has the number", {400, 402, -1}, {10, -1}, 10, 0, 2},
    {"two orders of one week share the parcel", {10, 12, -1}, {8, 9, -1}, 8, 0, 2},
};

static void test_windows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(WINDOWS) / sizeof(WINDOWS[0]); i++) {
        struct parcel_scan scans[8] = {{.at_us = 0}};
        struct parcel pcl = {.scans = scans};
        struct parcel_view v;
        for (; WINDOWS[i].scans[pcl.scans_n] >= 0; pcl.scans_n++)
            scans[pcl.scans_n] = (struct parcel_scan){
                .at_us = T0_US + WINDOWS[i].scans[pcl.scans_n] * D, .status = PARCEL_IN_TRANSIT};
        for (; WINDOWS[i].orders[pcl.links_n] >= 0; pcl.links_n++)
            pcl.links[pcl.links_n] = (struct parcel_link){
                (int64_t)pcl.links_n + 1, T0_US + WINDOWS[i].orders[pcl.links_n] * D};
        parcel_view_make(&pcl, WINDOWS[i].since == 0 ? 0 : T0_US + WINDOWS[i].since * D, &v);
        if (v.from != WINDOWS[i].from || v.to != WINDOWS[i].to)
            fail_msg("%s: scans %zu to %zu", WINDOWS[i].name, v.from, v.to);
        if (v.from == v.to)
            assert_true(v.status == PARCEL_UNKNOWN && v.last == -1 && v.last_move == -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_firsts),
        cmocka_unit_test(test_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
