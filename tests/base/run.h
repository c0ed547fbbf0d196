/* Running one suite as a program. */
#ifndef RUN_H
#define RUN_H

#include <check.h>

#undef fail /* an old macro of Check, and our function */

/* Runs the tests, a list that ends with NULL; returns main()'s exit code. */
int run_suite(const char *name, const TTest *const tests[]);

/* The same, each test once for each _i from 0 to times - 1. */
int run_suite_for(const char *name, int times, const TTest *const tests[]);

#define RUN_COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

#endif
