# Makes one program of the examples in tasks.h. An example is indented by six blanks and stands between empty
# lines of a comment; one that begins with `static` is a function for those that follow. The first one opens its
# own store, the others share one.
BEGIN {
    print "#include <err.h>\n#include <inttypes.h>\n#include <stdio.h>\n#include <string.h>\n#include <tasks.h>"
    print "static tasks_error error;\nstatic tasks_db *db;"
}

function finish() {
    if (inside == "code") {
        print "}"
    }
    inside = ""
}

/^ \*      / && (inside || blank) {
    line = substr($0, 9)
    if (!inside) {
        inside = line ~ /^static / ? "function" : "code"
        if (inside == "code") {
            printf "static void example_%d(void)\n{\n", ++count
        }
        printf "#line %d \"tasks.h\"\n", NR
    }
    print line
    blank = 0
    next
}

{ blank = $0 == " *" }

!blank { finish() }

END {
    print "int main(void)\n{\n    example_1();"
    print "    if (tasks_open(&(tasks_options){.struct_size = sizeof(tasks_options), .uri = \"sqlite:tasks.db\"}, &db, &error))"
    print "        errx(1, \"%s\", error.message);"
    for (i = 2; i <= count; i++) {
        printf "    example_%d();\n", i
    }
    print "    tasks_close(db);\n}"
}
