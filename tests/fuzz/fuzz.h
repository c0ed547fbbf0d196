/* What every fuzz target needs. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The target: called with each input; ends the process when a promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Holds in every build type, unlike assert(). */
#define FUZZ_CHECK(promise)                                                                                  \
    do {                                                                                                     \
        if (!(promise)) {                                                                                    \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #promise);                    \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

#endif
