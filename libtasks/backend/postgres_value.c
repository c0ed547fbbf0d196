/* Values on their way in and out, in PostgreSQL's binary form: big endian, arrays with a header. */
#include <endian.h>
#include <math.h>
#include <string.h>

#include "postgres.h"

enum { ARRAY_CAP = 1 << 29, ARRAY_HEADER = 20 };

/* ---- Parameters ---- */

static void put(postgres_values *v, const void *bytes, size_t length, int format)
{
    v->bytes[v->count] = bytes;
    v->length[v->count] = (int)length;
    v->format[v->count++] = format;
}

void postgres_null(postgres_values *v)
{
    put(v, NULL, 0, 0);
}

void postgres_int(postgres_values *v, int64_t number)
{
    v->number[v->count] = htobe64((uint64_t)number);
    put(v, &v->number[v->count], sizeof(uint64_t), 1);
}

void postgres_time(postgres_values *v, int64_t time_ms)
{
    if (time_ms == TASKS_NO_TIME)
        postgres_null(v);
    else
        postgres_int(v, time_ms);
}

void postgres_double(postgres_values *v, double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    postgres_int(v, bits);
}

void postgres_bytes(postgres_values *v, const void *bytes, size_t length)
{
    put(v, bytes, length, 1);
}

void postgres_text(postgres_values *v, const char *text)
{
    put(v, text, 0, 0); /* in the text format its NUL ends it */
}

/* ---- Arrays ---- */

static void add_word(buf *b, uint32_t word)
{
    uint32_t big = htobe32(word);
    buf_bytes(b, &big, sizeof big);
}

void postgres_array_init(postgres_array *a, postgres_type type)
{
    buf_init(&a->bytes, ARRAY_CAP);
    add_word(&a->bytes, 1); /* dimensions */
    add_word(&a->bytes, 1); /* NULLs may be in it */
    add_word(&a->bytes, type);
    add_word(&a->bytes, 0); /* the count, set at the end */
    add_word(&a->bytes, 1); /* the first index */
    a->count = 0;
}

void postgres_array_done(postgres_array *a)
{
    buf_done(&a->bytes);
}

static void add_null(postgres_array *a)
{
    add_word(&a->bytes, UINT32_MAX);
    a->count++;
}

void postgres_array_int(postgres_array *a, int64_t number)
{
    uint64_t big = htobe64((uint64_t)number);
    add_word(&a->bytes, sizeof big);
    buf_bytes(&a->bytes, &big, sizeof big);
    a->count++;
}

void postgres_array_time(postgres_array *a, int64_t time_ms)
{
    if (time_ms == TASKS_NO_TIME)
        add_null(a);
    else
        postgres_array_int(a, time_ms);
}

void postgres_array_double(postgres_array *a, double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    if (isnan(number))
        add_null(a);
    else
        postgres_array_int(a, bits);
}

void postgres_array_piece(postgres_array *a, const char *text, size_t length)
{
    add_word(&a->bytes, (uint32_t)length);
    buf_bytes(&a->bytes, text, length);
    a->count++;
}

void postgres_array_text(postgres_array *a, const char *text)
{
    if (text)
        postgres_array_piece(a, text, strlen(text));
    else
        add_null(a);
}

void postgres_array_bind(postgres_values *v, postgres_array *a)
{
    uint32_t count = htobe32(a->count);
    if (a->bytes.length >= ARRAY_HEADER)
        memcpy(a->bytes.bytes + 3 * sizeof count, &count, sizeof count);
    put(v, a->bytes.bytes, a->bytes.length, 1);
}

/* ---- Columns ---- */

/* Whole numbers of any size: a column may be widened while we run. */
int64_t postgres_column_int(const PGresult *r, int row, int column)
{
    const char *bytes = postgres_libpq.PQgetvalue(r, row, column);
    uint64_t big = 0;
    uint32_t word;
    uint16_t half;
    switch (postgres_libpq.PQgetlength(r, row, column)) {
    case sizeof big:
        memcpy(&big, bytes, sizeof big);
        return (int64_t)be64toh(big);
    case sizeof word:
        memcpy(&word, bytes, sizeof word);
        return (int32_t)be32toh(word);
    case sizeof half:
        memcpy(&half, bytes, sizeof half);
        return (int16_t)be16toh(half);
    default:
        return 0;
    }
}

int64_t postgres_column_time(const PGresult *r, int row, int column)
{
    return postgres_libpq.PQgetisnull(r, row, column) ? TASKS_NO_TIME : postgres_column_int(r, row, column);
}

static double column_double(const PGresult *r, int row, int column)
{
    int64_t bits = postgres_column_int(r, row, column);
    double number;
    memcpy(&number, &bits, sizeof number);
    return postgres_libpq.PQgetisnull(r, row, column) ? NAN : number;
}

static const char *column_text(const PGresult *r, int row, int column)
{
    return postgres_libpq.PQgetisnull(r, row, column) ? NULL : postgres_libpq.PQgetvalue(r, row, column);
}

void postgres_row(const PGresult *r, int row, backend_row *out)
{
    *out = (backend_row){
        .task = {.id = postgres_column_int(r, row, 0),
                 .revision = postgres_column_int(r, row, 1),
                 .completed = (int32_t)postgres_column_int(r, row, 2),
                 .priority = (int32_t)postgres_column_int(r, row, 3),
                 .order = column_double(r, row, 4),
                 .due_at_ms = postgres_column_time(r, row, 5),
                 .expires_at_ms = postgres_column_time(r, row, 6),
                 .completed_at_ms = postgres_column_time(r, row, 7),
                 .created_at_ms = postgres_column_int(r, row, 8),
                 .updated_at_ms = postgres_column_int(r, row, 9),
                 .uid = column_text(r, row, 10),
                 .title = column_text(r, row, 11),
                 .notes = column_text(r, row, 13),
                 .deleted = postgres_libpq.PQnfields(r) > 14 ? (int32_t)postgres_column_int(r, row, 14) : 0},
        .tags = column_text(r, row, 12),
    };
}
