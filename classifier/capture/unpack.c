/* SPDX-License-Identifier: MIT */
#include "capture/unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP_WINDOW      (15 + 16) /* the largest window, gzip wrapping: zlib.h, inflateInit2 */
#define GZIP_MAGIC       "\x1f\x8b"
#define ZSTD_MAGIC       "\x28\xb5\x2f\xfd"
#define ZSTD_SKIPPABLE   0x50 /* 50..5f 2a 4d 18: RFC 8878 s3.1.2; parallel zstd begins with one */
#define ZSTD_SKIP_NIBBLE 0xf0
#define ZSTD_BETWEEN     4 /* bytes between blocks, at most: a header of 3, or a checksum */
#define ZSTD_FIRST       5 /* bytes that tell how long a frame's header is, s3.1.1.1 */
#define PIECE_MAX        ((size_t)1 << 30) /* zlib counts in unsigned int */

struct unpack {
    enum coding coding;
    z_stream gzip;
    ZSTD_DStream *zstd;
    size_t wish;       /* bytes that zstd would like next */
    const char *fault; /* of static lifetime */
    bool whole;        /* at the end of a member or frame */
};

enum coding unpack_coding(struct bytes opening)
{
    static const uint8_t skippable[] = {0x2a, 0x4d, 0x18};

    if (bytes_start_with(opening, bytes_of_text(GZIP_MAGIC)))
        return CODING_GZIP;
    if (bytes_start_with(opening, bytes_of_text(ZSTD_MAGIC)))
        return CODING_ZSTD;
    if (opening.len >= UNPACK_MAGIC_LEN && (opening.at[0] & ZSTD_SKIP_NIBBLE) == ZSTD_SKIPPABLE &&
        memcmp(opening.at + 1, skippable, sizeof(skippable)) == 0)
        return CODING_ZSTD;
    return CODING_PLAIN;
}

const char *unpack_name(const struct unpack *u)
{
    return u->coding == CODING_GZIP ? "gzip" : "zstd";
}

struct unpack *unpack_create(enum coding coding)
{
    struct unpack *u = calloc(1, sizeof(*u));

    if (u == NULL)
        return NULL;
    u->coding = coding;
    u->wish = ZSTD_FIRST;
    u->whole = true;
    bool good;
    if (coding == CODING_GZIP)
        good = inflateInit2(&u->gzip, GZIP_WINDOW) == Z_OK;
    else
        good = (u->zstd = ZSTD_createDStream()) != NULL;
    if (good)
        return u;
    free(u);
    return NULL;
}

void unpack_free(struct unpack *u)
{
    if (u == NULL)
        return;
    if (u->coding == CODING_GZIP)
        inflateEnd(&u->gzip);
    ZSTD_freeDStream(u->zstd);
    free(u);
}

const char *unpack_fault(const struct unpack *u)
{
    return u->fault;
}

bool unpack_is_whole(const struct unpack *u)
{
    return u->whole;
}

static enum unpack_result gunzip(struct unpack *u, struct bytes *in, uint8_t **out, size_t *room)
{
    z_stream *z = &u->gzip;

    if (u->whole) { /* another member, or padding, which gzip(1) ignores too */
        if (z->total_in > 0 && in->at[0] != (uint8_t)GZIP_MAGIC[0])
            return UNPACK_END;
        inflateReset(z);
        u->whole = false;
    }
    const size_t give = bytes_first(*in, PIECE_MAX).len;
    const size_t take = *room < PIECE_MAX ? *room : PIECE_MAX;
    z->next_in = (Bytef *)(uintptr_t)in->at; /* zlib's own reading of const */
    z->avail_in = (uInt)give;
    z->next_out = *out;
    z->avail_out = (uInt)take;
    const int result = inflate(z, Z_NO_FLUSH);
    *in = bytes_after(*in, give - z->avail_in);
    *out = z->next_out;
    *room -= take - z->avail_out;
    u->whole = result == Z_STREAM_END;
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
        return UNPACK_MORE;
    u->fault = z->msg != NULL ? z->msg : zError(result);
    return UNPACK_DAMAGED;
}

static enum unpack_result unzstd(struct unpack *u, struct bytes *in, uint8_t **out, size_t *room)
{
    /* An error takes with it all that its call would have given, so a call gets one block at most:
     * what zstd asks for, less the next block's header or the checksum, which it likes to have with
     * it; and those byte by byte. */
    const size_t wish = u->wish > ZSTD_BETWEEN ? u->wish - ZSTD_BETWEEN : 1;
    ZSTD_inBuffer from = {.src = in->at, .size = bytes_first(*in, wish).len};
    ZSTD_outBuffer to = {.dst = *out, .size = *room};
    const size_t result = ZSTD_decompressStream(u->zstd, &to, &from);

    *in = bytes_after(*in, from.pos);
    *out += to.pos;
    *room -= to.pos;
    u->whole = result == 0;
    u->wish = u->whole ? ZSTD_FIRST : result;
    if (!ZSTD_isError(result))
        return UNPACK_MORE;
    u->fault = ZSTD_getErrorName(result);
    return UNPACK_DAMAGED;
}

enum unpack_result unpack_some(struct unpack *u, struct bytes *in, uint8_t **out, size_t *room)
{
    return u->coding == CODING_GZIP ? gunzip(u, in, out, room) : unzstd(u, in, out, room);
}
