#include "prom.h"

#include "number.h"

void prom_family(buf *to, const char *name, const char *type, const char *help)
{
    buf_print(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void prom_sample(buf *to, const char *name, const char *labels, double value)
{
    char text[NUMBER_SIZE];
    buf_text(to, name);
    if (labels) {
        buf_char(to, '{');
        buf_text(to, labels);
        buf_char(to, '}');
    }
    buf_char(to, ' ');
    size_t length = number_write(value, text);
    buf_bytes(to, text, length);
    buf_char(to, '\n');
}

void prom_single(buf *to, const char *name, const char *type, const char *help, double value)
{
    prom_family(to, name, type, help);
    prom_sample(to, name, NULL, value);
}
