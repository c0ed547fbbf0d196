/* Stopping so that nobody notices: not ready, serve on for a while, end connections with their answers,
 * wait until nothing is under way, only then stop. A second signal cuts it short. */
#ifndef DRAIN_H
#define DRAIN_H

#include "app.h"
#include "civet.h"

struct drain {
    struct app *app;
    struct conns *admin_conns; /* NULL if there is no admin listener */
    struct civet *public, *admin;
};

/* Called when the first signal has come. Afterwards both listeners are gone. */
void drain_run(struct drain *drain);

#endif
