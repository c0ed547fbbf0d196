/* What the guard lets through is read the same by a parser that follows RFC 9112 to the letter; and what is
 * taken apart by ourselves is what civetweb would have made of it. */
#include "guard.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "head.h"
#include "split.h"

/* What the strict reader found. */
struct strict {
    size_t lines, lengths, codings, hosts;
    long long length;
};

static const char *line_end(const char *at, const char *end)
{
    const char *cr = memchr(at, '\r', (size_t)(end - at));
    return cr && cr + 1 < end && cr[1] == '\n' ? cr : NULL;
}

static void read_field(const char *at, const char *colon, const char *end, struct strict *out)
{
    size_t name = (size_t)(colon - at);
    const char *value = colon + 1;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    if (name == 14 && strncasecmp(at, "Content-Length", 14) == 0) {
        out->lengths++;
        for (out->length = 0; value < end; value++) {
            FUZZ_CHECK(isdigit((unsigned char)*value));
            out->length = out->length * 10 + (*value - '0');
        }
    }
    if (name == 17 && strncasecmp(at, "Transfer-Encoding", 17) == 0) {
        out->codings++;
        FUZZ_CHECK(end - value == 7 && strncasecmp(value, "chunked", 7) == 0);
    }
    out->hosts += name == 4 && strncasecmp(at, "Host", 4) == 0;
}

/* Every line ends with CR LF, has a name that is a token and no byte that may not be. (Which two blanks
 * ended the first line cannot be told after civetweb.) */
static void read_strictly(const char *at, const char *end, struct strict *out)
{
    const char *stop = at;
    while (stop < end && *stop != '\r' && *stop != '\n')
        stop++;
    FUZZ_CHECK(stop + 2 < end && isspace((unsigned char)stop[1]));
    for (at = stop + 2; (stop = line_end(at, end)) && stop > at; at = stop + 2) {
        const char *colon = memchr(at, ':', (size_t)(stop - at));
        FUZZ_CHECK(colon && colon > at);
        for (const char *c = at; c < colon; c++)
            FUZZ_CHECK(isalnum((unsigned char)*c) || strchr("!#$%&'*+-.^_`|~", *c));
        out->lines++;
        read_field(at, colon, stop, out);
    }
    FUZZ_CHECK(stop == at && stop + 2 == end);
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void compare(const struct guard_head *ours, const struct guard_head *theirs)
{
    FUZZ_CHECK(same(ours->method, theirs->method) && same(ours->uri, theirs->uri));
    FUZZ_CHECK(same(ours->query, theirs->query) && same(ours->version, theirs->version));
    FUZZ_CHECK(ours->header_count == theirs->header_count);
    for (size_t i = 0; i < ours->header_count; i++) {
        FUZZ_CHECK(same(ours->headers[i].name, theirs->headers[i].name));
        FUZZ_CHECK(same(ours->headers[i].value, theirs->headers[i].value));
    }
}

/* Only for GET: there are methods that civetweb does not know. */
static void compare_with(const struct split *split, bool sound, size_t taken, const uint8_t *bytes,
                         size_t length)
{
    struct guard_head head;
    struct guard_framing framing;
    struct http_header headers[HTTP_HEADERS_MAX];
    char *block = malloc(length + 1);
    if (!block)
        return;
    if (length)
        memcpy(block, bytes, length);
    if (head_read(block, length, &head, headers) && !guard_check(&head, &framing) &&
        strcmp(head.method, "GET") == 0) {
        FUZZ_CHECK(sound);
        FUZZ_CHECK(framing.head_size == taken);
        compare(&head, &split->head);
    }
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct split split;
    struct guard_framing framing;
    struct strict strict = {0};
    size_t taken;
    bool sound =
        split_head((const char *)bytes, length, &split, &taken) && !guard_check(&split.head, &framing);
    compare_with(&split, sound, taken, bytes, length);
    if (sound) {
        const char *start = (const char *)bytes;
        while (isspace((unsigned char)*start))
            start++;
        read_strictly(start, (const char *)bytes + taken, &strict);
        FUZZ_CHECK(strict.lines == split.head.header_count);
        FUZZ_CHECK(strict.hosts == 1);
        FUZZ_CHECK(strict.lengths + strict.codings <= 1);
        FUZZ_CHECK(framing.chunked == (strict.codings == 1));
        FUZZ_CHECK(framing.content_length == (strict.lengths ? strict.length : -1));
    }
    split_done(&split);
    return 0;
}
