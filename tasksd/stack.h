/* The stack of a thread that has nothing to do. */
#ifndef STACK_H
#define STACK_H

/* Gives back the memory below the caller's frame, unless it did so a moment ago. A stack that was deep once
 * stays in memory otherwise, and there are hundreds of workers. */
void stack_release(void);

#endif
