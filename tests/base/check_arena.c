#include "arena.h"

#include <stdint.h>
#include <string.h>

#include "run.h"
#include "starve.h"

static arena store;

START_TEST(every_block_is_aligned_and_apart)
{
    enum { BLOCKS = 600 };
    unsigned char *blocks[BLOCKS];
    arena_init(&store);
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = arena_alloc(&store, i);
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        memset(blocks[i], (int)(i & 0xFF), i);
    }
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_uint_eq(blocks[i][k], i & 0xFF);
    arena_done(&store);
}
END_TEST

START_TEST(large_blocks_fit)
{
    static const size_t sizes[] = {1023, 1024, 1025, 65535, 65536, 65537, 1 << 20};
    arena_init(&store);
    for (int i = 0; i < RUN_COUNT(sizes); i++) {
        char *block = arena_alloc(&store, sizes[i]);
        ck_assert_ptr_nonnull(block);
        memset(block, 'x', sizes[i]);
    }
    arena_done(&store);
}
END_TEST

START_TEST(impossible_sizes_are_refused)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - sizeof(max_align_t), SIZE_MAX / 2 + 1};
    arena_init(&store);
    for (int i = 0; i < RUN_COUNT(sizes); i++) {
        ck_assert_ptr_null(arena_alloc(&store, sizes[i]));
        ck_assert_ptr_null(arena_copy(&store, "", sizes[i]));
    }
    ck_assert_ptr_nonnull(arena_alloc(&store, 1));
    arena_done(&store);
}
END_TEST

START_TEST(copies_end_with_nul)
{
    arena_init(&store);
    ck_assert_str_eq(arena_copy(&store, "task list", 4), "task");
    ck_assert_str_eq(arena_copy(&store, NULL, 0), "");
    ck_assert_mem_eq(arena_copy(&store, "a\0b", 3), "a\0b", 4);
    arena_done(&store);
}
END_TEST

START_TEST(done_leaves_a_usable_arena)
{
    arena_init(&store);
    arena_done(&store);
    arena_done(&store);
    ck_assert_str_eq(arena_copy(&store, "again", 5), "again");
    arena_done(&store);
}
END_TEST

START_TEST(a_failed_allocation_spoils_nothing)
{
    arena_init(&store);
    char *kept = arena_copy(&store, "kept", 4);
    starve_at(1);
    ck_assert_ptr_null(arena_alloc(&store, 1 << 20));
    ck_assert(starve_happened());
    starve_at(1);
    ck_assert_ptr_null(arena_copy(&store, "", 1 << 20));
    ck_assert_str_eq(arena_copy(&store, "next", 4), "next");
    ck_assert_str_eq(kept, "kept");
    arena_done(&store);
    starve_at(1);
    ck_assert_ptr_null(arena_alloc(&store, 1));
    arena_done(&store);
}
END_TEST

int main(void)
{
    return run_suite("arena",
                     (const TTest *[]){every_block_is_aligned_and_apart, large_blocks_fit,
                                       impossible_sizes_are_refused, copies_end_with_nul,
                                       done_leaves_a_usable_arena, a_failed_allocation_spoils_nothing, NULL});
}
