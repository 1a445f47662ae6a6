# manual.awk - makes a tool's man page of tools/man/pages.txt and of what the tool prints with --print-page:
#
#   awk -v version=0.2.0 -v date=2026-11-29 -f manual.awk pages.txt PAGE
#
# pages.txt says what it holds; tools/lib/page.h describes the lines of a page.

# Text as roff takes it: no hyphens where minus signs are meant, no requests.
function escape(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    if (text ~ /^[.']/) text = "\\&" text
    return text
}
# The same for the fields of a page, in which line ends are \n and backslashes \\.
function roff(text,    lines, count, i, all) {
    gsub(/\\\\/, "\001", text)
    gsub(/\\n/, "\002", text)
    gsub(/\001/, "\\", text)
    count = split(text, lines, "\002")
    for (i = 1; i <= count; i++) all = all (i > 1 ? "\n" (lines[i] ~ /^ / ? "" : ".br\n") : "") escape(lines[i])
    return all
}
function option(name, letter, value, help) {
    described[name] = 1
    if ((tool, name) in words) help = help "." words[tool, name]
    print ".TP"
    printf letter == "-" ? ".B %s" : ".BR %s \", \" %s", roff(letter == "-" ? name : letter), roff(name)
    if (value != "-") printf letter == "-" ? " \\fI%s\\fR" : " \" \\fI%s\\fR\"", value
    print "\n" roff(help)
}
# A section with the entries of a list of words.
function section(title, words,    count, list, i) {
    count = split(words, list, " ")
    if (count) print ".SH " title
    for (i = 1; i <= count; i++) {
        if (!(list[i] in entry)) { print "manual.awk: there is no entry " list[i] >"/dev/stderr"; exit 1 }
        print ".TP\n.B " escape(heading[list[i]]) "\n" escape(entry[list[i]])
    }
}
# All that pages.txt has of the tool's options must be of one that it has.
function check_options(    key, part) {
    for (key in words)
        if (split(key, part, SUBSEP) == 2 && part[1] == tool && part[2] ~ /^--/ && !(part[2] in described)) {
            print "manual.awk: " tool " has no option " part[2] >"/dev/stderr"
            exit 1
        }
}
function see(words,    count, list, i, name) {
    print ".SH SEE ALSO"
    count = split(words " gem5art(7)", list, " ")
    for (i = 1; i <= count; i++) {
        name = list[i] ~ /\)$/ ? list[i] : list[i] "(1)"
        sub(/\(/, " (", name)
        print ".BR " escape(name) (i < count ? "," : "")
    }
}

NR == FNR && /^\[/ { chapter = substr($0, 2, length($0) - 2); next }
NR == FNR && (/^#/ || /^$/) { next }
NR == FNR && /^    / && (chapter == "environment" || chapter == "files") {
    entry[key] = entry[key] (key in entry && entry[key] != "" ? " " : "") substr($0, 5)
    next
}
NR == FNR && (chapter == "environment" || chapter == "files") { key = $1; sub(/,$/, "", key); heading[key] = $0; next }
NR == FNR && /^(description|environment|files|see|--[a-z-]+): / {
    key = $1
    sub(/:$/, "", key)
    words[chapter, key] = words[chapter, key] substr($0, length($1) + 1)
    next
}
NR == FNR && /^    / {
    if (!sub(/\.fi\n\.RE\n$/, "", examples[chapter])) examples[chapter] = examples[chapter] ".PP\n.RS 4\n.nf\n"
    examples[chapter] = examples[chapter] escape(substr($0, 5)) "\n.fi\n.RE\n"
    next
}
NR == FNR { examples[chapter] = examples[chapter] ".PP\n" escape($0) "\n"; next }

FNR == 1 { FS = "\t"; $0 = $0 }
$1 == "name" {
    tool = $2
    printf ".TH \"%s\" 1 \"%s\" \"gem5art.h %s\" \"gem5art.h\"\n", roff(toupper($2)), date, version
    print ".SH NAME\n" roff($2) " \\- " roff($3)
}
$1 == "usage" {
    usage = roff($2)
    gsub(/\n\.br/, "", usage)
    gsub(/\n       /, "\n", usage)
    print ".SH SYNOPSIS\n.nf\n" usage "\n.fi"
}
$1 == "description" {
    print ".SH DESCRIPTION\n" roff($2)
    if (words[tool, "description"]) print ".PP\n" escape(substr(words[tool, "description"], 2))
}
$1 == "operand" { print ".TP\n.I " roff($2) "\n" roff($3) }
$1 == "operands" { print ".SH OPTIONS\nLong options can be abbreviated as long as they stay unique." }
$1 == "option" { option($2, $3, $4, $7); selects = selects || $2 == "--before" }
$1 == "more" {
    gsub(/ ?The man page has [^.]*\./, "", $2)
    if ($2 != "") more = ".PP\n" roff($2)
}
$1 == "status" {
    option("--help", "-h", "-", "Show a short help.")
    option("--version", "-", "-", "Show the version.")
    if (more) print more
    check_options()
    if (selects) printf ".SH SELECTING\n%s", substr(examples["selecting"], 5)
    print ".SH EXIT STATUS\n" roff($2)
    section("ENVIRONMENT", words[tool, "environment"])
    section("FILES", words[tool, "files"])
    if (examples[tool]) printf ".SH EXAMPLES\n%s", substr(examples[tool], index(examples[tool], "\n") + 1)
    see(words[tool, "see"])
}
