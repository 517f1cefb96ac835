/* SPDX-License-Identifier: MIT */
/* transfer.c - files and bytes moved about: Git, rsync, SMB, iperf3. */
#include "layers/named.h"
#include "layers/probe.h"

#define LINE_LEN_MAX 1024

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* gitprotocol-pack(5), "Git Transport": a pkt-line (four hexadecimal digits of length) with a
 * service, a path and a NUL. */
static struct recognition git_probe(const struct opening *o)
{
    enum { LENGTH_DIGITS = 4 };
    static const struct bytes services[] = {TABLE_TEXT("git-upload-pack /"),
                                            TABLE_TEXT("git-receive-pack /"),
                                            TABLE_TEXT("git-upload-archive /")};
    const struct bytes seen = bytes_first(o->seen[TO_SERVER], LINE_LEN_MAX);
    const struct bytes line = bytes_after(seen, LENGTH_DIGITS);
    enum probe service = PROBE_NO;

    for (size_t i = 0; i < seen.len && i < LENGTH_DIGITS; i++)
        if (!is_hex(seen.at[i]))
            return probe_no();
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]) && service == PROBE_NO; i++)
        service = probe_sign(line, services[i]);
    if (service == PROBE_NO)
        return probe_no();
    const size_t end = bytes_find(line, TEXT("\0"));
    if (!probe_printable(bytes_first(line, end)))
        return probe_no();
    if (end == line.len)
        return seen.len < LINE_LEN_MAX ? probe_more(o, TO_SERVER) : probe_no();
    return probe_yes("Git request (gitprotocol-pack)", bytes_first(line, end), TO_SERVER);
}

/* Both sides greet: "@RSYNCD: 31.0 sha512 ..." */
static struct recognition rsync_recognise(const struct opening *o)
{
    bool more = false;

    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        struct bytes line;
        if (probe_sign(o->seen[d], TEXT("@RSYNCD: ")) == PROBE_NO)
            return probe_no();
        if (probe_line(o->seen[d], LINE_LEN_MAX, &line) && probe_printable(line))
            return probe_yes("rsync daemon's greeting", line, (enum direction)d);
        more = more || (o->seen[d].len < LINE_LEN_MAX && !o->ended[d]);
    }
    return (struct recognition){.answer = more ? PROBE_MORE : PROBE_NO};
}

/* [MS-SMB2] s2.1, s2.2.1: a zero, the message's length in three bytes, then 0xFF (SMB 1), 0xFE
 * (SMB 2 and 3), 0xFD (encrypted) or 0xFC (compressed) and "SMB". */
static struct recognition smb_probe(const struct opening *o)
{
    enum { HEADER = 4, SIGN_LEN = 4, COMPRESSED = 0xfc };
    const struct bytes seen = bytes_first(o->seen[TO_SERVER], HEADER + SIGN_LEN);
    const struct bytes message = bytes_after(seen, HEADER);

    if (probe_sign(seen, TEXT("\0")) == PROBE_NO)
        return probe_no();
    if (message.len > 0 && message.at[0] < COMPRESSED)
        return probe_no();
    if (probe_sign(bytes_after(message, 1), TEXT("SMB")) == PROBE_NO)
        return probe_no();
    if (seen.len < HEADER + SIGN_LEN)
        return probe_more(o, TO_SERVER);
    return probe_yes(message.at[0] == 0xff ? "SMB 1 message" : "SMB 2 or 3 message ([MS-SMB2])",
                     bytes_after(message, 1), TO_SERVER);
}

/* Each connection of a test begins with the test's cookie: 36 characters of base 32, and a NUL. */
static struct recognition iperf3_probe(const struct opening *o)
{
    enum { COOKIE_LEN = 36 };
    const struct bytes seen = bytes_first(o->seen[TO_SERVER], COOKIE_LEN + 1);
    const struct bytes cookie = bytes_first(seen, COOKIE_LEN);

    for (size_t i = 0; i < cookie.len; i++)
        if (!(cookie.at[i] >= 'a' && cookie.at[i] <= 'z') &&
            !(cookie.at[i] >= '2' && cookie.at[i] <= '7'))
            return probe_no();
    if (seen.len <= COOKIE_LEN)
        return probe_more(o, TO_SERVER);
    return seen.at[COOKIE_LEN] == 0 ? probe_yes("iperf3 cookie", cookie, TO_SERVER) : probe_no();
}

static struct recognition git_recognise(const struct opening *o)
{
    return probe_either_way(o, git_probe);
}

static struct recognition smb_recognise(const struct opening *o)
{
    return probe_either_way(o, smb_probe);
}

static struct recognition iperf3_recognise(const struct opening *o)
{
    return probe_either_way(o, iperf3_probe);
}

const struct layer layer_git = {.name = "git", .application = true, .recognise = git_recognise};
const struct layer layer_rsync = {
    .name = "rsync", .application = true, .recognise = rsync_recognise};
const struct layer layer_smb = {.name = "smb", .application = true, .recognise = smb_recognise};
const struct layer layer_iperf3 = {
    .name = "iperf3", .application = true, .recognise = iperf3_recognise};
