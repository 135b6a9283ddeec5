/* See vault.h. Derivation is HMAC-SHA256 of a label and the merchant's name under the master key. */
#include "storage/vault.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static enum err master_create(struct ctx *ctx, const char *path, unsigned char out[KEY_LEN])
{
    enum err e = crypto_random(out, KEY_LEN);
    if (e != OK)
        return ctx_fail(ctx, e, "master key: no random bytes");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return ctx_fail(ctx, ERR_IO, "master key %s: %s", path, strerror(errno));
    bool ok = write(fd, out, KEY_LEN) == KEY_LEN && fsync(fd) == 0;
    close(fd);
    return ok ? OK : ctx_fail(ctx, ERR_IO, "master key %s: cannot write", path);
}

enum err vault_master(struct ctx *ctx, const char *path, bool create, unsigned char out[KEY_LEN])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create)
        return master_create(ctx, path, out);
    if (fd < 0)
        return ctx_fail(ctx, ERR_IO, "master key %s: %s", path, strerror(errno));
    ssize_t n = read(fd, out, KEY_LEN);
    close(fd);
    if (n != KEY_LEN)
        return ctx_fail(ctx, ERR_CORRUPT, "master key %s: expected %d bytes", path, KEY_LEN);
    return OK;
}

enum err vault_derive(struct ctx *ctx, const unsigned char master[KEY_LEN], struct str merchant, struct vault_keys *out)
{
    struct str key = {(const char *)master, KEY_LEN};
    struct str kek[2] = {STR("wismo kek 1\n"), merchant};
    struct str hash[2] = {STR("wismo contact hash 1\n"), merchant};
    size_t n = 0;
    enum err e = hmac_once(MAC_SHA256, key, kek, 2, out->kek, &n);
    if (e == OK)
        e = hmac_once(MAC_SHA256, key, hash, 2, out->hash, &n);
    return e == OK ? OK : ctx_fail(ctx, e, "keys: cannot derive");
}

enum err key_wrap(const unsigned char kek[KEY_LEN], struct str what, const unsigned char key[KEY_LEN], struct buf *out)
{
    return seal(kek, NULL, what, (struct str){(const char *)key, KEY_LEN}, out);
}

enum err key_unwrap(const unsigned char kek[KEY_LEN], struct str what, struct str wrapped, unsigned char out[KEY_LEN])
{
    struct buf b;
    buf_init(&b, 2 * KEY_LEN); /* unseal wants a byte of room beside the text */
    enum err e = unseal(kek, what, wrapped, &b);
    if (e == OK && b.n != KEY_LEN)
        e = ERR_CORRUPT;
    if (e == OK)
        memcpy(out, b.p, KEY_LEN);
    buf_clear(&b);
    return e;
}

/* Normal form into out (at most cap bytes); gives its length. */
static size_t normalise(enum contact_kind kind, struct str v, char *out, size_t cap)
{
    size_t n = 0;
    v = str_trim(v);
    for (size_t i = 0; i < v.n && n < cap; i++) {
        unsigned char c = (unsigned char)v.p[i];
        bool keep = kind == CONTACT_EMAIL || kind == CONTACT_ADDRESS || c >= 0x80 ? c > ' ' : isalnum(c) != 0;
        if (kind == CONTACT_PHONE)
            keep = isdigit(c) != 0;
        if (keep)
            out[n++] = (char)(kind == CONTACT_EMAIL ? tolower(c) : toupper(c));
    }
    return n;
}

enum err contact_hash(struct ctx *ctx, const struct vault_keys *vk, enum contact_kind kind, struct str value,
                      unsigned char out[CONTACT_HASH_LEN])
{
    char norm[512];
    struct str s = {norm, normalise(kind, value, norm, sizeof(norm))};
    if (kind == CONTACT_PHONE && s.n > 9)
        s = str_sub(s, s.n - 9, 9);
    if (kind == CONTACT_ZIP && s.n == 9 && isdigit((unsigned char)s.p[0]) && isdigit((unsigned char)s.p[8]))
        s.n = 5;
    if (s.n == 0)
        return ctx_fail(ctx, ERR_PARSE, "contact: empty");
    char label = (char)kind;
    struct str parts[2] = {{&label, 1}, s};
    unsigned char full[SHA256_LEN];
    size_t n = 0;
    enum err e = hmac_once(MAC_SHA256, (struct str){(const char *)vk->hash, KEY_LEN}, parts, 2, full, &n);
    if (e != OK) {
        arena_fail(ctx->arena); /* not for want of a contact: whoever goes on without it must not keep the result */
        return ctx_fail(ctx, e, "contact: cannot hash");
    }
    memcpy(out, full, CONTACT_HASH_LEN);
    return OK;
}
