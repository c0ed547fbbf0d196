#include "aws_reply.h"

#include <string.h>

#include "fuzz.h"

/* What comes out can be put into a header as it is. */
static void check_credentials(tasks_status status, aws_credentials *found)
{
    if (!status) {
        FUZZ_CHECK(found->key_id.length && found->key.length);
        FUZZ_CHECK(strlen(found->key.text) == found->key.length && !strpbrk(found->key.text, "\r\n "));
        FUZZ_CHECK(!found->token.text || !strpbrk(found->token.text, "\r\n "));
    }
    aws_reply_credentials_done(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    char type[AWS_REPLY_TYPE_SIZE], name[16];
    aws_credentials found;
    wiped value = {0};
    tasks_status status = aws_reply_secret(text, length, &value, NULL);
    FUZZ_CHECK(!status == (value.text != NULL));
    wiped_done(&value);
    aws_reply_type(text, length, type);
    FUZZ_CHECK(strnlen(type, sizeof type) < sizeof type && !strpbrk(type, "\r\n%<>\" "));
    status = aws_reply_role(text, length, &found, NULL);
    check_credentials(status, &found);
    status = aws_reply_assumed(text, length, &found, NULL);
    check_credentials(status, &found);
    status = aws_reply_name(text, length, name, sizeof name, NULL);
    FUZZ_CHECK(status || (*name && strlen(name) < sizeof name && !strpbrk(name, "/\r\n ?#")));
    return 0;
}
