# Turns files into arrays of strings: awk -f tools/parts.awk page.html style.css ... >report_parts.c
BEGIN { print "#include \"tools/lib/report_parts.h\"" }
FNR == 1 {
    if (NR > 1) print "    0};"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\..*/, "", name)
    printf "const char *const report_%s[] = {\n", name
}
{
    gsub(/["\\]/, "\\\\&")
    print "    \"" $0 "\","
}
END { print "    0};" }
