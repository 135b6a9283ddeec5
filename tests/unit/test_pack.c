/* Rows: what is written is read again; every cut and every odd byte is told, never believed. */
#include "lib/fixture.h"

#include "model/pack.h"

struct sample {
    uint64_t u, fixed;
    int64_t i;
    uint32_t w;
    unsigned kind;
    bool b;
    struct str s;
    size_t n;
};

static void pack_sample(struct pack *p, struct sample *x)
{
    pack_u64(p, &x->u);
    pack_u32(p, &x->w);
    pack_i64(p, &x->i);
    x->kind = pack_below(p, x->kind, 7);
    pack_bool(p, &x->b);
    pack_str(p, &x->s);
    pack_fixed64(p, &x->fixed);
    pack_count(p, &x->n, 5);
}

static const struct sample SAMPLES[] = {
    {.u = 0},
    {.u = 127, .i = -1, .w = 1, .kind = 6, .b = true, .n = 5},
    {.u = 128, .i = INT64_MAX, .w = UINT32_MAX, .fixed = UINT64_MAX},
    {.u = UINT64_MAX, .i = INT64_MIN, .fixed = UINT64_C(0x0102030405060708), .s = {"a\0b", 3}},
    {.u = UINT64_C(1) << 63, .i = -64, .kind = 3, .s = {"Gr\xc3\xbc\xc3\x9f", 7}},
};

static void test_round_trip(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t k = 0; k < sizeof(SAMPLES) / sizeof(SAMPLES[0]); k++) {
        struct buf b;
        struct sample x = SAMPLES[k], y = {.u = 9, .i = 9};
        buf_init(&b, 1000);
        struct pack w = pack_writer(&b);
        pack_sample(&w, &x);
        assert_int_equal(buf_err(&b), OK);
        struct pack r = pack_reader(&f.ctx, buf_str(&b));
        pack_sample(&r, &y);
        assert_int_equal(pack_end(&r), OK);
        assert_true(x.u == y.u && x.i == y.i && x.w == y.w && x.kind == y.kind && x.b == y.b &&
                    x.fixed == y.fixed && x.n == y.n && str_eq(x.s, y.s));
        for (size_t cut = 0; cut < b.n; cut++) {
            struct pack c = pack_reader(&f.ctx, str_sub(buf_str(&b), 0, cut));
            pack_sample(&c, &y);
            if (pack_end(&c) != ERR_CORRUPT)
                fail_msg("sample %zu cut at %zu is taken", k, cut);
        }
        buf_clear(&b);
    }
    fixture_clear(&f);
}

enum what { U64, U32, BELOW, BOOLEAN, TEXT, COUNT, FIXED };

static const struct {
    const char *name;
    enum what what;
    struct str row;
} ODD[] = {
    {"number longer than need be", U64, {"\x80\x00", 2}},
    {"number of 65 bits", U64, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10}},
    {"number without an end", U64, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}},
    {"33 bits", U32, {"\x80\x80\x80\x80\x10", 5}},
    {"value beyond its kind", BELOW, {"\x07", 1}},
    {"bool of 2", BOOLEAN, {"\x02", 1}},
    {"text longer than the row",
     TEXT,
     {"\x05"
      "abcd",
      5}},
    {"text of 2^63 bytes", TEXT, {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 10}},
    {"more than may be", COUNT, {"\x06", 1}},
    {"seven bytes of eight", FIXED, {"1234567", 7}},
    {"bytes behind the end", U64, {"\x01\x01", 2}},
};

static void read_one(struct pack *p, enum what what)
{
    uint64_t u;
    uint32_t w;
    bool b;
    struct str s;
    size_t n;
    switch (what) {
    case U64:
        pack_u64(p, &u);
        break;
    case U32:
        pack_u32(p, &w);
        break;
    case BELOW:
        (void)pack_below(p, 0, 7);
        break;
    case BOOLEAN:
        pack_bool(p, &b);
        break;
    case TEXT:
        pack_str(p, &s);
        assert_int_equal(s.n, 0);
        break;
    case COUNT:
        pack_count(p, &n, 5);
        assert_int_equal(n, 0);
        break;
    case FIXED:
        pack_fixed64(p, &u);
        break;
    }
}

static void test_odd_bytes(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t k = 0; k < sizeof(ODD) / sizeof(ODD[0]); k++) {
        struct pack p = pack_reader(&f.ctx, ODD[k].row);
        read_one(&p, ODD[k].what);
        if (pack_end(&p) != ERR_CORRUPT)
            fail_msg("%s: %s", ODD[k].name, err_name(pack_end(&p)));
    }
    fixture_clear(&f);
}

/* A row lives in the arena: the bytes it was read from may go. */
static void test_own_copy(void **state)
{
    struct fixture f;
    char row[] = "\x03"
                 "abc";
    struct str s;
    (void)state;
    fixture_init(&f);
    struct pack p = pack_reader(&f.ctx, (struct str){row, 4});
    memset(row, 'x', sizeof(row));
    pack_str(&p, &s);
    assert_int_equal(pack_end(&p), OK);
    assert_str(s, "abc");
    fixture_clear(&f);
}

static void test_short_memory(void **state)
{
    struct arena *a = arena_new(64);
    struct clock clock;
    struct ctx ctx;
    struct buf b;
    uint64_t u = UINT64_MAX;
    (void)state;
    clock_init_virtual(&clock, 0);
    ctx_init(&ctx, a, &clock, NULL);
    struct pack r = pack_reader(&ctx, (struct str){"0123456789012345678901234567890123456789"
                                                   "0123456789012345678901234567890123456789",
                                                   80});
    assert_int_equal(pack_end(&r), ERR_MEMORY);
    buf_init(&b, 12);
    struct pack w = pack_writer(&b);
    pack_u64(&w, &u);
    pack_u64(&w, &u);
    assert_int_equal(buf_err(&b), ERR_LIMIT);
    buf_clear(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_odd_bytes),
        cmocka_unit_test(test_own_copy),
        cmocka_unit_test(test_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
