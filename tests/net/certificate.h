/* Certificates for tests: made anew, so that none lies about with its key. */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

/* Writes a certificate for `host` (a name or an IPv4 address), signed by itself, into "FOLDER/NAME.pem" and
 * its key into "FOLDER/NAME.key". It is valid from now for `days`, which may be less than nothing. */
void certificate_make(const char *folder, const char *name, const char *host, int days);

#endif
