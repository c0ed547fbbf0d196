/* Libraries that are loaded when they are first needed: with what they bring along they take many times the
 * memory that we do, and a program that works on SQLite has no use for them.
 *
 *     #define THING_FUNCTIONS(X) X(thing_open) X(thing_close)
 *     extern struct thing { THING_FUNCTIONS(LIBRARY_MEMBER) } thing;
 *
 * After library_load() has filled it, thing.thing_open() calls the function. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct library_function {
    const char *name;
    size_t place; /* of its pointer in the structure */
    void (*linked)(void);
} library_function;

/* Where nothing can be loaded (TASKS_STATIC), the functions are in the program already. */
#ifdef TASKS_STATIC
#define LIBRARY_LINKED(name) (void (*)(void)) name
#else
#define LIBRARY_LINKED(name) NULL
#endif

#define LIBRARY_MEMBER(name) __typeof__(name) *name;

/* Fills the structure `to`. False when the library is not there or lacks one of the functions. To be called
 * once, as by pthread_once(). */
bool library_load(const char *file, const library_function *functions, size_t count, void *to);

#endif
