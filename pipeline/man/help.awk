# The help text of a program as the body of a manual page. -v level=SH or SS for its headings. A heading is a
# line that starts at the margin before indented rows; `NAME  explanation` is a row of a list, and so is
# `--NAME` with the explanation on the next, deeper line; other indented lines are examples.
function safe(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.']/, "\\\\\\&&", text)
    return text
}
function mode(wanted) {
    if (wanted != now) {
        if (now == "example") print ".fi"
        if (wanted == "example") print ".PP\n.nf"
        else if (wanted == "text") print ".PP"
        now = wanted
    }
}
function show_row(name, text) {
    mode("row")
    print ".TP\n.B " safe(name)
    print safe(text)
}
function heading(line) { mode(""); print "." level " " (level == "SH" ? toupper(line) : line) }

{ line[NR] = $0 }
END {
    for (i = 1; i <= NR; i++) {
        if (line[i] == "") { if (now != "row") mode(""); continue }
        if (line[i] !~ /^ / && line[i] ~ /^[A-Z][a-z ]+$/ && line[i + 1] ~ /^ /) { heading(line[i]); continue }
        if (line[i] !~ /^ /) { mode("text"); print safe(line[i]); continue }
        text = substr(line[i], 3)
        if (text ~ /^ *[0-9]+  /) sub(/^ +/, "", text)
        if (text ~ /^-/ && line[i + 1] ~ /^      /) { rest = line[++i]; sub(/^ +/, "", rest); show_row(text, rest); continue }
        if (text ~ /^[^ ].*   *[^ ]/ && text !~ /^task/) {
            name = text; sub(/  .*/, "", name); sub(/^ *[^ ].*[^ ]  +/, "", text)
            show_row(name, text)
            continue
        }
        mode("example")
        print safe(text)
    }
    mode("")
}
