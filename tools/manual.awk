# manual.awk - makes a tool's man page of what the tool prints with --print-page: tools/lib/page.h describes its lines.
# `make install` gives it the version and its date: awk -v version=0.2.0 -v date=2026-11-29

# Text as roff takes it: no hyphens where minus signs are meant, no requests; line ends come as \n, backslashes as \\.
function roff(text) {
    gsub(/\\\\/, "\001", text)
    gsub(/-/, "\\-", text)
    while (match(text, /\\n[^ ]/)) text = substr(text, 1, RSTART - 1) "\n.br\n" substr(text, RSTART + 2)
    gsub(/\\n/, "\n", text)
    gsub(/\001/, "\\e", text)
    if (text ~ /^[.']/) text = "\\&" text
    gsub(/\n'/, "\n\\\\\\&'", text)
    return text
}
function option(name, letter, value, help) {
    print ".TP"
    printf letter == "-" ? ".B %s" : ".BR %s \" \", \" \" %s", roff(letter == "-" ? name : letter), roff(name)
    if (value != "-") printf letter == "-" ? " \\fI%s\\fR" : " \" \\fI%s\\fR\"", value
    print "\n" roff(help)
}

BEGIN { FS = "\t" }
$1 == "name" {
    printf ".TH \"%s\" 1 \"%s\" \"gem5art.h %s\" \"gem5art.h\"\n", roff(toupper($2)), date, version
    print ".SH NAME\n" roff($2) " \\- " roff($3)
}
$1 == "usage" {
    gsub(/\\n/, "\001", $2)
    usage = roff($2)
    gsub(/\001/, "\n", usage)
    print ".SH SYNOPSIS\n.nf\n" usage "\n.fi"
}
$1 == "description" { print ".SH DESCRIPTION\n" roff($2) }
$1 == "operand" { print ".TP\n.I " roff($2) "\n" roff($3) }
$1 == "operands" { print ".SH OPTIONS\nLong options can be abbreviated as long as they stay unique." }
$1 == "option" { option($2, $3, $4, $7) }
$1 == "more" { more = ".SH NOTES\n" roff($2) }
$1 == "status" {
    option("--help", "-h", "-", "Show a short help.")
    option("--version", "-", "-", "Show the version.")
    if (more) print more
    print ".SH ENVIRONMENT\n.TP\n.B GEM5ART_DB"
    print "The store, if no option names one: a path, file://PATH or lmdb://PATH."
    print ".TP\n.B GEM5ART_STORAGE\nA folder for copies of registered files and results."
    print ".SH EXIT STATUS\n" roff($2)
}
