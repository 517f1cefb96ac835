/* SPDX-License-Identifier: MIT */
/* afl.c - AFL++'s persistent mode around a fuzz target: one process reads many inputs from shared
 * memory. Compiled by afl-clang-fast only. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUTS_A_PROCESS 10000

__AFL_FUZZ_INIT();

int main(void)
{
    __AFL_INIT();
    const unsigned char *shared = __AFL_FUZZ_TESTCASE_BUF;

    while (__AFL_LOOP(INPUTS_A_PROCESS)) {
        const size_t size = (size_t)__AFL_FUZZ_TESTCASE_LEN;
        uint8_t *data = malloc(size > 0 ? size : 1); /* exact: a read past the end is seen */
        if (data == NULL)
            abort();
        memcpy(data, shared, size);
        LLVMFuzzerTestOneInput(data, size);
        free(data);
    }
    return 0;
}
