/* SPDX-License-Identifier: MIT */
#include "output/file_kind.h"

struct magic {
    const char *kind;
    struct bytes first; /* at the start */
    size_t at;
    struct bytes second; /* there */
};

#define SIGN(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

/* The formats' own signatures, as their specifications have them. */
static const struct magic binary[] = {
    {"png", SIGN("\x89PNG\r\n\x1a\n"), 0, {0}},
    {"jpg", SIGN("\xff\xd8\xff"), 0, {0}},
    {"gif", SIGN("GIF8"), 0, {0}},
    {"webp", SIGN("RIFF"), 8, SIGN("WEBP")},
    {"wav", SIGN("RIFF"), 8, SIGN("WAVE")},
    {"pdf", SIGN("%PDF-"), 0, {0}},
    {"zip", SIGN("PK\x03\x04"), 0, {0}},
    {"gz", SIGN("\x1f\x8b\x08"), 0, {0}},
    {"zst", SIGN("\x28\xb5\x2f\xfd"), 0, {0}},
    {"7z", SIGN("7z\xbc\xaf\x27\x1c"), 0, {0}},
    {"elf",
     SIGN("\x7f"
          "ELF"),
     0,
     {0}},
    {"exe", SIGN("MZ"), 0, {0}},
    {"wasm", SIGN("\0asm\x01\0\0\0"), 0, {0}},
    {"webm", SIGN("\x1a\x45\xdf\xa3"), 0, {0}},
    {"ogg", SIGN("OggS"), 0, {0}},
    {"flac", SIGN("fLaC"), 0, {0}},
    {"mp3", SIGN("ID3"), 0, {0}},
    {"mp4", SIGN(""), 4, SIGN("ftyp")},
    {"sqlite", SIGN("SQLite format 3\0"), 0, {0}},
};

static const struct magic text[] = {
    {"xml", SIGN("<?xml"), 0, {0}},  {"html", SIGN("<!DOCTYPE html"), 0, {0}},
    {"html", SIGN("<html"), 0, {0}}, {"svg", SIGN("<svg"), 0, {0}},
    {"json", SIGN("{"), 0, {0}},     {"json", SIGN("["), 0, {0}},
};

static const char *text_kind(struct bytes start)
{
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
        if (bytes_start_with_nocase(start, text[i].first))
            return text[i].kind;
    return "txt";
}

static const char *binary_kind(struct bytes start)
{
    for (size_t i = 0; i < sizeof(binary) / sizeof(binary[0]); i++)
        if (bytes_start_with(start, binary[i].first) &&
            bytes_start_with(bytes_after(start, binary[i].at), binary[i].second))
            return binary[i].kind;
    return "bin";
}

const char *file_kind(struct bytes start, bool is_text)
{
    return is_text ? text_kind(start) : binary_kind(start);
}
