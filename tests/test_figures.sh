#!/bin/sh
# The figures of gem5art-plot as other programs read them: LaTeX compiles those for pgfplots, with no error and no warning of
# text that is too wide, to pages of the right size; librsvg draws those in SVG. Both show all names.
. "$(dirname "$0")/check.sh"
plot=$BUILD/gem5art-plot
made() { python3 "$root/tests/plot.py" "$@"; }

# compiles NAME WIDTH ARGUMENT... - the figure is one page of this width, in points
compiles() {
    name=$1 width=$2
    shift 2
    run "$plot" -o "$name.tex" --standalone "$@"
    same "status of $name: $err" $status 0
    check "LaTeX of $name" pdflatex -halt-on-error -interaction=nonstopmode "$name.tex"
    same "what LaTeX says of $name" "$(grep -aE '^(Overfull|Missing character|LaTeX Warning|Package .* Warning)' "$name.log")" ""
    has "the pages of $name" "$(pdfinfo "$name.pdf")" "Pages:           1
"
    has "the size of $name" "$(pdfinfo "$name.pdf")" "Page size:       $width x"
}

begin "LaTeX: every kind"
if need pdflatex pdfinfo pdftotext python3; then
    made make runs
    compiles grouped 238 --over seed --patterns --title 'A & B' --label o3=OoO --baseline cpu=timing --mean geometric simTicks
    names=$(pdftotext grouped.pdf -)
    for name in "A&B" OoO minor stream coremark workload geomean; do has "the text of a figure" "$names" "$name"; done
    compiles both 505 --kind stacked --over seed --width page cpu.busy cpu.stalled cpu.idle
    compiles line 238 --kind line --x seed --where workload=stream --log-axes xy simTicks
    compiles time 238 --kind line --dump all --over seed --where workload=stream simTicks
    compiles scatter 238 --kind scatter cpu.tiny cpu.huge
    compiles box 238 --kind box --x cpu --series workload simTicks
    compiles heat 238 --kind heat --over seed simTicks
    compiles cdf 238 --kind cdf --series cpu simTicks
    compiles negative 238 --where workload=stream --x seed cpu.delta
    compiles logarithmic 238 --over seed --log-axes y simTicks
fi

begin "LaTeX: a picture in a document"
if need pdflatex pdftotext python3; then
    run "$plot" -o part.tex --over seed simTicks
    printf '%s\n' '\documentclass{article}' '\usepackage{pgfplots}' '\pgfplotsset{compat=1.16}' '\usetikzlibrary{patterns}' \
        '\begin{document}' 'Before \input{part} after.' '\end{document}' >whole.tex
    check "LaTeX" pdflatex -halt-on-error -interaction=nonstopmode whole.tex
    has "the text" "$(pdftotext whole.pdf -)" "stream"
fi

begin "LaTeX: hostile names, and 200 bars"
if need pdflatex pdftotext python3; then
    made hostile hostile
    compiles evil 238 --x a --over b --title '<script>' --y-label '\input{x}' simTicks
    compiles legend 238 --kind scatter --series a simTicks simInsts
    names=$(pdftotext legend.pdf -)
    for name in '<script>' '\input{/etc/passwd}' 'two\nlines' ']]>{}[x]'; do has "the text of a figure" "$names" "$name"; done
    made many many
    compiles many 238 simTicks
fi

begin "SVG: librsvg draws it"
if need rsvg-convert python3; then
    rm -rf runs && made make runs
    for kind in bar stacked line box heat cdf; do
        run "$plot" -o "$kind.svg" --kind $kind --over seed simTicks
        check "$kind" rsvg-convert -f png -o "$kind.png" "$kind.svg"
        check "$kind.png" test "$(wc -c <"$kind.png")" -gt 2000
    done
fi
finish
