/* SPDX-License-Identifier: MIT */
/* match_flow.c - what a flow is. */
#include "policy/matches.h"

/* Some of the names, while they may become more: what is not there may still come. */
static enum answer ask_names(const struct question *q, const struct condition *c, bool final)
{
    if (texts_match(q, c))
        return !c->value.negated ? ANSWER_YES : final ? ANSWER_NO : ANSWER_NO_NOW;
    return final ? answer_firm(false, c->value.negated) : ANSWER_NOT_YET;
}

/* One of the names of the stack. */
enum answer match_names(const struct question *q, const struct condition *c)
{
    const bool settled = facts_settled(q->facts);

    if (texts_of(q, c->field)->count == 0)
        return settled ? ANSWER_NO : ANSWER_NOT_YET;
    return ask_names(q, c, settled);
}

/* What a tunnel or a WebSocket carries: there may be none, and nothing in it. */
enum answer match_inside(const struct question *q, const struct condition *c)
{
    const bool settled = facts_settled(q->facts);

    switch (texts_of(q, c->field)->known) {
    case KNOWN_NOT_YET: return ANSWER_NOT_YET;
    case KNOWN_NEVER: return ANSWER_NO;
    case KNOWN_ABSENT:
    case KNOWN_VALUE: break;
    }
    return ask_names(q, c, settled);
}

/* nDPI's category and risks. */
enum answer match_risk(const struct question *q, const struct condition *c)
{
    const bool settled = facts_settled(q->facts);

    if (texts_of(q, c->field)->known == KNOWN_NOT_YET)
        return settled ? ANSWER_NO : ANSWER_NOT_YET;
    return ask_names(q, c, settled);
}

enum answer match_mismatch(const struct question *q, const struct condition *c)
{
    const struct facts *f = q->facts;
    const bool wanted = c->value.as.words != 0, settled = facts_settled(f);
    const enum tri broken = policy_mismatch(q->policy, f);

    if (broken == TRI_NOT_YET)
        return ANSWER_NOT_YET;
    if (broken == TRI_YES)
        return wanted ? ANSWER_YES : settled ? ANSWER_NO : ANSWER_NO_NOW;
    if (settled || policy_promise(q->policy, f->transport, f->server.port) == NULL)
        return answer_firm(false, !wanted);
    return wanted ? ANSWER_NO_NOW : ANSWER_NOT_YET; /* kept so far */
}

/* The rung will not change any more. */
static bool ladder_is_final(const struct facts *f)
{
    return f->over || f->ladder == LADDER_FRAMED || f->ladder == LADDER_UNFRAMED;
}

/* Until somebody asks for an upgrade there is none to say anything of. */
enum answer match_ladder(const struct question *q, const struct condition *c)
{
    const struct facts *f = q->facts;

    if (f->ladder == LADDER_NONE && !facts_settled(f))
        return f->app == NULL ? ANSWER_NOT_YET : ANSWER_NO_NOW;
    if (f->ladder == LADDER_NONE)
        return ANSWER_NO;
    const bool is = (c->value.as.words >> (f->ladder - LADDER_ASKED) & 1) != 0;
    if (ladder_is_final(f))
        return answer_firm(is, c->value.negated);
    if (is)
        return c->value.negated ? ANSWER_NO_NOW : ANSWER_YES;
    return ANSWER_NOT_YET;
}

/* BitTorrent tells it, once or again and again. */
enum answer match_peer_client(const struct question *q, const struct condition *c)
{
    if (texts_of(q, c->field)->known != KNOWN_VALUE)
        return facts_settled(q->facts) && q->facts->over ? ANSWER_NO : ANSWER_NOT_YET;
    return ask_names(q, c, q->facts->over);
}

enum answer match_info_hash(const struct question *q, const struct condition *c)
{
    const struct fact *f = &q->facts->info_hash;

    if (f->known != KNOWN_VALUE || f->value.len != INFO_HASH_LEN)
        return q->facts->over ? ANSWER_NO : ANSWER_NOT_YET;
    if (hash_set_has(&c->value.as.hashes, f->value.at))
        return !c->value.negated ? ANSWER_YES : q->facts->over ? ANSWER_NO : ANSWER_NO_NOW;
    if (q->facts->over)
        return answer_firm(false, c->value.negated);
    return c->value.negated ? ANSWER_NOT_YET : ANSWER_NO_NOW; /* another may follow */
}
