/* SPDX-License-Identifier: MIT */
#include "capture/filter.h"

#include <stdlib.h>

#include "capture/linktype.h"

#define SNAPLEN 262144 /* libpcap's MAXIMUM_SNAPLEN: what a matching packet "passes" of itself */

struct filter_program {
    struct filter_program *next;
    uint32_t linktype;
    struct bpf_program program;
};

bool filter_open(struct filter *f, const char *expression)
{
    *f = (struct filter){.expression = expression != NULL ? strdup(expression) : NULL};
    return expression == NULL || f->expression != NULL;
}

void filter_close(struct filter *f)
{
    while (f->programs != NULL) {
        struct filter_program *p = f->programs;
        f->programs = p->next;
        pcap_freecode(&p->program);
        free(p);
    }
    free(f->expression);
    *f = (struct filter){0};
}

static struct filter_program *compile(const struct filter *f, uint32_t linktype, struct err *err)
{
    struct filter_program *p = calloc(1, sizeof(*p));
    pcap_t *dead = pcap_open_dead(linktype_to_dlt(linktype), SNAPLEN);
    bool good = false;

    if (p == NULL || dead == NULL)
        err_set(err, "not enough memory for a filter");
    else if (pcap_compile(dead, &p->program, f->expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
        err_set(err, "bad filter '%s': %s", f->expression, pcap_geterr(dead));
    else
        good = true;
    if (dead != NULL)
        pcap_close(dead);
    if (good)
        return p;
    free(p);
    return NULL;
}

bool filter_compile(struct filter *f, uint32_t linktype, const struct bpf_program **out,
                    struct err *err)
{
    *out = NULL;
    if (f->expression == NULL)
        return true;
    struct filter_program *p = f->programs;
    while (p != NULL && p->linktype != linktype)
        p = p->next;
    if (p == NULL && f->count == FILTER_LINKTYPES) {
        err_set(err, "more than %d link types to filter", FILTER_LINKTYPES);
        return false;
    }
    if (p == NULL) {
        p = compile(f, linktype, err);
        if (p == NULL)
            return false;
        p->linktype = linktype;
        p->next = f->programs;
        f->programs = p;
        f->count++;
    }
    *out = &p->program;
    return true;
}
