#include "fixture_sqlite.h"

int main(void)
{
    return conformance_run(&fixture_sqlite);
}
