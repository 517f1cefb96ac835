/* SPDX-License-Identifier: MIT */
/* ws_draft.h - the handshakes before RFC 6455.
 *
 * hixie-75 (draft-hixie-thewebsocketprotocol-75) asks with Origin and no key at all; hixie-76,
 * which is hybi-00 too, with two keys in the head and 8 bytes after it, to which 16 bytes after the
 * answer's head must answer. Their frames are read by hixie.c. From hybi-07 on the frames are those
 * of the RFC.
 * State: none; pure.
 */
#ifndef LAYERS_WS_DRAFT_H
#define LAYERS_WS_DRAFT_H

#include "base/digest.h"
#include "layers/http_head.h"

#define WS_CHALLENGE_LEN 16 /* draft-76 s1.3: two numbers of 4 bytes, and 8 bytes */
#define WS_KEY3_LEN      8  /* the last of them: they follow the request's head */
#define WS_RESPONSE_LEN  MD5_LEN

enum ws_draft { WS_RFC_6455, WS_HIXIE_75, WS_HIXIE_76 };

/* By the fields of a request for WebSocket. One that offers a key or a version of RFC 6455 is none
 * of them. */
enum ws_draft ws_draft_of(const struct http_head *request);

/* By the fields of a 101. */
enum ws_draft ws_draft_of_answer(const struct http_head *response);

/* "hixie-76", "hybi-08"; NULL: it is no draft. */
const char *ws_draft_name(enum ws_draft draft, int version);

/* The first 8 bytes of the challenge. False: the keys are none (draft-76 s5.2). */
bool ws_draft_numbers(const struct http_head *request, uint8_t challenge[WS_CHALLENGE_LEN]);

bool ws_draft_answers(const uint8_t challenge[WS_CHALLENGE_LEN], struct bytes response,
                      struct digest *digest);

#endif
