/* SPDX-License-Identifier: MIT */
/* Little-endian, whatever the machine: the same input gives the same bytes everywhere. */
#include "output/pcapng_write.h"

enum block_type { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum option {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_IF_NAME = 2,
    OPTION_USERAPPL = 4,
    OPTION_IF_TSRESOL = 9
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU
#define NANOSECONDS      9      /* if_tsresol: 10^-9 */
#define OPTION_MAX       0xfffc /* bytes; with its padding it still fits in 16 bits */
#define ALIGN            4

static void put_u16(struct buffer *out, unsigned value)
{
    buffer_append_byte(out, (uint8_t)value);
    buffer_append_byte(out, (uint8_t)(value >> 8));
}

static void put_u32(struct buffer *out, uint32_t value)
{
    put_u16(out, value & 0xffff);
    put_u16(out, value >> 16);
}

static void put_padded(struct buffer *out, struct bytes data)
{
    buffer_append(out, data);
    for (size_t n = data.len; n % ALIGN != 0; n++)
        buffer_append_byte(out, 0);
}

static void put_option(struct buffer *out, enum option code, struct bytes value)
{
    const struct bytes fits = bytes_first(value, OPTION_MAX);

    put_u16(out, code);
    put_u16(out, (unsigned)fits.len);
    put_padded(out, fits);
}

/* A block's length stands at both of its ends: the first is filled in by end_block(). */
static size_t begin_block(struct buffer *out, enum block_type type)
{
    const size_t at = out->len;

    put_u32(out, type);
    put_u32(out, 0);
    return at;
}

static void end_block(struct buffer *out, size_t at)
{
    const uint32_t len = (uint32_t)(out->len - at + sizeof(len));

    put_u32(out, len);
    if (out->failed)
        return;
    for (unsigned i = 0; i < sizeof(len); i++)
        out->at[at + sizeof(len) + i] = (uint8_t)(len >> (8 * i));
}

void pcapng_begin(struct buffer *out, const char *program, struct bytes comment)
{
    const size_t at = begin_block(out, BLOCK_SECTION);

    put_u32(out, BYTE_ORDER_MAGIC);
    put_u16(out, 1); /* version 1.0 */
    put_u16(out, 0);
    put_u32(out, UINT32_MAX); /* the section's length is not told */
    put_u32(out, UINT32_MAX);
    if (comment.len > 0)
        put_option(out, OPTION_COMMENT, comment);
    put_option(out, OPTION_USERAPPL, bytes_of_text(program));
    put_option(out, OPTION_END, bytes_of(NULL, 0));
    end_block(out, at);
}

static void put_interface(struct buffer *out, const struct pcapng_origin *o)
{
    const uint8_t resolution = NANOSECONDS;
    const size_t at = begin_block(out, BLOCK_INTERFACE);

    put_u16(out, o->linktype);
    put_u16(out, 0);
    put_u32(out, 0); /* no snaplen */
    put_option(out, OPTION_IF_NAME, bytes_of_text(o->source));
    put_option(out, OPTION_IF_TSRESOL, bytes_of(&resolution, 1));
    put_option(out, OPTION_END, bytes_of(NULL, 0));
    end_block(out, at);
}

/* Its number; described when it is new. PCAPNG_INTERFACES: no room. */
static uint32_t interface_of(struct pcapng_writer *w, struct buffer *out, const struct frame *f,
                             const char *source)
{
    const struct pcapng_origin new = {source, f->interface, f->linktype};

    for (uint32_t i = w->count; i > 0; i--) {
        const struct pcapng_origin *o = &w->interface[i - 1];
        if (o->interface == new.interface &&
            o->linktype == new.linktype &&strcmp(o->source, source) == 0)
            return i - 1;
    }
    if (w->count == PCAPNG_INTERFACES)
        return w->count;
    w->interface[w->count] = new;
    put_interface(out, &new);
    return w->count++;
}

bool pcapng_frame(struct pcapng_writer *w, struct buffer *out, const struct frame *f,
                  const char *source, struct bytes comments)
{
    const uint32_t number = interface_of(w, out, f, source);
    const uint64_t time = (uint64_t)f->time_ns;

    if (number == PCAPNG_INTERFACES)
        return false;
    const size_t at = begin_block(out, BLOCK_PACKET);
    put_u32(out, number);
    put_u32(out, (uint32_t)(time >> 32));
    put_u32(out, (uint32_t)time);
    put_u32(out, (uint32_t)f->data.len);
    put_u32(out, f->wire_len);
    put_padded(out, f->data);
    const bool any = comments.len > 0;
    while (comments.len > 0) {
        const struct bytes one = bytes_of_text((const char *)comments.at);
        put_option(out, OPTION_COMMENT, one);
        comments = bytes_after(comments, one.len + 1);
    }
    if (any)
        put_option(out, OPTION_END, bytes_of(NULL, 0));
    end_block(out, at);
    return true;
}
