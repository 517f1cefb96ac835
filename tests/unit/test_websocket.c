/* SPDX-License-Identifier: MIT */
#include "ws_script.h"

int main(void)
{
    struct turn t = {TO_CLIENT, LITERAL("\x81\x05Hello"), 0};
    script_check("RFC 6455 s5.7: unmasked text", &ws_plain, WS_INTEREST_ALL, &t, 1, 1,
                 "claim(certain) climb(framed) <1/1/5=Hello");
    return test_end();
}
