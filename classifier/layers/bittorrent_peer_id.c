/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_peer_id.h"

#include <stdio.h>

#include "base/digits.h"

#define VERSION_ROOM 16

/* How the characters after the sign are to be read. */
enum version_style {
    VERSION_DOTTED,  /* "4520": 4.5.2, a last 0 or letter is not told; a letter is 10, 11 ... */
    VERSION_TR,      /* Transmission before 3: "2940" is 2.94 */
    VERSION_DASHED,  /* "7-9-2--": 7.9.2 */
    VERSION_LETTERS, /* Shadow's style: each character one number */
    VERSION_NONE,
};

struct product {
    char sign[5]; /* the id begins with it */
    const char *name;
    enum version_style style;
};

static const struct product products[] = {
    /* Azureus style: '-', two characters, four of version, '-' */
    {"-7T", "aTorrent", VERSION_DOTTED},
    {"-AG", "Ares", VERSION_DOTTED},
    {"-AZ", "Vuze", VERSION_DOTTED},
    {"-BC", "BitComet", VERSION_NONE},
    {"-BI", "BiglyBT", VERSION_DOTTED},
    {"-BT", "BitTorrent", VERSION_DOTTED},
    {"-CD", "Enhanced CTorrent", VERSION_DOTTED},
    {"-DE", "Deluge", VERSION_DOTTED},
    {"-FD", "Free Download Manager", VERSION_DOTTED},
    {"-FL", "Folx", VERSION_DOTTED},
    {"-FW", "FrostWire", VERSION_DOTTED},
    {"-GT", "anacrolix/torrent", VERSION_DOTTED},
    {"-KT", "KTorrent", VERSION_DOTTED},
    {"-LP", "Lphant", VERSION_DOTTED},
    {"-LT", "libtorrent", VERSION_DOTTED},
    {"-ML", "MLDonkey", VERSION_NONE},
    {"-PI", "PicoTorrent", VERSION_DOTTED},
    {"-SD", "Xunlei", VERSION_DOTTED},
    {"-TL", "Tribler", VERSION_DOTTED},
    {"-TR", "Transmission", VERSION_TR},
    {"-TX", "Tixati", VERSION_DOTTED},
    {"-UE", "uTorrent Embedded", VERSION_DOTTED},
    {"-UM", "uTorrent Mac", VERSION_DOTTED},
    {"-UT", "uTorrent", VERSION_DOTTED},
    {"-UW", "uTorrent Web", VERSION_DOTTED},
    {"-WW", "WebTorrent", VERSION_DOTTED},
    {"-WD", "WebTorrent Desktop", VERSION_DOTTED},
    {"-XL", "Xunlei", VERSION_DOTTED},
    {"-lt", "libTorrent (rakshasa)", VERSION_DOTTED},
    {"-qB", "qBittorrent", VERSION_DOTTED},
    {"-rQ", "rqbit", VERSION_DOTTED},
    /* Mainline's style, and its heirs */
    {"A2-", "aria2", VERSION_DASHED},
    {"M", "BitTorrent", VERSION_DASHED},
    {"exbc", "BitComet", VERSION_NONE},
    {"XBT", "XBT Client", VERSION_NONE},
    {"OP", "Opera", VERSION_NONE},
    /* Shadow's style */
    {"A", "ABC", VERSION_LETTERS},
    {"O", "Osprey Permaseed", VERSION_LETTERS},
    {"Q", "BTQueue", VERSION_LETTERS},
    {"R", "Tribler", VERSION_LETTERS},
    {"S", "Shadow's client", VERSION_LETTERS},
    {"T", "BitTornado", VERSION_LETTERS},
    {"U", "UPnP NAT Bit Torrent", VERSION_LETTERS},
};

/* 0 to 9, then A to Z or a to z as 10 to 35; -1: no number. */
static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* Each style has marks that a random id does not have. */
static bool style_fits(const struct product *p, const uint8_t *id)
{
    const size_t sign = strlen(p->sign);

    switch (p->style) {
    case VERSION_DOTTED:
    case VERSION_TR: return digit_value(id[3]) >= 0 && digit_value(id[4]) >= 0 && id[7] == '-';
    case VERSION_DASHED: {
        size_t dashes = 0;
        for (size_t i = sign; i < 10; i++)
            dashes += id[i] == '-' ? 1 : 0;
        return id[sign] >= '0' && id[sign] <= '9' && dashes >= 2;
    }
    case VERSION_LETTERS: return digit_value(id[1]) >= 0 && memcmp(id + 6, "---", 3) == 0;
    case VERSION_NONE: return sign > 1;
    }
    return false;
}

static bool has_sign(const uint8_t *id, const char *sign)
{
    while (*sign != '\0' && *id == (uint8_t)*sign)
        id++, sign++;
    return *sign == '\0';
}

static const struct product *product_of(const uint8_t *id)
{
    for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
        if (has_sign(id, products[i].sign) && style_fits(&products[i], id))
            return &products[i];
    return NULL;
}

/* A character is 35 at most, and there are five at most: there is room. */
static void dotted_version(const uint8_t *digits, size_t count, char out[VERSION_ROOM])
{
    uint8_t *at = (uint8_t *)out;

    for (size_t i = 0; i < count && digit_value(digits[i]) >= 0; i++) {
        if (i > 0)
            *at++ = '.';
        at = digits_put_first(at, (unsigned)digit_value(digits[i]));
    }
    *at = '\0';
}

static void dashed_version(const uint8_t *in, size_t len, char out[VERSION_ROOM])
{
    size_t at = 0;

    for (size_t i = 0; i < len && at < VERSION_ROOM - 1; i++) {
        if (in[i] != '-' && (in[i] < '0' || in[i] > '9'))
            break;
        if (in[i] == '-' && (i + 1 == len || in[i + 1] < '0' || in[i + 1] > '9'))
            break;
        out[at++] = (char)(in[i] == '-' ? '.' : in[i]);
    }
    out[at] = '\0';
}

static void version_of(const struct product *p, const uint8_t *id, char out[VERSION_ROOM])
{
    const uint8_t *digits = id + strlen(p->sign);

    out[0] = '\0';
    switch (p->style) {
    case VERSION_DOTTED:
        /* The fourth is a build or a mark, unless it counts. */
        dotted_version(digits, digits[3] >= '1' && digits[3] <= '9' ? 4 : 3, out);
        break;
    case VERSION_TR:
        if (digits[0] >= '3')
            dotted_version(digits, 3, out);
        else
            (void)snprintf(out, VERSION_ROOM, "%d.%d%d", digit_value(digits[0]),
                           digit_value(digits[1]), digit_value(digits[2]) % 10);
        break;
    case VERSION_DASHED: dashed_version(digits, 10, out); break;
    case VERSION_LETTERS: dotted_version(id + 1, 5, out); break;
    case VERSION_NONE: break;
    }
}

const char *peer_id_product(const uint8_t id[PEER_ID_LEN])
{
    const struct product *p = product_of(id);

    return p != NULL ? p->name : NULL;
}

bool peer_id_client(const uint8_t id[PEER_ID_LEN], char out[PEER_CLIENT_ROOM])
{
    const struct product *p = product_of(id);
    char version[VERSION_ROOM];

    out[0] = '\0';
    if (p == NULL)
        return false;
    version_of(p, id, version);
    const size_t name_len = strlen(p->name);
    memcpy(out, p->name, name_len + 1);
    if (version[0] != '\0') {
        out[name_len] = ' ';
        memcpy(out + name_len + 1, version, strlen(version) + 1);
    }
    return true;
}
