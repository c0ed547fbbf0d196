#include "sha256.h"

#include <stdio.h>
#include <string.h>

#include "run.h"

static void hex(const uint8_t digest[SHA256_SIZE], char text[2 * SHA256_SIZE + 1])
{
    for (int i = 0; i < SHA256_SIZE; i++)
        snprintf(text + i * 2, 3, "%02x", digest[i]);
}

/* The published examples of FIPS 180-4, and lengths around the ends of a block. */
START_TEST(known_values)
{
    static const struct {
        const char *unit;
        int times;
        const char *digest;
    } rows[] = {
        {"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {"a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {"a", 1000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        char text[1001] = "", found[2 * SHA256_SIZE + 1];
        uint8_t digest[SHA256_SIZE];
        size_t length = strlen(rows[i].unit);
        for (int n = 0; n < rows[i].times; n++)
            memcpy(text + (size_t)n * length, rows[i].unit, length);
        sha256(text, (size_t)rows[i].times * length, digest);
        hex(digest, found);
        ck_assert_str_eq(found, rows[i].digest);
    }
}
END_TEST

int main(void)
{
    return run_suite("sha256", (const TTest *[]){known_values, NULL});
}
