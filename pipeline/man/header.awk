# tasks.h as the body of libtasks(3): its first comment is the description, a line of dashes with a title a
# section, a comment of two stars the text below the declaration that follows it, any other a text of its own.
function safe(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.']/, "\\\\\\&&", text)
    return text
}
function put(text) {
    indented = text ~ /^ /
    if (indented != preformatted) print indented ? ".PP\n.nf" : ".fi\n.PP"
    preformatted = indented
    if (text == "") print preformatted ? "" : ".PP"
    else if (sub(/^@/, "", text)) print ".br\n.I " safe(text)
    else print safe(text)
}
function put_comment(   i) {
    for (i = 1; i <= lines; i++) put(comment[i])
    if (preformatted) print ".fi"
    preformatted = 0
    lines = 0
}
function strip(text, margin) {
    sub(/^\/\*\*? ?/, "", text)
    sub(/ *\*\/ *$/, "", text)
    sub(margin, "", text)
    if (text == " *") text = ""
    return text
}
function put_declaration(text) {
    sub(/^TASKS_API /, "", text)
    sub(/ +\\$/, " \\", text)
    print safe(text)
}
NR == 1, /\*\// {
    if (!/SPDX/) comment[++lines] = strip($0, "^ \\* ?")
    if (/\*\//) put_comment()
    next
}
/^\/\* -+ .* -+ \*\/$/ { gsub(/^\/\* -+ | -+ \*\/$/, ""); print ".SH " toupper($0); next }
/^\/\* /, /\*\// {
    comment[++lines] = strip($0, "^ \\* ?")
    if (/\*\//) put_comment()
    next
}
/^\/\*\*/ { in_comment = 1; lines = 0 }
in_comment {
    comment[++lines] = strip($0, "^ \\*  ?")
    if (/\*\//) { in_comment = 0; pending = 1; print ".PP\n.nf" }
    next
}
/^$/ && pending { print ".fi\n.RS"; put_comment(); print ".RE"; pending = 0 }
pending || /^TASKS_API/ { put_declaration($0) }
