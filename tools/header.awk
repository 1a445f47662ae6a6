# header.awk - makes gem5art(3) of gem5art.h: its manual and the comments of its API.
#
#   awk -v version=0.2.0 -v date=2026-11-29 -f header.awk gem5art.h
#
# In the manual a heading is a line of capitals; "- " begins an item; text that is indented is a list if its first line
# has a gap of two spaces, a table if it has three, and else code. Lines are filled to 120 columns: one that has room
# for the next word ends a paragraph.

function escape(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    while (match(text, /`[^`]+`/))
        text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 1, RLENGTH - 2) "\\fR" substr(text, RSTART + RLENGTH)
    if (text ~ /^[.']/) text = "\\&" text
    return text
}
function trim(text) { gsub(/^ +| +$/, "", text); return text }
function indent(line) { match(line, /^ */); return RLENGTH }
function quoted(text) { gsub(/"/, "\\(dq", text); return "\"" text "\"" }
# Prints lines; no paragraph begins where a heading has just begun one.
function put(text) {
    if (text ~ /^\.PP/ && heading) { sub(/^\.PP\n?/, "", text); if (text == "") return }
    heading = text ~ /\.SH [^\n]*$/
    print text
}
function bold(text) { return ".B " quoted(escape(text)) }

# ---- prose, in lines[1..count]

function put_paragraph() {
    if (paragraph != "") put(begin "\n" escape(paragraph))
    paragraph = ""
    begin = ".PP"
}
function prose(    i, line, previous, word) {
    begin = ".PP"
    for (i = 1; i <= count; i++) {
        line = lines[i]
        if (line == "") { put_paragraph(); continue }
        if (indent(line) && !(begin ~ /^.IP/ && paragraph != "" && indent(line) == 2)) {
            put_paragraph()
            i = block(i)
            continue
        }
        word = trim(line)
        sub(/ .*/, "", word)
        if (line ~ /^- /) {
            put_paragraph()
            begin = ".IP \\(bu 2"
            line = substr(line, 3)
        } else if (!indent(line) && (begin ~ /^.IP/ || (previous ~ /[.:)]$/ && length(previous " " word) <= room)))
            put_paragraph()
        paragraph = paragraph (paragraph == "" ? "" : " ") trim(line)
        previous = lines[i]
    }
    put_paragraph()
    count = 0
}
# Lines from `first` on that are indented; returns the last one.
function block(first,    last, gaps, line) {
    for (last = first; last < count && (indent(lines[last + 1]) || (lines[last + 1] == "" && indent(lines[last + 2]))); last++) {}
    line = trim(lines[first])
    gaps = gsub(/   */, " ", line)
    if (gaps == 0 && (last == first || line ~ /[;{\[]|->/)) put_code(first, last)
    else if (gaps < 3) put_list(first, last)
    else put_table(first, last)
    return last
}
function put_code(first, last,    i) {
    put(".PP\n.RS 4\n.nf")
    for (i = first; i <= last; i++) print escape(substr(lines[i], indent(lines[first]) + 1))
    print ".fi\n.RE"
}
# The column where the second part of a line begins; 0: it has one part.
function second(line) { return match(line, /[^ ]  +[^ ]/) ? RSTART + RLENGTH - 1 : 0 }
function put_list(first, last,    i, at, column, text, tag) {
    column = second(lines[first])
    for (i = first; i <= last; i++) {
        at = column && substr(lines[i], column - 1, 1) == " " && substr(lines[i], column, 1) != " " ? column : second(lines[i])
        if (indent(lines[i]) > indent(lines[first])) {
            put(escape(trim(lines[i])))
            continue
        }
        tag = at ? trim(substr(lines[i], 1, at - 1)) : trim(lines[i])
        text = at ? trim(substr(lines[i], at)) : ""
        if (!at && (i == last || indent(lines[i + 1]) <= indent(lines[i]))) put(".PP\n" bold(tag))
        else put(".TP\n" bold(tag) (at ? "\n" escape(text) : ""))
    }
}
# A row is an item: its first cell, and the others, each after the name of its column.
function put_table(first, last,    i, j, at, columns, cell, names, row, least) {
    least = indent(lines[first])
    columns = 0
    for (at = least + 1; at <= length(lines[first]); at++)
        if (substr(lines[first], at, 1) != " " && (at == least + 1 || substr(lines[first], at - 2, 2) == "  ")) start[++columns] = at
    start[columns + 1] = 1000
    for (j = 1; j <= columns; j++) names[j] = trim(substr(lines[first], start[j], start[j + 1] - start[j]))
    for (i = first + 1; i <= last + 1; i++) {
        if (i > last || indent(lines[i]) <= least) {
            if (row) put_row(columns, names, cell)
            for (j = 1; j <= columns; j++) cell[j] = ""
            row = i <= last && indent(lines[i]) == least
            if (i <= last && !row) put(".PP\n" escape(trim(lines[i])))
            if (!row) continue
        }
        for (j = 1; j <= columns; j++)
            cell[j] = trim(cell[j] " " trim(substr(lines[i], start[j], start[j + 1] - start[j])))
    }
}
function put_row(columns, names, cell,    j, rest) {
    for (j = 2; j <= columns; j++)
        if (cell[j] != "" && cell[j] != "\"\"") rest = rest (rest == "" ? "" : "; ") names[j] ": " cell[j]
    put(".IP \\(bu 2\n" escape(cell[1]) (rest == "" ? "" : "\n.br\n" escape("(" rest ")")))
}

# ---- the manual

/^\/\* gem5art.h - / {
    sub(/^\/\* gem5art.h - /, "")
    sub(/ - v[0-9].*/, "")
    printf ".TH GEM5ART 3 \"%s\" \"gem5art.h %s\" \"gem5art.h\"\n", date, version
    print ".SH NAME\ngem5art \\- " escape($0)
    printf ".SH SYNOPSIS\n.nf\n#define %s\n", "GEM5ART_IMPLEMENTATION"
    print "#include \"gem5art.h\"\n.PP\ncc PROGRAM.c \\-pthread\n.fi"
    put(".SH DESCRIPTION")
    manual = 1
    room = 117
    next
}
manual {
    line = substr($0, 4)
    manual = !sub(/ *\*\/$/, "", line)
    if (line ~ /^[A-Z][A-Z' -]+( \(|$)/ && line !~ /^(MIT|IO)/) {
        if (!skipped) prose()
        count = 0
        rest = ""
        if (match(line, / \(/)) {
            rest = substr(line, RSTART + 2)
            line = substr(line, 1, RSTART - 1)
            sub(/\)$/, ".", rest)
        }
        skipped = line == "CONTENTS"
        if (!skipped) put(".SH " escape(line))
        if (rest != "") put(escape((rest ~ /^[a-z]+ / ? toupper(substr(rest, 1, 1)) : substr(rest, 1, 1)) substr(rest, 2)))
    } else lines[++count] = line
    if (!manual && !skipped) prose()
    next
}

# ---- the API: comments, and the declarations that follow them

/>>errors/ && /^\/\* ---/ { api = 1 }
/^#ifdef __cplusplus/ && api { put_group(); api = 0; finished = 1 }
!api { next }

function put_comment(    i) {
    for (i = 1; i <= comments; i++) lines[i] = comment[i]
    count = comments
    comments = 0
    room = 117
    if (count) prose()
}
function put_group(    i) {
    if (declared) put(".PP")
    for (i = 1; i <= declared; i++) put((i > 1 ? ".br\n" : "") bold(declaration[i]))
    if (declared && comments) put(".RS 4")
    i = declared && comments
    put_comment()
    if (i) put(".RE")
    declared = 0
}
function comment_line(line) {
    open = !sub(/ *\*\/$/, "", line)
    comment[++comments] = line
}
function put_field(code, text) {
    sub(/,$/, "", code)
    if (inside == 1) put(".RS 4")
    inside += inside > 0
    put(text == "" ? ".PP\n" bold(code) : ".TP\n" bold(code) "\n" escape(text))
}

open { comment_line(substr($0, 4)); next }
/^\/\* --+ >>/ {
    put_group()
    open = !/\*\//
    match($0, />>[a-z]+/)
    put(".SH " toupper(substr($0, RSTART + 2, RLENGTH - 2)))
    next
}
/^\/\*/ { put_group(); comment_line(substr($0, 4)); next }
/^$/ { put_group(); next }
/^#define GEM5ART_CODES/ { codes = 1; put(".PP\nThe codes, each with GEM5ART_ before it:"); next }
codes {
    split($0, part, "\"")
    sub(/^ *X\(/, "", part[1])
    sub(/, $/, "", part[1])
    put_field(part[1], part[2])
    codes = /\\$/
    next
}
/^#/ { next }
/^(typedef )?(struct|enum|union) [a-z0-9_]+ \{$/ {
    inside = 1
    sub(/^typedef /, "")
    sub(/ \{$/, "")
    declaration[declared = 1] = $0
    put_group()
    next
}
inside && /^}/ { if (inside > 1) put(".RE"); inside = 0; next }
inside && /^ *(#|GEM5ART_CODES)/ { next }
inside {
    line = trim($0)
    if (field_open) {
        field_open = !sub(/ *\*\/$/, "", line)
        field_text = field_text " " line
    } else {
        code = line
        if ((at = index(line, "/*")) > 0) {
            code = trim(substr(line, 1, at - 1))
            line = substr(line, at + 3)
            field_open = !sub(/ *\*\/$/, "", line)
            field_text = (field_text == "" ? "" : field_text " ") line
        }
        if (code != "") field = field (field == "" ? "" : " ") code
    }
    if (!field_open && field ~ /[;,]$|[A-Z]$/) {
        put_field(field, field_text)
        field = field_text = ""
    }
    next
}
{
    line = $0
    tail = ""
    if ((at = index(line, "/*")) > 0) {
        tail = substr(line, at + 3)
        sub(/ *\*\/$/, "", tail)
        line = substr(line, 1, at - 1)
    }
    sub(/^GEM5ARTDEF /, "", line)
    if (!wrapped) declared++
    declaration[declared] = (wrapped ? declaration[declared] " " : "") trim(line)
    wrapped = trim(line) !~ /;$/
    if (tail != "") comment[++comments] = tail
}
END {
    if (!finished) { print "header.awk: the end of the API is not where it was" >"/dev/stderr"; exit 1 }
    print ".SH SEE ALSO\n.BR gem5art (7),\n.BR gem5art\\-run (1),\n.BR gem5art\\-experiment (5)"
}
