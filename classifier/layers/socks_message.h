/* SPDX-License-Identifier: MIT */
/* socks_message.h - the messages of SOCKS 5 (RFC 1928, RFC 1929), 4 and 4a (openssh.com/txt).
 *
 * In:    the bytes of one direction, from a message's first on.
 * Out:   what it says and where it ends. Borrows from `in`.
 * State: none. Every answer: MORE, so far it is one; NO, for ever.
 */
#ifndef LAYERS_SOCKS_MESSAGE_H
#define LAYERS_SOCKS_MESSAGE_H

#include "model/layer.h"

#define SOCKS_TEXT_MAX    255                  /* bytes of a name */
#define SOCKS_TARGET_ROOM (SOCKS_TEXT_MAX + 7) /* "name:65535", with its NUL */

enum socks_version { SOCKS_4 = 4, SOCKS_5 = 5 };

enum socks_method { /* RFC 1928 s3 */
                    SOCKS_NO_LOGIN = 0,
                    SOCKS_PASSWORD = 2,
                    SOCKS_NO_METHOD = 0xff,
};

enum socks_command { /* RFC 1928 s4; the last two: Tor's socks-extensions.txt */
                     SOCKS_CONNECT = 1,
                     SOCKS_BIND = 2,
                     SOCKS_UDP = 3,
                     SOCKS_RESOLVE = 0xf0,
                     SOCKS_RESOLVE_ADDRESS = 0xf1,
};

struct socks_request {
    size_t len;
    uint8_t version;         /* enum socks_version */
    uint8_t command;         /* enum socks_command */
    struct bytes name;       /* asked for by name (in version 4: it is 4a); else empty */
    struct endpoint address; /* or by address; the port is good for both */
};

struct socks_reply {
    size_t len; /* of a refusal, only as far as it says so */
    bool granted;
    const char *reason; /* of a refusal; static lifetime */
};

#define SOCKS_GREETING_LEN     2 /* bytes, and the methods */
#define SOCKS_CHOICE_LEN       2
#define SOCKS_LOGIN_ANSWER_LEN 2
#define SOCKS_LOGIN_VERSION    1 /* RFC 1929 s2 */

/* The methods that the client offers (RFC 1928 s3). */
enum probe socks_greeting(struct bytes in, struct bytes *methods);
/* The one that the server takes. */
enum probe socks_choice(struct bytes in, uint8_t *method);
/* RFC 1929 s2: user name and password. */
enum probe socks_login(struct bytes in, size_t *len);
enum probe socks_login_answer(struct bytes in, bool *granted);
/* Of either version. */
enum probe socks_request(struct bytes in, struct socks_request *out);
enum probe socks_reply(struct bytes in, enum socks_version version, struct socks_reply *out);

/* "SOCKS5 CONNECT to"; static lifetime. */
const char *socks_command_text(const struct socks_request *r);
/* "secure.example:443". Returns the length. */
size_t socks_target_text(const struct socks_request *r, char out[SOCKS_TARGET_ROOM]);

#endif
