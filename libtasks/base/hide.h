/* Passwords on the command line. */
#ifndef HIDE_H
#define HIDE_H

/* `ps` shows the arguments of a process to everybody for as long as it lives, so the passwords of URIs in
 * them are overwritten: the one before the host and the parameter. Their values have to be copied before.
 * @param words  ends with NULL */
void hide_passwords(char **words);

#endif
