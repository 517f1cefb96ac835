# SPDX-License-Identifier: MIT
# What each fuzz target links besides base/ and model/: files of classifier/ without ".c".
LINKS_fuzz_escape = output/escape output/json output/clock_text output/terminal
