# gem5art.h is one header: nothing needs to be built to use it. This builds its tools, examples and tests.
#
#   make             tools and examples, into build/
#   make test        builds and runs the tests; TESTS="json cli" runs only tests/test_json.* and tests/test_cli.*.
#                    TESTS="* fuzz" also replays the corpus of the fuzz targets
#   make torture     crashes replayed at every call, kill -9 by the thousand, models, many processes: for an hour or so.
#                    SEED=N gives one back, TORTURE_SCALE=0.1 is shorter, TORTURE="model" runs only tests/torture/model.c
#   make demo        a small sweep from registration to gem5art-getruns; GEM5=/path/to/gem5.opt takes your gem5
#   make B=FOLDER    builds there instead, as all of these do; FOLDER has no spaces
#   make bench       times the library beside its peers
#   make install     tools, header, pkg-config files, CMake package, man pages and completions for bash, zsh and fish,
#                    under $(DESTDIR)$(PREFIX); `make uninstall` removes them
#   make dist        build/gem5art-VERSION.tar.gz: the last commit, the same bytes wherever it is made
#   make deb         Debian packages, into build/deb/; `make packages` builds and tries them on a bare Debian, as root
#
# Other ways to run the tests: lmdb (all of them on LMDB stores), portable (no Linux or CPU extras), sanitize (ASan and
# UBSan), tsan (ThreadSanitizer), valgrind, test-qemu (boots a real Linux kernel),
# compilers (each C and C++ standard, compiler and kind of CPU; ROWS="musl i386" takes only some rows of that table),
# analyze (cppcheck, clang-tidy and gcc -fanalyzer read the header, the tools and the examples),
# test-slurm (hands runs to a real Slurm, on a cluster of its own),
# coverage (which branches of each section of the header the tests take; fails below a section's floor; clang, llvm),
# fuzz (libFuzzer for FUZZ_SECONDS on each target; SEED=N makes the same choices again), mutants (MUTANTS changes of the
# header by SEED, each of which some test should notice; SECTIONS="json pool" changes only those).
#
# Where LMDB is installed (Debian: liblmdb-dev), the tools have it; LMDB= leaves it out.

PREFIX   = /usr/local
prefix   = $(PREFIX:~/%=$(HOME)/%)
MAN      = $(prefix)/share/man
BASH     = $(prefix)/share/bash-completion/completions
ZSH      = $(prefix)/share/zsh/site-functions
FISH     = $(prefix)/share/fish/vendor_completions.d
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
CFLAGS   = -std=c99 -O2 -g $(WARNINGS)
OPTIMISE = -O0 # of tests and examples, which take longer to compile than to run
LDLIBS   = -pthread
B        = build
# JOBS compilers and tests at a time, by default twice as many as there are cores: tests often wait. -jN has the last word.
ifeq ($(MAKELEVEL)$(filter clean,$(MAKECMDGOALS)),0)
MAKEFLAGS += -j$(or $(JOBS),$(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN)))))
endif
TESTS    = *
TORTURE  = *
COVERED  = archive artifact cache calls concurrency corner_faults corners execute faults hash json limits model moments \
             outcome pool probe queue run safety shards store store_damage store_faults supervisors threads warden

RELEASED = 2026-11-29 # shown in man pages

LMDB    := $(shell f=$$(mktemp) && echo 'int main(void) { return 0; }' | $(CC) -include lmdb.h -x c - -o $$f -llmdb \
             2>/dev/null && echo yes; rm -f $$f)

# Recipes find these in their environment, where no character of a path needs quotes.
export BUILD = $(abspath $(B))
export DESTDIR
HEADER   = gem5art.h
PLAIN    = -std=c99 -O1 -g $(WARNINGS) # for programs to be supervised: no sanitizer may change what they do

test_sources = $(filter-out $(if $(LMDB),,tests/test_lmdb.c), \
                 $(sort $(foreach name,$(TESTS),$(wildcard tests/test_$(name).c))))
store_tests  = $(if $(LMDB),$(patsubst tests/%.c,$(B)/%-lmdb, \
                 $(filter tests/test_store.c tests/test_model.c tests/test_fsck.c,$(test_sources))))
