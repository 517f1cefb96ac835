/* SPDX-License-Identifier: MIT */
#include "model/label.h"

const char *confidence_name(enum confidence c)
{
    static const char *const name[] = {"", "guess", "probable", "strong", "certain"};
    return name[c];
}

const char *ladder_name(enum ladder l)
{
    static const char *const name[] = {"",         "asked",  "refused", "granted",
                                       "accepted", "framed", "unframed"};
    return name[l];
}

const char *shape_name(enum shape s)
{
    static const char *const name[] = {"", "text", "length-prefixed", "binary", "random"};
    return name[s];
}

const char *verdict_name(enum verdict v)
{
    static const char *const name[] = {"", "allow", "block"};
    return name[v];
}
