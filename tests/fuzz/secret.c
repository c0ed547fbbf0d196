/* A reference (the first line) and what the vault has for it (the rest), up to the login that comes out. */
#include "secret.h"

#include <string.h>

#include "fuzz.h"
#include "secret_login.h"

typedef struct held {
    const uint8_t *bytes;
    size_t length;
} held;

static tasks_status hand_out(void *context, const char *reference, int32_t version, char *value,
                             uint64_t size, tasks_error *error)
{
    const held *h = context;
    (void)version;
    (void)error;
    FUZZ_CHECK(strchr(reference, ':') && size == TASKS_SECRET_MAX + 1);
    memcpy(value, h->bytes, h->length < size ? h->length : size);
    return TASKS_OK;
}

static void check_one_line(const wiped *w)
{
    FUZZ_CHECK(!w->text || (strlen(w->text) == w->length && !strpbrk(w->text, "\r\n")));
}

static void check_login(const secret *found)
{
    secret_login login;
    if (!secret_login_read(found, &login, NULL)) {
        check_one_line(&login.host);
        check_one_line(&login.port);
        check_one_line(&login.database);
        check_one_line(&login.user);
        check_one_line(&login.password);
    }
    secret_login_done(&login);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char scheme[] =
        "v:"; /* of nobody but the embedder's vault: no file and no variable is read */
    const uint8_t *line_end = memchr(bytes, '\n', length);
    size_t line = line_end ? (size_t)(line_end - bytes) : length;
    held h = {.bytes = bytes + line, .length = length - line};
    secret_vault vault = {hand_out, &h};
    tasks_error error = {0};
    secret found;
    char *reference = calloc(1, sizeof scheme + line);
    FUZZ_CHECK(reference);
    memcpy(reference, scheme, sizeof scheme);
    memcpy(reference + sizeof scheme - 1, bytes, line);
    tasks_status status = secret_read(reference, &vault, SECRET_CURRENT, &found, &error);
    FUZZ_CHECK(status == error.status);
    if (!status)
        check_login(&found);
    secret_done(&found);
    free(reference);
    return 0;
}
