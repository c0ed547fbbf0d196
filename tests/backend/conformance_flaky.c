/* A store whose connections break all the time before they have written or after they have read: whoever
 * uses it must not notice. */
#include "faulty.h"
#include "fixture_sqlite.h"

int main(void)
{
    conformance_fixture fixture = fixture_sqlite;
    fixture.name = "flaky";
    fixture.open = faulty_open;
    faulty_repeat(FAULTY_KINDS, 3);
    return conformance_run(&fixture);
}
