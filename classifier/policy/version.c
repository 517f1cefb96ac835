/* SPDX-License-Identifier: MIT */
#include <hs.h>
#include <yaml.h>

#include "policy/policy.h"

const char *policy_matcher_version(void)
{
    return hs_version();
}

const char *policy_yaml_version(void)
{
    return yaml_get_version_string();
}
