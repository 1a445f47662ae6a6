# session.awk - makes a man page of a recorded session, such as tools/man/gem5art-tutorial.txt:
#
#   awk -v version=0.4.0 -v date=2026-11-29 -f session.awk gem5art-tutorial.txt
#
# The first line is "# NAME - PURPOSE". Lines that begin with "#" are text: a line of capitals is a heading, one after
# "##" a smaller heading, and an indented one is code. All other lines are the session: commands after "$ ", and their answers.

function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    if (text ~ /^[.']/) text = "\\&" text
    return text
}
# Before a line of text, or of a block whose lines are not filled: begins a paragraph, if it is the first of one.
function turn(kind,    more) {
    more = kind == current
    if (!more && current == "block") print ".fi"
    if (more && blank && kind == "block") print ""
    else if ((!more && current != "heading") || (more && blank)) print ".PP"
    if (!more && kind == "block") print ".nf"
    current = kind
    blank = 0
}

NR == 1 {
    name = $2
    sub(/^# [^ ]* - /, "")
    printf ".TH \"%s\" 7 \"%s\" \"gem5art.h %s\" \"gem5art.h\"\n", roff(toupper(name)), date, version
    print ".SH NAME\n" roff(name) " \\- " roff($0)
    next
}
/^#?$/ { blank = 1; next }
/^# [A-Z][A-Z0-9 ,'-]*$/ || /^## / {
    if (current == "block") print ".fi"
    print (/^##/ ? ".SS " : ".SH ") roff(substr($0, 3 + /^##/))
    current = "heading"
    blank = 0
    next
}
/^#     / { turn("block"); print roff(substr($0, 7)); next }
/^# / { turn("text"); print roff(substr($0, 3)); next }
{ turn("block"); print roff($0) }
END { if (current == "block") print ".fi" }
