/* A stack that was deep is given back, and what is above stays. */
#include "stack.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "run.h"

enum { SIZE = 2 << 20, PAGES_MAX = SIZE / 4096 };

static unsigned char *stack;

/* Pages of the lower half that are in memory; the thread itself is in the upper one. */
static int resident(void)
{
    unsigned char pages[PAGES_MAX] = {0};
    int count = 0;
    ck_assert(!mincore(stack, SIZE / 2, pages));
    for (long i = 0; i < SIZE / 2 / sysconf(_SC_PAGESIZE); i++)
        count += pages[i] & 1;
    return count;
}

static void *work(void *context)
{
    char kept[] = "kept";
    (void)context;
    stack_release();
    ck_assert_str_eq(kept, "kept");
    return NULL;
}

START_TEST(what_was_deep_is_given_back)
{
    pthread_t thread;
    pthread_attr_t attributes;
    stack = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(stack, MAP_FAILED);
    memset(stack, 1, SIZE);
    ck_assert_int_eq(resident(), SIZE / 2 / sysconf(_SC_PAGESIZE));
    pthread_attr_init(&attributes);
    ck_assert(!pthread_attr_setstack(&attributes, stack, SIZE));
    ck_assert(!pthread_create(&thread, &attributes, work, NULL));
    ck_assert(!pthread_join(thread, NULL));
    pthread_attr_destroy(&attributes);
    ck_assert_int_eq(resident(), 0);
    munmap(stack, SIZE);
}
END_TEST

int main(void)
{
    return run_suite("stack", (const TTest *[]){what_was_deep_is_given_back, NULL});
}