slurm_scripts = $(sort $(foreach name,$(TESTS),$(wildcard tests/slurm/test_$(name).sh)))
named_scripts = $(sort $(foreach name,$(TESTS),$(wildcard tests/test_$(name).sh)))
test_scripts = $(if $(filter-out *,$(TESTS)),$(named_scripts),$(filter-out tests/test_fuzz.sh,$(named_scripts)))
tools    = $(patsubst tools/%.c,$(B)/%,$(wildcard tools/gem5art-*.c))
modules  = $(patsubst tools/lib/%.c,$(B)/lib/%.o,$(filter-out tools/lib/gem5art.c,$(wildcard tools/lib/*.c)))
examples = $(patsubst examples/%.c,$(B)/%,$(wildcard examples/*.c))
children = $(patsubst tests/children/%.c,$(B)/children/%,$(wildcard tests/children/*.c))
tests    = $(patsubst tests/%.c,$(B)/%,$(test_sources)) $(store_tests)
with_tools = $(addprefix $(B)/test_,stats figure mounts listing)
tortures = $(patsubst tests/torture/%.c,$(B)/torture/%,$(sort $(foreach name,$(TORTURE),$(wildcard tests/torture/$(name).c))))
lmdb_tortures = $(if $(LMDB),$(addsuffix -lmdb,$(tortures)))
benches  = $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
replays  = $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))

all: $(tools) $(examples)

# The tools link the library, which is compiled once, and what they share; every other program is one source file.
$(B)/gem5art.o: tools/lib/gem5art.c $(HEADER)
$(modules): $(B)/lib/%.o: tools/lib/%.c $(HEADER) $(wildcard tools/lib/*.h)
$(B)/report_parts.c: tools/parts.awk $(wildcard tools/report/*)
	@mkdir -p $(@D)
	awk -f tools/parts.awk tools/report/page.html tools/report/style.css tools/report/script.js >$@
$(B)/report_parts.o: $(B)/report_parts.c tools/lib/report_parts.h
	$(CC) $(FLAGS) -I. -c -o $@ $<
$(B)/tools.a: $(B)/gem5art.o $(B)/report_parts.o $(modules)
	@rm -f $@
	$(AR) rcs $@ $^
$(tools) $(B)/test_figure $(B)/bench/growth: LDLIBS += -lm
$(tools): $(B)/%: tools/%.c $(B)/tools.a $(HEADER) $(wildcard tools/lib/*.h)
$(B)/gem5art-fsck: $(wildcard tools/fsck/*)
$(filter-out $(B)/gem5-stand-in,$(examples)): $(B)/%: examples/%.c $(HEADER)
$(B)/gem5-stand-in: examples/gem5-stand-in.c
$(filter-out $(store_tests),$(tests)): $(B)/%: tests/%.c $(HEADER) $(wildcard tests/*.h)
$(store_tests): $(B)/%-lmdb: tests/%.c $(HEADER) $(wildcard tests/*.h)
$(tortures): $(B)/torture/%: tests/torture/%.c $(HEADER) $(wildcard tests/test_*.c tests/*.h tests/torture/*.h)
$(lmdb_tortures): $(B)/torture/%-lmdb: tests/torture/%.c $(HEADER) $(wildcard tests/test_*.c tests/*.h tests/torture/*.h)
$(B)/test_fsck $(B)/test_fsck-lmdb $(B)/test_model $(B)/test_model-lmdb $(tortures) $(lmdb_tortures): $(wildcard tools/fsck/*)
$(B)/test_crash: $(wildcard tests/torture/*)
$(with_tools): $(B)/tools.a
$(benches): $(B)/bench/%: tests/bench/%.c $(HEADER) $(wildcard tests/*.h tests/bench/*.h)
$(B)/bench/stats $(B)/bench/growth: $(B)/tools.a $(wildcard tools/lib/*.h)
$(replays): $(B)/fuzz/%: tests/fuzz/%.c $(HEADER) $(wildcard tests/fuzz/*.h tests/memory.h tools/*.c tools/*/*)
$(B)/qemu-boot: tests/qemu/boot.c $(HEADER)
$(children): $(B)/children/%: tests/children/%.c tests/children/child.h

FLAGS = $(CFLAGS)
$(B)/gem5-stand-in $(children): FLAGS = $(PLAIN)
$(B)/bench/append $(B)/bench/json $(B)/bench/scale: LDLIBS += -ldl # they load SQLite, cJSON and yyjson where they are
$(tests) $(replays) $(filter-out $(B)/gem5-stand-in,$(examples)): FLAGS = $(CFLAGS) $(OPTIMISE)
$(tools) $(modules) $(B)/gem5art.o: FLAGS = $(CFLAGS) -fno-plt -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
ifdef LMDB
$(tools) $(B)/gem5art.o $(store_tests) $(lmdb_tortures) $(B)/bench/scale: FLAGS += -DGEM5ART_LMDB
$(tools) $(store_tests) $(lmdb_tortures) $(B)/bench/scale $(B)/bench/stats $(B)/bench/growth $(B)/test_lmdb $(with_tools): LDLIBS += -llmdb
$(store_tests) $(lmdb_tortures): FLAGS += -DTEST_LMDB
endif
$(tools) $(examples) $(tests) $(tortures) $(lmdb_tortures) $(benches) $(replays) $(children) $(B)/qemu-boot:
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -I. -o $@ $< $(filter %.a,$^) $(LDFLAGS) $(LDLIBS)
$(B)/gem5art.o $(modules):
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -I. -c -o $@ $<

# What the chosen tests drive, besides themselves: scripts drive the tools and examples.
driven   = $(children) $(B)/gem5-stand-in $(if $(test_scripts),$(tools) $(examples)) \
             $(if $(filter %/test_fsck %/test_fsck-lmdb,$(tests)),$(B)/gem5art-fsck) \
             $(if $(filter $(with_tools),$(tests)),$(B)/tools.a) \
             $(if $(filter %/test_stats.sh,$(test_scripts)),$(B)/test_stats) \
             $(if $(filter %/test_fuzz.sh,$(test_scripts)),$(replays))

# A test is compiled by a make of its own and runs at once, beside the compilers of the next ones: most tests wait longer
# than they compute. (One make would start all compilers first.) Those that take longest come first.
result   = $(patsubst %,$(B)/results/%.sum,$(notdir $(1)))
all_results = $(call result,$(test_scripts) $(tests))
longest  = $(call result,$(addprefix test_,launch.sh store_faults manual.sh probe report.sh consumers.sh pool run crash execute \
             artifact figures.sh stats.sh limits archive faults readme.sh))
results  = $(filter $(all_results),$(longest)) $(filter-out $(longest),$(all_results))

$(call result,$(tests)): $(B)/results/%.sum:
	+@$(MAKE) -s LMDB=$(LMDB) $(B)/$*
	@RUNNER="$(RUNNER)" RESULTS=$(@D) sh tests/run.sh --one $(B)/$*
$(call result,$(test_scripts)): $(B)/results/%.sum: tests/%
	@RESULTS=$(@D) sh tests/run.sh --one $<
results: $(results)

test: $(driven)
	+@$(MAKE) --no-print-directory LMDB=$(LMDB) results
	@RESULTS=$(B)/results sh tests/run.sh --sum $(notdir $(basename $(results)))

torture: $(tortures) $(lmdb_tortures) $(children)
	@TEST_TIMEOUT=7200 sh tests/run.sh $(tortures) $(lmdb_tortures)

children: $(children)

lmdb:
	@$(MAKE) --no-print-directory test B=$(B)/lmdb store_tests= CFLAGS="$(CFLAGS) -DGEM5ART_LMDB -DTEST_LMDB" LDLIBS="$(LDLIBS) -llmdb"

portable:
	@$(MAKE) --no-print-directory test B=$(B)/portable CFLAGS="$(CFLAGS) -DGEM5ART_PORTABLE"

sanitize:
	@$(MAKE) --no-print-directory test B=$(B)/sanitize \
	    CFLAGS="$(CFLAGS) $(OPTIMISE) -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DSANITIZED -DGEM5ART_NO_VFORK"

# The host that has threads, with and without Linux extras.
tsan: TESTS = threads
tsan:
	@for extras in "" -DGEM5ART_PORTABLE; do \
	    $(MAKE) --no-print-directory test B=$(B)/tsan$$extras LMDB= TESTS="$(TESTS)" \
	        CFLAGS="$(CFLAGS) -fsanitize=thread -DGEM5ART_NO_VFORK $$extras" || exit 1; done

# Clang can keep its counters in memory that is shared with their file: a process counts however it ends, and the warden too.
counted = -std=c99 -g -O0 -w -fcoverage-mapping -mllvm -runtime-counter-relocation \
            -fprofile-instr-generate=\$$(abspath \$$@).%m%c.profraw
coverage = $(MAKE) --no-print-directory test CC=clang OPTIMISE= store_tests= test_scripts= B=$(B)/coverage/$(1) LMDB=$(4) TESTS="$(2)" \
             CFLAGS="$(counted) $(3)" LDLIBS="$(LDLIBS) $(4)"
coverage: export FAULT_SITES = 1
coverage:
	@rm -rf $(B)/coverage
	@$(call coverage,flat,$(COVERED),,)
ifdef LMDB
	@$(call coverage,lmdb,lmdb store,-DGEM5ART_LMDB -DTEST_LMDB,-llmdb)
endif
	@$(call coverage,portable,corners warden,-DGEM5ART_PORTABLE,)
	@python3 tests/coverage.py $(B)/coverage

# Optimised, the compiler compares what it then ignores, and valgrind reports it.
valgrind:
	@$(MAKE) --no-print-directory test B=$(B)/valgrind OPTIMISE=-O0 CFLAGS="$(CFLAGS) -DGEM5ART_NO_VFORK" \
	    RUNNER="valgrind -q --error-exitcode=99 --leak-check=full --child-silent-after-fork=yes"

compilers:
	@ROWS="$(ROWS)" sh tests/compilers.sh

analyze:
	@sh tests/analyze.sh

test-qemu: $(B)/qemu-boot
	@sh tests/test-qemu.sh

test-slurm: $(tools) $(children) $(B)/gem5-stand-in
	@if ! sh tests/slurm/cluster.sh true >$(B)/cluster.log 2>&1; then cat $(B)/cluster.log; \
	    echo "skipped: Slurm's daemons do not run here"; echo "0 passed, 0 failed, 1 skipped"; exit 0; fi; \
	JOBS=$(or $(JOBS),4) sh tests/run.sh $(slurm_scripts)

fuzz:
	@FUZZ_SECONDS="$(FUZZ_SECONDS)" SEED="$(SEED)" sh tests/fuzz.sh

mutants: children $(B)/gem5-stand-in
	@MUTANTS="$(MUTANTS)" SEED="$(SEED)" SECTIONS="$(SECTIONS)" FLOOR="$(FLOOR)" python3 tests/mutate.py

demo:
	+@MAKE="$(MAKE)" sh examples/demo.sh

bench: $(tools) $(benches) children
	@for bench in $(benches); do echo "== $$bench"; $$bench || exit 1; done

# Not every shell expands the ~ of PREFIX=~/.local: `prefix` does.
install: $(tools)
	@PREFIX="$(prefix)" MAN="$(MAN)" BASH_FOLDER="$(BASH)" ZSH_FOLDER="$(ZSH)" FISH_FOLDER="$(FISH)" \
	    DATE="$(strip $(RELEASED))" sh tools/packaging/install.sh $(notdir $(tools))

# Removes the files that `make install` puts under the same names, and the one folder that is gem5art's alone.
uninstall:
	@rm -rf $(B)/installed-files
	@$(MAKE) -s install DESTDIR="$$BUILD/installed-files" PREFIX="$(prefix)"
	@cd $(B)/installed-files && find . -type f -exec sh -c 'for file; do rm -f "$$DESTDIR/$$file"; done' - {} +
	@rmdir "$$DESTDIR$(prefix)/share/cmake/gem5art" 2>/dev/null || true

dist:
	@sh tools/packaging/dist.sh "$$BUILD"

deb: dist
	@sh tools/packaging/deb.sh "$$BUILD"

.PHONY: packages
packages:
	@sh tests/packages.sh

clean:
	rm -rf $(B)

.PHONY: $(all_results) results all test torture children lmdb portable sanitize tsan valgrind coverage compilers test-qemu test-slurm fuzz mutants demo bench \
        install uninstall dist deb clean
