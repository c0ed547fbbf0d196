/* A backend around SQLite that fails when told, in each way that the contract of backend.h allows. */
#ifndef FAULTY_H
#define FAULTY_H

#include "backend.h"
#include "conformance.h"

typedef enum faulty_kind {
    FAULTY_NEVER,
    FAULTY_CONNECT,       /* no connection: UNAVAILABLE */
    FAULTY_READ,          /* all reads of the call fail after their rows were handed out: UNAVAILABLE */
    FAULTY_READ_BROKEN,   /* the same, and the connection is gone */
    FAULTY_BUSY,          /* a write is UNDONE: UNAVAILABLE, for everybody alike */
    FAULTY_MEMORY,        /* a write is UNDONE: NO_MEMORY, perhaps because of one batch */
    FAULTY_UNDONE_BROKEN, /* a write is UNDONE and the connection is gone */
    FAULTY_UNKNOWN_NOT,   /* a write is UNKNOWN and did not happen; the connection is gone */
    FAULTY_UNKNOWN_DONE,  /* a write is UNKNOWN and did happen; the connection is gone */
    FAULTY_OTHER,         /* check, count and the like fail, and the connection is gone */
    FAULTY_AHEAD,         /* the connection is gone when a write is called that was announced */
    FAULTY_KINDS
} faulty_kind;

/* The nth call from now that can fail in this way does. */
void faulty_arm(faulty_kind kind, int nth);
/* Every nth one does, again and again. FAULTY_KINDS: whichever breaks without being noticed. */
void faulty_repeat(faulty_kind kind, int nth);
bool faulty_fired(void);
/* Calls of write() since the last arming. */
int faulty_writes(void);

/* As tasks_open(), with this backend before the one that the URI names (sqlite). */
tasks_status faulty_open(const tasks_options *options, tasks_db **out, tasks_error *error);

#endif
