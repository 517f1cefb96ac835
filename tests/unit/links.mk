# SPDX-License-Identifier: MIT
# What each unit test links besides base/ and model/: files of classifier/ without ".c".
LINKS_test_base =
