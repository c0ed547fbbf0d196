/* What nobody may get in with: changes to a good token of issuer.h, and who signs it. */
#ifndef FORGERIES_H
#define FORGERIES_H

#include "issuer.h"

struct forgery {
    enum issuer_signer signer;
    const char *header, *claims; /* for issuer_token() or issuer_voucher(); NULL at the end */
    const char *code;            /* of the answer, a 401 */
};

extern const struct forgery forgeries_of_tokens[], forgeries_of_vouchers[];

#endif
