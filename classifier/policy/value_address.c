/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdlib.h>

#include "base/near.h"
#include "policy/list.h"
#include "policy/value_read.h"

#define ADDR_BITS      128
#define MAPPED_BITS    96 /* of ::ffff:0:0/96, before the four bytes of IPv4 */
#define CIDR_TEXT_ROOM 64
#define PREFIX_DIGITS  3

static int compare_ranges(const void *a, const void *b)
{
    const struct addr_range *x = a, *y = b;
    return addr_compare(&x->low, &y->low);
}

static bool read_address(const char *text, struct addr *out)
{
    uint8_t four[4];

    if (inet_pton(AF_INET, text, four) == 1) {
        *out = addr_from_ipv4(four);
        return true;
    }
    return inet_pton(AF_INET6, text, out->byte) == 1;
}

/* 1 to 3 digits, at most `highest`; or UINT32_MAX. */
static unsigned read_prefix(const char *text, unsigned highest)
{
    const size_t len = strlen(text);
    unsigned prefix = 0;

    if (len == 0 || len > PREFIX_DIGITS || strspn(text, "0123456789") != len)
        return UINT32_MAX;
    for (size_t i = 0; i < len; i++)
        prefix = prefix * 10 + (unsigned)(text[i] - '0');
    return prefix <= highest ? prefix : UINT32_MAX;
}

static bool host_bits_fault(const struct loader *l, const struct node *n, struct addr network,
                            const char *prefix)
{
    char text[ADDR_TEXT_ROOM], said[QUOTE_ROOM];

    addr_text(&network, text);
    return fault(&l->source, n, "\"%s\" has bits behind its prefix; did you mean \"%s/%s\"?",
                 quote(n->text, said), text, prefix);
}

static bool address_fault(const struct loader *l, const struct node *n)
{
    const struct policy *p = l->policy;
    const char **names = calloc(p->group_count + 1, sizeof(*names));
    char said[QUOTE_ROOM];

    if (names == NULL)
        return fault_memory(&l->source);
    for (size_t i = 0; i < p->group_count; i++)
        names[i] = p->group[i].name;
    const char *nearest = near_word(n->text, names);
    free(names);
    quote(n->text, said);
    if (nearest != NULL)
        return fault(&l->source, n, "\"%s\" is no address and no group; did you mean \"%s\"?", said,
                     nearest);
    return fault(&l->source, n, "\"%s\" is no address, no CIDR block and no group", said);
}

bool address_block_read(const struct loader *l, const struct node *n, struct addr_range *out)
{
    char text[CIDR_TEXT_ROOM];
    struct addr a;

    if (n->text.len >= sizeof(text) || bytes_find_byte(n->text, '\0') != NULL)
        return address_fault(l, n);
    memcpy(text, n->text.at, n->text.len);
    text[n->text.len] = '\0';
    char *slash = strchr(text, '/');
    if (slash != NULL)
        *slash = '\0';
    if (!read_address(text, &a))
        return address_fault(l, n);
    const unsigned before = addr_is_ipv4(&a) && strchr(text, ':') == NULL ? MAPPED_BITS : 0;
    unsigned prefix = ADDR_BITS - before;
    if (slash != NULL)
        prefix = read_prefix(slash + 1, ADDR_BITS - before);
    if (prefix == UINT32_MAX)
        return fault(&l->source, n, "\"%s/%s\" needs a prefix of 0 to %u bits", text, slash + 1,
                     ADDR_BITS - before);
    *out = (struct addr_range){addr_first(&a, before + prefix), addr_last(&a, before + prefix)};
    if (slash != NULL && addr_compare(&a, &out->low) != 0)
        return host_bits_fault(l, n, out->low, slash + 1);
    return true;
}

/* Sorted ranges that overlap become one. */
void addr_set_merge(struct addr_set *s)
{
    size_t kept = 0;

    if (s->count > 1)
        qsort(s->at, s->count, sizeof(*s->at), compare_ranges);
    for (size_t i = 0; i < s->count; i++) {
        struct addr_range *last = kept > 0 ? &s->at[kept - 1] : NULL;
        if (last == NULL || addr_compare(&s->at[i].low, &last->high) > 0)
            s->at[kept++] = s->at[i];
        else if (addr_compare(&s->at[i].high, &last->high) > 0)
            last->high = s->at[i].high;
    }
    s->count = kept;
}

/* The set that one entry names: a group or a list. NULL with *good: it is an address; else the
 * sentence says what is wrong. */
static const struct addr_set *named_set(struct loader *l, const struct node *n, bool *good)
{
    *good = true;
    if (is_list_file(n)) {
        const struct list *list = list_load(l, n, LIST_ADDRESSES);
        *good = list != NULL;
        return list != NULL ? &list->addresses : NULL;
    }
    const struct group *g = group_find(l->policy, n->text);
    return g != NULL ? &g->addresses : NULL;
}

bool value_read_addresses(struct loader *l, const struct key *key, const struct node *first,
                          struct value *out)
{
    struct addr_set *set = &out->as.addresses;
    bool good = true;
    size_t room = 0;

    (void)key;
    for (const struct node *n = first; n != NULL; n = n->next) {
        const struct addr_set *named = named_set(l, n, &good);
        if (!good)
            return false;
        if (named != NULL && n == first && n->next == NULL) {
            *set = *named; /* shared: it may be long, and be used by many rules */
            return true;
        }
        room += named != NULL ? named->count : 1;
    }
    set->at = loader_alloc(l, room, sizeof(*set->at));
    if (set->at == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next) {
        const struct addr_set *named = named_set(l, n, &good);
        if (named == NULL) {
            if (!address_block_read(l, n, &set->at[set->count++]))
                return false;
            continue;
        }
        if (named->count > 0)
            memcpy(&set->at[set->count], named->at, named->count * sizeof(*set->at));
        set->count += named->count;
    }
    addr_set_merge(set);
    return true;
}

/* The last range that begins at or before `a`; NULL when there is none. */
static const struct addr_range *range_before(const struct addr_set *s, const struct addr *a)
{
    size_t low = 0, high = s->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (addr_compare(&s->at[middle].low, a) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &s->at[low - 1] : NULL;
}

bool addr_set_has(const struct addr_set *s, const struct addr *a)
{
    const struct addr_range *r = range_before(s, a);
    return r != NULL && addr_compare(a, &r->high) <= 0;
}

bool addr_set_meets(const struct addr_set *s, const struct addr *low, const struct addr *high)
{
    const struct addr_range *r = range_before(s, high);
    return r != NULL && addr_compare(low, &r->high) <= 0;
}

bool addr_set_covers(const struct addr_set *wide, const struct addr_set *narrow)
{
    for (size_t i = 0; i < narrow->count; i++) {
        const struct addr_range *r = range_before(wide, &narrow->at[i].low);
        if (r == NULL || addr_compare(&narrow->at[i].high, &r->high) > 0)
            return false;
    }
    return true;
}
