/* Ctrl-C and its kin. The store needs no care, since a batch is all or nothing: the program ends at once,
 * with 128 plus the signal. A call that would leave a temporary file behind defers that for a while. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

void interrupt_catch(void);
void interrupt_defer(void);    /* from now on the first signal is only noted */
int interrupt_exit_code(void); /* 128 plus the signal that was noted; 0 for none */

#endif
