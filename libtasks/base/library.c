#include "library.h"

#include <dlfcn.h>
#include <string.h>

#ifdef TASKS_STATIC
bool library_load(const char *file, const library_function *functions, size_t count, void *to)
{
    (void)file;
    for (size_t i = 0; i < count; i++)
        memcpy((char *)to + functions[i].place, &functions[i].linked, sizeof functions[i].linked);
    return true;
}
#else
bool library_load(const char *file, const library_function *functions, size_t count, void *to)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    bool loaded = library != NULL;
    for (size_t i = 0; loaded && i < count; i++) {
        void *function = dlsym(library, functions[i].name);
        loaded = function != NULL;
        memcpy((char *)to + functions[i].place, &function, sizeof function);
    }
    return loaded;
}
#endif
