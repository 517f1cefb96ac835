# SPDX-License-Identifier: MIT
# What each fuzz target links besides base/ and model/: files of classifier/ without ".c".
