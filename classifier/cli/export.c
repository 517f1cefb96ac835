/* SPDX-License-Identifier: MIT */
#include "cli/export.h"

#include "cli/say.h"

#define NEVER_BLOCK "never-block" /* the group of the rules file */

bool export_is_wanted(enum report_format format)
{
    return format >= FORMAT_NFT;
}

static bool is_spared(const void *ctx, const struct addr *a, unsigned prefix)
{
    const struct session *s = ctx;

    return policy_group_meets(s->policy, NEVER_BLOCK, a, prefix);
}

struct firewall *export_create(const struct options *o, const struct session *s)
{
    const struct firewall_options how = {
        .least = o->min_confidence != CONFIDENCE_NONE ? o->min_confidence : CONFIDENCE_STRONG,
        .width = o->block,
        .ban_s = o->ban_s,
        .spares = is_spared,
        .ctx = s,
    };
    struct err err = {0};
    struct firewall *f = firewall_create(&how, &err);

    if (f == NULL)
        say_error("%s", err.text);
    return f;
}

static void say_left_out(const struct firewall *f)
{
    struct buffer sentence = {0};

    for (size_t i = 0; firewall_left_out(f, i, &sentence); i++) {
        say_error("%.*s", (int)sentence.len, (const char *)sentence.at);
        buffer_clear(&sentence);
    }
    buffer_free(&sentence);
}

bool export_write(const struct session *s, const struct firewall *f, enum report_format format,
                  struct out *out)
{
    static const enum firewall_format formats[] = {[FORMAT_NFT] = FIREWALL_NFT,
                                                   [FORMAT_IPTABLES] = FIREWALL_IPTABLES,
                                                   [FORMAT_SURICATA] = FIREWALL_SURICATA,
                                                   [FORMAT_PF] = FIREWALL_PF};

    say_left_out(f);
    return firewall_write(f, formats[format], s->options->rules, out);
}
