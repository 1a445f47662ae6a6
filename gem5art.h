/* gem5art.h - reproducible, recorded, restartable gem5 experiments in C - v0.4.0 - MIT license, see LICENSE

   An experiment on the gem5 simulator is a run: a gem5 binary, a run script, parameters, an outdir, and the artifacts
   that determine its result, each of them hashed. This header registers artifacts, creates SE and FS runs, executes
   many at once, supervises them, archives their results and records everything in a store: a JSON file that jq, pandas
   and the Python package gem5art also read. A run that is already recorded is not launched again.

   Write

       #define GEM5ART_IMPLEMENTATION
       #include "gem5art.h"

   before any other #include in one C or C++ file, and link with -pthread. Other files include it without the #define.
   (If other headers come first, compile with -D_GNU_SOURCE, and on 32-bit systems with -D_FILE_OFFSET_BITS=64.)

   EXAMPLE

       gem5art_error error;
       gem5art_db *db = gem5art_open("file://db.json", NULL, &error);

       gem5art_artifact_desc repo = {0}, binary = {0};
       repo.name = "gem5", repo.type = "git repo", repo.path = "gem5";
       repo.documentation = "gem5 v24.0, cloned from github.com/gem5/gem5";
       const gem5art_artifact *gem5_repo = gem5art_register_artifact(db, &repo, &error);
       const gem5art_artifact *inputs[] = {gem5_repo};
       binary.name = "gem5", binary.type = "gem5 binary", binary.path = "gem5/build/X86/gem5.opt";
       binary.command = "scons build/X86/gem5.opt", binary.inputs = inputs, binary.input_count = 1;
       binary.documentation = "gem5 for X86, built from v24.0 without changes";
       const gem5art_artifact *gem5 = gem5art_register_artifact(db, &binary, &error);

       const char *params[] = {"--cpu", "o3", NULL};
       gem5art_run_desc desc = {0};
       desc.name = "hello o3", desc.run_script = "gem5/configs/hello.py", desc.outdir = "results/hello/o3";
       desc.gem5_artifact = gem5, desc.gem5_git_artifact = gem5_repo, desc.run_script_git_artifact = gem5_repo;
       desc.params = params, desc.timeout = 60 * 60;
       gem5art_run *run = gem5art_create_se_run(db, &desc, &error);
       if (!run || !gem5art_execute(db, run, NULL, &error)) fprintf(stderr, "%s\n", error.message);
       gem5art_close(db, NULL);

   Each call that fails returns NULL or false and sets `error` to one sentence. Calls accept a NULL db, artifact or run
   and fail, so that a program can check once at the end; but print the error if gem5art_open returns NULL, since the
   next one replaces it.

   CONTENTS
     The manual: COMPILE-TIME OPTIONS, CAVEATS, IDENTITY, A RUN'S LIFE, RESULTS, HOW A RUN ENDED, STORE FORMAT, LOCKS,
       LMDB
     The API; its comments belong to the manual (search for "- >>runs", for example):
       >>errors >>db >>artifacts >>runs >>runner >>queries >>json >>hashes
     The implementation (search for "= >>run"); a section uses only the sections above it:
       >>platform    system calls, each replaceable by a macro; clocks, locks, pipes
       >>memory      allocation; arenas
       >>text        growing text, the text of errors, paths, files that are written whole
       >>json        the reader and the writer
       >>hash        SHA-256, MD5, CRC-32
       >>git         what git reports of a work tree
       >>cache       hashes of unchanged files (STORE.checked.UID)
       >>store       what a record is, and how it is written and read; the writer lock
       >>flat        the JSON file; gem5art__flat_append_few: where a record becomes durable
       >>lmdb        the same records in LMDB
       >>shards      a flat store and the shards beside it, read as one
       >>artifact    registering and checking artifacts
       >>run         identity (gem5art__run_hash), outdirs, info.json, claims (gem5art__claim_run), lost runs
       >>outcome     how a run ended (gem5art__decide): evidence from its files, the probe
       >>files       which files gem5 read
       >>warden      the process that spawns, signals and reaps the children
       >>deflate     compression of files
       >>zip         results.zip
       >>machine     CPUs and memory
       >>workers     threads
       >>pool        a run's states, and the loop that moves it from one to the next; gem5art__kill_job
       >>public      the entries of the API that need several sections

   COMPILE-TIME OPTIONS (define them before the #include that has GEM5ART_IMPLEMENTATION; the first two before each one)
       GEM5ART_STATIC            all functions are static: the library is private to one file
       GEM5ARTDEF                the qualifier of each public function; default extern, or static with the above
       GEM5ART_MALLOC(size), GEM5ART_REALLOC(memory, size), GEM5ART_FREE(memory)
                                 all or none; default: those of libc. A pool calls them from several threads
       GEM5ART_WATCH_SECONDS     between two checks of a run for panics and failures; default 1.0
       GEM5ART_BEAT_SECONDS      between two updates of info.json; default 5.0
       GEM5ART_GIT_SECONDS       how long a pool relies on a check of a git work tree; default 3.0; 0: each run checks
                                 its repos again
       GEM5ART_MAX_JOBS          the most runs that one pool executes at once; default 1024
       GEM5ART_MAX_NAME          the most bytes of a name; default 4096
       GEM5ART_MAX_COMMAND       the most bytes of a run's command line; default 1 MiB
       GEM5ART_LMDB              adds lmdb:// stores; includes lmdb.h; link with -llmdb
       GEM5ART_LMDB_MAP          bytes of address space that an LMDB store reserves; default 64 GiB, on 32-bit systems
                                 256 MiB
       GEM5ART_PORTABLE          no CPU extensions, and no Linux extensions but open file description locks; implies:
       GEM5ART_NO_SHA_EXTENSIONS SHA-256 and CRC-32 in plain C
       GEM5ART_NO_VFORK          the warden uses fork. Valgrind and sanitizers need it: they do not support a child that
                                 shares memory and has a stack of its own
       GEM5ART_NO_PROC           /proc and cgroups are not read
       GEM5ART_SYS_*             system calls, which tests replace to make them fail

   CAVEATS
   - A db is used by one thread at a time, in the process that opened it. After a fork, the child opens its own.
   - The store needs open file description locks (Linux 3.15, POSIX.1-2024), and on NFS a working lock service. Systems
     other than Linux are untried; without these locks the header does not compile.
   - Python gem5art rewrites the whole file at each put. It may read a store at any time, but must not write it while
     another program does.
   - Create a pool before you fill memory: creating it forks the warden, which costs about 14 ms for each GB that the
     process uses. Spawning runs does not depend on it.
   - If your program forks without exec while it has a pool, the child keeps the pool's claims until it ends. (Without
     Linux extensions the warden also notices your program's death only then.)
   - git gets the environment of the process: do not change it in another thread while a pool exists.
   - A file counts as unchanged while its device, inode, size and times are the same. A change that alters none of these
     is not detected: writes below the file system, and writes through a shared mapping that had been written before.
   - gem5 must use the outdir that the library passes to it (--outdir).

   IDENTITY
   An artifact is identified by its `hash`:
     a file          the SHA-256 of its bytes
     a git repo      the commit id of the work tree, which must be clean: git finds no change in a tracked file when
                     nothing is hidden from it. No file-system monitor is asked, files marked "assume unchanged" or
                     "skip worktree" are compared if they exist, and submodules are checked too. Programs that the
                     repo's configuration names are not executed; a file that a filter converts is compared byte by
                     byte, unless the filter is the user's or the system's: those run as always
     another folder  (a checkpoint, say) the SHA-256 over "gem5art.h folder 1" and, for each entry below it, sorted by
                     path: the path; then "file" or "executable" and the SHA-256 of the content, "link" and its text, or
                     "folder"
   A run is identified by its `hash` too: the SHA-256 over "gem5art.h run 1"; the type; for each artifact its role (the
   name of its field; "artifacts" for further ones) and its hash; then "script path" and the run script's path in its
   artifact's repo if git tracks it there, or else "script content" and its SHA-256 (a warning reports that); each
   parameter; and, if there are .gem5_options, a "!" and each of them. Every item is written as LENGTH:BYTES,
   so that ["a b"] and ["a","b"] differ. Name, outdir, time-out, variables, paths and what is archived are not part of
   it: two machines agree on the same experiment. `_id` is a random UUID, a new one for each attempt at a run.
   gem5art's own hashes are understood: a file with the MD5 of a stored artifact is that artifact, and a run that
   gem5art recorded is not launched again (parameters are compared one by one, since gem5art's hash joins them by
   spaces).

   A RUN'S LIFE
       Created -> Begin run -> Failed artifact check for PATH
                            -> Spawning -> Running -> Finished  (its numbers can be used)
                                                   -> Failed    (anything else: see `cause` and `kill_reason`)
   The order is: claim the run, look it up, check its artifacts, spawn, watch, classify, archive, append the record,
   remove the live entry, release the claim. The process that has the pool is the run's supervisor. OUTDIR/info.json is
   replaced atomically when a run begins, before it is spawned, when it has ended, and every 5 s in between, until the
   outdir is archived. (A run that ends within 50 ms never shows "Running".)
   Recorded runs. A recorded attempt prevents another launch of its run, unless it is `rerunnable`: after a failed
   artifact check, a failed exec, "lost", a reason that begins with "sig", incomplete statistics, and results that could
   not be archived. With .retries = N, up to N failed attempts do not prevent a relaunch.
   The check before a launch. Worker threads hash files and ask git, once for each path, for all runs that need it. A
   file is not hashed again if it was hashed by this or an earlier process (see STORE.checked.UID), has the same device,
   inode, size, mtime and ctime, and had not changed for 3 s (on network file systems 60 s) when it was hashed. Files on
   FUSE, 9P and FAT, whose times are not reliable, are hashed each time. On NFS, SMB, Lustre and Ceph the mount's source
   ("server:/home") stands for the device, so that machines of a cluster share hashes, if they use the same store and
   name the server alike.
   Outdirs. Each attempt has an outdir of its own: the first free one of OUTDIR, OUTDIR.2, OUTDIR.3, ...; an earlier one
   is never moved. An attempt takes an outdir by creating its console.txt, which only one attempt can do, whatever
   stores they use. An outdir that holds a different experiment (an edited and committed script makes one) is left
   alone, the run takes the next one, and the log and run->differs report the differences. A db with .dry_run and
   gem5art_would_launch show which runs would be launched, and where, without changing anything. If an outdir is
   replaced while its run is active, nothing is written to the new one or taken from it, and the run is Failed.
   The child. Its stdin is /dev/null; its stdout and stderr are OUTDIR/console.txt (gem5's -re redirects its own output
   to simout and simerr). It inherits no other descriptor and has default signal dispositions and an empty signal mask.
   Time-outs use the monotonic clock and start when the child runs; they are unaffected by wall-clock changes. While the
   pool is not stepped (its process was stopped, its container frozen, its machine suspended) at most one minute counts,
   so call gem5art_pool_step at least as often as gem5art_pool_timeout asks.
   Ending a run is SIGINT, at which gem5 writes its statistics, and after the grace time SIGKILL. Both reach all of the
   run's processes, in whatever group or session: each child has GEM5ART_RUN=ID in its environment, and the processes of
   this user that inherited it belong to the run. A process that outlives the child is killed after 0.1 s, or after at
   most 5 s if a SIGINT ended the child. Without /proc only the process group is reached. A process that clears its
   environment and leaves the group is ended when the pool is destroyed.
   The warden is a small process that each pool forks. It spawns the children, and ends them all when the pool's process
   has ended in any way; the grace time is then at most 60 s. A warden that does not answer while runs are active gets
   SIGCONT after 10 s and SIGKILL after 20 s: its runs are lost, and a new one starts. Destroying a pool also waits at
   most 20 s for killed runs and for the warden, which a debugger or a hung file system may hold. The host needs no
   SIGCHLD handler, may wait for any child (-1), and may have threads.
   The loop that steps a pool never touches a disk: up to 8 threads prepare runs, 8 classify, archive and record them,
   and 2 watch them; each starts when there is work for it. The next run starts while an ended one is archived and
   recorded. Runs that wait for the store at the same moment are recorded together, with two syncs for all of them. If
   the store stays locked for a minute, a run keeps its live entry and is recorded later. A pool that is destroyed tries
   once more; after that, the next program that claims the run records it from its info.json.
   Files that gem5 read. When a run has ended, each regular file outside the outdir that OUTDIR/config.ini names (at
   most 1000: kernels, images, programs) is hashed and recorded in `files`. So is each file that a parameter names - as
   a whole, after its "=", or in a list (a;b) - unless the run wrote it. They are not part of the identity. A file that
   is neither an artifact nor tracked in a repo of the run causes a warning of kind "files". If a recorded run is asked
   for again and one of its files has changed, the EXISTS error names that file.

   RESULTS
   results.zip holds the outdir, without itself, and the folders of m5.fork; it is registered as a "directory" artifact,
   whose id is the run's `results`, and copied to $GEM5ART_STORAGE. .archive_except leaves out what its globs match
   (fnmatch(3), a leading period is not special). A glob without "/" is compared with the name of each file and folder,
   at any depth; one with "/" with the path below the outdir (of m5.fork's folders, from OUTDIR.f0's name on), and its
   "*" matches no "/". A folder that matches is left out with everything in it. OUTDIR/info.json is always archived, as
   a run can be loaded from it. You may leave out anything else; but without its statistics, config.ini and output, an
   archive cannot replace a lost outdir.
   With .no_archive there is no results.zip and `results` is NULL. Nothing syncs an outdir's own files: after a power
   loss, a run that is recorded without an archive may lack some of them.

   HOW A RUN ENDED
   Finished means that the statistics can be used: exit status 0, and no evidence against it. Evidence is read from
   simout(.txt), simerr(.txt), console.txt and, in every folder below the outdir, *.terminal and *.device (guests'
   consoles) and *.dmesg: panics and .fail_on texts once a second while the run is active, the rest at its end. Only
   regular files count, links are not followed, and a file from before the run counts only if it changes.
       Evidence, in the order of precedence                      kill_reason        launched again  .accept
       this library ended the run                                see below          see below
       a guest's panic: "Kernel panic - not syncing" after a     "kernel panic"     no              "guest panic"
         kernel's time stamp or at the beginning of a line;
         "Kernel panic in simulated" from gem5
       a signal that this library did not send ended the child   "sighup","sigint"  yes
         or a wrapper's child (exit status 128 + N; from Python  "sigkill","sigterm"
         241, 247 or "died with <Signals.SIG...")
       gem5 was interrupted: "user interrupt received"           "sigint"           yes             "interrupt"
       a .fail_on text                                           "User defined kill" no
       gem5's own FILE:LINE: fatal: or panic:                    ""                 no              "gem5 error"
       gem5 exited because of a "Kernel oops in" the guest       ""                 no              "guest panic"
       "m5_fail instruction encountered"                         ""                 no              "m5_fail"
       "simulate() limit reached" at the highest possible tick    ""                 no              "deadlock"
       a guest's exit code that is not 0                         ""                 no              "guest exit code"
       an exit status that is not 0, or a signal such as SIGSEGV ""                 no
       the last dump in stats.txt is incomplete                  ""                 yes             "incomplete stats"
     Finished, with a warning of the kind in parentheses:
       stats.txt is missing or empty ("stats")                                                      "no stats"
       nothing shows why the simulation ended ("cause")                                             "no cause"
       processes that outlived gem5 were ended ("processes")                                        "processes"
       m5.fork made OUTDIR.f0, ... ("forks"); they are archived                                     "forks"
   A guest's own words are not evidence. In SE runs the guest writes to simout and simerr: there panics count only in FS
   runs, gem5's lines only in gem5's form, and of the lines "Exiting @ tick N because CAUSE" only the last one. One
   limit: SE mode ignores a guest's abort(), and no file shows it.
   `cause` is the reason in gem5's words: the probe's last event, else the script's last "Exiting @ tick" line, else
   gem5's fatal or panic line, else the last line of an error, else the exit status or signal. For a panic it is the
   panic's line. `kill_reason` of a run that this library ended: "timeout"; "kernel panic"; "User defined kill"
   (check_failure, or a .fail_on text); "stall"; "sigint", "sigterm" and "sighup" (the harness was asked to stop);
   "lost" (its supervisor or warden was killed).
   The probe: gem5's Python loads sitecustomize.py from OUTDIR/.gem5art.zip, which is first in PYTHONPATH. It notes the
   tick, code, cause and time of each return of m5.simulate() in OUTDIR/.gem5art/events.tsv and changes nothing else: a
   sitecustomize of yours still runs, forked simulations are not noted, and errors are ignored. Scripts of the standard
   library print no reason for their end, so that only the probe detects a failed guest or a SIGINT there. Its last
   event counts before the script's lines. .no_probe turns it off; it is also off if the path of the outdir contains ":"
   or others may write to it. gem5art_review_run classifies recorded runs again by this table.

   STORE FORMAT
   One file, always a JSON array; one record a line, "_id", "hash", "type" and "name" first, and last "crc32", the
   CRC-32 of the line's bytes from "{" up to that key's quote, as 8 hex digits. The bracket ends the last record's line:

       [
       {"_id":"...","hash":"...","type":"gem5 binary","name":"gem5",...,"crc32":"8d3f01aa"},
       {"_id":"...","hash":"...","type":"gem5 run fs","name":"boot",...,"crc32":"07be5512"}]

   "gem5 run" (SE) and "gem5 run fs" are runs; every other type is an artifact. The fields are gem5art's, followed by
   those of this library; unknown ones are kept. Records in any other layout, such as Python gem5art's, are read, and
   count as not verified; a rewrite gives them this layout.
   - Appending: 1 take the writer lock and check the end of the file; 2 write the new lines and a new bracket after the
     old one; 3 sync, if there are several lines, so that a power loss leaves all or none of them; 4 overwrite the old
     bracket with a comma (a space in an empty array); 5 sync. The time does not depend on the size of the store. A
     handle that did not make the last change syncs the file and its folder first.
   - The first top-level bracket is the commit point: a reader, which takes no lock, stops there. Bytes after it were
     never acknowledged; the next writer moves them to STORE.torn.N and reports it.
   - An incomplete last record is a torn write and is moved aside in the same way. If another program wrote it in one
     line with records that could not be read without it, an append fails with CORRUPT and changes nothing.
   - An invalid record before a valid one is damage: an error, with its byte offset, from any call that reads it to
     register, look up, launch or remove. A run that ends is still recorded. Queries of a db that was opened with
     `damaged`, as in the tools that list and show, return every intact record: after damage they resume at the next
     line whose checksum matches, so that records in another program's layout may be missing. A query by name checks the
     lines whose names match. gem5art-fsck reports all damage; with --salvage it writes every intact record, of any
     layout, to a new file and keeps the old one.
   - Removing records, and adding more than 64 at once, writes the store to a temporary file and renames it. Symlinks,
     mode, owner and group stay the same. A store that has a second hard link or is a mount point can only be appended
     to: a rewrite is UNSUPPORTED.
   - An id that another program wrote twice is two rows: looking it up finds the latest run or the first artifact,
     removing it removes both. A record without a hash is found by its id alone.
   - A user who may write a store without owning it may append; only the owner can remove. A store that cannot be
     written at all (a read-only mount) can be read.
   - A text that contains \u0000 ends there for C; the record keeps all of it. A record is at most 128 levels deep and 1
     GiB long.
   - Bytes that are not UTF-8 are written as \udc80-\udcff (Python's surrogateescape) and read back exactly.
   Beside it:
     STORE.lock     an empty file whose bytes are the claims of runs: see LOCKS
     STORE.live/HASH.ID  one small JSON file for each run that has begun and not ended: see LOCKS
     STORE.queued/HASH   one for each run that waits for a scheduler: see gem5art_queue_run
     STORE.checked.UID  this user's cache of hashes: a line with the CRC-32 of the rest, then at most 4,096 entries in
                    binary: device, inode, size, mtime, ctime, SHA-256, MD5. It can be removed at any time. It is
                    ignored unless it is intact, belongs to the user and nobody else may write it
     STORE.torn.N   bytes of writes that were never finished; they can be removed
     STORE.damaged.N, STORE.old.N   the store before gem5art-fsck salvaged or compacted it
     STORE.tmp-HEX  a store that is being rewritten; --salvage and --compact remove it if the writer was killed
     STORE.shards/NAME.json  flat stores with records of this store
   Shards. A handle with .shard appends its records to STORE.shards/SHARD.json, which the first append makes with the
   store's mode and group. Each shard has a writer lock of its own, so that the machines of a cluster, each with its own
   shard, do not wait for one another. Claims and live entries are the store's: no run is launched twice. Every handle
   of the store reads the shards too: the store first, then the shards by name. Two machines that register the same
   artifact at the same moment may store it twice; look-ups find the first one.
   gem5art-fsck --merge-shards moves the records to the store, also while others write: under both writer locks it
   appends what the store does not have, and then removes the shard. If it is killed, records may be in both files; they
   are read once, and the next merge passes them over. Removing records merges the shards first. A handle keeps each
   shard open, so merge them before there are hundreds.
   $GEM5ART_STORAGE (or .storage): a folder with a copy of each registered file and results archive, named by its _id.

   LOCKS
   All locks are open file description locks of single bytes. Closing another descriptor of the file does not release
   them, two handles of one process exclude each other, and the end of a process, also by kill -9, frees its locks at
   once.
   - The writer lock is byte 2^62 of the store itself, so that all names of a file share it: hard links, symlinks, bind
     mounts. Once it is held, the file is compared with the one at the store's path; a file that was removed and can
     only be reached by a mount is refused. A process that waits tries again after 1 ms to 20 ms; after 2 s the log
     reports the wait, after a minute the call fails with BUSY. Byte 2^62 + 1 belongs to the next writer. Readers take
     no lock.
   - Over a network the locks must reach all machines. Those of NFSv4 do, and those of NFSv3 with its lock service
     (lockd) on the server and on each client. With the mount options nolock, local_lock=all or local_lock=posix (NFS),
     localflock (Lustre) or nobrl (SMB) they are local to the machine, and so are those of BeeGFS unless
     tuneUseGlobalFileLocks is set: several machines must not use such a store at once. Lustre without flock or
     localflock refuses locks. A lock that is refused (ENOLCK, ENOSYS, EINVAL, ENOTSUP, EACCES) is an error, IO or
     UNSUPPORTED; it is never ignored.
   - The claim of a run is byte 1 + (the first 62 bits of its hash) of STORE.lock. Its supervisor holds it for the run's
     life. STORE.lock is created with the store's mode, never written, and refused if it is a symlink. If it is removed,
     supervisors claim their runs again in the new one. The same claim is also a lock on a byte of the store file, at an
     offset above the writer lock's, so that two names of one store, with a lock file each, have the same claims.
   - A live entry, written right after the claim, names the run's outdir, process group, supervisor, warden, host, boot,
     process name space and scheduler job.
   - A run is lost if its claim is free and its supervisor has ended; a free claim alone may mean that STORE.lock was
     removed. On the same boot (in a container the host may have another name): the supervisor must have ended, or if it
     is in another process name space, STORE.lock must have the inode that the entry names. On another host: the same
     Slurm job has a higher restart count, or .take_lost is set.
   - The next program that claims a lost run ends what is left of its processes (those with GEM5ART_RUN=ID in their
     environment, of the same user and name space) and records it. If the run was not spawned yet, it first waits for
     the warden's end, and kills the warden after a second.
   - A queued run is created under its claim, so that two programs never queue it both, and no pool launches it
     meanwhile. Its file is replaced and removed under a lock on the file's first byte. A queued file that another user
     owns only keeps others from launching its run.
   - An entry is believed only if it belongs to the user and nobody else may write it. Others are ignored with a
     warning; gem5art-fsck lists them, and --clear-live removes them. STORE.live and STORE.queued have the store's mode,
     and the sticky bit if others may write to it.

   LMDB (lmdb://PATH, in a build with GEM5ART_LMDB)
   The same records in one LMDB file, for frequent searches by id, hash and name: nothing else is read. Tables:
   "records": a number, 8 bytes, big-endian, in the order stored -> the very line of a flat store, with its checksum;
   and to such numbers, sorted: "ids", "hashes" and "names" (the name, a NUL, the type), keys cut to 511 bytes. An
   append is one transaction. STORE.lock and STORE.live are as above; LMDB has PATH-lock of its own, which readers must
   be able to write too. Where it differs:
   - A network file system, a second hard link and (from Linux 5.8 on) a mount point are refused (UNSUPPORTED), as LMDB
     cannot order the users there. A file of a different kind of CPU cannot be opened.
   - Reading damaged pages is an error (CORRUPT), not a signal: once a process has opened such a store, SIGSEGV and
     SIGBUS in a thread that reads one are caught; in any other code they reach the previous handler. Writing to a
     damaged store may end the process, as LMDB does not check the pages that it changes: run gem5art-fsck first.
   - All dbs of a process share one mapping of GEM5ART_LMDB_MAP bytes, which does not grow: LIMIT when it is full, or
     when the process cannot reserve that much address space. A long listing keeps pages from being reused.
   - After a write that failed in its last step, each call is an error (IO) until the process has closed all dbs of the
     store. A file that gem5art-fsck replaces is opened again by the next call.
   - Removed records leave room for new ones; the file does not shrink until it is compacted. */
#if defined(GEM5ART_IMPLEMENTATION) && !defined(GEM5ART__IMPLEMENTED)
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#endif
#ifndef GEM5ART_H
#define GEM5ART_H

#define GEM5ART_VERSION_MAJOR 0
#define GEM5ART_VERSION_MINOR 4
#define GEM5ART_VERSION_PATCH 0
#define GEM5ART_VERSION "0.4.0"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef GEM5ARTDEF
#ifdef GEM5ART_STATIC
#define GEM5ARTDEF static GEM5ART__MAYBE_UNUSED
#else
#define GEM5ARTDEF extern
#endif
#endif

#if defined(__GNUC__) || defined(__clang__)
#define GEM5ART__PRINTF(text, first) __attribute__((format(printf, text, first)))
#define GEM5ART__MAYBE_UNUSED __attribute__((unused))
#define GEM5ART__NOINLINE __attribute__((noinline)) /* for functions with many callers: 10% less code */
#else
#define GEM5ART__PRINTF(text, first)
#define GEM5ART__MAYBE_UNUSED
#define GEM5ART__NOINLINE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- >>errors
   Every call that can fail takes a `gem5art_error *`, which may be NULL. On failure it holds a code and one sentence
   that names the thing, the value and the way out; on success its code is GEM5ART_OK and its message is empty. */

#define GEM5ART_CODES(X)                                                              \
    X(OK, "no error")                                                                 \
    X(NOMEM, "out of memory")                                                         \
    X(INVALID, "an argument or a field that cannot be used")                          \
    X(NOT_FOUND, "no such file, record, artifact or run")                             \
    X(EXISTS, "the run is already recorded, or a file is in the way")                 \
    X(BUSY, "in use: by another process, a live pool, an open iterator, a claim")     \
    X(CHANGED, "an artifact differs from what was registered")                        \
    X(DIRTY, "a git work tree has changes that are not committed")                    \
    X(GIT, "git could not be run, or refused")                                        \
    X(IO, "the system refused to read or write")                                      \
    X(CORRUPT, "a damaged store, or a file that is not a store")                      \
    X(SYNTAX, "text that is not JSON, or not the JSON that is expected")              \
    X(LIMIT, "a depth, size or length beyond the limit")                              \
    X(UNSUPPORTED, "something that this build, system or file system cannot do")      \
    X(CANCELLED, "stopped before the run was launched")

typedef enum gem5art_code {
#define GEM5ART__CODE(name, text) GEM5ART_##name,
    GEM5ART_CODES(GEM5ART__CODE)
#undef GEM5ART__CODE
} gem5art_code;

typedef struct gem5art_error {
    gem5art_code code;
    char message[1024]; /* NUL-terminated; a longer sentence is cut and ends in "..." */
} gem5art_error;

/* Describes a code in a phrase ("out of memory"); a static string. */
GEM5ARTDEF const char *gem5art_code_text(gem5art_code code);

/* The version of the implementation that was compiled in, such as "0.4.0". GEM5ART_VERSION is that of this header. */
GEM5ARTDEF const char *gem5art_version(void);

/* -------------------------------------------------------------------- >>db */

typedef struct gem5art_db gem5art_db;
typedef struct gem5art_artifact gem5art_artifact;
typedef struct gem5art_run gem5art_run;
typedef struct gem5art_pool gem5art_pool;
typedef struct gem5art_iter gem5art_iter;
typedef struct gem5art_json gem5art_json;
struct gem5art_json_writer;

typedef struct gem5art_open_desc {
    bool read_only;            /* never create or change the store: a missing one is NOT_FOUND, a write is INVALID */
    const char *storage;       /* folder for copies of registered files, named by their id; default $GEM5ART_STORAGE;
                                  both unset or empty: no copies */
    /* Receives warnings, one sentence each without a newline, and every 5 s the progress of hashing an artifact, on the
       thread that uses the db, which it must not use itself. Default: they are dropped. */
    void (*log)(const char *message, void *user_data);
    /* For viewers of a damaged flat store, with read_only: receives a sentence for each damaged record, which queries
       and look-ups then skip. Default: damage is an error (CORRUPT). */
    void (*damaged)(const char *message, void *user_data);
    void *user_data;
    bool dry_run;              /* as read_only, but a missing store is an empty one, and gem5art_register_artifact and
                                  gem5art_create_* return what they would make without storing or making anything */
    const char *shard;         /* a flat store: append records to STORE.shards/SHARD.json, see Shards. At most 64 of A-Z
                                  a-z 0-9 . _ - and no dot first; default: append them to the store itself */
} gem5art_open_desc;

/* Opens a run store, and creates an empty one if there is none.
     uri   a path, "file://relative.json" or "file:///absolute.json"; with GEM5ART_LMDB also "lmdb://relative" and
           "lmdb:///absolute". NULL or "": $GEM5ART_DB, else "file://db.json". A relative path is resolved now. As in
           gem5art, %20 is not decoded and a host cannot be named: a URI with either is refused.
     desc  may be NULL.
   Returns a db, to be closed with gem5art_close, or NULL:
     UNSUPPORTED  a different scheme (mongodb://, lmdb:// in a build without it); a shard of an LMDB store
     CORRUPT      the file is empty, or neither a JSON array nor an LMDB store
     INVALID      a flat store that is named as an LMDB one, or the reverse; file://localhost/...; %20 and the like; a
                  .shard that is not a valid name
     LIMIT        not enough address space for an LMDB store
     NOT_FOUND    no such folder; with read_only, no such file
     IO, NOMEM
   Any number of dbs, threads and processes may have the same store open. */
GEM5ARTDEF gem5art_db *gem5art_open(const char *uri, const gem5art_open_desc *desc, gem5art_error *error);

/* Closes a db (NULL is allowed) and frees its artifacts and runs. While it has pools or iterators, fails with BUSY. */
GEM5ARTDEF bool gem5art_close(gem5art_db *db, gem5art_error *error);

/* The absolute path of the store's file; "" if `db` is NULL. */
GEM5ARTDEF const char *gem5art_store_path(const gem5art_db *db);

/* ------------------------------------------------------------- >>artifacts */

/* An artifact. Read-only; owned by the db that returned it, or by the iterator. Strings are never NULL. */
struct gem5art_artifact {
    const char *id;            /* "_id" in the store: a random UUID (RFC 9562, version 4) */
    const char *hash;          /* see IDENTITY; an MD5 if gem5art wrote it */
    const char *type;          /* "gem5 binary", "git repo", "kernel", "disk image", ... */
    const char *name;
    const char *documentation; /* how it was made and what it is for */
    const char *command;       /* the command that made it */
    const char *path;          /* the file, the folder or the work tree */
    const char *cwd;           /* where `command` was executed */
    const char *const *inputs; /* ids of the artifacts that it was made from; NULL-terminated */
    const char *git_origin;    /* "git.origin" in the store; these three are "" unless it is a git repo */
    const char *git_hash;
    const char *git_name;      /* the work tree's absolute path */
    const char *architecture;
    int64_t size;              /* bytes; -1: not known (null in the store) */
    bool is_zipped;
    const char *md5sum;
    const char *url;
    const char *const *supported_gem5_versions; /* NULL-terminated */
    const char *version;
    const char *const *extra;  /* key, value, key, value, ..., NULL */
    double time;               /* when it was registered, Unix time; 0: not known */
    const gem5art_json *record; /* the stored record, with its unknown fields; NULL: not stored yet */
};

/* The arguments of gem5art_register_artifact, with gem5art's names (`type` for its `typ`). All of it is copied. */
typedef struct gem5art_artifact_desc {
    const char *command;       /* default "", as for each text below that states no other */
    const char *name;          /* required */
    const char *cwd;           /* default "." */
    const char *type;          /* required; must not begin with "gem5 run" */
    const char *path;          /* required: a file or a folder. A folder of the type "git repo", or the top of a git
                                  work tree, is a git repo. Hashing takes about a second for each GB */
    const char *documentation; /* required: at least 10 characters */
    const gem5art_artifact *const *inputs; /* what it was made from; a NULL in it is INVALID */
    size_t input_count;
    const char *architecture;
    int64_t size;              /* default: that of the file; negative: not known */
    bool is_zipped;
    const char *md5sum;
    const char *url;
    const char *const *supported_gem5_versions; /* NULL-terminated */
    const char *version;
    const char *const *extra;  /* key, value, ..., NULL: keys beyond gem5art's own */
} gem5art_artifact_desc;

/* Hashes the file or folder (see "The check before a launch") and returns the artifact with that hash: the stored one,
   with the caller's path and cwd and a warning for each other given field that differs, or else a new one, which is
   stored before the call returns.
     INVALID    a required field is missing, or documentation has fewer than 10 characters
     NOT_FOUND  no such path
     DIRTY      the work tree has uncommitted changes; the first ones are named
     GIT        the folder is not in a git work tree, or has no commit yet
     IO, NOMEM, CORRUPT, BUSY
   As gem5art's Artifact.registerArtifact. */
GEM5ARTDEF const gem5art_artifact *gem5art_register_artifact(gem5art_db *db, const gem5art_artifact_desc *desc,
                                                             gem5art_error *error);

/* Returns the artifact with this id, or the first stored one with this hash. NULL: NOT_FOUND, IO, NOMEM, CORRUPT. */
GEM5ARTDEF const gem5art_artifact *gem5art_find_artifact(gem5art_db *db, const char *id_or_hash, gem5art_error *error);

/* Reads the file or repo at the artifact's path, relative to `cwd` (NULL: the current folder), and checks that it is
   what was registered. False: CHANGED, DIRTY for a tree with uncommitted changes, NOT_FOUND, GIT, IO, NOMEM. */
GEM5ARTDEF bool gem5art_check_artifact(gem5art_db *db, const gem5art_artifact *artifact, const char *cwd,
                                       gem5art_error *error);

/* Hashes a path as gem5art_register_artifact does: a file or a folder by its content, a git work tree by its commit.
   Unchanged files are not read again. Errors as there. */
GEM5ARTDEF bool gem5art_hash_path(gem5art_db *db, const char *path, char hex[65], gem5art_error *error);

/* Copies the stored file ($GEM5ART_STORAGE/ID, else the one at the artifact's path) to `path`, with its x bits, as a
   whole or not at all, and verifies the copy's hash. EXISTS if `path` exists; UNSUPPORTED for a git repo or a folder
   (the message has the command that copies it); CHANGED if the file no longer has the hash; NOT_FOUND, IO, NOMEM. */
GEM5ARTDEF bool gem5art_download_artifact(gem5art_db *db, const gem5art_artifact *artifact, const char *path,
                                          gem5art_error *error);

/* Frees an artifact before its db is closed; not while a run that was created with it is in use. NULL is allowed. */
GEM5ARTDEF void gem5art_release_artifact(gem5art_db *db, const gem5art_artifact *artifact);

/* Removes an artifact's record; files stay. BUSY while a recorded run, another artifact's inputs or a live run names it
   (the message has which). NOT_FOUND, IO, NOMEM, CORRUPT, UNSUPPORTED. */
GEM5ARTDEF bool gem5art_remove_artifact(gem5art_db *db, const char *id, gem5art_error *error);

/* Equal: the same hash, as in gem5art's Artifact.__eq__. */
GEM5ARTDEF bool gem5art_artifacts_equal(const gem5art_artifact *a, const gem5art_artifact *b);
/* Similar: the same values in all fields but id, hash, time and git. */
GEM5ARTDEF bool gem5art_artifacts_similar(const gem5art_artifact *a, const gem5art_artifact *b);

/* ------------------------------------------------------------------ >>runs */

/* A doubt about a recorded run that does not make it Failed. */
typedef struct gem5art_warning {
    const char *kind;          /* one word to select by: "cause", "files", "forks", "processes", "stats" */
    const char *text;          /* one sentence */
} gem5art_warning;

/* One return of m5.simulate(), as the probe noted it. */
typedef struct gem5art_exit_event {
    uint64_t tick;
    int64_t code;              /* getCode(): what the guest returned, the number given to m5_fail, 0 */
    const char *cause;         /* getCause(): "m5_exit instruction encountered" */
    double seconds;            /* wall-clock seconds since the probe was loaded */
} gem5art_exit_event;

/* A file that gem5 read. */
typedef struct gem5art_file {
    const char *path;          /* absolute */
    const char *hash;          /* SHA-256 of its content when the run ended; "" if it could not be read */
    const char *artifact;      /* id of the artifact with that hash, or of the run's repo that tracks it; "": none */
} gem5art_file;

/* A run: a recorded attempt, or one to come. Read-only; owned by the db until gem5art_release_run or gem5art_close, or
   by the iterator. Names and values are gem5art's in the first part; the second part is this library's. Times are Unix
   times in seconds, 0: not yet. Strings are never NULL unless stated; arrays of strings are NULL-terminated. */
struct gem5art_run {
    const char *id;            /* "_id" in the store: a random UUID, one for each attempt */
    const char *hash;          /* of the experiment: see IDENTITY */
    const char *type;          /* "gem5 run" (SE) or "gem5 run fs" */
    const char *name;
    const char *gem5_binary_path;
    const char *run_script;
    const char *gem5_artifact; /* ids of artifacts, here and below */
    const char *gem5_git_artifact;
    const char *run_script_git_artifact;
    const char *linux_binary_path; /* FS; these six are "" for an SE run */
    const char *disk_image_path;
    const char *linux_binary_artifact;
    const char *disk_image_artifact;
    const char *linux_name;
    const char *disk_name;
    const char *const *params;
    double timeout;            /* seconds; 0: none */
    const char *outdir;        /* absolute */
    const char *gem5_name;     /* the folder of the gem5 binary: "X86" */
    const char *script_name;   /* the script without its folder and extension */
    const char *string;        /* a line for people */
    const char *const *command; /* argv */
    bool running;
    double enqueue_time, start_time, end_time, current_time;
    int64_t return_code;       /* exit status; negative: the number of the signal that ended it */
    const char *kill_reason;   /* "", "timeout", "kernel panic", "User defined kill", "stall", "sigint", "sigterm",
                                  "sighup", "sigkill", "lost" */
    const char *status;        /* see A RUN'S LIFE */
    int64_t pid;
    const char *task_id;       /* NULL: none */
    const char *results;       /* id of the archive's artifact; NULL: none */
    bool rerunnable;           /* this attempt does not prevent a relaunch */

    const char *const *artifacts; /* ids of the further artifacts */
    const char *error;         /* why it failed, if not by the simulator */
    const char *cwd;           /* absolute: where it was executed; before that, where it was created */
    const char *host, *kernel, *user, *cpu_model;
    double ru_utime, ru_stime; /* as getrusage(2), in seconds */
    int64_t ru_maxrss;         /* KiB */
    int64_t ru_inblock, ru_oublock, ru_nvcsw, ru_nivcsw;
    const char *const *environment; /* name, value, ...: variables that were set for it or that the pool recorded */
    const char *gem5art_version; /* of the library that wrote the record */
    const char *cause;         /* why the simulation ended, in gem5's words if there are any; "": not known */
    const gem5art_warning *warnings;
    size_t warning_count;
    const gem5art_exit_event *exit_events; /* the last 100 */
    size_t exit_event_count;
    const gem5art_file *files; /* what gem5 read; not part of the identity */
    size_t file_count;
    const char *const *gem5_options; /* these three as in gem5art_run_desc */
    const char *const *accept;
    const char *const *fail_on;
    double stall;              /* seconds; 0: none */
    const char *const *variables; /* name, value, ...: of an experiment's matrix */
    const gem5art_json *record; /* the stored record, with its unknown fields; NULL: not read from a file */
    const char *differs;       /* of a new run in OUTDIR.2 or later: how its experiment differs from that of the outdir
                                  before it ("run script repo 64c5535 -> bb0414a"); NULL: it does not. Not recorded */
    bool no_archive;           /* these two as in gem5art_run_desc; "archive" in the store: "all", "none" or
                                  {"except": [GLOBS]} */
    const char *const *archive_except;
    int64_t results_size;      /* bytes of the archive; -1: there is none, or it is not known (null in the store) */
    const char *stale;         /* after EXISTS: a file that has changed since gem5 read it for the recorded attempt, so
                                  that its results may not be those of this run; NULL: none is known. Not recorded */
    int64_t queued_by;         /* of a row of .queued: the user id of the file's owner. Not recorded */
};

/* The arguments of gem5art_create_se_run and gem5art_create_fs_run. All are copied, except what user_data points to. */
typedef struct gem5art_run_desc {
    const char *name;          /* required */
    const char *gem5_binary;   /* default: the path of gem5_artifact */
    const char *run_script;    /* required */
    const char *outdir;        /* required; created if needed; relative to the current folder. INVALID if the store or
                                  one of the run's artifacts is in it */
    const gem5art_artifact *gem5_artifact; /* required, as the next two */
    const gem5art_artifact *gem5_git_artifact;
    const gem5art_artifact *run_script_git_artifact;
    const char *linux_binary;  /* FS; default: the path of linux_binary_artifact */
    const char *disk_image;    /* FS; default: the path of disk_image_artifact */
    const gem5art_artifact *linux_binary_artifact; /* FS: required */
    const gem5art_artifact *disk_image_artifact; /* FS: required */
    const gem5art_artifact *const *artifacts; /* further ones (an SE workload, inputs); a NULL in it is INVALID */
    size_t artifact_count;
    const char *const *params; /* NULL-terminated */
    double timeout;            /* seconds that it may run; default 900, as in gem5art; negative or infinite: none */
    const char *const *gem5_options; /* gem5's options, placed before the script; NULL-terminated; part of the identity.
                                  INVALID: those that move the watched files (-d, -r, -e and their long forms,
                                  --stdout-file, --stderr-file). Default: none */
    const char *const *accept; /* evidence that does not make this run Failed: names in HOW A RUN ENDED;
                                  NULL-terminated. Default: none */
    const char *const *fail_on; /* texts that make it Failed if an output file has them; NULL-terminated. Default:
                                  none */
    double stall;              /* seconds without growth of any of its files after which it is ended, "stall"; default
                                  and negative: no limit */
    bool no_probe;             /* do not load the probe: see HOW A RUN ENDED */
    const char *const *variables; /* name, value, ..., NULL: recorded with it, but not part of the identity */
    bool (*check_failure)(const gem5art_run *run, void *user_data); /* called every GEM5ART_WATCH_SECONDS while it runs
                                  and once when it has ended, on the thread that steps the pool; true ends it as Failed,
                                  "User defined kill". It must use neither the pool nor the db */
    void *user_data;
    const char *cwd;           /* where relative paths are looked up now; default: the current folder */
    /* Not in info.json, as .no_probe and .check_failure: a run that is loaded from one has the defaults. */
    int priority;              /* of the queued runs of a pool the one with the highest starts first, of equal ones the
                                  one that was added first; default 0 */
    int nice;                  /* added to the host's niceness; -20 to 20; default 0; less than 0 needs a privilege */
    const char *const *environment; /* name, value, ..., NULL: variables that are set for it, besides those that the
                                  host has when the pool is created; recorded with it. Default: none */
    /* What results.zip holds is recorded, in info.json too, but not part of the identity: see RESULTS. */
    bool no_archive;           /* make no results.zip; run->results stays NULL. Default: make one */
    const char *const *archive_except; /* globs of files and folders that results.zip leaves out ("cpt.*");
                                  NULL-terminated. Default: none. INVALID with .no_archive */
    bool quiet_differs;        /* run->differs alone reports a different experiment in the outdir. Default: the log does
                                  too */
} gem5art_run_desc;

/* Create a run, its outdir and (unless there is one) its info.json. run->outdir is the first of OUTDIR, OUTDIR.2, ...
   that does not hold a different experiment, and run->differs says why it is not the first. Nothing is recorded or
   launched yet. Artifacts must belong to this db.
     INVALID    a required field is missing or has a wrong value; a gem5 binary that is not executable; in
                .environment a name that cannot be used or is there twice, or a last name without a value; in
                .archive_except a glob that can match nothing
     NOT_FOUND  a file is missing
     EXISTS     the outdir is a file
     GIT, IO, NOMEM
   As gem5art's gem5Run.createSERun and createFSRun. */
GEM5ARTDEF gem5art_run *gem5art_create_se_run(gem5art_db *db, const gem5art_run_desc *desc, gem5art_error *error);
GEM5ARTDEF gem5art_run *gem5art_create_fs_run(gem5art_db *db, const gem5art_run_desc *desc, gem5art_error *error);

/* Checks a desc as those two do, but not its artifacts and outdir, and creates nothing. Errors as above. */
GEM5ARTDEF bool gem5art_check_run(const gem5art_run_desc *desc, bool fs, gem5art_error *error);

/* Returns the run of an info.json (this library's or gem5art's), ready to be executed. NULL: NOT_FOUND if an artifact
   is not in the store; SYNTAX or INVALID if it is not an info.json; CHANGED if it was edited; GIT, IO, NOMEM. */
GEM5ARTDEF gem5art_run *gem5art_load_run(gem5art_db *db, const char *info_json_path, gem5art_error *error);

/* Returns the recorded run with this id, or the latest attempt with this hash. NULL: NOT_FOUND, IO, NOMEM, CORRUPT. */
GEM5ARTDEF const gem5art_run *gem5art_find_run(gem5art_db *db, const char *id_or_hash, gem5art_error *error);

/* Classifies a recorded run again by HOW A RUN ENDED, from the files in `outdir` (NULL: the run's own), to find results
   that an earlier version classified wrongly. The result belongs to the db until gem5art_release_run. It differs from
   `run` at most in status, kill_reason, rerunnable, cause, warnings and exit_events, and shares the other texts: `run`
   must outlive it. Nothing is recorded. If this library ended the run, the recorded reason stays, unless it is a panic.
   NULL:
     NOT_FOUND  there is no such folder, or it has another attempt's info.json
     INVALID    the run was not executed to its end
     IO, NOMEM */
GEM5ARTDEF gem5art_run *gem5art_review_run(gem5art_db *db, const gem5art_run *run, const char *outdir,
                                           gem5art_error *error);

/* Removes the record of one attempt, and that of its results archive unless another record names it; files stay. BUSY
   while the run is claimed (being executed). NOT_FOUND, IO, NOMEM, CORRUPT, UNSUPPORTED. */
GEM5ARTDEF bool gem5art_remove_run(gem5art_db *db, const char *id, gem5art_error *error);

/* Removes several runs as gem5art_remove_run does, in one change of the store: a kill leaves all of them or none. A run
   that is BUSY or NOT_FOUND stays; the others are removed. `errors` (NULL: not wanted) has room for `count`: OK for a
   run that is removed. False: a run was not removed, and *error has the reason of the first such run. An error of the
   store itself (IO, NOMEM, CORRUPT, UNSUPPORTED), or a NULL among the ids (INVALID), removes none. */
GEM5ARTDEF bool gem5art_remove_runs(gem5art_db *db, const char *const *ids, size_t count, gem5art_error *errors,
                                    gem5art_error *error);

/* Frees a run of gem5art_create_*, gem5art_load_run, gem5art_find_run or gem5art_review_run before its db is closed; a
   run in a pool stays until it has ended. NULL is allowed. */
GEM5ARTDEF void gem5art_release_run(gem5art_db *db, const gem5art_run *run);

/* ---------------------------------------------------------------- >>runner */

typedef enum gem5art_event_type {
    GEM5ART_EVENT_QUEUED,      /* added to the pool */
    GEM5ART_EVENT_SKIPPED,     /* not launched: see `error` (EXISTS, BUSY, CANCELLED, ...) */
    GEM5ART_EVENT_SPAWNED,     /* its child runs: run->pid */
    GEM5ART_EVENT_BEAT,        /* its info.json was updated */
    GEM5ART_EVENT_KILLED,      /* it is being ended: run->kill_reason */
    GEM5ART_EVENT_ENDED,       /* its outcome is recorded: run->status; with `error`, it could not be recorded */
    GEM5ART_EVENT_RETRIED      /* this attempt is recorded as Failed, and the run is queued again: see .retries */
} gem5art_event_type;

typedef struct gem5art_event {
    gem5art_event_type type;
    const gem5art_run *run;
    const gem5art_error *error; /* SKIPPED and ENDED; NULL: none */
    int added;                 /* the pool's runs: the sum of the next six */
    int queued, running, ending, finished, failed, skipped; /* running: from the check on; ending: until recorded */
    int recorded;              /* skipped because their hash is recorded */
    int lost;                  /* attempts that were found lost, ended and recorded before a launch */
    int launched, retried;     /* attempts whose child was spawned; attempts that another one followed */
    double eta;                /* seconds until all have ended, if each takes the mean time (from check to record) of
                                  the runs that ended by themselves; -1: none has yet; 0: no run is left */
    const char *waits_for;     /* why queued runs are not launched now: "disk space: 3.1 GiB free, less than 10.0 GiB,
                                  at PATH" (.min_disk). Valid until the pool is used again. NULL: they do not wait */
} gem5art_event;

typedef struct gem5art_pool_desc {
    int jobs;                  /* runs at once; default: the CPUs that this process may use, by its affinity and,
                                  rounded up, its cgroups' quotas; negative: GEM5ART_MAX_JOBS. An ended run makes room
                                  for the next while it is archived (with .max_failed, when it is recorded) */
    const char *cwd;           /* where gem5 is executed and relative paths lead; default: the current folder */
    const char *task_id;       /* recorded with each run; default: none */
    const char *const *environment; /* names of variables to record with each run, if they are set; NULL-terminated;
                                  default: none. Runs get the environment that the host has when the pool is created */
    bool rerun;                /* launch runs even if their hash is recorded */
    bool take_lost;            /* record as lost a run that another host began and nobody claims: only if you know that
                                  it no longer runs there. Default: such a run is BUSY */
    double grace;              /* seconds between SIGINT and SIGKILL; default 5; negative: SIGKILL at once */
    bool handle_signals;       /* until gem5art_pool_destroy restores the handlers, SIGINT, SIGTERM and SIGHUP (unless
                                  ignored, as under nohup) to this process end its runs, recorded as "sigint", "sigterm"
                                  or "sighup". The second signal waits neither for the grace time nor for archives: runs
                                  that are not archived by then are Failed and may be launched again */
    int64_t free_memory;       /* bytes: launch no further run while less memory is available (MemAvailable, and what
                                  the cgroups leave), not counting this much for each run launched within
                                  GEM5ART_BEAT_SECONDS. While no run is active, one is launched anyway. Default: no
                                  limit. UNSUPPORTED without /proc */
    bool pin;                  /* each run and its children get one CPU of those that the thread which creates the pool
                                  may use. Other pools do not know of it: start them with different CPUs (taskset).
                                  INVALID with more jobs than CPUs, UNSUPPORTED without sched_setaffinity */
    int max_failed;            /* launch no more after this many Failed runs: queued ones are skipped (CANCELLED).
                                  Cancelled, stopped and lost runs do not count. Default and negative: no limit */
    int retries;               /* queue a Failed run that is not `rerunnable` again, after the others of its priority,
                                  at most this many times, recorded attempts included (unless .rerun). Default and
                                  negative: none */
    void (*event)(const gem5art_event *event, void *user_data); /* called by the pool's functions, on their thread. It
                                  may add runs to the pool, but neither step nor destroy it */
    void *user_data;
    int64_t min_disk;          /* bytes: launch no run while less is free on a file system that has its outdir, the
                                  store or its storage; the log reports the wait, and its end. The pool waits even if no
                                  run is active, until there is room or it is stopped. Active runs may need more: choose
                                  a limit with room for them. Where the free space is unknown, the log reports that and
                                  runs are launched. Default and negative: no limit */
    const char *replaces;      /* gem5art_would_launch: as in gem5art_queue_run. Default: no ticket is void */
} gem5art_pool_desc;

/* Returns whether a pool with this desc (NULL: the defaults) would launch a run at this moment, and sets run->outdir to
   the outdir that the attempt would have. Claims and changes nothing, so the db may have .dry_run. False with the error
   with which the pool would skip the run: EXISTS, BUSY; IO, NOMEM, CORRUPT. */
GEM5ARTDEF bool gem5art_would_launch(gem5art_db *db, gem5art_run *run, const gem5art_pool_desc *desc,
                                     gem5art_error *error);

/* Reserves a run for a scheduler such as Slurm, which starts it later, perhaps on another machine. First does what a
   pool does: claims the run, records lost attempts and looks the run up, by .rerun, .retries and .take_lost of `desc`
   (which may be NULL). Then creates STORE.queued/HASH, which holds all of the run but its check_failure. While
   that file exists, pools and gem5art_queue_run refuse the run as BUSY; only a run that gem5art_load_queued returned
   can be launched. `ticket` is any text that identifies the scheduler's job; the file and the BUSY message contain it.
   A file whose ticket is `replaces` (NULL: none) is overwritten. Artifacts are not checked: registering them did that.
   False: EXISTS, BUSY; INVALID for an empty ticket; IO, NOMEM, CORRUPT. */
GEM5ARTDEF bool gem5art_queue_run(gem5art_db *db, gem5art_run *run, const char *ticket, const char *replaces,
                                  const gem5art_pool_desc *desc, gem5art_error *error);

/* Returns a run that this user has queued with this ticket (NULL: any), to be launched in a pool of this db; it stays
   queued until gem5art_unqueue_run. A pool skips it as CANCELLED if it is no longer queued with that ticket. NULL:
   NOT_FOUND if there is no such queued run; INVALID if its file belongs to another user; as gem5art_load_run. */
GEM5ARTDEF gem5art_run *gem5art_load_queued(gem5art_db *db, const char *hash, const char *ticket,
                                            gem5art_error *error);

/* Returns whether a run is queued with this ticket (NULL: any); true if its file cannot be read. */
GEM5ARTDEF bool gem5art_is_queued(gem5art_db *db, const char *hash, const char *ticket);

/* Withdraws a queued run if it has this ticket (NULL: any). A run that already executes continues. False: NOT_FOUND if
   it is not queued with this ticket; IO if its file is another user's; NOMEM. */
GEM5ARTDEF bool gem5art_unqueue_run(gem5art_db *db, const char *hash, const char *ticket, gem5art_error *error);

/* Creates a pool, which executes many runs at once. It forks one small process, the warden, so create it before you
   fill memory. The db must not be closed before the pool is destroyed. NULL: IO, NOMEM, INVALID, UNSUPPORTED. */
GEM5ARTDEF gem5art_pool *gem5art_pool_create(gem5art_db *db, const gem5art_pool_desc *desc, gem5art_error *error);

/* Queues a run of the pool's db, at any time, also after all have ended. INVALID if the pool has had a run with its
   hash; NOMEM. A recorded run is skipped when its turn comes, and the pool continues. */
GEM5ARTDEF bool gem5art_pool_add(gem5art_pool *pool, gem5art_run *run, gem5art_error *error);

/* Ends one run: a queued one is skipped (CANCELLED), a running one is ended as "sigterm". NOT_FOUND. */
GEM5ARTDEF bool gem5art_pool_cancel(gem5art_pool *pool, const char *run_id, gem5art_error *error);

/* Sets *progress to the counts and the eta of an event at this moment; its type and run are not set. */
GEM5ARTDEF void gem5art_pool_progress(const gem5art_pool *pool, gem5art_event *progress);

/* For a poll set of your own: when pool_fd is readable, or after pool_timeout milliseconds (-1: no limit), call
   gem5art_pool_step(pool, 0). The descriptor belongs to the pool and stays the same. */
GEM5ARTDEF int gem5art_pool_fd(const gem5art_pool *pool);
GEM5ARTDEF int gem5art_pool_timeout(const gem5art_pool *pool);

/* Does what is due, and waits at most timeout_ms for it (0: not at all; -1: without limit). Returns the number of runs
   that have not ended, or -1 if the store refused a record, which the run's event reports too; go on stepping. */
GEM5ARTDEF int gem5art_pool_step(gem5art_pool *pool, int timeout_ms, gem5art_error *error);

/* Steps until all runs have ended. False with the first error of a step. */
GEM5ARTDEF bool gem5art_pool_wait(gem5art_pool *pool, gem5art_error *error);

/* Ends a pool. Runs that have not ended are killed at once and recorded as "sigterm". NULL is allowed. */
GEM5ARTDEF void gem5art_pool_destroy(gem5art_pool *pool);

/* Executes one run to its end, in a pool of one; desc may be NULL. Returns true when a Finished or Failed outcome was
   recorded (see run->status), else false:
     EXISTS     its hash is recorded: the message names the run and the ways out
     BUSY       another process is executing it
     CHANGED, DIRTY, NOT_FOUND, GIT  the artifact check failed, and that was recorded
     CANCELLED  a signal arrived before it was launched
     IO, NOMEM, CORRUPT */
GEM5ARTDEF bool gem5art_execute(gem5art_db *db, gem5art_run *run, const gem5art_pool_desc *desc, gem5art_error *error);

/* --------------------------------------------------------------- >>queries */

/* Selects rows: all conditions that are set must hold. NULL or all zero: every row. */
typedef struct gem5art_query {
    const char *name;          /* exactly this name */
    const char *name_contains; /* names that contain this text; case counts */
    const char *type;          /* artifacts and records: exactly this type ("disk image", "gem5 run fs") */
    const char *status;        /* runs: exactly this status; "Failed artifact check" includes those that name a path */
    bool fs_only;              /* runs: FS runs only */
    bool rerunnable;           /* runs: rerunnable ones only */
    bool live;                 /* runs: those that have begun and not ended, in any process, instead of recorded ones */
    int64_t limit;             /* at most this many rows; default and negative: no limit */
    const char *id_prefix;     /* ids that begin with this text */
    const char *hash;          /* exactly this hash: all attempts at a run */
    bool queued;               /* runs: those of gem5art_queue_run, not recorded ones; their `record` has "ticket" */
} gem5art_query;

/* Iterators return rows in the order in which they were stored, as of the call. The strings of a query are copied.
   gem5art_get_records returns runs and artifacts, for gem5art_next_json alone. gem5art_get_attempts returns the
   recorded attempts at the experiment of `run`, with `run` itself if it is recorded; those that Python gem5art recorded
   come last. NULL on failure: INVALID, IO, NOMEM, CORRUPT. */
GEM5ARTDEF gem5art_iter *gem5art_get_runs(gem5art_db *db, const gem5art_query *query, gem5art_error *error);
GEM5ARTDEF gem5art_iter *gem5art_get_artifacts(gem5art_db *db, const gem5art_query *query, gem5art_error *error);
GEM5ARTDEF gem5art_iter *gem5art_get_records(gem5art_db *db, const gem5art_query *query, gem5art_error *error);
GEM5ARTDEF gem5art_iter *gem5art_get_attempts(gem5art_db *db, const gem5art_run *run, gem5art_error *error);
GEM5ARTDEF void gem5art_iter_close(gem5art_iter *iter); /* NULL is allowed */

/* Return the next row, which lives until the next step or gem5art_iter_close and is not released; NULL if there is
   none, or on failure: CORRUPT with the byte offset of a damaged record (not with .damaged), INVALID, IO, NOMEM. */
GEM5ARTDEF const gem5art_run *gem5art_next_run(gem5art_iter *iter, gem5art_error *error);
GEM5ARTDEF const gem5art_artifact *gem5art_next_artifact(gem5art_iter *iter, gem5art_error *error);
/* The next row of any iterator as JSON text on one line: the stored record without its checksum, NUL-terminated;
   *length (may be NULL) is its size in bytes. The fast way to read a store: lines in its layout are not parsed. */
GEM5ARTDEF const char *gem5art_next_json(gem5art_iter *iter, size_t *length, gem5art_error *error);

typedef enum gem5art_step { GEM5ART_ROW, GEM5ART_END, GEM5ART_FAILED } gem5art_step;

/* How the last step ended, so that a failure is not taken for the end; FAILED if `iter` is NULL. To read all rows:
       while ((run = gem5art_next_run(iter, &error)) != NULL) puts(run->name);
       if (gem5art_iter_step(iter) == GEM5ART_FAILED) fprintf(stderr, "%s\n", error.message); */
GEM5ARTDEF gem5art_step gem5art_iter_step(const gem5art_iter *iter);

/* Write a run or an artifact as its record: each field in the stored order, then the unknown fields of its `record`.
   NULL: null. */
GEM5ARTDEF void gem5art_json_run(struct gem5art_json_writer *writer, const gem5art_run *run);
GEM5ARTDEF void gem5art_json_artifact(struct gem5art_json_writer *writer, const gem5art_artifact *artifact);

/* The name of field number `index` (from 0) in records of runs, or else of artifacts; NULL after the last one. */
GEM5ARTDEF const char *gem5art_field_name(bool of_runs, size_t index);

/* A piece of text; it needs no NUL at its end. */
typedef struct gem5art_text {
    const char *text;
    size_t length;
} gem5art_text;

typedef enum gem5art_added {
    GEM5ART_ADDED,
    GEM5ART_PRESENT,           /* a record with its id has the same content */
    GEM5ART_CONFLICT           /* a record with its id has different content */
} gem5art_added;

/* The result for one record that was given to gem5art_add_records. */
typedef struct gem5art_addition {
    gem5art_added result;
    char field[64];            /* CONFLICT: the first field that differs, perhaps cut */
    bool hash_present;         /* ADDED: the store has its hash under another id: the same artifact or experiment */
} gem5art_addition;

/* Adds records that are given as JSON objects, as another store or gem5art_next_json has them. All of them are added in
   one append, or none if one of them cannot be read; a record whose id is present is left out, even if its content
   differs. `additions` has room for `count` results. With dry_run nothing is written, and a NULL db is an empty store.
     SYNTAX   a text that is not a JSON object; *bad has its index
     INVALID  a record without an _id, hash or type, or with a value of the wrong kind; *bad
     CORRUPT  a record that does not match its own crc32; *bad
     IO, NOMEM, CORRUPT, BUSY with *bad == count: the store failed
   `bad` may be NULL. */
GEM5ARTDEF bool gem5art_add_records(gem5art_db *db, const gem5art_text *records, size_t count, bool dry_run,
                                    gem5art_addition *additions, size_t *bad, gem5art_error *error);

/* ------------------------------------------------------------------ >>json
   RFC 8259, small and exact. */

typedef enum gem5art_json_type {
    GEM5ART_JSON_NULL,
    GEM5ART_JSON_BOOL,
    GEM5ART_JSON_NUMBER,
    GEM5ART_JSON_STRING,
    GEM5ART_JSON_ARRAY,
    GEM5ART_JSON_OBJECT
} gem5art_json_type;

/* One value of a parsed text. Read-only; lives as long as its root. */
struct gem5art_json {
    gem5art_json_type type;
    bool boolean;              /* BOOL */
    bool is_integer;           /* NUMBER: a whole number, written as one, that fits `integer` */
    int64_t integer;           /* NUMBER, where is_integer */
    double number;             /* NUMBER: the nearest double; infinite where it is too large */
    const char *text;          /* STRING: decoded, with a NUL after it; \udc80-\udcff are bytes 80-ff (PEP 383) */
    size_t length;             /* STRING: bytes of `text`, which may hold NULs */
    const char *raw;           /* the source text, with quotes and escapes; of an ARRAY or OBJECT, all of it */
    size_t raw_length;
    const char *key;           /* a member of an object: its name, decoded, with a NUL after it; else NULL */
    size_t key_length;
    const char *raw_key;       /* with quotes and escapes */
    size_t raw_key_length;
    size_t count;              /* ARRAY, OBJECT: children */
    const gem5art_json *first; /* ARRAY, OBJECT: the first child, or NULL */
    const gem5art_json *next;  /* the next child of the same parent, or NULL */
};

typedef struct gem5art_json_desc {
    size_t max_depth;          /* arrays and objects inside each other; default 128 */
    size_t max_size;           /* bytes of text; default 1 GiB */
} gem5art_json_desc;

/* Parses one value that has only white space around it. Returns its root, to be freed with gem5art_json_free, or NULL:
   SYNTAX (the message has line, column and what was expected; duplicate keys, bytes that are not UTF-8 and NULs are
   errors too), LIMIT, NOMEM. `text` is copied. */
GEM5ARTDEF const gem5art_json *gem5art_json_parse(const char *text, size_t length, const gem5art_json_desc *desc,
                                                  gem5art_error *error);
GEM5ARTDEF void gem5art_json_free(const gem5art_json *root); /* NULL is allowed */

/* The member of an object with this key, or NULL, also if `object` is NULL or not an object, or the key is NULL. */
GEM5ARTDEF const gem5art_json *gem5art_json_get(const gem5art_json *object, const char *key);

/* A writer appends to text that it owns, from gem5art_json_writer_init to gem5art_json_writer_free. After an error (out
   of memory) it writes nothing more, and gem5art_json_take reports it. Doubles have the fewest digits that read back
   exactly, not-a-number and infinities are null, and bytes that are not UTF-8 are \udc80-\udcff, as in PEP 383. */
typedef struct gem5art_json_writer {
    char *data; /* private, as are all its fields */
    size_t length, capacity;
    int indent, depth;
    bool failed, first, after_key;
} gem5art_json_writer;

GEM5ARTDEF void gem5art_json_writer_init(gem5art_json_writer *writer, int indent); /* 0: all on one line */
GEM5ARTDEF void gem5art_json_writer_free(gem5art_json_writer *writer);
GEM5ARTDEF void gem5art_json_begin_object(gem5art_json_writer *writer);
GEM5ARTDEF void gem5art_json_end_object(gem5art_json_writer *writer);
GEM5ARTDEF void gem5art_json_begin_array(gem5art_json_writer *writer);
GEM5ARTDEF void gem5art_json_end_array(gem5art_json_writer *writer);
GEM5ARTDEF void gem5art_json_key(gem5art_json_writer *writer, const char *key);
GEM5ARTDEF void gem5art_json_null(gem5art_json_writer *writer);
GEM5ARTDEF void gem5art_json_boolean(gem5art_json_writer *writer, bool value);
GEM5ARTDEF void gem5art_json_integer(gem5art_json_writer *writer, int64_t value);
GEM5ARTDEF void gem5art_json_number(gem5art_json_writer *writer, double value);
GEM5ARTDEF void gem5art_json_string(gem5art_json_writer *writer, const char *text); /* NULL: null */
GEM5ARTDEF void gem5art_json_string_n(gem5art_json_writer *writer, const char *text, size_t length);
/* A parsed value: numbers and strings exactly as they were written. NULL: null. */
GEM5ARTDEF void gem5art_json_value(gem5art_json_writer *writer, const gem5art_json *value);
/* A value as text, which must be valid JSON, as from gem5art_next_json: the same tokens in this writer's layout. */
GEM5ARTDEF void gem5art_json_text(gem5art_json_writer *writer, const char *text, size_t length);
/* Returns the text written since the last take, valid until the writer's next use; NULL: NOMEM. Take long texts in
   parts. */
GEM5ARTDEF const char *gem5art_json_take(gem5art_json_writer *writer, size_t *length, gem5art_error *error);

/* ---------------------------------------------------------------- >>hashes
   SHA-256 (FIPS 180-4), by CPU instructions if there are any; MD5 (RFC 1321), for gem5art's hashes; CRC-32 (zip's). */

typedef struct gem5art_sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    uint8_t block[64];
} gem5art_sha256;

typedef struct gem5art_md5 {
    uint32_t state[4];
    uint64_t length;
    uint8_t block[64];
} gem5art_md5;

GEM5ARTDEF void gem5art_sha256_init(gem5art_sha256 *hash);
GEM5ARTDEF void gem5art_sha256_update(gem5art_sha256 *hash, const void *data, size_t length);
GEM5ARTDEF void gem5art_sha256_final(gem5art_sha256 *hash, char hex[65]);
GEM5ARTDEF void gem5art_md5_init(gem5art_md5 *hash);
GEM5ARTDEF void gem5art_md5_update(gem5art_md5 *hash, const void *data, size_t length);
GEM5ARTDEF void gem5art_md5_final(gem5art_md5 *hash, char hex[33]);
/* crc: 0 in the first call, then the previous result. */
GEM5ARTDEF uint32_t gem5art_crc32(uint32_t crc, const void *data, size_t length);
/* Sets hex to the SHA-256 of a file of any size, as 64 digits. NOT_FOUND, INVALID (a folder), IO. */
GEM5ARTDEF bool gem5art_sha256_file(const char *path, char hex[65], gem5art_error *error);
/* "portable", "x86 SHA extensions" or "ARMv8 SHA2": what gem5art_sha256_update uses on this machine. */
GEM5ARTDEF const char *gem5art_sha256_implementation(void);

#ifdef __cplusplus
}
#endif

#endif /* GEM5ART_H */
#if defined(GEM5ART_IMPLEMENTATION) && !defined(GEM5ART__IMPLEMENTED)
#define GEM5ART__IMPLEMENTED

/* ============================================================== >>platform
   Calls on files, locks, processes and clocks go through GEM5ART_SYS_* names. A test may define one as a macro, with
   the arguments, result and errno of the call that it replaces, before it includes the header. What the warden does to
   itself, and to its children between fork and exec, is called directly. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#endif
#ifdef GEM5ART_LMDB
#include <lmdb.h>
#include <setjmp.h>
#endif

#if !defined(CLOCK_MONOTONIC) || !defined(O_CLOEXEC) || (defined(__GLIBC__) && !defined(__USE_GNU))
#error "gem5art.h needs POSIX.1-2008: include it before any other header, or compile with -D_GNU_SOURCE"
#endif

typedef char gem5art__needs_64_bit_file_offsets[sizeof(off_t) >= 8 ? 1 : -1]; /* else -D_FILE_OFFSET_BITS=64 */

/* GEM5ART_PORTABLE leaves out every Linux and CPU extra but the locks; each can be left out alone too. */
#if defined(GEM5ART_PORTABLE) || !defined(__linux__)
#undef GEM5ART_NO_VFORK
#undef GEM5ART_NO_PROC
#define GEM5ART_NO_VFORK
#define GEM5ART_NO_PROC
#endif
#if defined(GEM5ART_PORTABLE) && !defined(GEM5ART_NO_SHA_EXTENSIONS)
#define GEM5ART_NO_SHA_EXTENSIONS
#endif

#ifndef F_OFD_SETLK
#error "gem5art.h needs open file description locks (F_OFD_SETLK), which this system does not have"
#endif

#if defined(GEM5ART_MALLOC) && defined(GEM5ART_REALLOC) && defined(GEM5ART_FREE)
#elif !defined(GEM5ART_MALLOC) && !defined(GEM5ART_REALLOC) && !defined(GEM5ART_FREE)
#define GEM5ART_MALLOC(size) malloc(size)
#define GEM5ART_REALLOC(memory, size) realloc(memory, size)
#define GEM5ART_FREE(memory) free(memory)
#else
#error "define all of GEM5ART_MALLOC, GEM5ART_REALLOC and GEM5ART_FREE, or none"
#endif

/* ---- compile-time numbers; see "Compile-time options" */

#ifndef GEM5ART_BEAT_SECONDS
#define GEM5ART_BEAT_SECONDS 5.0
#endif
#ifndef GEM5ART_WATCH_SECONDS
#define GEM5ART_WATCH_SECONDS 1.0
#endif
#ifndef GEM5ART_GIT_SECONDS
#define GEM5ART_GIT_SECONDS 3.0
#endif
#ifndef GEM5ART_MAX_JOBS
#define GEM5ART_MAX_JOBS 1024
#endif
#ifndef GEM5ART_MAX_NAME
#define GEM5ART_MAX_NAME 4096
#endif
#ifndef GEM5ART_MAX_COMMAND
#define GEM5ART_MAX_COMMAND 1048576
#endif
#ifndef GEM5ART_LMDB_MAP
#define GEM5ART_LMDB_MAP ((size_t)1 << (sizeof(void *) > 4 ? 36 : 28)) /* 64 GiB; 256 MiB on 32-bit systems */
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- system calls. Each is a function unless a test has defined a macro of its name. The parentheses around the name
   keep that macro, which must take arguments, from being expanded in the definition. */

#define GEM5ART__SYS(type, name, parameters, call) \
    GEM5ART__MAYBE_UNUSED static type (GEM5ART_SYS_##name) parameters { return call; }

GEM5ART__SYS(int, OPEN, (const char *path, int flags, mode_t mode), open(path, flags, mode))
GEM5ART__SYS(int, OPENAT, (int folder, const char *path, int flags, mode_t mode), openat(folder, path, flags, mode))
GEM5ART__SYS(int, CLOSE, (int fd), close(fd))
GEM5ART__SYS(ssize_t, READ, (int fd, void *data, size_t size), read(fd, data, size))
GEM5ART__SYS(ssize_t, WRITE, (int fd, const void *data, size_t size), write(fd, data, size))
GEM5ART__SYS(ssize_t, PREAD, (int fd, void *data, size_t size, off_t offset), pread(fd, data, size, offset))
GEM5ART__SYS(ssize_t, PWRITE, (int fd, const void *data, size_t size, off_t offset), pwrite(fd, data, size, offset))
GEM5ART__SYS(int, FTRUNCATE, (int fd, off_t size), ftruncate(fd, size))
GEM5ART__SYS(int, FDATASYNC, (int fd), fdatasync(fd))
GEM5ART__SYS(int, FSYNC, (int fd), fsync(fd))
GEM5ART__SYS(int, FSTAT, (int fd, struct stat *result), fstat(fd, result))
GEM5ART__SYS(int, STAT, (const char *path, struct stat *result), stat(path, result))
GEM5ART__SYS(int, LSTAT, (const char *path, struct stat *result), lstat(path, result))
GEM5ART__SYS(int, FSTATAT, (int folder, const char *path, struct stat *result, int flags),
             fstatat(folder, path, result, flags))
GEM5ART__SYS(int, STATVFS, (const char *path, struct statvfs *result), statvfs(path, result))
GEM5ART__SYS(int, ACCESS, (const char *path, int mode), access(path, mode))
GEM5ART__SYS(int, FCHMOD, (int fd, mode_t mode), fchmod(fd, mode))
GEM5ART__SYS(int, FCHOWN, (int fd, uid_t user, gid_t group), fchown(fd, user, group))
GEM5ART__SYS(int, FUTIMENS, (int fd, const struct timespec times[2]), futimens(fd, times))
GEM5ART__SYS(int, RENAME, (const char *from, const char *to), rename(from, to))
GEM5ART__SYS(int, RENAMEAT, (int from_folder, const char *from, int to_folder, const char *to),
             renameat(from_folder, from, to_folder, to))
GEM5ART__SYS(int, LINK, (const char *from, const char *to), link(from, to))
GEM5ART__SYS(int, UNLINK, (const char *path), unlink(path))
GEM5ART__SYS(int, UNLINKAT, (int folder, const char *path, int flags), unlinkat(folder, path, flags))
GEM5ART__SYS(int, MKDIR, (const char *path, mode_t mode), mkdir(path, mode))
GEM5ART__SYS(int, RMDIR, (const char *path), rmdir(path))
GEM5ART__SYS(ssize_t, READLINK, (const char *path, char *data, size_t size), readlink(path, data, size))
GEM5ART__SYS(ssize_t, READLINKAT, (int folder, const char *path, char *data, size_t size),
             readlinkat(folder, path, data, size))
GEM5ART__SYS(char *, REALPATH, (const char *path, char *resolved), realpath(path, resolved))
GEM5ART__SYS(char *, GETCWD, (char *data, size_t size), getcwd(data, size))
GEM5ART__SYS(DIR *, OPENDIR, (const char *path), opendir(path))
GEM5ART__SYS(DIR *, FDOPENDIR, (int fd), fdopendir(fd))
GEM5ART__SYS(struct dirent *, READDIR, (DIR *dir), readdir(dir))
GEM5ART__SYS(int, REWINDDIR, (DIR *dir), (rewinddir(dir), 0))
GEM5ART__SYS(int, CLOSEDIR, (DIR *dir), closedir(dir))
GEM5ART__SYS(int, FCNTL, (int fd, int command, int value), fcntl(fd, command, value))
GEM5ART__SYS(int, FCNTL_LOCK, (int fd, int command, struct flock *lock), fcntl(fd, command, lock))
GEM5ART__SYS(int, PIPE, (int fds[2]), pipe2(fds, O_CLOEXEC))
GEM5ART__SYS(int, SOCKETPAIR, (int fds[2]), socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
GEM5ART__SYS(ssize_t, SEND, (int fd, const void *data, size_t size), send(fd, data, size, MSG_NOSIGNAL))
GEM5ART__SYS(int, POLL, (struct pollfd *fds, nfds_t count, int timeout), poll(fds, count, timeout))
GEM5ART__SYS(int, PPOLL, (struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask),
             ppoll(fds, count, timeout, mask))
GEM5ART__SYS(pid_t, FORK, (void), fork())
GEM5ART__SYS(int, EXECVE, (const char *path, char *const argv[], char *const envp[]), execve(path, argv, envp))
GEM5ART__SYS(int, POSIX_SPAWNP, (pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
              const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]),
             posix_spawnp(pid, file, actions, attributes, argv, envp))
GEM5ART__SYS(pid_t, WAITPID, (pid_t pid, int *status, int options), waitpid(pid, status, options))
GEM5ART__SYS(int, WAITID, (idtype_t type, id_t id, siginfo_t *info, int options), waitid(type, id, info, options))
GEM5ART__SYS(pid_t, WAIT4, (pid_t pid, int *status, int options, struct rusage *usage),
             wait4(pid, status, options, usage))
GEM5ART__SYS(int, KILL, (pid_t pid, int number), kill(pid, number))
GEM5ART__SYS(int, CLOCK_GETTIME, (clockid_t clock, struct timespec *result), clock_gettime(clock, result))
GEM5ART__SYS(int, PTHREAD_CREATE, (pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *),
              void *argument), pthread_create(thread, attributes, function, argument))

/* Calls that some systems lack are macros, so that the code can test for them. */
#if defined(__linux__) && !defined(GEM5ART_PORTABLE)
GEM5ART__SYS(ssize_t, COPY_FILE_RANGE, (int from, int to, size_t size), copy_file_range(from, NULL, to, NULL, size, 0))
#ifndef GEM5ART_SYS_STATFS
#define GEM5ART_SYS_STATFS(path, result) statfs(path, result)
#endif
#ifndef GEM5ART_SYS_PRCTL
#define GEM5ART_SYS_PRCTL(option, value) prctl(option, value, 0, 0, 0)
#endif
#if defined(CPU_COUNT) && !defined(GEM5ART_SYS_SCHED_GETAFFINITY)
#define GEM5ART_SYS_SCHED_GETAFFINITY(pid, size, set) sched_getaffinity(pid, size, set)
#endif
#endif
#if !defined(GEM5ART_NO_VFORK) && !defined(GEM5ART_SYS_CLONE_VM) /* a child that shares the memory, on its own stack */
#define GEM5ART_SYS_CLONE_VM(function, stack, argument) clone(function, stack, CLONE_VM | SIGCHLD, argument)
#endif
#ifndef GEM5ART_NO_PROC
GEM5ART__SYS(long, GETDENTS64, (int fd, void *data, size_t size), syscall(SYS_getdents64, fd, data, size))
#if defined(SYS_pidfd_send_signal) && !defined(GEM5ART_SYS_PIDFD_SEND_SIGNAL)
#define GEM5ART_SYS_PIDFD_SEND_SIGNAL(fd, signal) syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0)
#endif
#endif

/* ---- descriptors: interrupted calls are repeated, partial ones continued. On failure errno has the reason. */

/* Moves a descriptor above stderr's, if the host has closed stdin, stdout or stderr. */
static int gem5art__above_standard(int fd) {
    int higher = fd, saved;
    if (fd >= 0 && fd <= 2) {
        higher = GEM5ART_SYS_FCNTL(fd, F_DUPFD_CLOEXEC, 3), saved = errno;
        GEM5ART_SYS_CLOSE(fd);
        errno = saved;
    }
    return higher;
}

static int gem5art__open(const char *path, int flags, mode_t mode) {
    int fd;
    do fd = GEM5ART_SYS_OPEN(path, flags | O_CLOEXEC, mode); while (fd < 0 && errno == EINTR);
    return gem5art__above_standard(fd);
}

/* As gem5art__open, for a name in an open folder. */
static int gem5art__open_in(int folder, const char *name, int flags, mode_t mode) {
    int fd;
    do fd = GEM5ART_SYS_OPENAT(folder, name, flags | O_CLOEXEC, mode); while (fd < 0 && errno == EINTR);
    return gem5art__above_standard(fd);
}

/* Keeps errno; -1 is ignored. */
GEM5ART__NOINLINE static void gem5art__close(int fd) {
    int saved = errno;
    if (fd >= 0) GEM5ART_SYS_CLOSE(fd);
    errno = saved;
}

/* As gem5art__close, for a folder of opendir; NULL is ignored. */
static void gem5art__close_folder(DIR *folder) {
    int saved = errno;
    if (folder) GEM5ART_SYS_CLOSEDIR(folder);
    errno = saved;
}

/* Closes a file that was written: over NFS a write may fail only now. (An interrupted close has closed it.) */
static bool gem5art__close_written(int fd) { return GEM5ART_SYS_CLOSE(fd) == 0 || errno == EINTR; }

static ssize_t gem5art__read_some(int fd, void *data, size_t size) {
    ssize_t n;
    do n = GEM5ART_SYS_READ(fd, data, size); while (n < 0 && errno == EINTR);
    return n;
}

/* Reads `size` bytes, or fewer where the file ends; *got has the number. */
static bool gem5art__read_at(int fd, void *data, size_t size, off_t offset, size_t *got) {
    *got = 0;
    while (*got < size) {
        ssize_t n = GEM5ART_SYS_PREAD(fd, (char *)data + *got, size - *got, offset + (off_t)*got);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        if (n == 0) break;
        *got += (size_t)n;
    }
    return true;
}

/* Writes all of the data; a negative offset: at the descriptor's position. */
static bool gem5art__write_at(int fd, const void *data, size_t size, off_t offset) {
    const char *bytes = (const char *)data;
    size_t done = 0;
    while (done < size) {
        ssize_t n = offset < 0 ? GEM5ART_SYS_WRITE(fd, bytes + done, size - done)
                               : GEM5ART_SYS_PWRITE(fd, bytes + done, size - done, offset + (off_t)done);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = ENOSPC;
        if (n <= 0) return false;
        done += (size_t)n;
    }
    return true;
}

static bool gem5art__write_all(int fd, const void *data, size_t size) { return gem5art__write_at(fd, data, size, -1); }

static bool gem5art__truncate(int fd, off_t size) {
    int result;
    do result = GEM5ART_SYS_FTRUNCATE(fd, size); while (result < 0 && errno == EINTR);
    return result == 0;
}

static bool gem5art__datasync(int fd) {
    int result;
    do result = GEM5ART_SYS_FDATASYNC(fd); while (result < 0 && errno == EINTR);
    return result == 0;
}

static bool gem5art__sync(int fd) {
    int result;
    do result = GEM5ART_SYS_FSYNC(fd); while (result < 0 && errno == EINTR);
    return result == 0;
}

/* Moves a new pair of descriptors above the standard ones. `result`: of the call that made it. */
static bool gem5art__take_pair(int fds[2], int result) {
    if (result < 0) return false;
    fds[0] = gem5art__above_standard(fds[0]);
    fds[1] = gem5art__above_standard(fds[1]);
    if (fds[0] >= 0 && fds[1] >= 0) return true;
    gem5art__close(fds[0]);
    gem5art__close(fds[1]);
    fds[0] = fds[1] = -1;
    return false;
}

static bool gem5art__pipe(int fds[2]) { return gem5art__take_pair(fds, GEM5ART_SYS_PIPE(fds)); }
static bool gem5art__sockets(int fds[2]) { return gem5art__take_pair(fds, GEM5ART_SYS_SOCKETPAIR(fds)); }

static bool gem5art__set_nonblocking(int fd) {
    int flags = GEM5ART_SYS_FCNTL(fd, F_GETFL, 0);
    return flags >= 0 && GEM5ART_SYS_FCNTL(fd, F_SETFL, flags | O_NONBLOCK) >= 0;
}

/* ---- clocks and random numbers */

GEM5ART__NOINLINE static double gem5art__clock(clockid_t clock) {
    struct timespec t;
    if (GEM5ART_SYS_CLOCK_GETTIME(clock, &t) < 0) return 0;
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double gem5art__now(void) { return gem5art__clock(CLOCK_REALTIME); }
static double gem5art__monotonic(void) { return gem5art__clock(CLOCK_MONOTONIC); }

static bool gem5art__random(void *data, size_t size) {
    int fd = gem5art__open("/dev/urandom", O_RDONLY, 0);
    size_t got;
    bool ok = fd >= 0 && gem5art__read_at(fd, data, size, 0, &got) && got == size;
    gem5art__close(fd);
    return ok;
}

/* ---- file systems */

/* The name of the network file system that holds a path; NULL: it is on a local one, or the system does not report it.
   *settling: the seconds for which a file must have been left alone before its times prove it unchanged. That is more
   than the granularity of times (a kernel's tick, 10 ms) and, where another machine sets them, the error of its clock.
   Negative: the times prove nothing. */
static const char *gem5art__file_system(const char *path, double *settling) {
#ifdef GEM5ART_SYS_STATFS
    static const struct {
        unsigned long type;
        const char *name; /* NULL: not a network file system */
        int settling;
    } kinds[] = {
        {0x6969, "NFS", 60},      {0x517b, "SMB", 60},      {0xff534d42, "CIFS", 60},  {0xfe534d42, "SMB2", 60},
        {0x5346414f, "AFS", 60},  {0x6b414653, "AFS", 60},  {0x73757245, "Coda", 60},  {0x01021997, "9P", -1},
        {0x0bd00bd0, "Lustre", 60}, {0x47504653, "GPFS", 60}, {0x00c36400, "Ceph", 60}, {0x7461636f, "OCFS2", 60},
        {0x19830326, "BeeGFS", 60}, {0xaad7aaea, "PanFS", 60},
        {0x65735546, NULL, -1}, {0x786f4256, NULL, -1}, /* FUSE; VirtualBox's shared folders */
        {0x4d44, NULL, -1},     {0x2011bab0, NULL, -1}}; /* FAT, exFAT: no ctime */
    struct statfs fs;
    size_t i;
    bool ok = GEM5ART_SYS_STATFS(path, &fs) == 0;
    *settling = ok ? 3 : -1;
    for (i = 0; ok && i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].type != ((unsigned long)fs.f_type & 0xffffffff)) continue;
        *settling = kinds[i].settling;
        return kinds[i].name;
    }
#else
    (void)path;
    *settling = 60;
#endif
    return NULL;
}

/* Is something mounted at this very path? Linux 5.8 and later report it. */
GEM5ART__MAYBE_UNUSED static bool gem5art__is_mount_point(const char *path) {
#if defined(STATX_ATTR_MOUNT_ROOT) && !defined(GEM5ART_PORTABLE)
    struct statx st;
    return statx(AT_FDCWD, path, 0, 0, &st) == 0 && (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
#else
    return (void)path, false;
#endif
}

/* ---- cancelling long work in a worker's thread: code that reads a lot, or waits, polls gem5art__given_up */

typedef struct gem5art__long_work {
    pthread_mutex_t *mutex; /* guards given_up; NULL: only this thread uses this struct */
    bool given_up;
    void (*beat)(void *data); /* called every GEM5ART_BEAT_SECONDS in the worker's thread; may be NULL */
    void *data;
    double beat_at; /* monotonic */
    uint64_t bytes; /* hashed so far */
} gem5art__long_work;

static __thread gem5art__long_work *gem5art__this_work; /* this thread's, or NULL */

/* True if this thread must end its work early. */
static bool gem5art__given_up(void) {
    gem5art__long_work *work = gem5art__this_work;
    bool given_up;
    if (!work) return false;
    if (work->mutex) pthread_mutex_lock(work->mutex);
    given_up = work->given_up;
    if (work->mutex) pthread_mutex_unlock(work->mutex);
    if (!given_up && work->beat && gem5art__monotonic() >= work->beat_at) {
        work->beat_at = gem5art__monotonic() + GEM5ART_BEAT_SECONDS;
        (work->beat)(work->data);
    }
    return given_up;
}

/* Initializes a condition variable whose timed waits use the monotonic clock. */
static void gem5art__cond_begin(pthread_cond_t *cond) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* With the mutex held: waits for a signal, for at most this many milliseconds. */
static void gem5art__cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int milliseconds) {
    struct timespec until;
    GEM5ART_SYS_CLOCK_GETTIME(CLOCK_MONOTONIC, &until);
    until.tv_nsec += milliseconds % 1000 * 1000000L;
    until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(cond, mutex, &until);
}

/* ---- the processes of a run. Each child has GEM5ART_RUN=ID in its environment, which its descendants inherit in any
   process group or session. Only async-signal-safe calls are made, as the warden searches too. */

enum { GEM5ART__RUN_ID_SIZE = 64, GEM5ART__EXEC_LOOKS = 1000 };

typedef struct gem5art__process {
    pid_t pid;
    int folder;                     /* /proc/PID, open: never that of a later process with this number */
    int looks;                      /* how often this search may still wait for an execve, 1 ms each time */
    char run[GEM5ART__RUN_ID_SIZE]; /* the value of its GEM5ART_RUN */
} gem5art__process;

#ifndef GEM5ART_NO_PROC

/* The fields of /proc/PID/stat that are used, by their number in proc(5). */
enum {
    GEM5ART__STAT_STATE = 3,
    GEM5ART__STAT_START = 22,
    GEM5ART__STAT_MEMORY = 23,
    GEM5ART__STAT_CODE_START = 26,
    GEM5ART__STAT_ENV_START = 50,
    GEM5ART__STAT_ENV_END = 51,
    GEM5ART__STAT_FIELDS
};

/* Reads the fields from an open /proc/PID/stat, without their signs, and closes it. False: no such process. */
static bool gem5art__read_stat(int fd, uint64_t *fields) {
    char text[2048];
    const char *at = NULL;
    size_t got;
    int field = 2; /* the name, in parentheses, may hold anything */
    memset(fields, 0, GEM5ART__STAT_FIELDS * sizeof *fields);
    if (fd >= 0 && gem5art__read_at(fd, text, sizeof text - 1, 0, &got)) {
        text[got] = 0;
        at = strrchr(text, ')');
    }
    gem5art__close(fd);
    if (!at) return false;
    for (at++; *at && field < GEM5ART__STAT_FIELDS; at++) {
        if (*at == ' ') field++;
        else if (field == GEM5ART__STAT_STATE) fields[field] = (unsigned char)*at;
        else if (*at >= '0' && *at <= '9') fields[field] = fields[field] * 10 + (uint64_t)(*at - '0');
    }
    return true;
}

/* Can an environment that was read as empty be another one? During an execve the new memory has none, then an empty one,
   and gets its code last; the old memory's is empty from then on, also where it was opened before. */
static bool gem5art__is_executing(const gem5art__process *process) {
    uint64_t fields[GEM5ART__STAT_FIELDS];
    return gem5art__read_stat(gem5art__open_in(process->folder, "stat", O_RDONLY, 0), fields) &&
           fields[GEM5ART__STAT_MEMORY] && /* neither a zombie nor a thread of the kernel */
           (!fields[GEM5ART__STAT_CODE_START] || !fields[GEM5ART__STAT_ENV_END] ||
            fields[GEM5ART__STAT_ENV_END] != fields[GEM5ART__STAT_ENV_START]);
}

/* Looks for GEM5ART_RUN in a process's environment. *empty: there is nothing in it. */
static bool gem5art__scan_environ(gem5art__process *process, bool *empty) {
    static const char key[] = "GEM5ART_RUN=";
    const size_t key_length = sizeof key - 1, other = SIZE_MAX;
    char chunk[4096];
    size_t at = 0; /* how much of this entry has matched; `other`: it is a different one */
    ssize_t n = -1, i;
    bool found = false;
    int fd = gem5art__open_in(process->folder, "environ", O_RDONLY, 0);
    *empty = true;
    while (fd >= 0 && !found && (n = gem5art__read_some(fd, chunk, sizeof chunk)) > 0)
        for (i = 0, *empty = false; i < n && !found; i++) {
            found = !chunk[i] && at != other && at > key_length;
            if (found) process->run[at - key_length] = 0;
            else if (!chunk[i]) at = 0;
            else if (at < key_length) at = chunk[i] == key[at] ? at + 1 : other;
            else if (at < key_length + GEM5ART__RUN_ID_SIZE - 1) process->run[at++ - key_length] = chunk[i];
            else at = other;
        }
    if (n < 0) *empty = false; /* not known */
    gem5art__close(fd);
    return found;
}

/* Reads GEM5ART_RUN in a process's environment; false: it has none, or its environment is not readable. */
static bool gem5art__read_run_id(gem5art__process *process) {
    bool empty;
    while (!gem5art__scan_environ(process, &empty)) {
        if (!empty || !gem5art__is_executing(process) || process->looks-- <= 0) return false;
        GEM5ART_SYS_POLL(NULL, 0, 1);
    }
    return true;
}

/* The process id that is a name in /proc; 0: it is not a number. */
static pid_t gem5art__proc_pid(const char *name) {
    pid_t pid = 0;
    for (; *name >= '0' && *name <= '9' && pid < 100000000; name++) pid = pid * 10 + (*name - '0');
    return *name ? 0 : pid;
}

/* Does /proc number the processes as this process does? */
static bool gem5art__proc_is_ours(void) {
    char self[16];
    ssize_t n = GEM5ART_SYS_READLINK("/proc/self", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    return gem5art__proc_pid(self) == getpid();
}

/* Sends a signal to a process whose environment was read, but not to a later process with its number: the folder
   identifies the process. Where pidfd_send_signal does not exist or is forbidden, the environment is read again right
   before the signal. False: the process has ended. Decides nothing by errno, as it also runs in the warden. */
static bool gem5art__signal_process(gem5art__process *process, int number) {
#ifdef GEM5ART_SYS_PIDFD_SEND_SIGNAL
    if (GEM5ART_SYS_PIDFD_SEND_SIGNAL(process->folder, number) == 0) return true;
#endif
    return gem5art__read_run_id(process) && (GEM5ART_SYS_KILL(process->pid, number) == 0 || errno == EPERM);
}

/* Calls `visit` for each process of this user that belongs to a run. Neither this process nor its parent is one. */
static void gem5art__visit_processes(void (*visit)(void *context, gem5art__process *process), void *context) {
    enum { GEM5ART__LENGTH_AT = 16, GEM5ART__NAME_AT = 19 }; /* in a struct linux_dirent64 */
    gem5art__process process;
    struct stat st;
    union {
        char bytes[8192];
        uint64_t aligned;
    } entries;
    long n, at;
    int fd = gem5art__proc_is_ours() ? gem5art__open("/proc", O_RDONLY | O_DIRECTORY, 0) : -1;
    process.looks = GEM5ART__EXEC_LOOKS;
    while (fd >= 0 && (n = GEM5ART_SYS_GETDENTS64(fd, entries.bytes, sizeof entries)) > 0) {
        uint16_t length;
        for (at = 0; at < n; at += length) {
            const char *name = entries.bytes + at + GEM5ART__NAME_AT;
            memcpy(&length, entries.bytes + at + GEM5ART__LENGTH_AT, sizeof length);
            process.pid = gem5art__proc_pid(name);
            if (!process.pid || process.pid == getpid() || process.pid == getppid()) continue;
            process.folder = gem5art__open_in(fd, name, O_RDONLY | O_DIRECTORY, 0);
            if (process.folder >= 0 && GEM5ART_SYS_FSTAT(process.folder, &st) == 0 && st.st_uid == geteuid() &&
                gem5art__read_run_id(&process))
                (visit)(context, &process);
            gem5art__close(process.folder);
        }
    }
    gem5art__close(fd);
}

typedef struct gem5art__run_search {
    const char *run;
    int number, found;
} gem5art__run_search;

static void gem5art__found_process(void *context, gem5art__process *process) {
    gem5art__run_search *search = (gem5art__run_search *)context;
    if (strcmp(process->run, search->run) == 0) search->found += gem5art__signal_process(process, search->number);
}
#endif

/* Sends a signal (0: none) to each of this user's processes of a run on this machine, and returns their number. With
   SIGKILL, call it until it returns 0. Without /proc it finds none. */
static int gem5art__end_processes_of(const char *run_id, int number) {
#ifdef GEM5ART_NO_PROC
    (void)run_id, (void)number;
    return 0;
#else
    gem5art__run_search search = {run_id, number, 0};
    gem5art__visit_processes(gem5art__found_process, &search);
    return search.found;
#endif
}

/* ---- locks of single bytes in a file: see LOCKS in the manual. No call waits in the kernel for one. */

GEM5ART__NOINLINE static int gem5art__lock_call(int fd, int command, short type, int64_t byte, struct flock *lock) {
    int result;
    do {
        memset(lock, 0, sizeof *lock);
        lock->l_type = type;
        lock->l_whence = SEEK_SET;
        lock->l_start = (off_t)byte;
        lock->l_len = 1;
        result = GEM5ART_SYS_FCNTL_LOCK(fd, command, lock);
    } while (result < 0 && errno == EINTR);
    return result;
}

/* Locks a byte of a file that is open for writing. False with EAGAIN: another handle has locked it. */
static bool gem5art__lock(int fd, int64_t byte) {
    struct flock lock;
    return gem5art__lock_call(fd, F_OFD_SETLK, F_WRLCK, byte, &lock) == 0;
}

static void gem5art__unlock(int fd, int64_t byte) {
    struct flock lock;
    int saved = errno;
    gem5art__lock_call(fd, F_OFD_SETLK, F_UNLCK, byte, &lock);
    errno = saved;
}

/* How a descriptor other than `fd` has locked the byte: F_UNLCK (not at all), F_RDLCK (by a program without this
   library) or F_WRLCK, also where the system does not report it. */
static short gem5art__lock_seen(int fd, int64_t byte) {
    struct flock lock;
    return gem5art__lock_call(fd, F_OFD_GETLK, F_WRLCK, byte, &lock) < 0 ? (short)F_WRLCK : lock.l_type;
}

/* ================================================================ >>memory */

/* Zeroed memory, or NULL. */
static void *gem5art__alloc(size_t size) {
    void *memory = GEM5ART_MALLOC(size ? size : 1);
    if (memory) memset(memory, 0, size);
    return memory;
}

GEM5ART__NOINLINE static void gem5art__free(void *memory) {
    if (memory) GEM5ART_FREE(memory);
}

/* An arena: many small things with one lifetime. A failed allocation sticks in `failed`. */

typedef struct gem5art__block {
    struct gem5art__block *next;
    size_t used, size; /* of the bytes that follow this head */
} gem5art__block;

typedef struct gem5art__arena {
    gem5art__block *blocks;
    bool failed;
} gem5art__arena;

#ifndef GEM5ART__ARENA_MOST
#define GEM5ART__ARENA_MOST 262144 /* bytes of a block, unless one allocation needs more */
#endif
#define GEM5ART__ALIGN(n) (((n) + 15u) & ~(size_t)15u)
#define GEM5ART__BLOCK_HEAD GEM5ART__ALIGN(sizeof(gem5art__block))

/* Aligned for anything, not zeroed; NULL when out of memory. */
static void *gem5art__arena_room(gem5art__arena *arena, size_t size) {
    gem5art__block *block = arena->blocks;
    if (size > SIZE_MAX / 4) return arena->failed = true, (void *)NULL;
    size = GEM5ART__ALIGN(size ? size : 1);
    if (!block || block->size - block->used < size) {
        size_t next = block ? block->size * 2 : 1024;
        if (next > GEM5ART__ARENA_MOST) next = GEM5ART__ARENA_MOST;
        if (next < size) next = size;
        block = (gem5art__block *)GEM5ART_MALLOC(GEM5ART__BLOCK_HEAD + next);
        if (!block) return arena->failed = true, (void *)NULL;
        block->next = arena->blocks;
        block->used = 0;
        block->size = next;
        arena->blocks = block;
    }
    block->used += size;
    return (char *)block + GEM5ART__BLOCK_HEAD + block->used - size;
}

/* The same, zeroed. */
GEM5ART__NOINLINE static void *gem5art__arena_alloc(gem5art__arena *arena, size_t size) {
    void *memory = gem5art__arena_room(arena, size);
    return memory ? memset(memory, 0, size) : NULL;
}

GEM5ART__NOINLINE static char *gem5art__arena_copy_n(gem5art__arena *arena, const char *text, size_t length) {
    char *copy = (char *)gem5art__arena_room(arena, length + 1);
    if (!copy) return NULL;
    if (length) memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

/* NULL stays NULL. */
GEM5ART__NOINLINE static char *gem5art__arena_copy(gem5art__arena *arena, const char *text) {
    return text ? gem5art__arena_copy_n(arena, text, strlen(text)) : NULL;
}

GEM5ART__NOINLINE static void gem5art__arena_free(gem5art__arena *arena) {
    while (arena->blocks) {
        gem5art__block *next = arena->blocks->next;
        GEM5ART_FREE(arena->blocks);
        arena->blocks = next;
    }
    arena->failed = false;
}

/* ================================================================== >>text */

/* A growing text, NUL-terminated once something was put. A failed allocation sticks in `failed`, to be checked once. */
typedef struct gem5art__buf {
    char *data;
    size_t length, capacity;
    bool failed;
} gem5art__buf;

static bool gem5art__reserve(gem5art__buf *buf, size_t more) {
    size_t need = buf->length + more + 1, capacity = buf->capacity ? buf->capacity : 64;
    char *data;
    if (buf->failed) return false;
    if (need <= buf->capacity) return true;
    if (more > SIZE_MAX / 4 || need > SIZE_MAX / 4) return buf->failed = true, false;
    while (capacity < need) capacity *= 2;
    data = (char *)GEM5ART_REALLOC(buf->data, capacity);
    if (!data) return buf->failed = true, false;
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

GEM5ART__NOINLINE static void gem5art__put(gem5art__buf *buf, const void *data, size_t length) {
    if (!gem5art__reserve(buf, length)) return;
    if (length) memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = 0;
}

static void gem5art__puts(gem5art__buf *buf, const char *text) { gem5art__put(buf, text, strlen(text)); }

static void gem5art__putf(gem5art__buf *buf, const char *format, ...) GEM5ART__PRINTF(2, 3);
static void gem5art__putf(gem5art__buf *buf, const char *format, ...) {
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !gem5art__reserve(buf, (size_t)length)) {
        buf->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(buf->data + buf->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buf->length += (size_t)length;
}

GEM5ART__NOINLINE static void gem5art__buf_free(gem5art__buf *buf) {
    gem5art__free(buf->data);
    memset(buf, 0, sizeof *buf);
}

static char *gem5art__arena_printf(gem5art__arena *arena, const char *format, ...) GEM5ART__PRINTF(2, 3);
static char *gem5art__arena_printf(gem5art__arena *arena, const char *format, ...) {
    va_list arguments;
    char *text = NULL;
    int length;
    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0) text = (char *)gem5art__arena_room(arena, (size_t)length + 1);
    if (!text) return arena->failed = true, (char *)NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

/* A word quoted for a POSIX shell, for a command in a message; NULL when out of memory. */
static char *gem5art__shell_word(gem5art__arena *arena, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,+@%-";
    char *quoted, *to;
    if (*word && !word[strspn(word, plain)]) return gem5art__arena_copy(arena, word);
    quoted = to = (char *)gem5art__arena_alloc(arena, 4 * strlen(word) + 3);
    if (!quoted) return NULL;
    for (*to++ = '\''; *word; word++) {
        if (*word == '\'') memcpy(to, "'\\'", 3), to += 3;
        *to++ = *word;
    }
    *to = '\'';
    return quoted;
}

GEM5ART__NOINLINE static bool gem5art__starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

static bool gem5art__ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && memcmp(text + n - m, end, m) == 0;
}

static bool gem5art__empty(const char *text) { return !text || !*text; }
static bool gem5art__is_digit(char c) { return c >= '0' && c <= '9'; }
static bool gem5art__is_space(int byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

/* The part of a path after its last slash. */
static const char *gem5art__base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int gem5art__hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static void gem5art__hex(const uint8_t *bytes, size_t count, char *hex) {
    size_t i;
    for (i = 0; i < count; i++) {
        *hex++ = "0123456789abcdef"[bytes[i] >> 4];
        *hex++ = "0123456789abcdef"[bytes[i] & 15];
    }
    *hex = 0;
}

/* ---- errors */

GEM5ART__NOINLINE static void gem5art__clear(gem5art_error *error) {
    if (!error) return;
    error->code = GEM5ART_OK;
    error->message[0] = 0;
}

/* Fills in the error and returns false, for `return gem5art__fail(...)`. */
static bool gem5art__fail(gem5art_error *error, gem5art_code code, const char *format, ...) GEM5ART__PRINTF(3, 4);
static bool gem5art__fail(gem5art_error *error, gem5art_code code, const char *format, ...) {
    va_list arguments;
    int length;
    if (!error) return false;
    error->code = code;
    va_start(arguments, format);
    length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof error->message) strcpy(error->message + sizeof error->message - 4, "...");
    return false;
}

/* Returns false with an error that another call has filled in. */
static bool gem5art__pass_on(gem5art_error *error, const gem5art_error *why) {
    if (error) *error = *why;
    return false;
}

GEM5ART__NOINLINE static bool gem5art__fail_nomem(gem5art_error *error) {
    return gem5art__fail(error, GEM5ART_NOMEM, "out of memory");
}

/* Clears the error, and fails if an argument is NULL. */
GEM5ART__NOINLINE static bool gem5art__need(const void *thing, const char *what, gem5art_error *error) {
    gem5art__clear(error);
    return thing ? true : gem5art__fail(error, GEM5ART_INVALID, "%s is missing: it is NULL", what);
}

/* "cannot WHAT PATH: " and errno's text, with the code for errno. */
static bool gem5art__fail_errno(gem5art_error *error, const char *what, const char *path) {
    int number = errno;
    gem5art_code code = number == ENOENT || number == ENOTDIR ? GEM5ART_NOT_FOUND
                        : number == ENOMEM                    ? GEM5ART_NOMEM
                                                              : GEM5ART_IO;
    return gem5art__fail(error, code, "cannot %s %.700s: %s", what, path, strerror(number));
}

/* ---- ids and temporary names */

/* True for a UUID in its usual form. Only then may an id be part of a file's name. */
static bool gem5art__is_uuid(const char *text) {
    int i;
    for (i = 0; i < 36; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : gem5art__hex_digit(text[i]) < 0) return false;
    return text[36] == 0;
}

/* A random UUID (RFC 9562, version 4). */
static bool gem5art__uuid(char text[37], gem5art_error *error) {
    uint8_t b[16];
    char hex[33];
    if (!gem5art__random(b, sizeof b))
        return gem5art__fail(error, GEM5ART_IO, "cannot read random bytes from /dev/urandom");
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    gem5art__hex(b, sizeof b, hex);
    snprintf(text, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    return true;
}

/* "PATH.tmp-" and 16 hex digits: a name beside a file, for its replacement. Two threads or processes may get the same
   name, though hardly ever: the caller creates the file with O_EXCL. */
static bool gem5art__temporary_name(gem5art__buf *name, const char *path, gem5art_error *error) {
    struct timespec now;
    uint64_t number = (uint64_t)(uintptr_t)&now; /* differs in each thread and, by ASLR, in each process */
    GEM5ART_SYS_CLOCK_GETTIME(CLOCK_MONOTONIC, &now);
    number = (number ^ (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec) * 0x9e3779b97f4a7c15u;
    name->length = 0;
    gem5art__putf(name, "%s.tmp-%016llx", path, (unsigned long long)number);
    return name->failed ? (errno = ENOMEM, gem5art__fail_nomem(error)) : true;
}

/* ---- whole files */

/* Reads and closes a regular file of at most `max` bytes; `path` is for errors. fd -1: errno. *seen (or NULL): its
   state. */
static bool gem5art__read_open_file(int fd, const char *path, size_t max, gem5art__buf *text, struct stat *seen,
                                    gem5art_error *error) {
    struct stat st;
    size_t got = 0;
    bool ok = false;
    text->length = 0;
    if (fd < 0 || GEM5ART_SYS_FSTAT(fd, &st) < 0) gem5art__fail_errno(error, "read", path);
    else if (!S_ISREG(st.st_mode))
        gem5art__fail(error, GEM5ART_INVALID, "%s is not a file: give the path of a file", path);
    else if ((uintmax_t)st.st_size > max)
        gem5art__fail(error, GEM5ART_LIMIT, "%s is larger than %zu bytes, the limit for such a file", path, max);
    else if (!gem5art__reserve(text, (size_t)st.st_size + 1)) gem5art__fail_nomem(error);
    else if (!gem5art__read_at(fd, text->data, (size_t)st.st_size, 0, &got)) gem5art__fail_errno(error, "read", path);
    else ok = true;
    if (ok && seen) *seen = st;
    gem5art__close(fd);
    text->length = ok ? got : 0;
    if (text->data) text->data[text->length] = 0;
    return ok;
}

static bool gem5art__read_file(const char *path, size_t max, gem5art__buf *text, gem5art_error *error) {
    return gem5art__read_open_file(gem5art__open(path, O_RDONLY | O_NONBLOCK, 0), path, max, text, NULL, error);
}

#ifndef GEM5ART_NO_PROC
/* The text after `key` in a file of /proc, up to the end of its line; "" if there is none. */
static const char *gem5art__proc_text(gem5art__arena *arena, const char *path, const char *key) {
    enum { GEM5ART__PROC_CHUNK = 8192 };
    gem5art__buf text = {NULL, 0, 0, false};
    const char *at = NULL, *found = "";
    size_t got = 1;
    int fd = gem5art__open(path, O_RDONLY, 0);
    while (fd >= 0 && got && !(at && strchr(at, '\n')) && gem5art__reserve(&text, GEM5ART__PROC_CHUNK) &&
           gem5art__read_at(fd, text.data + text.length, GEM5ART__PROC_CHUNK, (off_t)text.length, &got)) {
        text.data[text.length += got] = 0;
        at = strstr(text.data, key);
    }
    gem5art__close(fd);
    if (at) {
        at += strlen(key);
        at += strspn(at, " \t:");
        found = gem5art__arena_copy_n(arena, at, strcspn(at, "\n"));
    }
    gem5art__buf_free(&text);
    return found ? found : "";
}
#endif

typedef enum gem5art__put_file_mode {
    GEM5ART__REPLACE,      /* replace an existing file */
    GEM5ART__KEEP_EXISTING /* fail with EEXIST, code EXISTS; for paths only, not in a folder */
} gem5art__put_file_mode;

/* Makes the names in a folder durable. */
static bool gem5art__sync_folder(const char *path) {
    int fd = gem5art__open(path, O_RDONLY | O_DIRECTORY, 0);
    bool ok = fd >= 0 && (gem5art__sync(fd) || errno == EINVAL || errno == EROFS);
    gem5art__close(fd);
    return ok;
}

/* Makes the name of a file durable, by syncing its folder. */
static bool gem5art__sync_name(const char *path) {
    char folder[4096]; /* the kernel takes no longer path; nothing is allocated once a change is made */
    size_t length = (size_t)(gem5art__base_name(path) - path);
    if (length >= sizeof folder) return errno = ENAMETOOLONG, false;
    memcpy(folder, path, length);
    folder[length > 1 ? length - 1 : length] = 0; /* without its last slash */
    return gem5art__sync_folder(length ? folder : ".");
}

/* A file that is written whole or not at all, under a temporary name: begin, write to `fd`, and commit or abort, which
   free it. The path is relative to `folder`, an open folder; -1: the current one. */
typedef struct gem5art__new_file {
    int folder, fd;
    const char *path; /* the caller's */
    gem5art__buf temporary;
    bool made;
} gem5art__new_file;

static void gem5art__abort_file(gem5art__new_file *file) {
    int saved = errno;
    gem5art__close(file->fd);
    if (file->made && file->folder < 0) GEM5ART_SYS_UNLINK(file->temporary.data);
    else if (file->made) GEM5ART_SYS_UNLINKAT(file->folder, file->temporary.data, 0);
    gem5art__buf_free(&file->temporary);
    errno = saved;
}

static bool gem5art__begin_file(gem5art__new_file *file, int folder, const char *path, mode_t permissions,
                                gem5art_error *error) {
    const int flags = O_RDWR | O_CREAT | O_EXCL;
    int tries = 0;
    memset(file, 0, sizeof *file);
    file->folder = folder;
    file->path = path;
    file->fd = -1;
    while (gem5art__temporary_name(&file->temporary, path, error)) {
        file->fd = folder < 0 ? gem5art__open(file->temporary.data, flags, permissions)
                              : gem5art__open_in(folder, file->temporary.data, flags, permissions);
        if (file->fd >= 0) return file->made = true;
        if (errno == EEXIST && tries++ < 10) continue;
        gem5art__fail_errno(error, "write", path);
        break;
    }
    gem5art__abort_file(file);
    return false;
}

/* Syncs and closes what was written. On failure errno has the reason. */
static bool gem5art__finish_file(gem5art__new_file *file, bool durable) {
    int fd = file->fd;
    if (durable && !gem5art__datasync(fd)) return false;
    file->fd = -1;
    return gem5art__close_written(fd);
}

/* Gives the finished file its name. A link never replaces a file; without links, lstat and rename are used. */
static bool gem5art__name_file(const gem5art__new_file *file, gem5art__put_file_mode mode, gem5art_error *error) {
    const char *temporary = file->temporary.data, *path = file->path;
    struct stat st;
    if (mode == GEM5ART__KEEP_EXISTING) {
        if (GEM5ART_SYS_LINK(temporary, path) == 0) {
            GEM5ART_SYS_UNLINK(temporary);
            return true;
        }
        if (errno == EEXIST || GEM5ART_SYS_LSTAT(path, &st) == 0)
            return gem5art__fail(error, GEM5ART_EXISTS, "%s already exists: choose a different path, or remove it",
                                 path);
    }
    if ((file->folder < 0 ? GEM5ART_SYS_RENAME(temporary, path)
                          : GEM5ART_SYS_RENAMEAT(file->folder, temporary, file->folder, path)) == 0)
        return true;
    return gem5art__fail_errno(error, "write", path);
}

/* `durable`: the file is on disk, under its name, when the call returns. */
static bool gem5art__commit_file(gem5art__new_file *file, gem5art__put_file_mode mode, bool durable,
                                 gem5art_error *error) {
    bool ok = gem5art__finish_file(file, durable) || gem5art__fail_errno(error, "write", file->path);
    if (!ok || !gem5art__name_file(file, mode, error)) return gem5art__abort_file(file), false;
    if (durable && !(file->folder < 0 ? gem5art__sync_name(file->path) : gem5art__sync(file->folder)))
        ok = gem5art__fail_errno(error, "sync the folder of", file->path);
    gem5art__buf_free(&file->temporary);
    return ok;
}

/* Writes the data to a file that was begun, and commits it. */
static bool gem5art__fill_file(gem5art__new_file *file, const char *data, size_t length, gem5art__put_file_mode mode,
                               bool durable, gem5art_error *error) {
    if (gem5art__write_all(file->fd, data, length)) return gem5art__commit_file(file, mode, durable, error);
    gem5art__fail_errno(error, "write", file->path);
    return gem5art__abort_file(file), false;
}

/* Writes a file whole or not at all, with at most these permissions. */
static bool gem5art__put_file(int folder, const char *path, const char *data, size_t length, mode_t permissions,
                              gem5art__put_file_mode mode, bool durable, gem5art_error *error) {
    gem5art__new_file file;
    return gem5art__begin_file(&file, folder, path, permissions, error) &&
           gem5art__fill_file(&file, data, length, mode, durable, error);
}

/* ---- folders and paths */

/* Makes a folder and its parents, as mkdir -p does. */
static bool gem5art__make_folders(const char *path, gem5art_error *error) {
    gem5art__buf part = {NULL, 0, 0, false};
    struct stat st;
    size_t i, length = strlen(path);
    bool ok = true;
    if (GEM5ART_SYS_STAT(path, &st) == 0 && S_ISDIR(st.st_mode)) return true;
    gem5art__puts(&part, path);
    if (part.failed) return gem5art__fail_nomem(error);
    for (i = 1; ok && i <= length; i++) {
        if (i < length && path[i] != '/') continue;
        part.data[i] = 0;
        if (GEM5ART_SYS_MKDIR(part.data, 0777) < 0 && errno != EEXIST && errno != EISDIR && errno != EROFS)
            ok = gem5art__fail_errno(error, "make the folder", part.data);
        part.data[i] = path[i];
    }
    if (ok && GEM5ART_SYS_STAT(path, &st) < 0) ok = gem5art__fail_errno(error, "make the folder", path);
    else if (ok && !S_ISDIR(st.st_mode))
        ok = gem5art__fail(error, GEM5ART_EXISTS, "%s cannot be a folder: a file of that name is in the way", path);
    gem5art__buf_free(&part);
    return ok;
}

/* `path`, with `folder` before it unless it is absolute; without "." parts and doubled slashes. ".." parts stay, as a
   symlink may stand before them. NULL when out of memory. */
static char *gem5art__join_path(gem5art__arena *arena, const char *folder, const char *path) {
    char *joined = *path == '/' || gem5art__empty(folder) ? gem5art__arena_copy(arena, path)
                                                          : gem5art__arena_printf(arena, "%s/%s", folder, path);
    const char *from = joined;
    char *to = joined;
    if (!joined) return NULL;
    while (*from) {
        if (from[0] == '/' && (from[1] == '/' || from[1] == 0) && (to != joined || from[1] == '/')) from++;
        else if (from[0] == '/' && from[1] == '.' && (from[2] == '/' || from[2] == 0)) from += 2;
        else if (to == joined && from[0] == '.' && from[1] == '/') from += 2;
        else *to++ = *from++;
    }
    if (to == joined) *to++ = *joined == '/' ? '/' : '.';
    *to = 0;
    return joined;
}

/* The same, made absolute. NULL with an error. */
static char *gem5art__absolute_path(gem5art__arena *arena, const char *folder, const char *path,
                                    gem5art_error *error) {
    char *absolute = gem5art__join_path(arena, folder, path), current[4096]; /* the kernel takes no longer path */
    if (absolute && *absolute != '/') {
        if (!GEM5ART_SYS_GETCWD(current, sizeof current))
            return gem5art__fail_errno(error, "find", "the current folder"), (char *)NULL;
        absolute = gem5art__join_path(arena, current, absolute);
    }
    if (!absolute) gem5art__fail_nomem(error);
    return absolute;
}

/* ==================================================================== >>json */

#define GEM5ART__JSON_DEPTH ((size_t)128) /* the default max_depth */
#define GEM5ART__JSON_SMALL 64            /* members of an object whose keys are compared by a table on the stack */

/* The length of the UTF-8 sequence (RFC 3629) at the start of `left` bytes, at least one; 0 where there is none. */
static size_t gem5art__utf8_sequence(const char *text, size_t left) {
    const unsigned char *s = (const unsigned char *)text;
    unsigned low = 0x80, high = 0xbf; /* of the second byte: no overlong form, no surrogate, none beyond U+10FFFF */
    size_t length, i;
    if (s[0] < 0x80) return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4) return 0;
    length = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (s[0] == 0xe0) low = 0xa0;
    if (s[0] == 0xed) high = 0x9f;
    if (s[0] == 0xf0) low = 0x90;
    if (s[0] == 0xf4) high = 0x8f;
    if (left < length || s[1] < low || s[1] > high) return 0;
    for (i = 2; i < length; i++)
        if (s[i] < 0x80 || s[i] > 0xbf) return 0;
    return length;
}

/* True for the ASCII bytes that a JSON string holds as they are: no quote, no backslash, no control character. */
static bool gem5art__json_is_plain(char c) {
    unsigned char byte = (unsigned char)c;
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Are all eight bytes plain? Each difference sets the top bit of a byte that is not; only such a byte borrows. */
static bool gem5art__json_all_plain(uint64_t bytes) {
    const uint64_t ones = 0x0101010101010101u;
    return ((((bytes ^ ones * '"') - ones) | ((bytes ^ ones * '\\') - ones) | (bytes - ones * 0x20) | bytes) &
            ones * 0x80) == 0;
}

/* The letters of escapes and the bytes that they denote. */
static const char gem5art__json_escape_letters[] = "\"\\/bfnrt";
static const char gem5art__json_escaped[] = "\"\\/\b\f\n\r\t";

/* ---- the parser
   It makes one pass over a copy of the text, with the open arrays and objects linked by `parent` instead of a stack:
   no depth overflows anything. The copy ends with NULs, which are not part of any JSON text, so that looking ahead
   needs no bound, and strings are scanned eight bytes at a time. */

typedef struct gem5art__json_node {
    gem5art_json value;
    struct gem5art__json_node *parent, *last; /* last: of its children, so far */
} gem5art__json_node;

typedef struct gem5art__json_root {
    gem5art_json value;   /* a copy of the one that the parser made, which remains the parent of its children */
    gem5art__arena arena; /* of everything, this root included */
} gem5art__json_root;

typedef struct gem5art__json_parser {
    gem5art__arena *arena;
    const char *source, *end, *at;
    char *decoded; /* where the next decoded string goes; none is longer than it was written */
    gem5art__json_node *root, *open, *spare;
    size_t spare_count;
    size_t depth, max_depth;
    gem5art_error *error;
} gem5art__json_parser;

#define GEM5ART__JSON_SLACK 32 /* bytes after `decoded`, for the exponent of gem5art__json_double and whole words */

/* Lines and columns count from 1, columns in bytes. */
static bool gem5art__json_fail(const gem5art__json_parser *p, const char *at, gem5art_code code,
                              const char *format, ...) GEM5ART__PRINTF(4, 5);
static bool gem5art__json_fail(const gem5art__json_parser *p, const char *at, gem5art_code code,
                              const char *format, ...) {
    char what[sizeof p->error->message];
    const char *line_start = p->source, *c;
    size_t line = 1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    for (c = p->source; c < at; c++)
        if (*c == '\n') line++, line_start = c + 1;
    return gem5art__fail(p->error, code, "line %zu, column %zu: %s", line, (size_t)(at - line_start) + 1, what);
}

static bool gem5art__json_expected(const gem5art__json_parser *p, const char *what) {
    unsigned char byte = (unsigned char)*p->at;
    char found[32];
    if (p->at == p->end) strcpy(found, "the end of the text");
    else snprintf(found, sizeof found, byte > 0x20 && byte < 0x7f ? "'%c'" : "the byte 0x%02x", byte);
    return gem5art__json_fail(p, p->at, GEM5ART_SYNTAX, "expected %s, found %s", what, found);
}

static void gem5art__json_skip_space(gem5art__json_parser *p) {
    while (gem5art__is_space(*p->at)) p->at++;
}

/* Reads the four digits after the "u" that p->at points to. */
static bool gem5art__json_hex4(gem5art__json_parser *p, unsigned *code) {
    int i, digit;
    for (*code = 0, i = 0; i < 4; i++) {
        if ((digit = gem5art__hex_digit(*++p->at)) < 0)
            return gem5art__json_expected(p, "four hexadecimal digits after \\u");
        *code = *code * 16 + (unsigned)digit;
    }
    p->at++;
    return true;
}

/* Surrogates too, by the rule of the code points around them. */
static char *gem5art__json_put_utf8(char *out, unsigned code) {
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    *out++ = (char)(leads[more] | code >> 6 * more);
    while (more-- > 0) *out++ = (char)(0x80 | (code >> 6 * more & 0x3f));
    return out;
}

/* Decodes the escape at p->at, a backslash, to `out`. Returns the end of what it wrote, or NULL. */
static char *gem5art__json_escape(gem5art__json_parser *p, char *out) {
    const char *letter, *after;
    unsigned code, low;
    p->at++;
    if (*p->at != 'u') {
        letter = *p->at ? strchr(gem5art__json_escape_letters, *p->at) : NULL;
        if (!letter) return gem5art__json_expected(p, "one of \"\\/bfnrtu after a backslash"), (char *)NULL;
        p->at++;
        *out++ = gem5art__json_escaped[letter - gem5art__json_escape_letters];
        return out;
    }
    if (!gem5art__json_hex4(p, &code)) return NULL;
    after = p->at;
    if (code >= 0xd800 && code <= 0xdbff && after[0] == '\\' && after[1] == 'u') {
        p->at++;
        if (gem5art__json_hex4(p, &low) && low >= 0xdc00 && low <= 0xdfff)
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        else p->at = after; /* an escape of its own, or an error */
    }
    if (code < 0xdc80 || code > 0xdcff) return gem5art__json_put_utf8(out, code);
    *out++ = (char)(code - 0xdc00);
    return out;
}

/* The string at p->at, which is its opening quote. */
static bool gem5art__json_string(gem5art__json_parser *p, const char **text, size_t *length, const char **raw,
                                 size_t *raw_length) {
    const char *at = p->at + 1;
    char *out = p->decoded;
    uint64_t word;
    size_t n;
    *text = out;
    *raw = p->at;
    for (;;) {
        for (; memcpy(&word, at, 8), gem5art__json_all_plain(word); at += 8, out += 8) memcpy(out, &word, 8);
        while (gem5art__json_is_plain(*at)) *out++ = *at++;
        if (*at == '"') break;
        p->at = at;
        if (*at == '\\') {
            if (!(out = gem5art__json_escape(p, out))) return false;
            at = p->at;
            continue;
        }
        if (at == p->end) return gem5art__json_expected(p, "'\"' at the end of a string");
        if ((unsigned char)*at < 0x20)
            return gem5art__json_expected(p, "control characters as \\u escapes in a string");
        n = gem5art__utf8_sequence(at, (size_t)(p->end - at));
        if (n == 0) return gem5art__json_expected(p, "UTF-8 in a string");
        memcpy(out, at, n);
        at += n;
        out += n;
    }
    p->at = at + 1;
    *length = (size_t)(out - *text);
    *raw_length = (size_t)(p->at - *raw);
    *out = 0;
    p->decoded = out + 1;
    return true;
}

static bool gem5art__json_digits(gem5art__json_parser *p, const char *expected) {
    if (!gem5art__is_digit(*p->at)) return gem5art__json_expected(p, expected);
    while (gem5art__is_digit(*p->at)) p->at++;
    return true;
}

/* Reads a number without fraction and exponent. False: it does not fit. */
static bool gem5art__json_integer(const gem5art_json *number, int64_t *integer) {
    bool negative = number->raw[0] == '-';
    uint64_t magnitude = 0;
    size_t i;
    if (number->raw_length > 19 + (size_t)negative) return false;
    for (i = negative; i < number->raw_length; i++) magnitude = magnitude * 10 + (uint64_t)(number->raw[i] - '0');
    if (magnitude > (uint64_t)INT64_MAX + negative) return false;
    if (!negative) *integer = (int64_t)magnitude;
    else *integer = magnitude ? -(int64_t)(magnitude - 1) - 1 : 0;
    return true;
}

/* strtod expects the locale's decimal point, so it gets none: "125e2" for 12.5e3, written at p->decoded. */
static double gem5art__json_double(gem5art__json_parser *p, const gem5art_json *number) {
    const char *c = number->raw, *end = number->raw + number->raw_length;
    char *scratch = p->decoded, *out = scratch;
    long long exponent = 0, written = 0;
    bool fraction = false, down;
    for (; c < end && *c != 'e' && *c != 'E'; c++) {
        if (*c == '.') fraction = true;
        else *out++ = *c, exponent -= fraction;
    }
    if (c < end) c++;
    down = c < end && *c == '-';
    for (; c < end; c++) /* saturates: no text has the digits to compensate for it */
        if (gem5art__is_digit(*c) && written < 100000000000000000) written = written * 10 + (*c - '0');
    exponent += down ? -written : written;
    if (exponent > -10 && exponent <= 0) memcpy(out, "e-", 2), out[2] = (char)('0' - exponent), out[3] = 0;
    else snprintf(out, GEM5ART__JSON_SLACK, "e%lld", exponent);
    return strtod(scratch, NULL);
}

static bool gem5art__json_number(gem5art__json_parser *p, gem5art_json *node) {
    bool whole = true;
    node->type = GEM5ART_JSON_NUMBER;
    node->raw = p->at;
    if (*p->at == '-') p->at++;
    if (*p->at == '0' && gem5art__is_digit(p->at[1])) {
        p->at++;
        return gem5art__json_expected(p, "no digit after a leading 0");
    }
    if (!gem5art__json_digits(p, "a digit after '-'")) return false;
    if (*p->at == '.') {
        whole = false;
        p->at++;
        if (!gem5art__json_digits(p, "a digit after '.'")) return false;
    }
    if (*p->at == 'e' || *p->at == 'E') {
        whole = false;
        p->at++;
        if (*p->at == '+' || *p->at == '-') p->at++;
        if (!gem5art__json_digits(p, "a digit of an exponent")) return false;
    }
    node->raw_length = (size_t)(p->at - node->raw);
    node->is_integer = whole && gem5art__json_integer(node, &node->integer);
    if (!node->is_integer) node->number = gem5art__json_double(p, node);
    else node->number = node->integer == 0 && node->raw[0] == '-' ? -0.0 : (double)node->integer;
    return true;
}

static bool gem5art__json_literal(gem5art__json_parser *p, gem5art_json *value, gem5art_json_type type,
                                  const char *name) {
    const char *c;
    for (c = name; *c; c++, p->at++)
        if (*p->at != *c) return gem5art__json_expected(p, name);
    value->type = type;
    value->boolean = *name == 't';
    value->raw_length = strlen(name);
    return true;
}

/* ---- unique keys */

/* By key, then by place in the text. */
static int gem5art__json_compare_keys(const void *x, const void *y) {
    const gem5art_json *a = *(const gem5art_json *const *)x, *b = *(const gem5art_json *const *)y;
    int order = a->key_length != b->key_length ? (a->key_length < b->key_length ? -1 : 1)
                                               : memcmp(a->key, b->key, a->key_length);
    return order ? order : a->raw_key < b->raw_key ? -1 : 1;
}

static bool gem5art__json_same_key(const gem5art_json *a, const gem5art_json *b) {
    return a->key_length == b->key_length && memcmp(a->key, b->key, a->key_length) == 0;
}

/* The first member whose key an earlier one has, or NULL. */
static const gem5art_json *gem5art__json_repeated(const gem5art_json *object, const gem5art_json **members) {
    uint8_t table[4 * GEM5ART__JSON_SMALL] = {0}; /* of a small object: by a hash, 1 + an index of `members` */
    const gem5art_json *member, *first = NULL;
    size_t count = 0, n, slot;
    for (member = object->first; member; member = member->next, count++) {
        const unsigned char *key = (const unsigned char *)member->key;
        members[count] = member;
        if (object->count > GEM5ART__JSON_SMALL) continue;
        n = member->key_length;
        slot = n + key[0] * 7u + key[n / 2] * 31u + key[n ? n - 1 : 0] * 61u;
        for (; table[slot %= sizeof table]; slot++)
            if (gem5art__json_same_key(members[table[slot] - 1], member)) return member;
        table[slot] = (uint8_t)(count + 1);
    }
    if (count <= GEM5ART__JSON_SMALL) return NULL;
    qsort(members, count, sizeof *members, gem5art__json_compare_keys); /* no choice of keys makes it slow */
    for (n = 1; n < count; n++)
        if (gem5art__json_same_key(members[n - 1], members[n]) && (!first || members[n]->raw_key < first->raw_key))
            first = members[n];
    return first;
}

static bool gem5art__json_check_keys(gem5art__json_parser *p, const gem5art_json *object) {
    const gem5art_json *few[GEM5ART__JSON_SMALL], **members = few, *repeated;
    if (object->count > GEM5ART__JSON_SMALL)
        members = (const gem5art_json **)gem5art__arena_room(p->arena, object->count * sizeof *members);
    if (!members) return gem5art__fail_nomem(p->error);
    repeated = gem5art__json_repeated(object, members);
    if (!repeated) return true;
    return gem5art__json_fail(p, repeated->raw_key, GEM5ART_SYNTAX, "this object has the key %.*s twice",
                              (int)(repeated->raw_key_length < 1024 ? repeated->raw_key_length : 1024),
                              repeated->raw_key);
}

/* ---- the grammar */

/* Parses a value; of an array or object only the opening bracket. */
static bool gem5art__json_value(gem5art__json_parser *p, gem5art__json_node *node) {
    gem5art_json *value = &node->value;
    gem5art__json_skip_space(p);
    value->raw = p->at;
    switch (*p->at) {
    case '"':
        value->type = GEM5ART_JSON_STRING;
        return gem5art__json_string(p, &value->text, &value->length, &value->raw, &value->raw_length);
    case '[':
    case '{':
        if (p->depth == p->max_depth)
            return gem5art__json_fail(p, p->at, GEM5ART_LIMIT, "arrays and objects are more than %zu deep, the limit "
                                      "that max_depth sets", p->max_depth);
        value->type = *p->at++ == '[' ? GEM5ART_JSON_ARRAY : GEM5ART_JSON_OBJECT;
        p->open = node;
        p->depth++;
        return true;
    case 't':
        return gem5art__json_literal(p, value, GEM5ART_JSON_BOOL, "true");
    case 'f':
        return gem5art__json_literal(p, value, GEM5ART_JSON_BOOL, "false");
    case 'n':
        return gem5art__json_literal(p, value, GEM5ART_JSON_NULL, "null");
    default:
        if (*p->at == '-' || gem5art__is_digit(*p->at)) return gem5art__json_number(p, value);
        return gem5art__json_expected(p, p->open && p->open->value.type == GEM5ART_JSON_ARRAY && !p->open->last
                                             ? "a value or ']'" : "a value");
    }
}

/* Parses the root, an element of the open array or a member of the open object. */
static bool gem5art__json_item(gem5art__json_parser *p) {
    enum { GEM5ART__JSON_NODES = 16 }; /* zeroed together, which is faster */
    gem5art__json_node *node, *parent = p->open;
    gem5art_json *v;
    if (!p->spare_count) {
        p->spare = (gem5art__json_node *)gem5art__arena_alloc(p->arena, GEM5ART__JSON_NODES * sizeof *p->spare);
        if (!p->spare) return gem5art__fail_nomem(p->error);
        p->spare_count = GEM5ART__JSON_NODES;
    }
    p->spare_count--;
    node = p->spare++;
    v = &node->value;
    node->parent = parent;
    if (parent && parent->value.type == GEM5ART_JSON_OBJECT) {
        gem5art__json_skip_space(p);
        if (*p->at != '"')
            return gem5art__json_expected(p, parent->last ? "a key in quotes after ','" : "a key in quotes or '}'");
        if (!gem5art__json_string(p, &v->key, &v->key_length, &v->raw_key, &v->raw_key_length)) return false;
        gem5art__json_skip_space(p);
        if (*p->at != ':') return gem5art__json_expected(p, "':' after a key");
        p->at++;
    }
    if (!gem5art__json_value(p, node)) return false;
    if (!parent) p->root = node;
    else if (parent->last) parent->last->value.next = v;
    else parent->value.first = v;
    if (parent) {
        parent->last = node;
        parent->value.count++;
    }
    return true;
}

static bool gem5art__json_text(gem5art__json_parser *p) {
    if (gem5art__starts_with(p->source, "\xef\xbb\xbf"))
        return gem5art__json_fail(p, p->at, GEM5ART_SYNTAX, "the text begins with a byte order mark (ef bb bf), which "
                                  "JSON does not allow: remove it");
    if (!gem5art__json_item(p)) return false;
    while (p->open) {
        bool array = p->open->value.type == GEM5ART_JSON_ARRAY;
        gem5art__json_skip_space(p);
        if (*p->at == (array ? ']' : '}')) {
            if (!array && !gem5art__json_check_keys(p, &p->open->value)) return false;
            p->at++;
            p->open->value.raw_length = (size_t)(p->at - p->open->value.raw);
            p->open = p->open->parent;
            p->depth--;
            continue;
        }
        if (p->open->last) {
            if (*p->at != ',')
                return gem5art__json_expected(p, array ? "',' or ']' after an element" : "',' or '}' after a member");
            p->at++;
        }
        if (!gem5art__json_item(p)) return false;
    }
    gem5art__json_skip_space(p);
    return p->at == p->end || gem5art__json_expected(p, "the end of the text");
}

/* As gem5art_json_parse, into the caller's arena, which the caller frees even if this fails. */
static const gem5art_json *gem5art__json_parse_in(gem5art__arena *arena, const char *text, size_t length,
                                                  const gem5art_json_desc *desc, gem5art_error *error) {
    size_t max_size = desc && desc->max_size ? desc->max_size : (size_t)1 << 30;
    gem5art__json_parser p;
    char *copy = NULL;
    gem5art__clear(error);
    if (length > max_size) {
        gem5art__fail(error, GEM5ART_LIMIT, "the text has %zu bytes, more than %zu, the limit that max_size sets",
                      length, max_size);
        return NULL;
    }
    memset(&p, 0, sizeof p);
    p.arena = arena;
    p.error = error;
    p.max_depth = desc && desc->max_depth ? desc->max_depth : GEM5ART__JSON_DEPTH;
    if (length < SIZE_MAX / 8) copy = (char *)gem5art__arena_room(arena, 2 * length + 8 + GEM5ART__JSON_SLACK);
    if (!copy) return gem5art__fail_nomem(error), (const gem5art_json *)NULL;
    if (length) memcpy(copy, text, length);
    memset(copy + length, 0, 8);
    p.source = p.at = copy;
    p.end = copy + length;
    p.decoded = copy + length + 8;
    return gem5art__json_text(&p) ? &p.root->value : NULL;
}

GEM5ARTDEF const gem5art_json *gem5art_json_parse(const char *text, size_t length, const gem5art_json_desc *desc,
                                                  gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const gem5art_json *value = gem5art__json_parse_in(&arena, text, text ? length : 0, desc, error);
    gem5art__json_root *root = value ? (gem5art__json_root *)gem5art__arena_alloc(&arena, sizeof *root) : NULL;
    if (value && !root) gem5art__fail_nomem(error);
    if (!root) {
        gem5art__arena_free(&arena);
        return NULL;
    }
    root->value = *value;
    root->arena = arena;
    return &root->value;
}

GEM5ARTDEF void gem5art_json_free(const gem5art_json *root) {
    gem5art__arena arena;
    if (!root) return;
    arena = ((const gem5art__json_root *)root)->arena;
    gem5art__arena_free(&arena);
}

/* The member of an object with this key, which may hold NULs. */
static const gem5art_json *gem5art__json_find(const gem5art_json *object, const char *key, size_t length) {
    const gem5art_json *member = object->first;
    while (member && (member->key_length != length || memcmp(member->key, key, length) != 0)) member = member->next;
    return member;
}

GEM5ARTDEF const gem5art_json *gem5art_json_get(const gem5art_json *object, const char *key) {
    return object && key && object->type == GEM5ART_JSON_OBJECT ? gem5art__json_find(object, key, strlen(key)) : NULL;
}

/* ---- the writer */

GEM5ART__NOINLINE static bool gem5art__json_grow(gem5art_json_writer *writer, size_t length) {
    gem5art__buf buf = {writer->data, writer->length, writer->capacity, writer->failed};
    gem5art__reserve(&buf, length);
    writer->data = buf.data;
    writer->capacity = buf.capacity;
    writer->failed = buf.failed;
    return !writer->failed;
}

/* Returns the place of the next `length` bytes and counts them as written; NULL when out of memory. */
static char *gem5art__json_room(gem5art_json_writer *writer, size_t length) {
    bool full = writer->failed || writer->capacity - writer->length <= length;
    if (full && !gem5art__json_grow(writer, length)) return NULL;
    writer->length += length;
    return writer->data + writer->length - length;
}

static inline void gem5art__json_put(gem5art_json_writer *writer, const char *text, size_t length) {
    char *to = gem5art__json_room(writer, length);
    if (to && length) memcpy(to, text, length);
}

static void gem5art__json_puts(gem5art_json_writer *writer, const char *text) {
    gem5art__json_put(writer, text, strlen(text));
}

/* Puts a comma, if `comma`, and in an indented layout a new line. */
static void gem5art__json_new_line(gem5art_json_writer *writer, bool comma) {
    size_t spaces = writer->indent > 0 ? (size_t)writer->depth * (size_t)writer->indent : 0;
    char *to = gem5art__json_room(writer, (size_t)comma + (writer->indent > 0) + spaces);
    if (to && comma) *to++ = ',';
    if (!to || writer->indent <= 0) return;
    *to++ = '\n';
    memset(to, ' ', spaces);
}

/* Puts what separates a value, or the key of one, from what precedes it. */
GEM5ART__NOINLINE static void gem5art__json_separate(gem5art_json_writer *writer) {
    if (writer->depth > 0 && !writer->after_key) gem5art__json_new_line(writer, !writer->first);
    writer->first = writer->after_key = false;
}

static void gem5art__json_put_value(gem5art_json_writer *writer, const char *text, size_t length) {
    gem5art__json_separate(writer);
    gem5art__json_put(writer, text, length);
}

GEM5ART__NOINLINE static void gem5art__json_begin(gem5art_json_writer *writer, const char *bracket) {
    gem5art__json_put_value(writer, bracket, 1);
    writer->depth++;
    writer->first = true;
}

GEM5ART__NOINLINE static void gem5art__json_end(gem5art_json_writer *writer, const char *bracket) {
    if (writer->depth > 0) writer->depth--;
    if (!writer->first) gem5art__json_new_line(writer, false);
    gem5art__json_put(writer, bracket, 1);
    writer->first = writer->after_key = false;
}

static void gem5art__json_put_escape(gem5art_json_writer *writer, unsigned char byte) {
    const char *escaped = byte ? strchr(gem5art__json_escaped, byte) : NULL;
    char text[8] = "\\";
    if (escaped) text[1] = gem5art__json_escape_letters[escaped - gem5art__json_escaped];
    else snprintf(text, sizeof text, "\\u%s%02x", byte < 0x80 ? "00" : "dc", byte);
    gem5art__json_puts(writer, text);
}

GEM5ARTDEF void gem5art_json_writer_init(gem5art_json_writer *writer, int indent) {
    memset(writer, 0, sizeof *writer);
    writer->indent = indent;
    writer->first = true;
}

GEM5ARTDEF void gem5art_json_writer_free(gem5art_json_writer *writer) {
    gem5art__free(writer->data);
    memset(writer, 0, sizeof *writer);
}

GEM5ARTDEF void gem5art_json_begin_object(gem5art_json_writer *writer) { gem5art__json_begin(writer, "{"); }
GEM5ARTDEF void gem5art_json_end_object(gem5art_json_writer *writer) { gem5art__json_end(writer, "}"); }
GEM5ARTDEF void gem5art_json_begin_array(gem5art_json_writer *writer) { gem5art__json_begin(writer, "["); }
GEM5ARTDEF void gem5art_json_end_array(gem5art_json_writer *writer) { gem5art__json_end(writer, "]"); }

GEM5ARTDEF void gem5art_json_key(gem5art_json_writer *writer, const char *key) {
    gem5art_json_string(writer, key);
    gem5art__json_puts(writer, writer->indent > 0 ? ": " : ":");
    writer->after_key = true;
}

GEM5ARTDEF void gem5art_json_null(gem5art_json_writer *writer) { gem5art__json_put_value(writer, "null", 4); }

GEM5ARTDEF void gem5art_json_boolean(gem5art_json_writer *writer, bool value) {
    gem5art__json_put_value(writer, value ? "true" : "false", value ? 4 : 5);
}

GEM5ARTDEF void gem5art_json_integer(gem5art_json_writer *writer, int64_t value) {
    char text[24];
    gem5art__json_put_value(writer, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)value));
}

/* The digits come from printf's "d.ddde+dd" in the host's locale, and are laid out as Python's repr does. */
GEM5ARTDEF void gem5art_json_number(gem5art_json_writer *writer, double value) {
    static const char zeros[] = "0000000000000000";
    char printed[64], digits[32], text[64];
    const char *sign = value < 0 ? "-" : "", *c;
    int precision = value > -1e-300 && value < 1e-300 ? 1 : 15; /* a subnormal may need fewer than 15 */
    int exponent, count = 0;
    if (!(value - value == 0)) { /* not a number, or infinite */
        gem5art_json_null(writer);
        return;
    }
    do snprintf(printed, sizeof printed, "%.*e", precision - 1, value);
    while (strtod(printed, NULL) != value && ++precision <= 17);
    if (value == 0) {
        gem5art__json_separate(writer);
        gem5art__json_puts(writer, printed[0] == '-' ? "-0.0" : "0");
        return;
    }
    for (c = printed; *c != 'e'; c++)
        if (gem5art__is_digit(*c)) digits[count++] = *c;
    exponent = (int)strtol(c + 1, NULL, 10);
    while (digits[count - 1] == '0') count--; /* the first digit is not 0 */
    digits[count] = 0;
    if (exponent < -4 || exponent >= 16)
        snprintf(text, sizeof text, "%s%c%s%se%+03d", sign, digits[0], count > 1 ? "." : "", digits + 1, exponent);
    else if (exponent < 0) snprintf(text, sizeof text, "%s0.%.*s%s", sign, -exponent - 1, zeros, digits);
    else if (exponent >= count - 1) snprintf(text, sizeof text, "%s%s%.*s", sign, digits, exponent - count + 1, zeros);
    else snprintf(text, sizeof text, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
    gem5art__json_put_value(writer, text, strlen(text));
}

GEM5ARTDEF void gem5art_json_string(gem5art_json_writer *writer, const char *text) {
    if (text) gem5art_json_string_n(writer, text, strlen(text));
    else gem5art_json_null(writer);
}

GEM5ARTDEF void gem5art_json_string_n(gem5art_json_writer *writer, const char *text, size_t length) {
    size_t i = 0, run, n;
    gem5art__json_put_value(writer, "\"", 1);
    while (i < length) {
        for (run = i, n = 1; i < length && n > 0; i += n)
            if (gem5art__json_is_plain(text[i])) n = 1;
            else n = text[i] & 0x80 ? gem5art__utf8_sequence(text + i, length - i) : 0;
        gem5art__json_put(writer, text + run, i - run);
        if (n == 0) gem5art__json_put_escape(writer, (unsigned char)text[i++]);
    }
    gem5art__json_put(writer, "\"", 1);
}

/* The length of the token at `text`: a whole string, a number, a word, or else one byte. */
static size_t gem5art__json_token(const char *text, const char *end) {
    const char *at = text + 1, *back;
    if (*text == '"') {
        while (at < end && (at = (const char *)memchr(at, '"', (size_t)(end - at))) != NULL) {
            for (back = at; back[-1] == '\\'; back--) {}
            if ((at - back) % 2 == 0) return (size_t)(at - text) + 1;
            at++;
        }
        return (size_t)(end - text);
    }
    if (!gem5art__is_digit(*text) && *text != '-' && (*text < 'a' || *text > 'z')) return 1;
    while (at < end && *at != ',' && *at != '}' && *at != ']' && !gem5art__is_space((unsigned char)*at)) at++;
    return (size_t)(at - text);
}

/* Puts the tokens of a text on one line. */
static void gem5art__json_put_compact(gem5art_json_writer *writer, const char *text, const char *end) {
    const char *run = text; /* it is not written yet */
    for (; text < end; text += gem5art__json_token(text, end))
        if (gem5art__is_space((unsigned char)*text)) {
            gem5art__json_put(writer, run, (size_t)(text - run));
            run = text + 1;
        }
    gem5art__json_put(writer, run, (size_t)(end - run));
}

/* Puts the tokens of a text on indented lines. */
static void gem5art__json_put_lines(gem5art_json_writer *writer, const char *text, const char *end) {
    size_t n;
    for (; text < end; text += n) {
        char c = *text;
        n = 1;
        if (c == ':') gem5art__json_put(writer, ": ", 2);
        else if (c == ',') gem5art__json_new_line(writer, true);
        else if (c == '}' || c == ']') gem5art__json_end(writer, c == '}' ? "}" : "]");
        else if (!gem5art__is_space((unsigned char)c)) {
            if (writer->first) gem5art__json_new_line(writer, false);
            writer->first = c == '{' || c == '[';
            writer->depth += writer->first;
            n = gem5art__json_token(text, end);
            gem5art__json_put(writer, text, n);
        }
    }
}

GEM5ARTDEF void gem5art_json_text(gem5art_json_writer *writer, const char *text, size_t length) {
    gem5art__json_separate(writer);
    if (text && writer->indent > 0) gem5art__json_put_lines(writer, text, text + length);
    else if (text) gem5art__json_put_compact(writer, text, text + length);
    writer->first = writer->after_key = false;
}

GEM5ARTDEF void gem5art_json_value(gem5art_json_writer *writer, const gem5art_json *value) {
    if (value) gem5art_json_text(writer, value->raw, value->raw_length);
    else gem5art_json_null(writer);
}

/* Puts a member of a parsed object. */
static void gem5art__json_member(gem5art_json_writer *writer, const gem5art_json *member) {
    gem5art_json_text(writer, member->raw_key, (size_t)(member->raw + member->raw_length - member->raw_key));
}

GEM5ARTDEF const char *gem5art_json_take(gem5art_json_writer *writer, size_t *length, gem5art_error *error) {
    char *end = gem5art__json_room(writer, 0);
    gem5art__clear(error);
    if (length) *length = writer->length;
    writer->length = 0;
    if (end) return *end = 0, writer->data;
    gem5art__fail_nomem(error);
    return NULL;
}

/* ================================================================== >>hash
   SHA-256 (FIPS 180-4), MD5 (RFC 1321) and CRC-32 (that of zip and gzip), and hashing of whole files. */

/* A function with __attribute__((target)) needs no compiler flag; at run time the CPU is asked if it can execute it. */
#if !defined(GEM5ART_NO_SHA_EXTENSIONS) && defined(__GNUC__)
#ifdef __cplusplus
} /* the compiler's headers are C++ in C++ */
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#include <smmintrin.h> /* immintrin.h takes longer to compile than this section: hence __builtin_ia32_sha256* */
#include <wmmintrin.h>
#define GEM5ART__SHA_EXTENSIONS "x86 SHA extensions"
#define GEM5ART__SHA_TARGET __attribute__((target("sha,sse4.1")))
#define GEM5ART__CRC_TARGET __attribute__((target("pclmul,sse2"))) /* every CPU with the former has it */
#elif defined(__AARCH64EL__) && defined(__linux__) && \
    (!defined(__clang__) || __clang_major__ >= 16 || defined(__ARM_FEATURE_SHA2)) /* or arm_neon.h lacks them */
#include <arm_neon.h>
#include <sys/auxv.h>
#define GEM5ART__SHA_EXTENSIONS "ARMv8 SHA2"
#ifdef __clang__
#define GEM5ART__SHA_TARGET __attribute__((target("sha2")))
#else
#define GEM5ART__SHA_TARGET __attribute__((target("+crypto")))
#endif
#endif
#ifdef __cplusplus
extern "C" {
#endif
#endif

static uint32_t gem5art__load_le32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t gem5art__load_be32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

#define GEM5ART__ROTL(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define GEM5ART__ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))

/* ---- what SHA-256 and MD5 share: whole blocks of 64 bytes change the state, the rest waits in `block` */

typedef void gem5art__hash_blocks(uint32_t *state, const uint8_t *data, size_t blocks);

static void gem5art__hash_update(gem5art__hash_blocks *hash_blocks, uint32_t *state, uint8_t *block,
                                 uint64_t *length, const void *data, size_t size) {
    const uint8_t *bytes = (const uint8_t *)data;
    size_t used = (size_t)(*length % 64);
    *length += size;
    if (used) {
        size_t take = size < 64 - used ? size : 64 - used;
        if (take) memcpy(block + used, bytes, take);
        if (used + take < 64) return;
        hash_blocks(state, block, 1);
        bytes += take;
        size -= take;
    }
    if (size >= 64) hash_blocks(state, bytes, size / 64);
    if (size % 64) memcpy(block, bytes + size / 64 * 64, size % 64);
}

/* Pads the message: a one bit, zeros up to 8 bytes before the end of a block, and the number of its bits. The state's
   words are then the digest. SHA-256 is big-endian, MD5 is not. */
static void gem5art__hash_final(gem5art__hash_blocks *hash_blocks, uint32_t *state, uint8_t *block, uint64_t *length,
                                unsigned words, bool big_endian, char *hex) {
    uint64_t bits = *length * 8;
    size_t size = 1 + (size_t)((119 - *length % 64) % 64);
    uint8_t padding[72] = {0x80}, digest[32];
    unsigned i;
    for (i = 0; i < 8; i++) padding[size + i] = (uint8_t)(bits >> 8 * (big_endian ? 7 - i : i));
    gem5art__hash_update(hash_blocks, state, block, length, padding, size + 8);
    for (i = 0; i < 4 * words; i++) digest[i] = (uint8_t)(state[i / 4] >> 8 * (big_endian ? 3 - i % 4 : i % 4));
    gem5art__hex(digest, 4 * words, hex);
}

/* ---- SHA-256 */

static const uint32_t gem5art__sha256_k[64] = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
    0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
    0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
    0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
    0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
    0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
    0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u,
};

/* Round t. Instead of moving the values, each round passes the variables in a different order. */
#define GEM5ART__SHA256_ROUND(a, b, c, d, e, f, g, h, t)                                                          \
    do {                                                                                                          \
        h += (GEM5ART__ROTR(e, 6) ^ GEM5ART__ROTR(e, 11) ^ GEM5ART__ROTR(e, 25)) + ((e & f) ^ (~e & g)) +         \
             gem5art__sha256_k[t] + w[t];                                                                         \
        d += h;                                                                                                   \
        h += (GEM5ART__ROTR(a, 2) ^ GEM5ART__ROTR(a, 13) ^ GEM5ART__ROTR(a, 22)) + ((a & b) ^ (a & c) ^ (b & c)); \
    } while (0)

static void gem5art__sha256_blocks_portable(uint32_t state[8], const uint8_t *data, size_t blocks) {
    for (; blocks; blocks--, data += 64) {
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7], w[64];
        int t;
        for (t = 0; t < 16; t++) w[t] = gem5art__load_be32(data + 4 * t);
        for (; t < 64; t++) {
            uint32_t x = w[t - 15], y = w[t - 2];
            w[t] = w[t - 16] + (GEM5ART__ROTR(x, 7) ^ GEM5ART__ROTR(x, 18) ^ x >> 3) + w[t - 7] +
                   (GEM5ART__ROTR(y, 17) ^ GEM5ART__ROTR(y, 19) ^ y >> 10);
        }
        for (t = 0; t < 64; t += 8) {
            GEM5ART__SHA256_ROUND(a, b, c, d, e, f, g, h, t);
            GEM5ART__SHA256_ROUND(h, a, b, c, d, e, f, g, t + 1);
            GEM5ART__SHA256_ROUND(g, h, a, b, c, d, e, f, t + 2);
            GEM5ART__SHA256_ROUND(f, g, h, a, b, c, d, e, t + 3);
            GEM5ART__SHA256_ROUND(e, f, g, h, a, b, c, d, t + 4);
            GEM5ART__SHA256_ROUND(d, e, f, g, h, a, b, c, t + 5);
            GEM5ART__SHA256_ROUND(c, d, e, f, g, h, a, b, t + 6);
            GEM5ART__SHA256_ROUND(b, c, d, e, f, g, h, a, t + 7);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}

#ifdef GEM5ART__SHA_EXTENSIONS

enum { GEM5ART__CPU_ASKED = 1, GEM5ART__CPU_SHA = 2, GEM5ART__CPU_CLMUL = 4 };

#if defined(__x86_64__) || defined(__i386__)

static int gem5art__ask_cpu(void) {
    unsigned eax, ebx, ecx, edx, leaf1;
    int has = 0;
    if (!__get_cpuid(1, &eax, &ebx, &leaf1, &edx)) return 0;
    if (leaf1 & bit_PCLMUL) has |= GEM5ART__CPU_CLMUL;
    if ((leaf1 & bit_SSE4_1) && (leaf1 & bit_SSSE3) && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) &&
        (ebx & 1u << 29))
        has |= GEM5ART__CPU_SHA;
    return has;
}

GEM5ART__SHA_TARGET
static void gem5art__sha256_blocks_extensions(uint32_t state[8], const uint8_t *data, size_t blocks) {
    const __m128i big_endian = _mm_set_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
    const __m128i *k = (const __m128i *)(const void *)gem5art__sha256_k;
    const __m128i *in = (const __m128i *)(const void *)data;
    /* The instructions expect the state in this order. */
    __m128i abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
    __m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
    for (; blocks; blocks--, in += 4) {
        __m128i old_abef = abef, old_cdgh = cdgh;
        __m128i w0 = _mm_shuffle_epi8(_mm_loadu_si128(in), big_endian);
        __m128i w1 = _mm_shuffle_epi8(_mm_loadu_si128(in + 1), big_endian);
        __m128i w2 = _mm_shuffle_epi8(_mm_loadu_si128(in + 2), big_endian);
        __m128i w3 = _mm_shuffle_epi8(_mm_loadu_si128(in + 3), big_endian);
        int i;
        for (i = 0; i < 16; i++) { /* four rounds: w0 is W[4i..4i+3], w4 is W[4i+16..4i+19] */
            __m128i wk = _mm_add_epi32(w0, _mm_loadu_si128(k + i));
            __m128i w4 = (__m128i)__builtin_ia32_sha256msg1((__v4si)w0, (__v4si)w1);
            w4 = _mm_add_epi32(w4, _mm_alignr_epi8(w3, w2, 4));
            w4 = (__m128i)__builtin_ia32_sha256msg2((__v4si)w4, (__v4si)w3);
            /* two rounds each; ABEF and CDGH change places */
            cdgh = (__m128i)__builtin_ia32_sha256rnds2((__v4si)cdgh, (__v4si)abef, (__v4si)wk);
            wk = _mm_unpackhi_epi64(wk, wk);
            abef = (__m128i)__builtin_ia32_sha256rnds2((__v4si)abef, (__v4si)cdgh, (__v4si)wk);
            w0 = w1;
            w1 = w2;
            w2 = w3;
            w3 = w4;
        }
        abef = _mm_add_epi32(abef, old_abef);
        cdgh = _mm_add_epi32(cdgh, old_cdgh);
    }
    state[0] = (uint32_t)_mm_extract_epi32(abef, 3);
    state[1] = (uint32_t)_mm_extract_epi32(abef, 2);
    state[2] = (uint32_t)_mm_extract_epi32(cdgh, 3);
    state[3] = (uint32_t)_mm_extract_epi32(cdgh, 2);
    state[4] = (uint32_t)_mm_extract_epi32(abef, 1);
    state[5] = (uint32_t)_mm_extract_epi32(abef, 0);
    state[6] = (uint32_t)_mm_extract_epi32(cdgh, 1);
    state[7] = (uint32_t)_mm_extract_epi32(cdgh, 0);
}

#else

static int gem5art__ask_cpu(void) { return getauxval(AT_HWCAP) & HWCAP_SHA2 ? GEM5ART__CPU_SHA : 0; }

GEM5ART__SHA_TARGET
static void gem5art__sha256_blocks_extensions(uint32_t state[8], const uint8_t *data, size_t blocks) {
    uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
    for (; blocks; blocks--, data += 64) {
        uint32x4_t old_abcd = abcd, old_efgh = efgh;
        uint32x4_t w0 = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data)));
        uint32x4_t w1 = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data + 16)));
        uint32x4_t w2 = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data + 32)));
        uint32x4_t w3 = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data + 48)));
        int i;
        for (i = 0; i < 16; i++) { /* four rounds: w0 is W[4i..4i+3], w4 is W[4i+16..4i+19] */
            uint32x4_t wk = vaddq_u32(w0, vld1q_u32(gem5art__sha256_k + 4 * i));
            uint32x4_t w4 = vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3);
            uint32x4_t next_abcd = vsha256hq_u32(abcd, efgh, wk);
            efgh = vsha256h2q_u32(efgh, abcd, wk);
            abcd = next_abcd;
            w0 = w1;
            w1 = w2;
            w2 = w3;
            w3 = w4;
        }
        abcd = vaddq_u32(abcd, old_abcd);
        efgh = vaddq_u32(efgh, old_efgh);
    }
    vst1q_u32(state, abcd);
    vst1q_u32(state + 4, efgh);
}

#endif

/* CPUID takes microseconds where a hypervisor traps it, so the answer is kept. */
static bool gem5art__cpu_has(int what) {
    static int cached; /* 0: not asked yet */
    int answer = __atomic_load_n(&cached, __ATOMIC_RELAXED);
    if (!answer) {
        answer = gem5art__ask_cpu() | GEM5ART__CPU_ASKED;
        __atomic_store_n(&cached, answer, __ATOMIC_RELAXED);
    }
    return (answer & what) != 0;
}

#endif

static gem5art__hash_blocks *gem5art__sha256_blocks(void) {
#ifdef GEM5ART__SHA_EXTENSIONS
    if (gem5art__cpu_has(GEM5ART__CPU_SHA)) return gem5art__sha256_blocks_extensions;
#endif
    return gem5art__sha256_blocks_portable;
}

GEM5ARTDEF const char *gem5art_sha256_implementation(void) {
#ifdef GEM5ART__SHA_EXTENSIONS
    if (gem5art__cpu_has(GEM5ART__CPU_SHA)) return GEM5ART__SHA_EXTENSIONS;
#endif
    return "portable";
}

GEM5ARTDEF void gem5art_sha256_init(gem5art_sha256 *hash) {
    static const uint32_t state[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                      0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
    memcpy(hash->state, state, sizeof state);
    hash->length = 0;
}

GEM5ARTDEF void gem5art_sha256_update(gem5art_sha256 *hash, const void *data, size_t length) {
    gem5art__hash_update(gem5art__sha256_blocks(), hash->state, hash->block, &hash->length, data, length);
}

GEM5ARTDEF void gem5art_sha256_final(gem5art_sha256 *hash, char hex[65]) {
    gem5art__hash_final(gem5art__sha256_blocks(), hash->state, hash->block, &hash->length, 8, true, hex);
}

/* Adds a text as LENGTH:BYTES, so that different lists of texts have different hashes. */
static void gem5art__hash_item(gem5art_sha256 *hash, const char *text) {
    char length[32];
    snprintf(length, sizeof length, "%zu:", strlen(text));
    gem5art_sha256_update(hash, length, strlen(length));
    gem5art_sha256_update(hash, text, strlen(text));
}

/* ---- MD5 */

static const uint32_t gem5art__md5_t[64] = {
    0xd76aa478u, 0xe8c7b756u, 0x242070dbu, 0xc1bdceeeu, 0xf57c0fafu, 0x4787c62au, 0xa8304613u, 0xfd469501u,
    0x698098d8u, 0x8b44f7afu, 0xffff5bb1u, 0x895cd7beu, 0x6b901122u, 0xfd987193u, 0xa679438eu, 0x49b40821u,
    0xf61e2562u, 0xc040b340u, 0x265e5a51u, 0xe9b6c7aau, 0xd62f105du, 0x02441453u, 0xd8a1e681u, 0xe7d3fbc8u,
    0x21e1cde6u, 0xc33707d6u, 0xf4d50d87u, 0x455a14edu, 0xa9e3e905u, 0xfcefa3f8u, 0x676f02d9u, 0x8d2a4c8au,
    0xfffa3942u, 0x8771f681u, 0x6d9d6122u, 0xfde5380cu, 0xa4beea44u, 0x4bdecfa9u, 0xf6bb4b60u, 0xbebfbc70u,
    0x289b7ec6u, 0xeaa127fau, 0xd4ef3085u, 0x04881d05u, 0xd9d4d039u, 0xe6db99e5u, 0x1fa27cf8u, 0xc4ac5665u,
    0xf4292244u, 0x432aff97u, 0xab9423a7u, 0xfc93a039u, 0x655b59c3u, 0x8f0ccc92u, 0xffeff47du, 0x85845dd1u,
    0x6fa87e4fu, 0xfe2ce6e0u, 0xa3014314u, 0x4e0811a1u, 0xf7537e82u, 0xbd3af235u, 0x2ad7d2bbu, 0xeb86d391u,
};

#define GEM5ART__MD5_F(x, y, z) (((x) & (y)) | (~(x) & (z)))
#define GEM5ART__MD5_G(x, y, z) (((x) & (z)) | ((y) & ~(z)))
#define GEM5ART__MD5_H(x, y, z) ((x) ^ (y) ^ (z))
#define GEM5ART__MD5_I(x, y, z) ((y) ^ ((x) | ~(z)))

#define GEM5ART__MD5_STEP(function, a, b, c, d, k, s, i)              \
    do {                                                              \
        a += function(b, c, d) + x[(k) % 16] + gem5art__md5_t[i];     \
        a = b + GEM5ART__ROTL(a, s);                                  \
    } while (0)

/* Sixteen steps: X[first], X[first + by], X[first + 2 by], ... */
#define GEM5ART__MD5_ROUND(function, round, first, by, s0, s1, s2, s3)                                       \
    for (i = 0; i < 16; i += 4) {                                                                            \
        GEM5ART__MD5_STEP(function, a, b, c, d, first + by * i, s0, 16 * round + i);                         \
        GEM5ART__MD5_STEP(function, d, a, b, c, first + by * (i + 1), s1, 16 * round + i + 1);               \
        GEM5ART__MD5_STEP(function, c, d, a, b, first + by * (i + 2), s2, 16 * round + i + 2);               \
        GEM5ART__MD5_STEP(function, b, c, d, a, first + by * (i + 3), s3, 16 * round + i + 3);               \
    }

static void gem5art__md5_blocks(uint32_t state[4], const uint8_t *data, size_t blocks) {
    for (; blocks; blocks--, data += 64) {
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3], x[16];
        unsigned i;
        for (i = 0; i < 16; i++) x[i] = gem5art__load_le32(data + 4 * i);
        GEM5ART__MD5_ROUND(GEM5ART__MD5_F, 0, 0, 1, 7, 12, 17, 22)
        GEM5ART__MD5_ROUND(GEM5ART__MD5_G, 1, 1, 5, 5, 9, 14, 20)
        GEM5ART__MD5_ROUND(GEM5ART__MD5_H, 2, 5, 3, 4, 11, 16, 23)
        GEM5ART__MD5_ROUND(GEM5ART__MD5_I, 3, 0, 7, 6, 10, 15, 21)
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}

GEM5ARTDEF void gem5art_md5_init(gem5art_md5 *hash) {
    static const uint32_t state[4] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u};
    memcpy(hash->state, state, sizeof state);
    hash->length = 0;
}

GEM5ARTDEF void gem5art_md5_update(gem5art_md5 *hash, const void *data, size_t length) {
    gem5art__hash_update(gem5art__md5_blocks, hash->state, hash->block, &hash->length, data, length);
}

GEM5ARTDEF void gem5art_md5_final(gem5art_md5 *hash, char hex[33]) {
    gem5art__hash_final(gem5art__md5_blocks, hash->state, hash->block, &hash->length, 4, false, hex);
}

/* ---- CRC-32, eight bytes at a time */

static pthread_once_t gem5art__crc32_once = PTHREAD_ONCE_INIT;
static uint32_t gem5art__crc32_table[8][256]; /* row r, column b: the CRC of the byte b followed by r zero bytes */

static void gem5art__crc32_make_table(void) {
    uint32_t b, r, bit, crc, (*table)[256] = gem5art__crc32_table;
    for (b = 0; b < 256; b++) {
        for (crc = b, bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
        table[0][b] = crc;
    }
    for (r = 1; r < 8; r++)
        for (b = 0; b < 256; b++) table[r][b] = table[r - 1][b] >> 8 ^ table[0][table[r - 1][b] & 255];
}

/* The CRC's register, not inverted, after these bytes. */
static uint32_t gem5art__crc32_bytes(uint32_t crc, const uint8_t *bytes, size_t length) {
    uint32_t(*table)[256] = gem5art__crc32_table;
    pthread_once(&gem5art__crc32_once, gem5art__crc32_make_table);
    for (; length >= 8; length -= 8, bytes += 8) {
        uint32_t low = crc ^ gem5art__load_le32(bytes), high = gem5art__load_le32(bytes + 4);
        crc = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255] ^ table[4][low >> 24] ^
              table[3][high & 255] ^ table[2][high >> 8 & 255] ^ table[1][high >> 16 & 255] ^ table[0][high >> 24];
    }
    for (; length; length--) crc = crc >> 8 ^ table[0][(crc ^ *bytes++) & 255];
    return crc;
}

#ifdef GEM5ART__CRC_TARGET

/* Carries the sum so far over to the next bytes: as polynomials, its halves times x^(distance + 32) and
   x^(distance - 32) modulo that of the CRC, bits reversed, have the same CRC as the sum `distance` bits before them. */
GEM5ART__CRC_TARGET
static __m128i gem5art__crc32_fold(__m128i sum, __m128i powers, __m128i next) {
    __m128i low = _mm_clmulepi64_si128(sum, powers, 0x00), high = _mm_clmulepi64_si128(sum, powers, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* The register after at least 64 bytes, a multiple of 16: four sums of every fourth 16 bytes, joined to one. */
GEM5ART__CRC_TARGET
static uint32_t gem5art__crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t length) {
    const __m128i by_512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4), by_128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const __m128i *in = (const __m128i *)(const void *)bytes, *end = in + length / 16;
    __m128i a = _mm_xor_si128(_mm_loadu_si128(in), _mm_cvtsi32_si128((int)crc)), b = _mm_loadu_si128(in + 1),
            c = _mm_loadu_si128(in + 2), d = _mm_loadu_si128(in + 3); /* no array: it would not stay in registers */
    uint8_t rest[16];
    for (in += 4; end - in >= 4; in += 4) {
        a = gem5art__crc32_fold(a, by_512, _mm_loadu_si128(in));
        b = gem5art__crc32_fold(b, by_512, _mm_loadu_si128(in + 1));
        c = gem5art__crc32_fold(c, by_512, _mm_loadu_si128(in + 2));
        d = gem5art__crc32_fold(d, by_512, _mm_loadu_si128(in + 3));
    }
    a = gem5art__crc32_fold(a, by_128, b);
    a = gem5art__crc32_fold(a, by_128, c);
    a = gem5art__crc32_fold(a, by_128, d);
    while (in < end) a = gem5art__crc32_fold(a, by_128, _mm_loadu_si128(in++));
    _mm_storeu_si128((__m128i *)(void *)rest, a);
    return gem5art__crc32_bytes(0, rest, sizeof rest);
}

#endif

GEM5ARTDEF uint32_t gem5art_crc32(uint32_t crc, const void *data, size_t length) {
    const uint8_t *bytes = (const uint8_t *)data;
    crc = ~crc;
#ifdef GEM5ART__CRC_TARGET
    if (length >= 64 && gem5art__cpu_has(GEM5ART__CPU_CLMUL)) {
        size_t whole = length & ~(size_t)15;
        crc = gem5art__crc32_blocks(crc, bytes, whole);
        bytes += whole;
        length -= whole;
    }
#endif
    return ~gem5art__crc32_bytes(crc, bytes, length);
}

/* ---- files */

#ifndef GEM5ART__HASH_CHUNK
#define GEM5ART__HASH_CHUNK ((size_t)256 * 1024) /* stays in the CPU's cache between reading and hashing */
#endif

static bool gem5art__hash_opened(int fd, const char *path, char sha256[65], char *md5, int64_t *size,
                                 gem5art_error *error) {
    uint8_t *chunk = (uint8_t *)GEM5ART_MALLOC(GEM5ART__HASH_CHUNK);
    gem5art__long_work *work = gem5art__this_work;
    gem5art_sha256 sha256_hash;
    gem5art_md5 md5_hash;
    size_t got = GEM5ART__HASH_CHUNK;
    int64_t done = 0;
    bool ok = true;
    if (!chunk) return gem5art__fail_nomem(error);
    gem5art_sha256_init(&sha256_hash);
    gem5art_md5_init(&md5_hash);
    while (ok && got == GEM5ART__HASH_CHUNK) {
        if (work) work->bytes += got;
        ok = gem5art__read_at(fd, chunk, GEM5ART__HASH_CHUNK, (off_t)done, &got);
        if (!ok) gem5art__fail_errno(error, "read", path);
        else if (gem5art__given_up())
            ok = gem5art__fail(error, GEM5ART_CANCELLED, "%s was not hashed to its end: its run was cancelled", path);
        gem5art_sha256_update(&sha256_hash, chunk, got);
        if (md5) gem5art_md5_update(&md5_hash, chunk, got);
        done += (int64_t)got;
    }
    gem5art__free(chunk);
    if (!ok) return false;
    gem5art_sha256_final(&sha256_hash, sha256);
    if (md5) gem5art_md5_final(&md5_hash, md5);
    if (size) *size = done;
    return true;
}

/* Opens a file that can be hashed; -1 with an error for anything else. */
static int gem5art__open_to_hash(const char *path, gem5art_error *error) {
    struct stat st;
    int fd;
    if (gem5art__empty(path))
        return gem5art__fail(error, GEM5ART_INVALID, "there is no file to hash: give its path"), -1;
    if (GEM5ART_SYS_STAT(path, &st) < 0) return gem5art__fail_errno(error, "read", path), -1;
    if (S_ISDIR(st.st_mode))
        return gem5art__fail(error, GEM5ART_INVALID, "%s is a folder, not a file: name a file in it", path), -1;
    if (!S_ISREG(st.st_mode)) { /* not even opened: a FIFO would wait for a writer */
        gem5art__fail(error, GEM5ART_INVALID,
                      "%s is a pipe, a socket or a device, not a file: write its output to a file and name that file",
                      path);
        return -1;
    }
    fd = gem5art__open(path, O_RDONLY, 0);
    if (fd < 0) gem5art__fail_errno(error, "read", path);
    return fd;
}

/* The hashes of a file, read once, and the bytes that were read. NULL for `md5` or `size`: not wanted. */
static bool gem5art__hash_file(const char *path, char sha256[65], char md5[33], int64_t *size, gem5art_error *error) {
    int fd = gem5art__open_to_hash(path, error);
    bool ok = fd >= 0 && gem5art__hash_opened(fd, path, sha256, md5, size, error);
    gem5art__close(fd);
    return ok;
}

GEM5ARTDEF bool gem5art_sha256_file(const char *path, char hex[65], gem5art_error *error) {
    gem5art__clear(error);
    return gem5art__hash_file(path, hex, NULL, NULL, error);
}

/* =================================================================== >>git
   git is run as a program. When a work tree is clean: see IDENTITY in the manual. Replaced objects do not count, and
   untracked files do not matter. Nothing is executed because a repo's own configuration names it: no monitor, hook,
   filter, pager, signature check or fetch. A file that such a filter converts (git-lfs or nbstripout of the repo alone)
   is compared byte by byte, and may count as changed. */

enum { GEM5ART__GIT_NAMED = 3, GEM5ART__GIT_DEPTH = 16 }; /* changed paths in an error; submodules in each other */

typedef struct gem5art__git_repo {
    gem5art__arena arena;
    const char *top;         /* of the work tree: absolute, without symlinks */
    const char *folder;      /* with its index */
    size_t hash_size;        /* bytes: 20, or 32 for SHA-256 */
    bool filters;            /* its configuration may set filters */
    gem5art__buf settings;   /* arguments that turn off its filters */
    const char *hint;        /* advice on its filters, for an error; NULL: it has none */
    const char *index;       /* a copy of the index without the marks that hide changes; NULL: it has none */
    gem5art__buf submodules; /* paths, each with a NUL */
    gem5art__buf changes;    /* the first changed paths, for the error */
    size_t changed;          /* paths */
} gem5art__git_repo;

/* ---- running git */

/* Appends texts to a list, up to the NULL. */
static void gem5art__add_texts(gem5art__buf *list, const char *const *texts) {
    for (; *texts; texts++) gem5art__put(list, texts, sizeof *texts);
}

/* The environment for git: plain English, no optional writes of `git status`, paths that are not patterns, no fetches
   from a partial clone's remote. With `repo`, the work tree is where its ".git" is, whatever core.worktree says. Of the
   caller's GIT_ variables those that describe git's installation and configuration, or restrict which repos it uses,
   are kept; those that select a different repo or change the output are not. */
static void gem5art__git_environment(gem5art__buf *list, gem5art__arena *arena, const gem5art__git_repo *repo) {
    static const char *const fixed[] = {"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_LITERAL_PATHSPECS=1",
                                        "GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1",
                                        "GIT_ALLOW_PROTOCOL=none", NULL};
    static const char *const kept[] = {"GIT_CONFIG_", "GIT_EXEC_PATH=", "GIT_CEILING_DIRECTORIES=",
                                       "GIT_DISCOVERY_ACROSS_FILESYSTEM="};
    char **variable = environ;
    size_t i;
    if (repo) { /* of two values for a name, the first counts */
        int above = (int)(strrchr(repo->top, '/') - repo->top);
        const char *own[] = {
            gem5art__arena_printf(arena, "GIT_WORK_TREE=%s", repo->top),
            gem5art__arena_printf(arena, "GIT_CEILING_DIRECTORIES=%.*s", above ? above : 1, repo->top),
            repo->index ? gem5art__arena_printf(arena, "GIT_INDEX_FILE=%s", repo->index) : NULL, NULL};
        gem5art__add_texts(list, own);
    }
    gem5art__add_texts(list, fixed);
    for (; variable && *variable; variable++) {
        bool keep = !gem5art__starts_with(*variable, "GIT_") && !gem5art__starts_with(*variable, "LC_ALL=");
        for (i = 0; i < sizeof kept / sizeof *kept && !keep; i++) keep = gem5art__starts_with(*variable, kept[i]);
        if (keep) gem5art__put(list, variable, sizeof *variable);
    }
    variable = NULL;
    gem5art__put(list, &variable, sizeof variable);
}

/* `git -c SETTING... -C FOLDER ARGUMENTS...`; these settings override the repo's. An empty core.fsmonitor means none to
   all versions of git. */
static void gem5art__git_argv(gem5art__buf *list, const gem5art__git_repo *repo, const char *folder,
                              const char *const *arguments) {
    static const char *const fixed[] = {
        "git", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null", "-c", "core.checkStat=default",
        "-c", "core.trustctime=true", "-c", "core.quotePath=false", "-c", "log.showSignature=false",
        "-c", "sparse.expectFilesOutsideOfPatterns=false", "-C", NULL};
    const char *end = NULL;
    gem5art__add_texts(list, fixed);
    gem5art__put(list, &folder, sizeof folder);
    if (repo) gem5art__put(list, repo->settings.data, repo->settings.length);
    gem5art__add_texts(list, arguments);
    gem5art__put(list, &end, sizeof end);
}

/* Returns 0 or an errno. */
static int gem5art__git_spawn(pid_t *pid, char *const *argv, char *const *envp, int output, bool messages) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int failed;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGHUP); /* stays ignored under nohup */
    if ((failed = posix_spawn_file_actions_init(&actions)) != 0) return failed;
    if ((failed = posix_spawnattr_init(&attributes)) == 0) {
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all); /* git waits for children, too: no ignored SIGCHLD */
        if ((failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)) == 0 &&
            (failed = posix_spawn_file_actions_adddup2(&actions, output, 1)) == 0 &&
            (failed = posix_spawn_file_actions_adddup2(&actions, messages ? output : 0, 2)) == 0)
            failed = GEM5ART_SYS_POSIX_SPAWNP(pid, "git", &actions, &attributes, argv, envp);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Reads the output to its end, or until git has ended: a process that it leaves behind may keep the pipe open. Then
   reaps git; *status is its exit status, or -1 where the host reaps children itself. Returns 0 or an errno. */
static int gem5art__git_read(pid_t pid, int fd, gem5art__buf *output, int *status) {
    char chunk[4096];
    ssize_t n;
    pid_t reaped = 0;
    int raw = 0, failed = GEM5ART_SYS_FCNTL(fd, F_SETFL, O_NONBLOCK) < 0 ? errno : 0;
    struct pollfd readable = {fd, POLLIN, 0};
    while (!failed && (n = gem5art__read_some(fd, chunk, sizeof chunk)) != 0) {
        if (n > 0) gem5art__put(output, chunk, (size_t)n);
        else if (errno != EAGAIN && errno != EWOULDBLOCK) failed = errno;
        else if (reaped) break;
        else if (gem5art__given_up()) failed = ECANCELED;
        else if (GEM5ART_SYS_POLL(&readable, 1, 20) == 0) reaped = GEM5ART_SYS_WAITPID(pid, &raw, WNOHANG);
    }
    if (failed && !reaped) GEM5ART_SYS_KILL(pid, SIGKILL);
    if (!reaped)
        do reaped = GEM5ART_SYS_WAITPID(pid, &raw, 0); while (reaped < 0 && errno == EINTR);
    *status = reaped < 0 ? -1 : WIFEXITED(raw) ? WEXITSTATUS(raw) : 128;
    return failed;
}

/* Runs `git -C FOLDER ARGUMENTS...` (NULL-terminated). `output` gets what it prints, without newlines at the end; with
   `repo`, also what it prints on stderr. *status: its exit status, or -1 where the host reaps children itself (SIGCHLD
   ignored, or a wait for any child), so that only the output shows how it went. */
static bool gem5art__git_run(const gem5art__git_repo *repo, const char *folder, const char *const *arguments,
                             gem5art__buf *output, int *status, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art__buf argv = {NULL, 0, 0, false}, envp = {NULL, 0, 0, false};
    pid_t pid = 0;
    int fds[2] = {-1, -1}, failed;
    output->length = 0;
    gem5art__git_argv(&argv, repo, folder, arguments);
    gem5art__git_environment(&envp, &arena, repo);
    failed = argv.failed || envp.failed || arena.failed ? ENOMEM : gem5art__pipe(fds) ? 0 : errno;
    if (!failed)
        failed = gem5art__git_spawn(&pid, (char **)(void *)argv.data, (char **)(void *)envp.data, fds[1], repo != NULL);
    if (failed) pid = 0;
    gem5art__buf_free(&argv);
    gem5art__buf_free(&envp);
    gem5art__arena_free(&arena);
    gem5art__close(fds[1]);
    if (pid) failed = gem5art__git_read(pid, fds[0], output, status);
    gem5art__close(fds[0]);
    if (pid && !failed && *status == 127 && !output->length) failed = ENOENT, pid = 0; /* found out late */
    if (!pid)
        return gem5art__fail(error, failed == ENOMEM ? GEM5ART_NOMEM : GEM5ART_GIT,
                             "cannot run git: %s; install git, or add it to the PATH", strerror(failed));
    if (failed == ECANCELED) return gem5art__fail(error, GEM5ART_CANCELLED, "git was ended: its run was cancelled");
    if (failed) return gem5art__fail(error, GEM5ART_IO, "cannot read the output of git: %s", strerror(failed));
    while (output->length && output->data[output->length - 1] == '\n') output->length--;
    gem5art__puts(output, "");
    return output->failed ? gem5art__fail_nomem(error) : true;
}

/* GIT with git's own message: its "fatal:" line, else its first line, and its advice on a repo of another user. */
static bool gem5art__git_refused(gem5art_error *error, const char *what, const char *path, const gem5art__buf *output) {
    const char *text = output->data ? output->data : "", *fatal = strstr(text, "fatal: ");
    const char *advice = strstr(path, "\n") ? NULL : strstr(text, "git config --global --add safe.directory ");
    size_t length;
    if (fatal) text = fatal;
    if (!*text) text = "it failed without a message: try git status there";
    length = strcspn(text, "\n");
    return gem5art__fail(error, GEM5ART_GIT, "git cannot %s %s: %.*s%s%.*s", what, path,
                         length > 300 ? 300 : (int)length, text, advice ? "; if you trust its owner: " : "",
                         advice ? (int)strcspn(advice, "\n") : 0, advice ? advice : "");
}

/* ---- a repo's files: they show what could hide changes from git */

/* Reads a file into the repo's arena; "" where there is none, or a folder. NULL on failure. */
static char *gem5art__git_text(gem5art__git_repo *repo, const char *folder, const char *name, size_t *length,
                               gem5art_error *error) {
    gem5art__buf text = {NULL, 0, 0, false};
    const char *path = gem5art__join_path(&repo->arena, folder, name);
    char *copy = NULL;
    gem5art_error why;
    gem5art__clear(&why);
    if (path) gem5art__read_file(path, SIZE_MAX / 8, &text, &why);
    if (path && (!why.code || why.code == GEM5ART_NOT_FOUND || why.code == GEM5ART_INVALID))
        copy = gem5art__arena_copy_n(&repo->arena, text.data, why.code ? 0 : text.length);
    *length = copy && !why.code ? text.length : 0;
    gem5art__buf_free(&text);
    if (!copy && repo->arena.failed) gem5art__fail_nomem(error);
    else if (!copy) gem5art__pass_on(error, &why);
    return copy;
}

/* Finds the repo of a folder as git does, by the nearest ".git" at or above it. GIT: none. Always free it. */
static bool gem5art__git_find(gem5art__git_repo *repo, const char *path, gem5art_error *error) {
    gem5art__arena *arena = &repo->arena;
    char *real = GEM5ART_SYS_REALPATH(path, NULL), *top, *git = NULL, *at, *text;
    const char *common, *format = NULL;
    size_t length;
    int i;
    struct stat st;
    memset(repo, 0, sizeof *repo);
    if (!real) return gem5art__fail_errno(error, "find", path);
    repo->top = top = gem5art__arena_copy(arena, real);
    while (top && *top && (git = gem5art__arena_printf(arena, "%s/.git", top)) != NULL) {
        if (GEM5ART_SYS_LSTAT(git, &st) == 0) break;
        if (errno != ENOENT && errno != ENOTDIR) {
            free(real);
            return gem5art__fail_errno(error, "read", git);
        }
        if ((at = strrchr(top, '/')) != NULL) *at = 0;
    }
    if (top && git && gem5art__starts_with(real, git) && (real[strlen(git)] == '/' || !real[strlen(git)])) *top = 0;
    free(real);
    if (arena->failed) return gem5art__fail_nomem(error);
    if (!*top)
        return gem5art__fail(error, GEM5ART_GIT,
                             "%s is not a git repository, nor in the work tree of one: name a folder in a work tree",
                             path);
    repo->folder = git;
    /* a linked work tree or a submodule has a file ".git"; the former shares a configuration */
    if ((text = gem5art__git_text(repo, top, ".git", &length, error)) == NULL) return false;
    text[strcspn(text, "\n")] = 0;
    if (gem5art__starts_with(text, "gitdir: ")) repo->folder = gem5art__join_path(arena, top, text + 8);
    if ((text = gem5art__git_text(repo, repo->folder, "commondir", &length, error)) == NULL) return false;
    text[strcspn(text, "\n")] = 0;
    common = *text ? gem5art__join_path(arena, repo->folder, text) : repo->folder;
    for (i = 0; i < 2; i++) {
        text = gem5art__git_text(repo, i ? repo->folder : common, i ? "config.worktree" : "config", &length, error);
        if (!text) return false;
        if (strcasestr(text, "filter") || strcasestr(text, "include")) repo->filters = true;
        if (!i) format = strcasestr(text, "objectformat");
    }
    repo->hash_size = format && gem5art__starts_with(format + 12 + strspn(format + 12, " \t="), "sha256") ? 32 : 20;
    return arena->failed ? gem5art__fail_nomem(error) : true;
}

/* Removes the copy of the index, too. */
static void gem5art__git_free(gem5art__git_repo *repo) {
    if (repo->index) GEM5ART_SYS_UNLINK(repo->index);
    gem5art__buf_free(&repo->settings);
    gem5art__buf_free(&repo->submodules);
    gem5art__buf_free(&repo->changes);
    gem5art__arena_free(&repo->arena);
}

/* True if one of the settings begins with the key. */
static bool gem5art__git_has_setting(const gem5art__buf *list, const char *key, size_t length) {
    const char *const *setting = (const char *const *)(const void *)list->data;
    size_t count = list->length / sizeof *setting;
    while (count > 0 && strncmp(setting[count - 1], key, length) != 0) count--;
    return count > 0;
}

/* Puts the key into a command to copy, unless a shell would not take it literally. */
static void gem5art__git_hint(gem5art__git_repo *repo, const char *key, size_t length) {
    static const char literal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    bool shown = strspn(key, literal) == length;
    repo->hint = gem5art__arena_printf(&repo->arena,
                                       "; a filter in the repo's own configuration was not run: if you trust it, put "
                                       "it into your user configuration by git config --global %.*s COMMAND",
                                       shown ? (int)length : INT_MAX, shown ? key : "filter.NAME.clean");
}

/* Makes the settings that turn off the filters of the repo's own configuration, and then repeats those of the user's
   and the system's configuration, which take precedence. */
static bool gem5art__git_filters_off(gem5art__git_repo *repo, gem5art_error *error) {
    static const char *const list[] = {"config", "--show-scope", "--null", "--get-regexp",
                                       "^filter\\..*\\.(clean|process|required)$", NULL};
    gem5art__buf text = {NULL, 0, 0, false}, others = {NULL, 0, 0, false};
    const char *scope, *key, *setting[3] = {"-c", NULL, NULL};
    size_t length;
    int status;
    bool ok = gem5art__git_run(NULL, repo->top, list, &text, &status, error);
    if (ok && status > 1) ok = gem5art__git_refused(error, "list the filters of", repo->top, &text);
    for (scope = text.data; ok && scope < text.data + text.length; scope = key + strlen(key) + 1) {
        bool own = strcmp(scope, "local") == 0 || strcmp(scope, "worktree") == 0, required;
        key = strchr(scope, 0);
        key += key < text.data + text.length; /* "KEY\nVALUE" */
        length = strcspn(key, "\n");
        required = length > 9 && memcmp(key + length - 9, ".required", 9) == 0;
        setting[1] = gem5art__arena_printf(&repo->arena, "%.*s%s%s", (int)length, key,
                                           !own && !key[length] ? "" : "=",
                                           own ? required ? "false" : "" : key + length + (key[length] != 0));
        if (!memchr(key, '=', length)) gem5art__add_texts(own ? &repo->settings : &others, setting);
        else if (own)
            ok = gem5art__fail(error, GEM5ART_GIT,
                               "the git repo %s has a filter in its own configuration that cannot be turned off: %.*s; "
                               "rename it", repo->top, (int)length, key);
        if (own && !required && !gem5art__git_has_setting(&others, key, length))
            gem5art__git_hint(repo, key, length);
    }
    gem5art__put(&repo->settings, others.data, others.length);
    if (ok && (repo->arena.failed || repo->settings.failed || others.failed)) ok = gem5art__fail_nomem(error);
    gem5art__buf_free(&text);
    gem5art__buf_free(&others);
    return ok;
}

/* ---- the index: its entries are read in order, as git's index-format(5) describes them */

typedef struct gem5art__git_index {
    uint8_t *data;            /* in the repo's arena */
    size_t length, hash_size, at;
    uint32_t version, left;
    bool damaged;             /* or split: entries are missing */
    struct timespec times[2]; /* of the last access and change of the file */
    /* the last entry */
    uint32_t mode;            /* of its kind, 0160000: a submodule; 0040000: a folder of a sparse index */
    uint8_t *flags, *more;    /* where they stand in `data`; more NULL: there are none */
    gem5art__buf path;
} gem5art__git_index;

static uint32_t gem5art__git_number(const gem5art__git_index *index, size_t at) {
    return gem5art__load_be32(index->data + at);
}

/* An index that does not exist yet has no entries. */
static bool gem5art__git_index_begin(gem5art__git_index *index, gem5art__git_repo *repo, gem5art_error *error) {
    const char *path = gem5art__join_path(&repo->arena, repo->folder, "index");
    struct stat st;
    memset(index, 0, sizeof *index);
    if (!path) return gem5art__fail_nomem(error);
    if (GEM5ART_SYS_STAT(path, &st) == 0) { /* before it is read, so that the times are not too late */
        index->times[0] = st.st_atim;
        index->times[1] = st.st_mtim;
    }
    index->data = (uint8_t *)gem5art__git_text(repo, repo->folder, "index", &index->length, error);
    if (!index->length) return index->data != NULL;
    index->hash_size = repo->hash_size;
    index->damaged = index->length < 12 || memcmp(index->data, "DIRC", 4) != 0;
    index->version = index->damaged ? 0 : gem5art__git_number(index, 4);
    index->left = index->damaged ? 0 : gem5art__git_number(index, 8);
    index->at = 12;
    return true;
}

/* The next entry. False at the end, or where the index is damaged. */
static bool gem5art__git_index_next(gem5art__git_index *index) {
    size_t start = index->at, at = start + 40 + index->hash_size + 2, end = index->length, length;
    uint8_t *bytes = index->data;
    if (index->damaged) return false;
    if (!index->left) { /* extensions follow; "link": the index only adds to a different one */
        for (at = start; at + 8 + index->hash_size <= end; at += 8 + (size_t)gem5art__git_number(index, at + 4))
            if (memcmp(bytes + at, "link", 4) == 0) index->damaged = true;
        return false;
    }
    index->damaged = index->version < 2 || index->version > 4 || at + 4 > end;
    if (index->damaged) return false;
    index->mode = gem5art__git_number(index, start + 24);
    index->flags = bytes + at - 2;
    index->more = index->version > 2 && index->flags[0] & 0x40 ? bytes + at : NULL;
    if (index->more) at += 2;
    if (index->version == 4) { /* a number first: of bytes that are cut from the end of the previous path */
        size_t first = at, cut = bytes[at] & 127;
        while (bytes[at++] & 128 && at < end && at - first < 5) cut = (cut + 1) << 7 | (bytes[at] & 127);
        index->damaged = cut > index->path.length || (bytes[at - 1] & 128);
        if (!index->damaged) index->path.length -= cut;
    } else index->path.length = 0;
    length = at < end ? strnlen((char *)bytes + at, end - at) : 0;
    index->damaged = index->damaged || at + length >= end;
    if (index->damaged) return false;
    gem5art__put(&index->path, bytes + at, length);
    at += length;
    index->at = index->version == 4 ? at + 1 : start + ((at - start + 8) & ~(size_t)7);
    index->left--;
    return !index->path.failed;
}

/* Clears the marks that hide the last entry, if its file exists. Returns whether there were any. */
static bool gem5art__git_reveal(gem5art__git_index *index, const char *top) {
    gem5art__arena arena = {NULL, false};
    bool unchanged = (index->flags[0] & 0x80) != 0, skipped = index->more && (index->more[0] & 0x40);
    struct stat st;
    char *path;
    if (skipped) {
        path = gem5art__arena_printf(&arena, "%s/%s", top, index->path.data);
        skipped = (index->mode & 0170000) != 0040000 && (!path || GEM5ART_SYS_LSTAT(path, &st) == 0);
        gem5art__arena_free(&arena);
        if (!skipped) return false; /* a sparse checkout left it out */
        index->more[0] = (uint8_t)(index->more[0] & ~0x40);
    }
    index->flags[0] = (uint8_t)(index->flags[0] & ~0x80);
    return unchanged || skipped;
}

/* Writes the index to $TMPDIR with its old times, which tell git what may have changed after it was written. */
static bool gem5art__git_write_index(gem5art__git_repo *repo, const gem5art__git_index *index, gem5art_error *error) {
    gem5art__buf name = {NULL, 0, 0, false};
    const char *folder = getenv("TMPDIR");
    char *path = gem5art__join_path(&repo->arena, gem5art__empty(folder) ? "/tmp" : folder, "gem5art-index");
    int fd;
    bool ok;
    if (!path) return gem5art__fail_nomem(error);
    if (!gem5art__temporary_name(&name, path, error)) return false;
    fd = gem5art__open(name.data, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) repo->index = gem5art__arena_copy(&repo->arena, name.data);
    ok = fd >= 0 && repo->index && gem5art__write_all(fd, (char *)index->data, index->length) &&
         GEM5ART_SYS_FUTIMENS(fd, index->times) == 0;
    if (!ok) gem5art__fail_errno(error, "write", name.data);
    gem5art__close(fd);
    gem5art__buf_free(&name);
    return ok;
}

/* Lists the submodules, and copies the index without its marks if it has any. */
static bool gem5art__git_read_index(gem5art__git_repo *repo, gem5art_error *error) {
    gem5art__git_index index;
    bool ok = gem5art__git_index_begin(&index, repo, error), marked = false;
    while (ok && gem5art__git_index_next(&index)) {
        if ((index.mode & 0170000) == 0160000)
            gem5art__put(&repo->submodules, index.path.data, index.path.length + 1);
        if (gem5art__git_reveal(&index, repo->top)) marked = true;
    }
    if (!ok) {
    } else if (index.path.failed || repo->submodules.failed) ok = gem5art__fail_nomem(error);
    else if (index.damaged)
        ok = gem5art__fail(error, GEM5ART_GIT,
                           "the index of the git repo %s is damaged or split, so that changes may be hidden: try git "
                           "status there, and git update-index --no-split-index", repo->top);
    else if (marked) ok = gem5art__git_write_index(repo, &index, error);
    gem5art__buf_free(&index.path);
    return ok;
}

/* ---- which commit is checked out, and is the work tree clean? */

static void gem5art__git_add_change(gem5art__git_repo *repo, const char *path, size_t length) {
    if (repo->changed++ < GEM5ART__GIT_NAMED)
        gem5art__putf(&repo->changes, "%s%.*s", repo->changed > 1 ? ", " : "", length > 200 ? 200 : (int)length, path);
}

/* Reads git status: the commit ("-": none yet; "": not known), and the changed paths, which follow 8, 9 or 10
   fields. */
static void gem5art__git_read_status(gem5art__git_repo *repo, const char *output, char hash[65]) {
    static const char commit[] = "# branch.oid ";
    const char *line, *path;
    size_t length;
    hash[0] = 0;
    for (line = output; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        int fields = line[1] != ' ' ? 0 : line[0] == '1' ? 8 : line[0] == '2' ? 9 : line[0] == 'u' ? 10 : 0;
        if (gem5art__starts_with(line, commit)) {
            length = strcspn(line + sizeof commit - 1, "\n");
            if (length != 40 && length != 64) length = 1, path = "-";
            else path = line + sizeof commit - 1;
            memcpy(hash, path, length), hash[length] = 0;
        }
        for (path = line; fields && (path = strchr(path, ' ')) != NULL; path++, fields--) {
            if (fields == 1) gem5art__git_add_change(repo, path + 1, strcspn(path + 1, "\t\n"));
        }
    }
}

static bool gem5art__git_commit(const char *folder, int depth, char hash[65], gem5art_error *error);

/* Checks the submodules that are checked out, and adds changed ones to the changed paths. */
static bool gem5art__git_check_submodules(gem5art__git_repo *repo, int depth, gem5art_error *error) {
    gem5art_error why;
    struct stat st;
    char hash[65], *git;
    size_t at;
    for (at = 0; at < repo->submodules.length; at += strlen(repo->submodules.data + at) + 1) {
        const char *path = repo->submodules.data + at;
        git = gem5art__arena_printf(&repo->arena, "%s/%s/.git", repo->top, path);
        if (!git) return gem5art__fail_nomem(error);
        if (GEM5ART_SYS_LSTAT(git, &st) < 0) continue;
        git[strlen(git) - 5] = 0;
        if (depth <= 0)
            return gem5art__fail(error, GEM5ART_LIMIT, "the submodules of %s are nested more than %d deep, the limit",
                                 repo->top, GEM5ART__GIT_DEPTH);
        if (gem5art__git_commit(git, depth - 1, hash, &why)) continue;
        if (why.code != GEM5ART_DIRTY) return gem5art__pass_on(error, &why);
        gem5art__git_add_change(repo, path, strlen(path));
    }
    return true;
}

/* The commit that is checked out; DIRTY if the work tree is not clean. One git status has the commit and the changes;
   it takes about 1.4 ms on a small repo, 1.1 ms of them to start git. It compares only the commits of submodules.
   Without --no-ahead-behind it would walk the history. */
static bool gem5art__git_commit(const char *folder, int depth, char hash[65], gem5art_error *error) {
    static const char *const status_of[] = {"status", "--porcelain=v2", "--branch", "--no-ahead-behind",
                                            "--untracked-files=no", "--ignore-submodules=dirty", NULL};
    gem5art__buf output = {NULL, 0, 0, false};
    gem5art__git_repo repo;
    int status = 0;
    bool ok = gem5art__git_find(&repo, folder, error) && (!repo.filters || gem5art__git_filters_off(&repo, error)) &&
              gem5art__git_read_index(&repo, error) &&
              gem5art__git_run(&repo, repo.top, status_of, &output, &status, error);
    if (ok) gem5art__git_read_status(&repo, output.data, hash);
    if (!ok) {
    } else if (hash[0] == '-' && status <= 0)
        ok = gem5art__fail(error, GEM5ART_GIT, "the git repo at %s has no commit yet: commit the files that runs use",
                           folder);
    else if (status > 0 || !hash[0]) ok = gem5art__git_refused(error, "show the state of", folder, &output);
    else if (!repo.changed) ok = gem5art__git_check_submodules(&repo, depth, error);
    if (ok && repo.changed) {
        if (repo.changed > GEM5ART__GIT_NAMED)
            gem5art__putf(&repo.changes, " and %zu more", repo.changed - GEM5ART__GIT_NAMED);
        ok = gem5art__fail(error, GEM5ART_DIRTY,
                           "the git work tree %s has changes that are not committed (%s): commit or stash them%s",
                           folder, repo.changes.data ? repo.changes.data : "", repo.hint ? repo.hint : "");
    }
    gem5art__git_free(&repo);
    gem5art__buf_free(&output);
    return ok;
}

/* What else a git artifact records: the URL of its origin ("": none) and the top folder of the work tree. */
static bool gem5art__git_origin(gem5art__arena *arena, const char *folder, const char **origin, const char **top,
                                gem5art_error *error) {
    static const char *const arguments[] = {"config", "--get", "remote.origin.url", NULL};
    gem5art__buf output = {NULL, 0, 0, false};
    gem5art__git_repo repo;
    int status;
    bool ok = gem5art__git_find(&repo, folder, error) &&
              gem5art__git_run(NULL, folder, arguments, &output, &status, error);
    if (ok) {
        *origin = gem5art__arena_copy(arena, status > 0 ? "" : output.data);
        *top = gem5art__arena_copy(arena, repo.top);
        if (arena->failed) ok = gem5art__fail_nomem(error);
    }
    gem5art__git_free(&repo);
    gem5art__buf_free(&output);
    return ok;
}

/* The path of a file from the top of the repo at `folder`; "": it is not tracked there. */
static bool gem5art__git_tracked_path(const char *folder, const char *file, gem5art__buf *path, gem5art_error *error) {
    const char *arguments[] = {"ls-files", "--full-name", "-z", "--error-unmatch", "--", file, NULL};
    int status;
    if (!gem5art__git_run(NULL, folder, arguments, path, &status, error)) return false;
    if (status != 0 && !(status < 0 && path->length && !path->data[path->length - 1])) path->data[path->length = 0] = 0;
    return true;
}

/* ================================================================= >>cache
   The hashes of paths. Threads that need the hash of one path at the same time share the work; those of files are kept.
   The inode shows whether a file has changed, as no program can set its ctime back. As in git's index, that holds only
   for a file that had been left alone for a while when it was hashed; others are hashed each time. */

typedef struct gem5art__stamp {
    int64_t device, inode, size, mtime, mtime_ns, ctime, ctime_ns;
} gem5art__stamp;

typedef struct gem5art__cached { /* without padding: it is written to the cache's file as it is */
    gem5art__stamp stamp;
    char sha256[72], md5[40]; /* md5 "": not computed */
} gem5art__cached;

enum {
    GEM5ART__WANT_MD5 = 1,   /* of a file */
    GEM5ART__WANT_COMMIT = 2 /* of a folder, which is in a git work tree; else its content is hashed */
};

/* The content of a path. */
typedef struct gem5art__content {
    bool found, is_folder;
    char hash[65], md5[33];
    int64_t size; /* bytes of its files; -1: a commit */
} gem5art__content;

/* A path that a thread hashes or has hashed. */
typedef struct gem5art__shared {
    struct gem5art__shared *next;
    const char *path; /* follows this struct */
    int wanted, waiting; /* waiting: threads that wait for its end */
    double began;        /* monotonic */
    bool ended, ok;
    gem5art__content content;
    gem5art_error error; /* if not ok */
} gem5art__shared;

/* Used by several threads: `mutex` guards all but the path. */
typedef struct gem5art__cache {
    pthread_mutex_t mutex;
    pthread_cond_t ended;     /* a thread has hashed its path */
    const char *path;         /* of the file that keeps the hashes for other processes; NULL: none */
    gem5art__buf entries;     /* gem5art__cached, the newest last */
    gem5art__buf devices;     /* gem5art__device, those that files were on */
    double saved_at;          /* monotonic: when the file was written last; 0: never */
    bool loaded, changed;     /* changed: there are entries that the file lacks */
    bool read_only;           /* the file is read, and never written */
    gem5art__shared *shared;
} gem5art__cache;

enum { GEM5ART__MAX_CACHED = 4096 };

/* ---- devices. Each machine has a number of its own for a network file system. If the mount's source names a server,
   as "server:/home", its hash takes the place of that number: machines that share a cache know each other's files. */

/* The negative number that stands for a device; 0: none, as its source does not name a server. */
static int64_t gem5art__hash_source(dev_t number) {
#ifdef GEM5ART_NO_PROC
    return (void)number, 0;
#else
    uint64_t device = (uint64_t)number; /* as Linux lays it out */
    gem5art__arena arena = {NULL, false};
    gem5art_sha256 hash;
    char key[32], hex[65];
    const char *source;
    size_t length;
    int64_t result = 0;
    snprintf(key, sizeof key, " %u:%u ", (unsigned)((device >> 8 & 0xfff) | (device >> 32 & 0xfffff000)),
             (unsigned)((device & 0xff) | (device >> 12 & 0xffffff00)));
    source = strstr(gem5art__proc_text(&arena, "/proc/self/mountinfo", key), " - ");
    source = source ? strchr(source + 3, ' ') : NULL; /* after the type */
    length = source ? strcspn(source + 1, " ") : 0;
    if (length && (memchr(source + 1, ':', length) || gem5art__starts_with(source + 1, "//"))) {
        gem5art_sha256_init(&hash);
        gem5art_sha256_update(&hash, source + 1, length);
        gem5art_sha256_final(&hash, hex);
        hex[15] = 0;
        result = -1 - (int64_t)strtoull(hex, NULL, 16);
    }
    gem5art__arena_free(&arena);
    return result;
#endif
}

typedef struct gem5art__device {
    dev_t number;
    int64_t cached_as;
} gem5art__device;

/* The number that stands for a file's device in the cache. `cache` NULL: the device's own. */
static int64_t gem5art__device_number(gem5art__cache *cache, const char *path, dev_t number) {
    gem5art__device device = {number, 0};
    const gem5art__device *seen;
    double settling;
    size_t i;
    if (!cache) return (int64_t)number;
    pthread_mutex_lock(&cache->mutex);
    seen = (const gem5art__device *)(const void *)cache->devices.data;
    for (i = cache->devices.length / sizeof device; i > 0 && seen[i - 1].number != number; i--) {}
    if (i > 0) device = seen[i - 1];
    else {
        if (gem5art__file_system(path, &settling)) device.cached_as = gem5art__hash_source(number);
        if (!device.cached_as) device.cached_as = (int64_t)number;
        gem5art__put(&cache->devices, &device, sizeof device);
        cache->devices.failed = false; /* without memory it is looked up again */
    }
    pthread_mutex_unlock(&cache->mutex);
    return device.cached_as;
}

static gem5art__stamp gem5art__stamp_of(gem5art__cache *cache, const char *path, const struct stat *st) {
    gem5art__stamp stamp;
    stamp.device = gem5art__device_number(cache, path, st->st_dev);
    stamp.inode = (int64_t)st->st_ino;
    stamp.size = (int64_t)st->st_size;
    stamp.mtime = (int64_t)st->st_mtim.tv_sec;
    stamp.mtime_ns = (int64_t)st->st_mtim.tv_nsec;
    stamp.ctime = (int64_t)st->st_ctim.tv_sec;
    stamp.ctime_ns = (int64_t)st->st_ctim.tv_nsec;
    return stamp;
}

static bool gem5art__same_stamp(const gem5art__stamp *a, const gem5art__stamp *b) {
    return memcmp(a, b, sizeof *a) == 0; /* it has no padding */
}

/* The entry of an inode, or NULL. */
static gem5art__cached *gem5art__cache_find(const gem5art__cache *cache, const gem5art__stamp *stamp) {
    gem5art__cached *entries = (gem5art__cached *)(void *)cache->entries.data;
    size_t i = cache->entries.length / sizeof *entries;
    while (i-- > 0)
        if (entries[i].stamp.inode == stamp->inode && entries[i].stamp.device == stamp->device) return &entries[i];
    return NULL;
}

/* Replaces or adds the entry of an inode; of too many, the older half goes. Without memory the file is not cached. */
static void gem5art__cache_put(gem5art__cache *cache, const gem5art__cached *entry) {
    gem5art__cached *old = gem5art__cache_find(cache, &entry->stamp);
    gem5art__buf *entries = &cache->entries;
    if (old) *old = *entry;
    else {
        if (entries->length == GEM5ART__MAX_CACHED * sizeof *entry) {
            entries->length /= 2;
            memmove(entries->data, entries->data + entries->length, entries->length);
        }
        gem5art__put(entries, entry, sizeof *entry);
        entries->failed = false;
    }
}

/* ---- the file that keeps the hashes: a line with the CRC-32 of the entries, then the entries */

enum { GEM5ART__CACHE_TITLE = 28 };

static void gem5art__cache_title(char title[GEM5ART__CACHE_TITLE + 1], const void *entries, size_t size) {
    snprintf(title, GEM5ART__CACHE_TITLE + 1, "gem5art.h hashes 2 %08x\n", (unsigned)gem5art_crc32(0, entries, size));
}

/* Adds the entries of the file, as older ones than those of the cache, if the file is whole and none but this user can
   have written it: a false entry would let a wrong file pass. */
static void gem5art__load_cache(gem5art__cache *cache) {
    gem5art__buf text = {NULL, 0, 0, false}, newer = cache->entries;
    char title[GEM5ART__CACHE_TITLE + 1];
    gem5art__cached entry;
    struct stat st;
    size_t at = GEM5ART__CACHE_TITLE, got = 0;
    int fd = gem5art__open(cache->path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
    cache->loaded = true;
    cache->entries = text; /* empty */
    if (fd >= 0 && GEM5ART_SYS_FSTAT(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
        !(st.st_mode & (S_IWGRP | S_IWOTH)) && st.st_size >= (off_t)at &&
        st.st_size <= (off_t)(at + GEM5ART__MAX_CACHED * sizeof entry) &&
        gem5art__reserve(&text, (size_t)st.st_size) &&
        gem5art__read_at(fd, text.data, (size_t)st.st_size, 0, &got) && got >= at) {
        gem5art__cache_title(title, text.data + at, got - at);
        for (; memcmp(text.data, title, GEM5ART__CACHE_TITLE) == 0 && at + sizeof entry <= got; at += sizeof entry) {
            memcpy(&entry, text.data + at, sizeof entry);
            entry.sha256[64] = entry.md5[32] = 0;
            gem5art__cache_put(cache, &entry);
        }
    }
    for (at = 0; at < newer.length; at += sizeof entry) {
        memcpy(&entry, newer.data + at, sizeof entry);
        gem5art__cache_put(cache, &entry);
    }
    gem5art__close(fd);
    gem5art__buf_free(&newer);
    gem5art__buf_free(&text);
}

/* Writes the file, with entries that other processes have added. Two that write at the same moment may lose some. */
static void gem5art__save_cache(gem5art__cache *cache) {
    gem5art__buf text = {NULL, 0, 0, false};
    char title[GEM5ART__CACHE_TITLE + 1];
    cache->saved_at = gem5art__monotonic();
    gem5art__load_cache(cache);
    gem5art__cache_title(title, cache->entries.data, cache->entries.length);
    gem5art__put(&text, title, GEM5ART__CACHE_TITLE);
    gem5art__put(&text, cache->entries.data, cache->entries.length);
    if (!text.failed && gem5art__put_file(-1, cache->path, text.data, text.length, 0644, GEM5ART__REPLACE, false, NULL))
        cache->changed = false;
    gem5art__buf_free(&text);
}

static void gem5art__cache_begin(gem5art__cache *cache) {
    pthread_mutex_init(&cache->mutex, NULL);
    gem5art__cond_begin(&cache->ended);
}

static void gem5art__cache_end(gem5art__cache *cache) {
    if (cache->changed && cache->path && !cache->read_only) gem5art__save_cache(cache);
    while (cache->shared) {
        gem5art__shared *shared = cache->shared;
        cache->shared = shared->next;
        gem5art__free(shared);
    }
    pthread_cond_destroy(&cache->ended);
    pthread_mutex_destroy(&cache->mutex);
    gem5art__buf_free(&cache->entries);
    gem5art__buf_free(&cache->devices);
}

/* ---- hashing files with it */

static bool gem5art__recall(gem5art__cache *cache, const gem5art__stamp *stamp, char sha256[65], char *md5) {
    const gem5art__cached *entry;
    bool found;
    pthread_mutex_lock(&cache->mutex);
    if (!cache->loaded && cache->path) gem5art__load_cache(cache);
    entry = gem5art__cache_find(cache, stamp);
    found = entry && gem5art__same_stamp(&entry->stamp, stamp) && (!md5 || *entry->md5);
    if (found) memcpy(sha256, entry->sha256, 65);
    if (found && md5) memcpy(md5, entry->md5, 33);
    pthread_mutex_unlock(&cache->mutex);
    return found;
}

/* The file is written at most once a second, and when the db is closed: at most a second's hashing is lost. */
static void gem5art__remember(gem5art__cache *cache, const gem5art__stamp *stamp, const char *sha256, const char *md5) {
    gem5art__cached entry;
    memset(&entry, 0, sizeof entry);
    entry.stamp = *stamp;
    memcpy(entry.sha256, sha256, 65);
    if (md5) memcpy(entry.md5, md5, 33);
    pthread_mutex_lock(&cache->mutex);
    gem5art__cache_put(cache, &entry);
    cache->changed = true;
    if (cache->path && !cache->read_only && (cache->saved_at <= 0 || gem5art__monotonic() - cache->saved_at >= 1))
        gem5art__save_cache(cache);
    pthread_mutex_unlock(&cache->mutex);
}

/* As gem5art__hash_file, but a cached file is not read. `cache` NULL: it is read in any case. */
static bool gem5art__cache_hash(gem5art__cache *cache, const char *path, char sha256[65], char *md5, int64_t *size,
                                gem5art_error *error) {
    struct stat st;
    gem5art__stamp stamp, after;
    double began = gem5art__now(), still = -1; /* see gem5art__file_system */
    int fd = gem5art__open_to_hash(path, error);
    bool ok = fd >= 0 && GEM5ART_SYS_FSTAT(fd, &st) == 0;
    if (fd < 0) return false;
    if (!ok) gem5art__fail_errno(error, "read", path);
    else {
        stamp = gem5art__stamp_of(cache, path, &st);
        if (size) *size = stamp.size;
        if (!cache || !gem5art__recall(cache, &stamp, sha256, md5)) {
            ok = gem5art__hash_opened(fd, path, sha256, md5, size, error);
            if (ok && cache) gem5art__file_system(path, &still);
            if (still >= 0 && (double)(stamp.mtime + 1) < began - still &&
                (double)(stamp.ctime + 1) < began - still && GEM5ART_SYS_FSTAT(fd, &st) == 0) {
                after = gem5art__stamp_of(cache, path, &st);
                if (gem5art__same_stamp(&stamp, &after)) gem5art__remember(cache, &stamp, sha256, md5);
            }
        }
    }
    gem5art__close(fd);
    return ok;
}

/* ---- folders: see "Identity" in the manual */

enum { GEM5ART__MAX_ENTRIES = 100000 }; /* of a folder */

/* Lists the paths of all entries below a folder, relative to it; the list also serves as the queue of folders. */
static bool gem5art__list_folder(gem5art__arena *arena, const char *root, gem5art__buf *list, gem5art_error *error) {
    const char *folder = NULL, *path = root, *entry; /* NULL: the root itself */
    size_t next = 0;
    for (;;) {
        struct stat st;
        struct dirent *item;
        DIR *dir = NULL;
        bool ok = true, is_folder = !folder || (GEM5ART_SYS_LSTAT(path, &st) == 0 && S_ISDIR(st.st_mode));
        if (is_folder && (dir = GEM5ART_SYS_OPENDIR(path)) == NULL)
            return gem5art__fail_errno(error, "read the folder", path);
        while (dir && ok && (errno = 0, item = GEM5ART_SYS_READDIR(dir)) != NULL) {
            if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0) continue;
            entry = folder ? gem5art__arena_printf(arena, "%s/%s", folder, item->d_name)
                           : gem5art__arena_copy(arena, item->d_name);
            gem5art__put(list, &entry, sizeof entry);
            if (!entry || list->failed) ok = gem5art__fail_nomem(error);
            else if (gem5art__given_up()) ok = gem5art__fail(error, GEM5ART_CANCELLED, "its run was cancelled");
            else if (list->length > GEM5ART__MAX_ENTRIES * sizeof entry)
                ok = gem5art__fail(error, GEM5ART_LIMIT, "%s has more than %d files: register an archive of it instead",
                                   root, GEM5ART__MAX_ENTRIES);
        }
        if (dir && ok && errno) ok = gem5art__fail_errno(error, "read the folder", path);
        if (dir) GEM5ART_SYS_CLOSEDIR(dir);
        if (!ok || next * sizeof entry == list->length) return ok;
        folder = ((const char **)(void *)list->data)[next++];
        path = gem5art__arena_printf(arena, "%s/%s", root, folder);
        if (!path) return gem5art__fail_nomem(error);
    }
}

/* Adds an entry's kind and content to the folder's hash. */
static bool gem5art__hash_entry(gem5art__cache *cache, const char *path, gem5art_sha256 *hash, int64_t *size,
                                gem5art_error *error) {
    char text[PATH_MAX];
    struct stat st;
    int64_t bytes;
    ssize_t length;
    if (GEM5ART_SYS_LSTAT(path, &st) < 0) return gem5art__fail_errno(error, "read", path);
    if (S_ISDIR(st.st_mode)) return gem5art__hash_item(hash, "folder"), true;
    if (S_ISLNK(st.st_mode)) {
        if ((length = GEM5ART_SYS_READLINK(path, text, sizeof text - 1)) < 0)
            return gem5art__fail_errno(error, "read", path);
        text[length] = 0;
        gem5art__hash_item(hash, "link");
    } else if (S_ISREG(st.st_mode)) {
        if (!gem5art__cache_hash(cache, path, text, NULL, &bytes, error)) return false;
        *size += bytes;
        gem5art__hash_item(hash, st.st_mode & S_IXUSR ? "executable" : "file");
    } else
        return gem5art__fail(error, GEM5ART_INVALID,
                             "%s is a pipe, a socket or a device, not a file: take it out of the folder", path);
    gem5art__hash_item(hash, text);
    return true;
}

static int gem5art__compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The hash of a folder's content, and the bytes of its files. */
static bool gem5art__hash_folder(gem5art__cache *cache, const char *folder, char sha256[65], int64_t *size,
                                 gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art__buf list = {NULL, 0, 0, false};
    gem5art_sha256 hash;
    bool ok = gem5art__list_folder(&arena, folder, &list, error);
    const char **entries = (const char **)(void *)list.data, *path;
    size_t count = list.length / sizeof *entries, i;
    if (count) qsort(entries, count, sizeof *entries, gem5art__compare_texts);
    gem5art_sha256_init(&hash);
    gem5art__hash_item(&hash, "gem5art.h folder 1");
    *size = 0;
    for (i = 0; ok && i < count; i++) {
        path = gem5art__arena_printf(&arena, "%s/%s", folder, entries[i]);
        gem5art__hash_item(&hash, entries[i]);
        ok = path ? gem5art__hash_entry(cache, path, &hash, size, error) : gem5art__fail_nomem(error);
    }
    gem5art_sha256_final(&hash, sha256);
    gem5art__buf_free(&list);
    gem5art__arena_free(&arena);
    return ok;
}

/* ---- hashing any path */

/* Hashes a file, a folder or a git work tree. `wanted`: GEM5ART__WANT_... `cache` NULL: all files are read. On failure
   `content` still shows whether the path was found and is a folder. */
static bool gem5art__hash_path(gem5art__cache *cache, const char *path, int wanted, gem5art__content *content,
                               gem5art_error *error) {
    char *md5 = wanted & GEM5ART__WANT_MD5 ? content->md5 : NULL;
    gem5art__stamp stamp;
    struct stat st;
    memset(content, 0, sizeof *content);
    content->found = GEM5ART_SYS_STAT(path, &st) == 0;
    if (!content->found) return gem5art__fail_errno(error, "find", path);
    content->is_folder = S_ISDIR(st.st_mode);
    stamp = gem5art__stamp_of(cache, path, &st);
    content->size = stamp.size;
    if (S_ISREG(st.st_mode) && cache && gem5art__recall(cache, &stamp, content->hash, md5)) return true;
    if (!content->is_folder) return gem5art__cache_hash(cache, path, content->hash, md5, &content->size, error);
    if (!(wanted & GEM5ART__WANT_COMMIT))
        return gem5art__hash_folder(cache, path, content->hash, &content->size, error);
    content->size = -1;
    return gem5art__git_commit(path, GEM5ART__GIT_DEPTH, content->hash, error);
}

/* With the mutex held: the entry of this path, if a thread hashes it now or it is a git work tree that was found clean
   in the last GEM5ART_GIT_SECONDS; else NULL. Drops entries that nobody needs any more. */
static gem5art__shared *gem5art__find_shared(gem5art__cache *cache, const char *path, int wanted) {
    gem5art__shared **link = &cache->shared, *entry, *found = NULL;
    double now = gem5art__monotonic();
    while ((entry = *link) != NULL) {
        bool fresh = !entry->ended ||
                     (entry->ok && entry->content.size < 0 && now < entry->began + GEM5ART_GIT_SECONDS);
        if (fresh && entry->wanted == wanted && strcmp(entry->path, path) == 0) found = entry;
        if (fresh || entry->waiting) link = &entry->next;
        else {
            *link = entry->next;
            gem5art__free(entry);
        }
    }
    return found;
}

/* For a new pool: git is asked again about every work tree. */
static void gem5art__cache_forget(gem5art__cache *cache) {
    gem5art__shared *entry;
    pthread_mutex_lock(&cache->mutex);
    for (entry = cache->shared; entry; entry = entry->next) entry->began = -GEM5ART_GIT_SECONDS;
    pthread_mutex_unlock(&cache->mutex);
}

/* As gem5art__hash_path, but shares the result of a thread that hashes the path now; that of a git work tree serves for
   GEM5ART_GIT_SECONDS. Where the other thread's work is cancelled, this one takes it over. */
static bool gem5art__hash_shared(gem5art__cache *cache, const char *path, int wanted, gem5art__content *content,
                                 gem5art_error *error) {
    size_t length = strlen(path) + 1;
    gem5art__shared *entry;
    bool given_up = false, ok = false;
    memset(content, 0, sizeof *content);
    pthread_mutex_lock(&cache->mutex);
    while ((entry = gem5art__find_shared(cache, path, wanted)) != NULL) {
        entry->waiting++;
        while (!entry->ended && !(given_up = gem5art__given_up()))
            gem5art__cond_wait(&cache->ended, &cache->mutex, 100);
        entry->waiting--;
        if (given_up || entry->ok || entry->error.code != GEM5ART_CANCELLED) break;
    }
    if (!entry && (entry = (gem5art__shared *)gem5art__alloc(sizeof *entry + length)) != NULL) {
        entry->path = (const char *)memcpy(entry + 1, path, length);
        entry->wanted = wanted;
        entry->began = gem5art__monotonic();
        entry->next = cache->shared;
        cache->shared = entry;
        pthread_mutex_unlock(&cache->mutex);
        ok = gem5art__hash_path(cache, path, wanted, &entry->content, &entry->error);
        pthread_mutex_lock(&cache->mutex);
        entry->ok = ok;
        entry->ended = true;
        pthread_cond_broadcast(&cache->ended);
    }
    if (given_up) gem5art__fail(error, GEM5ART_CANCELLED, "%s was not checked: its run was cancelled", path);
    else if (entry) {
        *content = entry->content;
        ok = entry->ok;
        if (!ok && error) *error = entry->error;
    }
    pthread_mutex_unlock(&cache->mutex);
    return entry ? ok : gem5art__hash_path(cache, path, wanted, content, error); /* without memory it is not shared */
}

/* ================================================================= >>store
   Records, in any kind of store: one table of fields for each type drives writing, reading and defaults. A new field is
   one line here and one in its struct. */

typedef enum gem5art__kind {
    GEM5ART__TEXT,         /* const char *, never NULL */
    GEM5ART__TEXT_OR_NULL, /* const char *, null where NULL */
    GEM5ART__TEXTS,        /* const char *const *, an array of strings */
    GEM5ART__TEXTS_QUOTED, /* the same, as JSON inside a string, as gem5art has it */
    GEM5ART__PAIRS,        /* key, value, ...: an object of strings */
    GEM5ART__PAIRS_QUOTED, /* the same, inside a string */
    GEM5ART__BOOLEAN,      /* bool */
    GEM5ART__INTEGER,      /* int64_t */
    GEM5ART__SIZE,         /* int64_t, null where negative */
    GEM5ART__SECONDS,      /* double */
    GEM5ART__GIT,          /* const char *[3]: {} or {origin, hash, name} */
    GEM5ART__TICK,         /* uint64_t */
    GEM5ART__ARCHIVE,      /* .no_archive and .archive_except of a gem5art_run: "all", "none" or {"except": [GLOBS]} */
    GEM5ART__ROWS          /* a pointer to structs and their count (gem5art__rows), an array of objects: `columns` */
} gem5art__kind;

/* How a pointer and the count after it lie in a public struct. */
typedef struct gem5art__rows {
    const void *row;
    size_t count;
} gem5art__rows;

typedef struct gem5art__field {
    const char *name;
    gem5art__kind kind;
    size_t offset;
    bool fs_only; /* not written for an SE run */
    const struct gem5art__field *columns; /* ROWS: the fields of a row; after the last one, its size as an offset */
} gem5art__field;

#define GEM5ART__F(row, name, kind) {#name, kind, offsetof(row, name), false, NULL}
#define GEM5ART__A(name, kind) GEM5ART__F(gem5art_artifact, name, kind)
#define GEM5ART__R(name, kind) GEM5ART__F(gem5art_run, name, kind)
#define GEM5ART__FS(name) {#name, GEM5ART__TEXT, offsetof(gem5art_run, name), true, NULL}
#define GEM5ART__RS(name, columns) {#name, GEM5ART__ROWS, offsetof(gem5art_run, name), false, columns}
static const gem5art__field gem5art__artifact_fields[] = {
    {"_id", GEM5ART__TEXT, offsetof(gem5art_artifact, id), false, NULL},
    GEM5ART__A(hash, GEM5ART__TEXT),
    GEM5ART__A(type, GEM5ART__TEXT),
    GEM5ART__A(name, GEM5ART__TEXT),
    GEM5ART__A(documentation, GEM5ART__TEXT),
    GEM5ART__A(command, GEM5ART__TEXT),
    GEM5ART__A(path, GEM5ART__TEXT),
    {"git", GEM5ART__GIT, offsetof(gem5art_artifact, git_origin), false, NULL},
    GEM5ART__A(cwd, GEM5ART__TEXT),
    GEM5ART__A(inputs, GEM5ART__TEXTS),
    GEM5ART__A(architecture, GEM5ART__TEXT),
    GEM5ART__A(size, GEM5ART__SIZE),
    GEM5ART__A(is_zipped, GEM5ART__BOOLEAN),
    GEM5ART__A(md5sum, GEM5ART__TEXT),
    GEM5ART__A(url, GEM5ART__TEXT),
    GEM5ART__A(supported_gem5_versions, GEM5ART__TEXTS_QUOTED),
    GEM5ART__A(version, GEM5ART__TEXT),
    GEM5ART__A(extra, GEM5ART__PAIRS_QUOTED),
    GEM5ART__A(time, GEM5ART__SECONDS),
    {NULL, GEM5ART__TEXT, 0, false, NULL}};

static const gem5art__field gem5art__warning_fields[] = {GEM5ART__F(gem5art_warning, kind, GEM5ART__TEXT),
                                                         GEM5ART__F(gem5art_warning, text, GEM5ART__TEXT),
                                                         {NULL, GEM5ART__TEXT, sizeof(gem5art_warning), false, NULL}};
static const gem5art__field gem5art__exit_event_fields[] = {
    GEM5ART__F(gem5art_exit_event, tick, GEM5ART__TICK),
    GEM5ART__F(gem5art_exit_event, code, GEM5ART__INTEGER),
    GEM5ART__F(gem5art_exit_event, cause, GEM5ART__TEXT),
    GEM5ART__F(gem5art_exit_event, seconds, GEM5ART__SECONDS),
    {NULL, GEM5ART__TEXT, sizeof(gem5art_exit_event), false, NULL}};
static const gem5art__field gem5art__file_fields[] = {GEM5ART__F(gem5art_file, path, GEM5ART__TEXT),
                                                      GEM5ART__F(gem5art_file, hash, GEM5ART__TEXT),
                                                      GEM5ART__F(gem5art_file, artifact, GEM5ART__TEXT),
                                                      {NULL, GEM5ART__TEXT, sizeof(gem5art_file), false, NULL}};

static const gem5art__field gem5art__run_fields[] = {
    {"_id", GEM5ART__TEXT, offsetof(gem5art_run, id), false, NULL},
    GEM5ART__R(hash, GEM5ART__TEXT),
    GEM5ART__R(type, GEM5ART__TEXT),
    GEM5ART__R(name, GEM5ART__TEXT),
    GEM5ART__R(gem5_binary_path, GEM5ART__TEXT),
    GEM5ART__R(run_script, GEM5ART__TEXT),
    GEM5ART__R(gem5_artifact, GEM5ART__TEXT),
    GEM5ART__R(gem5_git_artifact, GEM5ART__TEXT),
    GEM5ART__R(run_script_git_artifact, GEM5ART__TEXT),
    GEM5ART__R(params, GEM5ART__TEXTS),
    GEM5ART__R(timeout, GEM5ART__SECONDS),
    GEM5ART__R(outdir, GEM5ART__TEXT),
    GEM5ART__R(gem5_name, GEM5ART__TEXT),
    GEM5ART__R(script_name, GEM5ART__TEXT),
    GEM5ART__R(running, GEM5ART__BOOLEAN),
    GEM5ART__R(enqueue_time, GEM5ART__SECONDS),
    GEM5ART__R(start_time, GEM5ART__SECONDS),
    GEM5ART__R(end_time, GEM5ART__SECONDS),
    GEM5ART__R(return_code, GEM5ART__INTEGER),
    GEM5ART__R(kill_reason, GEM5ART__TEXT),
    GEM5ART__R(status, GEM5ART__TEXT),
    GEM5ART__R(pid, GEM5ART__INTEGER),
    GEM5ART__R(task_id, GEM5ART__TEXT_OR_NULL),
    GEM5ART__R(results, GEM5ART__TEXT_OR_NULL),
    GEM5ART__R(rerunnable, GEM5ART__BOOLEAN),
    GEM5ART__FS(linux_binary_path),
    GEM5ART__FS(disk_image_path),
    GEM5ART__FS(linux_binary_artifact),
    GEM5ART__FS(disk_image_artifact),
    GEM5ART__FS(linux_name),
    GEM5ART__FS(disk_name),
    GEM5ART__R(string, GEM5ART__TEXT),
    GEM5ART__R(command, GEM5ART__TEXTS),
    GEM5ART__R(current_time, GEM5ART__SECONDS),
    GEM5ART__R(artifacts, GEM5ART__TEXTS),
    GEM5ART__R(error, GEM5ART__TEXT),
    GEM5ART__R(cwd, GEM5ART__TEXT),
    GEM5ART__R(host, GEM5ART__TEXT),
    GEM5ART__R(kernel, GEM5ART__TEXT),
    GEM5ART__R(user, GEM5ART__TEXT),
    GEM5ART__R(cpu_model, GEM5ART__TEXT),
    GEM5ART__R(ru_utime, GEM5ART__SECONDS),
    GEM5ART__R(ru_stime, GEM5ART__SECONDS),
    GEM5ART__R(ru_maxrss, GEM5ART__INTEGER),
    GEM5ART__R(ru_inblock, GEM5ART__INTEGER),
    GEM5ART__R(ru_oublock, GEM5ART__INTEGER),
    GEM5ART__R(ru_nvcsw, GEM5ART__INTEGER),
    GEM5ART__R(ru_nivcsw, GEM5ART__INTEGER),
    GEM5ART__R(environment, GEM5ART__PAIRS),
    GEM5ART__R(gem5art_version, GEM5ART__TEXT),
    GEM5ART__R(cause, GEM5ART__TEXT),
    GEM5ART__RS(warnings, gem5art__warning_fields),
    GEM5ART__RS(exit_events, gem5art__exit_event_fields),
    GEM5ART__RS(files, gem5art__file_fields),
    GEM5ART__R(gem5_options, GEM5ART__TEXTS),
    GEM5ART__R(accept, GEM5ART__TEXTS),
    GEM5ART__R(fail_on, GEM5ART__TEXTS),
    GEM5ART__R(stall, GEM5ART__SECONDS),
    GEM5ART__R(variables, GEM5ART__PAIRS),
    {"archive", GEM5ART__ARCHIVE, offsetof(gem5art_run, archive_except), false, NULL},
    GEM5ART__R(results_size, GEM5ART__SIZE),
    {NULL, GEM5ART__TEXT, 0, false, NULL}};
#undef GEM5ART__F
#undef GEM5ART__A
#undef GEM5ART__R
#undef GEM5ART__FS
#undef GEM5ART__RS

static const char gem5art__type_se[] = "gem5 run";
static const char gem5art__type_fs[] = "gem5 run fs";
static const char *const gem5art__no_texts[] = {NULL};

static bool gem5art__is_fs(const char *type) { return strcmp(type, gem5art__type_fs) == 0; }
static bool gem5art__is_run(const char *type) { return gem5art__is_fs(type) || strcmp(type, gem5art__type_se) == 0; }

/* ---- writing */

/* An array of texts, or an object of pairs of them. */
static void gem5art__write_texts(gem5art_json_writer *writer, const char *const *texts, bool pairs) {
    if (pairs) gem5art_json_begin_object(writer);
    else gem5art_json_begin_array(writer);
    for (; texts[0] && (!pairs || texts[1]); texts += pairs ? 2 : 1) {
        if (pairs) gem5art_json_key(writer, texts[0]);
        gem5art_json_string(writer, texts[pairs]);
    }
    if (pairs) gem5art_json_end_object(writer);
    else gem5art_json_end_array(writer);
}

static void gem5art__write_field(gem5art_json_writer *writer, const gem5art__field *field, const void *object);

static void gem5art__write_rows(gem5art_json_writer *writer, const gem5art__field *columns, const void *at) {
    const gem5art__field *column;
    const char *row;
    gem5art__rows rows;
    size_t i;
    memcpy(&rows, at, sizeof rows);
    row = (const char *)rows.row;
    gem5art_json_begin_array(writer);
    for (i = 0; i < rows.count; i++, row += column->offset) {
        gem5art_json_begin_object(writer);
        for (column = columns; column->name; column++) gem5art__write_field(writer, column, row);
        gem5art_json_end_object(writer);
    }
    gem5art_json_end_array(writer);
}

static void gem5art__write_field(gem5art_json_writer *writer, const gem5art__field *field, const void *object) {
    const void *at = (const char *)object + field->offset;
    const char *const *texts = (const char *const *)at;
    bool pairs = field->kind == GEM5ART__PAIRS || field->kind == GEM5ART__PAIRS_QUOTED;
    gem5art_json_writer inner;
    char digits[32];
    const char *text;
    size_t length;
    gem5art_json_key(writer, field->name);
    switch (field->kind) {
    case GEM5ART__TEXT:
    case GEM5ART__TEXT_OR_NULL: gem5art_json_string(writer, *texts); break;
    case GEM5ART__TEXTS:
    case GEM5ART__PAIRS: gem5art__write_texts(writer, *(const char *const *const *)at, pairs); break;
    case GEM5ART__TEXTS_QUOTED:
    case GEM5ART__PAIRS_QUOTED:
        gem5art_json_writer_init(&inner, 0);
        gem5art__write_texts(&inner, *(const char *const *const *)at, pairs);
        if ((text = gem5art_json_take(&inner, &length, NULL)) != NULL) gem5art_json_string_n(writer, text, length);
        else writer->failed = true;
        gem5art_json_writer_free(&inner);
        break;
    case GEM5ART__BOOLEAN: gem5art_json_boolean(writer, *(const bool *)at); break;
    case GEM5ART__SIZE:
    case GEM5ART__INTEGER:
        if (field->kind == GEM5ART__SIZE && *(const int64_t *)at < 0) gem5art_json_null(writer);
        else gem5art_json_integer(writer, *(const int64_t *)at);
        break;
    case GEM5ART__SECONDS: gem5art_json_number(writer, *(const double *)at); break;
    case GEM5ART__GIT: {
        const char *facts[] = {"origin", texts[0], "hash", texts[1], "name", texts[2], NULL};
        gem5art__write_texts(writer, *texts[1] ? facts : facts + 6, true);
        break;
    }
    case GEM5ART__TICK:
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)*(const uint64_t *)at);
        gem5art_json_text(writer, digits, strlen(digits));
        break;
    case GEM5ART__ROWS: gem5art__write_rows(writer, field->columns, at); break;
    case GEM5ART__ARCHIVE:
        if (((const gem5art_run *)object)->no_archive) gem5art_json_string(writer, "none");
        else if (!**(const char *const *const *)at) gem5art_json_string(writer, "all");
        else {
            gem5art_json_begin_object(writer);
            gem5art_json_key(writer, "except");
            gem5art__write_texts(writer, *(const char *const *const *)at, false);
            gem5art_json_end_object(writer);
        }
        break;
    }
}

static const gem5art__field *gem5art__find_field(const gem5art__field *fields, const char *name) {
    while (fields->name && strcmp(fields->name, name) != 0) fields++;
    return fields->name ? fields : NULL;
}

static const char *const gem5art__head_keys[] = {"_id", "hash", "type", "name"}; /* they open a record, in this order */

/* Writes the members of a record, except its checksum, those in `fields` (or NULL) and the first `head` head keys. */
static void gem5art__write_members(gem5art_json_writer *writer, const gem5art_json *record,
                                   const gem5art__field *fields, int head) {
    const gem5art_json *member;
    int i;
    for (member = record ? record->first : NULL; member; member = member->next) {
        for (i = 0; i < head && strcmp(member->key, gem5art__head_keys[i]) != 0; i++) {}
        if (i == head && strcmp(member->key, "crc32") != 0 && !(fields && gem5art__find_field(fields, member->key)))
            gem5art__json_member(writer, member);
    }
}

/* Writes the fields of the table, then the other members of the record that the object was read from. */
static void gem5art__write_object(gem5art_json_writer *writer, const gem5art__field *fields, const void *object,
                                  bool fs, const gem5art_json *record) {
    const gem5art__field *field;
    gem5art_json_begin_object(writer);
    for (field = fields; field->name; field++)
        if (fs || !field->fs_only) gem5art__write_field(writer, field, object);
    gem5art__write_members(writer, record, fields, 0);
    gem5art_json_end_object(writer);
}

/* Appends an object's line, closed by the checksum of all bytes before the key "crc32". */
static void gem5art__put_line(gem5art__buf *line, const char *object, size_t length) {
    size_t start = line->length;
    gem5art__put(line, object, length - 1);
    gem5art__puts(line, ",");
    if (line->failed) return;
    gem5art__putf(line, "\"crc32\":\"%08x\"}", (unsigned)gem5art_crc32(0, line->data + start, line->length - start));
}

/* Appends what a writer has, `sealed` as a line with a checksum, and frees the writer. */
static bool gem5art__put_written(gem5art__buf *line, gem5art_json_writer *writer, bool sealed, gem5art_error *error) {
    size_t length;
    const char *text = gem5art_json_take(writer, &length, error);
    if (text && sealed) gem5art__put_line(line, text, length);
    else if (text) gem5art__put(line, text, length);
    gem5art_json_writer_free(writer);
    if (text && line->failed) gem5art__fail_nomem(error);
    return text && !line->failed;
}

static bool gem5art__put_object_line(gem5art__buf *line, const gem5art__field *fields, const void *object, bool fs,
                                     const gem5art_json *record, gem5art_error *error) {
    gem5art_json_writer writer;
    gem5art_json_writer_init(&writer, 0);
    gem5art__write_object(&writer, fields, object, fs, record);
    return gem5art__put_written(line, &writer, true, error);
}

/* Appends any record as a sealed line: its members as they were written, its head first. */
static bool gem5art__put_record_line(gem5art__buf *line, const gem5art_json *record, gem5art_error *error) {
    gem5art_json_writer writer;
    const gem5art_json *member;
    size_t i;
    gem5art_json_writer_init(&writer, 0);
    gem5art_json_begin_object(&writer);
    for (i = 0; i < 4; i++) {
        if ((member = gem5art_json_get(record, gem5art__head_keys[i])) == NULL) continue;
        gem5art_json_key(&writer, member->key);
        gem5art_json_value(&writer, member);
    }
    gem5art__write_members(&writer, record, NULL, 4);
    gem5art_json_end_object(&writer);
    return gem5art__put_written(line, &writer, true, error);
}

/* ---- reading */

/* Texts out of an array, or pairs out of an object; NULL: the value is of another kind. */
static const char *const *gem5art__read_texts(gem5art__arena *arena, const gem5art_json *value, bool pairs) {
    const char **texts;
    const gem5art_json *item;
    size_t n = 0;
    if (value->type != (pairs ? GEM5ART_JSON_OBJECT : GEM5ART_JSON_ARRAY)) return NULL;
    texts = (const char **)gem5art__arena_alloc(arena, (2 * value->count + 1) * sizeof *texts);
    for (item = value->first; texts && item; item = item->next) {
        bool string = item->type == GEM5ART_JSON_STRING;
        if (!pairs && !string) return NULL;
        if (pairs) texts[n++] = item->key;
        texts[n++] = string                               ? item->text
                     : item->type == GEM5ART_JSON_NUMBER ? gem5art__arena_copy_n(arena, item->raw, item->raw_length)
                                                         : "";
    }
    return texts;
}

static bool gem5art__read_object(gem5art__arena *arena, const gem5art__field *fields, const gem5art_json *record,
                                 void *object, const char *where, gem5art_error *error);

static bool gem5art__read_rows(gem5art__arena *arena, const gem5art__field *columns, const gem5art_json *array,
                               void *at) {
    const gem5art__field *end = columns;
    const gem5art_json *item;
    gem5art__rows rows;
    char *row;
    while (end->name) end++;
    row = (char *)gem5art__arena_alloc(arena, (array->count + 1) * end->offset);
    if (!row || array->type != GEM5ART_JSON_ARRAY) return false;
    rows.row = row;
    rows.count = array->count;
    for (item = array->first; item; item = item->next, row += end->offset)
        if (item->type != GEM5ART_JSON_OBJECT || !gem5art__read_object(arena, columns, item, row, "", NULL))
            return false;
    memcpy(at, &rows, sizeof rows);
    return true;
}

/* False where the value is of a wrong kind. */
static bool gem5art__read_field(gem5art__arena *arena, const gem5art__field *field, const gem5art_json *value,
                                void *object) {
    void *at = (char *)object + field->offset;
    bool string = value->type == GEM5ART_JSON_STRING, number = value->type == GEM5ART_JSON_NUMBER;
    bool null = value->type == GEM5ART_JSON_NULL;
    bool pairs = field->kind == GEM5ART__PAIRS || field->kind == GEM5ART__PAIRS_QUOTED;
    const char *const *texts = NULL;
    const gem5art_json *inner = value;
    int i;
    switch (field->kind) {
    case GEM5ART__TEXT:
    case GEM5ART__TEXT_OR_NULL:
        if (string) *(const char **)at = value->text;
        return string || null;
    case GEM5ART__TEXTS_QUOTED: /* gem5art lets any text be there, and the record keeps it */
    case GEM5ART__PAIRS_QUOTED:
        if (string) inner = gem5art__json_parse_in(arena, value->text, value->length, NULL, NULL);
        if (inner) texts = gem5art__read_texts(arena, inner, pairs);
        if (texts) *(const char *const **)at = texts;
        return !arena->failed;
    case GEM5ART__TEXTS:
    case GEM5ART__PAIRS:
        texts = gem5art__read_texts(arena, value, pairs);
        if (texts) *(const char *const **)at = texts;
        return texts || null;
    case GEM5ART__BOOLEAN: *(bool *)at = value->boolean; return value->type == GEM5ART_JSON_BOOL || null;
    case GEM5ART__INTEGER:
    case GEM5ART__SIZE:
        if (!number || (!value->is_integer && !(value->number > -9e18 && value->number < 9e18))) return null;
        *(int64_t *)at = value->is_integer ? value->integer : (int64_t)value->number;
        return true;
    case GEM5ART__SECONDS:
        if (number && value->number - value->number == 0) *(double *)at = value->number; /* else it is infinite */
        return number || null;
    case GEM5ART__GIT:
        for (i = 0; i < 3; i++) {
            static const char *const keys[] = {"origin", "hash", "name"};
            const gem5art_json *member = gem5art_json_get(value, keys[i]);
            if (member && member->type == GEM5ART_JSON_STRING) ((const char **)at)[i] = member->text;
            else if (member && member->type != GEM5ART_JSON_NULL) return false;
        }
        return value->type == GEM5ART_JSON_OBJECT || null;
    case GEM5ART__TICK:
        if (number) *(uint64_t *)at = strtoull(value->raw, NULL, 10);
        return number || null;
    case GEM5ART__ROWS: return null || gem5art__read_rows(arena, field->columns, value, at);
    case GEM5ART__ARCHIVE:
        if (string) ((gem5art_run *)object)->no_archive = strcmp(value->text, "none") == 0;
        if (string) return ((gem5art_run *)object)->no_archive || strcmp(value->text, "all") == 0;
        if ((inner = gem5art_json_get(value, "except")) != NULL) texts = gem5art__read_texts(arena, inner, false);
        if (texts) *(const char *const **)at = texts;
        return texts || null;
    }
    return false;
}

static void gem5art__set_defaults(const gem5art__field *fields, void *object) {
    const gem5art__field *field;
    for (field = fields; field->name; field++) {
        void *at = (char *)object + field->offset;
        switch (field->kind) {
        case GEM5ART__GIT: ((const char **)at)[0] = ((const char **)at)[1] = ((const char **)at)[2] = ""; break;
        case GEM5ART__TEXT: *(const char **)at = ""; break;
        case GEM5ART__TEXTS:
        case GEM5ART__TEXTS_QUOTED:
        case GEM5ART__PAIRS:
        case GEM5ART__PAIRS_QUOTED:
        case GEM5ART__ARCHIVE: *(const char *const **)at = gem5art__no_texts; break;
        case GEM5ART__SIZE: *(int64_t *)at = -1; break;
        default: break;
        }
    }
}

/* Fills a struct from a record; missing fields get their defaults. `where` names the record in errors. */
static bool gem5art__read_object(gem5art__arena *arena, const gem5art__field *fields, const gem5art_json *record,
                                 void *object, const char *where, gem5art_error *error) {
    const gem5art__field *field, *next = fields; /* the members mostly come in the order of the table */
    const gem5art_json *member;
    size_t shown;
    gem5art__set_defaults(fields, object);
    for (member = record->first; member; member = member->next) {
        field = next->name && strcmp(next->name, member->key) == 0 ? next : gem5art__find_field(fields, member->key);
        if (field) next = field + 1;
        if (!field || gem5art__read_field(arena, field, member, object)) continue;
        shown = member->raw_length > 60 ? 60 : member->raw_length;
        if (shown) shown = strcspn(member->raw, "\n") < shown ? strcspn(member->raw, "\n") : shown;
        return gem5art__fail(error, arena->failed ? GEM5ART_NOMEM : GEM5ART_INVALID,
                             "%s: \"%s\" has a value of the wrong kind: %.*s", where, member->key, (int)shown,
                             shown ? member->raw : "");
    }
    return arena->failed ? gem5art__fail_nomem(error) : true;
}

/* ---- the db */

/* The head of every artifact and run, which belong to the db and die with it or by release. */
typedef struct gem5art__object {
    gem5art__arena arena;
    struct gem5art__object *next, **link;
    void *owner; /* the allocation that it is part of */
} gem5art__object;

/* An index of records by their ids and hashes. */
typedef struct gem5art__entry {
    uint64_t key;
    int64_t at;
    size_t next; /* the next entry with this key, from 1; of the last one: the first */
} gem5art__entry;

typedef struct gem5art__index {
    gem5art__entry *entries;
    size_t *slots, slot_count, count;
} gem5art__index;

typedef struct gem5art__flat {
    const char *path; /* the db's */
    int fd;
    bool network;          /* it is on a network file system */
    dev_t device;
    ino_t inode;
    bool end_known;        /* the five below hold; else the end of the file must be examined */
    off_t size, bracket;   /* of the file, and where its closing bracket is; of a torn file both are the end of its
                              whole part: it is longer, or has no bracket there */
    bool empty;            /* there is no record before it */
    size_t tail_length;
    char tail[64];         /* the bytes before the bracket; they show a rewrite by another program */
    off_t synced;          /* the size that this handle left the file with, on the disk with its name; 0: it did not */
    off_t indexed;         /* the index covers the records before this offset */
    gem5art__index index;
    bool has_md5;          /* a hash in it may be an MD5, as gem5art stores them */
} gem5art__flat;

/* A file that is kept open, to be compared with the one at its path. */
typedef struct gem5art__held {
    int fd; /* -1: it is not open */
    dev_t device;
    ino_t inode;
} gem5art__held;

struct gem5art_db {
    gem5art__arena arena;
    const struct gem5art__backend *backend;
    char *path; /* of the store: absolute, symlinks resolved */
    gem5art__flat flat;
    struct gem5art__env *env; /* of an LMDB store */
    char *shards_path;        /* the folder of a flat store's shards; NULL: it is a shard, or an LMDB store */
    gem5art__buf shards;      /* handles (gem5art_db *) of all shards that were ever seen, by name */
    gem5art_db *appended_to;  /* a handle of the shard that records are appended to; NULL: it is the store itself */
    double patience;          /* seconds until a wait for the writer lock is given up; 0: GEM5ART__LOCK_SECONDS */
    int writer;  /* a descriptor of the store that has the writer lock; -1: this handle does not hold it */
    gem5art__held claimed; /* the lock file, with this handle's claims */
    gem5art__held claimed_in_store; /* the store, with the same claims, for those who know the store by another name */
    int live_folder; /* the folder of live entries; -1: not open */
    bool read_only, dry_run;
    void (*damaged)(const char *message, void *user_data);
    bool unchecked; /* its first bytes are not checked */
    bool left_live; /* this handle has made live entries: their folder goes with the last of them */
    bool left_queue; /* it has made or removed queued files */
    char *lock_path, *live_path, *queue_path, *storage;
    void (*log)(const char *message, void *user_data);
    void *user_data;
    gem5art__object *objects;
    struct gem5art__claim *claims;
    struct gem5art__script *scripts;
    const struct gem5art__host_facts *host_facts;
    gem5art__cache cache;
    int pools, iters;
};

/* A handle without a store. */
static gem5art_db *gem5art__new_db(gem5art_error *error) {
    gem5art_db *db = (gem5art_db *)gem5art__alloc(sizeof *db);
    if (!db) return gem5art__fail_nomem(error), (gem5art_db *)NULL;
    db->writer = db->claimed.fd = db->claimed_in_store.fd = db->live_folder = db->flat.fd = -1;
    return db;
}

static void gem5art__warn(gem5art_db *db, const char *format, ...) GEM5ART__PRINTF(2, 3);
static void gem5art__warn(gem5art_db *db, const char *format, ...) {
    char message[1024];
    va_list arguments;
    if (!db->log) return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (db->log)(message, db->user_data);
}

static void gem5art__adopt(gem5art_db *db, gem5art__object *object, void *owner) {
    object->owner = owner;
    object->link = &db->objects;
    object->next = db->objects;
    if (db->objects) db->objects->link = &object->next;
    db->objects = object;
}

static void gem5art__disown(gem5art__object *object) {
    *object->link = object->next;
    if (object->next) object->next->link = object->link;
    gem5art__arena_free(&object->arena);
}

/* ---- records as text */

enum { GEM5ART__SEAL = 19 }; /* bytes of "crc32":"8d3f01aa"} */
static const char gem5art__seal_start[] = ",\"crc32\":\"";

/* Does a record end with a checksum? */
static bool gem5art__is_sealed(const char *data, size_t size) {
    const char *seal;
    if (size < GEM5ART__SEAL + 2) return false;
    seal = data + size - GEM5ART__SEAL;
    return memcmp(seal - 1, gem5art__seal_start, 10) == 0 && seal[17] == '"' && seal[18] == '}';
}

/* Does the checksum of a sealed record hold? */
static bool gem5art__seal_holds(const char *data, size_t size) {
    uint32_t crc = gem5art_crc32(0, data, size - GEM5ART__SEAL);
    char hex[8];
    size_t i;
    for (i = sizeof hex; i-- > 0; crc >>= 4) hex[i] = "0123456789abcdef"[crc & 15];
    return memcmp(hex, data + size - 10, sizeof hex) == 0;
}

static bool gem5art__is_intact(const char *data, size_t size) {
    return gem5art__is_sealed(data, size) && gem5art__seal_holds(data, size);
}

static bool gem5art__has_id(const gem5art_json *record) {
    const gem5art_json *id = gem5art_json_get(record, "_id");
    return id && id->type == GEM5ART_JSON_STRING && id->length;
}

GEM5ART__NOINLINE static const char *gem5art__record_text(const gem5art_json *record, const char *key) {
    const gem5art_json *member = gem5art_json_get(record, key);
    return member && member->type == GEM5ART_JSON_STRING ? member->text : "";
}

/* Is the member exactly this text? One that contains a NUL is none that a caller can name. */
static bool gem5art__record_is(const gem5art_json *record, const char *key, const char *text) {
    const gem5art_json *member = gem5art_json_get(record, key);
    return member && member->type == GEM5ART_JSON_STRING && member->length == strlen(text) &&
           memcmp(member->text, text, member->length) == 0;
}

static bool gem5art__text_is(const char *text, size_t length, const char *wanted) {
    return strlen(wanted) == length && memcmp(text, wanted, length) == 0;
}

/* Finds `part` in a text; NULL: it is not there. */
static const char *gem5art__find_part(const char *text, size_t length, const char *part) {
    return (const char *)memmem(text, length, part, strlen(part));
}

/* Is `part`, which may be NULL, somewhere in the text? */
static bool gem5art__contains(const char *text, size_t length, const char *part) {
    return gem5art__empty(part) || gem5art__find_part(text, length, part);
}

/* The four texts that open every sealed record. */
typedef struct gem5art__head {
    const char *text[4]; /* _id, hash, type, name: not NUL-terminated */
    size_t length[4];
} gem5art__head;

/* The head of a parsed record; missing texts are "". */
static void gem5art__parsed_head(const gem5art_json *record, gem5art__head *head) {
    int i;
    for (i = 0; i < 4; i++) {
        const gem5art_json *member = gem5art_json_get(record, gem5art__head_keys[i]);
        bool text = member && member->type == GEM5ART_JSON_STRING;
        head->text[i] = text ? member->text : "";
        head->length[i] = text ? member->length : 0;
    }
}

/* Reads the head of a sealed line without parsing it. False: the line has another layout. */
static bool gem5art__read_head(const char *data, size_t size, gem5art__head *head) {
    static const char *const opening[] = {"{\"_id\":\"", ",\"hash\":\"", ",\"type\":\"", ",\"name\":\""};
    size_t at = 0;
    int i;
    for (i = 0; i < 4; i++) {
        const size_t n = strlen(opening[i]);
        const char *quote;
        if (size - at < n + 1 || memcmp(data + at, opening[i], n) != 0) return false;
        head->text[i] = data + (at += n);
        if ((quote = (const char *)memchr(data + at, '"', size - at)) == NULL) return false;
        head->length[i] = (size_t)(quote - head->text[i]);
        if (memchr(head->text[i], '\\', head->length[i])) return false;
        at = (size_t)(quote + 1 - data);
    }
    return true;
}

/* ---- back ends */

typedef enum gem5art__step {
    GEM5ART__RECORD,
    GEM5ART__END,     /* no more records */
    GEM5ART__TORN,    /* a flat store ends inside a record, or without its bracket: a scan has warned of it */
    GEM5ART__DAMAGED, /* of a flat store's cursor only: `problem` is the error, and reading can resume */
    GEM5ART__FAILED   /* error filled in */
} gem5art__step;

/* A search for records by their id or hash, in the order they were stored; all zero to begin with. */
typedef struct gem5art__lookup {
    int64_t last; /* the number of the last match; of a flat store the offset after its first byte */
    size_t entry; /* of a flat store: the index entry of the last match */
    gem5art_db *shard; /* that is searched; NULL: the store itself */
} gem5art__lookup;

/* Returns the records in stored order, as of the scan's beginning, whatever changes the store meanwhile. */
typedef struct gem5art__scan {
    gem5art_db *db;
    const char *data; /* the record's text, until the next step */
    char *window;     /* the same where it may be changed, in a flat store's window; else NULL */
    size_t size;
    bool sealed;      /* it is a line with a checksum */
    bool intact;      /* and the checksum matches */
    void *state;      /* the backend's own */
    struct gem5art__scan *parts; /* of a store with shards: a scan of each file; else NULL */
    size_t part, part_count;     /* the one being read */
    gem5art__index ids;          /* an index of the store's own ids, which are passed over in its shards */
    bool torn;                   /* a part was */
} gem5art__scan;

typedef struct gem5art__backend {
    const char *scheme;
    bool (*open)(gem5art_db *db, gem5art_error *error); /* the store at db->path, which is there */
    void (*close)(gem5art_db *db);
    bool (*create)(gem5art_db *db, const char *path, gem5art_error *error); /* an empty one, unless there is a file */
    bool (*refresh)(gem5art_db *db, gem5art_error *error); /* look-ups see what is stored now; needs no lock */
    gem5art__step (*lookup)(gem5art_db *db, gem5art__lookup *lookup, const char *key, gem5art__arena *arena,
                            const gem5art_json **record, gem5art_error *error); /* parses into the arena */
    bool (*scan_begin)(gem5art__scan *scan, const gem5art_query *query, gem5art_error *error);
    gem5art__step (*scan_next)(gem5art__scan *scan, gem5art_error *error);
    void (*scan_end)(gem5art__scan *scan);
    /* Under the writer lock, each whole or not at all, and durable: */
    bool (*recover)(gem5art_db *db, gem5art_error *error); /* repairs what a kill left, and refreshes */
    bool (*append)(gem5art_db *db, const char *lines, size_t length, gem5art_error *error); /* joined by ",\n" */
    bool (*remove)(gem5art_db *db, const char *const *ids, size_t *removals,
                   gem5art_error *error); /* in order, NULL-terminated */
} gem5art__backend;

/* ---- the writer lock: a byte of the store itself, far after its end, whatever the kind of store. So all names of a
   file have the same lock, and there is no lock file that can be removed. */

#ifndef GEM5ART__LOCK_SECONDS /* until a wait for the writer lock is given up; shorter in tests */
#define GEM5ART__LOCK_SECONDS 60.0
#endif
#define GEM5ART__WRITER_BYTE ((int64_t)1 << 62)
#define GEM5ART__NEXT_BYTE (GEM5ART__WRITER_BYTE + 1) /* of the writer that gets the lock next, so that none starves */

/* Is the locked file still the one at the store's path? 1; 0: no; -1: error. */
static int gem5art__check_writer(gem5art_db *db, int fd, gem5art_error *error) {
    struct stat own, there;
    if (GEM5ART_SYS_FSTAT(fd, &own) < 0 || GEM5ART_SYS_STAT(db->path, &there) < 0)
        return gem5art__fail_errno(error, "find the store", db->path), -1;
    if (own.st_dev != there.st_dev || own.st_ino != there.st_ino) return 0;
    if (own.st_nlink) return 1;
    gem5art__fail(error, GEM5ART_IO,
                  "%s was removed or replaced where it is mounted from, and anything written to it would be lost: "
                  "mount the new file", db->path);
    return -1;
}

/* Waits before the next try; `next`: to take the lock itself. Among many writers, those that have waited long try to be
   the next one more often than those that have just written. BUSY after a minute in which others held the lock, or when
   a worker is to stop. */
static bool gem5art__wait_for_lock(gem5art_db *db, double begun, bool next, int *pause, bool *said,
                                   gem5art_error *error) {
    double waited = gem5art__monotonic() - begun;
    if (waited >= (db->patience > 0 ? db->patience : GEM5ART__LOCK_SECONDS) || gem5art__given_up())
        return gem5art__fail(error, GEM5ART_BUSY,
                             "cannot write to the store %s: another program has held its lock for %.0f s; find it "
                             "(lsof %s) and end it, or try again", db->path, waited, db->path);
    if (waited >= 2 && !*said) {
        *said = true;
        gem5art__warn(db, "waiting for the writer lock of %s, which another program holds", db->path);
    }
    if (!next) *pause = waited < 1 ? 20 : 5;
    GEM5ART_SYS_POLL(NULL, 0, *pause);
    *pause = *pause < 5 ? *pause * 2 : 10;
    return true;
}

/* Reports a lock that the system refused: waiting would not help. */
static bool gem5art__fail_lock(const char *path, gem5art_error *error) {
    bool unsupported = errno == EINVAL || errno == ENOTSUP || errno == ENOSYS;
    return gem5art__fail(error, unsupported ? GEM5ART_UNSUPPORTED : GEM5ART_IO,
                         "cannot lock %s: %s; the store needs a file system with open file description locks; a "
                         "network file system must lock on all machines", path, strerror(errno));
}

static bool gem5art__fail_read_only(const gem5art_db *db, gem5art_error *error) {
    return gem5art__fail(error, GEM5ART_INVALID, "%s was opened for reading only: nothing can be stored or executed",
                         db->path);
}

static bool gem5art__store_lock(gem5art_db *db, gem5art_error *error) {
    double begun = gem5art__monotonic();
    bool next = false, said = false;
    int fd = -1, pause = 1, same = -1;
    if (db->read_only) return gem5art__fail_read_only(db, error);
    for (;;) {
        if (fd < 0 && (fd = gem5art__open(db->path, O_RDWR | O_NONBLOCK, 0)) < 0)
            return errno == EACCES || errno == EROFS || errno == EPERM
                       ? gem5art__fail(error, GEM5ART_IO,
                                       "cannot write to the store %s: %s; its owner can, or store in a copy of it",
                                       db->path, strerror(errno))
                       : gem5art__fail_errno(error, "open the store", db->path);
        if (!next && gem5art__lock(fd, GEM5ART__NEXT_BYTE)) {
            next = true;
            pause = 1;
        }
        if (next && gem5art__lock(fd, GEM5ART__WRITER_BYTE)) {
            gem5art__unlock(fd, GEM5ART__NEXT_BYTE);
            if ((same = gem5art__check_writer(db, fd, error)) != 0) break;
            gem5art__close(fd); /* and tries the file that is there now */
            fd = -1;
            next = false;
        } else if (errno != EAGAIN) {
            gem5art__fail_lock(db->path, error);
            break;
        } else if (!gem5art__wait_for_lock(db, begun, next, &pause, &said, error)) break;
    }
    if (same > 0) db->writer = fd;
    else gem5art__close(fd);
    return same > 0;
}

static void gem5art__store_unlock(gem5art_db *db) {
    gem5art__unlock(db->writer, GEM5ART__WRITER_BYTE);
    gem5art__close(db->writer);
    db->writer = -1;
}

/* ================================================================== >>flat
   The flat file: see STORE FORMAT in the manual. Only this section knows its layout. A reader is a cursor; it stops at
   the commit point, the first top-level bracket. */

#ifndef GEM5ART__WINDOW /* smaller in tests that cut records at every byte */
#define GEM5ART__WINDOW ((size_t)262144)
#endif

enum { GEM5ART__APPENDED = 64 /* records that one append adds in place, at most */ };

/* ---- reading forward */

/* Reads the elements of the array. A sealed record is good if its checksum matches, any other if it can be parsed. */
typedef struct gem5art__cursor {
    int fd;
    const char *path;
    off_t end;         /* no byte from here on is read */
    off_t file_size;   /* of a scan: when it began */
    bool closed;       /* the closing bracket was before `end` when reading began; it may be a comma by now */
    char *window;      /* bytes [window_at, window_at + length) of the file; `pos` is the next one */
    size_t capacity, length, pos;
    size_t step;       /* the first capacity */
    off_t window_at;
    bool begun, comma; /* the opening bracket, or a comma after the last record, was read */
    bool line_start;   /* the byte before pos is a newline */
    size_t records;
    off_t at;          /* of the current record, or of the end of the array */
    off_t bracket;     /* where the array is known to end: a closing bracket before it is damage. 0: not known */
    char *data;        /* the record; until the next step */
    size_t size;
    bool own;          /* it starts a line as records of this library do */
    bool sealed;       /* `own`, and its line ends with a checksum */
    bool intact;       /* `sealed`, and the checksum matches */
    bool passed;       /* by its name, unchecked: see `query` */
    gem5art__arena arena;
    const gem5art_json *record; /* a record that is not intact, parsed; until the next step */
    off_t after;       /* after the last whole record, or after the opening bracket */
    char problem[256]; /* TORN, DAMAGED: the error at `problem_at`; "" where the file only ends too early */
    off_t problem_at;
    const gem5art_db *viewer;   /* damage is reported to it and passed over; NULL: damage ends the reading */
    const gem5art_query *query; /* sealed records with other names are passed over, unchecked; may be NULL */
} gem5art__cursor;

static void gem5art__cursor_init(gem5art__cursor *cursor, int fd, const char *path, off_t start, off_t end) {
    memset(cursor, 0, sizeof *cursor);
    cursor->fd = fd;
    cursor->path = path;
    cursor->window_at = cursor->after = start;
    cursor->end = end;
    cursor->begun = start > 0;
    cursor->step = GEM5ART__WINDOW;
}

static void gem5art__cursor_free(gem5art__cursor *cursor) {
    gem5art__arena_free(&cursor->arena);
    gem5art__free(cursor->window);
    cursor->window = NULL;
}

static off_t gem5art__cursor_offset(const gem5art__cursor *cursor) { return cursor->window_at + (off_t)cursor->pos; }

static void gem5art__cursor_seek(gem5art__cursor *cursor, off_t at, bool line_start) {
    if (at < cursor->window_at || at > cursor->window_at + (off_t)cursor->length) {
        cursor->window_at = at;
        cursor->length = 0;
    }
    cursor->pos = (size_t)(at - cursor->window_at);
    cursor->line_start = line_start;
}

/* Reads more bytes into the window, moving [pos, length) to its start. 1; 0: the end; -1: error. */
static int gem5art__cursor_more(gem5art__cursor *cursor, gem5art_error *error) {
    size_t kept = cursor->length - cursor->pos, got, want;
    off_t from = cursor->window_at + (off_t)cursor->length;
    if (from >= cursor->end) return 0;
    if (cursor->pos) memmove(cursor->window, cursor->window + cursor->pos, kept);
    cursor->window_at += (off_t)cursor->pos;
    cursor->pos = 0;
    cursor->length = kept;
    if (cursor->capacity - kept < cursor->step / 2) {
        size_t capacity = cursor->capacity ? cursor->capacity * 2 : cursor->step;
        char *window = (char *)GEM5ART_REALLOC(cursor->window, capacity);
        if (!window) return gem5art__fail_nomem(error), -1;
        cursor->window = window;
        cursor->capacity = capacity;
    }
    want = cursor->capacity - kept;
    if ((off_t)want > cursor->end - from) want = (size_t)(cursor->end - from);
    if (!gem5art__read_at(cursor->fd, cursor->window + kept, want, from, &got))
        return gem5art__fail_errno(error, "read", cursor->path), -1;
    if (got < want) cursor->end = from + (off_t)got; /* truncated meanwhile */
    cursor->length += got;
    return got > 0;
}

/* The next byte without taking it; -1: the end, -2: error. */
static int gem5art__cursor_peek(gem5art__cursor *cursor, gem5art_error *error) {
    int more = cursor->pos < cursor->length ? 1 : gem5art__cursor_more(cursor, error);
    return more > 0 ? (unsigned char)cursor->window[cursor->pos] : more - 1;
}

/* Reads the rest of the line at pos into the window. Its length without the newline; -1: error. */
static ptrdiff_t gem5art__cursor_line(gem5art__cursor *cursor, gem5art_error *error) {
    size_t searched = 0;
    for (;;) {
        const char *text = cursor->window + cursor->pos, *newline = NULL;
        size_t length = cursor->length - cursor->pos;
        int more = 1;
        if (length > searched) newline = (const char *)memchr(text + searched, '\n', length - searched);
        searched = length;
        if (!newline) more = gem5art__cursor_more(cursor, error);
        if (newline || more == 0) return newline ? newline - text : (ptrdiff_t)length;
        if (more < 0) return -1;
    }
}

/* The size of the record at `text` if it is a sealed line, which ends in ',', ']' or the end of the file; else 0. */
static size_t gem5art__sealed_line(const char *text, size_t line) {
    static const char start[] = "{\"_id\":\"";
    while (line && (text[line - 1] == '\r' || text[line - 1] == ' ')) line--;
    if (line < sizeof start || memcmp(text, start, sizeof start - 1) != 0) return 0;
    if (text[line - 1] == ',' || text[line - 1] == ']') line--;
    return gem5art__is_sealed(text, line) ? line : 0;
}

/* Finds the end of the object at pos by its brackets. 1: `size` is set; 0: the file ends first; -1: error. */
static int gem5art__cursor_balance(gem5art__cursor *cursor, gem5art_error *error) {
    size_t n = 0, depth = 0;
    bool string = false, escaped = false;
    for (;; n++) {
        char c;
        if (cursor->pos + n == cursor->length) {
            int more = gem5art__cursor_more(cursor, error);
            if (more <= 0) return more;
        }
        c = cursor->window[cursor->pos + n];
        if (escaped) escaped = false;
        else if (string) {
            if (c == '"') string = false;
            else if (c == '\\') escaped = true;
        } else if (c == '"') string = true;
        else if (c == '{' || c == '[') depth++;
        else if ((c == '}' || c == ']') && --depth == 0) return cursor->size = n + 1, 1;
    }
}

/* Finds the size of the record at pos, as gem5art__cursor_balance. Only a record at the beginning of a line is sealed:
   other programs that write all on one line keep the checksums. */
static int gem5art__cursor_measure(gem5art__cursor *cursor, gem5art_error *error) {
    int whole;
    if (cursor->line_start && cursor->length - cursor->pos < 8 && gem5art__cursor_more(cursor, error) < 0) return -1;
    cursor->own = cursor->line_start && cursor->length - cursor->pos >= 8 &&
                  memcmp(cursor->window + cursor->pos, "{\"_id\":\"", 8) == 0;
    cursor->intact = false;
    cursor->size = 0;
    if (cursor->own) {
        ptrdiff_t line = gem5art__cursor_line(cursor, error);
        if (line < 0) return -1;
        cursor->size = gem5art__sealed_line(cursor->window + cursor->pos, (size_t)line);
    }
    whole = cursor->size ? 1 : gem5art__cursor_balance(cursor, error);
    cursor->sealed = whole > 0 && cursor->own && gem5art__is_sealed(cursor->window + cursor->pos, cursor->size);
    return whole;
}

/* Handles an invalid record at cursor->at. DAMAGED: reading resumes at the first intact line after it, or at `next`, if
   that is not 0 and comes first. TORN: it may be an unfinished write, as no intact line follows, and it is the last
   line, or `partial` in an array that is not closed. */
static gem5art__step gem5art__cursor_problem(gem5art__cursor *cursor, const char *problem, bool partial, off_t next,
                                             gem5art_error *error) {
    bool line_start = cursor->line_start, last_line = line_start, closed = false;
    off_t at = cursor->problem_at = cursor->at, offset;
    snprintf(cursor->problem, sizeof cursor->problem, "%.255s", problem);
    cursor->begun = cursor->comma = true;
    gem5art__cursor_seek(cursor, at, line_start);
    for (;;) {
        ptrdiff_t line = gem5art__cursor_line(cursor, error), n = line;
        const char *text = cursor->window + cursor->pos, *seal;
        if (line < 0) return GEM5ART__FAILED;
        offset = gem5art__cursor_offset(cursor);
        if (gem5art__is_intact(text, gem5art__sealed_line(text, (size_t)line))) break;
        while (n > 0 && gem5art__is_space((unsigned char)text[n - 1])) n--;
        if (n > 0 && offset != at) last_line = false;
        seal = offset == at ? gem5art__find_part(text, (size_t)line, gem5art__seal_start) : NULL;
        if (seal && gem5art__find_part(seal + 1, (size_t)(text + line - seal - 1), gem5art__seal_start))
            last_line = false; /* two records that lost the line end between them */
        if (n > 0) closed = text[n - 1] == ']' && offset + n - 1 > at;
        cursor->pos += (size_t)line;
        if (cursor->pos == cursor->length) { /* the file ends here */
            offset = -1;
            break;
        }
        cursor->pos++;
    }
    if (offset >= 0 && (next == 0 || offset < next)) gem5art__cursor_seek(cursor, offset, offset != at || line_start);
    else if (next) {
        gem5art__cursor_seek(cursor, next, false);
        cursor->comma = false;
        cursor->records++;
    } else if (last_line || (partial && !closed)) {
        cursor->at = cursor->after;
        return GEM5ART__TORN;
    } else cursor->closed = true; /* and nothing more is to be found */
    return GEM5ART__DAMAGED;
}

/* Takes white space, brackets and commas. The byte after them; -1: the end, -2: error. */
static int gem5art__cursor_token(gem5art__cursor *cursor, gem5art_error *error) {
    int byte;
    while ((byte = gem5art__cursor_peek(cursor, error)) >= 0) {
        if (byte == '[' && !cursor->begun) {
            cursor->begun = true;
            cursor->after = gem5art__cursor_offset(cursor) + 1;
        } else if (byte == ',' && cursor->begun && cursor->records && !cursor->comma) cursor->comma = true;
        else if (!gem5art__is_space(byte)) break;
        cursor->line_start = byte == '\n';
        cursor->pos++;
    }
    return byte;
}

static bool gem5art__name_matches(const gem5art_query *query, const char *name, size_t length) {
    return (!query->name || gem5art__text_is(name, length, query->name)) &&
           gem5art__contains(name, length, query->name_contains);
}

/* Is the record that was measured good? Then it is taken: RECORD; else DAMAGED, TORN or FAILED. */
static gem5art__step gem5art__cursor_check(gem5art__cursor *cursor, gem5art_error *error) {
    gem5art_error why;
    gem5art__head head;
    const char *text = cursor->data = cursor->window + cursor->pos;
    if (cursor->sealed) {
        cursor->passed = cursor->query && gem5art__read_head(text, cursor->size, &head) &&
                         !gem5art__name_matches(cursor->query, head.text[3], head.length[3]);
        cursor->intact = !cursor->passed && gem5art__seal_holds(text, cursor->size);
        if (!cursor->intact && !cursor->passed) { /* is it two records that lost the line end between them? */
            const char *seal = gem5art__find_part(text, cursor->size, gem5art__seal_start);
            size_t size = seal ? (size_t)(seal - text) + 1 + GEM5ART__SEAL : cursor->size;
            if (size >= cursor->size || !gem5art__is_intact(text, size))
                return gem5art__cursor_problem(cursor, "the checksum does not match this record", false, 0, error);
            cursor->size = size;
            cursor->intact = true;
        }
    } else {
        off_t next = cursor->at + (off_t)cursor->size;
        cursor->passed = false;
        cursor->record = gem5art__json_parse_in(&cursor->arena, text, cursor->size, NULL, &why);
        if (!cursor->record && why.code == GEM5ART_NOMEM) return gem5art__fail_nomem(error), GEM5ART__FAILED;
        if (!cursor->record && cursor->own && why.code != GEM5ART_LIMIT) next = 0;
        if (!gem5art__has_id(cursor->record))
            return gem5art__cursor_problem(cursor, cursor->record ? "this record has no \"_id\"" : why.message, false,
                                           next, error);
    }
    cursor->pos += cursor->size;
    cursor->after = gem5art__cursor_offset(cursor);
    cursor->comma = cursor->line_start = false;
    cursor->records++;
    return GEM5ART__RECORD;
}

/* The next record: RECORD, END, TORN, DAMAGED or FAILED. */
static gem5art__step gem5art__cursor_step(gem5art__cursor *cursor, gem5art_error *error) {
    gem5art__step step;
    int byte, whole;
    do {
        gem5art__arena_free(&cursor->arena);
        cursor->record = NULL;
        byte = gem5art__cursor_token(cursor, error);
        cursor->at = gem5art__cursor_offset(cursor);
        if (byte == -2) return GEM5ART__FAILED;
        if (byte == ']' && cursor->begun && !cursor->comma) {
            if (cursor->at >= cursor->bracket) return GEM5ART__END;
            return gem5art__cursor_problem(cursor, "a closing bracket before further records", false, 0, error);
        }
        if (byte == -1 && !cursor->begun) {
            gem5art__fail(error, GEM5ART_CORRUPT,
                          "%s is empty: it is not a store; remove it to start a new one, or restore it", cursor->path);
            return GEM5ART__FAILED;
        }
        if (byte == -1) {
            cursor->at = cursor->problem_at = cursor->after;
            cursor->problem[0] = 0;
            return cursor->closed ? GEM5ART__END : GEM5ART__TORN;
        }
        if (!cursor->begun) { /* for a viewer not a store, unless intact lines follow */
            cursor->line_start = false;
            step = gem5art__cursor_problem(cursor, "the opening bracket of a JSON array was expected", false, 0, error);
            if (step != GEM5ART__DAMAGED || !cursor->closed || !cursor->viewer) return step;
            gem5art__fail(error, GEM5ART_CORRUPT,
                          "%s is not a run store: a JSON array of records was expected, and byte %lld is not '['",
                          cursor->path, (long long)cursor->at);
            return GEM5ART__FAILED;
        }
        if (byte != '{') { /* before any record, only NULs may be of a write: a new size without its bytes */
            if (!cursor->records) cursor->line_start = byte == 0;
            return gem5art__cursor_problem(cursor, "a record, which starts with '{', was expected", cursor->records > 0,
                                           0, error);
        }
        if ((whole = gem5art__cursor_measure(cursor, error)) < 0) return GEM5ART__FAILED;
        if (whole == 0) return gem5art__cursor_problem(cursor, "this record is not whole", true, 0, error);
        if (cursor->records && !cursor->comma) {
            cursor->comma = true; /* the next step takes it */
            cursor->problem_at = cursor->at;
            strcpy(cursor->problem, "a comma is missing before this record");
            return GEM5ART__DAMAGED;
        }
        step = gem5art__cursor_check(cursor, error);
    } while (step == GEM5ART__RECORD && cursor->passed);
    return step;
}

/* The next good record: RECORD, END, TORN or FAILED. Damage is reported to a viewer, and passed over. */
static gem5art__step gem5art__cursor_next(gem5art__cursor *cursor, gem5art_error *error) {
    for (;;) {
        gem5art_error why;
        gem5art__step step = gem5art__cursor_step(cursor, error);
        if (step != GEM5ART__DAMAGED) return step;
        gem5art__fail(&why, GEM5ART_CORRUPT,
                      "%s is damaged at byte %lld: %s; nothing was changed: gem5art-fsck --salvage writes every intact "
                      "record to a new file and keeps the old one",
                      cursor->path, (long long)cursor->problem_at, cursor->problem);
        if (!cursor->viewer) return gem5art__pass_on(error, &why), GEM5ART__FAILED;
        (cursor->viewer->damaged)(why.message, cursor->viewer->user_data);
    }
}

/* The texts that open the current record, which stays parsed if it is not a sealed line. False: out of memory. */
static bool gem5art__cursor_head(gem5art__cursor *cursor, gem5art__head *head) {
    if (cursor->intact && gem5art__read_head(cursor->data, cursor->size, head)) return true;
    if (!cursor->record)
        cursor->record = gem5art__json_parse_in(&cursor->arena, cursor->data, cursor->size, NULL, NULL);
    gem5art__parsed_head(cursor->record, head);
    return cursor->record != NULL;
}

/* At the closing bracket: does only white space follow? */
static bool gem5art__cursor_closes(gem5art__cursor *cursor) {
    int byte;
    do {
        cursor->line_start = cursor->window[cursor->pos++] == '\n';
        byte = gem5art__cursor_peek(cursor, NULL);
    } while (gem5art__is_space(byte));
    return byte == -1;
}

/* ---- the index: where the records with an id or a hash lie, in the order stored. It covers the records before
   `indexed`. An entry has some bits of the text's hash; the record itself decides. */

static uint64_t gem5art__fnv1a(const char *text, size_t length) {
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    size_t i;
    for (i = 0; i < length; i++) h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    h ^= h >> 32;
    return h ? h : 1;
}

/* The slot of a key: 0, or one more than the number of its last entry. */
static size_t *gem5art__index_slot(const gem5art__index *index, uint64_t key) {
    size_t i = (size_t)key & (index->slot_count - 1);
    while (index->slots[i] && index->entries[index->slots[i] - 1].key != key) i = (i + 1) & (index->slot_count - 1);
    return &index->slots[i];
}

/* The first entry of a key (`last` 0), or the one after the entry `last`, from 1; 0: there are no more. */
static size_t gem5art__index_next(const gem5art__index *index, uint64_t key, size_t last) {
    size_t end = index->slot_count ? *gem5art__index_slot(index, key) : 0;
    return !end || last == end ? 0 : index->entries[(last ? last : end) - 1].next;
}

static void gem5art__index_free(gem5art__index *index) {
    gem5art__free(index->entries);
    gem5art__free(index->slots);
    memset(index, 0, sizeof *index);
}

static bool gem5art__index_grow(gem5art__index *index) {
    gem5art__index bigger = *index;
    size_t i;
    bigger.slot_count = index->slot_count ? index->slot_count * 2 : 256;
    bigger.slots = (size_t *)gem5art__alloc(bigger.slot_count * sizeof *bigger.slots);
    bigger.entries = (gem5art__entry *)GEM5ART_REALLOC(index->entries, bigger.slot_count / 2 * sizeof *bigger.entries);
    if (bigger.entries) index->entries = bigger.entries;
    if (!bigger.slots || !bigger.entries) return gem5art__free(bigger.slots), false;
    for (i = 0; i < index->slot_count; i++)
        if (index->slots[i]) *gem5art__index_slot(&bigger, index->entries[index->slots[i] - 1].key) = index->slots[i];
    gem5art__free(index->slots);
    *index = bigger;
    return true;
}

/* False: out of memory. An empty text is never looked for. */
static bool gem5art__index_add(gem5art__index *index, const char *text, size_t length, off_t at) {
    gem5art__entry *entry;
    size_t *slot;
    if (!length) return true;
    if (index->count * 2 >= index->slot_count && !gem5art__index_grow(index)) return false;
    entry = &index->entries[index->count++];
    entry->key = gem5art__fnv1a(text, length);
    entry->at = (int64_t)at;
    slot = gem5art__index_slot(index, entry->key);
    entry->next = *slot ? index->entries[*slot - 1].next : index->count; /* a ring: the last one leads to the first */
    if (*slot) index->entries[*slot - 1].next = index->count;
    *slot = index->count;
    return true;
}

/* ---- the end of the file */

static void gem5art__flat_forget(gem5art__flat *flat) {
    flat->end_known = false;
    flat->synced = flat->indexed = 0;
    gem5art__index_free(&flat->index);
}

/* Remembers where the array ends. */
static bool gem5art__flat_set_end(gem5art__flat *flat, off_t size, off_t bracket, bool empty, gem5art_error *error) {
    off_t from = bracket > (off_t)sizeof flat->tail ? bracket - (off_t)sizeof flat->tail : 0;
    flat->end_known = gem5art__read_at(flat->fd, flat->tail, (size_t)(bracket - from), from, &flat->tail_length);
    flat->size = size;
    flat->bracket = bracket;
    flat->empty = empty;
    return flat->end_known ? true : gem5art__fail_errno(error, "read", flat->path);
}

/* Is the remembered bracket where it was? */
static bool gem5art__flat_end_holds(const gem5art__flat *flat) {
    char byte;
    size_t got;
    return flat->end_known && gem5art__read_at(flat->fd, &byte, 1, flat->bracket, &got) && got == 1 && byte == ']';
}

/* Refuses what can be no store of either kind. */
static bool gem5art__check_store_file(const char *path, const struct stat *st, gem5art_error *error) {
    if (!S_ISREG(st->st_mode))
        return gem5art__fail(error, GEM5ART_CORRUPT, "%s is not a file: give the path of a store", path);
    if (st->st_size > 0) return true;
    return gem5art__fail(error, GEM5ART_CORRUPT,
                         "%s has 0 bytes: something truncated it; restore it from a copy, or remove it to start a new "
                         "one", path);
}

/* Opens the store's file, fills in `st`, and keeps the new descriptor if it is of another file than the present one. */
static bool gem5art__flat_reopen(gem5art__flat *flat, struct stat *st, gem5art_error *error) {
    int fd = gem5art__open(flat->path, O_RDONLY | O_NONBLOCK, 0);
    double settling;
    if (fd < 0) return gem5art__fail_errno(error, "open the store", flat->path);
    if (GEM5ART_SYS_FSTAT(fd, st) < 0) {
        gem5art__fail_errno(error, "read", flat->path);
        return gem5art__close(fd), false;
    }
    if (flat->fd >= 0 && st->st_dev == flat->device && st->st_ino == flat->inode) return gem5art__close(fd), true;
    gem5art__close(flat->fd);
    gem5art__flat_forget(flat);
    flat->fd = fd;
    flat->network = gem5art__file_system(flat->path, &settling) != NULL;
    flat->device = st->st_dev;
    flat->inode = st->st_ino;
    return true;
}

/* Fills in `st`, and opens the file again where its name leads to another one: it was rewritten by this library. Over a
   network only an open asks the server; what stat reports may be a minute old. */
static bool gem5art__flat_follow(gem5art_db *db, struct stat *st, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    char now[sizeof flat->tail];
    size_t got;
    bool open = flat->fd < 0 || flat->network;
    if (!open && GEM5ART_SYS_STAT(flat->path, st) < 0)
        return gem5art__fail_errno(error, "find the store", flat->path);
    if ((open || st->st_dev != flat->device || st->st_ino != flat->inode) && !gem5art__flat_reopen(flat, st, error))
        return false;
    if (!gem5art__check_store_file(flat->path, st, error)) return false;
    if (!flat->end_known) return true;
    if (!gem5art__read_at(flat->fd, now, flat->tail_length, flat->bracket - (off_t)flat->tail_length, &got))
        return gem5art__fail_errno(error, "read", flat->path);
    if (st->st_size < flat->size || got != flat->tail_length || memcmp(now, flat->tail, got) != 0) {
        gem5art__warn(db, "%s was rewritten by another program while it was open: it is read again", flat->path);
        gem5art__flat_forget(flat);
    }
    return true;
}

/* Is each line before offset `line` of a text, which ends a file, an object and a comma, or the opening bracket? Checks
   as many as one append adds: an unfinished append leaves the old bracket on one of them. 1: yes; 0: no, or a line of
   another program; -1: the text, unless it is the `whole` file, is too short to decide. */
static int gem5art__lines_joined(const char *text, size_t line, bool whole) {
    int i;
    for (i = 0; i < GEM5ART__APPENDED; i++) {
        while (line && gem5art__is_space((unsigned char)text[line - 1])) line--;
        if (line < 2) return whole ? line == 1 && text[0] == '[' : -1;
        if (text[line - 1] != ',' || text[line - 2] != '}') return 0;
        while (line && text[line - 1] != '\n') line--;
        if (line == 0 && !whole) return -1;
        if (text[line] != '{') return 0;
    }
    return 1;
}

/* The usual case, whatever the size: the last line is sealed, intact and joined to those before it, and its
   bracket closes the file. False: the file must be read in full. */
static bool gem5art__flat_quick_end(const gem5art__flat *flat, off_t size, off_t *bracket) {
    gem5art__buf tail = {NULL, 0, 0, false};
    off_t from = size;
    size_t want, got, end, line;
    int joined = -1;
    for (want = 16384; joined < 0 && from > 0 && want; want *= 8) { /* 0: as large as 32 bits allow */
        from = size > (off_t)want ? size - (off_t)want : 0;
        if (!gem5art__reserve(&tail, (size_t)(size - from)) ||
            !gem5art__read_at(flat->fd, tail.data, (size_t)(size - from), from, &got) || (off_t)got != size - from)
            break;
        for (end = got; end && gem5art__is_space((unsigned char)tail.data[end - 1]); end--) {}
        for (line = end; line && tail.data[line - 1] != '\n'; line--) {}
        joined = gem5art__lines_joined(tail.data, line, from == 0);
        if (joined > 0 && (tail.data[end - 1] != ']' || !gem5art__sealed_line(tail.data + line, end - line) ||
                           !gem5art__seal_holds(tail.data + line, end - line - 1)))
            joined = 0;
        *bracket = from + (off_t)end - 1;
    }
    gem5art__buf_free(&tail);
    return joined > 0;
}

/* Reads the records after those in the index, adds them to it, and remembers where the array ends. `bracket`: as in a
   cursor. END: *closed is true if the file ends there too; TORN: the array ends after its last whole record; FAILED. */
static gem5art__step gem5art__flat_read(gem5art_db *db, off_t size, off_t bracket, const gem5art_db *viewer,
                                        bool *closed, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    gem5art__cursor cursor;
    gem5art__step step;
    gem5art__cursor_init(&cursor, flat->fd, flat->path, flat->indexed, size);
    cursor.bracket = bracket;
    cursor.records = flat->indexed > 0 && flat->index.count;
    cursor.viewer = viewer;
    while ((step = gem5art__cursor_next(&cursor, error)) == GEM5ART__RECORD) {
        gem5art__head head;
        if (gem5art__cursor_head(&cursor, &head) &&
            gem5art__index_add(&flat->index, head.text[0], head.length[0], cursor.at) &&
            gem5art__index_add(&flat->index, head.text[1], head.length[1], cursor.at)) {
            flat->has_md5 = flat->has_md5 || head.length[1] == 32;
            continue;
        }
        gem5art__fail_nomem(error);
        step = GEM5ART__FAILED;
        break;
    }
    *closed = step == GEM5ART__END && !cursor.closed && gem5art__cursor_closes(&cursor);
    flat->indexed = step == GEM5ART__FAILED ? 0 : cursor.at;
    if (step == GEM5ART__FAILED) gem5art__index_free(&flat->index);
    else if (!gem5art__flat_set_end(flat, *closed ? size : cursor.at, cursor.at, cursor.records == 0, error))
        step = GEM5ART__FAILED;
    gem5art__cursor_free(&cursor);
    return step;
}

/* May an array that was read without its closing bracket, which an append moves, have one now? Waits for a writer. */
static bool gem5art__flat_retry(const gem5art__flat *flat, off_t size, int tries) {
    bool held = gem5art__lock_seen(flat->fd, GEM5ART__WRITER_BYTE) == F_WRLCK;
    struct stat st;
    if (GEM5ART_SYS_FSTAT(flat->fd, &st) < 0 || tries >= 200) return false;
    if (st.st_size == size && held) GEM5ART_SYS_POLL(NULL, 0, 10);
    return st.st_size != size || held || tries == 0; /* 0: an append that failed took its lines back */
}

/* Finds where a reader must stop: after the bracket (*closed), or after the last whole record of a torn file, as the
   bytes after that may change. For a damaged file it is the size: reading reports the error. */
static bool gem5art__flat_find_stop(gem5art_db *db, off_t *size, off_t *stop, bool *closed, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    struct stat st;
    off_t at;
    int tries;
    for (tries = 0;; tries++) {
        gem5art__step step;
        if (!gem5art__flat_follow(db, &st, error)) return false;
        *size = st.st_size;
        *closed = true;
        if (gem5art__flat_end_holds(flat)) return *stop = flat->bracket + 1, true;
        if (gem5art__flat_quick_end(flat, *size, &at)) return *stop = at + 1, true;
        step = gem5art__flat_read(db, *size, 0, NULL, closed, NULL);
        *closed = step == GEM5ART__END;
        *stop = step == GEM5ART__FAILED ? *size : flat->bracket + *closed;
        if (step != GEM5ART__TORN || !gem5art__flat_retry(flat, *size, tries)) return true;
    }
}

/* Brings the index up to the present end of the array. Needs no lock. */
static bool gem5art__flat_refresh(gem5art_db *db, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    struct stat st;
    off_t bracket = 0;
    bool known, closed;
    if (!gem5art__flat_follow(db, &st, error)) return false;
    known = st.st_size == flat->size && gem5art__flat_end_holds(flat);
    if (known && flat->indexed && flat->indexed == flat->bracket) return true;
    if (known) bracket = flat->bracket;
    else if (!gem5art__flat_quick_end(flat, st.st_size, &bracket)) bracket = 0;
    return gem5art__flat_read(db, st.st_size, bracket, db->damaged ? db : NULL, &closed, error) != GEM5ART__FAILED;
}

static gem5art__step gem5art__flat_lookup(gem5art_db *db, gem5art__lookup *lookup, const char *key,
                                          gem5art__arena *arena, const gem5art_json **record, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    uint64_t wanted = gem5art__fnv1a(key, strlen(key));
    while ((lookup->entry = gem5art__index_next(&flat->index, wanted, lookup->entry)) != 0) {
        int64_t at = flat->index.entries[lookup->entry - 1].at;
        gem5art__cursor cursor;
        gem5art__step step;
        if (at < lookup->last) continue; /* an id that is its hash too */
        lookup->last = at + 1;
        gem5art__cursor_init(&cursor, flat->fd, flat->path, (off_t)(at ? at - 1 : 0), (off_t)INT64_MAX);
        if (cursor.step > 4096) cursor.step = 4096; /* one record */
        cursor.begun = true;
        cursor.line_start = at == 0 || gem5art__cursor_peek(&cursor, NULL) == '\n';
        cursor.pos += at && cursor.length;
        step = gem5art__cursor_next(&cursor, error);
        if (step == GEM5ART__RECORD) {
            *record = gem5art__json_parse_in(arena, cursor.data, cursor.size, NULL, error);
            if (!*record) step = GEM5ART__FAILED;
        }
        gem5art__cursor_free(&cursor);
        if (step == GEM5ART__TORN || step == GEM5ART__END)
            step = (gem5art__fail(error, GEM5ART_CORRUPT, "%s changed while it was read: try again", flat->path),
                    GEM5ART__FAILED);
        if (step != GEM5ART__RECORD) return step;
        if (gem5art__record_is(*record, "_id", key) || gem5art__record_is(*record, "hash", key)) return step;
    }
    return GEM5ART__END;
}

/* ---- writing, under the writer lock */

/* Copies bytes [from, size) to a new file STORE.torn.N, durably and with the store's mode. */
static bool gem5art__flat_save_aside(gem5art_db *db, off_t from, off_t size, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    gem5art__buf name = {NULL, 0, 0, false};
    struct stat st;
    char chunk[8192];
    size_t got = 1;
    int fd = -1, n;
    bool ok = GEM5ART_SYS_FSTAT(flat->fd, &st) == 0;
    for (n = 1; ok && fd < 0; n++) {
        name.length = 0;
        gem5art__putf(&name, "%s.torn.%d", flat->path, n);
        if (!name.failed) fd = gem5art__open(name.data, O_WRONLY | O_CREAT | O_EXCL, st.st_mode & 0777);
        ok = !name.failed && (fd >= 0 || errno == EEXIST);
    }
    while (ok && from < size && got) {
        size_t want = size - from < (off_t)sizeof chunk ? (size_t)(size - from) : sizeof chunk;
        ok = gem5art__read_at(flat->fd, chunk, want, from, &got) && gem5art__write_all(fd, chunk, got);
        from += (off_t)got;
    }
    ok = ok && gem5art__datasync(fd) && gem5art__sync_name(name.data);
    if (ok)
        gem5art__warn(db, "%s ended with an incomplete write, which was moved to %s", flat->path,
                      name.data);
    else if (name.failed) gem5art__fail_nomem(error);
    else gem5art__fail_errno(error, "save the unfinished end of", flat->path);
    if (!ok && fd >= 0) GEM5ART_SYS_UNLINK(name.data);
    gem5art__close(fd);
    gem5art__buf_free(&name);
    return ok;
}

/* Syncs changes of other handles, which may have been killed before they did, as more is stored after them. */
static bool gem5art__flat_sync_left(gem5art_db *db, off_t size, gem5art_error *error) {
    if (db->flat.synced == size || (gem5art__datasync(db->writer) && gem5art__sync_name(db->path))) return true;
    return gem5art__fail_errno(error, "sync", db->path);
}

/* Makes the file end in a bracket and a newline, at `at`. */
static bool gem5art__flat_repair(gem5art_db *db, off_t at, off_t size, bool empty, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    if (!gem5art__flat_sync_left(db, size, error)) return false;
    if (at == size) gem5art__warn(db, "%s had no closing bracket: one was added", flat->path);
    else if (!gem5art__flat_save_aside(db, at, size, error)) return false;
    if (!gem5art__write_at(db->writer, "]", 1, at) || !gem5art__truncate(db->writer, at + 1) ||
        !gem5art__write_at(db->writer, "\n", 1, at + 1) || !gem5art__datasync(db->writer))
        return gem5art__fail_errno(error, "repair", flat->path);
    flat->synced = at + 2;
    return gem5art__flat_set_end(flat, at + 2, at, empty, error);
}

/* Are the records before `at` still read without the rest? Another program may have written several in one line:
   without its incomplete end, it could look like one record whose checksum is wrong. */
static bool gem5art__flat_can_cut(gem5art_db *db, off_t at, gem5art_error *error) {
    gem5art_error why;
    gem5art__step step;
    size_t count = db->flat.index.count;
    bool closed;
    gem5art__flat_forget(&db->flat);
    step = gem5art__flat_read(db, at, 0, NULL, &closed, &why);
    if (step != GEM5ART__FAILED && db->flat.index.count == count) return true;
    gem5art__flat_forget(&db->flat);
    if (step == GEM5ART__FAILED && why.code != GEM5ART_CORRUPT) return gem5art__pass_on(error, &why);
    return gem5art__fail(error, GEM5ART_CORRUPT,
                         "%s ends in an incomplete line of several records, which another program wrote: nothing was "
                         "changed; gem5art-fsck --salvage writes every intact record to a new file and keeps the old "
                         "one", db->path);
}

/* Finds the bracket, repairing the end that an interrupted append left. */
static bool gem5art__flat_find_end(gem5art_db *db, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    struct stat st, locked;
    gem5art__step step;
    off_t at;
    bool closed;
    if (!gem5art__flat_follow(db, &st, error)) return false;
    if (GEM5ART_SYS_FSTAT(db->writer, &locked) < 0) return gem5art__fail_errno(error, "read", db->path);
    if (locked.st_dev != flat->device || locked.st_ino != flat->inode)
        return gem5art__fail(error, GEM5ART_BUSY, "%s was replaced by another program just now: try again", db->path);
    if (st.st_size == flat->size && gem5art__flat_end_holds(flat)) return true;
    if (gem5art__flat_quick_end(flat, st.st_size, &at))
        return gem5art__flat_set_end(flat, st.st_size, at, false, error);
    step = gem5art__flat_read(db, st.st_size, 0, NULL, &closed, error);
    if (step == GEM5ART__FAILED) return false;
    at = flat->bracket;
    return closed || (gem5art__flat_can_cut(db, at, error) &&
                      gem5art__flat_repair(db, at, st.st_size, flat->empty, error));
}

static bool gem5art__flat_recover(gem5art_db *db, gem5art_error *error) {
    return gem5art__flat_find_end(db, error) && gem5art__flat_refresh(db, error);
}

/* Appends records in place. The order of the writes is what makes a kill between them harmless: see "Store format". */
static bool gem5art__flat_append_few(gem5art_db *db, const char *lines, size_t length, gem5art_error *error) {
    gem5art__flat *flat = &db->flat;
    gem5art__buf data = {NULL, 0, 0, false};
    char last;
    size_t got;
    off_t size = flat->size, bracket = flat->bracket;
    int fd = db->writer;
    bool ok;
    if (!gem5art__read_at(flat->fd, &last, 1, size - 1, &got) || got != 1)
        return gem5art__fail_errno(error, "read", flat->path);
    if (!gem5art__flat_sync_left(db, size, error)) return false;
    flat->synced = 0;
    if (last != '\n') { /* on the disk first: without it a torn write would be part of the line before */
        if (!gem5art__write_at(fd, "\n", 1, size++) || !gem5art__datasync(fd))
            return gem5art__fail_errno(error, "write to the store", db->path);
    }
    gem5art__put(&data, lines, length);
    gem5art__puts(&data, "]\n");
    if (data.failed) return gem5art__buf_free(&data), gem5art__fail_nomem(error);
    ok = gem5art__write_at(fd, data.data, data.length, size);
    if (ok && memchr(lines, '\n', length)) ok = gem5art__datasync(fd); /* several: power loss leaves all or none */
    ok = ok && gem5art__write_at(fd, flat->empty ? " " : ",", 1, bracket) && gem5art__datasync(fd);
    if (!ok) {
        int saved = errno;
        flat->end_known = false;
        if (gem5art__write_at(fd, "]", 1, bracket)) gem5art__truncate(fd, size);
        errno = saved;
        gem5art__fail_errno(error, "write to the store", db->path);
    } else {
        size += (off_t)data.length;
        flat->synced = size;
        gem5art__flat_set_end(flat, size, size - 2, false, NULL); /* whatever it does: they are stored */
    }
    gem5art__buf_free(&data);
    return ok;
}

/* A rewrite of the store to a new file, which then replaces it. Readers keep the old file. */
typedef struct gem5art__rewrite {
    bool (*fill)(gem5art_db *db, struct gem5art__rewrite *rewrite, gem5art_error *error); /* writes the new file */
    bool (*keep)(gem5art_db *db, struct gem5art__rewrite *rewrite, gem5art_error *error); /* before the rename */
    void *context;              /* of the two */
    const char *const *removed; /* ids that are left out, in order */
    size_t removed_count;
    size_t removals;
    const char *lines; /* that are added, joined by ",\n" */
    size_t length;
    gem5art__new_file file;
    gem5art__buf out;
    int64_t written; /* records */
} gem5art__rewrite;

/* Writes the output that waits, if it has at least `much` bytes. */
static bool gem5art__rewrite_flush(gem5art__rewrite *rewrite, size_t much, gem5art_error *error) {
    if (rewrite->out.failed) return gem5art__fail_nomem(error);
    if (rewrite->out.length < much) return true;
    if (!gem5art__write_all(rewrite->file.fd, rewrite->out.data, rewrite->out.length))
        return gem5art__fail_errno(error, "rewrite", rewrite->file.path);
    rewrite->out.length = 0;
    return true;
}

/* Adds one record, or several that are joined. */
static bool gem5art__rewrite_put(gem5art__rewrite *rewrite, const char *line, size_t length, gem5art_error *error) {
    gem5art__puts(&rewrite->out, rewrite->written++ ? ",\n" : "[\n");
    gem5art__put(&rewrite->out, line, length);
    return gem5art__rewrite_flush(rewrite, GEM5ART__WINDOW, error);
}

static bool gem5art__rewrite_end(gem5art__rewrite *rewrite, gem5art_error *error) {
    gem5art__puts(&rewrite->out, rewrite->written ? "]\n" : "[]\n");
    return gem5art__rewrite_flush(rewrite, 0, error);
}

/* Finds a text among some that are in order; SIZE_MAX: it is not there. */
static size_t gem5art__find_id(const char *const *texts, size_t count, const char *text, size_t length) {
    size_t from = 0;
    while (from < count) {
        size_t middle = from + (count - from) / 2;
        int order = strncmp(texts[middle], text, length);
        if (order == 0 && strlen(texts[middle]) == length) return middle; /* `text` may hold a NUL */
        if (order < 0) from = middle + 1;
        else count = middle;
    }
    return SIZE_MAX;
}

/* Writes the records that stay, then those to be added: sealed lines unchanged, others as sealed lines. */
static bool gem5art__rewrite_all(gem5art_db *db, gem5art__rewrite *rewrite, gem5art_error *error) {
    gem5art__cursor cursor;
    gem5art__buf line = {NULL, 0, 0, false};
    gem5art__step step = GEM5ART__RECORD;
    bool ok = true;
    gem5art__cursor_init(&cursor, db->flat.fd, db->path, 0, db->flat.bracket + 1);
    while (ok && (step = gem5art__cursor_next(&cursor, error)) == GEM5ART__RECORD) {
        gem5art__head head;
        if (!gem5art__cursor_head(&cursor, &head)) {
            ok = gem5art__fail_nomem(error);
            break;
        }
        if (gem5art__find_id(rewrite->removed, rewrite->removed_count, head.text[0], head.length[0]) != SIZE_MAX)
            rewrite->removals++;
        else if (!cursor.record) ok = gem5art__rewrite_put(rewrite, cursor.data, cursor.size, error);
        else {
            line.length = 0;
            ok = gem5art__put_record_line(&line, cursor.record, error) &&
                 gem5art__rewrite_put(rewrite, line.data, line.length, error);
        }
    }
    if (ok && step == GEM5ART__TORN)
        ok = gem5art__fail(error, GEM5ART_CORRUPT, "%s changed while it was read: try again", db->path);
    if (ok && step == GEM5ART__END && cursor.at != db->flat.bracket)
        ok = gem5art__fail(error, GEM5ART_CORRUPT,
                           "%s has a closing bracket at byte %lld, with records after it: gem5art-fsck --salvage makes "
                           "it one array again", db->path, (long long)cursor.at);
    gem5art__buf_free(&line);
    gem5art__cursor_free(&cursor);
    return ok && step == GEM5ART__END &&
           (!rewrite->length || gem5art__rewrite_put(rewrite, rewrite->lines, rewrite->length, error)) &&
           gem5art__rewrite_end(rewrite, error);
}

/* Gives a file the owner and mode that the store has. */
static bool gem5art__rewrite_own(gem5art_db *db, int fd, const struct stat *st, gem5art_error *error) {
    if ((GEM5ART_SYS_FCHOWN(fd, st->st_uid, st->st_gid) == 0 || (st->st_uid == geteuid() && st->st_gid == getegid())) &&
        GEM5ART_SYS_FCHMOD(fd, st->st_mode & 07777) == 0)
        return true;
    return gem5art__fail(error, GEM5ART_IO,
                         "cannot keep the owner and mode of %s in a rewrite: %s; let its owner do this", db->path,
                         strerror(errno));
}

/* Counts the links to the store's file that a killed rewrite or creation left, .tmp-HEX, .old.N and .damaged.N, and
   removes them if it `unlinks`. */
static long gem5art__leftovers(const char *path, const struct stat *st, bool unlinks) {
    static const char *const kinds[] = {".tmp-", ".old.", ".damaged."};
    const char *base = gem5art__base_name(path), *after;
    gem5art__buf name = {NULL, 0, 0, false};
    struct dirent *entry;
    struct stat other;
    DIR *dir;
    size_t i, folder = (size_t)(base - path);
    long count = 0;
    gem5art__put(&name, path, folder);
    dir = name.failed ? NULL : GEM5ART_SYS_OPENDIR(name.data);
    while (dir && (entry = GEM5ART_SYS_READDIR(dir)) != NULL) {
        if (!gem5art__starts_with(entry->d_name, base)) continue;
        after = entry->d_name + strlen(base);
        for (i = 0; i < 3 && !gem5art__starts_with(after, kinds[i]); i++) {}
        name.length = folder;
        gem5art__puts(&name, entry->d_name);
        if (i == 3 || name.failed || GEM5ART_SYS_LSTAT(name.data, &other) < 0 || other.st_dev != st->st_dev ||
            other.st_ino != st->st_ino)
            continue;
        count++;
        if (unlinks) GEM5ART_SYS_UNLINK(name.data);
    }
    if (dir) GEM5ART_SYS_CLOSEDIR(dir);
    gem5art__buf_free(&name);
    return count;
}

/* A file of several names cannot be replaced, as only one of them would be. */
static bool gem5art__replaceable(gem5art_db *db, struct stat *st, gem5art_error *error) {
    int tries;
    for (tries = 0; tries < 2; tries++) {
        if (GEM5ART_SYS_FSTAT(db->writer, st) < 0) return gem5art__fail_errno(error, "read", db->path);
        if (st->st_nlink <= 1) return true;
        gem5art__leftovers(db->path, st, true);
    }
    return gem5art__fail(error, GEM5ART_UNSUPPORTED,
                         "%s cannot be rewritten, as it has %ld names (hard links) and the others would keep the "
                         "old file: remove those (find -samefile finds them)", db->path, (long)st->st_nlink);
}

static bool gem5art__fail_rewrite(gem5art_db *db, gem5art_error *error) {
    if (errno != EBUSY && errno != EXDEV) return gem5art__fail_errno(error, "rewrite", db->path);
    return gem5art__fail(error, GEM5ART_UNSUPPORTED,
                         "%s cannot be rewritten, as it is a mount point: do this where it is mounted from, or mount "
                         "its folder instead", db->path);
}

/* Writes the store to another file, with its mode and owner, and gives that its name. */
static bool gem5art__rewrite_store(gem5art_db *db, gem5art__rewrite *rewrite, gem5art_error *error) {
    struct stat st;
    bool ok;
    if (!gem5art__replaceable(db, &st, error) || !gem5art__begin_file(&rewrite->file, -1, db->path, 0600, error))
        return false;
    ok = (rewrite->fill)(db, rewrite, error) && gem5art__rewrite_own(db, rewrite->file.fd, &st, error) &&
         (gem5art__finish_file(&rewrite->file, true) || gem5art__fail_errno(error, "rewrite", db->path)) &&
         (!rewrite->keep || (rewrite->keep)(db, rewrite, error));
    if (ok && GEM5ART_SYS_RENAME(rewrite->file.temporary.data, db->path) < 0) ok = gem5art__fail_rewrite(db, error);
    else if (ok) {
        rewrite->file.made = false;
        ok = gem5art__sync_name(db->path) || gem5art__fail_errno(error, "sync the folder of", db->path);
    }
    gem5art__abort_file(&rewrite->file); /* unless it has the store's name now */
    gem5art__buf_free(&rewrite->out);
    return ok;
}

/* Rewrites the store without the records with these ids (in order, NULL-terminated, or NULL), but with these lines. */
static bool gem5art__flat_change(gem5art_db *db, const char *const *ids, size_t *removals, const char *lines,
                                 size_t length, gem5art_error *error) {
    gem5art__rewrite rewrite;
    memset(&rewrite, 0, sizeof rewrite);
    rewrite.fill = gem5art__rewrite_all;
    rewrite.removed = ids;
    while (ids && ids[rewrite.removed_count]) rewrite.removed_count++;
    rewrite.lines = lines;
    rewrite.length = length;
    if (!gem5art__rewrite_store(db, &rewrite, error)) return false;
    if (removals) *removals = rewrite.removals;
    return true;
}

static bool gem5art__flat_remove(gem5art_db *db, const char *const *ids, size_t *removals, gem5art_error *error) {
    return gem5art__flat_find_end(db, error) && gem5art__flat_change(db, ids, removals, NULL, 0, error);
}

/* Many records at once are added by rewriting, as in place a kill could leave a part of them. */
static bool gem5art__flat_append(gem5art_db *db, const char *lines, size_t length, gem5art_error *error) {
    const char *end = lines + length, *at = lines;
    int count;
    for (count = 1; (at = (const char *)memchr(at, '\n', (size_t)(end - at))) != NULL; at++) count++;
    if (!gem5art__flat_find_end(db, error)) return false;
    return count <= GEM5ART__APPENDED ? gem5art__flat_append_few(db, lines, length, error)
                                      : gem5art__flat_change(db, NULL, NULL, lines, length, error);
}

/* ---- scans: a cursor on a descriptor of its own, which a rewritten store does not disturb */

static void gem5art__flat_scan_end(gem5art__scan *scan) {
    gem5art__cursor *cursor = (gem5art__cursor *)scan->state;
    gem5art__close(cursor->fd);
    gem5art__cursor_free(cursor);
    gem5art__free(cursor);
}

static bool gem5art__flat_scan_begin(gem5art__scan *scan, const gem5art_query *query, gem5art_error *error) {
    gem5art_db *db = scan->db;
    gem5art__cursor *cursor;
    off_t size, stop;
    bool closed;
    int fd;
    if (!gem5art__flat_find_stop(db, &size, &stop, &closed, error)) return false;
    if ((fd = GEM5ART_SYS_FCNTL(db->flat.fd, F_DUPFD_CLOEXEC, 3)) < 0)
        return gem5art__fail_errno(error, "read", db->path);
    if ((cursor = (gem5art__cursor *)gem5art__alloc(sizeof *cursor)) == NULL)
        return gem5art__close(fd), gem5art__fail_nomem(error);
    gem5art__cursor_init(cursor, fd, db->path, 0, stop);
    cursor->file_size = size;
    cursor->closed = closed;
    cursor->bracket = closed ? stop - 1 : 0;
    cursor->viewer = db->damaged ? db : NULL;
    if (query && (query->name || !gem5art__empty(query->name_contains))) cursor->query = query;
    scan->state = cursor;
    return true;
}

static gem5art__step gem5art__flat_scan_next(gem5art__scan *scan, gem5art_error *error) {
    gem5art__cursor *cursor = (gem5art__cursor *)scan->state;
    gem5art__step step = gem5art__cursor_next(cursor, error);
    struct stat st;
    scan->data = scan->window = cursor->data;
    scan->size = cursor->size;
    scan->sealed = scan->intact = cursor->intact;
    if (step != GEM5ART__TORN || GEM5ART_SYS_FSTAT(cursor->fd, &st) < 0 || st.st_size > cursor->file_size)
        return step;
    if (st.st_size < cursor->file_size)
        gem5art__warn(scan->db, "%s was cut to %lld bytes while it was read: the records after them are missing",
                      cursor->path, (long long)st.st_size);
    else
        gem5art__warn(scan->db,
                      "%s ends inside a record or without its closing bracket, after byte %lld: a write was cut off; "
                      "its whole records were read", cursor->path, (long long)cursor->at);
    return step;
}

/* ---- opening */

/* Makes an empty store under a temporary name and links it into place, so that nobody ever sees half of one. */
static bool gem5art__flat_create(gem5art_db *db, const char *path, gem5art_error *error) {
    (void)db;
    return gem5art__put_file(-1, path, "[]\n", 3, 0666, GEM5ART__KEEP_EXISTING, true, error);
}

/* An LMDB file begins with a page that is described in 16 bytes (12 on 32-bit systems) and begins with this number. */
static bool gem5art__is_lmdb(const char *start, size_t length) {
    uint32_t here = 0xbeefc0de, swapped = 0xdec0efbe;
    size_t at;
    for (at = 12; at <= 16; at += 4)
        if (length >= at + 4 && (memcmp(start + at, &here, 4) == 0 || memcmp(start + at, &swapped, 4) == 0))
            return true;
    return false;
}

/* Refuses a file that is not a store of the kind that was asked for, by its first bytes. */
static bool gem5art__check_start(gem5art_db *db, bool lmdb, gem5art_error *error) {
    const char *path = db->path;
    char start[512];
    size_t got = 0, i;
    int fd = gem5art__open(path, O_RDONLY | O_NONBLOCK, 0);
    bool ok = fd >= 0 && gem5art__read_at(fd, start, sizeof start, 0, &got);
    gem5art__close(fd);
    if (!ok) return gem5art__fail_errno(error, "open the store", path);
    for (i = 0; i < got && gem5art__is_space((unsigned char)start[i]); i++) {}
    if (gem5art__is_lmdb(start, got) || (lmdb && start[0] == '['))
        return (lmdb && start[0] != '[') ||
               gem5art__fail(error, GEM5ART_INVALID, "%s is %s%s", path,
                             lmdb ? "a flat store, not an LMDB file: open it as file://"
                                  : "an LMDB file: open it as lmdb://", path);
    if (!lmdb && (i == got || start[i] == '[')) return true;
    if (db->damaged && gem5art__contains(start, got, "\"_id\"")) return true; /* records follow damage */
    if (lmdb) return gem5art__fail(error, GEM5ART_CORRUPT, "%s is not an LMDB file: give the path of a store", path);
    if (memcmp(start, "\xef\xbb\xbf", 3) == 0)
        return gem5art__fail(error, GEM5ART_CORRUPT,
                             "%s starts with a byte order mark, which JSON must not have: gem5art-fsck --salvage "
                             "writes the store without it", path);
    return gem5art__fail(error, GEM5ART_CORRUPT,
                         "%s is not a run store: a JSON array was expected, and byte %zu is not '['", path, i);
}

static bool gem5art__flat_open(gem5art_db *db, gem5art_error *error) {
    struct stat st;
    db->flat.fd = -1;
    db->flat.path = db->path;
    return gem5art__flat_follow(db, &st, error) && (db->unchecked || gem5art__check_start(db, false, error));
}

static void gem5art__flat_close(gem5art_db *db) {
    gem5art__flat_forget(&db->flat);
    gem5art__close(db->flat.fd);
}

static const gem5art__backend gem5art__flat_backend = {
    "file", gem5art__flat_open, gem5art__flat_close, gem5art__flat_create, gem5art__flat_refresh, gem5art__flat_lookup,
    gem5art__flat_scan_begin, gem5art__flat_scan_next, gem5art__flat_scan_end,
    gem5art__flat_recover, gem5art__flat_append, gem5art__flat_remove};

/* ================================================================== >>lmdb
   The same records in an LMDB file, with indexes: see LMDB in the manual. LMDB itself orders readers and writers. */

#ifdef GEM5ART_LMDB

enum {
    GEM5ART__LMDB_READERS = 1022, /* transactions at once, in all processes */
    GEM5ART__LMDB_KEY = 511       /* bytes of a key, at most */
};

enum { GEM5ART__RECORDS, GEM5ART__IDS, GEM5ART__HASHES, GEM5ART__NAMES, GEM5ART__TABLES };
static const char *const gem5art__table_names[] = {"records", "ids", "hashes", "names"};

/* LMDB allows a process one environment of a file: all its dbs of that store share it. */
typedef struct gem5art__env {
    MDB_env *env;
    MDB_dbi tables[GEM5ART__TABLES];
    int refused; /* why it is open for reading only; 0: it is not */
    dev_t device;
    ino_t inode, lock_inode; /* of the file, and of PATH-lock, which its users must share; 0: there was none */
    pid_t process;
    int users;  /* dbs and their scans */
    bool stale; /* it is not the store any more */
    struct gem5art__env *next;
} gem5art__env;

static pthread_mutex_t gem5art__envs_mutex = PTHREAD_MUTEX_INITIALIZER;
static gem5art__env *gem5art__envs;

static bool gem5art__lmdb_fail(gem5art_error *error, int code, const char *what, const char *path) {
    static const struct {
        int code;
        gem5art_code kind;
        const char *text;
    } table[] = {
        {MDB_CORRUPTED, GEM5ART_CORRUPT, "it is damaged; gem5art-fsck --salvage saves the intact records"},
        {MDB_PAGE_NOTFOUND, GEM5ART_CORRUPT, "it is damaged; gem5art-fsck --salvage saves the intact records"},
        {MDB_INVALID, GEM5ART_CORRUPT, "it is damaged; gem5art-fsck --salvage saves the intact records"},
        {MDB_BAD_TXN, GEM5ART_CORRUPT, "it is damaged; gem5art-fsck --salvage saves the intact records"},
        {MDB_NOTFOUND, GEM5ART_CORRUPT, "it is an LMDB file, but not a run store: give the path of a store"},
        {MDB_VERSION_MISMATCH, GEM5ART_UNSUPPORTED, "it was written by a different version of LMDB"},
        {MDB_READERS_FULL, GEM5ART_BUSY, "1022 listings are open already; close some"},
        {MDB_MAP_FULL, GEM5ART_LIMIT, "its map is full; compile with a larger GEM5ART_LMDB_MAP, or use a flat store"},
        {MDB_MAP_RESIZED, GEM5ART_LIMIT, "another program uses a larger map of it; open it again"},
        {MDB_PANIC, GEM5ART_IO, "a write of it failed before; close it everywhere in this process and open it again"},
        {EIO, GEM5ART_IO, "input/output error, or the disk is full (LMDB reports both alike)"}};
    size_t i;
    if (code == ENOMEM) return gem5art__fail_nomem(error);
    for (i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].code == code)
            return gem5art__fail(error, table[i].kind, "cannot %s %s: %s", what, path, table[i].text);
    return gem5art__fail(error, GEM5ART_IO, "cannot %s %s: %s", what, path, mdb_strerror(code));
}

/* ---- damaged pages: LMDB follows their offsets out of the file. A fault in a thread that reads such a page makes that
   call an error; a fault in a change or in any other code goes to the previous handler. */

static const int gem5art__fault_numbers[] = {SIGSEGV, SIGBUS};
static struct sigaction gem5art__fault_handlers[2]; /* the host's */
static pthread_key_t gem5art__fault_key;            /* of each thread: where a fault jumps to, or NULL */
static pthread_once_t gem5art__fault_once = PTHREAD_ONCE_INIT;
static bool gem5art__faults_caught;

static void gem5art__jump_from_fault(void) {
    sigjmp_buf *jump = (sigjmp_buf *)pthread_getspecific(gem5art__fault_key);
    if (jump) siglongjmp(*jump, 1);
}

static void gem5art__on_fault(int number) {
    gem5art__jump_from_fault();
    sigaction(number, &gem5art__fault_handlers[number == SIGBUS], NULL); /* and it faults again */
}

static void gem5art__on_assert(MDB_env *env, const char *text) {
    (void)env, (void)text;
    gem5art__jump_from_fault();
}

static void gem5art__catch_faults(void) {
    struct sigaction action;
    int i;
    gem5art__faults_caught = pthread_key_create(&gem5art__fault_key, NULL) == 0;
    memset(&action, 0, sizeof action);
    action.sa_handler = gem5art__on_fault;
    action.sa_flags = SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (i = 0; gem5art__faults_caught && i < 2; i++)
        sigaction(gem5art__fault_numbers[i], &action, &gem5art__fault_handlers[i]);
}

/* The work of one transaction: a look-up, a change, a step of a scan. */
typedef struct gem5art__lmdb_call {
    int (*work)(struct gem5art__lmdb_call *call); /* an LMDB code */
    gem5art_db *db;
    gem5art__env *env;
    MDB_txn *txn;
    gem5art_error *error;
    const char *text; /* the lines to append, joined by ",\n"; the id or hash to look up */
    size_t length;
    const char *const *ids; /* to remove; NULL-terminated */
    size_t removals;
    gem5art__lookup *lookup;
    gem5art__arena *arena;
    const gem5art_json **record;
    gem5art__step step;
    void *context;
} gem5art__lmdb_call;

static int gem5art__guarded(gem5art__lmdb_call *call) {
    sigjmp_buf jump;
    int code;
    if (!gem5art__faults_caught || pthread_getspecific(gem5art__fault_key)) return (call->work)(call);
    if (sigsetjmp(jump, 0) == 0) {
        pthread_setspecific(gem5art__fault_key, &jump);
        code = (call->work)(call);
    } else code = MDB_CORRUPTED;
    pthread_setspecific(gem5art__fault_key, NULL);
    return code;
}

/* ---- environments */

/* Fills in the files that a store consists of now. */
static bool gem5art__env_identify(gem5art__env *env, const char *path, gem5art_error *error) {
    char lock[4104];
    struct stat st;
    memset(env, 0, sizeof *env);
    env->process = getpid();
    if (GEM5ART_SYS_STAT(path, &st) < 0) return gem5art__fail_errno(error, "find the store", path);
    env->device = st.st_dev;
    env->inode = st.st_ino;
    snprintf(lock, sizeof lock, "%s-lock", path);
    if (GEM5ART_SYS_STAT(lock, &st) == 0) env->lock_inode = st.st_ino;
    else if (errno != ENOENT) return gem5art__fail_errno(error, "find", lock);
    return true;
}

static bool gem5art__env_same(const gem5art__env *a, const gem5art__env *b) {
    return a->device == b->device && a->inode == b->inode && a->process == b->process;
}

static int gem5art__open_tables(gem5art__lmdb_call *call) {
    int table, code = 0;
    for (table = 0; table < GEM5ART__TABLES && code == 0; table++)
        code = mdb_dbi_open(call->txn, gem5art__table_names[table], 0, &call->env->tables[table]);
    if (code) return code;
    code = mdb_txn_commit(call->txn); /* which keeps the handles */
    call->txn = NULL;
    return code;
}

/* On success the environment is to be closed. An LMDB code. */
static int gem5art__env_open(MDB_env **env, const char *path, size_t map, unsigned flags) {
    int code = mdb_env_create(env);
    if (code) return code;
    if ((code = mdb_env_set_mapsize(*env, map)) == 0 && (code = mdb_env_set_maxdbs(*env, GEM5ART__TABLES)) == 0 &&
        (code = mdb_env_set_maxreaders(*env, GEM5ART__LMDB_READERS)) == 0)
        code = mdb_env_open(*env, path, MDB_NOSUBDIR | flags, 0666);
    if (code) mdb_env_close(*env);
    return code;
}

/* An LMDB code. */
static int gem5art__env_start(gem5art__env *env, const char *path, unsigned flags) {
    gem5art__lmdb_call call;
    int dead, code = gem5art__env_open(&env->env, path, GEM5ART_LMDB_MAP, MDB_NOTLS | flags);
    if (code == 0) {
        mdb_env_set_assert(env->env, gem5art__on_assert);
        mdb_reader_check(env->env, &dead);
        memset(&call, 0, sizeof call);
        call.env = env;
        call.work = gem5art__open_tables;
        if ((code = mdb_txn_begin(env->env, NULL, MDB_RDONLY, &call.txn)) == 0) code = gem5art__guarded(&call);
        if (code && call.txn) mdb_txn_abort(call.txn);
        if (code) mdb_env_close(env->env);
    }
    return code;
}

/* With gem5art__envs_mutex held. */
static gem5art__env *gem5art__env_new(const char *path, const gem5art__env *files, gem5art_error *error) {
    gem5art__env *env = (gem5art__env *)gem5art__alloc(sizeof *env), now;
    int code;
    if (!env) return gem5art__fail_nomem(error), (gem5art__env *)NULL;
    *env = *files;
    pthread_once(&gem5art__fault_once, gem5art__catch_faults);
    code = gem5art__env_start(env, path, 0);
    if (code == EACCES || code == EROFS || code == EPERM) {
        env->refused = code;
        code = gem5art__env_start(env, path, MDB_RDONLY);
    }
    if (code == EACCES)
        gem5art__fail(error, GEM5ART_IO,
                      "cannot open %s: LMDB must write to %s-lock even to read, which this user may not; ask its owner "
                      "for that, or for a copy", path, path);
    else if (code == ENOMEM)
        gem5art__fail(error, GEM5ART_LIMIT,
                      "cannot open %s: LMDB needs more address space, GEM5ART_LMDB_MAP bytes (by default 64 GiB): "
                      "raise the limit (ulimit -v), or use a flat store", path);
    else if (code) gem5art__lmdb_fail(error, code, "open", path);
    else if (!gem5art__env_identify(&now, path, error)) mdb_env_close(env->env);
    else {
        env->lock_inode = now.lock_inode; /* which LMDB may just have made */
        env->next = gem5art__envs;
        return gem5art__envs = env;
    }
    gem5art__free(env);
    return NULL;
}

static void gem5art__env_release(gem5art__env *env) {
    gem5art__env **link;
    pthread_mutex_lock(&gem5art__envs_mutex);
    if (--env->users == 0) {
        for (link = &gem5art__envs; *link != env; link = &(*link)->next) {}
        *link = env->next;
        mdb_env_close(env->env);
        gem5art__free(env);
    }
    pthread_mutex_unlock(&gem5art__envs_mutex);
}

static void gem5art__lmdb_close(gem5art_db *db) {
    if (db->env) gem5art__env_release(db->env);
    db->env = NULL;
}

/* ---- transactions */

static bool gem5art__lmdb_open(gem5art_db *db, gem5art_error *error);

/* Opens the store again where gem5art-fsck has replaced it, and its lock file with it. */
static bool gem5art__lmdb_follow(gem5art_db *db, gem5art_error *error) {
    gem5art__env *env = db->env, now;
    if (!gem5art__env_identify(&now, db->path, error)) return false;
    if (gem5art__env_same(env, &now) && env->lock_inode == now.lock_inode) return true;
    pthread_mutex_lock(&gem5art__envs_mutex);
    env->stale = true;
    pthread_mutex_unlock(&gem5art__envs_mutex);
    if (gem5art__lmdb_open(db, error)) return gem5art__env_release(env), true;
    db->env = env;
    return false;
}

/* An LMDB code. A change first removes killed readers: for them LMDB would keep old pages, and the file would grow. */
static int gem5art__lmdb_begin(gem5art__env *env, bool change, MDB_txn **txn) {
    int dead = 0, code = MDB_READERS_FULL;
    if (!change) code = mdb_txn_begin(env->env, NULL, MDB_RDONLY, txn);
    if (code == MDB_READERS_FULL && mdb_reader_check(env->env, &dead) == 0)
        code = mdb_txn_begin(env->env, NULL, change ? 0 : MDB_RDONLY, txn);
    if (code) *txn = NULL;
    return code;
}

/* Does the work of a call in a transaction of its own. */
static bool gem5art__lmdb_run(gem5art_db *db, gem5art__lmdb_call *call, bool change, gem5art_error *error) {
    int code;
    if (!gem5art__lmdb_follow(db, error)) return false;
    call->db = db;
    call->env = db->env;
    call->error = error;
    if (change && db->env->refused)
        return gem5art__fail(error, GEM5ART_IO,
                             "cannot write to the store %s: %s; its owner can, or store in a copy of it", db->path,
                             strerror(db->env->refused));
    code = gem5art__lmdb_begin(db->env, change, &call->txn);
    if (code == 0) code = change ? (call->work)(call) : gem5art__guarded(call); /* a change cannot be left by a jump */
    if (code == 0 && change) code = mdb_txn_commit(call->txn);
    else if (call->txn) mdb_txn_abort(call->txn);
    return code == 0 ? true : gem5art__lmdb_fail(error, code, change ? "write to the store" : "read", db->path);
}

static MDB_val gem5art__lmdb_value(const void *data, size_t size) {
    MDB_val value;
    value.mv_data = (void *)(uintptr_t)data;
    value.mv_size = size;
    return value;
}

/* A key of an index, cut to LMDB's 511 bytes; the record itself decides whether the rest matches. */
static MDB_val gem5art__lmdb_key(const void *data, size_t size) {
    return gem5art__lmdb_value(data, size < GEM5ART__LMDB_KEY ? size : (size_t)GEM5ART__LMDB_KEY);
}

/* The number of a record, from 1 in stored order, as big-endian bytes, which LMDB sorts like numbers. */
static MDB_val gem5art__lmdb_number(uint8_t bytes[8], int64_t number) {
    int i;
    for (i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    return gem5art__lmdb_value(bytes, 8);
}

static int64_t gem5art__read_number(const MDB_val *value) {
    uint64_t number = 0;
    size_t i;
    for (i = 0; i < 8 && i < value->mv_size; i++) number = number << 8 | ((const uint8_t *)value->mv_data)[i];
    return (int64_t)number;
}

/* Moves a cursor. LMDB leaves the value unset on a damaged page that seems to have keys only; here it is empty then. */
static int gem5art__lmdb_move(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op where) {
    *value = gem5art__lmdb_value(NULL, 0);
    return mdb_cursor_get(cursor, key, value, where);
}

/* Finds the record with a number that an index has. An LMDB code. */
static int gem5art__lmdb_record(gem5art__lmdb_call *call, int64_t number, MDB_val *line) {
    uint8_t bytes[8];
    MDB_val key = gem5art__lmdb_number(bytes, number);
    int code;
    *line = gem5art__lmdb_value(NULL, 0);
    code = mdb_get(call->txn, call->env->tables[GEM5ART__RECORDS], &key, line);
    return code == MDB_NOTFOUND || (code == 0 && !line->mv_data) ? MDB_CORRUPTED : code;
}

/* ---- looking up */

/* The first number after `last` that an index has for a text; *number stays where there is none. An LMDB code. */
static int gem5art__lmdb_after(gem5art__lmdb_call *call, int table, const char *text, int64_t last, int64_t *number) {
    MDB_cursor *cursor;
    uint8_t bytes[8];
    MDB_val key = gem5art__lmdb_key(text, strlen(text)), value = gem5art__lmdb_number(bytes, last + 1);
    int code = *text ? mdb_cursor_open(call->txn, call->env->tables[table], &cursor) : MDB_NOTFOUND;
    if (code) return code == MDB_NOTFOUND ? 0 : code;
    code = mdb_cursor_get(cursor, &key, &value, MDB_GET_BOTH_RANGE);
    if (code == 0 && gem5art__read_number(&value) < *number) *number = gem5art__read_number(&value);
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Is a record a sealed line with a matching checksum, as all must be? If not, sets the call's error. */
static bool gem5art__lmdb_check(gem5art__lmdb_call *call, int64_t number, const MDB_val *line) {
    if (gem5art__is_intact((const char *)line->mv_data, line->mv_size)) return true;
    return gem5art__fail(call->error, GEM5ART_CORRUPT,
                         "record %lld of %s is damaged: its checksum does not match; gem5art-fsck --salvage saves the "
                         "intact ones", (long long)number, call->db->path);
}

/* Finds the next record after lookup->last with this id or hash. */
static int gem5art__lmdb_find(gem5art__lmdb_call *call) {
    do {
        int64_t number = INT64_MAX;
        MDB_val value;
        int code = gem5art__lmdb_after(call, GEM5ART__IDS, call->text, call->lookup->last, &number);
        if (code == 0) code = gem5art__lmdb_after(call, GEM5ART__HASHES, call->text, call->lookup->last, &number);
        if (code) return code;
        call->step = GEM5ART__END;
        if (number == INT64_MAX) return 0;
        if ((code = gem5art__lmdb_record(call, number, &value)) != 0) return code;
        call->lookup->last = number;
        call->step = GEM5ART__FAILED;
        if (!gem5art__lmdb_check(call, number, &value)) return 0;
        *call->record =
            gem5art__json_parse_in(call->arena, (const char *)value.mv_data, value.mv_size, NULL, call->error);
        if (!*call->record) return 0;
    } while (!gem5art__record_is(*call->record, "_id", call->text) &&
             !gem5art__record_is(*call->record, "hash", call->text));
    call->step = GEM5ART__RECORD;
    return 0;
}

static gem5art__step gem5art__lmdb_lookup(gem5art_db *db, gem5art__lookup *lookup, const char *key,
                                          gem5art__arena *arena, const gem5art_json **record, gem5art_error *error) {
    gem5art__lmdb_call call;
    memset(&call, 0, sizeof call);
    call.work = gem5art__lmdb_find;
    call.lookup = lookup;
    call.text = key;
    call.arena = arena;
    call.record = record;
    return gem5art__lmdb_run(db, &call, false, error) ? call.step : GEM5ART__FAILED;
}

/* ---- scans: a transaction that lasts, and either all records or those with these numbers */

typedef struct gem5art__lmdb_scan {
    gem5art__lmdb_call call; /* its environment is held until the scan ends */
    gem5art__scan *scan;
    const gem5art_query *query; /* while it begins */
    MDB_cursor *records;
    bool chosen;
    gem5art__buf numbers; /* where chosen: int64_t each, */
    size_t next;          /* and the place of the next one */
} gem5art__lmdb_scan;

static void gem5art__lmdb_scan_end(gem5art__scan *scan) {
    gem5art__lmdb_scan *lmdb = (gem5art__lmdb_scan *)scan->state;
    if (lmdb->records) mdb_cursor_close(lmdb->records);
    if (lmdb->call.txn) mdb_txn_abort(lmdb->call.txn);
    gem5art__env_release(lmdb->call.env);
    gem5art__buf_free(&lmdb->numbers);
    gem5art__free(lmdb);
}

static int gem5art__compare_numbers(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Notes the records whose names match, by the index, whose keys are NAME NUL TYPE. An LMDB code. */
static int gem5art__lmdb_choose(gem5art__lmdb_scan *lmdb) {
    const gem5art_query *query = lmdb->query;
    MDB_cursor *cursor;
    size_t length = query->name ? strlen(query->name) + 1 : 0;
    MDB_val key = gem5art__lmdb_key(query->name, length), value;
    size_t cut = key.mv_size;
    int code = mdb_cursor_open(lmdb->call.txn, lmdb->call.env->tables[GEM5ART__NAMES], &cursor);
    if (code) return code;
    lmdb->chosen = true;
    code = gem5art__lmdb_move(cursor, &key, &value, length ? MDB_SET_RANGE : MDB_FIRST);
    while (code == 0 && (!length || (key.mv_size >= cut && memcmp(key.mv_data, query->name, cut) == 0))) {
        const char *name = (const char *)key.mv_data, *end = (const char *)memchr(name, 0, key.mv_size);
        bool matches = !end || gem5art__name_matches(query, name, (size_t)(end - name)); /* cut: the record decides */
        int64_t number = gem5art__read_number(&value);
        if (matches) gem5art__put(&lmdb->numbers, (const char *)&number, sizeof number);
        code = gem5art__lmdb_move(cursor, &key, &value, matches ? MDB_NEXT : MDB_NEXT_NODUP);
    }
    mdb_cursor_close(cursor);
    if (lmdb->numbers.failed) return ENOMEM;
    if (lmdb->numbers.length)
        qsort(lmdb->numbers.data, lmdb->numbers.length / sizeof(int64_t), sizeof(int64_t), gem5art__compare_numbers);
    return code == MDB_NOTFOUND ? 0 : code;
}

static int gem5art__lmdb_start_scan(gem5art__lmdb_call *call) {
    gem5art__lmdb_scan *lmdb = (gem5art__lmdb_scan *)call->context;
    const gem5art_query *query = lmdb->query;
    int code = mdb_cursor_open(call->txn, call->env->tables[GEM5ART__RECORDS], &lmdb->records);
    if (code == 0 && query && (query->name || !gem5art__empty(query->name_contains))) code = gem5art__lmdb_choose(lmdb);
    return code;
}

static int gem5art__lmdb_read_next(gem5art__lmdb_call *call) {
    gem5art__lmdb_scan *lmdb = (gem5art__lmdb_scan *)call->context;
    MDB_val key, value;
    int64_t number = 0;
    int code;
    if (lmdb->chosen) {
        memcpy(&number, lmdb->numbers.data + lmdb->next, sizeof number);
        lmdb->next += sizeof number;
        code = gem5art__lmdb_record(call, number, &value);
    } else {
        code = gem5art__lmdb_move(lmdb->records, &key, &value, MDB_NEXT);
        if (code == 0) number = gem5art__read_number(&key);
    }
    if (code) return code;
    call->step = gem5art__lmdb_check(call, number, &value) ? GEM5ART__RECORD : GEM5ART__FAILED;
    lmdb->scan->data = (const char *)value.mv_data;
    lmdb->scan->size = value.mv_size;
    return 0;
}

static bool gem5art__lmdb_scan_begin(gem5art__scan *scan, const gem5art_query *query, gem5art_error *error) {
    gem5art_db *db = scan->db;
    gem5art__lmdb_scan *lmdb;
    int code;
    if (!gem5art__lmdb_follow(db, error)) return false;
    if ((lmdb = (gem5art__lmdb_scan *)gem5art__alloc(sizeof *lmdb)) == NULL) return gem5art__fail_nomem(error);
    scan->state = lmdb;
    lmdb->scan = scan;
    lmdb->query = query;
    lmdb->call.context = lmdb;
    lmdb->call.db = db;
    lmdb->call.env = db->env;
    lmdb->call.work = gem5art__lmdb_start_scan;
    pthread_mutex_lock(&gem5art__envs_mutex);
    db->env->users++;
    pthread_mutex_unlock(&gem5art__envs_mutex);
    if ((code = gem5art__lmdb_begin(db->env, false, &lmdb->call.txn)) == 0) code = gem5art__guarded(&lmdb->call);
    lmdb->call.work = gem5art__lmdb_read_next;
    if (code == 0) return true;
    gem5art__lmdb_fail(error, code, "read", db->path);
    gem5art__lmdb_scan_end(scan);
    scan->state = NULL;
    return false;
}

static gem5art__step gem5art__lmdb_scan_next(gem5art__scan *scan, gem5art_error *error) {
    gem5art__lmdb_scan *lmdb = (gem5art__lmdb_scan *)scan->state;
    int code = MDB_NOTFOUND;
    lmdb->call.error = error;
    scan->sealed = scan->intact = true;
    if (!lmdb->chosen || lmdb->next < lmdb->numbers.length) code = gem5art__guarded(&lmdb->call);
    if (code == 0) return lmdb->call.step;
    if (code == MDB_NOTFOUND) return GEM5ART__END;
    gem5art__lmdb_fail(error, code, "read", scan->db->path);
    return GEM5ART__FAILED;
}

/* ---- writing */

/* The keys of a record in each index. */
typedef struct gem5art__lmdb_keys {
    gem5art__arena arena;
    MDB_val id; /* whole */
    MDB_val values[GEM5ART__TABLES]; /* that of the records is not used */
} gem5art__lmdb_keys;

static bool gem5art__lmdb_read_keys(const char *line, size_t length, gem5art__lmdb_keys *keys) {
    gem5art__head head;
    char *both;
    memset(keys, 0, sizeof *keys);
    if (!gem5art__read_head(line, length, &head)) {
        const gem5art_json *record = gem5art__json_parse_in(&keys->arena, line, length, NULL, NULL);
        if (!record) return false;
        gem5art__parsed_head(record, &head);
    }
    both = (char *)gem5art__arena_alloc(&keys->arena, head.length[2] + head.length[3] + 1);
    if (!both) return false;
    memcpy(both, head.text[3], head.length[3]);
    memcpy(both + head.length[3] + 1, head.text[2], head.length[2]);
    keys->id = gem5art__lmdb_value(head.text[0], head.length[0]);
    keys->values[GEM5ART__IDS] = gem5art__lmdb_key(head.text[0], head.length[0]);
    keys->values[GEM5ART__HASHES] = gem5art__lmdb_key(head.text[1], head.length[1]);
    keys->values[GEM5ART__NAMES] = gem5art__lmdb_key(both, head.length[2] + head.length[3] + 1);
    return true;
}

/* Puts the record `key` into all tables, or removes it (line NULL). An LMDB code. */
static int gem5art__lmdb_change_record(gem5art__lmdb_call *call, MDB_val *key, gem5art__lmdb_keys *keys,
                                       MDB_val *line) {
    const MDB_dbi *tables = call->env->tables;
    int table, code = line ? mdb_put(call->txn, tables[GEM5ART__RECORDS], key, line, MDB_APPEND)
                           : mdb_del(call->txn, tables[GEM5ART__RECORDS], key, NULL);
    for (table = GEM5ART__IDS; code == 0 && table < GEM5ART__TABLES; table++)
        if (keys->values[table].mv_size)
            code = line ? mdb_put(call->txn, tables[table], &keys->values[table], key, 0)
                        : mdb_del(call->txn, tables[table], &keys->values[table], key);
    return code;
}

static int gem5art__lmdb_put_lines(gem5art__lmdb_call *call) {
    const char *line = call->text, *end = line + call->length, *newline;
    MDB_cursor *cursor;
    MDB_val key, value;
    int64_t number = 0;
    int code = mdb_cursor_open(call->txn, call->env->tables[GEM5ART__RECORDS], &cursor);
    if (code) return code;
    code = gem5art__lmdb_move(cursor, &key, &value, MDB_LAST);
    if (code == 0) number = gem5art__read_number(&key);
    mdb_cursor_close(cursor);
    /* The creator of a new store may have been killed before it did this. */
    if (code == MDB_NOTFOUND) code = gem5art__sync_name(call->db->path) ? 0 : errno;
    for (; code == 0 && line < end; line = newline ? newline + 1 : end) {
        gem5art__lmdb_keys keys;
        uint8_t bytes[8];
        newline = (const char *)memchr(line, '\n', (size_t)(end - line));
        key = gem5art__lmdb_number(bytes, ++number);
        value = gem5art__lmdb_value(line, (size_t)((newline ? newline - 1 : end) - line));
        code = gem5art__lmdb_read_keys(line, value.mv_size, &keys) ? 0 : ENOMEM;
        if (code == 0) code = gem5art__lmdb_change_record(call, &key, &keys, &value);
        gem5art__arena_free(&keys.arena);
    }
    return code;
}

static bool gem5art__lmdb_append(gem5art_db *db, const char *lines, size_t length, gem5art_error *error) {
    gem5art__lmdb_call call;
    memset(&call, 0, sizeof call);
    call.work = gem5art__lmdb_put_lines;
    call.text = lines;
    call.length = length;
    return gem5art__lmdb_run(db, &call, true, error);
}

/* The last commit of a killed process may be complete and yet unseen by readers until a change begins. */
static bool gem5art__lmdb_recover(gem5art_db *db, gem5art_error *error) {
    return gem5art__lmdb_append(db, "", 0, error);
}

static int gem5art__lmdb_drop_ids(gem5art__lmdb_call *call) {
    const char *const *id;
    int code = 0;
    for (id = call->ids; code == 0 && *id; id++) {
        int64_t number, last = 0;
        for (;; last = number) {
            gem5art__lmdb_keys keys;
            uint8_t bytes[8];
            MDB_val key, value;
            char *line; /* a copy, as LMDB's bytes move when it changes */
            number = INT64_MAX;
            if ((code = gem5art__lmdb_after(call, GEM5ART__IDS, *id, last, &number)) != 0 || number == INT64_MAX) break;
            if ((code = gem5art__lmdb_record(call, number, &value)) != 0) return code;
            key = gem5art__lmdb_number(bytes, number);
            if ((line = (char *)GEM5ART_MALLOC(value.mv_size)) == NULL) return ENOMEM;
            memcpy(line, value.mv_data, value.mv_size);
            code = gem5art__lmdb_read_keys(line, value.mv_size, &keys) ? 0 : ENOMEM;
            if (code == 0 && gem5art__text_is((const char *)keys.id.mv_data, keys.id.mv_size, *id)) {
                code = gem5art__lmdb_change_record(call, &key, &keys, NULL);
                call->removals++;
            }
            gem5art__arena_free(&keys.arena);
            gem5art__free(line);
            if (code) return code;
        }
    }
    return code;
}

static bool gem5art__lmdb_remove(gem5art_db *db, const char *const *ids, size_t *removals, gem5art_error *error) {
    gem5art__lmdb_call call;
    bool ok;
    memset(&call, 0, sizeof call);
    call.work = gem5art__lmdb_drop_ids;
    call.ids = ids;
    ok = gem5art__lmdb_run(db, &call, true, error);
    *removals = call.removals;
    return ok;
}

/* ---- opening */

static int gem5art__lmdb_create_at(const char *path) {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    int table, code = gem5art__env_open(&env, path, (size_t)1 << 20, MDB_NOLOCK);
    if (code) return code;
    if ((code = mdb_txn_begin(env, NULL, 0, &txn)) == 0) {
        for (table = 0; code == 0 && table < GEM5ART__TABLES; table++)
            code = mdb_dbi_open(txn, gem5art__table_names[table],
                                MDB_CREATE | (table == GEM5ART__RECORDS ? 0 : MDB_DUPSORT | MDB_DUPFIXED), &dbi);
        if (code == 0) code = mdb_txn_commit(txn);
        else mdb_txn_abort(txn);
    }
    mdb_env_close(env);
    return code;
}

static bool gem5art__lmdb_check_place(const char *path, gem5art_error *error) {
    double settling;
    const char *kind = gem5art__file_system(path, &settling);
    return kind ? gem5art__fail(error, GEM5ART_UNSUPPORTED,
                                "%s is on a network file system (%s), where LMDB loses data: use a flat store "
                                "(file://), or a local disk", path, kind)
                : true;
}

/* Makes an empty store under a temporary name and links it into place. */
static bool gem5art__lmdb_create(gem5art_db *db, const char *path, gem5art_error *error) {
    gem5art__new_file file;
    char *folder = gem5art__arena_copy(&db->arena, path);
    int code;
    if (!folder) return gem5art__fail_nomem(error);
    *strrchr(folder, '/') = 0;
    if (!gem5art__lmdb_check_place(*folder ? folder : "/", error) ||
        !gem5art__begin_file(&file, -1, path, 0666, error))
        return false;
    if ((code = gem5art__lmdb_create_at(file.temporary.data)) == 0)
        return gem5art__commit_file(&file, GEM5ART__KEEP_EXISTING, true, error);
    gem5art__lmdb_fail(error, code, "write", path);
    gem5art__abort_file(&file);
    return false;
}

/* Refuses a file that is mounted by itself (docker -v FILE:PATH) or has a second hard link: the users of two names have
   two lock files, and LMDB cannot order them. A file that is just being made has two names for a moment. */
static bool gem5art__lmdb_check_names(gem5art_db *db, gem5art_error *error) {
    struct stat st;
    int tries;
    if (gem5art__is_mount_point(db->path))
        return gem5art__fail(error, GEM5ART_UNSUPPORTED,
                             "%s is a mount point, and LMDB cannot coordinate its users with those of the mounted "
                             "file: mount the folder of that file instead", db->path);
    for (tries = 0;; tries++) {
        if (GEM5ART_SYS_STAT(db->path, &st) < 0) return gem5art__fail_errno(error, "open the store", db->path);
        if (st.st_nlink <= 1) return true;
        if (tries == 50) break;
        GEM5ART_SYS_POLL(NULL, 0, 2);
        if (tries < 49) continue;
        if (db->read_only) {
            if (gem5art__leftovers(db->path, &st, false) == (long)st.st_nlink - 1) return true;
        } else if (gem5art__store_lock(db, NULL)) {
            gem5art__leftovers(db->path, &st, true);
            gem5art__store_unlock(db);
        }
    }
    return gem5art__fail(error, GEM5ART_UNSUPPORTED,
                         "%s has %ld names (hard links), and LMDB cannot coordinate their users: remove the "
                         "others (find -samefile finds them)", db->path, (long)st.st_nlink);
}

static bool gem5art__lmdb_open(gem5art_db *db, gem5art_error *error) {
    gem5art__env now, *env;
    struct stat st;
    if (GEM5ART_SYS_STAT(db->path, &st) < 0) return gem5art__fail_errno(error, "open the store", db->path);
    if (!gem5art__check_store_file(db->path, &st, error) || !gem5art__lmdb_check_place(db->path, error) ||
        !gem5art__lmdb_check_names(db, error) || !gem5art__env_identify(&now, db->path, error))
        return false;
    pthread_mutex_lock(&gem5art__envs_mutex);
    for (env = gem5art__envs; env && (env->stale || !gem5art__env_same(env, &now)); env = env->next) {}
    if (!env && gem5art__check_start(db, true, error)) env = gem5art__env_new(db->path, &now, error);
    if (env) env->users++;
    pthread_mutex_unlock(&gem5art__envs_mutex);
    if (env) db->env = env;
    return env != NULL;
}

static const gem5art__backend gem5art__lmdb_backend = {
    "lmdb", gem5art__lmdb_open, gem5art__lmdb_close, gem5art__lmdb_create, gem5art__lmdb_follow, gem5art__lmdb_lookup,
    gem5art__lmdb_scan_begin, gem5art__lmdb_scan_next, gem5art__lmdb_scan_end,
    gem5art__lmdb_recover, gem5art__lmdb_append, gem5art__lmdb_remove};

#endif /* GEM5ART_LMDB */

/* ================================================================ >>shards
   A flat store and its shards, read as one: see "Shards" in the manual. The store comes first, then the shards by name.
   A merge copies records to the store and then removes the shard, so that for a while, or after a kill, a record may be
   in both: one of a shard whose id the store has is passed over. As records move only that way, a reader looks at the
   shards before it looks at the store, and misses none. */

enum { GEM5ART__SHARD_NAME = 64 }; /* bytes of a shard's name, at most */
static const char gem5art__shard_end[] = ".json";

static bool gem5art__is_shard_name(const char *name, size_t length) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return length > 0 && length <= GEM5ART__SHARD_NAME && *name != '.' && strspn(name, allowed) >= length;
}

static size_t gem5art__shard_count(const gem5art_db *db) { return db->shards.length / sizeof(gem5art_db *); }
static gem5art_db *gem5art__shard_at(const gem5art_db *db, size_t i) {
    return ((gem5art_db **)(void *)db->shards.data)[i];
}

static void gem5art__free_shard(gem5art_db *shard) {
    if (!shard) return;
    gem5art__flat_close(shard);
    gem5art__arena_free(&shard->arena);
    gem5art__free(shard);
}

/* A handle of the shard in this file, which need not exist. */
static gem5art_db *gem5art__new_shard(const gem5art_db *db, const char *file, gem5art_error *error) {
    gem5art_db *shard = gem5art__new_db(error);
    if (!shard) return NULL;
    shard->backend = &gem5art__flat_backend;
    shard->path = gem5art__arena_printf(&shard->arena, "%s/%s", db->shards_path, file);
    shard->flat.path = shard->path;
    shard->read_only = db->read_only;
    shard->log = db->log;
    shard->damaged = db->damaged;
    shard->user_data = db->user_data;
    if (shard->path) return shard;
    gem5art__free_shard(shard);
    gem5art__fail_nomem(error);
    return NULL;
}

/* Returns the place of the shard with this file name among the others, or, if it is not *found, the place for it. */
static size_t gem5art__find_shard(const gem5art_db *db, const char *file, bool *found) {
    size_t from = 0, end = gem5art__shard_count(db);
    *found = false;
    while (from < end && !*found) {
        size_t middle = from + (end - from) / 2;
        int order = strcmp(gem5art__base_name(gem5art__shard_at(db, middle)->path), file);
        *found = order == 0;
        if (order < 0) from = middle + 1;
        else end = middle;
    }
    return end;
}

static bool gem5art__add_shard(gem5art_db *db, const char *file, gem5art_error *error) {
    bool found;
    size_t at = gem5art__find_shard(db, file, &found), count = gem5art__shard_count(db);
    gem5art_db *shard, **list;
    if (found) return true;
    if ((shard = gem5art__new_shard(db, file, error)) == NULL) return false;
    gem5art__put(&db->shards, &shard, sizeof shard);
    if (db->shards.failed) {
        db->shards.failed = false;
        gem5art__free_shard(shard);
        return gem5art__fail_nomem(error);
    }
    list = (gem5art_db **)(void *)db->shards.data;
    memmove(list + at + 1, list + at, (count - at) * sizeof *list);
    list[at] = shard;
    return true;
}

/* Finds new shards. The folder is listed each time, as over a network its time of change may be an old one. */
static bool gem5art__list_shards(gem5art_db *db, gem5art_error *error) {
    struct dirent *entry;
    bool ok = true;
    DIR *dir = db->shards_path ? GEM5ART_SYS_OPENDIR(db->shards_path) : NULL;
    if (!db->shards_path || (!dir && errno == ENOENT)) return true;
    if (!dir) return gem5art__fail_errno(error, "read the folder", db->shards_path);
    while (ok && (errno = 0, entry = GEM5ART_SYS_READDIR(dir)) != NULL) {
        size_t length = strlen(entry->d_name), end = sizeof gem5art__shard_end - 1;
        if (gem5art__ends_with(entry->d_name, gem5art__shard_end) &&
            gem5art__is_shard_name(entry->d_name, length - end))
            ok = gem5art__add_shard(db, entry->d_name, error);
    }
    if (ok && errno) ok = gem5art__fail_errno(error, "read the folder", db->shards_path);
    gem5art__close_folder(dir);
    return ok;
}

/* After an error of a shard: was the shard only merged? Then its handle forgets its records. */
static bool gem5art__shard_is_gone(gem5art_db *shard, const gem5art_error *why, gem5art_error *error) {
    bool many = why->code == GEM5ART_IO && errno == EMFILE;
    if (why->code != GEM5ART_NOT_FOUND)
        return gem5art__fail(error, why->code, "%s%s", why->message,
                             many ? "; merge the shards (gem5art-fsck --merge-shards), or raise ulimit -n" : "");
    gem5art__flat_forget(&shard->flat);
    gem5art__close(shard->flat.fd);
    shard->flat.fd = -1;
    return true;
}

static bool gem5art__refresh_shards(gem5art_db *db, gem5art_error *error) {
    gem5art_error why;
    size_t i;
    if (!gem5art__list_shards(db, error)) return false;
    for (i = 0; i < gem5art__shard_count(db); i++) {
        gem5art_db *shard = gem5art__shard_at(db, i);
        if (!gem5art__flat_refresh(shard, &why) && !gem5art__shard_is_gone(shard, &why, error)) return false;
    }
    return true;
}

/* Look-ups see what is stored now. Needs no lock. */
static bool gem5art__refresh(gem5art_db *db, gem5art_error *error) {
    return gem5art__refresh_shards(db, error) && (db->backend->refresh)(db, error);
}

/* ---- look-ups and scans of all of them */

/* Returns the shard after this one (NULL: the first one), or NULL after the last one. */
static gem5art_db *gem5art__next_shard(const gem5art_db *db, const gem5art_db *shard) {
    bool found;
    size_t at = shard ? gem5art__find_shard(db, gem5art__base_name(shard->path), &found) + 1 : 0;
    return at < gem5art__shard_count(db) ? gem5art__shard_at(db, at) : NULL;
}

/* Is there a record with this id in the one file that a handle stands for? */
static bool gem5art__stores_id(gem5art_db *db, const char *id, bool *has, gem5art_error *error) {
    gem5art__lookup lookup = {0, 0, NULL};
    gem5art__step step = GEM5ART__END;
    for (*has = false; !*has;) {
        gem5art__arena arena = {NULL, false};
        const gem5art_json *record;
        step = gem5art__flat_lookup(db, &lookup, id, &arena, &record, error);
        *has = step == GEM5ART__RECORD && gem5art__record_is(record, "_id", id);
        gem5art__arena_free(&arena);
        if (step != GEM5ART__RECORD) break;
    }
    return step != GEM5ART__FAILED;
}

/* The next record with this id or hash, parsed into the arena. */
static gem5art__step gem5art__next_match(gem5art_db *db, gem5art__lookup *lookup, const char *key,
                                         gem5art__arena *arena, const gem5art_json **record, gem5art_error *error) {
    for (;;) {
        gem5art_db *at = lookup->shard ? lookup->shard : db, *next;
        gem5art__step step = (at->backend->lookup)(at, lookup, key, arena, record, error);
        bool merged = false;
        if (step == GEM5ART__RECORD && at != db &&
            !gem5art__stores_id(db, gem5art__record_text(*record, "_id"), &merged, error))
            return GEM5ART__FAILED;
        if (merged) continue;
        if (step != GEM5ART__END || (next = gem5art__next_shard(db, lookup->shard)) == NULL) return step;
        memset(lookup, 0, sizeof *lookup);
        lookup->shard = next;
    }
}

static void gem5art__scan_end(gem5art__scan *scan) {
    size_t i;
    if (scan->state) (scan->db->backend->scan_end)(scan);
    scan->state = NULL;
    for (i = 0; i < scan->part_count; i++) gem5art__scan_end(&scan->parts[i]);
    gem5art__free(scan->parts);
    gem5art__index_free(&scan->ids);
    scan->parts = NULL;
    scan->part_count = 0;
}

static bool gem5art__scan_begin_parts(gem5art__scan *scan, const gem5art_query *query, gem5art_error *error) {
    gem5art_db *db = scan->db;
    size_t count = gem5art__shard_count(db) + 1, i;
    gem5art_error why;
    scan->parts = (gem5art__scan *)gem5art__alloc(count * sizeof *scan->parts);
    if (!scan->parts) return gem5art__fail_nomem(error);
    scan->part_count = count;
    for (i = count; i-- > 0;) { /* the store last */
        gem5art__scan *part = &scan->parts[i];
        part->db = i ? gem5art__shard_at(db, i - 1) : db;
        if (gem5art__flat_scan_begin(part, query, &why)) continue;
        if (i ? gem5art__shard_is_gone(part->db, &why, error) : gem5art__pass_on(error, &why))
            continue;
        gem5art__scan_end(scan);
        return false;
    }
    return true;
}

/* Begins a scan. `query` (may be NULL) may narrow it by name and name_contains; the caller checks all of it. */
static bool gem5art__scan_begin(gem5art_db *db, const gem5art_query *query, gem5art__scan *scan, gem5art_error *error) {
    memset(scan, 0, sizeof *scan);
    scan->db = db;
    if (!gem5art__list_shards(db, error)) return false;
    return gem5art__shard_count(db) ? gem5art__scan_begin_parts(scan, query, error)
                                    : (db->backend->scan_begin)(scan, query, error);
}

/* Takes the record of a part, unless it is one of a shard that the store has too. False: out of memory. */
static bool gem5art__scan_take(gem5art__scan *scan, const gem5art__scan *part, bool *taken, gem5art_error *error) {
    gem5art__head head;
    if (!gem5art__cursor_head((gem5art__cursor *)part->state, &head)) return gem5art__fail_nomem(error);
    *taken = scan->part == 0 ||
             !gem5art__index_next(&scan->ids, gem5art__fnv1a(head.text[0], head.length[0]), 0);
    if (scan->part == 0 && !gem5art__index_add(&scan->ids, head.text[0], head.length[0], 0))
        return gem5art__fail_nomem(error);
    scan->data = part->data;
    scan->window = part->window;
    scan->size = part->size;
    scan->sealed = part->sealed;
    scan->intact = part->intact;
    return true;
}

static gem5art__step gem5art__scan_next(gem5art__scan *scan, gem5art_error *error) {
    if (!scan->parts) return (scan->db->backend->scan_next)(scan, error);
    for (; scan->part < scan->part_count; scan->part++) {
        gem5art__scan *part = &scan->parts[scan->part];
        gem5art__step step = GEM5ART__END;
        bool taken = false;
        while (!taken && part->state && (step = gem5art__flat_scan_next(part, error)) == GEM5ART__RECORD)
            if (!gem5art__scan_take(scan, part, &taken, error)) return GEM5ART__FAILED;
        if (taken || step == GEM5ART__FAILED) return step;
        scan->torn = scan->torn || step == GEM5ART__TORN;
        gem5art__scan_end(part);
    }
    return scan->torn ? GEM5ART__TORN : GEM5ART__END;
}

static gem5art__step gem5art__scan_parse(gem5art__scan *scan, gem5art__arena *arena, const gem5art_json **record,
                                         gem5art_error *error) {
    *record = gem5art__json_parse_in(arena, scan->data, scan->size, NULL, error);
    return *record ? GEM5ART__RECORD : GEM5ART__FAILED;
}

/* ---- appending to the store, or to the shard of a handle */

/* Gives a file of this user the store's group, where that is allowed, and those of the store's permissions that are in
   `mask`. A folder (0777) can also be entered by its readers, and is sticky where others may write. */
static void gem5art__share(const gem5art_db *db, int fd, mode_t mask) {
    struct stat store, st;
    mode_t mode;
    if (GEM5ART_SYS_STAT(db->path, &store) < 0 || GEM5ART_SYS_FSTAT(fd, &st) < 0 || st.st_uid != geteuid()) return;
    mode = (store.st_mode & mask) | 0600;
    if (mask == 0777) mode |= 0700 | (mode & 0444) >> 2 | (mode & 0022 ? S_ISVTX : 0);
    if (((st.st_mode ^ mode) & 01777) == 0 && st.st_gid == store.st_gid) return;
    (void)!GEM5ART_SYS_FCHOWN(fd, (uid_t)-1, store.st_gid);
    (void)!GEM5ART_SYS_FCHMOD(fd, mode);
}

/* Makes the shard that a handle appends to, with its folder, for all who may write the store. */
static bool gem5art__make_shard(gem5art_db *db, gem5art_error *error) {
    const char *path = db->appended_to->path;
    gem5art__new_file file;
    gem5art_error why;
    struct stat st;
    int folder;
    if (GEM5ART_SYS_LSTAT(path, &st) == 0)
        return S_ISREG(st.st_mode) ||
               gem5art__fail(error, GEM5ART_INVALID, "the shard %s is not a file: remove it", path);
    if (GEM5ART_SYS_MKDIR(db->shards_path, 0777) < 0 && errno != EEXIST)
        return gem5art__fail_errno(error, "make the folder", db->shards_path);
    if ((folder = gem5art__open(db->shards_path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)) >= 0)
        gem5art__share(db, folder, 0777);
    gem5art__close(folder);
    if (folder < 0 || !gem5art__sync_name(db->shards_path))
        return gem5art__fail_errno(error, "make the folder", db->shards_path);
    if (!gem5art__begin_file(&file, -1, path, 0666, error)) return false;
    gem5art__share(db, file.fd, 0666);
    return gem5art__fill_file(&file, "[]\n", 3, GEM5ART__KEEP_EXISTING, true, &why) || why.code == GEM5ART_EXISTS ||
           gem5art__pass_on(error, &why);
}

/* Takes the writer lock of the file that this handle appends to. */
static bool gem5art__append_begin(gem5art_db *db, gem5art_error *error) {
    gem5art_error why;
    int tries;
    if (!db->appended_to || db->read_only) return gem5art__store_lock(db, error);
    for (tries = 0; tries < 100; tries++) {
        if (gem5art__make_shard(db, &why) && gem5art__store_lock(db->appended_to, &why)) return true;
        if (why.code != GEM5ART_NOT_FOUND) break; /* else a merge has just removed it */
    }
    return gem5art__pass_on(error, &why);
}

/* Under that lock: repairs what a kill left, and refreshes. */
static bool gem5art__recover(gem5art_db *db, gem5art_error *error) {
    if (db->appended_to) return gem5art__flat_find_end(db->appended_to, error) && gem5art__refresh(db, error);
    return gem5art__refresh_shards(db, error) && (db->backend->recover)(db, error);
}

/* Under that lock: appends lines, which are joined by ",\n", all or none. */
static bool gem5art__append(gem5art_db *db, const gem5art__buf *lines, gem5art_error *error) {
    gem5art_db *to = db->appended_to ? db->appended_to : db;
    return (to->backend->append)(to, lines->data, lines->length, error);
}

static void gem5art__append_end(gem5art_db *db) { gem5art__store_unlock(db->appended_to ? db->appended_to : db); }

/* ---- merging, under the writer lock of the store, which is recovered */

/* Appends what waits to the store. */
static bool gem5art__merge_lines(gem5art_db *db, gem5art__buf *lines, gem5art_error *error) {
    bool ok = lines->failed ? gem5art__fail_nomem(error)
                            : !lines->length || gem5art__flat_append(db, lines->data, lines->length, error);
    lines->length = 0;
    return ok;
}

/* Adds the line of the scan's record, unless the store has its id. */
static bool gem5art__merge_record(gem5art_db *db, const gem5art__scan *scan, gem5art__buf *lines, bool *added,
                                  gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const gem5art_json *record = gem5art__json_parse_in(&arena, scan->data, scan->size, NULL, error);
    bool has = true, ok = record && gem5art__stores_id(db, gem5art__record_text(record, "_id"), &has, error);
    *added = ok && !has;
    if (*added && lines->length) gem5art__puts(lines, ",\n");
    if (*added && scan->intact) gem5art__put(lines, scan->data, scan->size);
    else if (*added) ok = gem5art__put_record_line(lines, record, error);
    gem5art__arena_free(&arena);
    return ok;
}

/* Under the writer lock of the shard too: copies its records, durably, before it is removed. */
static bool gem5art__merge_shard(gem5art_db *db, gem5art_db *shard, int64_t *merged, gem5art_error *error) {
    gem5art__buf lines = {NULL, 0, 0, false};
    gem5art__step step = GEM5ART__FAILED;
    gem5art__scan scan;
    int count = 0;
    bool ok, added;
    memset(&scan, 0, sizeof scan);
    scan.db = shard;
    ok = gem5art__flat_find_end(shard, error) && gem5art__flat_scan_begin(&scan, NULL, error);
    while (ok && (step = gem5art__flat_scan_next(&scan, error)) == GEM5ART__RECORD) {
        ok = gem5art__merge_record(db, &scan, &lines, &added, error);
        *merged += added;
        count += added;
        if (ok && added && count % GEM5ART__APPENDED == 0) ok = gem5art__merge_lines(db, &lines, error);
    }
    ok = ok && step == GEM5ART__END && gem5art__merge_lines(db, &lines, error);
    if (ok && GEM5ART_SYS_UNLINK(shard->path) < 0)
        ok = gem5art__fail(error, GEM5ART_IO, "the records of %s are in the store now, but it cannot be removed: %s; "
                           "its owner can merge it", shard->path, strerror(errno));
    gem5art__scan_end(&scan);
    gem5art__buf_free(&lines);
    return ok;
}

/* Moves the records of all shards to the store. Shards that cannot be merged stay; *error is that of the first one. */
static bool gem5art__merge_shards(gem5art_db *db, int64_t *merged, gem5art_error *error) {
    gem5art_error first, why;
    size_t i;
    gem5art__clear(&first);
    *merged = 0;
    if (!gem5art__list_shards(db, error)) return false;
    for (i = 0; i < gem5art__shard_count(db); i++) {
        gem5art_db *shard = gem5art__shard_at(db, i);
        bool locked, ok;
        shard->patience = 2;
        gem5art__clear(&why);
        locked = gem5art__store_lock(shard, &why);
        ok = locked && gem5art__merge_shard(db, shard, merged, &why);
        if (locked) gem5art__store_unlock(shard);
        if (!ok && why.code != GEM5ART_NOT_FOUND && first.code == GEM5ART_OK) first = why;
    }
    /* Also shards that a killed merge removed: else a power loss could restore a record that is removed next. */
    if (!gem5art__sync_folder(db->shards_path) && errno != ENOENT)
        return gem5art__fail_errno(error, "sync the folder", db->shards_path);
    GEM5ART_SYS_RMDIR(db->shards_path); /* if it is empty */
    if (!gem5art__refresh(db, error)) return false;
    return first.code == GEM5ART_OK || gem5art__pass_on(error, &first);
}

/* Takes the writer lock of the store, and merges its shards: all records are in the store then. */
static bool gem5art__change_begin(gem5art_db *db, int64_t *merged, gem5art_error *error) {
    *merged = 0;
    if (!gem5art__store_lock(db, error)) return false;
    if ((db->backend->recover)(db, error) && (!db->shards_path || gem5art__merge_shards(db, merged, error)))
        return true;
    gem5art__store_unlock(db);
    return false;
}

/* ---- opening */

/* A store that does not exist yet, for a dry run: it has no records. */
static bool gem5art__none_open(gem5art_db *db, gem5art_error *error) { return (void)db, (void)error, true; }
static void gem5art__none_close(gem5art_db *db) { (void)db; }
static gem5art__step gem5art__none_lookup(gem5art_db *db, gem5art__lookup *lookup, const char *key,
                                          gem5art__arena *arena, const gem5art_json **record, gem5art_error *error) {
    return (void)db, (void)lookup, (void)key, (void)arena, (void)record, (void)error, GEM5ART__END;
}
static bool gem5art__none_begin(gem5art__scan *scan, const gem5art_query *query, gem5art_error *error) {
    return (void)scan, (void)query, (void)error, true;
}
static gem5art__step gem5art__none_next(gem5art__scan *scan, gem5art_error *error) {
    return (void)scan, (void)error, GEM5ART__END;
}

static const gem5art__backend gem5art__none_backend = {
    "none", gem5art__none_open, gem5art__none_close, NULL, gem5art__none_open, gem5art__none_lookup,
    gem5art__none_begin, gem5art__none_next, NULL, NULL, NULL, NULL}; /* nothing calls the others */

/* Prepares a flat store's handle for shards; `file`: of the one that records are appended to, or NULL. */
static bool gem5art__shards_begin(gem5art_db *db, const char *file, gem5art_error *error) {
    db->shards_path = gem5art__arena_printf(&db->arena, "%s.shards", db->path);
    if (!db->shards_path) return gem5art__fail_nomem(error);
    if (file) db->appended_to = gem5art__new_shard(db, file, error);
    return !file || db->appended_to;
}

/* The same with the name of a shard, which may be NULL or "". */
static bool gem5art__shards_open(gem5art_db *db, const char *name, gem5art_error *error) {
    const char *file = NULL;
    if (!gem5art__empty(name) && db->backend != &gem5art__flat_backend && db->backend != &gem5art__none_backend)
        return gem5art__fail(error, GEM5ART_UNSUPPORTED, "%s cannot have the shard \"%.80s\": only a flat store "
                             "(file://) has shards", db->path, name);
    if (!gem5art__empty(name) && !gem5art__is_shard_name(name, strlen(name)))
        return gem5art__fail(error, GEM5ART_INVALID, "\"%.80s\" cannot be the name of a shard: use at most %d of A-Z "
                             "a-z 0-9 . _ -, and no dot first", name, GEM5ART__SHARD_NAME);
    if (db->backend != &gem5art__flat_backend) return true;
    if (!gem5art__empty(name) && (file = gem5art__arena_printf(&db->arena, "%s.json", name)) == NULL)
        return gem5art__fail_nomem(error);
    return gem5art__shards_begin(db, file, error);
}

static void gem5art__shards_close(gem5art_db *db) {
    size_t i;
    for (i = 0; i < gem5art__shard_count(db); i++) gem5art__free_shard(gem5art__shard_at(db, i));
    gem5art__buf_free(&db->shards);
    gem5art__free_shard(db->appended_to);
}

/* ---- opening, of any kind of store */

static const gem5art__backend *const gem5art__backends[] = {
#ifdef GEM5ART_LMDB
    &gem5art__lmdb_backend,
#endif
    &gem5art__flat_backend};

/* As in gem5art, a URI's path is not decoded and has no host. Refuses a URI that other programs read differently. */
static bool gem5art__check_uri_path(const char *uri, const char *path, gem5art_error *error) {
    const char *at;
    if (gem5art__starts_with(path, "localhost/"))
        return gem5art__fail(error, GEM5ART_INVALID, "%s names a host: write %.*s%s", uri, (int)(path - uri), uri,
                             path + strlen("localhost"));
    for (at = path; (at = strchr(at, '%')) != NULL; at++)
        if (gem5art__hex_digit(at[1]) >= 0 && gem5art__hex_digit(at[2]) >= 0)
            return gem5art__fail(error, GEM5ART_INVALID,
                                 "%s: %.3s is not decoded; write the character that it stands for, or give the path "
                                 "without %.*s if the file's name contains it", uri, at, (int)(path - uri), uri);
    return true;
}

/* Returns the back end for a URI, and sets *uri to its path. NULL with an error that says what to use instead. */
static const gem5art__backend *gem5art__find_backend(const char **uri, gem5art_error *error) {
    const char *scheme_end = strstr(*uri, "://");
    size_t length = scheme_end ? (size_t)(scheme_end - *uri) : 0, i;
    if (!scheme_end || strcspn(*uri, "/") != length + 1) return &gem5art__flat_backend; /* a bare path */
    for (i = 0; i < sizeof gem5art__backends / sizeof *gem5art__backends; i++) {
        if (!gem5art__text_is(*uri, length, gem5art__backends[i]->scheme)) continue;
        if (!scheme_end[3])
            gem5art__fail(error, GEM5ART_INVALID, "%s names no file: write %sdb.json or %s/absolute/path/db.json", *uri,
                          *uri, *uri);
        if (!scheme_end[3] || !gem5art__check_uri_path(*uri, scheme_end + 3, error)) return NULL;
        *uri = scheme_end + 3;
        return gem5art__backends[i];
    }
    if (gem5art__starts_with(*uri, "mongodb"))
        gem5art__fail(error, GEM5ART_UNSUPPORTED,
                      "%s: MongoDB is not supported; use a file (file://db.json), which gem5art's own file:// stores "
                      "are too, and gem5art-import for what mongoexport writes", *uri);
    else if (gem5art__text_is(*uri, length, "lmdb"))
        gem5art__fail(error, GEM5ART_UNSUPPORTED,
                      "%s: LMDB is not in this build; compile with -DGEM5ART_LMDB and -llmdb, or use a flat store "
                      "(file://db.json)", *uri);
    else
        gem5art__fail(error, GEM5ART_UNSUPPORTED,
                      "%s: unknown kind of store \"%.*s\"; use file://db.json, file:///absolute/path, a path or "
                      "lmdb://path", *uri, (int)length, *uri);
    return NULL;
}

/* Could a store be made here? Then a dry run has one without records. */
static bool gem5art__store_pretend(gem5art_db *db, const char *path, gem5art_error *error) {
    const char *slash = strrchr(path, '/');
    const char *folder = gem5art__arena_copy_n(&db->arena, path, slash > path ? (size_t)(slash - path) : 1);
    if (!folder) return gem5art__fail_nomem(error);
    if (GEM5ART_SYS_ACCESS(folder, W_OK | X_OK) < 0) return gem5art__fail_errno(error, "write to the folder", folder);
    db->backend = &gem5art__none_backend;
    return true;
}

static bool gem5art__store_create(gem5art_db *db, const char *path, gem5art_error *error) {
    struct stat st;
    gem5art_error why;
    gem5art__clear(&why);
    if (db->read_only && !db->dry_run)
        return gem5art__fail(error, GEM5ART_NOT_FOUND,
                             "there is no store at %s: name the right one by its uri or in $GEM5ART_DB", path);
    if (GEM5ART_SYS_LSTAT(path, &st) == 0 && S_ISLNK(st.st_mode)) /* else another program has just made it */
        return gem5art__fail(error, GEM5ART_NOT_FOUND,
                             "%s is a dangling symlink: create its target, or remove it",
                             path);
    if (db->dry_run ? gem5art__store_pretend(db, path, &why) : (db->backend->create)(db, path, &why)) return true;
    if (why.code == GEM5ART_EXISTS) return true;
    if (why.code == GEM5ART_NOT_FOUND)
        return gem5art__fail(error, GEM5ART_NOT_FOUND,
                             "cannot make the store %s: its folder does not exist; make it first", path);
    return gem5art__fail(error, why.code, "cannot make the store %s: %s", path, why.message);
}

static bool gem5art__store_open(gem5art_db *db, const char *uri, const char *shard, gem5art_error *error) {
    char *absolute, *resolved;
    struct stat st;
    if (gem5art__empty(uri)) uri = getenv("GEM5ART_DB");
    if (gem5art__empty(uri)) uri = "file://db.json";
    if ((db->backend = gem5art__find_backend(&uri, error)) == NULL) return false;
    if ((absolute = gem5art__absolute_path(&db->arena, NULL, uri, error)) == NULL) return false;
    if (GEM5ART_SYS_STAT(absolute, &st) < 0) {
        if (errno != ENOENT) return gem5art__fail_errno(error, "open the store", absolute);
        if (!gem5art__store_create(db, absolute, error)) return false;
    } else if (S_ISDIR(st.st_mode))
        return gem5art__fail(error, GEM5ART_CORRUPT, "%s is a folder: give the path of a store, such as %s/db.json",
                             absolute, absolute);
    resolved = db->backend == &gem5art__none_backend ? NULL : GEM5ART_SYS_REALPATH(absolute, NULL);
    if (!resolved && db->backend != &gem5art__none_backend)
        return gem5art__fail_errno(error, "open the store", absolute);
    db->path = resolved ? gem5art__arena_copy(&db->arena, resolved) : absolute;
    free(resolved);
    db->lock_path = gem5art__arena_printf(&db->arena, "%s.lock", db->path);
    db->live_path = gem5art__arena_printf(&db->arena, "%s.live", db->path);
    db->queue_path = gem5art__arena_printf(&db->arena, "%s.queued", db->path);
    db->cache.read_only = db->dry_run;
    if (!db->read_only || db->dry_run)
        db->cache.path = gem5art__arena_printf(&db->arena, "%s.checked.%ld", db->path, (long)geteuid());
    if (db->arena.failed) return gem5art__fail_nomem(error);
    if (!gem5art__shards_open(db, shard, error)) return false;
    if ((db->backend->open)(db, error)) return true;
    gem5art__shards_close(db);
    (db->backend->close)(db);
    return false;
}

static void gem5art__store_close(gem5art_db *db) {
    gem5art__shards_close(db);
    (db->backend->close)(db);
    gem5art__close(db->claimed.fd);
    gem5art__close(db->claimed_in_store.fd);
    gem5art__close(db->live_folder);
    if (db->left_live) GEM5ART_SYS_RMDIR(db->live_path); /* if it is empty: the next one has the store's mode then */
    if (db->left_queue) GEM5ART_SYS_RMDIR(db->queue_path);
}

static void gem5art__close_second(gem5art_db *db) {
    if (!db) return;
    gem5art__store_close(db);
    gem5art__arena_free(&db->arena);
    gem5art__free(db);
}

/* A second handle of the store of `db`, for another thread. It shares nothing with the first one. */
static gem5art_db *gem5art__open_second(const gem5art_db *db, void (*log)(const char *message, void *user_data),
                                        void *user_data, gem5art_error *error) {
    gem5art_db *second = gem5art__new_db(error);
    const char *shard = db->appended_to ? gem5art__base_name(db->appended_to->path) : NULL;
    if (!second) return NULL;
    second->backend = db->backend;
    second->unchecked = true; /* the first one has looked */
    second->path = gem5art__arena_copy(&second->arena, db->path);
    second->lock_path = gem5art__arena_copy(&second->arena, db->lock_path);
    second->live_path = gem5art__arena_copy(&second->arena, db->live_path);
    second->queue_path = gem5art__arena_copy(&second->arena, db->queue_path);
    second->log = log;
    second->user_data = user_data;
    if (second->arena.failed) gem5art__fail_nomem(error);
    else if ((!db->shards_path || gem5art__shards_begin(second, shard, error)) &&
             (second->backend->open)(second, error))
        return second;
    gem5art__close_second(second);
    return NULL;
}

/* ============================================================== >>artifact */

typedef struct gem5art__artifact {
    gem5art_artifact public_; /* first: a pointer to one is a pointer to the other */
    gem5art__object object;
} gem5art__artifact;

static gem5art__artifact *gem5art__new_artifact(gem5art_db *db, gem5art_error *error) {
    gem5art__artifact *artifact = (gem5art__artifact *)gem5art__alloc(sizeof *artifact);
    if (!artifact) return gem5art__fail_nomem(error), (gem5art__artifact *)NULL;
    gem5art__adopt(db, &artifact->object, artifact);
    gem5art__set_defaults(gem5art__artifact_fields, &artifact->public_);
    return artifact;
}

static void gem5art__free_artifact(gem5art__artifact *artifact) {
    if (!artifact) return;
    gem5art__disown(&artifact->object);
    gem5art__free(artifact);
}

/* The first stored artifact with this id or hash; *found NULL: there is none. */
static bool gem5art__lookup_artifact(gem5art_db *db, const char *key, gem5art__artifact **found, gem5art_error *error) {
    gem5art__lookup lookup = {0, 0, NULL};
    gem5art__step step;
    gem5art__artifact *artifact = gem5art__new_artifact(db, error);
    const gem5art_json *record;
    *found = NULL;
    if (!artifact) return false;
    while ((step = gem5art__next_match(db, &lookup, key, &artifact->object.arena, &record, error)) == GEM5ART__RECORD)
        if (!gem5art__is_run(gem5art__record_text(record, "type"))) break;
    if (step == GEM5ART__RECORD) {
        artifact->public_.record = record;
        if (gem5art__read_object(&artifact->object.arena, gem5art__artifact_fields, record, &artifact->public_,
                                 db->path, error)) {
            *found = artifact;
            return true;
        }
        step = GEM5ART__FAILED;
    }
    gem5art__free_artifact(artifact);
    return step != GEM5ART__FAILED;
}

/* ---- is it unchanged? */

static const char gem5art__type_repo[] = "git repo";

/* Did gem5art write the hash, an MD5? */
static bool gem5art__has_md5(const gem5art_artifact *artifact) { return strlen(artifact->hash) == 32; }

/* Checks that a path has an artifact's content. `cache` NULL: reads every file; else changed files, once for all
   threads. */
static bool gem5art__check(gem5art__cache *cache, const gem5art_artifact *artifact, const char *path,
                           gem5art_error *error) {
    bool repo = *artifact->git_hash != 0, md5 = gem5art__has_md5(artifact), ok;
    int wanted = (md5 ? GEM5ART__WANT_MD5 : 0) | (repo ? GEM5ART__WANT_COMMIT : 0);
    gem5art__content content;
    const char *now = md5 ? content.md5 : content.hash, *what;
    gem5art_error why;
    ok = cache ? gem5art__hash_shared(cache, path, wanted, &content, &why)
               : gem5art__hash_path(NULL, path, wanted, &content, &why);
    if (content.found && (repo || md5) && repo != content.is_folder)
        return gem5art__fail(error, GEM5ART_CHANGED, "%s is not what was registered as \"%s\" (%s): it is a %s now",
                             path, artifact->name, artifact->id, repo ? "file" : "folder");
    if (!ok) return gem5art__pass_on(error, &why);
    if (strcmp(now, artifact->hash) == 0) return true;
    what = repo ? "commit" : md5 ? "MD5" : content.is_folder ? "SHA-256 as a folder" : "SHA-256";
    return gem5art__fail(error, GEM5ART_CHANGED,
                         "%s is not what was registered as \"%s\" (%s): its %s is %s, not %s; restore it, or register "
                         "it again", path, artifact->name, artifact->id, what, now, artifact->hash);
}

/* ---- copies */

/* Copies a file's bytes; copy_file_range clones them where the file system can. Leaves errno. */
static bool gem5art__copy_bytes(int from, int to) {
    char *chunk;
    ssize_t n;
    bool ok = true;
#ifdef GEM5ART_SYS_STATFS /* Linux */
    while (GEM5ART_SYS_COPY_FILE_RANGE(from, to, (size_t)1 << 30) > 0 && !gem5art__given_up()) {}
    /* Some file systems report the end at once: the rest goes through memory, from the offsets where this stopped. */
#endif
    chunk = (char *)GEM5ART_MALLOC(GEM5ART__WINDOW);
    if (!chunk) return errno = ENOMEM, false;
    while (ok && (n = gem5art__read_some(from, chunk, GEM5ART__WINDOW)) != 0)
        ok = n > 0 && (!gem5art__given_up() || (errno = ECANCELED, false)) && gem5art__write_all(to, chunk, (size_t)n);
    GEM5ART_FREE(chunk);
    return ok;
}

/* Copies a file, whole or not at all and durably, with its x bits, to a name that is not taken. CHANGED where the copy
   does not have the hash (an MD5 of 32 digits or a SHA-256). */
static bool gem5art__copy_file(const char *from, const char *to, const char *hash, gem5art_error *error) {
    gem5art__new_file copy;
    struct stat st;
    char sha256[65], md5[33], *copied = strlen(hash) == 32 ? md5 : sha256;
    bool ok = false;
    int in = gem5art__open(from, O_RDONLY | O_NONBLOCK, 0);
    if (in < 0 || GEM5ART_SYS_FSTAT(in, &st) < 0) gem5art__fail_errno(error, "read", from);
    else if (gem5art__begin_file(&copy, -1, to, 0666 | (st.st_mode & 0111), error)) {
        if (!gem5art__copy_bytes(in, copy.fd)) gem5art__fail_errno(error, "write", to);
        else ok = gem5art__hash_opened(copy.fd, to, sha256, md5, NULL, error);
        if (ok && strcmp(copied, hash) != 0)
            ok = gem5art__fail(error, GEM5ART_CHANGED,
                               "%s is not what was registered, or it changed while it was copied to %s: the copy has "
                               "the %s %s, not %s", from, to, copied == md5 ? "MD5" : "SHA-256", copied, hash);
        if (ok) ok = gem5art__commit_file(&copy, GEM5ART__KEEP_EXISTING, true, error);
        else gem5art__abort_file(&copy);
    }
    gem5art__close(in);
    return ok;
}

/* Copies a registered file into the storage folder under its id, where there is such a folder. */
static bool gem5art__keep_copy(const char *storage, const char *path, const char *id, const char *hash,
                               gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    struct stat st;
    char *copy;
    bool ok = true;
    if (!storage || !gem5art__is_uuid(id)) return true;
    copy = gem5art__join_path(&arena, storage, id);
    if (!copy) ok = gem5art__fail_nomem(error);
    else if (GEM5ART_SYS_STAT(copy, &st) < 0) { /* else it was kept before */
        ok = gem5art__make_folders(storage, error) && gem5art__copy_file(path, copy, hash, error);
        if (ok && !gem5art__sync_name(storage)) ok = gem5art__fail_errno(error, "sync the folder of", storage);
    }
    gem5art__arena_free(&arena);
    return ok;
}

/* ---- registration */

static bool gem5art__texts_equal(const char *const *a, const char *const *b) {
    while (*a && *b && strcmp(*a, *b) == 0) a++, b++;
    return !*a && !*b;
}

static bool gem5art__field_equal(const gem5art__field *field, const void *a, const void *b) {
    const void *x = (const char *)a + field->offset, *y = (const char *)b + field->offset;
    switch (field->kind) {
    case GEM5ART__TEXTS:
    case GEM5ART__TEXTS_QUOTED:
    case GEM5ART__PAIRS:
    case GEM5ART__PAIRS_QUOTED:
        return gem5art__texts_equal(*(const char *const *const *)x, *(const char *const *const *)y);
    case GEM5ART__BOOLEAN: return *(const bool *)x == *(const bool *)y;
    case GEM5ART__SIZE: return *(const int64_t *)x == *(const int64_t *)y;
    case GEM5ART__TEXT: return strcmp(*(const char *const *)x, *(const char *const *)y) == 0;
    default: return true; /* time and git, which are not compared */
    }
}

/* Is the field of a described artifact more than its default? */
static bool gem5art__field_given(const gem5art__field *field, const void *described) {
    const void *x = (const char *)described + field->offset;
    switch (field->kind) {
    case GEM5ART__BOOLEAN: return *(const bool *)x;
    case GEM5ART__TEXT: return **(const char *const *)x != '\0';
    case GEM5ART__SIZE: return true;
    default: return **(const char *const *const *)x != NULL;
    }
}

/* `texts`: NULL-terminated, or NULL. */
static bool gem5art__has_text(const char *const *texts, const char *text) {
    for (; texts && *texts; texts++)
        if (strcmp(*texts, text) == 0) return true;
    return false;
}

static const char *gem5art__text_or(const char *text, const char *other) { return gem5art__empty(text) ? other : text; }

static bool gem5art__check_name(const char *name, const char *what, gem5art_error *error) {
    if (gem5art__empty(name)) return gem5art__fail(error, GEM5ART_INVALID, "%s has no name: set .name", what);
    if (strlen(name) > GEM5ART_MAX_NAME)
        return gem5art__fail(error, GEM5ART_LIMIT, "%s has a name of %zu bytes: at most %d are allowed", what,
                             strlen(name), GEM5ART_MAX_NAME);
    return true;
}

/* Characters, as Python counts them, of UTF-8 text. */
static size_t gem5art__characters(const char *text) {
    size_t count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* A NULL in an array of artifacts is one that could not be registered, not its end. */
static bool gem5art__check_artifacts(const gem5art_artifact *const *artifacts, size_t count, const char *whose,
                                     const char *name, const char *field, const char *number, gem5art_error *error) {
    size_t i;
    if ((artifacts == NULL) != (count == 0))
        return gem5art__fail(error, GEM5ART_INVALID, "%s \"%s\": .%s and .%s must be set together", whose, name, field,
                             number);
    for (i = 0; i < count; i++)
        if (!artifacts[i])
            return gem5art__fail(error, GEM5ART_INVALID,
                                 "%s \"%s\": .%s[%zu] is NULL: register that artifact first, and look at the error of "
                                 "its registration", whose, name, field, i);
    return true;
}

/* Checks that names are unique, that each has a value and, of variables, that each can be a variable's name. */
static bool gem5art__check_pairs(const char *const *pairs, bool variables, const char *whose, const char *name,
                                 const char *field, gem5art_error *error) {
    size_t i, k;
    for (i = 0; pairs && pairs[i]; i += 2) {
        if (variables && (!*pairs[i] || strchr(pairs[i], '=')))
            return gem5art__fail(error, GEM5ART_INVALID,
                                 "%s \"%s\": \"%s\" cannot be the name of a variable: correct .%s", whose, name,
                                 pairs[i], field);
        if (!pairs[i + 1])
            return gem5art__fail(error, GEM5ART_INVALID,
                                 "%s \"%s\": .%s has no value for %s: give name, value, ..., NULL", whose, name, field,
                                 pairs[i]);
        for (k = 0; k < i; k += 2)
            if (strcmp(pairs[k], pairs[i]) == 0)
                return gem5art__fail(error, GEM5ART_INVALID, "%s \"%s\": .%s has %s twice: give it once", whose, name,
                                     field, pairs[i]);
    }
    return true;
}

static bool gem5art__check_artifact_desc(const gem5art_artifact_desc *desc, gem5art_error *error) {
    enum { GEM5ART__DOCUMENTATION = 10 }; /* gem5art refuses less, too */
    if (!desc) return gem5art__fail(error, GEM5ART_INVALID, "no artifact is described: the desc is NULL");
    if (!gem5art__check_name(desc->name, "the artifact", error)) return false;
    if (gem5art__empty(desc->type))
        return gem5art__fail(error, GEM5ART_INVALID, "artifact \"%s\" has no type: set .type, such as \"gem5 binary\"",
                             desc->name);
    if (gem5art__starts_with(desc->type, gem5art__type_se))
        return gem5art__fail(error, GEM5ART_INVALID, "artifact \"%s\" cannot have the type \"%s\": it is that of runs",
                             desc->name, desc->type);
    if (gem5art__empty(desc->path))
        return gem5art__fail(error, GEM5ART_INVALID, "artifact \"%s\" has no path: set .path", desc->name);
    if (gem5art__empty(desc->documentation) || gem5art__characters(desc->documentation) < GEM5ART__DOCUMENTATION)
        return gem5art__fail(error, GEM5ART_INVALID,
                             "the documentation of artifact \"%s\" is too short (\"%s\"): say in at least %d "
                             "characters how it was made and what it is for",
                             desc->name, desc->documentation ? desc->documentation : "", GEM5ART__DOCUMENTATION);
    return gem5art__check_artifacts(desc->inputs, desc->input_count, "artifact", desc->name, "inputs", "input_count",
                                    error) &&
           gem5art__check_pairs(desc->extra, false, "artifact", desc->name, "extra", error);
}

static const char *const *gem5art__copy_texts(gem5art__arena *arena, const char *const *texts) {
    size_t count = 0, i;
    const char **copy;
    while (texts && texts[count]) count++;
    copy = (const char **)gem5art__arena_alloc(arena, (count + 1) * sizeof *copy);
    for (i = 0; copy && i < count; i++) copy[i] = gem5art__arena_copy(arena, texts[i]);
    return copy ? copy : gem5art__no_texts;
}

static const char *const *gem5art__copy_ids(gem5art__arena *arena, const gem5art_artifact *const *artifacts,
                                            size_t count) {
    size_t i;
    const char **copy;
    copy = (const char **)gem5art__arena_alloc(arena, (count + 1) * sizeof *copy);
    for (i = 0; copy && i < count; i++) copy[i] = gem5art__arena_copy(arena, artifacts[i]->id);
    return copy ? copy : gem5art__no_texts;
}

/* A new artifact of a desc and the content of its path, without an id. */
static gem5art__artifact *gem5art__describe_artifact(gem5art_db *db, const gem5art_artifact_desc *desc,
                                                     const gem5art__content *content, gem5art_error *error) {
    gem5art__artifact *artifact = gem5art__new_artifact(db, error);
    gem5art__arena *arena;
    gem5art_artifact *a;
    if (!artifact) return NULL;
    arena = &artifact->object.arena;
    a = &artifact->public_;
    a->hash = gem5art__arena_copy(arena, content->hash);
    a->type = gem5art__arena_copy(arena, desc->type);
    a->name = gem5art__arena_copy(arena, desc->name);
    a->documentation = gem5art__arena_copy(arena, desc->documentation);
    a->command = gem5art__arena_copy(arena, gem5art__text_or(desc->command, ""));
    a->path = gem5art__arena_copy(arena, desc->path);
    a->cwd = gem5art__arena_copy(arena, gem5art__text_or(desc->cwd, "."));
    a->inputs = gem5art__copy_ids(arena, desc->inputs, desc->input_count);
    a->architecture = gem5art__arena_copy(arena, gem5art__text_or(desc->architecture, ""));
    a->size = desc->size ? desc->size : content->size;
    a->is_zipped = desc->is_zipped;
    a->md5sum = gem5art__arena_copy(arena, gem5art__text_or(desc->md5sum, ""));
    a->url = gem5art__arena_copy(arena, gem5art__text_or(desc->url, ""));
    a->supported_gem5_versions = gem5art__copy_texts(arena, desc->supported_gem5_versions);
    a->version = gem5art__arena_copy(arena, gem5art__text_or(desc->version, ""));
    a->extra = gem5art__copy_texts(arena, desc->extra);
    a->time = gem5art__now();
    if (!arena->failed) return artifact;
    gem5art__free_artifact(artifact);
    gem5art__fail_nomem(error);
    return NULL;
}

/* May the store hold the MD5 of a file? Of LMDB stores that is not known. */
static bool gem5art__may_hold_md5(const gem5art_db *db) {
    const gem5art_db *shard = NULL;
    bool may = db->env || db->flat.has_md5;
    while (!may && (shard = gem5art__next_shard(db, shard)) != NULL) may = shard->flat.has_md5;
    return may;
}

/* Looks up an artifact by SHA-256 or commit, else by the MD5 that gem5art would have stored, which is computed only for
   a store that may hold one: it takes three times as long as the SHA-256. */
static bool gem5art__lookup_content(gem5art_db *db, const char *path, gem5art__content *content,
                                    gem5art__artifact **found, gem5art_error *error) {
    char hash[65];
    if (!gem5art__refresh(db, error) || !gem5art__lookup_artifact(db, content->hash, found, error)) return false;
    if (*found || content->is_folder || !gem5art__may_hold_md5(db)) return true;
    if (!*content->md5 && !gem5art__cache_hash(&db->cache, path, hash, content->md5, NULL, error)) return false;
    return gem5art__lookup_artifact(db, content->md5, found, error);
}

/* Stores a new artifact, and a copy of its file in the storage folder. *found: one that was stored meanwhile, or
   NULL. */
static bool gem5art__store_artifact(gem5art_db *db, gem5art__artifact *artifact, gem5art__content *content,
                                    gem5art__artifact **found, gem5art_error *error) {
    gem5art_artifact *a = &artifact->public_;
    gem5art__arena *arena = &artifact->object.arena;
    gem5art__buf line = {NULL, 0, 0, false};
    const char *copy;
    char id[37];
    bool ok = content->size >= 0 || gem5art__git_origin(arena, a->path, &a->git_origin, &a->git_name, error);
    if (content->size < 0) a->git_hash = a->hash;
    if (!ok || db->dry_run) return ok;
    if (!gem5art__uuid(id, error)) return false;
    a->id = gem5art__arena_copy(arena, id);
    copy = db->storage && !content->is_folder ? gem5art__join_path(arena, db->storage, id) : NULL;
    if (arena->failed) return gem5art__fail_nomem(error);
    if (copy && !gem5art__keep_copy(db->storage, a->path, id, content->hash, error)) return false;
    ok = gem5art__append_begin(db, error);
    if (ok) {
        ok = gem5art__recover(db, error) && gem5art__lookup_content(db, a->path, content, found, error);
        if (ok && !*found)
            ok = gem5art__put_object_line(&line, gem5art__artifact_fields, a, true, NULL, error) &&
                 gem5art__append(db, &line, error);
        gem5art__append_end(db);
    }
    gem5art__buf_free(&line);
    if (copy && (!ok || *found)) GEM5ART_SYS_UNLINK(copy);
    return ok;
}

/* Gives a stored artifact the caller's path, and warns of each other given field that differs. */
static bool gem5art__update_stored(gem5art_db *db, gem5art__artifact *stored, const gem5art__artifact *described,
                                   bool sized, gem5art_error *error) {
    static const char *const skipped[] = {"_id", "hash", "path", "cwd", "time", "git", NULL};
    const gem5art__field *field;
    gem5art__arena *arena = &stored->object.arena;
    for (field = gem5art__artifact_fields; field->name; field++)
        if (!gem5art__has_text(skipped, field->name) && !(field->kind == GEM5ART__SIZE && !sized) &&
            gem5art__field_given(field, &described->public_) &&
            !gem5art__field_equal(field, &stored->public_, &described->public_))
            gem5art__warn(db, "artifact \"%s\" is already stored (%s) with a different \"%s\": the stored one is kept",
                          described->public_.name, stored->public_.id, field->name);
    stored->public_.path = gem5art__arena_copy(arena, described->public_.path);
    stored->public_.cwd = gem5art__arena_copy(arena, described->public_.cwd);
    return arena->failed ? gem5art__fail_nomem(error) : true;
}

typedef struct gem5art__hashing {
    gem5art__long_work work;
    gem5art_db *db;
    const char *path;
} gem5art__hashing;

static void gem5art__report_hashing(void *data) {
    const gem5art__hashing *hashing = (const gem5art__hashing *)data;
    if (hashing->work.bytes)
        gem5art__warn(hashing->db, "hashing %s: %.1f GB so far", hashing->path, (double)hashing->work.bytes / 1e9);
}

/* Hashes the path of an artifact of this type. On the thread that uses the db, long work is reported in the log. A
   folder is a git repo if the type is "git repo" or it is the top of a work tree. `wanted`: WANT_MD5 or 0. */
static bool gem5art__hash_and_report(gem5art_db *db, const char *path, const char *type, int wanted,
                                     gem5art__content *content, gem5art_error *error) {
    gem5art__buf git = {NULL, 0, 0, false};
    gem5art__hashing hashing;
    struct stat st;
    bool reports = !gem5art__this_work, ok;
    gem5art__putf(&git, "%s/.git", path);
    if (strcmp(type, gem5art__type_repo) == 0 || (!git.failed && GEM5ART_SYS_LSTAT(git.data, &st) == 0))
        wanted |= GEM5ART__WANT_COMMIT;
    gem5art__buf_free(&git);
    memset(&hashing, 0, sizeof hashing);
    hashing.db = db;
    hashing.path = path;
    hashing.work.beat = gem5art__report_hashing;
    hashing.work.data = &hashing;
    hashing.work.beat_at = gem5art__monotonic() + GEM5ART_BEAT_SECONDS;
    if (reports) gem5art__this_work = &hashing.work;
    ok = gem5art__hash_path(&db->cache, path, wanted, content, error);
    if (reports) gem5art__this_work = NULL;
    return ok;
}

static const gem5art_artifact *gem5art__register(gem5art_db *db, const gem5art_artifact_desc *desc,
                                                 gem5art_error *error) {
    gem5art__content content;
    gem5art__artifact *stored = NULL, *described;
    bool ok;
    if (!gem5art__check_artifact_desc(desc, error) || !gem5art__refresh(db, error) ||
        !gem5art__hash_and_report(db, desc->path, desc->type, gem5art__may_hold_md5(db) ? GEM5ART__WANT_MD5 : 0,
                                  &content, error))
        return NULL;
    described = gem5art__describe_artifact(db, desc, &content, error);
    ok = described && gem5art__lookup_content(db, desc->path, &content, &stored, error);
    if (ok && stored && !content.is_folder && !db->dry_run)
        ok = gem5art__keep_copy(db->storage, desc->path, stored->public_.id, content.hash, error);
    if (ok && !stored) ok = gem5art__store_artifact(db, described, &content, &stored, error);
    if (ok && !stored) return &described->public_;
    ok = ok && gem5art__update_stored(db, stored, described, desc->size != 0, error);
    gem5art__free_artifact(described);
    if (ok) return &stored->public_;
    gem5art__free_artifact(stored);
    return NULL;
}

/* ---- download */

/* UNSUPPORTED, with the command that makes a copy. `from` NULL: a git repo. */
static bool gem5art__fail_download(const gem5art_artifact *artifact, const char *from, const char *path,
                                   gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const char *to = gem5art__shell_word(&arena, path), *commit = gem5art__shell_word(&arena, artifact->git_hash);
    const char *source = from ? from : gem5art__text_or(artifact->git_origin, artifact->git_name);
    source = gem5art__shell_word(&arena, source);
    if (arena.failed) gem5art__fail_nomem(error);
    else if (from)
        gem5art__fail(error, GEM5ART_UNSUPPORTED, "\"%s\" is a folder, and no copy of it is stored: cp -a -- %s %s",
                      artifact->name, source, to);
    else
        gem5art__fail(error, GEM5ART_UNSUPPORTED,
                      "\"%s\" is a git repo, and no copy of it is stored: git clone -- %s %s && git -C %s checkout %s",
                      artifact->name, source, to, to, commit);
    gem5art__arena_free(&arena);
    return false;
}

/* From the storage folder, else from where it was registered. */
static bool gem5art__download(gem5art_db *db, const gem5art_artifact *artifact, const char *path,
                              gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const char *from = artifact->path;
    struct stat st;
    bool found, ok = false;
    if (*artifact->git_hash) return gem5art__fail_download(artifact, NULL, path, error);
    if (db->storage && gem5art__is_uuid(artifact->id)) from = gem5art__join_path(&arena, db->storage, artifact->id);
    found = from && GEM5ART_SYS_STAT(from, &st) == 0;
    if (from && !found && errno == ENOENT) found = GEM5ART_SYS_STAT(from = artifact->path, &st) == 0;
    if (!from) gem5art__fail_nomem(error);
    else if (!found && errno != ENOENT) gem5art__fail_errno(error, "read", from);
    else if (!found)
        gem5art__fail(error, GEM5ART_NOT_FOUND,
                      "no copy of \"%s\" (%s) is left: neither in the storage folder (%s) nor at %s", artifact->name,
                      artifact->id, db->storage ? db->storage : "none is set", artifact->path);
    else if (S_ISDIR(st.st_mode)) gem5art__fail_download(artifact, from, path, error);
    else ok = gem5art__copy_file(from, path, artifact->hash, error);
    gem5art__arena_free(&arena);
    return ok;
}

/* =================================================================== >>run
   The parts of a run and its identity, its outdirs and info.json, its claim and live entry, and lost runs. */

enum { GEM5ART__MAX_INFO = 64 << 20 }; /* bytes of an info.json */

typedef struct gem5art__run {
    gem5art_run public_; /* first: a pointer to one is a pointer to the other */
    gem5art__object object;
    gem5art_db *db;
    const char *base;    /* the outdir of the first attempt */
    const gem5art_artifact **used; /* copies of the artifacts, in order; their paths are checked and executed */
    size_t used_count;
    const char *script_path;       /* in its repo; "": the repo does not track it */
    const char *script_hash;       /* of its content, if its repo does not track it; else NULL */
    bool (*check_failure)(const gem5art_run *run, void *user_data);
    void *user_data;
    int priority, nice;
    const char *const *environment; /* name, value, ..., NULL: what is set for it */
    bool no_probe, quiet_differs;
    const char *ticket;            /* of gem5art_load_queued; else NULL */
    bool in_pool, released;
} gem5art__run;

static gem5art__run *gem5art__new_run(gem5art_db *db, gem5art_error *error) {
    gem5art__run *run = (gem5art__run *)gem5art__alloc(sizeof *run);
    if (!run) return gem5art__fail_nomem(error), (gem5art__run *)NULL;
    gem5art__adopt(db, &run->object, run);
    gem5art__set_defaults(gem5art__run_fields, &run->public_);
    run->db = db;
    return run;
}

GEM5ART__NOINLINE static void gem5art__free_run(gem5art__run *run) {
    if (!run) return;
    gem5art__disown(&run->object);
    gem5art__free(run);
}

/* The artifacts that every run has, in the order of its identity; SE runs have the first three. One without a path of
   its own must be a git repo. Offsets of `given` and `artifact` are in gem5art_run_desc, the others in gem5art_run. */
typedef struct gem5art__role {
    const char *field, *label, *path_field, *given_field;
    size_t id, path, artifact, given;
} gem5art__role;

#define GEM5ART__REPO(name, label) \
    {#name, label, NULL, NULL, offsetof(gem5art_run, name), 0, offsetof(gem5art_run_desc, name), 0}
#define GEM5ART__FILE(name, label, path, given)                                                        \
    {#name, label, "the path of ." #name, "." #given, offsetof(gem5art_run, name),                     \
     offsetof(gem5art_run, path), offsetof(gem5art_run_desc, name), offsetof(gem5art_run_desc, given)}
static const gem5art__role gem5art__roles[] = {
    GEM5ART__FILE(gem5_artifact, "gem5 binary", gem5_binary_path, gem5_binary),
    GEM5ART__REPO(gem5_git_artifact, "gem5 repo"), GEM5ART__REPO(run_script_git_artifact, "run script repo"),
    GEM5ART__FILE(linux_binary_artifact, "kernel", linux_binary_path, linux_binary),
    GEM5ART__FILE(disk_image_artifact, "disk image", disk_image_path, disk_image)};
#undef GEM5ART__REPO
#undef GEM5ART__FILE

static size_t gem5art__role_count(const gem5art_run *r) { return gem5art__is_fs(r->type) ? 5 : 3; }

static const char **gem5art__text_at(const gem5art_run *r, size_t at) { return (const char **)((uintptr_t)r + at); }

/* ---- this machine and its processes */

typedef struct gem5art__host_facts {
    const char *host, *kernel, *user, *cpu_model, *boot_id;
    const char *pid_space; /* the name space of process ids; "": not known */
    int64_t start;         /* when this process started, as gem5art__process_start has it */
} gem5art__host_facts;

/* When a process started, in clock ticks since boot; 0: not known, or no such process. `living`: -1 for a zombie. */
static int64_t gem5art__process_start(int64_t pid, bool living) {
#ifdef GEM5ART_NO_PROC
    (void)pid, (void)living;
    return 0;
#else
    uint64_t fields[GEM5ART__STAT_FIELDS];
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    if (!gem5art__proc_is_ours() || !gem5art__read_stat(gem5art__open(path, O_RDONLY, 0), fields)) return 0;
    return living && fields[GEM5ART__STAT_STATE] == 'Z' ? -1 : (int64_t)fields[GEM5ART__STAT_START];
#endif
}

/* Does the process that had this number and start still run? One that cannot be seen counts as running. */
static bool gem5art__process_lives(int64_t pid, int64_t start) {
    int64_t now = gem5art__process_start(pid, true);
    if (pid <= 0 || pid != (pid_t)pid) return false;
    if (now) return now > 0 && (!start || now == start);
    return GEM5ART_SYS_KILL((pid_t)pid, 0) == 0 || errno != ESRCH;
}

/* The facts of this machine, read once for a db. */
static const gem5art__host_facts *gem5art__host(gem5art_db *db, gem5art_error *error) {
    gem5art__arena *arena = &db->arena;
    gem5art__host_facts *facts;
    struct utsname name;
    struct passwd entry, *found = NULL;
    char space[4096];
    ssize_t n;
    if (db->host_facts) return db->host_facts;
    arena->failed = false; /* earlier failures were already reported */
    facts = (gem5art__host_facts *)gem5art__arena_alloc(arena, sizeof *facts);
    if (!facts) return gem5art__fail_nomem(error), (const gem5art__host_facts *)NULL;
    memset(&name, 0, sizeof name);
    uname(&name);
    facts->host = gem5art__arena_copy(arena, name.nodename);
    facts->kernel = gem5art__arena_printf(arena, "%s %s", name.sysname, name.release);
    if (getpwuid_r(geteuid(), &entry, space, sizeof space, &found) == 0 && found)
        facts->user = gem5art__arena_copy(arena, entry.pw_name);
    else facts->user = gem5art__arena_printf(arena, "%ld", (long)geteuid());
    facts->cpu_model = facts->boot_id = "";
    n = -1;
#ifndef GEM5ART_NO_PROC
    facts->cpu_model = gem5art__proc_text(arena, "/proc/cpuinfo", "model name");
    facts->boot_id = gem5art__proc_text(arena, "/proc/sys/kernel/random/boot_id", "");
    n = GEM5ART_SYS_READLINK("/proc/self/ns/pid", space, sizeof space);
#endif
    facts->pid_space = gem5art__arena_copy_n(arena, space, n > 0 ? (size_t)n : 0);
    if (!*facts->cpu_model) facts->cpu_model = gem5art__arena_copy(arena, name.machine);
    facts->start = gem5art__process_start((int64_t)getpid(), false);
    if (arena->failed) return gem5art__fail_nomem(error), (const gem5art__host_facts *)NULL;
    return db->host_facts = facts;
}

/* ---- identity */

/* SHA-256 over what makes two runs the same experiment. `script`: its path in its repo, or the hash of its content. */
static void gem5art__run_hash(const gem5art__run *run, const char *script, char hex[65]) {
    const gem5art_run *r = &run->public_;
    size_t i;
    const char *const *param;
    gem5art_sha256 hash;
    gem5art_sha256_init(&hash);
    gem5art__hash_item(&hash, "gem5art.h run 1");
    gem5art__hash_item(&hash, r->type);
    for (i = 0; i < run->used_count; i++) {
        gem5art__hash_item(&hash, i < gem5art__role_count(r) ? gem5art__roles[i].field : "artifacts");
        gem5art__hash_item(&hash, run->used[i]->hash);
    }
    gem5art__hash_item(&hash, run->script_hash ? "script content" : "script path");
    gem5art__hash_item(&hash, script);
    for (param = r->params; *param; param++) gem5art__hash_item(&hash, *param);
    if (*r->gem5_options) gem5art_sha256_update(&hash, "!", 1); /* which no item begins with */
    for (param = r->gem5_options; *param; param++) gem5art__hash_item(&hash, *param);
    gem5art_sha256_final(&hash, hex);
}

/* gem5art's gem5Run._getHash: MD5 of the artifacts' UUIDs, script and parameters. "" for a run that it cannot have. */
static void gem5art__legacy_hash(const gem5art_run *r, char hex[33]) {
    const char *const *param, *id;
    size_t i;
    int n;
    gem5art_md5 hash;
    uint8_t bytes[16];
    hex[0] = 0;
    if (*r->artifacts || *r->gem5_options) return;
    gem5art_md5_init(&hash);
    for (i = 0; i < gem5art__role_count(r); i++) {
        if (!gem5art__is_uuid(id = *gem5art__text_at(r, gem5art__roles[i].id))) return;
        for (n = 0; *id; id++)
            if (*id != '-') bytes[n / 2] = (uint8_t)(bytes[n / 2] << 4 | gem5art__hex_digit(*id)), n++;
        gem5art_md5_update(&hash, bytes, sizeof bytes);
    }
    gem5art_md5_update(&hash, r->run_script, strlen(r->run_script));
    for (param = r->params; *param; param++) {
        if (param != r->params) gem5art_md5_update(&hash, " ", 1);
        gem5art_md5_update(&hash, *param, strlen(*param));
    }
    gem5art_md5_final(&hash, hex);
}

/* git's answer on a script, kept for the life of a db. */
typedef struct gem5art__script {
    const char *key, *tracked; /* repo, commit and path; "" where it is not tracked */
    struct gem5art__script *next;
} gem5art__script;

/* The path of a run's script in its repo, with `cwd` as the current folder. "": the repo does not track it (warned of
   once). NULL: failure. *script: its absolute path. */
static const char *gem5art__script_in_repo(gem5art_db *db, gem5art__run *run, const char *cwd, char **script,
                                           gem5art_error *error) {
    gem5art__script *seen;
    gem5art__buf tracked = {NULL, 0, 0, false};
    struct stat st;
    const char *key;
    char *repo = gem5art__absolute_path(&run->object.arena, cwd, run->used[2]->path, error);
    *script = repo ? gem5art__absolute_path(&run->object.arena, cwd, run->public_.run_script, error) : NULL;
    if (!*script) return NULL;
    key = gem5art__arena_printf(&run->object.arena, "%s\n%s\n%s", repo, run->used[2]->hash, *script);
    if (!key) return gem5art__fail_nomem(error), (const char *)NULL;
    for (seen = db->scripts; seen; seen = seen->next)
        if (strcmp(seen->key, key) == 0) return seen->tracked;
    if (GEM5ART_SYS_STAT(repo, &st) < 0)
        return gem5art__fail_errno(error, "find the run script's git repo", repo), (const char *)NULL;
    db->arena.failed = false; /* earlier failures were already reported */
    if (!gem5art__git_tracked_path(repo, *script, &tracked, error))
        return gem5art__buf_free(&tracked), (const char *)NULL;
    seen = (gem5art__script *)gem5art__arena_alloc(&db->arena, sizeof *seen);
    if (seen) {
        seen->key = gem5art__arena_copy(&db->arena, key);
        seen->tracked = gem5art__arena_copy(&db->arena, tracked.data);
        seen->next = db->scripts;
    }
    gem5art__buf_free(&tracked);
    if (db->arena.failed) return gem5art__fail_nomem(error), (const char *)NULL;
    if (!*seen->tracked)
        gem5art__warn(db, "the script %s is not tracked by the git repo \"%s\" (%s): its content identifies its runs "
                      "instead", run->public_.run_script, run->used[2]->name, run->used[2]->path);
    return (db->scripts = seen)->tracked;
}

/* Sets the run's hash: the script is identified by its path where its repo tracks it, else by its content. */
static bool gem5art__identify(gem5art__run *run, const char *cwd, gem5art_error *error) {
    gem5art__arena *arena = &run->object.arena;
    gem5art_run *r = &run->public_;
    char *script, hash[65];
    run->script_path = gem5art__script_in_repo(run->db, run, cwd, &script, error);
    run->script_hash = NULL;
    if (!run->script_path) return false;
    if (!*run->script_path) {
        if (!gem5art_sha256_file(script, hash, error)) return false;
        run->script_hash = gem5art__arena_copy(arena, hash);
        if (!run->script_hash) return gem5art__fail_nomem(error);
    }
    gem5art__run_hash(run, run->script_hash ? run->script_hash : run->script_path, hash);
    r->hash = gem5art__arena_copy(arena, hash);
    return arena->failed ? gem5art__fail_nomem(error) : true;
}

/* Is the run's script the same file if paths begin at the pool's cwd? (gem5art__check_used checks its content.) */
static bool gem5art__same_script(gem5art_db *db, gem5art__run *run, const char *cwd, gem5art_error *error) {
    char *script;
    const char *path = gem5art__script_in_repo(db, run, cwd, &script, error);
    if (!path || strcmp(path, run->script_path) == 0) return path != NULL;
    return gem5art__fail(error, GEM5ART_CHANGED, "run \"%s\" was created with a different script than %s: its repo "
                         "\"%s\" %s%s; give the script's absolute path, or execute the run where it was created",
                         run->public_.name, script, run->used[2]->name,
                         *path ? "has that one as " : "does not track that one", path);
}

/* ---- what a run is made of */

/* Is there such a regular file, executable or else readable? `label` and `field` name it in errors. */
static bool gem5art__check_file(const char *path, const char *label, const char *field, bool executable,
                               gem5art_error *error) {
    struct stat st;
    if (GEM5ART_SYS_STAT(path, &st) < 0)
        return gem5art__fail(error, errno == ENOENT || errno == ENOTDIR ? GEM5ART_NOT_FOUND : GEM5ART_IO,
                             "cannot find the %s %s: %s; correct %s", label, path, strerror(errno), field);
    if (!S_ISREG(st.st_mode))
        return gem5art__fail(error, GEM5ART_INVALID, "cannot use the %s %s: it is %s; correct %s", label, path,
                             S_ISDIR(st.st_mode) ? "a folder" : "not a regular file", field);
    if (GEM5ART_SYS_ACCESS(path, executable ? X_OK : R_OK) == 0) return true;
    return gem5art__fail(error, executable && errno == EACCES ? GEM5ART_INVALID : GEM5ART_IO,
                         "cannot use the %s %s: %s; correct %s", label, path,
                         errno != EACCES ? strerror(errno) : executable ? "it is not executable" : "it is not readable",
                         field);
}

/* The name of the folder of a gem5 binary: "X86" for build/X86/gem5.opt. */
static const char *gem5art__folder_name(gem5art__arena *arena, const char *path) {
    const char *end = strrchr(path, '/'), *start = end;
    if (!end || end == path) return "";
    while (start > path && start[-1] != '/') start--;
    return gem5art__arena_copy_n(arena, start, (size_t)(end - start));
}

/* A file's name without its ending, as pathlib's stem. */
static const char *gem5art__stem(gem5art__arena *arena, const char *path) {
    const char *base = gem5art__base_name(path), *dot = strrchr(base, '.');
    return gem5art__arena_copy_n(arena, base, dot && dot != base && dot[1] ? (size_t)(dot - base) : strlen(base));
}

/* GEM5 -re --outdir=OUTDIR [GEM5_OPTIONS] SCRIPT [LINUX DISK] PARAMS... */
static void gem5art__set_command(gem5art_run *r, gem5art__arena *arena) {
    size_t count = 0, options = 0, n = 0, i;
    const char **argv;
    while (r->params[count]) count++;
    while (r->gem5_options[options]) options++;
    argv = (const char **)gem5art__arena_alloc(arena, (options + count + 7) * sizeof *argv);
    if (!argv) return;
    argv[n++] = r->gem5_binary_path;
    argv[n++] = "-re";
    argv[n++] = gem5art__arena_printf(arena, "--outdir=%s", r->outdir);
    for (i = 0; i < options; i++) argv[n++] = r->gem5_options[i];
    argv[n++] = r->run_script;
    if (gem5art__is_fs(r->type)) {
        argv[n++] = r->linux_binary_path;
        argv[n++] = r->disk_image_path;
    }
    for (i = 0; i < count; i++) argv[n++] = r->params[i];
    r->command = argv;
}

/* Adds an artifact in its role (NULL: a further one), with the file that stands for it (NULL: the artifact's own). What
   the run needs of it is copied, as a run may outlive an artifact. */
static bool gem5art__use_artifact(gem5art__run *run, const gem5art__role *role, const gem5art_artifact *artifact,
                                  const char *path, gem5art_error *error) {
    gem5art__arena *arena = &run->object.arena;
    gem5art_artifact *copy = (gem5art_artifact *)gem5art__arena_alloc(arena, sizeof *copy);
    if (!copy) return gem5art__fail_nomem(error);
    gem5art__set_defaults(gem5art__artifact_fields, copy);
    copy->id = gem5art__arena_copy(arena, artifact->id);
    copy->hash = gem5art__arena_copy(arena, artifact->hash);
    copy->type = gem5art__arena_copy(arena, artifact->type);
    copy->name = gem5art__arena_copy(arena, artifact->name);
    copy->path = path ? path : gem5art__arena_copy(arena, artifact->path);
    copy->git_hash = gem5art__arena_copy(arena, artifact->git_hash);
    if (arena->failed) return gem5art__fail_nomem(error);
    if (role && !role->path && !*copy->git_hash)
        return gem5art__fail(error, GEM5ART_INVALID,
                             "run \"%s\": %s is \"%s\" (%s), which is not a git repo: register the repo's folder",
                             run->public_.name, role->field, copy->name, copy->type);
    run->used[run->used_count++] = copy;
    if (role) *gem5art__text_at(&run->public_, role->id) = copy->id;
    if (role && role->path) *gem5art__text_at(&run->public_, role->path) = copy->path;
    return true;
}

static bool gem5art__alloc_used(gem5art__run *run, size_t count, gem5art_error *error) {
    run->used = (const gem5art_artifact **)gem5art__arena_alloc(&run->object.arena, count * sizeof *run->used);
    return run->used ? true : gem5art__fail_nomem(error);
}

/* Is `option` this short or long option of gem5's, alone or with its value, abbreviated as optparse allows? */
static bool gem5art__is_option(const char *option, char letter, const char *name) {
    size_t length = strcspn(option, "="), letters;
    if (option[0] != '-') return false;
    letters = strcspn(option + 1, "cmp"); /* the rest of the word is the value of one of these */
    if (option[1] != '-') return letter && memchr(option + 1, letter, letters) != NULL;
    return length > 2 && strlen(name) >= length && memcmp(option, name, length) == 0;
}

/* gem5's own options must not move the files that are watched. */
static bool gem5art__check_gem5_options(const char *const *options, const char *run, gem5art_error *error) {
    static const struct { char letter; const char *name; } refused[] = {
        {'d', "--outdir"}, {'r', "--redirect-stdout"}, {'e', "--redirect-stderr"},
        {0, "--stdout-file"}, {0, "--stderr-file"}};
    size_t i;
    for (; options && *options; options++) {
        if (strcmp(*options, "--") == 0)
            return gem5art__fail(error, GEM5ART_INVALID, "run \"%s\": .gem5_options has \"--\": leave it out", run);
        for (i = 0; i < sizeof refused / sizeof *refused; i++)
            if (gem5art__is_option(*options, refused[i].letter, refused[i].name))
                return gem5art__fail(error, GEM5ART_INVALID,
                                     "run \"%s\": .gem5_options has %s, which moves the files that are watched: leave "
                                     "it out", run, *options);
    }
    return true;
}

/* The names that .accept may have. */
static const char *const gem5art__acceptable[] = {
    "guest panic", "gem5 error", "interrupt", "m5_fail", "deadlock", "guest exit code",
    "incomplete stats", "no stats", "no cause", "processes", "forks", NULL};

static bool gem5art__check_accept(const char *const *accept, const char *run, gem5art_error *error) {
    gem5art__buf list = {NULL, 0, 0, false};
    size_t i;
    while (accept && *accept && gem5art__has_text(gem5art__acceptable, *accept)) accept++;
    if (!accept || !*accept) return true;
    for (i = 0; gem5art__acceptable[i]; i++)
        gem5art__putf(&list, "%s\"%s\"", i ? ", " : "", gem5art__acceptable[i]);
    gem5art__fail(error, GEM5ART_INVALID, "run \"%s\": .accept has \"%s\": use names from %s", run, *accept,
                  list.failed ? "the manual's table" : list.data);
    gem5art__buf_free(&list);
    return false;
}

/* Each glob is a name, or a path whose components are names. */
static bool gem5art__check_globs(const char *const *globs, const char *run, gem5art_error *error) {
    const char *at;
    size_t length;
    for (; globs && *globs; globs++)
        for (at = *globs;; at += length + 1) {
            length = strcspn(at, "/");
            if (!length || gem5art__text_is(at, length, ".") || gem5art__text_is(at, length, ".."))
                return gem5art__fail(error, GEM5ART_INVALID,
                                     "run \"%s\": .archive_except has \"%s\", which matches nothing: give globs of "
                                     "names (\"cpt.*\") or of paths below the outdir (\"dumps/*.gz\"), without \".\", "
                                     "\"..\" and \"/\" at an end", run, *globs);
            if (!at[length]) break;
        }
    return true;
}

static bool gem5art__check_run_desc(const gem5art_run_desc *desc, bool fs, gem5art_error *error) {
    const char *name, *trouble = NULL;
    if (!desc) return gem5art__fail(error, GEM5ART_INVALID, "no run is described: the desc is NULL");
    if (!gem5art__check_name(desc->name, "the run", error)) return false;
    name = desc->name;
    if (gem5art__empty(desc->run_script)) trouble = " has no run script: set .run_script";
    else if (gem5art__empty(desc->outdir)) trouble = " has no outdir: set .outdir";
    else if (!fs &&
             (desc->linux_binary || desc->disk_image || desc->linux_binary_artifact || desc->disk_image_artifact))
        trouble = " has a kernel or a disk image, which SE runs do not have: use gem5art_create_fs_run";
    else if (desc->timeout != desc->timeout) trouble = ": .timeout is not a number";
    else if (desc->stall != desc->stall) trouble = ": .stall is not a number";
    else if (desc->no_archive && desc->archive_except && *desc->archive_except)
        trouble = ": .archive_except leaves files out of an archive that .no_archive does not make: set one of them";
    if (trouble) return gem5art__fail(error, GEM5ART_INVALID, "run \"%s\"%s", name, trouble);
    if (desc->nice < -20 || desc->nice > 20)
        return gem5art__fail(error, GEM5ART_INVALID, "run \"%s\": .nice is %d: give -20 to 20", name, desc->nice);
    return gem5art__check_artifacts(desc->artifacts, desc->artifact_count, "run", name, "artifacts", "artifact_count",
                                    error) &&
           gem5art__check_gem5_options(desc->gem5_options, name, error) &&
           gem5art__check_accept(desc->accept, name, error) &&
           gem5art__check_globs(desc->archive_except, name, error) &&
           gem5art__check_pairs(desc->environment, true, "run", name, "environment", error) &&
           gem5art__check_pairs(desc->variables, true, "run", name, "variables", error);
}

/* Takes a desc's artifacts, and checks that the files that stand for them exist. */
static bool gem5art__use_described(gem5art__run *run, const gem5art_run_desc *desc, gem5art_error *error) {
    gem5art__arena *arena = &run->object.arena;
    size_t fixed = gem5art__role_count(&run->public_), i;
    if (!gem5art__alloc_used(run, fixed + desc->artifact_count, error)) return false;
    for (i = 0; i < fixed + desc->artifact_count; i++) {
        const gem5art__role *role = i < fixed ? &gem5art__roles[i] : NULL;
        const gem5art_artifact *artifact =
            role ? *(const gem5art_artifact *const *)(const void *)((const char *)desc + role->artifact)
                 : desc->artifacts[i - fixed];
        const char *path = NULL, *file;
        if (role && !artifact) /* further ones have been checked */
            return gem5art__fail(error, GEM5ART_INVALID, "run \"%s\" has no %s: set .%s to a registered artifact",
                                 desc->name, role->field, role->field);
        if (role && role->path) {
            const char *given = *(const char *const *)(const void *)((const char *)desc + role->given);
            const char *field = gem5art__empty(given) ? role->path_field : role->given_field;
            path = gem5art__join_path(arena, NULL, gem5art__text_or(given, artifact->path));
            file = path ? gem5art__join_path(arena, desc->cwd, path) : NULL;
            if (!file) return gem5art__fail_nomem(error);
            if (!gem5art__check_file(file, role->label, field, i == 0, error)) return false;
        }
        if (!gem5art__use_artifact(run, role, artifact, path, error)) return false;
    }
    return true;
}

/* Refuses an outdir that has one of the run's artifacts or the store in it: its archive would hold them. */
static bool gem5art__check_outdir(const gem5art__run *run, const char *store, gem5art_error *error) {
    const gem5art_run *r = &run->public_;
    size_t length = strlen(r->outdir), i;
    bool ok = true;
    for (i = 0; ok && i <= run->used_count; i++) {
        gem5art__arena arena = {NULL, false};
        const gem5art_artifact *artifact = i < run->used_count ? run->used[i] : NULL;
        const char *path = artifact ? gem5art__absolute_path(&arena, r->cwd, artifact->path, error) : store;
        ok = path != NULL;
        if (ok && strncmp(path, r->outdir, length) == 0 && (!path[length] || path[length] == '/'))
            ok = gem5art__fail(error, GEM5ART_INVALID, "run \"%s\": the outdir %s has %s%s%s in it, which its archive "
                               "would hold: set .outdir to a folder of its own", r->name, r->outdir,
                               artifact ? "the artifact \"" : "the store", artifact ? artifact->name : "",
                               artifact ? "\"" : "");
        gem5art__arena_free(&arena);
    }
    return ok;
}

/* Fills in a run from its desc, all but the outdir: checks everything, and makes nothing. */
static bool gem5art__fill_run(gem5art__run *run, const gem5art_run_desc *desc, bool fs, gem5art_error *error) {
    gem5art__arena *arena = &run->object.arena;
    gem5art_run *r = &run->public_;
    gem5art__buf string = {NULL, 0, 0, false};
    const char *const *param;
    const char *script;
    char id[37];
    if (!gem5art__check_run_desc(desc, fs, error) || !gem5art__uuid(id, error)) return false;
    r->id = gem5art__arena_copy(arena, id);
    r->type = fs ? gem5art__type_fs : gem5art__type_se;
    r->name = gem5art__arena_copy(arena, desc->name);
    r->run_script = gem5art__join_path(arena, NULL, desc->run_script);
    r->params = gem5art__copy_texts(arena, desc->params);
    r->gem5_options = gem5art__copy_texts(arena, desc->gem5_options);
    r->accept = gem5art__copy_texts(arena, desc->accept);
    r->fail_on = gem5art__copy_texts(arena, desc->fail_on);
    r->stall = desc->stall > 0 && desc->stall - desc->stall == 0 ? desc->stall : 0;
    r->variables = gem5art__copy_texts(arena, desc->variables);
    r->no_archive = desc->no_archive;
    r->archive_except = gem5art__copy_texts(arena, desc->archive_except);
    r->timeout = desc->timeout < 0 || desc->timeout - desc->timeout != 0 ? 0 : desc->timeout > 0 ? desc->timeout : 900;
    r->artifacts = gem5art__copy_ids(arena, desc->artifacts, desc->artifact_count);
    r->status = "Created";
    r->gem5art_version = GEM5ART_VERSION;
    r->enqueue_time = gem5art__now();
    run->check_failure = desc->check_failure;
    run->user_data = desc->user_data;
    run->priority = desc->priority;
    run->nice = desc->nice;
    run->no_probe = desc->no_probe;
    run->quiet_differs = desc->quiet_differs;
    run->environment = gem5art__copy_texts(arena, desc->environment);
    script = gem5art__join_path(arena, desc->cwd, desc->run_script);
    if (arena->failed) return gem5art__fail_nomem(error);
    if (!gem5art__use_described(run, desc, error) ||
        !gem5art__check_file(script, "run script", ".run_script", false, error))
        return false;
    r->gem5_name = gem5art__folder_name(arena, r->gem5_binary_path);
    r->script_name = gem5art__stem(arena, r->run_script);
    gem5art__putf(&string, "%s %s", r->gem5_name, r->script_name);
    if (fs) {
        r->linux_name = gem5art__arena_copy(arena, gem5art__base_name(r->linux_binary_path));
        r->disk_name = gem5art__arena_copy(arena, gem5art__base_name(r->disk_image_path));
        gem5art__putf(&string, " %s %s", r->linux_name, r->disk_name);
    }
    for (param = r->params; *param; param++) gem5art__putf(&string, " %s", *param);
    r->string = string.failed ? NULL : gem5art__arena_copy_n(arena, string.data, string.length);
    gem5art__buf_free(&string);
    if (!r->string || arena->failed) return gem5art__fail_nomem(error);
    r->outdir = run->base = gem5art__absolute_path(arena, NULL, desc->outdir, error);
    r->cwd = gem5art__absolute_path(arena, NULL, gem5art__text_or(desc->cwd, "."), error);
    return r->outdir && r->cwd && gem5art__check_outdir(run, run->db->path, error) &&
           gem5art__identify(run, desc->cwd, error);
}

/* ---- info.json, and the outdirs OUTDIR, OUTDIR.2, OUTDIR.3, ... */

/* The JSON object in a file that was opened (-1: it could not be), which is closed; NULL with an error. */
static const gem5art_json *gem5art__read_open_info(int fd, struct stat *st, gem5art__arena *arena, const char *path,
                                                   gem5art_error *error) {
    gem5art__buf text = {NULL, 0, 0, false};
    gem5art_error why;
    const gem5art_json *info = NULL;
    if (gem5art__read_open_file(fd, path, GEM5ART__MAX_INFO, &text, st, error)) {
        info = gem5art__json_parse_in(arena, text.data, text.length, NULL, &why);
        if (!info) gem5art__fail(error, why.code, "%s: %s", path, why.message);
        else if (info->type != GEM5ART_JSON_OBJECT) {
            info = NULL;
            gem5art__fail(error, GEM5ART_SYNTAX, "%s is not a run's info.json: it does not hold an object", path);
        }
    }
    gem5art__buf_free(&text);
    return info;
}

/* The parsed OUTDIR/info.json, in an arena; NULL with NOT_FOUND where there is none. */
static const gem5art_json *gem5art__read_info(gem5art__arena *arena, const char *outdir, gem5art_error *error) {
    const char *path = gem5art__join_path(arena, outdir, "info.json");
    struct stat st;
    if (!path) return gem5art__fail_nomem(error), (const gem5art_json *)NULL;
    return gem5art__read_open_info(gem5art__open(path, O_RDONLY | O_NONBLOCK, 0), &st, arena, path, error);
}

/* Is an outdir, with this state now, the folder that a run began in? */
static bool gem5art__same_folder(const char *path, const struct stat *now, const struct stat *folder,
                                 gem5art_error *error) {
    if (now->st_dev == folder->st_dev && now->st_ino == folder->st_ino) return true;
    return gem5art__fail(error, GEM5ART_CHANGED,
                         "the outdir %s is not the folder that the run began in: nothing is written to it", path);
}

/* Opens an outdir. `folder` not NULL: it must still be this folder, else the error is CHANGED. Callers use the result
   instead of the path, which may lead to a different folder by then. */
static DIR *gem5art__open_outdir(const char *path, const struct stat *folder, gem5art_error *error) {
    DIR *outdir = GEM5ART_SYS_OPENDIR(path);
    struct stat st;
    if (!outdir || (folder && GEM5ART_SYS_FSTAT(dirfd(outdir), &st) < 0))
        gem5art__fail_errno(error, "open the outdir", path);
    else if (!folder || gem5art__same_folder(path, &st, folder, error)) return outdir;
    gem5art__close_folder(outdir);
    return NULL;
}

/* Replaces info.json in the open outdir of a run, or (NULL) makes it at its path; EXISTS: there is one. */
static bool gem5art__write_info(gem5art_run *r, DIR *outdir, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art_json_writer writer;
    gem5art_error why;
    const char *text, *path = gem5art__join_path(&arena, r->outdir, "info.json");
    size_t length;
    bool ok = false;
    r->current_time = gem5art__now();
    gem5art_json_writer_init(&writer, 4);
    gem5art__write_object(&writer, gem5art__run_fields, r, gem5art__is_fs(r->type), r->record);
    text = gem5art_json_take(&writer, &length, error);
    if (!text || !path) gem5art__fail_nomem(error);
    else if (!outdir) ok = gem5art__put_file(-1, path, text, length, 0666, GEM5ART__KEEP_EXISTING, false, error);
    else {
        ok = gem5art__put_file(dirfd(outdir), "info.json", text, length, 0666, GEM5ART__REPLACE, false, &why);
        if (!ok) gem5art__fail(error, why.code, "%s: %s", r->outdir, why.message);
    }
    gem5art_json_writer_free(&writer);
    gem5art__arena_free(&arena);
    return ok;
}

typedef enum gem5art__outdir_state {
    GEM5ART__OUTDIR_FREE,    /* no info.json, or that of a run with this hash that never began */
    GEM5ART__OUTDIR_ATTEMPT, /* an attempt at this run */
    GEM5ART__OUTDIR_FOREIGN, /* another run, or an info.json that cannot be understood */
    GEM5ART__OUTDIR_ERROR
} gem5art__outdir_state;

static gem5art__outdir_state gem5art__read_outdir(const gem5art__run *run, const char *outdir, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art_error why;
    char legacy[33];
    const gem5art_json *info = gem5art__read_info(&arena, outdir, &why);
    const char *hash = info ? gem5art__record_text(info, "hash") : "";
    gem5art__outdir_state state = GEM5ART__OUTDIR_FREE;
    gem5art__legacy_hash(&run->public_, legacy);
    if (!info && (why.code == GEM5ART_NOMEM || why.code == GEM5ART_IO)) {
        gem5art__pass_on(error, &why);
        state = GEM5ART__OUTDIR_ERROR;
    } else if (!info) state = why.code == GEM5ART_NOT_FOUND ? GEM5ART__OUTDIR_FREE : GEM5ART__OUTDIR_FOREIGN;
    else if (strcmp(hash, run->public_.hash) != 0 && (!*legacy || strcmp(hash, legacy) != 0))
        state = GEM5ART__OUTDIR_FOREIGN;
    else if (strcmp(gem5art__record_text(info, "status"), "Created") != 0) state = GEM5ART__OUTDIR_ATTEMPT;
    gem5art__arena_free(&arena);
    return state;
}

/* Are the texts of a list of a recorded run those of this one? (gem5art's hash joins parameters by spaces.) */
static bool gem5art__same_texts(const gem5art_json *record, const char *key, const char *const *texts) {
    const gem5art_json *list = gem5art_json_get(record, key), *item = list ? list->first : NULL;
    for (; item && *texts; item = item->next, texts++)
        if (item->type != GEM5ART_JSON_STRING || strcmp(item->text, *texts) != 0) return false;
    return !item && !*texts;
}

/* Names the differences between a run and the one of an outdir's info.json: "run script repo abc1234 -> def5678". */
static const char *gem5art__differences(gem5art__run *run, const char *outdir) {
    const gem5art_run *r = &run->public_;
    gem5art__arena arena = {NULL, false};
    const gem5art_json *info = gem5art__read_info(&arena, outdir, NULL);
    gem5art__buf out = {NULL, 0, 0, false};
    gem5art__artifact *old;
    const char *text;
    size_t i;
    if (!info) gem5art__puts(&out, "its info.json cannot be read, ");
    else if (!gem5art__record_is(info, "type", r->type)) gem5art__puts(&out, "another kind of run, ");
    for (i = 0; info && i < gem5art__role_count(r); i++) {
        const char *id = gem5art__record_text(info, gem5art__roles[i].field), *label = gem5art__roles[i].label;
        if (!*id || strcmp(id, run->used[i]->id) == 0) continue;
        if (!gem5art__lookup_artifact(run->db, id, &old, NULL) || !old) gem5art__putf(&out, "%s, ", label);
        else if (strcmp(old->public_.hash, run->used[i]->hash) != 0)
            gem5art__putf(&out, "%s %.7s -> %.7s, ", label, old->public_.hash, run->used[i]->hash);
        gem5art__free_artifact(old);
    }
    text = info ? gem5art__record_text(info, "run_script") : r->run_script;
    if (strcmp(text, r->run_script) != 0) gem5art__putf(&out, "run script %s -> %s, ", text, r->run_script);
    if (info && !gem5art__same_texts(info, "params", r->params)) gem5art__puts(&out, "parameters, ");
    if (info && !gem5art__same_texts(info, "gem5_options", r->gem5_options)) gem5art__puts(&out, "gem5 options, ");
    if (info && !gem5art__same_texts(info, "artifacts", r->artifacts)) gem5art__puts(&out, "further artifacts, ");
    if (!out.length) gem5art__puts(&out, "run script, "); /* which no repo tracks: info.json does not have its hash */
    text = out.failed ? NULL : gem5art__arena_copy_n(&run->object.arena, out.data, out.length - 2);
    gem5art__buf_free(&out);
    gem5art__arena_free(&arena);
    return text ? text : "a difference that was not found: out of memory";
}

/* Takes an outdir by making its console.txt, which only one attempt can, and opens it. *outdir NULL: another has it. */
static bool gem5art__take_outdir(const char *path, DIR **outdir, gem5art_error *error) {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    int console;
    bool ok;
    if ((*outdir = gem5art__open_outdir(path, NULL, error)) == NULL) return false;
    console = gem5art__open_in(dirfd(*outdir), "console.txt", flags, 0666);
    ok = console >= 0 || errno == EEXIST || gem5art__fail_errno(error, "make console.txt in", path);
    gem5art__close(console);
    if (console >= 0) return true;
    gem5art__close_folder(*outdir);
    *outdir = NULL;
    return ok;
}

/* Takes a free outdir for an attempt; in a dry run, finds whether it could. */
static bool gem5art__try_outdir(gem5art__run *run, gem5art_run *r, bool *taken, DIR **outdir, gem5art_error *error) {
    struct stat st;
    const char *console;
    if (!run->db->dry_run) {
        bool ok = gem5art__take_outdir(r->outdir, outdir, error);
        *taken = *outdir != NULL;
        return ok;
    }
    console = gem5art__join_path(&run->object.arena, r->outdir, "console.txt");
    if (!console) return gem5art__fail_nomem(error);
    *taken = GEM5ART_SYS_LSTAT(console, &st) < 0;
    return true;
}

/* Makes a new run's outdir and info.json. *made: false where there is an info.json, or in a dry run. */
static bool gem5art__make_outdir(gem5art__run *run, bool *made, gem5art_error *error) {
    gem5art_run *r = &run->public_;
    gem5art_error why;
    gem5art__set_command(r, &run->object.arena);
    if (run->object.arena.failed) return gem5art__fail_nomem(error);
    if (run->db->dry_run) return true;
    *made = gem5art__write_info(r, NULL, &why);
    return *made || why.code == GEM5ART_EXISTS ? true : gem5art__pass_on(error, &why);
}

/* Sets the outdir and the command: an attempt (`outdir` not NULL) takes the first free outdir; a new run gets the first
   one without a different experiment, and an info.json if there is none. A dry run makes and takes nothing. */
static bool gem5art__choose_outdir(gem5art__run *run, gem5art_run *r, DIR **outdir, gem5art_error *error) {
    gem5art__outdir_state state = GEM5ART__OUTDIR_FREE;
    const char *previous = NULL; /* the last outdir with a different experiment */
    bool chosen = false;
    int n;
    for (n = 1; !chosen; n++) {
        r->outdir = n == 1 ? run->base : gem5art__arena_printf(&run->object.arena, "%s.%d", run->base, n);
        if (!r->outdir) return gem5art__fail_nomem(error);
        if (!run->db->dry_run && !gem5art__make_folders(r->outdir, error)) return false;
        state = GEM5ART__OUTDIR_FREE;
        if (!outdir && !gem5art__make_outdir(run, &chosen, error)) return false;
        if (chosen) break;
        state = gem5art__read_outdir(run, r->outdir, error);
        if (state == GEM5ART__OUTDIR_ERROR) return false;
        if (state == GEM5ART__OUTDIR_FOREIGN) previous = r->outdir;
        else if (!outdir) chosen = true;
        else if (state == GEM5ART__OUTDIR_FREE && !gem5art__try_outdir(run, r, &chosen, outdir, error)) return false;
    }
    if (outdir || !previous || state == GEM5ART__OUTDIR_ATTEMPT) return true;
    r->differs = gem5art__differences(run, previous);
    if (run->quiet_differs) return true;
    gem5art__warn(run->db, "run \"%s\": %s holds a different experiment (%s): %s is used", r->name, previous,
                  r->differs, r->outdir);
    return true;
}

static bool gem5art__find_used(gem5art__run *run, const char *where, gem5art_error *error) {
    gem5art_run *r = &run->public_;
    size_t fixed = gem5art__role_count(r), count = 0, i;
    gem5art__artifact *found;
    while (r->artifacts[count]) count++;
    if (!gem5art__alloc_used(run, fixed + count, error) || !gem5art__refresh(run->db, error)) return false;
    for (i = 0; i < fixed + count; i++) {
        const gem5art__role *role = i < fixed ? &gem5art__roles[i] : NULL;
        const char *id = role ? *gem5art__text_at(r, role->id) : r->artifacts[i - fixed];
        bool ok;
        if (!gem5art__lookup_artifact(run->db, id, &found, error)) return false;
        if (!found)
            return gem5art__fail(error, GEM5ART_NOT_FOUND, "%s: its artifact \"%s\" is not in the store %s: register "
                                 "it, or open the run's own store", where, id, run->db->path);
        ok = gem5art__use_artifact(run, role, &found->public_,
                                   role && role->path ? *gem5art__text_at(r, role->path) : NULL, error);
        gem5art__free_artifact(found);
        if (!ok) return false;
    }
    return true;
}

static bool gem5art__fill_loaded(gem5art__run *run, const char *path, gem5art_error *error) {
    gem5art__arena *arena = &run->object.arena;
    gem5art_run *r = &run->public_;
    gem5art__outdir_state state;
    const char *hash, *now, *dot;
    char legacy[33], *base;
    struct stat st;
    const gem5art_json *info =
        gem5art__read_open_info(gem5art__open(path, O_RDONLY | O_NONBLOCK, 0), &st, arena, path, error);
    if (!info || !gem5art__read_object(arena, gem5art__run_fields, info, r, path, error)) return false;
    r->record = info;
    if (!gem5art__is_run(r->type) || !*r->id || !*r->hash || !*r->outdir || !*r->run_script)
        return gem5art__fail(error, GEM5ART_INVALID,
                             "%s is not a run's info.json: it lacks _id, type, hash, outdir or run_script", path);
    if (!gem5art__check_globs(r->archive_except, r->name, error)) return false;
    hash = r->hash;
    if (!gem5art__find_used(run, path, error) || !gem5art__identify(run, r->cwd, error)) return false;
    gem5art__legacy_hash(&run->public_, legacy);
    now = strlen(hash) == 32 ? legacy : r->hash; /* an MD5 where gem5art wrote it */
    if (strcmp(hash, now) != 0)
        return gem5art__fail(error, GEM5ART_CHANGED,
                             "%s has the hash %s, but the run that it describes has %s: it was edited, or its files "
                             "changed; create the run again",
                             path, hash, now);
    run->base = r->outdir;
    dot = strrchr(r->outdir, '.');
    if (!dot || !dot[1] || strspn(dot + 1, "0123456789") != strlen(dot + 1)) return true;
    base = gem5art__arena_copy_n(arena, r->outdir, (size_t)(dot - r->outdir)); /* OUTDIR for OUTDIR.2, if it is one */
    if (!base) return gem5art__fail_nomem(error);
    state = gem5art__read_outdir(run, base, error);
    if (state == GEM5ART__OUTDIR_ATTEMPT) run->base = base;
    return state != GEM5ART__OUTDIR_ERROR;
}

/* ---- live entries: STORE.live/HASH.ID, one for each run that has begun and not ended; see "Locks". Anybody who may
   write the store may have made such a file: it is believed only as far as its owner could act himself. */

typedef struct gem5art__live {
    const char *id, *hash, *outdir, *host, *boot_id, *pid_space;
    const char *job;       /* of the scheduler; "": none */
    int64_t restart;       /* how often the scheduler has restarted the job */
    int64_t lock;          /* the inode of the lock file that its claim is in; 0: not known */
    int64_t pid, start;    /* the leader of its process group, 0 before it is spawned, and when it started */
    int64_t supervisor, supervisor_start;
    int64_t warden, warden_start; /* that of its supervisor, which may still be about to spawn it; 0: not known */
    const char *used[5];   /* ids of its artifacts, which are not removed while it is live: gem5art__roles, */
    const char *const *artifacts; /* and the further ones */
    const gem5art_json *record; /* all of the entry */
    uid_t owner;           /* of its file */
} gem5art__live;

#define GEM5ART__T(name, member) {name, GEM5ART__TEXT, offsetof(gem5art__live, member), false, NULL}
#define GEM5ART__N(name) {#name, GEM5ART__INTEGER, offsetof(gem5art__live, name), false, NULL}
static const gem5art__field gem5art__live_fields[] = {
    GEM5ART__T("_id", id), GEM5ART__T("hash", hash), GEM5ART__T("outdir", outdir), GEM5ART__T("host", host),
    GEM5ART__T("boot_id", boot_id), GEM5ART__T("pid_space", pid_space), GEM5ART__T("job", job), GEM5ART__N(restart),
    GEM5ART__N(lock), GEM5ART__N(pid), GEM5ART__N(start), GEM5ART__N(supervisor), GEM5ART__N(supervisor_start),
    GEM5ART__N(warden), GEM5ART__N(warden_start), GEM5ART__T("gem5_artifact", used[0]),
    GEM5ART__T("gem5_git_artifact", used[1]), GEM5ART__T("run_script_git_artifact", used[2]),
    GEM5ART__T("linux_binary_artifact", used[3]), GEM5ART__T("disk_image_artifact", used[4]),
    {"artifacts", GEM5ART__TEXTS, offsetof(gem5art__live, artifacts), false, NULL},
    {NULL, GEM5ART__TEXT, 0, false, NULL}};
#undef GEM5ART__T
#undef GEM5ART__N

typedef enum gem5art__trust {
    GEM5ART__LIVE_NONE,    /* no such entry (any more), or the file is not one: `why` has the reason */
    GEM5ART__LIVE_SHOWN,   /* another user's, or one that another user may have written: it may be shown, no more */
    GEM5ART__LIVE_TRUSTED, /* this user's own */
    GEM5ART__LIVE_FAILED   /* out of memory, or the disk failed */
} gem5art__trust;

static const char *gem5art__scheduler_job(int64_t *restart) {
    const char *job = getenv("SLURM_JOB_ID"), *count = getenv("SLURM_RESTART_COUNT");
    *restart = count ? strtoll(count, NULL, 10) : 0;
    return job ? job : "";
}

/* Could it be the hash of a run of this library? Only that becomes part of a path. */
static bool gem5art__is_run_hash(const char *hash) {
    return *hash && strspn(hash, "0123456789abcdef") == strlen(hash) && strlen(hash) <= 128;
}

/* The path of an entry. NULL with an error: out of memory, or an id and hash that no run of this library has. */
static char *gem5art__live_entry(gem5art_db *db, gem5art__arena *arena, const char *hash, const char *id,
                                 gem5art_error *error) {
    char *path;
    if (!gem5art__is_run_hash(hash) || !gem5art__is_uuid(id))
        return gem5art__fail(error, GEM5ART_INVALID, "a run cannot have the id \"%.60s\" and the hash \"%.140s\"", id,
                             hash), (char *)NULL;
    path = gem5art__arena_printf(arena, "%s/%s.%s", db->live_path, hash, id);
    if (!path) gem5art__fail_nomem(error);
    return path;
}

/* Opens the folder of live entries or of queued runs, which is made for all who may write the store. */
static bool gem5art__open_entries(gem5art_db *db, const char *path, int *folder, gem5art_error *error) {
    if (*folder >= 0) return true;
    if (GEM5ART_SYS_MKDIR(path, 0777) < 0 && errno != EEXIST)
        return gem5art__fail_errno(error, "make the folder", path);
    *folder = gem5art__open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (*folder >= 0) return gem5art__share(db, *folder, 0777), true;
    if (errno == ENOTDIR || errno == ELOOP)
        return gem5art__fail(error, GEM5ART_INVALID, "%s is not a folder: remove it, as the entries of live and queued "
                             "runs need a folder of that name", path);
    return true; /* this user may write it, but not read it */
}

/* Writes the live entry of a run whose claim is held, or writes it again. Others may read it, but not write it.
   `start`: of its child. `warden`: the pid and start of the process that will spawn it; NULL: it has been spawned. */
static bool gem5art__write_live(gem5art_db *db, const gem5art_run *r, int64_t start, const int64_t warden[2],
                                gem5art_error *error) {
    const gem5art__host_facts *host = gem5art__host(db, error);
    gem5art__arena arena = {NULL, false};
    gem5art__new_file file;
    gem5art__live live;
    gem5art_json_writer writer;
    gem5art_error why;
    const char *text, *path;
    size_t length, i;
    bool ok = false;
    int tries;
    if (!host || (path = gem5art__live_entry(db, &arena, r->hash, r->id, error)) == NULL) return false;
    live.id = r->id, live.hash = r->hash, live.outdir = r->outdir;
    live.host = host->host, live.boot_id = host->boot_id, live.pid_space = host->pid_space;
    live.job = gem5art__scheduler_job(&live.restart);
    live.lock = db->claimed.fd < 0 ? 0 : (int64_t)db->claimed.inode;
    live.pid = r->pid;
    live.start = start;
    live.supervisor = (int64_t)getpid();
    live.supervisor_start = host->start;
    live.warden = warden ? warden[0] : 0;
    live.warden_start = warden ? warden[1] : 0;
    for (i = 0; i < 5; i++) live.used[i] = *gem5art__text_at(r, gem5art__roles[i].id);
    live.artifacts = r->artifacts;
    gem5art_json_writer_init(&writer, 0);
    gem5art__write_object(&writer, gem5art__live_fields, &live, true, NULL);
    text = gem5art_json_take(&writer, &length, &why);
    for (tries = 0; text && !ok && tries < 10 && gem5art__open_entries(db, db->live_path, &db->live_folder, &why);
         tries++) {
        const char *name = db->live_folder < 0 ? path : gem5art__base_name(path);
        if (gem5art__begin_file(&file, db->live_folder, name, 0644, &why)) {
            gem5art__share(db, file.fd, 0644);
            ok = gem5art__fill_file(&file, text, length, GEM5ART__REPLACE, false, &why);
        }
        if (ok || why.code != GEM5ART_NOT_FOUND) break;
        gem5art__close(db->live_folder); /* the owner of the last entry has removed the folder */
        db->live_folder = -1;
    }
    db->left_live = true;
    if (!ok) gem5art__fail(error, why.code, "the live entry in %s: %s", db->live_path, why.message);
    gem5art_json_writer_free(&writer);
    gem5art__arena_free(&arena);
    return ok;
}

static void gem5art__drop_live(gem5art_db *db, const char *hash, const char *id) {
    gem5art__arena arena = {NULL, false};
    char *path = gem5art__live_entry(db, &arena, hash, id, NULL);
    if (path) GEM5ART_SYS_UNLINK(path);
    gem5art__arena_free(&arena);
}

/* Reads STORE.live/NAME or STORE.queued/NAME into the arena. `why`: the reason not to trust it, or to fail; OK if it is
   gone. */
static gem5art__trust gem5art__read_live(gem5art_db *db, const char *name, bool queued, gem5art__arena *arena,
                                         gem5art__live *live, gem5art_error *why) {
    const char *path = gem5art__join_path(arena, queued ? db->queue_path : db->live_path, name), *expected;
    const gem5art_json *entry;
    struct stat st;
    int fd = path ? gem5art__open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0) : -1;
    bool refused = fd < 0 && (errno == EACCES || errno == EPERM || errno == ELOOP);
    gem5art__clear(why);
    if (!path) return gem5art__fail_nomem(why), GEM5ART__LIVE_FAILED;
    if (fd < 0 && errno == ENOENT) return GEM5ART__LIVE_NONE;
    if ((entry = gem5art__read_open_info(fd, &st, arena, path, why)) == NULL)
        return why->code == GEM5ART_NOMEM || (why->code == GEM5ART_IO && !refused) ? GEM5ART__LIVE_FAILED
                                                                                  : GEM5ART__LIVE_NONE;
    memset(live, 0, sizeof *live);
    live->record = entry;
    live->owner = st.st_uid;
    if (!gem5art__read_object(arena, gem5art__live_fields, entry, live, path, why) && why->code == GEM5ART_NOMEM)
        return GEM5ART__LIVE_FAILED;
    expected = queued ? live->hash : gem5art__arena_printf(arena, "%s.%s", live->hash, live->id);
    if (!expected) return gem5art__fail_nomem(why), GEM5ART__LIVE_FAILED;
    if (why->code != GEM5ART_OK || strcmp(name, expected) != 0)
        return gem5art__fail(why, GEM5ART_SYNTAX, "%s is not an entry of this version", path), GEM5ART__LIVE_NONE;
    if (st.st_uid == geteuid() && !(st.st_mode & 0022)) return GEM5ART__LIVE_TRUSTED;
    gem5art__fail(why, GEM5ART_INVALID, "%s belongs to another user, or others may write it", path);
    return GEM5ART__LIVE_SHOWN;
}

/* Lists the live entries of a run, or all of them, or all queued runs: begin; next until it returns false; end, which
   has the error. */
typedef struct gem5art__live_list {
    gem5art_db *db;
    const char *hash; /* NULL: all */
    bool queued;
    DIR *dir;
    gem5art__arena arena; /* of the entry */
    gem5art__live live;
    gem5art__trust trust; /* NONE: it cannot be used */
    gem5art_error why;    /* why it is not trusted; after the last entry, the error that ended the list */
} gem5art__live_list;

static void gem5art__entries_begin(gem5art__live_list *list, gem5art_db *db, const char *hash, bool queued) {
    const char *path = queued ? db->queue_path : db->live_path;
    memset(list, 0, sizeof *list);
    list->db = db;
    list->hash = hash;
    list->queued = queued;
    list->dir = GEM5ART_SYS_OPENDIR(path);
    if (list->dir || errno == ENOENT || errno == ENOTDIR) return;
    gem5art__fail_errno(&list->why, "read", path);
    list->trust = GEM5ART__LIVE_FAILED;
}

static void gem5art__live_begin(gem5art__live_list *list, gem5art_db *db, const char *hash) {
    gem5art__entries_begin(list, db, hash, false);
}

/* Can a file of this name be an entry of the list? */
static bool gem5art__is_entry_of(const gem5art__live_list *list, const char *name) {
    const char *dot = strchr(name, '.');
    size_t length = list->hash ? strlen(list->hash) : 0;
    if (list->queued) return gem5art__is_run_hash(name);
    if (!dot || dot == name || !gem5art__is_uuid(dot + 1)) return false;
    return !list->hash || ((size_t)(dot - name) == length && memcmp(name, list->hash, length) == 0);
}

static bool gem5art__live_next(gem5art__live_list *list) {
    struct dirent *entry;
    while (list->trust != GEM5ART__LIVE_FAILED && list->dir &&
           (errno = 0, entry = GEM5ART_SYS_READDIR(list->dir)) != NULL) {
        if (!gem5art__is_entry_of(list, entry->d_name)) continue;
        gem5art__arena_free(&list->arena);
        list->trust = gem5art__read_live(list->db, entry->d_name, list->queued, &list->arena, &list->live, &list->why);
        if (list->trust == GEM5ART__LIVE_FAILED) return false;
        if (list->trust != GEM5ART__LIVE_NONE || list->why.code != GEM5ART_OK) return true; /* else it has just ended */
    }
    if (list->trust != GEM5ART__LIVE_FAILED && list->dir && errno) {
        gem5art__fail_errno(&list->why, "read", list->queued ? list->db->queue_path : list->db->live_path);
        list->trust = GEM5ART__LIVE_FAILED;
    }
    return false;
}

static bool gem5art__live_end(gem5art__live_list *list, gem5art_error *error) {
    if (list->dir) GEM5ART_SYS_CLOSEDIR(list->dir);
    list->dir = NULL;
    gem5art__arena_free(&list->arena);
    return list->trust == GEM5ART__LIVE_FAILED ? gem5art__pass_on(error, &list->why) : true;
}

typedef enum gem5art__whereabouts {
    GEM5ART__RUN_LIVE,     /* its supervisor runs */
    GEM5ART__RUN_LOST,     /* if its claim is free, nobody supervises it */
    GEM5ART__RUN_ELSEWHERE /* on another host or in another container, where that cannot be known */
} gem5art__whereabouts;

/* Was this run begun since this machine was booted? */
static bool gem5art__same_boot(const gem5art__live *live, const gem5art__host_facts *host) {
    if (*live->boot_id && *host->boot_id) return strcmp(live->boot_id, host->boot_id) == 0;
    return strcmp(live->host, host->host) == 0;
}

/* Does the supervisor of a trusted entry run? See LOCKS. A claim in a lock file that was removed proves nothing. */
static gem5art__whereabouts gem5art__find_supervisor(gem5art_db *db, const gem5art__live *live) {
    const gem5art__host_facts *host = gem5art__host(db, NULL);
    int64_t restart, lock = db->claimed.fd < 0 ? 0 : (int64_t)db->claimed.inode;
    const char *job = gem5art__scheduler_job(&restart);
    if (!host) return GEM5ART__RUN_LIVE; /* out of memory */
    if (gem5art__same_boot(live, host)) {
        if (strcmp(live->pid_space, host->pid_space) != 0)
            return live->lock && lock && live->lock != lock ? GEM5ART__RUN_ELSEWHERE : GEM5ART__RUN_LOST;
        if (live->supervisor == (int64_t)getpid()) return GEM5ART__RUN_LOST;
        return gem5art__process_lives(live->supervisor, live->supervisor_start) ? GEM5ART__RUN_LIVE : GEM5ART__RUN_LOST;
    }
    if (strcmp(live->host, host->host) == 0) return GEM5ART__RUN_LOST; /* it was booted since */
    return *job && strcmp(job, live->job) == 0 && restart > live->restart ? GEM5ART__RUN_LOST : GEM5ART__RUN_ELSEWHERE;
}

/* ---- claims: see "Locks" */

typedef struct gem5art__claim {
    struct gem5art__claim *next;
    int64_t byte;
    bool lost; /* another program took it after the lock file had been removed */
} gem5art__claim;

/* 1 + the first 62 bits of the hash. */
static int64_t gem5art__claim_byte(const char *hash) {
    uint64_t bits = 0;
    int i;
    for (i = 0; i < 16; i++) {
        int digit = hash[i] ? gem5art__hex_digit(hash[i]) : -1;
        if (digit < 0) return 1 + (int64_t)(gem5art__fnv1a(hash, strlen(hash)) >> 2);
        bits = bits << 4 | (uint64_t)digit;
    }
    return 1 + (int64_t)(bits >> 2);
}

/* The same claim in the store itself, after the bytes of the writer lock: a store with two names has two lock files. */
static int64_t gem5art__store_claim_byte(int64_t byte) { return GEM5ART__NEXT_BYTE + 1 + byte / 2; }

/* The link to this db's claim of a byte; to NULL: it has none. */
static gem5art__claim **gem5art__find_claim(gem5art_db *db, int64_t byte) {
    gem5art__claim **link = &db->claims;
    while (*link && (*link)->byte != byte) link = &(*link)->next;
    return link;
}

/* Opens the lock file, which is made with the store's permissions where there is none. */
static int gem5art__open_lock_file(gem5art_db *db, gem5art_error *error) {
    const int flags = O_RDWR | O_NONBLOCK | O_NOFOLLOW;
    const char *path = db->lock_path;
    struct stat st;
    bool known;
    int fd = gem5art__open(path, flags, 0);
    if (fd < 0 && errno == ENOENT) fd = gem5art__open(path, flags | O_CREAT | O_EXCL, 0666);
    if (fd < 0 && errno == EEXIST) fd = gem5art__open(path, flags, 0);
    known = fd >= 0 && GEM5ART_SYS_FSTAT(fd, &st) == 0;
    if (known && S_ISREG(st.st_mode)) {
        if (st.st_nlink == 1) gem5art__share(db, fd, 0666); /* whose permissions may have changed */
        return fd;
    }
    if (known || (fd < 0 && (errno == EISDIR || errno == ENXIO || errno == ELOOP)))
        gem5art__fail(error, GEM5ART_INVALID, "the lock file %s is not a file: remove it", path);
    else if (errno == EACCES)
        gem5art__fail(error, GEM5ART_IO, "cannot write to the lock file %s, which must have the permissions of %s: %s",
                      path, db->path, strerror(errno));
    else gem5art__fail_errno(error, "open the lock file", path);
    gem5art__close(fd);
    return -1;
}

/* Is the open file the one at a path? */
static bool gem5art__is_at(const gem5art__held *file, const char *path) {
    struct stat there;
    return file->fd >= 0 && GEM5ART_SYS_LSTAT(path, &there) == 0 && there.st_dev == file->device &&
           there.st_ino == file->inode;
}

/* Replaces the held file by one that was opened (-1: it could not be). */
static void gem5art__hold(gem5art__held *file, int fd) {
    struct stat st;
    gem5art__close(file->fd);
    file->fd = fd;
    if (fd < 0 || GEM5ART_SYS_FSTAT(fd, &st) < 0) memset(&st, 0, sizeof st);
    file->device = st.st_dev;
    file->inode = st.st_ino;
}

/* Opens the lock file, or the new one where it was removed: then the claims that are held are made in that too. */
static bool gem5art__open_claims(gem5art_db *db, gem5art_error *error) {
    gem5art__claim *claim;
    int fd, tries;
    if (db->read_only) return gem5art__fail_read_only(db, error);
    for (tries = 0; !gem5art__is_at(&db->claimed, db->lock_path); tries++) {
        if (tries == 100)
            return gem5art__fail(error, GEM5ART_BUSY, "the lock file %s is removed again and again: find the program "
                                 "that removes it", db->lock_path);
        if ((fd = gem5art__open_lock_file(db, error)) < 0) return false;
        for (claim = db->claims; claim; claim = claim->next)
            if (!gem5art__lock(fd, claim->byte)) claim->lost = true;
        gem5art__hold(&db->claimed, fd);
    }
    return true;
}

/* BUSY, with the process that executes the run, from its live entry. */
static bool gem5art__fail_claimed(gem5art_db *db, const char *hash, gem5art_error *error) {
    gem5art__live_list list;
    bool found;
    gem5art__live_begin(&list, db, hash);
    while ((found = gem5art__live_next(&list)) && list.trust == GEM5ART__LIVE_NONE) {}
    if (found)
        gem5art__fail(error, GEM5ART_BUSY,
                      "it is being executed by process %lld on host %s, in %s: wait for its end, or end it",
                      (long long)list.live.supervisor, list.live.host, list.live.outdir);
    else gem5art__fail(error, GEM5ART_BUSY, "it is being executed by another program: wait for its end, or end it");
    gem5art__live_end(&list, NULL);
    return false;
}

/* Claims the byte in the store too. BUSY only where a supervisor has it. */
static bool gem5art__claim_in_store(gem5art_db *db, int64_t byte, gem5art_error *error) {
    const int64_t here = gem5art__store_claim_byte(byte);
    struct flock lock;
    if (!gem5art__is_at(&db->claimed_in_store, db->path)) /* a rewrite has replaced it: then it has no other name */
        gem5art__hold(&db->claimed_in_store, gem5art__open(db->path, O_RDWR | O_NONBLOCK, 0));
    if (db->claimed_in_store.fd < 0) return true; /* the record will report why */
    if (gem5art__lock(db->claimed_in_store.fd, here)) return true;
    if (errno != EAGAIN) return gem5art__fail_lock(db->path, error);
    if (gem5art__lock_call(db->claimed_in_store.fd, F_OFD_GETLK, F_WRLCK, here, &lock) < 0 || lock.l_type != F_WRLCK ||
        lock.l_start != (off_t)here || lock.l_len != 1)
        return true; /* a lock of more than this byte is not a supervisor's */
    return gem5art__fail(error, GEM5ART_BUSY,
                         "it is being executed by a program with a lock file other than %s (which was removed, or "
                         "the store has two names): wait for its end, or end it", db->lock_path);
}

/* True: this db holds the run's claim now. BUSY: another supervisor, or this db, has it already. */
static bool gem5art__claim_run(gem5art_db *db, const char *hash, gem5art_error *error) {
    int64_t byte = gem5art__claim_byte(hash);
    gem5art__claim *claim;
    if (*gem5art__find_claim(db, byte)) return gem5art__fail_claimed(db, hash, error);
    if (!gem5art__open_claims(db, error)) return false;
    claim = (gem5art__claim *)gem5art__alloc(sizeof *claim);
    if (!claim) return gem5art__fail_nomem(error);
    if (gem5art__lock(db->claimed.fd, byte)) {
        if (gem5art__claim_in_store(db, byte, error)) {
            claim->byte = byte;
            claim->next = db->claims;
            db->claims = claim;
            return true;
        }
        gem5art__unlock(db->claimed.fd, byte);
    } else if (errno != EAGAIN) gem5art__fail_lock(db->lock_path, error);
    else if (gem5art__lock_seen(db->claimed.fd, byte) == F_RDLCK)
        gem5art__fail(error, GEM5ART_BUSY,
                      "its claim in %s is locked by a program that is not a supervisor: find it (lsof %s) and end it",
                      db->lock_path, db->lock_path);
    else gem5art__fail_claimed(db, hash, error);
    gem5art__free(claim);
    return false;
}

static void gem5art__unclaim_run(gem5art_db *db, const char *hash) {
    int64_t byte = gem5art__claim_byte(hash);
    gem5art__claim **link = gem5art__find_claim(db, byte), *claim = *link;
    if (!claim) return;
    *link = claim->next;
    if (!claim->lost) gem5art__unlock(db->claimed.fd, byte);
    if (db->claimed_in_store.fd >= 0) gem5art__unlock(db->claimed_in_store.fd, gem5art__store_claim_byte(byte));
    gem5art__free(claim);
}

/* Right before a spawn: does this db hold the run's claim? Another program may have it in a new lock file. */
static bool gem5art__claim_still_holds(gem5art_db *db, const char *hash, gem5art_error *error) {
    const gem5art__claim *claim = *gem5art__find_claim(db, gem5art__claim_byte(hash));
    if (!claim || !gem5art__open_claims(db, error)) return false;
    return !claim->lost ? true
                        : gem5art__fail(error, GEM5ART_BUSY,
                                        "the lock file %s was removed, and another program has claimed the run since",
                                        db->lock_path);
}

/* Does a supervisor hold the claim of this run, in this db or elsewhere? True also where that cannot be known. */
static bool gem5art__is_claimed(const gem5art_db *db, const char *hash) {
    int fd = gem5art__open(db->lock_path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
    bool held = fd < 0 ? errno != ENOENT : gem5art__lock_seen(fd, gem5art__claim_byte(hash)) == F_WRLCK;
    gem5art__close(fd);
    return held;
}

/* Does anybody execute the run of a live entry, as far as that can be known? On another host its claim decides. */
static bool gem5art__is_live(gem5art_db *db, const gem5art__live *live, gem5art__trust trust) {
    return gem5art__is_claimed(db, live->hash) ||
           (trust == GEM5ART__LIVE_TRUSTED && gem5art__find_supervisor(db, live) == GEM5ART__RUN_LIVE);
}

/* ---- what is recorded of a run */

/* EXISTS, with the ways out: they differ where a file that gem5 read has changed since. */
static bool gem5art__fail_recorded(gem5art__run *run, const gem5art_json *record, gem5art__arena *arena,
                                   gem5art_error *error) {
    const gem5art_json *list = gem5art_json_get(record, "files"), *file = list ? list->first : NULL;
    const char *name = run->public_.name, *id = gem5art__record_text(record, "_id");
    const char *status = gem5art__record_text(record, "status"), *store = run->db->path;
    char hash[65];
    for (; file; file = file->next) {
        const char *path = gem5art__record_text(file, "path"), *then = gem5art__record_text(file, "hash");
        if (*path && *then && gem5art__cache_hash(&run->db->cache, path, hash, NULL, NULL, NULL) &&
            strcmp(hash, then) != 0 &&
            (run->public_.stale = gem5art__arena_copy(&run->object.arena, path)) != NULL)
            return gem5art__fail(error, GEM5ART_EXISTS,
                                 "run \"%s\" is recorded already: %s (%s), in %s; but %s, which gem5 read then, has "
                                 "changed since: register it as an artifact of the run, or rerun it (.rerun)",
                                 name, id, status, store, path);
    }
    return gem5art__fail(error, GEM5ART_EXISTS,
                         "run \"%s\" is recorded already: %s (%s), in %s; to launch it again remove that record "
                         "(gem5art-rm %s), or set .rerun",
                         name, id, status, store, gem5art__text_or(gem5art__shell_word(arena, id), "ID"));
}

/* The recorded attempts at an experiment, by its hash and then by the one that gem5art gave it. */
typedef struct gem5art__attempts {
    gem5art_db *db;
    const gem5art_run *run;
    char hashes[2][65];
    int next; /* of the hashes */
    gem5art__lookup lookup;
} gem5art__attempts;

static bool gem5art__attempts_begin(gem5art__attempts *attempts, gem5art_db *db, const gem5art_run *run,
                                    gem5art_error *error) {
    memset(attempts, 0, sizeof *attempts);
    attempts->db = db;
    attempts->run = run;
    snprintf(attempts->hashes[0], sizeof attempts->hashes[0], "%s", run->hash);
    if (strlen(run->hash) != 32) gem5art__legacy_hash(run, attempts->hashes[1]);
    return gem5art__refresh(db, error);
}

static gem5art__step gem5art__attempts_next(gem5art__attempts *attempts, gem5art__arena *arena,
                                            const gem5art_json **record, gem5art_error *error) {
    for (; attempts->next < 2; attempts->next++, memset(&attempts->lookup, 0, sizeof attempts->lookup)) {
        const char *hash = attempts->hashes[attempts->next];
        gem5art__step step = GEM5ART__END;
        while (*hash && (step = gem5art__next_match(attempts->db, &attempts->lookup, hash, arena, record,
                                                                error)) == GEM5ART__RECORD) {
            if (gem5art__is_run(gem5art__record_text(*record, "type")) && gem5art__record_is(*record, "hash", hash) &&
                (strlen(hash) != 32 || gem5art__same_texts(*record, "params", attempts->run->params)))
                return GEM5ART__RECORD;
            gem5art__arena_free(arena);
        }
        if (step == GEM5ART__FAILED) return step;
    }
    return GEM5ART__END;
}

/* Fails with EXISTS if an attempt, or more than `retries` Failed ones, prevent a launch. *failed: the Failed ones. */
static bool gem5art__not_recorded(gem5art_db *db, gem5art__run *run, int retries, int *failed, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art__attempts attempts;
    const gem5art_json *record;
    gem5art__step step = GEM5ART__FAILED;
    bool ok = gem5art__attempts_begin(&attempts, db, &run->public_, error);
    *failed = 0;
    run->public_.stale = NULL;
    while (ok && (step = gem5art__attempts_next(&attempts, &arena, &record, error)) == GEM5ART__RECORD) {
        const gem5art_json *again = gem5art_json_get(record, "rerunnable");
        const char *status = gem5art__record_text(record, "status");
        if (!(again && again->type == GEM5ART_JSON_BOOL && again->boolean) &&
            (strcmp(status, "Finished") == 0 || (strcmp(status, "Failed") == 0 && ++*failed > retries)))
            ok = gem5art__fail_recorded(run, record, &arena, error);
        gem5art__arena_free(&arena);
    }
    gem5art__arena_free(&arena);
    return ok && step == GEM5ART__END;
}

/* Looks up an id without refreshing the index. */
static bool gem5art__find_recorded(gem5art_db *db, const char *id, bool *recorded, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art__lookup lookup = {0, 0, NULL};
    const gem5art_json *record;
    gem5art__step step = gem5art__next_match(db, &lookup, id, &arena, &record, error);
    *recorded = step == GEM5ART__RECORD;
    gem5art__arena_free(&arena);
    return step != GEM5ART__FAILED;
}

static bool gem5art__is_recorded(gem5art_db *db, const char *id, bool *recorded, gem5art_error *error) {
    return gem5art__refresh(db, error) && gem5art__find_recorded(db, id, recorded, error);
}

/* One run's record as text, after that of its archive where there is one. */
static bool gem5art__put_run_lines(gem5art__buf *lines, const gem5art_run *run, const gem5art_artifact *archive,
                                   gem5art_error *error) {
    if (archive) {
        if (!gem5art__put_object_line(lines, gem5art__artifact_fields, archive, true, NULL, error)) return false;
        gem5art__puts(lines, ",\n");
    }
    return gem5art__put_object_line(lines, gem5art__run_fields, run, gem5art__is_fs(run->type), run->record, error);
}

/* Appends records, all or none. */
static bool gem5art__record_lines(gem5art_db *db, const gem5art__buf *lines, gem5art_error *error) {
    bool ok;
    if (lines->failed) return gem5art__fail_nomem(error);
    if (!gem5art__append_begin(db, error)) return false;
    ok = gem5art__append(db, lines, error);
    gem5art__append_end(db);
    return ok;
}

/* Appends one run's record, and that of its archive before it where there is one. */
static bool gem5art__record_run(gem5art_db *db, const gem5art_run *run, const gem5art_artifact *archive,
                                gem5art_error *error) {
    gem5art__buf lines = {NULL, 0, 0, false};
    bool ok = gem5art__put_run_lines(&lines, run, archive, error) && gem5art__record_lines(db, &lines, error);
    gem5art__buf_free(&lines);
    return ok;
}

/* ---- lost runs: live entries whose claim is free and whose supervisor is gone */

/* Ends what is left of a lost run's processes. False with BUSY where that cannot be known or done. */
static bool gem5art__end_lost(gem5art_db *db, const gem5art__live *live, gem5art_error *error) {
    pid_t group = live->pid > 1 && live->pid == (pid_t)live->pid ? (pid_t)live->pid : 0;
    int64_t start = group ? gem5art__process_start(group, false) : 0;
    int tries, left = 0;
    bool waits = !live->pid && live->warden_start && live->supervisor != (int64_t)getpid(); /* it may yet be spawned */
    bool proven = start && start == live->start; /* without /proc only its warden may end it, perhaps just now */
#ifndef GEM5ART_NO_PROC
    if (!proven && gem5art__proc_is_ours()) group = 0; /* the number belongs to another process now */
#endif
    if (proven) GEM5ART_SYS_KILL(-group, SIGKILL);
    for (tries = 0; tries < 200; tries++) {
        left = gem5art__end_processes_of(live->id, SIGKILL);
        if (proven) left += gem5art__process_start(group, true) == start;
        else if (group) left += GEM5ART_SYS_KILL(-group, 0) == 0 || errno != ESRCH;
        else if (!left && waits && gem5art__process_lives(live->warden, live->warden_start)) {
            left = 1;
            if (tries == 100) GEM5ART_SYS_KILL((pid_t)live->warden, SIGKILL); /* it gives other runs time to end */
        }
        if (!left) return true;
        GEM5ART_SYS_POLL(NULL, 0, 10);
    }
    return gem5art__fail(error, GEM5ART_BUSY,
                         "the lost run %s cannot be ended: end its %d processes (those with GEM5ART_RUN=%s in "
                         "their environment, and process group %lld), then remove %s/%s.%s",
                         live->id, left, live->id, (long long)live->pid, db->live_path, live->hash, live->id);
}

/* Reads the info.json of a lost attempt, if it is that attempt's and this user's own. NULL with the reason. */
static const gem5art_json *gem5art__read_lost_info(const gem5art__live *live, gem5art__arena *arena, DIR *outdir,
                                                   gem5art_error *why) {
    const char *path = gem5art__join_path(arena, live->outdir, "info.json");
    const gem5art_json *info = NULL;
    struct stat st;
    if (!path) gem5art__fail_nomem(why);
    else
        info = gem5art__read_open_info(gem5art__open_in(dirfd(outdir), "info.json", O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
                                                        0), &st, arena, path, why);
    if (!info) return NULL;
    if (st.st_uid != geteuid()) gem5art__fail(why, GEM5ART_INVALID, "%s belongs to another user", path);
    else if (gem5art__record_is(info, "_id", live->id) && gem5art__record_is(info, "hash", live->hash)) return info;
    else gem5art__fail(why, GEM5ART_INVALID, "%s belongs to a different run", path);
    return NULL;
}

/* Records the attempt of a live entry: as lost, or as it ended where its info.json says so (its supervisor was killed
   between the end and the record). Counts it, unless it was recorded before that. */
static bool gem5art__record_lost(gem5art_db *db, const gem5art__live *live, gem5art__arena *arena, int *lost,
                                 gem5art_error *error) {
    gem5art_run r;
    gem5art_error why;
    DIR *outdir;
    bool recorded, ended, ok;
    if (!gem5art__append_begin(db, error)) return false;
    ok = gem5art__recover(db, error); /* its supervisor may have been killed in the middle of that record */
    gem5art__append_end(db);
    if (!ok || !gem5art__is_recorded(db, live->id, &recorded, error)) return false;
    if (recorded) return true;
    memset(&r, 0, sizeof r);
    outdir = gem5art__open_outdir(live->outdir, NULL, &why);
    r.record = outdir ? gem5art__read_lost_info(live, arena, outdir, &why) : NULL;
    ok = r.record && gem5art__read_object(arena, gem5art__run_fields, r.record, &r, live->outdir, &why);
    ended = ok && !r.running && (strcmp(r.status, "Finished") == 0 || strcmp(r.status, "Failed") == 0);
    r.outdir = live->outdir;
    r.results = NULL;
    r.results_size = -1;
    if (ok && !ended) {
        gem5art_error trouble;
        r.status = "Failed";
        r.kill_reason = "lost";
        r.rerunnable = true;
        r.running = false;
        r.end_time = r.current_time;
        if (!gem5art__write_info(&r, outdir, &trouble)) gem5art__warn(db, "run \"%s\": %s", r.name, trouble.message);
    }
    gem5art__close_folder(outdir);
    if (!ok && why.code == GEM5ART_NOMEM) return gem5art__fail_nomem(error);
    ++*lost;
    if (!ok) return gem5art__warn(db, "the lost run %s cannot be recorded: %s", live->id, why.message), true;
    gem5art__warn(db, "attempt %s was lost by its supervisor and is recorded as %s", r.id, ended ? r.status : "lost");
    return gem5art__record_run(db, &r, NULL, error);
}

/* May the run of a trusted entry, whose claim is free, be taken over? BUSY: it may not be lost. */
static bool gem5art__may_take(gem5art_db *db, const gem5art__live *live, bool take, gem5art_error *error) {
    gem5art__whereabouts where;
    if (!gem5art__host(db, error)) return false;
    where = gem5art__find_supervisor(db, live);
    if (where == GEM5ART__RUN_LIVE)
        return gem5art__fail(error, GEM5ART_BUSY,
                             "it is being executed by process %lld, in %s, although its claim is free (was %s "
                             "removed?): wait for its end, or end it", (long long)live->supervisor, live->outdir,
                             db->lock_path);
    if (where == GEM5ART__RUN_ELSEWHERE && !take)
        return gem5art__fail(error, GEM5ART_BUSY,
                             "run %s may still be running on host %s (pid %lld), where its supervisor was lost: end it "
                             "there, then use --take-lost (.take_lost), or remove %s/%s.%s",
                             live->id, live->host, (long long)live->pid, db->live_path, live->hash, live->id);
    return true;
}

/* Ends and records the lost run of a trusted entry. */
static bool gem5art__take_lost_run(gem5art_db *db, const gem5art__live *live, bool take, gem5art__arena *arena,
                                   int *lost, gem5art_error *error) {
    const gem5art__host_facts *host;
    if (!gem5art__may_take(db, live, take, error)) return false;
    host = gem5art__host(db, error);
    if (gem5art__same_boot(live, host) && strcmp(live->pid_space, host->pid_space) == 0 &&
        !gem5art__end_lost(db, live, error))
        return false;
    if (!gem5art__record_lost(db, live, arena, lost, error)) return false;
    gem5art__drop_live(db, live->hash, live->id);
    return true;
}

/* With a run's claim held: ends, records and counts the lost ones of its hash; `take`: also those of other hosts. */
static bool gem5art__take_lost(gem5art_db *db, const char *hash, bool take, int *lost, gem5art_error *error) {
    gem5art__live_list list;
    bool ok = true;
    gem5art__live_begin(&list, db, hash);
    while (ok && gem5art__live_next(&list))
        if (list.trust == GEM5ART__LIVE_TRUSTED)
            ok = gem5art__take_lost_run(db, &list.live, take, &list.arena, lost, error);
        else gem5art__warn(db, "a live entry of this run is ignored: %s", list.why.message);
    return gem5art__live_end(&list, error) && ok;
}

/* ---- queued runs: STORE.queued/HASH, which has the fields of the run and these */

typedef struct gem5art__queued {
    const char *ticket;
    int64_t nice, priority;
    bool no_probe;
} gem5art__queued;

static const gem5art__field gem5art__queued_fields[] = {
    {"ticket", GEM5ART__TEXT, offsetof(gem5art__queued, ticket), false, NULL},
    {"nice", GEM5ART__INTEGER, offsetof(gem5art__queued, nice), false, NULL},
    {"priority", GEM5ART__INTEGER, offsetof(gem5art__queued, priority), false, NULL},
    {"no_probe", GEM5ART__BOOLEAN, offsetof(gem5art__queued, no_probe), false, NULL},
    {NULL, GEM5ART__TEXT, 0, false, NULL}};

static const char *gem5art__queued_path(gem5art_db *db, gem5art__arena *arena, const char *hash, gem5art_error *error) {
    const char *path;
    if (!gem5art__is_run_hash(hash))
        return gem5art__fail(error, GEM5ART_INVALID, "a run cannot have the hash \"%.140s\"", hash), (const char *)NULL;
    path = gem5art__arena_printf(arena, "%s/%s", db->queue_path, hash);
    if (!path) gem5art__fail_nomem(error);
    return path;
}

/* Reads the ticket of a queued run into the arena. "": it is not queued; "unknown": its file is another user's or
   damaged; NULL: out of memory, an error of the system, or not a hash. */
static const char *gem5art__read_ticket(gem5art_db *db, gem5art__arena *arena, const char *hash, gem5art_error *error) {
    const char *path = gem5art__queued_path(db, arena, hash, error), *ticket;
    const gem5art_json *entry;
    gem5art_error why;
    struct stat st;
    int fd = path ? gem5art__open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0) : -1;
    bool refused = fd < 0 && (errno == EACCES || errno == EPERM || errno == ELOOP);
    if (!path) return NULL;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return "";
    entry = gem5art__read_open_info(fd, &st, arena, path, &why);
    if (!entry && (why.code == GEM5ART_NOMEM || (why.code == GEM5ART_IO && !refused)))
        return gem5art__pass_on(error, &why), (const char *)NULL;
    ticket = entry ? gem5art__record_text(entry, "ticket") : "";
    return *ticket ? ticket : "unknown";
}

/* With the claim held: may this db launch or queue the run, as far as queues are concerned? A run of
   gem5art_load_queued must still be queued, any other one must not be, unless its ticket is `replaces`. */
static bool gem5art__check_queue(gem5art_db *db, const gem5art__run *run, const char *replaces, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const char *ticket = gem5art__read_ticket(db, &arena, run->public_.hash, error);
    bool ok = ticket && (run->ticket ? strcmp(ticket, run->ticket) == 0
                                     : !*ticket || (replaces && strcmp(ticket, replaces) == 0));
    if (ticket && !ok && run->ticket)
        gem5art__fail(error, GEM5ART_CANCELLED, "run \"%s\" was not launched: it was withdrawn from its queue",
                      run->public_.name);
    else if (ticket && !ok)
        gem5art__fail(error, GEM5ART_BUSY, "run \"%s\" is queued (ticket %s): wait for its end, or withdraw it with "
                      "gem5art-cancel", run->public_.name, ticket);
    gem5art__arena_free(&arena);
    return ok;
}

/* Opens and locks the file of a queued run, to replace or remove it. *fd -1: there is none. */
static bool gem5art__lock_queued(const char *path, int *fd, gem5art_error *error) {
    gem5art__held file = {-1, 0, 0};
    int tries;
    for (tries = 0; tries < 300; tries++) {
        gem5art__hold(&file, gem5art__open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW, 0));
        *fd = file.fd;
        if (file.fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return true;
        if (file.fd < 0) return gem5art__fail_errno(error, "open", path);
        if (gem5art__lock(file.fd, 0)) {
            if (gem5art__is_at(&file, path)) return true;
        } else if (errno != EAGAIN) {
            gem5art__fail_lock(path, error);
            return gem5art__close(file.fd), false;
        } else GEM5ART_SYS_POLL(NULL, 0, 10);
    }
    gem5art__close(file.fd);
    return gem5art__fail(error, GEM5ART_BUSY, "another program holds a lock on %s: find it (lsof), and end it", path);
}

/* The content of a queued run's file; NULL with an error. */
static const char *gem5art__queued_text(gem5art_json_writer *writer, const gem5art__run *run, const char *ticket,
                                        size_t *length, gem5art_error *error) {
    const gem5art__field *field;
    gem5art__queued queued;
    gem5art_run r = run->public_;
    queued.ticket = ticket, queued.nice = run->nice, queued.priority = run->priority, queued.no_probe = run->no_probe;
    if (run->environment) r.environment = run->environment;
    r.enqueue_time = gem5art__now();
    gem5art_json_begin_object(writer);
    for (field = gem5art__run_fields; field->name; field++)
        if (!field->fs_only || gem5art__is_fs(r.type)) gem5art__write_field(writer, field, &r);
    for (field = gem5art__queued_fields; field->name; field++) gem5art__write_field(writer, field, &queued);
    gem5art_json_end_object(writer);
    return gem5art_json_take(writer, length, error);
}

/* Puts the file of a queued run into its folder. */
static bool gem5art__put_queued(gem5art_db *db, const char *path, const char *text, size_t length,
                                gem5art__put_file_mode mode, gem5art_error *error) {
    gem5art_error why;
    int tries, folder;
    db->left_queue = true;
    for (tries = 0; tries < 10; tries++) {
        if (gem5art__put_file(-1, path, text, length, 0644, mode, false, &why)) return true;
        if (why.code != GEM5ART_NOT_FOUND) break;
        folder = -1; /* it is the first file, or the folder was removed with the last one */
        if (!gem5art__open_entries(db, db->queue_path, &folder, error)) return false;
        gem5art__close(folder);
    }
    if (why.code != GEM5ART_EXISTS) return gem5art__pass_on(error, &why);
    return gem5art__fail(error, GEM5ART_BUSY, "another program has just queued the run");
}

/* Writes the file of a queued run whose claim is held. REPLACE: instead of a void one, if there is one. */
static bool gem5art__write_queued(gem5art_db *db, const gem5art__run *run, const char *ticket,
                                  gem5art__put_file_mode mode, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art_json_writer writer;
    const char *path = gem5art__queued_path(db, &arena, run->public_.hash, error), *text;
    size_t length;
    int earlier = -1;
    bool ok;
    gem5art_json_writer_init(&writer, 0);
    text = path ? gem5art__queued_text(&writer, run, ticket, &length, error) : NULL;
    ok = text && (mode != GEM5ART__REPLACE || gem5art__lock_queued(path, &earlier, error)) &&
         gem5art__put_queued(db, path, text, length, mode, error);
    gem5art__close(earlier);
    gem5art_json_writer_free(&writer);
    gem5art__arena_free(&arena);
    return ok;
}

/* ---- a new attempt */

/* With the claim held and the index up to date, makes `r`, a copy of the run's public part, an attempt with its own id
   and outdir, which it opens: the caller closes it. */
static bool gem5art__begin_attempt(gem5art_db *db, gem5art__run *run, gem5art_run *r, DIR **outdir,
                                   gem5art_error *error) {
    gem5art__arena *arena = &run->object.arena;
    const char *created_in = r->outdir;
    bool recorded;
    char id[37];
    if (!gem5art__choose_outdir(run, r, outdir, error) || !gem5art__find_recorded(db, r->id, &recorded, error))
        return false;
    if (recorded || strcmp(r->status, "Created") != 0 || strcmp(r->outdir, created_in) != 0) {
        if (!gem5art__uuid(id, error)) return false; /* executed before, by this object or one like it */
        r->id = gem5art__arena_copy(arena, id);
        r->enqueue_time = gem5art__now();
    }
    r->start_time = gem5art__now();
    r->end_time = r->ru_utime = r->ru_stime = 0;
    r->return_code = r->pid = r->ru_maxrss = r->ru_inblock = r->ru_oublock = r->ru_nvcsw = r->ru_nivcsw = 0;
    r->kill_reason = r->error = r->cause = "";
    r->results = NULL;
    r->results_size = -1;
    r->warning_count = r->exit_event_count = r->file_count = 0;
    r->rerunnable = false;
    r->running = true;
    r->gem5art_version = GEM5ART_VERSION;
    r->status = "Begin run";
    gem5art__set_command(r, arena);
    return arena->failed ? gem5art__fail_nomem(error) : gem5art__write_info(r, *outdir, error);
}

/* =============================================================== >>outcome
   How a run ended, by its child's status and its output files; called in workers. Files are found from the outdir's
   descriptor, without following links, and only regular files are opened: to open a FIFO or a terminal has effects. */

/* A child's end, before its files are read. */
typedef struct gem5art__end {
    int status;              /* of waitpid */
    const char *kill_reason; /* of this library: "timeout", "kernel panic", "User defined kill", "stall", "sigint",
                                "sigterm", "sighup", "lost"; NULL: none */
    int stragglers;          /* processes that outlived gem5 and were ended */
    double spawned;          /* Unix time of the spawn */
    const char *const *forks; /* of gem5art__forks_of */
} gem5art__end;

/* ---- the table of evidence. The manual has it in words, under HOW A RUN ENDED: change both. */

/* Where a text may stand. */
enum {
    GEM5ART__SIMOUT = 1, GEM5ART__SIMERR = 2, GEM5ART__CONSOLE = 4,
    GEM5ART__TERMINAL = 8, /* a guest's console: *.terminal, *.device */
    GEM5ART__DMESG = 16,   /* what gem5 saved of a guest kernel's log: *.dmesg */
    GEM5ART__CAUSE = 32,   /* why simulate() returned last, as the probe noted it or the script printed it */
    GEM5ART__OUTPUT = GEM5ART__SIMOUT | GEM5ART__SIMERR | GEM5ART__CONSOLE,
    GEM5ART__FS_ONLY = 64  /* in OUTPUT only of an FS run: in an SE run these are the guest's words, too */
};

typedef enum gem5art__form {
    GEM5ART__AS_PRINTK,    /* at the beginning of a line, after a kernel's time stamp */
    GEM5ART__AS_GEM5,      /* after gem5's "FILE:LINE: ", or before v21 in a form that is as clear */
    GEM5ART__AFTER_EXIT,   /* at the beginning of a line, after the script's last "Exiting @ tick" */
    GEM5ART__AS_CAUSE,     /* the cause begins with it */
    GEM5ART__AT_LAST_TICK, /* the same, at the highest possible tick */
    GEM5ART__WITH_CODE     /* any cause with a code that is not 0 */
} gem5art__form;

typedef enum gem5art__meaning { GEM5ART__GOOD, GEM5ART__PANICKED, GEM5ART__INTERRUPTED, GEM5ART__BAD } gem5art__meaning;

typedef struct gem5art__evidence {
    const char *text;
    int places;
    gem5art__form form;
    gem5art__meaning meaning;
    const char *name; /* for .accept; NULL: nothing to accept */
} gem5art__evidence;

/* Of the rows that hold for a cause, the first decides. */
static const gem5art__evidence gem5art__evidences[] = {
    {"Kernel panic - not syncing", GEM5ART__TERMINAL | GEM5ART__DMESG | GEM5ART__OUTPUT | GEM5ART__FS_ONLY,
     GEM5ART__AS_PRINTK, GEM5ART__PANICKED, "guest panic"},
    {"warn: Kernel panic in simulated ", GEM5ART__OUTPUT, GEM5ART__AS_GEM5, GEM5ART__PANICKED, "guest panic"},
    {"panic: Kernel panic in simulated ", GEM5ART__OUTPUT, GEM5ART__AS_GEM5, GEM5ART__PANICKED, "guest panic"},
    {"fatal: ", GEM5ART__OUTPUT, GEM5ART__AS_GEM5, GEM5ART__BAD, "gem5 error"},
    {"panic: ", GEM5ART__OUTPUT, GEM5ART__AS_GEM5, GEM5ART__BAD, "gem5 error"},
    {"Kernel panic in simulated ", GEM5ART__CAUSE, GEM5ART__AS_CAUSE, GEM5ART__PANICKED, "guest panic"},
    {"Kernel oops in ", GEM5ART__CAUSE, GEM5ART__AS_CAUSE, GEM5ART__BAD, "guest panic"},
    {"user interrupt received", GEM5ART__CAUSE, GEM5ART__AS_CAUSE, GEM5ART__INTERRUPTED, "interrupt"},
    {"m5_fail instruction encountered", GEM5ART__CAUSE, GEM5ART__AS_CAUSE, GEM5ART__BAD, "m5_fail"},
    {"simulate() limit reached", GEM5ART__CAUSE, GEM5ART__AT_LAST_TICK, GEM5ART__BAD, "deadlock"},
    {"workbegin", GEM5ART__CAUSE, GEM5ART__AS_CAUSE, GEM5ART__GOOD, NULL}, /* the code is the id of the work */
    {"workend", GEM5ART__CAUSE, GEM5ART__AS_CAUSE, GEM5ART__GOOD, NULL},
    {"", GEM5ART__CAUSE, GEM5ART__WITH_CODE, GEM5ART__BAD, "guest exit code"},
    {"Simulated exit code not 0!", GEM5ART__SIMOUT | GEM5ART__CONSOLE, GEM5ART__AFTER_EXIT, GEM5ART__BAD,
     "guest exit code"}};

enum { GEM5ART__EVIDENCES = sizeof gem5art__evidences / sizeof *gem5art__evidences };

static bool gem5art__accepts(const gem5art_run *r, const char *name) { return gem5art__has_text(r->accept, name); }

/* ---- texts in bytes */

/* Does the text end at `at`, which is after `start`? */
static bool gem5art__ends_at(const char *start, const char *at, const char *text) {
    size_t length = strlen(text);
    return (size_t)(at - start) >= length && memcmp(at - length, text, length) == 0;
}

/* Is [start, at) empty, or what a kernel puts before a message, such as "[    2.749115] ", "<0>" or "[   T1] "?
   An unfinished line of a program may precede the stamp, but not "kernel:", as in the log of an earlier boot. */
static bool gem5art__printk_prefix(const char *start, const char *at) {
    bool stamped = false;
    if (gem5art__ends_at(start, at, "---[ end ")) at -= sizeof "---[ end " - 1;
    for (;;) {
        const char *open;
        while (at > start && at[-1] == ' ') at--;
        if (at == start) return true;
        if (at[-1] != ']' && at[-1] != '>') return stamped && !gem5art__ends_at(start, at, "kernel:");
        for (open = at - 1; open > start && (gem5art__is_digit(open[-1]) || memchr(" .TC", open[-1], 4)); open--) {}
        if (open == start || (open[-1] != '[' && open[-1] != '<')) return false;
        at = open - 1;
        stamped = true;
    }
}

/* Does "FILE:LINE: " end at `at`, FILE being a source file? */
static bool gem5art__source_line(const char *start, const char *at) {
    static const char *const endings[] = {".cc", ".hh", ".c", ".h", ".cpp", ".hpp", ".isa", ".inc", ".sm"};
    const char *colon, *file;
    size_t i;
    if (!gem5art__ends_at(start, at, ": ")) return false;
    for (colon = at - 2; colon > start && gem5art__is_digit(colon[-1]); colon--) {}
    if (colon == at - 2 || colon == start || *--colon != ':') return false;
    for (file = colon; file > start && file[-1] > ' ' && file[-1] != ':'; file--) {}
    for (i = 0; file < colon && i < sizeof endings / sizeof *endings; i++)
        if (gem5art__ends_at(file + 1, colon, endings[i])) return true;
    return false;
}

/* Is the message at `at` (a "fatal: ", "panic: " or "warn: ") gem5's own? Before v21 there is no FILE:LINE: then a
   fatal or panic is known by the line on memory that follows it, and a warning only where no guest writes (`fs`). */
static bool gem5art__gem5_line(const char *start, const char *end, const char *at, bool fs) {
    const char *found, *line;
    if (gem5art__source_line(start, at)) return true;
    if (start != at) return false;
    if (memcmp(at, "warn", 4) == 0) return fs;
    found = gem5art__find_part(at, (size_t)(end - at), "\nMemory Usage: ");
    if (!found || found - at > 4096) return false;
    for (line = at + 1; line < found; line++) /* other messages in between: it was not this one's */
        if (line[-1] == '\n' && (memcmp(line, "fatal: ", 7) == 0 || memcmp(line, "panic: ", 7) == 0)) return false;
    return true;
}

/* The first, or the last, place in [data, end) where a row of this name holds. NULL: none, or the run accepts it. The
   data begin at the beginning of a line, or a good way before what counts. */
static const char *gem5art__find_evidence(const gem5art_run *r, const char *name, int place, const char *data,
                                          const char *end, bool last) {
    bool fs = gem5art__is_fs(r->type), holds;
    const char *at, *start, *found = NULL;
    size_t i;
    for (i = 0; i < GEM5ART__EVIDENCES && !gem5art__accepts(r, name); i++) {
        const gem5art__evidence *row = &gem5art__evidences[i];
        if (!(row->places & place) || strcmp(row->name, name) != 0) continue; /* only causes have no name */
        if ((row->places & GEM5ART__FS_ONLY) && (place & GEM5ART__OUTPUT) && !fs) continue;
        for (at = data; (at = gem5art__find_part(at, (size_t)(end - at), row->text)) != NULL; at++) {
            for (start = at; start > data && start[-1] != '\n' && start[-1] != '\r';) start--;
            holds = row->form == GEM5ART__AS_PRINTK ? gem5art__printk_prefix(start, at)
                    : row->form == GEM5ART__AS_GEM5 ? gem5art__gem5_line(start, end, at, fs)
                                                    : start == at;
            if (holds && (!found || (last ? at > found : at < found))) found = at;
            if (holds && !last) break;
        }
    }
    return found;
}

/* A line as a text of its own: at most 500 bytes, without control characters and the blanks around it. */
static char *gem5art__line_text(gem5art__arena *arena, const char *at, const char *end) {
    const char *stop;
    char *text, *byte;
    while (at < end && *at == ' ') at++;
    for (stop = at; stop < end && stop - at < 500 && *stop != '\n' && *stop != '\r' && *stop; stop++) {}
    while (stop > at && stop[-1] == ' ') stop--;
    text = gem5art__arena_copy_n(arena, at, (size_t)(stop - at));
    for (byte = text; byte && *byte; byte++)
        if ((unsigned char)*byte < ' ' || *byte == 127) *byte = ' ';
    return text;
}

/* ---- the watch: which files there are in the outdir, and what has been read of them */

enum {
    GEM5ART__WATCHED_MOST = 1024,  /* files whose texts count; as many others and folders */
    GEM5ART__WATCH_DEPTH = 8,      /* folders below the outdir */
    GEM5ART__WATCH_OVERLAP = 512,  /* bytes that are read again: a text's beginning, and its line's */
    GEM5ART__WATCH_CHUNK = 65536,
    GEM5ART__FOLDER = -1           /* the place of a folder */
};

/* A file or folder of a run. */
typedef struct gem5art__watched {
    const char *path;   /* below the outdir; "": the outdir */
    int place;          /* 0: only its growth counts */
    bool old;           /* unchanged since before the run */
    struct stat st;     /* as last seen; of a folder, as it was listed */
    off_t read;
    int depth;          /* folders */
    double listed, due; /* folders: monotonic; one is listed again when it has changed, from `due` on */
    struct gem5art__watched *next;
} gem5art__watched;

/* How far the output files of a run have been searched for panics and fail_on texts. Used by one thread at a time. All
   zero: not begun, as for a recorded run that is reviewed; then all files count. */
typedef struct gem5art__watch {
    gem5art__arena arena;
    gem5art__watched *files;
    int texts, others;   /* files whose texts count; others and folders */
    bool begun;
    bool complete;       /* the last round saw every file that there is */
    const char *reason;  /* found: NULL, "kernel panic", or for a fail_on text "User defined kill" */
    const char *text;    /* the panic's line, as far as it had been written; or the text */
    gem5art__watched *file; /* the file that has it */
    off_t at;            /* its offset there */
} gem5art__watch;

enum { GEM5ART__OUTPUTS = 5 };

/* Those of gem5 and its script, in the order in which their ends are searched. */
static const struct { const char *name; int place; } gem5art__outputs[GEM5ART__OUTPUTS] = {
    {"simerr.txt", GEM5ART__SIMERR}, {"simerr", GEM5ART__SIMERR}, {"simout.txt", GEM5ART__SIMOUT},
    {"simout", GEM5ART__SIMOUT}, {"console.txt", GEM5ART__CONSOLE}};

/* The place of a file with this path below the outdir. */
static int gem5art__place_of(const char *path) {
    size_t i;
    for (i = 0; i < GEM5ART__OUTPUTS; i++)
        if (strcmp(path, gem5art__outputs[i].name) == 0) return gem5art__outputs[i].place;
    if (gem5art__ends_with(path, ".terminal") || gem5art__ends_with(path, ".device")) return GEM5ART__TERMINAL;
    return gem5art__ends_with(path, ".dmesg") ? GEM5ART__DMESG : 0;
}

static bool gem5art__same_state(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Opens a regular file (S_IFREG) or a folder (S_IFDIR) below a folder; no link on the way is followed. -1: none. */
static int gem5art__open_below(int folder, const char *path, mode_t kind, struct stat *st) {
    char name[256];
    int fd = folder, next;
    for (;;) {
        size_t length = strcspn(path, "/");
        mode_t wanted = path[length] ? S_IFDIR : kind;
        next = -1;
        if (length < sizeof name) {
            memcpy(name, path, length);
            name[length] = 0;
            if (GEM5ART_SYS_FSTATAT(fd, name, st, AT_SYMLINK_NOFOLLOW) == 0 && (st->st_mode & S_IFMT) == wanted)
                next = gem5art__open_in(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
        }
        if (fd != folder) gem5art__close(fd);
        if (next < 0 || !path[length]) break;
        fd = next;
        path += length + 1;
    }
    if (next >= 0 && GEM5ART_SYS_FSTAT(next, st) == 0 && (st->st_mode & S_IFMT) == kind) return next;
    gem5art__close(next);
    return -1;
}

/* Adds a file or folder after the others, for a loop that goes through them now. */
static void gem5art__watch_file(gem5art__watch *watch, const char *path, int place, int depth) {
    gem5art__watched **link = &watch->files, *file;
    int *count = place > 0 ? &watch->texts : &watch->others;
    if (*count == GEM5ART__WATCHED_MOST || depth > GEM5ART__WATCH_DEPTH) return;
    for (; *link; link = &(*link)->next)
        if (strcmp((*link)->path, path) == 0) return;
    file = (gem5art__watched *)gem5art__arena_alloc(&watch->arena, sizeof *file);
    if (!file || (file->path = gem5art__arena_copy(&watch->arena, path)) == NULL) return;
    file->place = place;
    file->depth = depth;
    file->st.st_size = -1;
    *link = file;
    ++*count;
}

/* Adds what a folder holds, if it has changed since it was listed. `growth`: files whose texts do not count, too. */
static void gem5art__list_watched(gem5art__watch *watch, DIR *outdir, gem5art__watched *folder, bool growth) {
    gem5art__buf path = {NULL, 0, 0, false};
    struct dirent *entry;
    struct stat st;
    double begun = gem5art__monotonic();
    bool root = !*folder->path;
    int fd = root ? dirfd(outdir) : gem5art__open_below(dirfd(outdir), folder->path, S_IFDIR, &st);
    bool changed = fd >= 0 && GEM5ART_SYS_FSTAT(fd, &st) == 0 && /* else it was listed when its times had settled */
                   !(folder->listed > 0 && gem5art__same_state(&st, &folder->st) &&
                     folder->listed - begun + gem5art__now() > (double)st.st_mtim.tv_sec + 3);
    DIR *dir = root ? outdir : changed ? GEM5ART_SYS_FDOPENDIR(fd) : NULL;
    if (!dir) gem5art__close(fd);
    if (!dir || !changed) return;
    GEM5ART_SYS_REWINDDIR(dir);
    folder->st = st;
    while (errno = 0, (entry = GEM5ART_SYS_READDIR(dir)) != NULL) {
        const char *name = entry->d_name;
        bool is_folder;
        if (name[0] == '.' || strcmp(name, "results.zip") == 0 || gem5art__starts_with(name, "info.json")) continue;
        if (GEM5ART_SYS_FSTATAT(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) continue;
        is_folder = S_ISDIR(st.st_mode);
        if (!is_folder && !(S_ISREG(st.st_mode) && (growth || gem5art__place_of(name)))) continue;
        path.length = 0;
        gem5art__putf(&path, "%s%s%s", folder->path, root ? "" : "/", name);
        if (path.failed) break;
        gem5art__watch_file(watch, path.data, is_folder ? GEM5ART__FOLDER : gem5art__place_of(path.data),
                            folder->depth + is_folder);
    }
    if (errno) watch->complete = false;
    if (!root) GEM5ART_SYS_CLOSEDIR(dir);
    gem5art__buf_free(&path);
    folder->listed = gem5art__monotonic();
    if (folder->listed - begun > 0.005) /* a large folder: listing takes at most 2% of the time */
        folder->due = folder->listed + 50 * (folder->listed - begun);
}

/* The file of statistics, below the outdir: stats.txt, or that of gem5's own options. "": another place or form. */
static const char *gem5art__stats_name(gem5art__arena *arena, const gem5art_run *r) {
    const char *name = "stats.txt", *const *option, *scheme;
    char *copy;
    for (option = r->gem5_options; option && *option; option++) {
        const char *equals = strchr(*option, '=');
        if (!gem5art__is_option(*option, 0, "--stats-file")) continue;
        if (equals) name = equals + 1;
        else if (option[1]) name = *++option;
    }
    if ((scheme = strstr(name, "://")) != NULL) {
        if (!gem5art__starts_with(name, "text:") && !gem5art__starts_with(name, "file:")) return "";
        name = scheme + 3;
    }
    copy = gem5art__arena_copy_n(arena, name, strcspn(name, "?"));
    if (!copy || *copy == '/' || gem5art__ends_with(copy, ".gz") || gem5art__ends_with(copy, ".h5")) return "";
    return copy;
}

/* Searches at most `budget` unread bytes of a file, so that a flood does not delay a round, for panics and fail_on. */
static void gem5art__search_file(gem5art__watch *watch, const gem5art_run *r, int outdir, gem5art__watched *file,
                                 size_t budget, gem5art__buf *chunk) {
    size_t overlap = GEM5ART__WATCH_OVERLAP, got, back;
    const char *const *text, *found, *end;
    struct stat st;
    int fd = gem5art__open_below(outdir, file->path, S_IFREG, &st);
    for (text = r->fail_on; *text; text++)
        if (strlen(*text) > overlap) overlap = strlen(*text);
    while (fd >= 0 && !watch->reason && budget && !gem5art__given_up() &&
           gem5art__reserve(chunk, overlap + GEM5ART__WATCH_CHUNK)) {
        back = file->read > (off_t)overlap ? overlap : (size_t)file->read;
        if (!gem5art__read_at(fd, chunk->data, back + GEM5ART__WATCH_CHUNK, file->read - (off_t)back, &got) ||
            got <= back)
            break;
        file->read += (off_t)(got - back);
        budget -= got - back < budget ? got - back : budget;
        end = chunk->data + got;
        found = gem5art__find_evidence(r, "guest panic", file->place, chunk->data, end, false);
        if (found) {
            watch->reason = "kernel panic";
            watch->text = gem5art__line_text(&watch->arena, found, end);
        }
        for (text = r->fail_on; !found && *text; text++)
            if (**text && (found = gem5art__find_part(chunk->data, got, *text)) != NULL) {
                watch->reason = "User defined kill";
                watch->text = *text;
            }
        if (!found) continue;
        watch->file = file;
        watch->at = file->read - (off_t)got + (off_t)(found - chunk->data);
    }
    gem5art__close(fd);
}

/* Checks all files once, and reads at most `budget` bytes of each; 0: what is there now is not the run's. `all`: also
   lists folders that are not due yet. `outdir`: NULL if it is gone. Returns NULL, "kernel panic", or for a fail_on text
   "User defined kill". *grown (may be NULL): the monotonic time of the last growth seen. */
static const char *gem5art__watch_files(gem5art__watch *watch, const gem5art_run *r, DIR *outdir, size_t budget,
                                        bool all, double *grown) {
    gem5art__buf chunk = {NULL, 0, 0, false};
    gem5art__watched *file;
    int fd = outdir ? dirfd(outdir) : -1;
    watch->complete = all;
    if (watch->reason || !outdir) return watch->complete = false, watch->reason;
    gem5art__watch_file(watch, "", GEM5ART__FOLDER, 0);
    for (file = watch->files; file && !watch->reason; file = file->next) {
        struct stat st;
        if (file->place == GEM5ART__FOLDER && (all || gem5art__monotonic() >= file->due))
            gem5art__list_watched(watch, outdir, file, r->stall > 0);
        if (file->place == GEM5ART__FOLDER || GEM5ART_SYS_FSTATAT(fd, file->path, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (!budget) {
            file->old = true;
            file->st = st;
        }
        if (!S_ISREG(st.st_mode)) continue;
        if (!gem5art__same_state(&st, &file->st)) {
            if (st.st_ino != file->st.st_ino || st.st_size < file->read) file->read = 0; /* a new file of that name */
            file->st = st;
            file->old = false;
            if (grown) *grown = gem5art__monotonic();
        }
        if (file->place && !file->old && file->read < st.st_size)
            gem5art__search_file(watch, r, fd, file, budget, &chunk);
    }
    if (watch->reason || watch->texts == GEM5ART__WATCHED_MOST) watch->complete = false;
    gem5art__buf_free(&chunk);
    return watch->reason;
}

/* Before the spawn: files that are in the outdir now are not this run's. */
static bool gem5art__watch_begin(gem5art__watch *watch, const gem5art_run *r, DIR *outdir, gem5art_error *error) {
    watch->begun = true;
    gem5art__watch_file(watch, "", GEM5ART__FOLDER, 0);
    gem5art__watch_file(watch, gem5art__stats_name(&watch->arena, r), 0, 0);
    gem5art__watch_files(watch, r, outdir, 0, true, NULL);
    return watch->arena.failed ? gem5art__fail_nomem(error) : true;
}

static void gem5art__watch_free(gem5art__watch *watch) {
    gem5art__arena_free(&watch->arena);
    memset(watch, 0, sizeof *watch);
}

/* ---- the probe: a Python module that gem5's own Python loads, and that notes why each simulate() returned */

#define GEM5ART__PROBE_MODULE ".gem5art.zip"
#define GEM5ART__PROBE_FOLDER ".gem5art"
#define GEM5ART__PROBE_EVENTS ".gem5art/events.tsv"

/* Python 2.7 and 3.6 or later. It must not change what gem5 does, whatever goes wrong. It wraps the one function that
   all ways to simulate call, once that exists: a finder that finds nothing is called at each import. A line of
   events.tsv: tick, code, cause, seconds. Forked simulations are not noted. Then it loads the user's sitecustomize. */
static const char *const gem5art__probe[] = {
    "# Notes why each m5.simulate() returned; see \"The probe\" in gem5art.h.",
    "def _gem5art():",
    "    import os, stat, sys, time",
    "    here = os.path.dirname(os.path.abspath(__file__))",
    "    sys.path[:] = [p for p in sys.path if p != here]",
    "    sys.path_importer_cache.pop(here, None)",
    "    path = os.environ.get('GEM5ART_EVENTS')",
    "    if not path:",
    "        return",
    "    clock = getattr(time, 'monotonic', time.time)",
    "    pid, begun, last, wrapped = os.getpid(), clock(), [], []",
    "    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND",
    "    for name in ('O_NOFOLLOW', 'O_NONBLOCK', 'O_NOCTTY', 'O_CLOEXEC'):",
    "        flags |= getattr(os, name, 0)",
    "    def note(event):",
    "        cause = event.getCause()",
    "        if os.getpid() != pid or cause == 'Finished drain':",
    "            return",
    "        core = sys.modules.get('_m5.core') or sys.modules['_m5'].core",
    "        cause = ''.join([c if c >= ' ' else ' ' for c in cause[:500]])",
    "        line = '%d\\t%d\\t%s\\t%.3f\\n' % (core.curTick(), event.getCode(), cause, clock() - begun)",
    "        if not isinstance(line, bytes):",
    "            line = line.encode('utf-8', 'backslashreplace')",
    "        if not last:",
    "            try:",
    "                os.mkdir(os.path.dirname(path), 0o755)",
    "            except OSError:",
    "                pass",
    "        last.append(line)",
    "        del last[:-100]",
    "        fd = os.open(path, flags, 0o644)",
    "        try:",
    "            status = os.fstat(fd)",
    "            if not stat.S_ISREG(status.st_mode):",
    "                return",
    "            if status.st_size > 1 << 20:",
    "                os.ftruncate(fd, 0)",
    "                line = b''.join(last)",
    "            os.write(fd, line)",
    "        finally:",
    "            os.close(fd)",
    "    def wrap():",
    "        m5_event = sys.modules.get('_m5.event') or getattr(sys.modules.get('_m5'), 'event', None)",
    "        plain = getattr(m5_event, 'simulate', None)",
    "        if plain is None or wrapped:",
    "            return",
    "        wrapped.append(plain)",
    "        def simulate(*args, **kwargs):",
    "            event = plain(*args, **kwargs)",
    "            try:",
    "                if finder in sys.meta_path:",
    "                    sys.meta_path.remove(finder)",
    "                note(event)",
    "            except Exception:",
    "                pass",
    "            return event",
    "        simulate.__doc__ = getattr(plain, '__doc__', None)",
    "        m5_event.simulate = simulate",
    "        os.environ.pop('GEM5ART_EVENTS', None)",
    "        rest = [p for p in os.environ.get('PYTHONPATH', '').split(os.pathsep) if p != here]",
    "        if any(rest):",
    "            os.environ['PYTHONPATH'] = os.pathsep.join(rest)",
    "        else:",
    "            os.environ.pop('PYTHONPATH', None)",
    "    class Finder(object):",
    "        def find_module(self, name, path=None):",
    "            try:",
    "                wrap()",
    "            except Exception:",
    "                pass",
    "            return None",
    "        def find_spec(self, name, path=None, target=None):",
    "            return self.find_module(name)",
    "    finder = Finder()",
    "    sys.meta_path.insert(0, finder)",
    "def _gem5art_next():",
    "    import sys",
    "    mine = globals()['_gem5art_self'] = sys.modules.pop('sitecustomize', None)",
    "    try:",
    "        import sitecustomize",
    "    except ImportError:",
    "        error = sys.exc_info()[1]",
    "        name = getattr(error, 'name', None) or str(error)",
    "        if name not in ('sitecustomize', 'No module named sitecustomize'):",
    "            raise",
    "    finally:",
    "        if mine is not None:",
    "            sys.modules.setdefault('sitecustomize', mine)",
    "try:",
    "    _gem5art()",
    "except Exception:",
    "    pass",
    "_gem5art_next()"};

/* Puts little-endian numbers: pairs of a value and its bytes. */
GEM5ART__NOINLINE static void gem5art__put_fields(gem5art__buf *buf, uint64_t fields[][2], size_t count) {
    uint8_t data[8];
    size_t i, byte;
    for (i = 0; i < count; i++) {
        for (byte = 0; byte < fields[i][1]; byte++) data[byte] = (uint8_t)(fields[i][0] >> 8 * byte);
        gem5art__put(buf, data, (size_t)fields[i][1]);
    }
}
#define GEM5ART__PUT_FIELDS(buf, fields) gem5art__put_fields(buf, fields, sizeof fields / sizeof *fields)

/* Puts the module into a zip file, from which Python imports as from a folder, without storing a compiled module. */
static void gem5art__put_module(gem5art__buf *zip) {
    static const char name[] = "sitecustomize.py";
    const uint64_t length = sizeof name - 1, day = 1u << 21 | 1u << 16; /* 1980-01-01 */
    gem5art__buf text = {NULL, 0, 0, false};
    uint64_t size, crc;
    size_t i;
    for (i = 0; i < sizeof gem5art__probe / sizeof *gem5art__probe; i++)
        gem5art__putf(&text, "%s\n", gem5art__probe[i]);
    size = text.length;
    crc = gem5art_crc32(0, text.data, text.length);
    uint64_t local[][2] = {{0x04034b50, 4}, {20, 2}, {0, 2 + 2}, {day, 4}, {crc, 4}, {size, 4}, {size, 4}, {length, 2},
                           {0, 2}};
    uint64_t central[][2] = {{0x02014b50, 4}, {20, 2}, {20, 2}, {0, 2 + 2}, {day, 4}, {crc, 4}, {size, 4}, {size, 4},
                             {length, 2}, {0, 2 + 2 + 2 + 2}, {0, 4 + 4}};
    uint64_t end[][2] = {{0x06054b50, 4}, {0, 2 + 2}, {1, 2}, {1, 2}, {46 + length, 4}, {30 + length + size, 4},
                         {0, 2}};
    GEM5ART__PUT_FIELDS(zip, local);
    gem5art__puts(zip, name);
    gem5art__put(zip, text.data, text.length);
    GEM5ART__PUT_FIELDS(zip, central);
    gem5art__puts(zip, name);
    GEM5ART__PUT_FIELDS(zip, end);
    zip->failed = zip->failed || text.failed;
    gem5art__buf_free(&text);
}

/* Removes the events that lie in the outdir before the run. False where the folder for them cannot be trusted. */
static bool gem5art__clear_events(int outdir) {
    struct stat st;
    int folder = gem5art__open_in(outdir, GEM5ART__PROBE_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    bool ok = folder < 0 ? errno == ENOENT
                         : GEM5ART_SYS_FSTAT(folder, &st) == 0 && st.st_uid == geteuid() &&
                               !(st.st_mode & (S_IWGRP | S_IWOTH));
    if (ok && folder >= 0) GEM5ART_SYS_UNLINKAT(folder, "events.tsv", 0);
    gem5art__close(folder);
    return ok;
}

/* Writes the module into an outdir in which nobody else may write. */
static bool gem5art__write_probe(int outdir) {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    gem5art__buf zip = {NULL, 0, 0, false};
    struct stat st;
    int fd = -1;
    bool ok = GEM5ART_SYS_FSTAT(outdir, &st) == 0 && !((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX)) &&
              gem5art__clear_events(outdir);
    gem5art__put_module(&zip);
    ok = ok && !zip.failed;
    if (ok) fd = gem5art__open_in(outdir, GEM5ART__PROBE_MODULE, flags, 0644);
    if (ok && fd < 0 && errno == EEXIST && GEM5ART_SYS_UNLINKAT(outdir, GEM5ART__PROBE_MODULE, 0) == 0)
        fd = gem5art__open_in(outdir, GEM5ART__PROBE_MODULE, flags, 0644);
    ok = fd >= 0 && gem5art__write_all(fd, zip.data, zip.length);
    gem5art__close(fd);
    gem5art__buf_free(&zip);
    return ok;
}

/* Writes the probe into the outdir. Returns variables for the child (NAME, VALUE, ..., NULL), in the arena: none with
   no_probe or on trouble. `environment`: those that are set for the run; else this process's PYTHONPATH counts. */
static const char *const *gem5art__probe_begin(gem5art__arena *arena, const gem5art_run *r, DIR *outdir, bool no_probe,
                                               const char *const *environment) {
    const char *former = getenv("PYTHONPATH"), **pairs;
    for (; environment && environment[0]; environment += 2)
        if (strcmp(environment[0], "PYTHONPATH") == 0) former = environment[1];
    if (no_probe || strchr(r->outdir, ':') || !gem5art__write_probe(dirfd(outdir))) return gem5art__no_texts;
    pairs = (const char **)gem5art__arena_alloc(arena, 5 * sizeof *pairs);
    if (!pairs) return gem5art__no_texts;
    pairs[0] = "PYTHONPATH";
    pairs[1] = gem5art__arena_printf(arena, "%s/" GEM5ART__PROBE_MODULE "%s%s", r->outdir,
                                     gem5art__empty(former) ? "" : ":", gem5art__empty(former) ? "" : former);
    pairs[2] = "GEM5ART_EVENTS";
    pairs[3] = gem5art__arena_printf(arena, "%s/" GEM5ART__PROBE_EVENTS, r->outdir);
    return arena->failed ? gem5art__no_texts : pairs;
}

/* ---- the end of a run: the last bytes of its files */

enum { GEM5ART__TAIL = 65536, GEM5ART__EVENTS_MOST = 100 };

/* What was found in the files. Texts are in the run's arena; NULL: not found. */
typedef struct gem5art__findings {
    const char *cause;      /* the script's, from its last "Exiting @ tick" */
    uint64_t tick;
    const char *exit_code;  /* the script's line on the guest's exit code, after that */
    const char *gem5_error; /* gem5's own fatal or panic */
    const char *error_line; /* the last line that looks like a reason */
    const char *no_stats;   /* "missing", "empty" */
    bool incomplete_stats;
} gem5art__findings;

/* The last bytes of a file of the run, from the beginning of a line on, NULs replaced. False: there is none. */
static bool gem5art__read_tail(const gem5art__watch *watch, int outdir, const char *path, gem5art__buf *text,
                               off_t *size) {
    const gem5art__watched *file = watch->files;
    struct stat st;
    size_t got = 0, i;
    off_t from;
    const char *line;
    int fd;
    while (file && strcmp(file->path, path) != 0) file = file->next;
    if (file ? file->old || (watch->complete && file->st.st_size < 0) : watch->complete && gem5art__place_of(path))
        return false; /* it is not the run's, or not there */
    fd = gem5art__open_below(outdir, path, S_IFREG, &st);
    text->length = 0;
    if (fd < 0 || !gem5art__reserve(text, GEM5ART__TAIL)) return gem5art__close(fd), false;
    *size = st.st_size;
    from = st.st_size > GEM5ART__TAIL ? st.st_size - GEM5ART__TAIL : 0;
    if (!gem5art__read_at(fd, text->data, GEM5ART__TAIL, from, &got)) got = 0;
    gem5art__close(fd);
    if (from && (line = (const char *)memchr(text->data, '\n', got)) != NULL) {
        got -= (size_t)(line + 1 - text->data);
        memmove(text->data, line + 1, got);
    }
    for (i = 0; i < got; i++)
        if (!text->data[i]) text->data[i] = ' ';
    text->data[got] = 0;
    text->length = got;
    return true;
}

/* One line of events.tsv, up to `end`. */
static bool gem5art__read_event(gem5art__arena *arena, const char *line, const char *end, gem5art_exit_event *event) {
    const char *tab = (const char *)memchr(line, '\t', (size_t)(end - line));
    char *stop;
    if (!tab || !gem5art__is_digit(*line)) return false;
    event->tick = strtoull(line, &stop, 10);
    if (stop != tab || !(tab[1] == '-' || gem5art__is_digit(tab[1]))) return false;
    event->code = strtoll(tab + 1, &stop, 10);
    if (stop == tab + 1 || *stop != '\t') return false;
    line = stop + 1;
    tab = (const char *)memchr(line, '\t', (size_t)(end - line));
    event->cause = gem5art__line_text(arena, line, tab ? tab : end);
    event->seconds = tab ? (double)strtoull(tab + 1, &stop, 10) : 0;
    if (tab && *stop == '.') event->seconds += (double)strtoull(stop + 1, NULL, 10) / 1000; /* not that of a locale */
    return event->cause != NULL;
}

/* The probe's last events. A line of any other form, or without an end, is left out. */
static void gem5art__read_events(gem5art_run *r, gem5art__arena *arena, const gem5art__buf *text) {
    gem5art_exit_event *events, event;
    const char *at, *end;
    size_t count = 0;
    events = (gem5art_exit_event *)gem5art__arena_alloc(arena, GEM5ART__EVENTS_MOST * sizeof *events);
    for (at = text->data; events && (end = strchr(at, '\n')) != NULL; at = end + 1) {
        if (!gem5art__read_event(arena, at, end, &event)) continue;
        if (count == GEM5ART__EVENTS_MOST) memmove(events, events + 1, --count * sizeof *events);
        events[count++] = event;
    }
    r->exit_events = events;
    r->exit_event_count = count;
}

/* The cause in a script's last line, which begins with "Exiting ", and its tick; NULL: it is not that line. */
static const char *gem5art__exiting_cause(const char *at, uint64_t *tick) {
    char *stop;
    *tick = 0;
    at += sizeof "Exiting " - 1;
    if (gem5art__starts_with(at, "because ")) return at + sizeof "because " - 1;
    if (!gem5art__starts_with(at, "@ tick ") && !gem5art__starts_with(at, "@ cycle ")) return NULL;
    at = strchr(at + 2, ' ') + 1;
    if (!gem5art__is_digit(*at)) return NULL;
    *tick = strtoull(at, &stop, 10);
    return gem5art__starts_with(stop, " because ") ? stop + sizeof " because " - 1 : NULL;
}

/* The script's last "Exiting @ tick N because CAUSE", and its line on an exit code after that. */
static void gem5art__find_exiting(gem5art__findings *f, const gem5art_run *r, gem5art__arena *arena,
                                  const gem5art__buf *tail, int place) {
    const char *at, *end = tail->data + tail->length, *cause, *last = NULL;
    uint64_t tick;
    char *text;
    for (at = tail->data; (at = strstr(at, "Exiting ")) != NULL; at++)
        if ((cause = gem5art__exiting_cause(at, &tick)) != NULL) {
            last = cause;
            f->tick = tick;
        }
    if (last && (text = gem5art__line_text(arena, last, end)) != NULL) {
        size_t length = strlen(text);
        if (length > 1 && text[length - 1] == '.') text[length - 1] = 0;
        f->cause = text;
    }
    at = gem5art__find_evidence(r, "guest exit code", place, last ? last : tail->data, end, true);
    if (at) f->exit_code = gem5art__line_text(arena, at, end);
}

/* Does this line give no reason: is it empty, indented, a warning, a line of a back trace? */
static bool gem5art__is_noise(const char *line) {
    static const char *const starts[] = {" ", "\t", "\n", "\r", "--- ", "At:", "Memory Usage:", "Redirecting std",
                                         "For more info on how", "Program aborted at"};
    static const char *const parts[] = {"warn: ", "info: ", "hack: ", ")[0x"};
    size_t i, length = strcspn(line, "\n");
    for (i = 0; i < sizeof starts / sizeof *starts; i++)
        if (gem5art__starts_with(line, starts[i])) return true;
    for (i = 0; i < sizeof parts / sizeof *parts; i++)
        if (gem5art__find_part(line, length, parts[i])) return true;
    return !*line;
}

/* The last line that may be a reason: of a Python error its last one, before "At:" where pybind11 wrote it. */
static const char *gem5art__find_error_line(gem5art__arena *arena, const gem5art__buf *tail) {
    const char *line, *last = NULL, *before = NULL, *end = tail->data + tail->length;
    for (line = tail->data; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (gem5art__starts_with(line, "At:\n")) before = last;
        if (gem5art__is_noise(line)) continue;
        last = line;
        before = NULL;
    }
    if (before) last = before;
    return last ? gem5art__line_text(arena, last, end) : NULL;
}

/* Does the text end within a dump: with one begun and not ended? `begun`: there is one before the text. */
static bool gem5art__ends_within_dump(const char *at, const char *end, bool begun) {
    static const char begin[] = "---------- Begin Simulation Statistics",
                      done[] = "---------- End Simulation Statistics   ";
    for (;; at++) {
        while (at < end && (*at == '\n' || *at == '\r' || *at == ' ')) at++;
        if (gem5art__starts_with(at, begin)) begun = true;
        else if (gem5art__starts_with(at, done)) begun = false;
        else if (at < end && gem5art__starts_with(begin, at)) return true; /* cut */
        if ((at = (const char *)memchr(at, '\n', (size_t)(end - at))) == NULL) return begun;
    }
}

/* Reads the last bytes of the files. Each finding comes from the first output that has it. False: out of memory. */
static bool gem5art__read_outputs(gem5art__findings *f, gem5art_run *r, gem5art__arena *arena,
                                  const gem5art__watch *watch, int outdir) {
    const char *stats = gem5art__stats_name(arena, r), *at, *end;
    gem5art__buf text = {NULL, 0, 0, false};
    off_t size;
    size_t i;
    bool failed;
    for (i = 0; i < GEM5ART__OUTPUTS; i++) {
        int place = gem5art__outputs[i].place;
        if (!gem5art__read_tail(watch, outdir, gem5art__outputs[i].name, &text, &size)) continue;
        end = text.data + text.length;
        if (!f->gem5_error && (at = gem5art__find_evidence(r, "gem5 error", place, text.data, end, true)) != NULL)
            f->gem5_error = gem5art__line_text(arena, at, end);
        if (!f->cause && !f->exit_code && place != GEM5ART__SIMERR) gem5art__find_exiting(f, r, arena, &text, place);
        if (!f->error_line && place != GEM5ART__SIMOUT) f->error_line = gem5art__find_error_line(arena, &text);
    }
    if (gem5art__read_tail(watch, outdir, GEM5ART__PROBE_EVENTS, &text, &size)) gem5art__read_events(r, arena, &text);
    if (*stats && gem5art__read_tail(watch, outdir, stats, &text, &size)) {
        f->no_stats = size == 0 ? "empty" : NULL;
        f->incomplete_stats = gem5art__ends_within_dump(text.data, text.data + text.length, size > GEM5ART__TAIL);
    }
    failed = text.failed;
    gem5art__buf_free(&text);
    return !failed;
}

/* ---- the outcome */

static const struct gem5art__signal {
    int number;
    const char *name, *reason; /* reason: NULL if it is not sent to end a job */
} gem5art__signals[] = {{SIGHUP, "SIGHUP", "sighup"},    {SIGINT, "SIGINT", "sigint"}, {SIGTERM, "SIGTERM", "sigterm"},
                        {SIGKILL, "SIGKILL", "sigkill"}, {SIGSEGV, "SIGSEGV", NULL},   {SIGABRT, "SIGABRT", NULL},
                        {SIGBUS, "SIGBUS", NULL},        {SIGFPE, "SIGFPE", NULL},     {SIGILL, "SIGILL", NULL},
                        {SIGPIPE, "SIGPIPE", NULL},      {SIGQUIT, "SIGQUIT", NULL},   {SIGTRAP, "SIGTRAP", NULL},
                        {SIGXCPU, "SIGXCPU", NULL},      {SIGXFSZ, "SIGXFSZ", NULL},   {SIGUSR1, "SIGUSR1", NULL},
                        {SIGUSR2, "SIGUSR2", NULL},      {SIGALRM, "SIGALRM", NULL},   {SIGSYS, "SIGSYS", NULL}};

static const struct gem5art__signal *gem5art__find_signal(long number) {
    size_t i;
    for (i = 0; i < sizeof gem5art__signals / sizeof *gem5art__signals; i++)
        if (gem5art__signals[i].number == number) return &gem5art__signals[i];
    return NULL;
}

/* The signal that ended the child, or the child of a wrapper: a shell's exit status is then 128 + its number, that of a
   Python script with sys.exit(subprocess.call(...)) 256 - its number. NULL: none, or one without a name. */
static const struct gem5art__signal *gem5art__signal_of(int status) {
    int code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) return gem5art__find_signal(WTERMSIG(status));
    return gem5art__find_signal(code == 256 - SIGKILL || code == 256 - SIGTERM ? 256 - code : code - 128);
}

/* "exit status 3", "SIGSEGV". */
static const char *gem5art__status_text(gem5art__arena *arena, int status) {
    const struct gem5art__signal *signal = gem5art__signal_of(status);
    if (WIFSIGNALED(status)) return signal ? signal->name : gem5art__arena_printf(arena, "signal %d", WTERMSIG(status));
    return gem5art__arena_printf(arena, signal ? "exit status %d (%s)" : "exit status %d", WEXITSTATUS(status),
                                 signal ? signal->name : "");
}

/* The row of evidence for the cause of simulate()'s last return; NULL: the cause is good or accepted. */
static const gem5art__evidence *gem5art__cause_row(const gem5art_run *r, const gem5art_exit_event *end) {
    size_t i;
    for (i = 0; end->cause && i < GEM5ART__EVIDENCES; i++) {
        const gem5art__evidence *row = &gem5art__evidences[i];
        if (!(row->places & GEM5ART__CAUSE) || !gem5art__starts_with(end->cause, row->text)) continue;
        if (row->form == GEM5ART__AT_LAST_TICK && end->tick < (uint64_t)INT64_MAX) continue; /* of old versions */
        if (row->form == GEM5ART__WITH_CODE && end->code == 0) continue;
        return row->meaning == GEM5ART__GOOD || gem5art__accepts(r, row->name) ? NULL : row;
    }
    return NULL;
}

static void gem5art__set_outcome(gem5art_run *r, const char *reason, bool rerunnable, const char *cause) {
    r->status = "Failed";
    r->kill_reason = reason;
    r->rerunnable = rerunnable;
    r->cause = cause ? cause : "";
}

/* Sets the outcome; the order is that of the manual's table. */
static void gem5art__decide(gem5art_run *r, gem5art__arena *arena, const gem5art__end *end, const gem5art__watch *watch,
                            const gem5art__findings *f) {
    gem5art_exit_event last = {f->tick, 0, f->cause, 0};
    bool panicked = watch->reason && strcmp(watch->reason, "kernel panic") == 0, noted = r->exit_event_count != 0;
    bool guest_code;
    const gem5art__evidence *row;
    const struct gem5art__signal *signal;
    const char *reason = end->kill_reason, *status = gem5art__status_text(arena, end->status), *bad;
    const char *died = f->error_line ? strstr(f->error_line, " died with <Signals.SIG") : NULL;
    if (noted) last = r->exit_events[r->exit_event_count - 1];
    row = gem5art__cause_row(r, &last);
    guest_code = noted && last.code && end->status == (int)(last.code & 0xff) << 8; /* which the script exited with */
    signal = guest_code ? NULL : gem5art__signal_of(end->status);
    if (!signal && end->status && died && (died = strchr(died, ':')) != NULL) { /* "SIGKILL: 9>" of a Python script */
        signal = gem5art__find_signal(strtol(died + 1, NULL, 10));
        if (signal) status = f->error_line;
    }
    bad = !row ? NULL
          : row->form == GEM5ART__AT_LAST_TICK
              ? gem5art__arena_printf(arena, "%s at tick %llu, the last there is: no event was left (a deadlock?)",
                                      last.cause, (unsigned long long)last.tick)
          : last.code ? gem5art__arena_printf(arena, "%s, code %lld", last.cause, (long long)last.code)
                      : last.cause;
    if (!reason && (panicked || (row && row->meaning == GEM5ART__PANICKED))) reason = "kernel panic";
    if (!reason && signal && signal->reason) gem5art__set_outcome(r, signal->reason, true, status);
    else if (!reason &&
             ((row && row->meaning == GEM5ART__INTERRUPTED) ||
              (end->status != 0 && f->error_line && gem5art__starts_with(f->error_line, "KeyboardInterrupt"))))
        gem5art__set_outcome(r, "sigint", true, last.cause ? last.cause : f->error_line);
    else if (reason || watch->reason) {
        const char *cause = last.cause;
        if (!reason) reason = watch->reason; /* a fail_on text */
        if (watch->reason && strcmp(reason, watch->reason) == 0)
            cause = panicked ? watch->text
                             : gem5art__arena_printf(arena, "\"%s\" in %s", watch->text, watch->file->path);
        else if (strcmp(reason, "stall") == 0)
            cause = gem5art__arena_printf(arena, "none of its files grew for %.15g s", r->stall);
        gem5art__set_outcome(r, reason, gem5art__starts_with(reason, "sig") || strcmp(reason, "lost") == 0, cause);
    } else if (f->gem5_error) gem5art__set_outcome(r, "", false, f->gem5_error);
    else if (bad) gem5art__set_outcome(r, "", false, bad);
    else if (end->status != 0 && !guest_code) /* else it is accepted */
        gem5art__set_outcome(r, "", false, f->error_line && !WIFSIGNALED(end->status) ? f->error_line : status);
    else if (!noted && f->exit_code) gem5art__set_outcome(r, "", false, f->exit_code);
    else if (f->incomplete_stats && !gem5art__accepts(r, "incomplete stats"))
        gem5art__set_outcome(r, "", true, "the last dump of the statistics is incomplete");
    else {
        gem5art__set_outcome(r, "", false, last.cause);
        r->status = "Finished";
    }
}

/* Was this file or folder made or written since a moment? Some file systems store whole seconds only. */
static bool gem5art__written_since(const char *path, mode_t kind, double moment) {
    struct stat st;
    return GEM5ART_SYS_LSTAT(path, &st) == 0 && (st.st_mode & S_IFMT) == kind && (double)st.st_mtim.tv_sec + 1 > moment;
}

/* The folders OUTDIR.f0, OUTDIR.f1, ... that m5.fork made, or a simulation wrote its statistics to, since the spawn:
   paths in the arena, NULL-terminated. NULL: out of memory. Some may have been removed. */
static const char *const *gem5art__forks_of(const char *outdir, double spawned, gem5art__arena *arena) {
    enum { GEM5ART__FORKS_MOST = 1024, GEM5ART__GAP_MOST = 16 };
    const char **forks = NULL, *path, *stats;
    struct stat st;
    size_t n = 0;
    int number, gap = GEM5ART__GAP_MOST - 2; /* without the first two there are none */
    for (number = 0; gap < GEM5ART__GAP_MOST && n < GEM5ART__FORKS_MOST && !arena->failed; number++) {
        path = gem5art__arena_printf(arena, "%s.f%d", outdir, number);
        stats = gem5art__arena_printf(arena, "%s.f%d/stats.txt", outdir, number);
        if (arena->failed) break;
        gap = GEM5ART_SYS_LSTAT(path, &st) == 0 ? 0 : gap + 1;
        if (gap || !S_ISDIR(st.st_mode) || !(gem5art__written_since(path, S_IFDIR, spawned) ||
                                             gem5art__written_since(stats, S_IFREG, spawned)))
            continue;
        if (!forks) forks = (const char **)gem5art__arena_alloc(arena, (GEM5ART__FORKS_MOST + 1) * sizeof *forks);
        if (forks) forks[n++] = path;
    }
    return arena->failed ? NULL : forks ? forks : gem5art__no_texts;
}

/* Appends to r->warnings; a failed allocation sticks in the arena. */
GEM5ART__PRINTF(4, 5)
static void gem5art__add_warning(gem5art_run *r, gem5art__arena *arena, const char *kind, const char *format, ...) {
    char text[2048];
    va_list arguments;
    gem5art_warning *all = (gem5art_warning *)gem5art__arena_alloc(arena, (r->warning_count + 1) * sizeof *all);
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!all) return;
    if (r->warning_count) memcpy(all, r->warnings, r->warning_count * sizeof *all);
    all[r->warning_count].kind = kind;
    all[r->warning_count].text = gem5art__arena_copy(arena, text);
    if (arena->failed) return;
    r->warnings = all;
    r->warning_count++;
}

/* Adds the warnings that do not make a run Failed. */
static void gem5art__put_warnings(gem5art_run *r, gem5art__arena *arena, const gem5art__end *end,
                                  const gem5art__findings *f) {
    bool finished = strcmp(r->status, "Finished") == 0;
    size_t forks = 0;
    while (end->forks && end->forks[forks]) forks++;
    if (finished && f->no_stats && !gem5art__accepts(r, "no stats"))
        gem5art__add_warning(r, arena, "stats", "%s is %s, so the run has no statistics", gem5art__stats_name(arena, r),
                             f->no_stats);
    if (finished && !*r->cause && !gem5art__accepts(r, "no cause"))
        gem5art__add_warning(r, arena, "cause", "nothing shows why the simulation ended, so it counts as good by its "
                             "exit status alone: end the script with print(\"Exiting @ tick\", m5.curTick(), "
                             "\"because\", exit_event.getCause())");
    if (end->stragglers > 0 && !gem5art__accepts(r, "processes"))
        gem5art__add_warning(r, arena, "processes", "%d process%s of the run outlived gem5 and %s ended",
                             end->stragglers, end->stragglers == 1 ? "" : "es", end->stragglers == 1 ? "was" : "were");
    if (forks && !gem5art__accepts(r, "forks"))
        gem5art__add_warning(r, arena, "forks",
                             "%zu forked simulation%s wrote to %s.f0%s: how %s ended is unknown", forks,
                             forks == 1 ? "" : "s", r->outdir, forks == 1 ? "" : " and on", forks == 1 ? "it" : "they");
}

/* Sets the outcome of r, with its cause, exit_events and warnings, by the child's end and the files in the outdir
   (NULL: it is gone) that the watch has not read yet. Texts are in the arena. False: out of memory. */
static bool gem5art__classify(gem5art_run *r, gem5art__arena *arena, const gem5art__end *end, gem5art__watch *watch,
                              DIR *outdir, gem5art_error *error) {
    gem5art__buf chunk = {NULL, 0, 0, false};
    gem5art__findings f;
    bool ok = true;
    memset(&f, 0, sizeof f);
    f.no_stats = *gem5art__stats_name(arena, r) ? "missing" : NULL;
    gem5art__watch_files(watch, r, outdir, SIZE_MAX, true, NULL);
    r->exit_events = NULL;
    r->exit_event_count = 0;
    if (outdir) {
        if (watch->reason && strcmp(watch->reason, "kernel panic") == 0) { /* its line may not have been whole */
            watch->reason = NULL;
            watch->file->read = watch->at;
            gem5art__search_file(watch, r, dirfd(outdir), watch->file, SIZE_MAX, &chunk);
            gem5art__buf_free(&chunk);
            watch->reason = "kernel panic";
        }
        if (watch->begun) GEM5ART_SYS_UNLINKAT(dirfd(outdir), GEM5ART__PROBE_MODULE, 0);
        ok = gem5art__read_outputs(&f, r, arena, watch, dirfd(outdir));
    }
    r->return_code = WIFSIGNALED(end->status) ? -WTERMSIG(end->status) : WEXITSTATUS(end->status);
    r->running = false;
    gem5art__decide(r, arena, end, watch, &f);
    r->cause = gem5art__text_or(gem5art__arena_copy(arena, r->cause), "");
    r->kill_reason = gem5art__text_or(gem5art__arena_copy(arena, r->kill_reason), "");
    gem5art__put_warnings(r, arena, end, &f);
    return ok && !arena->failed && !watch->arena.failed ? true : gem5art__fail_nomem(error);
}

/* ================================================================= >>files
   The files that gem5 reads: those that parameters name before the launch, and those that config.ini names afterwards.
   A file that is neither an artifact nor tracked in a repo of the run may change unnoticed: a warning, "files". */

enum {
    GEM5ART__MAX_CONFIG = 64 << 20, /* bytes of a config.ini */
    GEM5ART__MAX_FILES = 1000       /* files of a run */
};

typedef struct gem5art__input {
    const char *path;     /* first: gem5art__compare_texts sorts them */
    char hash[65];        /* "" until the run has ended, and where the file cannot be read */
    const char *artifact; /* id of the run's repo that tracks the file; "": none */
    bool warned;
} gem5art__input;

/* The files of a run, each once. */
typedef struct gem5art__inputs {
    gem5art__arena *arena;    /* has the paths */
    const char *cwd, *outdir; /* relative paths begin at cwd; what is below outdir does not count */
    gem5art__input *list; /* of GEM5ART__MAX_FILES; NULL while there is none */
    size_t count;
} gem5art__inputs;

/* Adds a file if it is a regular one. */
static void gem5art__add_input(gem5art__inputs *inputs, const char *name) {
    char *path = *name ? gem5art__join_path(inputs->arena, inputs->cwd, name) : NULL;
    size_t length = strlen(inputs->outdir), i;
    struct stat st;
    if (!path || inputs->count == GEM5ART__MAX_FILES || GEM5ART_SYS_STAT(path, &st) < 0 || !S_ISREG(st.st_mode)) return;
    if (length && gem5art__starts_with(path, inputs->outdir) && path[length] == '/') return;
    for (i = 0; i < inputs->count; i++)
        if (strcmp(inputs->list[i].path, path) == 0) return;
    if (!inputs->list)
        inputs->list = (gem5art__input *)gem5art__arena_alloc(inputs->arena, GEM5ART__MAX_FILES * sizeof *inputs->list);
    if (!inputs->list) return;
    inputs->list[inputs->count].path = path;
    inputs->list[inputs->count++].artifact = "";
}

/* Adds the words of a text, and of --input=FILE the part after "=". Words without a slash count only if `any`. */
static void gem5art__add_words(gem5art__inputs *inputs, char *text, const char *blanks, bool any) {
    char *word, *end, *part;
    for (word = text; *word; word = end) {
        word += strspn(word, blanks);
        end = word + strcspn(word, blanks);
        if (*end) *end++ = 0;
        part = strchr(word, '=');
        if (any || strchr(word, '/')) gem5art__add_input(inputs, word);
        if (part && (any || strchr(part, '/'))) gem5art__add_input(inputs, part + 1);
    }
}

/* Adds the files that parameters name: as a whole, after the "=", or in a list, as --cmd=a;b or --options='-i a'. */
static void gem5art__add_params(gem5art__inputs *inputs, const gem5art_run *r) {
    static const char blanks[] = " \t;,'\"", more[] = " \t;,'\"=";
    const char *const *param;
    for (param = r->params; *param; param++) {
        const char *part = strchr(*param, '=');
        char *words = gem5art__arena_copy(inputs->arena, part ? part + 1 : *param);
        gem5art__add_input(inputs, *param);
        if (part) gem5art__add_input(inputs, part + 1);
        if (words && words[strcspn(words, more)]) gem5art__add_words(inputs, words, blanks, true);
    }
}

/* Does this key of a config.ini name files, also ones without a folder? */
static bool gem5art__names_files(const char *key) {
    static const char *const ends[] = {"file",   "filename", "files",       "file_name",  "executable",
                                       "kernel", "cmd",      "boot_loader", "bootloader", "binary"};
    size_t i;
    for (i = 0; i < sizeof ends / sizeof *ends; i++)
        if (gem5art__ends_with(key, ends[i])) return true;
    return false;
}

/* Adds the files that OUTDIR/config.ini names in its lines KEY=VALUE. */
static void gem5art__add_config(gem5art__inputs *inputs, DIR *outdir) {
    gem5art__buf text = {NULL, 0, 0, false};
    char *line, *next, *value;
    bool any;
    int fd = gem5art__open_in(dirfd(outdir), "config.ini", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    gem5art__read_open_file(fd, "config.ini", GEM5ART__MAX_CONFIG, &text, NULL, NULL);
    for (line = text.data; line && *line && !gem5art__given_up(); line = next) {
        next = line + strcspn(line, "\n");
        if (*next) *next++ = 0;
        line[strcspn(line, "\r")] = 0;
        if ((value = strchr(line, '=')) == NULL) continue;
        *value++ = 0;
        any = gem5art__names_files(line);
        if (any || strchr(value, '/')) gem5art__add_input(inputs, value);
        gem5art__add_words(inputs, value, " \t", any);
    }
    gem5art__buf_free(&text);
}

/* Gives files that a git artifact of the run tracks its id. */
static void gem5art__find_tracked(gem5art__inputs *inputs, const gem5art__run *run) {
    char *real[GEM5ART__MAX_FILES];
    size_t i, k, length;
    for (i = 0; i < inputs->count; i++) real[i] = GEM5ART_SYS_REALPATH(inputs->list[i].path, NULL);
    for (k = 0; inputs->count && k < run->used_count; k++) {
        const char *path = gem5art__join_path(inputs->arena, inputs->cwd, run->used[k]->path);
        gem5art__git_repo repo;
        gem5art__git_index index;
        if (!path || !*run->used[k]->git_hash || (k && strcmp(run->used[k]->id, run->used[k - 1]->id) == 0)) continue;
        memset(&index, 0, sizeof index);
        if (gem5art__git_find(&repo, path, NULL) && gem5art__git_index_begin(&index, &repo, NULL)) {
            length = strlen(repo.top);
            while (gem5art__git_index_next(&index))
                for (i = 0; i < inputs->count; i++)
                    if (real[i] && strncmp(real[i], repo.top, length) == 0 && real[i][length] == '/' &&
                        strcmp(real[i] + length + 1, index.path.data) == 0)
                        inputs->list[i].artifact = run->used[k]->id;
        }
        gem5art__buf_free(&index.path);
        gem5art__git_free(&repo);
    }
    for (i = 0; i < inputs->count; i++) free(real[i]);
}

/* Is a file one of the run's artifacts? */
static bool gem5art__is_used(const gem5art__run *run, const gem5art__inputs *inputs, const char *path) {
    struct stat a, b;
    size_t i;
    if (GEM5ART_SYS_STAT(path, &a) < 0) return false;
    for (i = 0; i < run->used_count; i++) {
        const char *used = gem5art__join_path(inputs->arena, inputs->cwd, run->used[i]->path);
        if (used && GEM5ART_SYS_STAT(used, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino) return true;
    }
    return false;
}

/* Before a launch: lists the files that parameters name, and warns of each that is neither an artifact of the run nor
   tracked in one of its repos. The list is in `arena`, which outlives it; warnings are in the run's. */
static void gem5art__check_inputs(gem5art__inputs *inputs, gem5art__run *run, gem5art_run *r, gem5art__arena *arena,
                                  const char *cwd) {
    size_t i;
    memset(inputs, 0, sizeof *inputs);
    inputs->arena = arena;
    inputs->cwd = cwd;
    inputs->outdir = r->outdir;
    gem5art__add_params(inputs, r);
    gem5art__find_tracked(inputs, run);
    for (i = 0; i < inputs->count; i++) {
        gem5art__input *input = &inputs->list[i];
        input->warned = !*input->artifact && !gem5art__is_used(run, inputs, input->path);
        if (input->warned)
            gem5art__add_warning(r, &run->object.arena, "files",
                                 "a parameter names %s, which is not an artifact of the run: if it changes, the run "
                                 "still counts as recorded; register it, and make it an artifact of the run",
                                 input->path);
    }
}

/* When the run has ended: adds the files that config.ini names to the list, removes those that the run has written,
   sorts it, and hashes the files until the run is cancelled. Uses nothing of the db but its cache of hashes. */
static bool gem5art__hash_inputs(gem5art__inputs *inputs, const gem5art__run *run, const gem5art_run *r, DIR *outdir,
                                 gem5art_error *error) {
    struct stat st;
    size_t i, n = 0;
    for (i = 0; i < inputs->count; i++)
        if (GEM5ART_SYS_STAT(inputs->list[i].path, &st) == 0 &&
            (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec / 1e9 < r->start_time)
            inputs->list[n++] = inputs->list[i];
    inputs->count = n;
    gem5art__add_config(inputs, outdir);
    if (inputs->count) qsort(inputs->list, inputs->count, sizeof *inputs->list, gem5art__compare_texts);
    for (i = 0; i < inputs->count && !gem5art__given_up(); i++)
        if (!gem5art__cache_hash(&run->db->cache, inputs->list[i].path, inputs->list[i].hash, NULL, NULL, NULL))
            inputs->list[i].hash[0] = 0;
    gem5art__find_tracked(inputs, run);
    return inputs->arena->failed ? gem5art__fail_nomem(error) : true;
}

/* After gem5art__hash_inputs, on the thread that uses the db: records the files with the run, artifacts among them with
   their ids, and warns of each that is neither an artifact nor tracked. */
static bool gem5art__record_inputs(gem5art_db *db, const gem5art__inputs *inputs, gem5art_run *r, gem5art__arena *arena,
                                   gem5art_error *error) {
    gem5art_file *files = (gem5art_file *)gem5art__arena_alloc(arena, (inputs->count + 1) * sizeof *files);
    gem5art__artifact *found;
    size_t i;
    if (!files) return gem5art__fail_nomem(error);
    if (inputs->count && !gem5art__refresh(db, error)) return false;
    for (i = 0; i < inputs->count; i++) {
        const gem5art__input *input = &inputs->list[i];
        found = NULL;
        if (*input->hash && !gem5art__lookup_artifact(db, input->hash, &found, error)) return false;
        files[i].path = gem5art__arena_copy(arena, input->path);
        files[i].hash = gem5art__arena_copy(arena, input->hash);
        files[i].artifact = gem5art__arena_copy(arena, found ? found->public_.id : input->artifact);
        gem5art__free_artifact(found);
        if (!arena->failed && !*files[i].artifact && !input->warned)
            gem5art__add_warning(r, arena, "files",
                                 "gem5 read %s, which is not an artifact: if it changes, this run still counts; "
                                 "register it, and make it an artifact of the run", files[i].path);
    }
    if (arena->failed) return gem5art__fail_nomem(error);
    r->files = files;
    r->file_count = inputs->count;
    return true;
}

/* ================================================================ >>warden
   The small process that a pool forks. It alone forks, executes and waits for the children, and reports to the pool
   through one pipe. When the host ends, for whatever reason, it ends every run. gem5art__warden is the host's side of
   it; functions named gem5art__in_warden_* run in the process itself. They make only async-signal-safe calls, as the
   host may have had threads when it forked.

   Ending a run reaches all of its descendants: a signal to the child's process group, and one to each process found by
   its environment (see gem5art__visit_processes). An ended child stays a zombie until none of them is left, so that no
   other process group can get its number.

   Until it executes its program, a child shares the warden's memory (CLONE_VM) and so its errno. The warden therefore
   never decides anything by errno: a failed call is made again later.

   All signals are blocked in the warden and have their default dispositions, so that a child only has to unblock them;
   SIGCHLD arrives while the warden waits. */

typedef enum gem5art__message_type {
    GEM5ART__SPAWN,       /* to the warden: start a child */
    GEM5ART__SIGNAL,      /* to all processes of a slot's run */
    GEM5ART__PING,        /* answered by a PONG, unless other reports wait */
    GEM5ART__PONG,        /* from the warden */
    GEM5ART__SPAWNED,
    GEM5ART__NOT_SPAWNED,
    GEM5ART__ENDED
} gem5art__message_type;

/* The steps of a child before it is the program. */
typedef enum gem5art__exec_step {
    GEM5ART__OPEN_CONSOLE,
    GEM5ART__SET_NICE,
    GEM5ART__SET_CPU,
    GEM5ART__ENTER_CWD,
    GEM5ART__EXECUTE
} gem5art__exec_step;

typedef struct gem5art__exec_failure {
    int number; /* an errno; 0: none */
    gem5art__exec_step step;
} gem5art__exec_failure;

/* A request to the warden or a report from it. After a SPAWN follow `bytes` of NUL-terminated texts: cwd, console.txt,
   the arguments, then the variables as NAME=VALUE, GEM5ART_RUN first. */
typedef struct gem5art__message {
    int32_t type, slot;
    int32_t warden;                /* of a report: which of the pool's wardens; 0: the host wakes itself */
    int32_t pid;
    int32_t number;                /* SPAWN: of arguments; SIGNAL: the signal */
    int32_t variables, nice, cpu;  /* SPAWN; cpu -1: any */
    uint32_t bytes;
    int32_t status;                /* ENDED: of waitpid */
    int32_t stragglers;            /* ENDED: processes of the run that outlived its child and were killed */
    gem5art__exec_failure failure; /* NOT_SPAWNED */
    struct rusage usage;           /* ENDED */
} gem5art__message;

#define GEM5ART__EXIT_SECONDS 0.1 /* between a child's end and the kill of what it leaves */
#define GEM5ART__KILL_SECONDS 5.0 /* the same after a SIGINT; also how long a killed process is waited for */
#ifndef GEM5ART__STUCK_SECONDS
#define GEM5ART__STUCK_SECONDS 20.0 /* how long a pool waits for its warden's answer or end, or for killed runs */
#endif
#define GEM5ART__STUCK_CHECKS 20    /* of the warden in that time */
#ifndef GEM5ART__MAX_GRACE
#define GEM5ART__MAX_GRACE 60.0   /* for runs whose host is gone */
#endif

enum {
    GEM5ART__CHILD_STACK = 65536,
    GEM5ART__SWEEP_MS = 50 /* how often the rest of ended runs is searched for */
};

/* Writes waiting messages as far as there is room, at most `unit` bytes at once: up to PIPE_BUF bytes go whole into a
   pipe. False: the reader is gone. */
static bool gem5art__send_unsent(int fd, bool socket, gem5art__buf *unsent, size_t unit) {
    size_t done = 0;
    ssize_t n = 0;
    while (done < unsent->length) {
        size_t size = unsent->length - done < unit ? unsent->length - done : unit;
        n = socket ? GEM5ART_SYS_SEND(fd, unsent->data + done, size) : GEM5ART_SYS_WRITE(fd, unsent->data + done, size);
        if (n > 0) done += (size_t)n;
        else if (errno != EINTR) break;
    }
    if (done) memmove(unsent->data, unsent->data + done, unsent->length - done);
    unsent->length -= done;
    return n >= 0 || errno == EAGAIN;
}

/* ---- in the child, until it is the program */

/* The memory a child starts with, which the warden sees too: its stack, this, the pointers and the texts. */
typedef struct gem5art__start {
    size_t size; /* of the mapping */
    gem5art__message request;
    pid_t warden;
    gem5art__exec_failure failure;
    const char *cwd, *console;
    char **argv, **envp, *texts;
} gem5art__start;

/* Makes OUTDIR/console.txt, which the pool has created, the child's stdout and stderr; only a regular file is taken. */
static bool gem5art__open_console(const char *path) {
    struct stat st;
    int fd = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0) return false;
    if (!S_ISREG(st.st_mode)) return errno = EEXIST, false;
    return fcntl(fd, F_SETFL, O_APPEND) >= 0 && dup2(fd, 1) >= 0 && dup2(fd, 2) >= 0;
}

/* Returns only on failure, with the step that failed. (POSIX does not list nice and sched_setaffinity as
   async-signal-safe; they are bare system calls.) */
static gem5art__exec_step gem5art__child_exec(const gem5art__start *start) {
    const gem5art__message *request = &start->request;
    sigset_t none;
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    if (request->cpu >= 0) CPU_SET((size_t)request->cpu, &cpus);
#endif
    setpgid(0, 0);
#ifdef GEM5ART_SYS_PRCTL
    GEM5ART_SYS_PRCTL(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != start->warden) _exit(127); /* it died before that */
    if (!gem5art__open_console(start->console)) return GEM5ART__OPEN_CONSOLE; /* stdin is the warden's: /dev/null */
    if (errno = 0, request->nice && nice(request->nice) == -1 && errno) return GEM5ART__SET_NICE;
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
    if (request->cpu >= 0 && sched_setaffinity(0, sizeof cpus, &cpus) < 0) return GEM5ART__SET_CPU;
#endif
    if (chdir(start->cwd) < 0) return GEM5ART__ENTER_CWD;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    GEM5ART_SYS_EXECVE(start->argv[0], start->argv, start->envp);
    return GEM5ART__EXECUTE;
}

static int gem5art__child_main(void *argument) {
    gem5art__start *start = (gem5art__start *)argument;
    start->failure.step = gem5art__child_exec(start);
    start->failure.number = errno;
    return 127;
}

/* ---- in the warden's process */

typedef struct gem5art__run_child {
    pid_t pid;                      /* it leads its process group; 0: the slot is free */
    char run[GEM5ART__RUN_ID_SIZE]; /* the run's id */
    gem5art__start *start;          /* until it is executed, or gone */
    int exec_pipe;                  /* closes with the exec or the child's end; 0: it is closed */
    gem5art__exec_failure failure;
    bool ended;                     /* the child; its descendants may not have */
    int signal;                     /* the strongest that was requested: 0, SIGINT, SIGKILL */
    int spread;                     /* to be sent to the processes outside of its group; 0: nothing */
    double kill_at;                 /* ended: when the rest of the run is killed */
    int left, killed, stragglers;   /* processes that the latest search found and killed; the most that were killed */
} gem5art__run_child;

typedef struct gem5art__warden_state {
    int requests, reports, child_list; /* descriptors; child_list: a file of /proc, -1: there is none */
    pid_t host, pid;
    bool warned;                   /* a SIGCHLD shows the host's end */
    int32_t number;
    double grace, now;
    gem5art__run_child *children;      /* one for each slot */
    int slot_count;
    struct pollfd *polled;         /* requests, reports, each slot's exec_pipe */
    gem5art__buf unsent;           /* reports; has room for two of each slot, and a PONG */
    gem5art__message request;      /* the one that is being read, and for SPAWN the rest of it */
    gem5art__start *start;
    size_t got;                    /* bytes of it */
    size_t variables;              /* in the warden's own environment */
    bool closing;
    double kill_at;                /* closing: when SIGKILL follows */
} gem5art__warden_state;

static void gem5art__in_warden_report(gem5art__warden_state *self, gem5art__message_type type,
                                      const gem5art__run_child *child, int status, const struct rusage *usage) {
    gem5art__message report;
    memset(&report, 0, sizeof report);
    report.type = (int32_t)type;
    report.warden = self->number;
    report.slot = (int32_t)(child - self->children);
    report.pid = child->pid;
    report.failure = child->failure;
    report.stragglers = child->stragglers;
    report.status = status;
    if (usage) report.usage = *usage;
    if (!self->closing && self->unsent.length + sizeof report < self->unsent.capacity)
        gem5art__put(&self->unsent, &report, sizeof report);
}

/* Signals a run's group now, and in the next sweep its other processes. A stopped process must run to notice. */
static void gem5art__in_warden_signal(gem5art__warden_state *self, gem5art__run_child *child, int number) {
    if (!child->pid) return;
    GEM5ART_SYS_KILL(-child->pid, number);
    if (number != SIGKILL) GEM5ART_SYS_KILL(-child->pid, SIGCONT);
    child->spread = number;
    if (child->signal != SIGKILL) child->signal = number;
    if (child->ended && number == SIGKILL && child->kill_at > self->now) child->kill_at = self->now;
}

static void gem5art__in_warden_signal_all(gem5art__warden_state *self, int number) {
    int i;
    for (i = 0; i < self->slot_count; i++) gem5art__in_warden_signal(self, &self->children[i], number);
}

/* The host is gone, or has closed the pool: all runs are ended. */
static void gem5art__in_warden_close(gem5art__warden_state *self) {
    if (self->closing) return;
    self->closing = true;
    self->unsent.length = 0; /* the pool is gone, or takes this process for killed */
    self->kill_at = self->now + (self->grace < GEM5ART__MAX_GRACE ? self->grace : GEM5ART__MAX_GRACE);
    gem5art__in_warden_signal_all(self, self->grace > 0 ? SIGINT : SIGKILL);
}

/* ---- spawning */

static gem5art__start *gem5art__in_warden_map(const gem5art__warden_state *self) {
    size_t pointers = (size_t)self->request.number + (size_t)self->request.variables + self->variables + 2;
    size_t size = GEM5ART__CHILD_STACK + sizeof(gem5art__start) + pointers * sizeof(char *) + self->request.bytes;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    gem5art__start *start;
    if (memory == MAP_FAILED) return NULL;
    start = (gem5art__start *)(void *)((char *)memory + GEM5ART__CHILD_STACK);
    start->size = size;
    start->request = self->request;
    start->warden = self->pid;
    start->argv = (char **)(void *)(start + 1);
    start->envp = start->argv + self->request.number + 1;
    start->texts = (char *)(start->argv + pointers);
    return start;
}

static void gem5art__in_warden_unmap(gem5art__run_child *child) {
    if (child->start) munmap((char *)child->start - GEM5ART__CHILD_STACK, child->start->size);
    child->start = NULL;
}

/* Finds the arguments and variables among the texts. The first variable of a name counts; the warden's own come
   last. */
static void gem5art__in_warden_arrange(gem5art__start *start, size_t own) {
    char *text = start->texts;
    size_t set = (size_t)start->request.variables, count = 0, i, k;
    start->cwd = text;
    start->console = text += strlen(text) + 1;
    for (i = 0; i < (size_t)start->request.number; i++) start->argv[i] = text += strlen(text) + 1;
    for (i = 0; i < set + own; i++) {
        char *variable = i < set ? text += strlen(text) + 1 : environ[i - set];
        size_t name = strcspn(variable, "=") + 1;
        for (k = 0; k < count && strncmp(start->envp[k], variable, name) != 0;) k++;
        if (k == count) start->envp[count++] = variable;
    }
}

/* Starts the child of a request. Whether its program is executed shows later, in its exec_pipe. */
static void gem5art__in_warden_spawn(gem5art__warden_state *self, gem5art__run_child *child) {
    gem5art__start *start = self->start;
    int fds[2] = {-1, -1};
    pid_t pid = -1;
    memset(child, 0, sizeof *child);
    child->start = start;
    if (start && gem5art__pipe(fds)) {
        gem5art__in_warden_arrange(start, self->variables);
#ifdef GEM5ART_SYS_CLONE_VM
        pid = GEM5ART_SYS_CLONE_VM(gem5art__child_main, start, start); /* the stack ends below it */
#else
        if ((pid = GEM5ART_SYS_FORK()) == 0) _exit(gem5art__child_main(start));
#endif
    }
    gem5art__close(fds[1]);
    if (pid > 0) {
        setpgid(pid, pid); /* as the child does: a signal to the group may come before it runs */
        child->pid = pid;
        child->exec_pipe = fds[0];
        strncat(child->run, start->envp[0] + sizeof "GEM5ART_RUN", GEM5ART__RUN_ID_SIZE - 1);
        return;
    }
    child->failure.step = GEM5ART__EXECUTE;
    child->failure.number = !start ? ENOMEM : fds[0] < 0 ? EMFILE : EAGAIN;
    gem5art__close(fds[0]);
    gem5art__in_warden_unmap(child);
    gem5art__in_warden_report(self, GEM5ART__NOT_SPAWNED, child, 0, NULL);
}

/* A child has executed its program, has failed before that, which is reported when it is gone, or was killed. */
static void gem5art__in_warden_executed(gem5art__warden_state *self, gem5art__run_child *child) {
    gem5art__close(child->exec_pipe);
    child->exec_pipe = 0;
    child->failure = child->start->failure;
    if (child->failure.number) return;
    gem5art__in_warden_unmap(child);
    gem5art__in_warden_report(self, GEM5ART__SPAWNED, child, 0, NULL);
}

/* Reads requests and does what they ask: a head, then for SPAWN the texts, into the memory of the child. */
static void gem5art__in_warden_read(gem5art__warden_state *self) {
    const size_t head = sizeof self->request;
    char waste[4096]; /* for a child that there is no memory for */
    ssize_t n;
    do {
        gem5art__run_child *child;
        size_t size = self->got < head ? head - self->got : head + self->request.bytes - self->got;
        char *at = (char *)&self->request + self->got;
        if (self->got >= head) at = self->start ? self->start->texts + (self->got - head) : waste;
        if (at == waste && size > sizeof waste) size = sizeof waste;
        if ((n = GEM5ART_SYS_READ(self->requests, at, size)) <= 0) break;
        self->got += (size_t)n;
        if (self->got < head) continue;
        child = &self->children[self->request.slot];
        if (self->got == head && self->request.type == GEM5ART__SPAWN) self->start = gem5art__in_warden_map(self);
        if (self->got < head + self->request.bytes) continue;
        if (self->request.type == GEM5ART__SPAWN) gem5art__in_warden_spawn(self, child);
        else if (self->request.type == GEM5ART__SIGNAL) gem5art__in_warden_signal(self, child, self->request.number);
        else if (!self->unsent.length) gem5art__in_warden_report(self, GEM5ART__PONG, child, 0, NULL);
        self->start = NULL;
        self->got = 0;
    } while (self->got);
    if (n == 0) gem5art__in_warden_close(self);
}

/* ---- the ends of runs */

/* Returns the number of this process's children, orphans of runs included; -1: unknown. Sends each the signal `number`
   (0: none): the pid of a child is not reused before it is reaped. */
static int gem5art__in_warden_count(const gem5art__warden_state *self, int number) {
    char chunk[4096];
    off_t at = 0;
    ssize_t n, i;
    int count = 0;
    pid_t pid = 0;
    if (self->child_list < 0) return -1;
    do {
        n = GEM5ART_SYS_PREAD(self->child_list, chunk, sizeof chunk, at);
        for (i = 0; i < n; i++) {
            if (chunk[i] >= '0' && chunk[i] <= '9') {
                pid = pid * 10 + (chunk[i] - '0');
                continue;
            }
            if (pid && number) GEM5ART_SYS_KILL(pid, number);
            count += pid > 0;
            pid = 0;
        }
        at += n;
    } while (n > (ssize_t)sizeof chunk / 2); /* the kernel gives as many as it has room for */
    return n < 0 ? -1 : count;
}

static volatile sig_atomic_t gem5art__in_warden_signalled = 1; /* children may have ended */

static void gem5art__in_warden_interrupt(int number) {
    (void)number; /* it also ends the wait */
    gem5art__in_warden_signalled = 1;
}

/* Reaps orphans, and notes the ends of children. The rest of a run gets a moment to end by itself, longer after a
   SIGINT, as it may be a simulator that writes its statistics. */
static void gem5art__in_warden_reap(gem5art__warden_state *self) {
    siginfo_t info;
    pid_t found;
    int i;
    if (!gem5art__in_warden_signalled) return;
    gem5art__in_warden_signalled = 0;
    for (;;) {
        memset(&info, 0, sizeof info);
        if (GEM5ART_SYS_WAITID(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info.si_pid) return;
        for (i = 0; i < self->slot_count && self->children[i].pid != info.si_pid;) i++;
        if (i < self->slot_count) break;
        GEM5ART_SYS_WAIT4(info.si_pid, NULL, 0, NULL);
    }
    found = info.si_pid;
    for (i = 0; i < self->slot_count; i++) { /* one that has ended before may hide others from P_ALL */
        gem5art__run_child *child = &self->children[i];
        if (!child->pid || child->ended) continue;
        memset(&info, 0, sizeof info);
        if (child->pid != found)
            GEM5ART_SYS_WAITID(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT); /* failed: no si_pid */
        if (child->pid != found && !info.si_pid) continue;
        child->ended = true;
        if (child->exec_pipe) gem5art__in_warden_executed(self, child);
        child->kill_at = self->now + (child->signal == SIGKILL ? 0
                                      : child->signal          ? GEM5ART__KILL_SECONDS
                                                               : GEM5ART__EXIT_SECONDS);
    }
}

#ifndef GEM5ART_NO_PROC
static void gem5art__in_warden_found(void *context, gem5art__process *process) {
    gem5art__warden_state *self = (gem5art__warden_state *)context;
    gem5art__run_child *child = self->children, *end = child + self->slot_count;
    int number;
    while (child < end && (!child->pid || strcmp(child->run, process->run) != 0)) child++;
    if (child == end || process->pid == child->pid) return;
    child->left++;
    number = child->ended && self->now >= child->kill_at ? SIGKILL : child->spread;
    if (!number || (!child->ended && getpgid(process->pid) == child->pid)) return; /* which had it with its group */
    child->killed += gem5art__signal_process(process, number) && child->ended && number == SIGKILL;
    if (number != SIGKILL) gem5art__signal_process(process, SIGCONT);
}
#endif

/* Reports the end of a run that has no process left. */
static void gem5art__in_warden_end_run(gem5art__warden_state *self, gem5art__run_child *child) {
    struct rusage usage;
    int status;
    GEM5ART_SYS_KILL(-child->pid, SIGKILL); /* any without such an environment */
    if (GEM5ART_SYS_WAIT4(child->pid, &status, 0, &usage) < 0) return;
    gem5art__in_warden_report(self, child->failure.number ? GEM5ART__NOT_SPAWNED : GEM5ART__ENDED, child, status,
                              &usage);
    gem5art__in_warden_unmap(child);
    child->pid = 0;
}

/* Searches for what is left of ended runs, and for the processes that a signal has yet to reach: once for all of them,
   and not at all where this process, to which orphans come, has no other children. */
static void gem5art__in_warden_sweep(gem5art__warden_state *self) {
    gem5art__run_child *child, *end = self->children + self->slot_count;
    bool ended = false, spread = false;
    int children = 0;
    for (child = self->children; child < end; child++) {
        ended = ended || (child->pid && child->ended);
        spread = spread || (child->pid && child->spread && !child->ended);
        children += child->pid > 0;
        child->left = child->killed = 0;
    }
    if (!ended && !spread) return;
#ifndef GEM5ART_NO_PROC
    if (spread || gem5art__in_warden_count(self, 0) != children) {
        gem5art__visit_processes(gem5art__in_warden_found, self);
        gem5art__in_warden_signalled = 1; /* a zombie may hide orphans that have ended */
    }
#else
    (void)children;
#endif
    for (child = self->children; child < end; child++) {
        child->spread = 0;
        if (child->killed > child->stragglers) child->stragglers = child->killed;
        if (child->pid && child->ended && (!child->left || self->now >= child->kill_at + GEM5ART__KILL_SECONDS))
            gem5art__in_warden_end_run(self, child);
    }
}

/* ---- the warden's loop */

/* Waits for a request, a child's exec or end, or room for a report; while runs are ending only until the next sweep. */
static void gem5art__in_warden_wait(gem5art__warden_state *self, const sigset_t *mask) {
    struct pollfd *polled = self->polled;
    struct timespec tick;
    bool sweeps = self->closing, signalled;
    int i, ready;
    tick.tv_sec = 0;
    tick.tv_nsec = GEM5ART__SWEEP_MS * 1000000L;
    memset(polled, 0, ((size_t)self->slot_count + 2) * sizeof *polled);
    polled[0].fd = self->closing ? -1 : self->requests;
    polled[0].events = POLLIN;
    polled[1].fd = self->unsent.length ? self->reports : -1;
    polled[1].events = POLLOUT;
    for (i = 0; i < self->slot_count; i++) {
        const gem5art__run_child *child = &self->children[i];
        sweeps = sweeps || (child->pid && child->ended);
        polled[i + 2].fd = child->exec_pipe ? child->exec_pipe : -1; /* nothing comes but its end */
    }
    ready = GEM5ART_SYS_PPOLL(polled, (nfds_t)self->slot_count + 2, sweeps ? &tick : NULL, mask);
    self->now = gem5art__monotonic();
    if (ready < 0) gem5art__in_warden_signalled = 1; /* a sanitizer may hold the handler back */
    signalled = gem5art__in_warden_signalled || !self->warned;
    if ((signalled && getppid() != self->host) || (ready > 0 && polled[1].revents & (POLLERR | POLLNVAL)))
        gem5art__in_warden_close(self);
    for (i = 0; ready > 0 && i < self->slot_count; i++)
        if (polled[i + 2].revents) gem5art__in_warden_executed(self, &self->children[i]);
    if (ready > 0 && polled[0].revents && !self->closing) gem5art__in_warden_read(self);
}

static void gem5art__in_warden_close_range(int first, int last) {
    long fd, limit = sysconf(_SC_OPEN_MAX);
#if defined(SYS_close_range) && !defined(GEM5ART_PORTABLE)
    if (first > last || syscall(SYS_close_range, (unsigned)first, (unsigned)last, 0u) == 0) return;
#endif
    for (fd = first; fd <= last && fd < (limit > 0 && limit < 65536 ? limit : 65536); fd++) close((int)fd);
}

/* Makes 0, 1 and 2 /dev/null, and closes all but its own two. */
static void gem5art__in_warden_descriptors(gem5art__warden_state *self) {
    bool ordered = self->requests < self->reports;
    int low = ordered ? self->requests : self->reports, high = ordered ? self->reports : self->requests;
    gem5art__in_warden_close_range(0, low - 1);
    gem5art__in_warden_close_range(low + 1, high - 1);
    gem5art__in_warden_close_range(high + 1, INT_MAX);
    if (open("/dev/null", O_RDWR) != 0 || dup2(0, 1) < 0 || dup2(0, 2) < 0) _exit(1);
#ifdef GEM5ART_NO_PROC
    self->child_list = -1;
#else
    self->child_list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
#endif
}

static void gem5art__in_warden_signals(gem5art__warden_state *self, sigset_t *waiting) {
    struct sigaction action;
    int number;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    for (number = 1; number < 65; number++) sigaction(number, &action, NULL);
    action.sa_handler = gem5art__in_warden_interrupt;
    sigaction(SIGCHLD, &action, NULL);
    sigfillset(waiting); /* all are blocked since before the fork */
    sigdelset(waiting, SIGCHLD);
#ifdef GEM5ART_SYS_PRCTL
    GEM5ART_SYS_PRCTL(PR_SET_CHILD_SUBREAPER, 1); /* orphans of the runs come to it */
    self->warned = GEM5ART_SYS_PRCTL(PR_SET_PDEATHSIG, SIGCHLD) == 0; /* also if a child of it keeps the socket open */
#else
    self->warned = false;
#endif
}

/* After the host's end: SIGKILL when the grace time is over, and when no run is left also to orphans that cleared their
   environment. False: nothing is left, or it does not end. */
static bool gem5art__in_warden_finish(gem5art__warden_state *self) {
    int i;
    for (i = 0; i < self->slot_count && !self->children[i].pid;) i++;
    if (i == self->slot_count)
        return gem5art__in_warden_count(self, SIGKILL) > 0 && self->now < self->kill_at + GEM5ART__KILL_SECONDS;
    if (self->now >= self->kill_at) gem5art__in_warden_signal_all(self, SIGKILL);
    return true;
}

static void gem5art__in_warden_main(gem5art__warden_state *self) {
    sigset_t waiting;
    setpgid(0, 0);
    gem5art__in_warden_signals(self, &waiting);
    gem5art__in_warden_descriptors(self);
    self->host = getppid();
    self->pid = getpid();
    while (!self->closing || gem5art__in_warden_finish(self)) {
        gem5art__in_warden_wait(self, &waiting);
        gem5art__in_warden_reap(self);
        gem5art__in_warden_sweep(self);
        gem5art__send_unsent(self->reports, false, &self->unsent, sizeof(gem5art__message));
    }
    _exit(0);
}

/* ---- the host's side */

typedef struct gem5art__warden {
    pid_t pid;             /* 0: there is none */
    int64_t start;         /* see gem5art__process_start */
    int32_t number;        /* how many the pool has had */
    bool dead;
    int reports, wakes;    /* the pipe's ends: the pool reads `reports`; wardens and the pool (to wake) write `wakes` */
    int requests;          /* a socket that does not block */
    gem5art__buf unsent;   /* requests that it has not taken yet */
    bool lost;             /* its reports cannot be read any more, or it is stuck */
    double check_at;       /* monotonic: when it is checked again */
    int silence;           /* checks since its last report */
    gem5art__message inbox[16]; /* reports that were read; */
    int first, count;      /* those that were not taken yet */
} gem5art__warden;

static bool gem5art__warden_lives(const gem5art__warden *warden) {
    int64_t start = gem5art__process_start(warden->pid, false);
    if (warden->start && start && start != warden->start) return false; /* its number has been reused */
    return GEM5ART_SYS_WAITPID(warden->pid, NULL, WNOHANG) == 0;
}

/* Ends a warden, and so its runs, by closing its requests; SIGKILL ends one that is stuck. One that survives that, as
   in a debugger, is not waited for. */
static void gem5art__warden_end(gem5art__warden *warden) {
    double kill_at = gem5art__monotonic() + (warden->dead ? 0 : GEM5ART__STUCK_SECONDS);
    struct timespec nap;
    nap.tv_sec = 0;
    nap.tv_nsec = 100000;
    if (!warden->pid) return;
    gem5art__close(warden->requests);
    gem5art__buf_free(&warden->unsent);
    while (gem5art__warden_lives(warden) && gem5art__monotonic() < kill_at + 1) {
        GEM5ART_SYS_KILL(warden->pid, gem5art__monotonic() < kill_at ? SIGCONT : SIGKILL); /* it may be stopped */
        GEM5ART_SYS_PPOLL(NULL, 0, &nap, NULL);
        if (nap.tv_nsec < 10000000) nap.tv_nsec *= 2;
    }
    warden->pid = 0;
}

/* Forks the warden; its state is filled in but for its requests. */
static bool gem5art__warden_fork(gem5art__warden *warden, gem5art__warden_state *self) {
    int requests[2] = {-1, -1};
    sigset_t all, before;
    bool ok = gem5art__sockets(requests) && gem5art__set_nonblocking(requests[0]) &&
              gem5art__set_nonblocking(requests[1]);
    if (ok) {
        self->requests = requests[0];
        self->reports = warden->wakes;
        self->number = ++warden->number;
        sigfillset(&all); /* no handler of the host's may run in the warden */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        warden->pid = GEM5ART_SYS_FORK();
        if (warden->pid == 0) gem5art__in_warden_main(self);
        ok = warden->pid > 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    warden->requests = requests[1];
    if (!ok) gem5art__close(requests[1]);
    gem5art__close(requests[0]);
    return ok;
}

/* Starts the first warden, or the next after one has died, at the same pipe. */
static bool gem5art__warden_start(gem5art__warden *warden, int slots, double grace, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art__warden_state self;
    int reports[2];
    bool ok;
    gem5art__warden_end(warden);
    memset(&self, 0, sizeof self);
    while (environ && environ[self.variables]) self.variables++;
    self.slot_count = slots;
    self.grace = grace;
    self.unsent.capacity = (2 * (size_t)slots + 2) * sizeof(gem5art__message);
    self.unsent.data = (char *)gem5art__arena_alloc(&arena, self.unsent.capacity);
    self.children = (gem5art__run_child *)gem5art__arena_alloc(&arena, (size_t)slots * sizeof *self.children);
    self.polled = (struct pollfd *)gem5art__arena_alloc(&arena, ((size_t)slots + 2) * sizeof *self.polled);
    ok = !arena.failed;
    if (ok && !warden->reports && (ok = gem5art__pipe(reports))) {
        warden->reports = reports[0];
        warden->wakes = reports[1];
        ok = gem5art__set_nonblocking(reports[0]) && gem5art__set_nonblocking(reports[1]);
    }
    ok = ok && gem5art__warden_fork(warden, &self);
    if (!ok) {
        if (arena.failed) gem5art__fail_nomem(error);
        else gem5art__fail(error, GEM5ART_IO, "cannot start the warden process: %s", strerror(errno));
        warden->pid = 0;
    } else {
        warden->start = gem5art__process_start(warden->pid, false);
        warden->dead = warden->lost = false;
        warden->silence = 0;
    }
    gem5art__arena_free(&arena);
    return ok;
}

/* Its children must have ended. */
static void gem5art__warden_stop(gem5art__warden *warden) {
    gem5art__warden_end(warden);
    if (warden->reports) gem5art__close(warden->reports);
    if (warden->wakes) gem5art__close(warden->wakes);
    memset(warden, 0, sizeof *warden);
}

/* Sends the requests that the warden takes now. False: it is gone. */
static bool gem5art__warden_send(gem5art__warden *warden) {
    if (warden->dead || !warden->pid) return errno = EPIPE, false;
    if (!gem5art__send_unsent(warden->requests, true, &warden->unsent, SIZE_MAX)) return false;
    if (!warden->unsent.length) gem5art__buf_free(&warden->unsent);
    return true;
}

/* Sends a signal (0: a PING) to all processes of a slot's run. Without memory it is not sent, and repeated later. */
static void gem5art__warden_signal(gem5art__warden *warden, int slot, int number) {
    gem5art__message request;
    memset(&request, 0, sizeof request);
    request.type = number ? GEM5ART__SIGNAL : GEM5ART__PING;
    request.slot = slot;
    request.number = number;
    gem5art__put(&warden->unsent, &request, sizeof request);
    warden->unsent.failed = false;
    gem5art__warden_send(warden);
}

static void gem5art__put_text(gem5art__buf *texts, const char *text) { gem5art__put(texts, text, strlen(text) + 1); }

/* Appends NAME=VALUE for each pair, and returns how many there are. */
static int gem5art__put_variables(gem5art__buf *texts, const char *const *pairs) {
    int count = 0;
    for (; pairs && *pairs; pairs += 2, count++) {
        gem5art__putf(texts, "%s=", pairs[0]);
        gem5art__put_text(texts, pairs[1]);
    }
    return count;
}

/* Asks the warden to spawn a run's child. Its environment is GEM5ART_RUN, then `more` (name, value, ..., NULL; or
   NULL), the run's own, and the warden's; of one name the first counts. IO: the warden is gone; LIMIT: the command is
   too long. */
static bool gem5art__warden_spawn(gem5art__warden *warden, int slot, const gem5art__run *run, int cpu, const char *cwd,
                                  const char *const *more, gem5art_error *error) {
    gem5art__buf *message = &warden->unsent;
    const char *const *argv = run->public_.command;
    size_t start = message->length, size;
    gem5art__message request;
    memset(&request, 0, sizeof request);
    request.type = GEM5ART__SPAWN;
    request.slot = slot;
    request.nice = run->nice;
    request.cpu = cpu;
    gem5art__put(message, &request, sizeof request);
    gem5art__put_text(message, cwd);
    gem5art__puts(message, run->public_.outdir);
    gem5art__put_text(message, "/console.txt");
    for (; *argv; argv++, request.number++) gem5art__put_text(message, *argv);
    gem5art__puts(message, "GEM5ART_RUN=");
    gem5art__put_text(message, run->public_.id);
    request.variables = 1 + gem5art__put_variables(message, more) + gem5art__put_variables(message, run->environment);
    size = message->length - start - sizeof request;
    if (message->failed) gem5art__fail_nomem(error);
    else if (size > GEM5ART_MAX_COMMAND)
        gem5art__fail(error, GEM5ART_LIMIT, "the command line has %zu bytes, with the variables that are set: at most "
                      "%d are allowed", size, GEM5ART_MAX_COMMAND);
    else {
        request.bytes = (uint32_t)size;
        memcpy(message->data + start, &request, sizeof request);
        if (gem5art__warden_send(warden)) return true;
        return gem5art__fail(error, GEM5ART_IO, "the warden process (pid %ld) is gone: %s", (long)warden->pid,
                             strerror(errno));
    }
    message->failed = false;
    message->length = start;
    return false;
}

/* Takes the next report, or NULL. *more is true in the first call: the pipe is read until it is empty. */
static const gem5art__message *gem5art__warden_read(gem5art__warden *warden, bool *more) {
    while (warden->count || *more) {
        if (warden->count-- > 0) {
            const gem5art__message *report = &warden->inbox[warden->first++];
            if (report->warden != warden->number || warden->dead) continue; /* a wake, or of a dead one */
            warden->silence = 0;
            if (report->type != GEM5ART__PONG) return report;
        } else {
            ssize_t n = gem5art__read_some(warden->reports, warden->inbox, sizeof warden->inbox);
            *more = n == (ssize_t)sizeof warden->inbox;
            warden->count = n < 0 ? 0 : (int)((size_t)n / sizeof *warden->inbox);
            warden->first = 0;
            if (n < 0 && errno != EAGAIN) warden->lost = true;
        }
    }
    return NULL;
}

/* Checks that the warden lives and, if no report came since the last check, answers: call it at least every second
   while anything runs. Silence is counted in checks, so that a host that was stopped does not blame the warden. False:
   it is dead; gem5art__end_processes_of must end its runs before the next one is started. */
static bool gem5art__warden_check(gem5art__warden *warden, double now) {
    bool sent = gem5art__warden_send(warden), lives;
    if (warden->dead || !warden->pid) return false;
    if (sent && now < warden->check_at && !warden->lost) return true;
    warden->check_at = now + GEM5ART__STUCK_SECONDS / GEM5ART__STUCK_CHECKS;
    if (warden->silence++ > 0) gem5art__warden_signal(warden, 0, 0); /* a PING */
    if (warden->silence > 1 + GEM5ART__STUCK_CHECKS) warden->lost = true;
    lives = gem5art__warden_lives(warden);
    if (lives && warden->lost) GEM5ART_SYS_KILL(warden->pid, SIGKILL);
    else if (lives && warden->silence > 1 + GEM5ART__STUCK_CHECKS / 2) GEM5ART_SYS_KILL(warden->pid, SIGCONT);
    warden->dead = warden->lost || !lives;
    return !warden->dead;
}

/* Makes the pool's descriptor readable. Async-signal-safe. A full pipe is readable already. */
static void gem5art__wake(int wakes) {
    static gem5art__message woken; /* of warden 0 */
    int saved = errno;
    while (GEM5ART_SYS_WRITE(wakes, &woken, sizeof woken) < 0 && errno == EINTR) {}
    errno = saved;
}

/* =============================================================== >>deflate
   RFC 1951, in blocks that are stored or have codes of their own. Each byte of a file is read once and written once. */

enum {
    GEM5ART__DEFLATE_MIN_MATCH = 4,   /* 3 would be allowed: not worth its chains in text */
    GEM5ART__DEFLATE_MAX_MATCH = 258,
    GEM5ART__DEFLATE_LITERALS = 286,  /* symbols for bytes, the end of a block (256) and lengths */
    GEM5ART__DEFLATE_DISTANCES = 30,
    GEM5ART__DEFLATE_REACH = 32768,   /* how far back a match may lie */
    GEM5ART__DEFLATE_HASH_BITS = 15,
    GEM5ART__DEFLATE_TOKENS = 16384,  /* of one block */
    GEM5ART__DEFLATE_BLOCK = 65535,   /* bytes of one block: what a stored one can hold */
    GEM5ART__DEFLATE_AHEAD = GEM5ART__DEFLATE_MAX_MATCH + 8,
    GEM5ART__DEFLATE_TRIES = 128,     /* candidates looked at for one match */
    GEM5ART__DEFLATE_GOOD = 8,        /* a match to beat with a quarter of the tries */
    GEM5ART__DEFLATE_LAZY = 16,       /* a shorter match waits for what the next byte offers */
    GEM5ART__DEFLATE_NICE = 128       /* long enough to stop looking */
};

/* One prefix code of a block. */
typedef struct gem5art__deflate_code {
    uint32_t frequency[288];
    uint16_t bits[288]; /* the code words, first bit lowest */
    uint8_t length[288];
} gem5art__deflate_code;

typedef struct gem5art__deflate_match {
    uint32_t length, distance; /* length 0: none */
} gem5art__deflate_match;

/* A zip file being written, and the compressor. Positions continue from file to file, modulo 2^32, so that the hash
   chains need not be cleared: a chain ends where it leaves the window, and false candidates differ when compared. */
typedef struct gem5art__zip {
    int fd;
    int write_errno;           /* of the first write that failed, or 0; nothing is written after it */
    uint64_t flushed, reached; /* bytes of the file before `out`, and of the longest that it was */
    size_t pending;            /* bytes in `out` */
    uint64_t bits;             /* of the deflate stream, not yet a whole byte */
    unsigned bit_count;
    uint64_t count;            /* entries */
    gem5art__buf central, header;

    int source;                /* the file being read */
    int read_errno;
    uint64_t unread, length;   /* its bytes still to be read, and those that were */
    uint32_t crc;
    uint32_t base;             /* position of window[0] */
    uint32_t at, end;          /* in `window`: the next byte to encode, the end of what was read */
    uint32_t hashed, block;    /* the next byte to hash, the block's first byte */
    uint32_t token_count;
    uint64_t extra_bits;       /* of the block's lengths and distances */
    gem5art__deflate_code literals, distances;

    uint16_t length_base[29], distance_base[30]; /* of symbols of lengths (less 257) and distances (3.2.5): the first */
    uint8_t length_extra[29], distance_extra[30]; /* value, and the number of extra bits */
    uint8_t length_symbol[GEM5ART__DEFLATE_MAX_MATCH + 1];
    uint8_t distance_symbol[512]; /* of distances up to 256, then of those in steps of 128 */
    uint32_t newest[1 << GEM5ART__DEFLATE_HASH_BITS]; /* by hash: the last position */
    uint32_t previous[GEM5ART__DEFLATE_REACH];        /* by position: the one before it with the same hash */
    uint32_t tokens[GEM5ART__DEFLATE_TOKENS]; /* length << 16 | distance; length 0: the byte instead */
    uint8_t window[262144];
    uint8_t out[131072];
} gem5art__zip;

/* ---- output: one buffer, in which the last entry can be patched or taken back */

static void gem5art__zip_flush(gem5art__zip *zip) {
    if (!zip->write_errno && !gem5art__write_at(zip->fd, zip->out, zip->pending, (off_t)zip->flushed))
        zip->write_errno = errno;
    zip->flushed += zip->pending;
    zip->pending = 0;
    if (zip->reached < zip->flushed) zip->reached = zip->flushed;
}

static uint64_t gem5art__zip_offset(const gem5art__zip *zip) { return zip->flushed + zip->pending; }

GEM5ART__NOINLINE static void gem5art__zip_put(gem5art__zip *zip, const void *data, size_t size) {
    const uint8_t *bytes = (const uint8_t *)data;
    while (size) {
        size_t room = sizeof zip->out - zip->pending, n = size < room ? size : room;
        memcpy(zip->out + zip->pending, bytes, n);
        zip->pending += n;
        bytes += n;
        size -= n;
        if (zip->pending == sizeof zip->out) gem5art__zip_flush(zip);
    }
}

static void gem5art__zip_patch(gem5art__zip *zip, uint64_t offset, const void *data, size_t size) {
    if (offset >= zip->flushed) {
        memcpy(zip->out + (offset - zip->flushed), data, size);
        return;
    }
    gem5art__zip_flush(zip);
    if (!zip->write_errno && !gem5art__write_at(zip->fd, data, size, (off_t)offset)) zip->write_errno = errno;
}

/* Takes back everything from `offset` on. */
static void gem5art__zip_rewind(gem5art__zip *zip, uint64_t offset) {
    if (offset < zip->flushed) zip->flushed = offset;
    zip->pending = (size_t)(offset - zip->flushed);
}

/* ---- prefix codes (3.2.2) */

static int gem5art__compare_u32(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Huffman's code for the frequencies, with no length above `limit`. Returns the bits that the symbols take. */
static uint64_t gem5art__deflate_lengths(gem5art__deflate_code *code, int count, int limit) {
    uint32_t leaves[288], weight[2 * 288];
    uint16_t parent[2 * 288];
    uint8_t depth[2 * 288];
    int of_depth[16] = {0}, n = 0, symbol, node, leaf = 0, inner, i;
    uint32_t space = 0;
    uint64_t bits = 0;
    for (symbol = 0; symbol < count; symbol++) {
        code->length[symbol] = 0;
        if (code->frequency[symbol]) leaves[n++] = code->frequency[symbol] << 9 | (uint32_t)symbol;
    }
    for (symbol = 0; n < 2; symbol++) /* an incomplete code is more than some readers can take */
        if (!code->frequency[symbol]) leaves[n++] = 1u << 9 | (uint32_t)symbol;
    qsort(leaves, (size_t)n, sizeof *leaves, gem5art__compare_u32);

    for (i = 0; i < n; i++) weight[i] = leaves[i] >> 9;
    for (node = inner = n; node < 2 * n - 1; node++) { /* joins the two lightest: leaves and nodes are both sorted */
        weight[node] = 0;
        for (i = 0; i < 2; i++) {
            int child = inner == node || (leaf < n && weight[leaf] <= weight[inner]) ? leaf++ : inner++;
            weight[node] += weight[child];
            parent[child] = (uint16_t)node;
        }
    }
    depth[2 * n - 2] = 0;
    for (i = 2 * n - 3; i >= 0; i--) {
        depth[i] = (uint8_t)(depth[parent[i]] + 1);
        if (i < n) of_depth[depth[i] < limit ? depth[i] : limit]++;
    }

    /* Leaves cut short take more than the whole code space: hang one at a time beside a higher leaf. */
    for (i = 1; i <= limit; i++) space += (uint32_t)of_depth[i] << (limit - i);
    for (; space > 1u << limit; space--) {
        for (i = limit - 1; of_depth[i] == 0;) i--;
        of_depth[i]--;
        of_depth[i + 1] += 2;
        of_depth[limit]--;
    }
    for (leaf = 0, i = limit; i > 0; i--)
        for (; of_depth[i]; of_depth[i]--, leaf++) {
            code->length[leaves[leaf] & 511] = (uint8_t)i;
            bits += (uint64_t)(leaves[leaf] >> 9) * (unsigned)i;
        }
    return bits;
}

/* The canonical code words for the lengths. They are copied into the code at the end, as gcc 12 for aarch64 believes that
   a loop which stores there changes nothing, and leaves the function out. */
static void gem5art__deflate_words(gem5art__deflate_code *code, int count) {
    uint16_t words[288] = {0};
    unsigned word = 0, length, reversed, i;
    int symbol;
    for (length = 1; length <= 15; length++, word <<= 1)
        for (symbol = 0; symbol < count; symbol++) {
            if (code->length[symbol] != length) continue;
            for (reversed = i = 0; i < length; i++) reversed |= (word >> i & 1) << (length - 1 - i);
            words[symbol] = (uint16_t)reversed;
            word++;
        }
    memcpy(code->bits, words, sizeof words);
}

/* ---- blocks (3.2.3 to 3.2.7) */

/* At most 48 bits, lowest first. */
static void gem5art__put_bits(gem5art__zip *zip, uint64_t value, unsigned count) {
    zip->bits |= value << zip->bit_count;
    zip->bit_count += count;
    if (sizeof zip->out - zip->pending < 8) gem5art__zip_flush(zip);
    for (; zip->bit_count >= 8; zip->bit_count -= 8, zip->bits >>= 8) zip->out[zip->pending++] = (uint8_t)zip->bits;
}

static void gem5art__put_last_bits(gem5art__zip *zip) {
    if (zip->bit_count) gem5art__put_bits(zip, 0, 8 - zip->bit_count);
}

enum { GEM5ART__DEFLATE_LENGTHS = GEM5ART__DEFLATE_LITERALS + GEM5ART__DEFLATE_DISTANCES };

/* The lengths of a block's two codes, themselves coded; all of them, so that the counts before them never change. */
typedef struct gem5art__deflate_head {
    int symbol_count;
    uint8_t symbol[GEM5ART__DEFLATE_LENGTHS]; /* a length, or how often to repeat the last (16) or a zero (17, 18) */
    uint8_t repeat[GEM5ART__DEFLATE_LENGTHS]; /* the extra bits of those */
    gem5art__deflate_code code;
} gem5art__deflate_head;

static const uint8_t gem5art__deflate_repeat_bits[19] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 7};

/* Fills in the head for the block's codes and returns its bits. */
static uint64_t gem5art__deflate_make_head(const gem5art__zip *zip, gem5art__deflate_head *head) {
    uint8_t lengths[GEM5ART__DEFLATE_LENGTHS];
    int i, run, symbol, first;
    uint64_t bits = 5 + 5 + 4 + 3 * 19;
    memset(head, 0, sizeof *head);
    memcpy(lengths, zip->literals.length, GEM5ART__DEFLATE_LITERALS);
    memcpy(lengths + GEM5ART__DEFLATE_LITERALS, zip->distances.length, GEM5ART__DEFLATE_DISTANCES);
    for (i = 0; i < GEM5ART__DEFLATE_LENGTHS; i += run) {
        bool again = i > 0 && lengths[i] && lengths[i - 1] == lengths[i];
        for (run = 1; run < (again ? 6 : 138) && i + run < GEM5ART__DEFLATE_LENGTHS && lengths[i + run] == lengths[i];)
            run++;
        if (run < 3 || (lengths[i] && !again)) run = 1;
        symbol = run == 1 ? lengths[i] : again ? 16 : run <= 10 ? 17 : 18;
        first = symbol < 16 ? 1 : symbol < 18 ? 3 : 11;
        head->symbol[head->symbol_count] = (uint8_t)symbol;
        head->repeat[head->symbol_count++] = (uint8_t)(run - first);
        head->code.frequency[symbol]++;
        bits += gem5art__deflate_repeat_bits[symbol];
    }
    bits += gem5art__deflate_lengths(&head->code, 19, 7);
    gem5art__deflate_words(&head->code, 19);
    return bits;
}

static void gem5art__deflate_put_head(gem5art__zip *zip, const gem5art__deflate_head *head) {
    static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    int i, symbol;
    gem5art__put_bits(zip, GEM5ART__DEFLATE_LITERALS - 257, 5);
    gem5art__put_bits(zip, GEM5ART__DEFLATE_DISTANCES - 1, 5);
    gem5art__put_bits(zip, 19 - 4, 4);
    for (i = 0; i < 19; i++) gem5art__put_bits(zip, head->code.length[order[i]], 3);
    for (i = 0; i < head->symbol_count; i++) {
        symbol = head->symbol[i];
        gem5art__put_bits(zip, head->code.bits[symbol], head->code.length[symbol]);
        gem5art__put_bits(zip, head->repeat[i], gem5art__deflate_repeat_bits[symbol]);
    }
}

static void gem5art__deflate_make_tables(gem5art__zip *zip) {
    unsigned symbol, extra, i;
    for (symbol = 0; symbol < 29; symbol++) {
        extra = symbol < 8 || symbol == 28 ? 0 : symbol / 4 - 1;
        zip->length_extra[symbol] = (uint8_t)extra;
        i = symbol < 8 ? 3 + symbol : symbol < 28 ? 3 + ((4 + symbol % 4) << extra) : 258;
        zip->length_base[symbol] = (uint16_t)i;
        for (; i <= GEM5ART__DEFLATE_MAX_MATCH; i++) zip->length_symbol[i] = (uint8_t)symbol;
    }
    for (symbol = 0; symbol < 30; symbol++) {
        extra = symbol < 4 ? 0 : symbol / 2 - 1;
        zip->distance_extra[symbol] = (uint8_t)extra;
        zip->distance_base[symbol] = (uint16_t)(symbol < 4 ? 1 + symbol : 1 + ((2 + symbol % 2) << extra));
        for (i = 0; i < 512; i++)
            if ((i < 256 ? i + 1 : (i - 256) * 128 + 1) >= zip->distance_base[symbol])
                zip->distance_symbol[i] = (uint8_t)symbol;
    }
}

static unsigned gem5art__deflate_distance_symbol(const gem5art__zip *zip, uint32_t distance) {
    return zip->distance_symbol[distance <= 256 ? distance - 1 : 256 + (distance - 1) / 128];
}

static void gem5art__deflate_put_tokens(gem5art__zip *zip) {
    const gem5art__deflate_code *literals = &zip->literals, *distances = &zip->distances;
    uint32_t i;
    for (i = 0; i < zip->token_count; i++) {
        uint32_t length = zip->tokens[i] >> 16, distance = zip->tokens[i] & 65535;
        if (length == 0) {
            gem5art__put_bits(zip, literals->bits[distance], literals->length[distance]);
        } else {
            unsigned symbol = zip->length_symbol[length], code = 257 + symbol, count = literals->length[code];
            uint64_t bits = literals->bits[code];
            bits |= (uint64_t)(length - zip->length_base[symbol]) << count;
            count += zip->length_extra[symbol];
            symbol = gem5art__deflate_distance_symbol(zip, distance);
            bits |= (uint64_t)distances->bits[symbol] << count;
            count += distances->length[symbol];
            bits |= (uint64_t)(distance - zip->distance_base[symbol]) << count;
            count += zip->distance_extra[symbol];
            gem5art__put_bits(zip, bits, count);
        }
    }
    gem5art__put_bits(zip, literals->bits[256], literals->length[256]);
}

/* Ends the block at `at`: stored if that is not longer, else with its own codes. */
static void gem5art__deflate_end_block(gem5art__zip *zip, bool last) {
    gem5art__deflate_head head;
    uint32_t size = zip->at - zip->block;
    uint64_t bits;
    zip->literals.frequency[256] = 1;
    bits = zip->extra_bits + gem5art__deflate_lengths(&zip->literals, GEM5ART__DEFLATE_LITERALS, 15);
    bits += gem5art__deflate_lengths(&zip->distances, GEM5ART__DEFLATE_DISTANCES, 15);
    bits += gem5art__deflate_make_head(zip, &head);
    gem5art__put_bits(zip, last, 1);
    if (32 + 7 + 8 * (uint64_t)size <= bits) {
        gem5art__put_bits(zip, 0, 2);
        gem5art__put_last_bits(zip);
        gem5art__put_bits(zip, size | (uint64_t)(~size & 65535) << 16, 32);
        gem5art__zip_put(zip, zip->window + zip->block, size);
    } else {
        gem5art__put_bits(zip, 2, 2);
        gem5art__deflate_put_head(zip, &head);
        gem5art__deflate_words(&zip->literals, GEM5ART__DEFLATE_LITERALS);
        gem5art__deflate_words(&zip->distances, GEM5ART__DEFLATE_DISTANCES);
        gem5art__deflate_put_tokens(zip);
    }
    memset(zip->literals.frequency, 0, sizeof zip->literals.frequency);
    memset(zip->distances.frequency, 0, sizeof zip->distances.frequency);
    zip->token_count = 0;
    zip->extra_bits = 0;
    zip->block = zip->at;
}

/* ---- matches */

/* Reads until a match of any length can begin at the byte after `at`. Keeps what the block or a match may need. */
static void gem5art__deflate_fill(gem5art__zip *zip) {
    while (zip->unread && zip->end - zip->at < GEM5ART__DEFLATE_AHEAD) {
        uint32_t keep = zip->at > GEM5ART__DEFLATE_REACH ? zip->at - GEM5ART__DEFLATE_REACH : 0, room;
        ssize_t n;
        if (keep > zip->block) keep = zip->block;
        if (zip->end > sizeof zip->window / 2) {
            memmove(zip->window, zip->window + keep, zip->end - keep);
            zip->base += keep;
            zip->at -= keep;
            zip->end -= keep;
            zip->hashed -= keep;
            zip->block -= keep;
        }
        room = (uint32_t)sizeof zip->window - zip->end;
        if (!zip->write_errno && gem5art__given_up()) zip->write_errno = ECANCELED;
        n = gem5art__read_some(zip->source, zip->window + zip->end, zip->unread < room ? (size_t)zip->unread : room);
        if (n < 0) zip->read_errno = errno;
        zip->unread = n > 0 ? zip->unread - (uint64_t)n : 0; /* it may have become shorter */
        if (n <= 0) return;
        zip->crc = gem5art_crc32(zip->crc, zip->window + zip->end, (size_t)n);
        zip->length += (uint64_t)n;
        zip->end += (uint32_t)n;
    }
}

/* Enters the positions before `to` in the chains of their first bytes. */
static void gem5art__deflate_hash(gem5art__zip *zip, uint32_t to) {
    for (; zip->hashed < to && zip->end - zip->hashed >= GEM5ART__DEFLATE_MIN_MATCH; zip->hashed++) {
        uint32_t bytes, position = zip->base + zip->hashed, *newest;
        memcpy(&bytes, zip->window + zip->hashed, sizeof bytes);
        newest = &zip->newest[bytes * 2654435761u >> (32 - GEM5ART__DEFLATE_HASH_BITS)];
        zip->previous[position % GEM5ART__DEFLATE_REACH] = *newest;
        *newest = position;
    }
}

static uint32_t gem5art__same_bytes(const uint8_t *a, const uint8_t *b, uint32_t limit) {
    uint32_t n = 0;
    uint64_t x, y;
    for (; n + 8 <= limit; n += 8) {
        memcpy(&x, a + n, 8);
        memcpy(&y, b + n, 8);
        if (x != y) break;
    }
    while (n < limit && a[n] == b[n]) n++;
    return n;
}

/* The longest match at `at` of more than `best` bytes (3 or more); of equal ones the nearest. */
static gem5art__deflate_match gem5art__deflate_find(gem5art__zip *zip, uint32_t at, uint32_t best) {
    gem5art__deflate_match match = {0, 0};
    const uint8_t *here = zip->window + at;
    uint32_t position = zip->base + at, candidate, n;
    uint32_t available = zip->end - at, reach = at < GEM5ART__DEFLATE_REACH ? at : GEM5ART__DEFLATE_REACH - 1;
    int tries = best < GEM5ART__DEFLATE_GOOD ? GEM5ART__DEFLATE_TRIES : GEM5ART__DEFLATE_TRIES / 4;
    if (available > GEM5ART__DEFLATE_MAX_MATCH) available = GEM5ART__DEFLATE_MAX_MATCH;
    gem5art__deflate_hash(zip, at + 1);
    if (available <= best) return match;
    candidate = zip->previous[position % GEM5ART__DEFLATE_REACH];
    for (; tries && position - candidate - 1 < reach; tries--) {
        uint32_t distance = position - candidate;
        if (memcmp(here - distance + best - 3, here + best - 3, 4) == 0 &&
            (n = gem5art__same_bytes(here - distance, here, available)) > best) {
            match.length = best = n;
            match.distance = distance;
            if (n >= GEM5ART__DEFLATE_NICE || n == available) break;
        }
        candidate = zip->previous[candidate % GEM5ART__DEFLATE_REACH];
    }
    return match;
}

static void gem5art__deflate_literal(gem5art__zip *zip) {
    uint8_t byte = zip->window[zip->at++];
    zip->literals.frequency[byte]++;
    zip->tokens[zip->token_count++] = byte;
}

static void gem5art__deflate_copy(gem5art__zip *zip, gem5art__deflate_match match) {
    unsigned length_symbol = zip->length_symbol[match.length];
    unsigned distance_symbol = gem5art__deflate_distance_symbol(zip, match.distance);
    zip->literals.frequency[257 + length_symbol]++;
    zip->distances.frequency[distance_symbol]++;
    zip->extra_bits += zip->length_extra[length_symbol];
    zip->extra_bits += zip->distance_extra[distance_symbol];
    zip->tokens[zip->token_count++] = match.length << 16 | match.distance;
    zip->at += match.length;
    /* A run's positions are all alike: its end will do. Twice as fast on zeros. */
    if (match.distance == 1 && zip->at - zip->hashed > 8) zip->hashed = zip->at - 8;
    gem5art__deflate_hash(zip, zip->at);
}

/* Appends at most `size` bytes of a file as a deflate stream, or as they are, if that is not longer and all are in the
   window. A match waits for the next one: if that is longer, a literal takes its place. Returns the method. */
static uint16_t gem5art__deflate_file(gem5art__zip *zip, int fd, uint64_t size) {
    gem5art__deflate_match match = {0, 0}, next;
    uint64_t start = gem5art__zip_offset(zip);
    zip->source = fd;
    zip->read_errno = 0;
    zip->unread = size;
    zip->length = 0;
    zip->crc = 0;
    zip->base += zip->end;
    zip->at = zip->end = zip->hashed = zip->block = 0;
    while (gem5art__deflate_fill(zip), zip->at < zip->end && !zip->write_errno) {
        next.length = next.distance = 0;
        if (!match.length) match = gem5art__deflate_find(zip, zip->at, GEM5ART__DEFLATE_MIN_MATCH - 1);
        if (match.length && match.length < GEM5ART__DEFLATE_LAZY)
            next = gem5art__deflate_find(zip, zip->at + 1, match.length);
        if (match.length && !next.length) gem5art__deflate_copy(zip, match);
        else gem5art__deflate_literal(zip);
        match = next;
        if (zip->token_count == GEM5ART__DEFLATE_TOKENS ||
            zip->at - zip->block > GEM5ART__DEFLATE_BLOCK - GEM5ART__DEFLATE_MAX_MATCH)
            gem5art__deflate_end_block(zip, false);
    }
    gem5art__deflate_end_block(zip, true);
    gem5art__put_last_bits(zip);
    if (zip->length > zip->end || gem5art__zip_offset(zip) - start < zip->length) return 8;
    gem5art__zip_rewind(zip, start);
    gem5art__zip_put(zip, zip->window, zip->end);
    return 0;
}

/* =================================================================== >>zip
   A folder as a zip file (PKWARE's APPNOTE 6.3). Local headers are patched once sizes and CRC are known. */

#define GEM5ART__RESULTS "results.zip" /* in an outdir */

typedef struct gem5art__zip_entry {
    const char *path; /* absolute, or below the outdir */
    const char *name; /* in the zip file: the end of `path`; that of a folder ends in a slash */
    mode_t mode;
    time_t mtime;
    uint64_t offset, size, stored_size;
    uint32_t crc;
    uint16_t method;  /* 0: stored, 8: deflated */
    bool zip64;       /* its local header has room for sizes of 64 bits */
} gem5art__zip_entry;

#define GEM5ART__ZIP_MAX 0xffffffffu        /* in a field of 32 bits: look in the ZIP64 extra */
#define GEM5ART__ZIP64_FROM 0xf0000000u     /* a smaller file fits 32 bits, even with the heads of stored blocks */
#define GEM5ART__ZIP_UNIX_MADE (3 << 8 | 63) /* host Unix, APPNOTE 6.3 */

/* ---- headers (4.3.7 to 4.3.16) */

static uint64_t gem5art__zip_clip(uint64_t value) { return value < GEM5ART__ZIP_MAX ? value : GEM5ART__ZIP_MAX; }

/* MS-DOS has local time, in steps of two seconds, from 1980 to 2107. */
static uint32_t gem5art__dos_time(time_t mtime) {
    struct tm t;
    if (!localtime_r(&mtime, &t) || t.tm_year < 80) return 1u << 21 | 1u << 16;
    if (t.tm_year > 207) return 127u << 25 | 12u << 21 | 31u << 16 | 23u << 11 | 59u << 5 | 29u;
    return (uint32_t)(t.tm_year - 80) << 25 | (uint32_t)(t.tm_mon + 1) << 21 | (uint32_t)t.tm_mday << 16 |
           (uint32_t)t.tm_hour << 11 | (uint32_t)t.tm_min << 5 | (uint32_t)(t.tm_sec < 60 ? t.tm_sec : 59) / 2;
}

/* Bit 11: the name is UTF-8. */
static unsigned gem5art__zip_flags(const char *name) {
    size_t n = 1;
    for (; *name && n > 0; name += n) n = gem5art__utf8_sequence(name, strlen(name));
    return n > 0 ? 1u << 11 : 0;
}

/* Puts an entry's central header or its local one, whose length does not depend on the sizes. */
static void gem5art__zip_put_header(gem5art__buf *buf, const gem5art__zip_entry *entry, bool central) {
    uint64_t sizes[3] = {entry->size, entry->stored_size, entry->offset}, wide[3][2], clipped[3];
    bool timed = entry->mtime >= INT32_MIN && entry->mtime <= INT32_MAX; /* else DOS's time must do */
    unsigned count = 0, i;
    for (i = 0; i < 3; i++) {
        bool widened = central ? sizes[i] >= GEM5ART__ZIP_MAX : entry->zip64 && i < 2;
        clipped[i] = widened ? GEM5ART__ZIP_MAX : sizes[i];
        if (widened) wide[count][0] = sizes[i], wide[count++][1] = 8;
    }
    uint64_t fields[][2] = {
        {GEM5ART__ZIP_UNIX_MADE, central ? 2u : 0u},
        {entry->zip64 || count ? 45u : 20u, 2}, /* version needed to extract */
        {gem5art__zip_flags(entry->name), 2}, {entry->method, 2}, {gem5art__dos_time(entry->mtime), 4}, {entry->crc, 4},
        {clipped[1], 4}, {clipped[0], 4}, {strlen(entry->name), 2},
        {(timed ? 9u : 0u) + (count ? 4 + 8 * count : 0), 2}}; /* bytes of extra fields */
    uint64_t more[][2] = {{0, 2 + 2 + 2}, /* no comment; disk 0; internal attributes: not known to be text */
                          {(uint64_t)entry->mode << 16 | (S_ISDIR(entry->mode) ? 0x10u : 0u), 4}, {clipped[2], 4}};
    uint64_t times[][2] = {{0x5455, 2}, {5, 2}, {1, 1}, {(uint64_t)entry->mtime, 4}}; /* UTC, with a sign */
    uint64_t zip64[][2] = {{1, 2}, {8 * count, 2}};
    gem5art__puts(buf, central ? "PK\001\002" : "PK\003\004");
    GEM5ART__PUT_FIELDS(buf, fields);
    if (central) GEM5ART__PUT_FIELDS(buf, more);
    gem5art__puts(buf, entry->name);
    if (timed) GEM5ART__PUT_FIELDS(buf, times);
    if (count) GEM5ART__PUT_FIELDS(buf, zip64);
    gem5art__put_fields(buf, wide, count);
}

static void gem5art__zip_begin(gem5art__zip *zip, gem5art__zip_entry *entry) {
    entry->offset = gem5art__zip_offset(zip);
    zip->header.length = 0;
    gem5art__zip_put_header(&zip->header, entry, false);
    gem5art__zip_put(zip, zip->header.data, zip->header.length);
}

/* Its sizes and CRC are known now. */
static void gem5art__zip_end(gem5art__zip *zip, const gem5art__zip_entry *entry) {
    zip->header.length = 0;
    gem5art__zip_put_header(&zip->header, entry, false);
    if (!zip->header.failed) gem5art__zip_patch(zip, entry->offset, zip->header.data, zip->header.length);
    gem5art__zip_put_header(&zip->central, entry, true);
    zip->count++;
}

/* Ends the file: the central directory, and where it is. */
static bool gem5art__zip_finish(gem5art__zip *zip) {
    uint64_t start = gem5art__zip_offset(zip), size = zip->central.length, count = zip->count;
    uint64_t count16 = count < 0xffff ? count : 0xffff;
    uint64_t wide[][2] = {
        {0x06064b50, 4}, {44, 8}, {GEM5ART__ZIP_UNIX_MADE, 2}, {45, 2}, /* ZIP64 end of central directory record */
        {0, 4 + 4}, {count, 8}, {count, 8}, {size, 8}, {start, 8},      /* after its two disks */
        {0x07064b50, 4}, {0, 4}, {start + size, 8}, {1, 4}};            /* and its place */
    uint64_t fields[][2] = {
        {0x06054b50, 4}, {0, 2 + 2}, {count16, 2}, {count16, 2}, /* end of central directory record */
        {gem5art__zip_clip(size), 4}, {gem5art__zip_clip(start), 4}, {0, 2}}; /* no comment */
    gem5art__buf *end = &zip->header;
    end->length = 0;
    if (count >= 0xffff || size >= GEM5ART__ZIP_MAX || start >= GEM5ART__ZIP_MAX) GEM5ART__PUT_FIELDS(end, wide);
    GEM5ART__PUT_FIELDS(end, fields);
    if (zip->central.failed || end->failed) return errno = ENOMEM, false;

    if (size) gem5art__zip_put(zip, zip->central.data, zip->central.length);
    gem5art__zip_put(zip, end->data, end->length);
    gem5art__zip_flush(zip);
    if (zip->write_errno) return errno = zip->write_errno, false;
    return zip->reached <= zip->flushed || gem5art__truncate(zip->fd, (off_t)zip->flushed);
}

/* ---- the folder */

typedef struct gem5art__archiver {
    DIR *outdir;
    const char *folder, *zip_name; /* its path, and the zip file's name in it */
    const char *const *except; /* globs; NULL: none */
    gem5art__arena names;
    gem5art__buf entries; /* of gem5art__zip_entry */
    gem5art__buf *notes;
    gem5art__zip *zip;
} gem5art__archiver;

/* Notes why `path` is not in the zip file; on one line, whatever its name. */
static void gem5art__archive_note(gem5art__archiver *a, const char *path, const char *why) {
    size_t i = a->notes->length;
    if (*path != '/') gem5art__putf(a->notes, "%s/", a->folder);
    gem5art__putf(a->notes, "%s was left out of %s: %s", path, gem5art__base_name(a->zip_name), why);
    for (; !a->notes->failed && i < a->notes->length; i++)
        if (a->notes->data[i] == '\n') a->notes->data[i] = '?';
    gem5art__puts(a->notes, "\n");
}

/* Do the globs leave out this name in the zip file? A run can be loaded from its info.json, so that stays. */
static bool gem5art__left_out(const char *const *globs, const char *name) {
    if (strcmp(name, "info.json") == 0) return false;
    for (; globs && *globs; globs++) {
        bool whole = strchr(*globs, '/') != NULL;
        if (fnmatch(*globs, whole ? name : gem5art__base_name(name), whole ? FNM_PATHNAME : 0) == 0) return true;
    }
    return false;
}

/* Adds what is at `path` to the entries, or a note. Its name begins after `root` bytes. */
static void gem5art__archive_add(gem5art__archiver *a, const char *path, size_t root) {
    gem5art__zip_entry entry;
    struct stat st;
    if (!path || gem5art__left_out(a->except, path + root)) return; /* or out of memory: a->names has failed */
    memset(&entry, 0, sizeof entry);
    if (strcmp(path, a->zip_name) == 0) return;
    if (GEM5ART_SYS_FSTATAT(dirfd(a->outdir), path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        gem5art__archive_note(a, path, strerror(errno));
        return;
    }
    if (S_ISDIR(st.st_mode) && (path = gem5art__arena_printf(&a->names, "%s/", path)) == NULL) return;
    entry.path = path;
    entry.name = path + root;
    entry.mode = st.st_mode;
    entry.mtime = st.st_mtime;
    if (strlen(entry.name) > 0xffff) gem5art__archive_note(a, path, "its name is too long for a zip file");
    else if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode))
        gem5art__put(&a->entries, &entry, sizeof entry);
    else
        gem5art__archive_note(a, path, S_ISFIFO(st.st_mode)   ? "it is a FIFO"
                                       : S_ISSOCK(st.st_mode) ? "it is a socket"
                                                              : "it is a device");
}

/* Adds the entries of the folder `path`, which ends in a slash ("": the outdir). False with errno. */
static bool gem5art__archive_add_folder(gem5art__archiver *a, const char *path, size_t root) {
    int fd = *path ? gem5art__open_in(dirfd(a->outdir), path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0) : -1;
    DIR *dir = !*path ? a->outdir : fd >= 0 ? GEM5ART_SYS_FDOPENDIR(fd) : NULL;
    struct dirent *item;
    int list_errno;
    if (!dir) return gem5art__close(fd), false;
    if (!*path) GEM5ART_SYS_REWINDDIR(dir);
    while (errno = 0, (item = GEM5ART_SYS_READDIR(dir)) != NULL)
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            gem5art__archive_add(a, gem5art__arena_printf(&a->names, "%s%s", path, item->d_name), root);
    list_errno = errno;
    if (*path) GEM5ART_SYS_CLOSEDIR(dir);
    errno = list_errno;
    return list_errno == 0;
}

static gem5art__zip_entry *gem5art__archive_entries(const gem5art__archiver *a, size_t *count) {
    *count = a->entries.length / sizeof(gem5art__zip_entry);
    return (gem5art__zip_entry *)(void *)a->entries.data;
}

static int gem5art__archive_compare(const void *a, const void *b) {
    return strcmp(((const gem5art__zip_entry *)a)->name, ((const gem5art__zip_entry *)b)->name);
}

/* Finds everything below the folders, the folders found so far serving as the queue; sorts it by name. */
static bool gem5art__archive_list(gem5art__archiver *a, const char *const *more, gem5art_error *error) {
    gem5art__zip_entry *entries;
    const char *path;
    size_t count, i;
    if (!gem5art__archive_add_folder(a, "", 0)) return gem5art__fail_errno(error, "read the folder", a->folder);
    for (; more && *more; more++) gem5art__archive_add(a, *more, (size_t)(gem5art__base_name(*more) - *more));
    for (i = 0; entries = gem5art__archive_entries(a, &count), i < count; i++) {
        size_t root = (size_t)(entries[i].name - entries[i].path);
        if (a->names.failed || a->entries.failed) break;
        path = entries[i].path;
        if (S_ISDIR(entries[i].mode) && !gem5art__archive_add_folder(a, path, root))
            gem5art__archive_note(a, path, strerror(errno));
    }
    if (a->names.failed || a->entries.failed || a->notes->failed) return gem5art__fail_nomem(error);
    if (count) qsort(entries, count, sizeof *entries, gem5art__archive_compare);
    return true;
}

/* Appends a file; NULL, or why it could not be. */
static const char *gem5art__archive_put_file(gem5art__archiver *a, gem5art__zip_entry *entry) {
    gem5art__zip *zip = a->zip;
    const char *why = NULL;
    struct stat st;
    int fd = gem5art__open_in(dirfd(a->outdir), entry->path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);
    if (fd < 0 || GEM5ART_SYS_FSTAT(fd, &st) < 0) why = strerror(errno);
    else if (!S_ISREG(st.st_mode)) why = "it is no longer a file";
    else {
        entry->mode = st.st_mode;
        entry->mtime = st.st_mtime;
        entry->zip64 = (uint64_t)st.st_size >= GEM5ART__ZIP64_FROM;
        gem5art__zip_begin(zip, entry);
        entry->method = gem5art__deflate_file(zip, fd, (uint64_t)st.st_size);
        entry->crc = zip->crc;
        entry->size = zip->length;
        entry->stored_size = gem5art__zip_offset(zip) - entry->offset - zip->header.length;
        if (zip->read_errno) {
            gem5art__zip_rewind(zip, entry->offset);
            why = strerror(zip->read_errno);
        } else gem5art__zip_end(zip, entry);
    }
    gem5art__close(fd);
    return why;
}

/* Appends a symlink, or a folder, which has no content; NULL, or why it could not be. */
static const char *gem5art__archive_put_other(gem5art__archiver *a, gem5art__zip_entry *entry) {
    gem5art__zip *zip = a->zip;
    ssize_t length = 0;
    if (S_ISLNK(entry->mode)) {
        length = GEM5ART_SYS_READLINKAT(dirfd(a->outdir), entry->path, (char *)zip->window, sizeof zip->window);
        if (length < 0) return strerror(errno);
        entry->mode = S_IFLNK | 0777;
    }
    entry->size = entry->stored_size = (uint64_t)length;
    entry->crc = gem5art_crc32(0, zip->window, (size_t)length);
    gem5art__zip_begin(zip, entry);
    gem5art__zip_put(zip, zip->window, (size_t)length);
    gem5art__zip_end(zip, entry);
    return NULL;
}

/* Writes the open temporary file; false with errno. */
static bool gem5art__archive_write(gem5art__archiver *a) {
    size_t count, i;
    gem5art__zip_entry *entries = gem5art__archive_entries(a, &count);
    for (i = 0; i < count && !a->zip->write_errno; i++) {
        const char *why = S_ISREG(entries[i].mode) ? gem5art__archive_put_file(a, &entries[i])
                                                   : gem5art__archive_put_other(a, &entries[i]);
        if (why) gem5art__archive_note(a, entries[i].path, why);
        if (a->zip->header.failed || a->zip->central.failed || a->notes->failed) return errno = ENOMEM, false;
    }
    return gem5art__zip_finish(a->zip);
}

/* Gives the archive its name, then syncs: in this order the journal commits once. It is used only after the syncs. */
static bool gem5art__archive_keep(gem5art__archiver *a, gem5art__new_file *file, const char *path,
                                  gem5art_error *error) {
    bool ok = gem5art__name_file(file, GEM5ART__REPLACE, NULL);
    file->made = file->made && !ok;
    if (ok && !gem5art__datasync(file->fd)) {
        ok = gem5art__fail_errno(error, "write", path);
        GEM5ART_SYS_UNLINKAT(dirfd(a->outdir), a->zip_name, 0);
    } else if (!ok) gem5art__fail_errno(error, "write", path);
    else if (!gem5art__sync(dirfd(a->outdir))) ok = gem5art__fail_errno(error, "sync the folder of", path);
    return ok;
}

/* Writes everything below the outdir `folder`, and below the folders beside it that `more` has (NULL-terminated, or
   NULL), to a new zip file in the outdir, whole or not at all; that is left out, as is what the globs `except` match.
   A file counts as long as it is when it is opened. `notes` gets a line for each other thing left out: a socket, a
   FIFO, a device, what vanished or is unreadable. `sha256` and *size: of the zip file. */
static bool gem5art__archive(DIR *outdir, const char *folder, const char *const *more, const char *const *except,
                             const char *zip_name, gem5art__buf *notes, char sha256[65], int64_t *size,
                             gem5art_error *error) {
    gem5art__archiver a;
    gem5art__new_file file;
    const char *path;
    bool ok = false;
    memset(&a, 0, sizeof a);
    a.outdir = outdir;
    a.folder = folder;
    a.zip_name = zip_name;
    a.except = except;
    a.notes = notes;
    path = gem5art__arena_printf(&a.names, "%s/%s", folder, zip_name);
    a.zip = (gem5art__zip *)GEM5ART_MALLOC(sizeof *a.zip);
    if (!a.zip || !path) {
        gem5art__free(a.zip);
        gem5art__arena_free(&a.names);
        return gem5art__fail_nomem(error);
    }
    memset(a.zip, 0, offsetof(gem5art__zip, tokens)); /* small folders do not touch most of the rest */
    a.zip->base = GEM5ART__DEFLATE_REACH; /* away from the zeros in the chains */
    gem5art__deflate_make_tables(a.zip);
    if (gem5art__archive_list(&a, more, error)) {
        ok = gem5art__begin_file(&file, dirfd(outdir), zip_name, 0666, NULL);
        if (ok) a.zip->fd = file.fd;
        ok = (ok && gem5art__archive_write(&a)) || gem5art__fail_errno(error, "write", path);
        ok = ok && gem5art__hash_opened(file.fd, path, sha256, NULL, size, error) &&
             gem5art__archive_keep(&a, &file, path, error);
        gem5art__abort_file(&file); /* what is left of it */
    }
    gem5art__buf_free(&a.zip->central);
    gem5art__buf_free(&a.zip->header);
    gem5art__free(a.zip);
    gem5art__buf_free(&a.entries);
    gem5art__arena_free(&a.names);
    return ok;
}

/* =============================================================== >>machine
   The CPUs and the memory that this machine has for a pool, within the limits of its cgroups. */

#define GEM5ART__NO_LIMIT 1e18

#ifndef GEM5ART_NO_PROC
/* Where a cgroup has its limits: its path follows `key` in /proc/self/cgroup, its files are below `mount`. */
static const struct gem5art__cgroup {
    bool memory;
    const char *key, *mount, *files[3], *keys[3]; /* in a file, its number follows the key */
} gem5art__cgroups[] = {
    /* CPU time and the period for it */
    {false, "0::", "/sys/fs/cgroup", {"cpu.max", "cpu.max", ""}, {"", " ", ""}},
    {false, ":cpu,cpuacct:", "/sys/fs/cgroup/cpu", {"cpu.cfs_quota_us", "cpu.cfs_period_us", ""}, {"", "", ""}},
    {false, ":cpu:", "/sys/fs/cgroup/cpu", {"cpu.cfs_quota_us", "cpu.cfs_period_us", ""}, {"", "", ""}},
    /* the most bytes, those in use, and those of files that were read and not used again, which give way */
    {true, "0::", "/sys/fs/cgroup", {"memory.max", "memory.current", "memory.stat"}, {"", "", "inactive_file"}},
    {true, ":memory:", "/sys/fs/cgroup/memory", {"memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat"},
     {"", "", "total_inactive_file"}}};

/* The number after `key` in a file; negative: there is none. */
static double gem5art__proc_number(gem5art__arena *arena, const char *path, const char *key) {
    const char *text = path ? gem5art__proc_text(arena, path, key) : "";
    return gem5art__is_digit(*text) ? strtod(text, NULL) : -1;
}

/* The least CPUs, or bytes of memory, that this process's cgroup and those above it leave. */
static double gem5art__cgroup_least(bool memory) {
    gem5art__arena arena = {NULL, false};
    double least = GEM5ART__NO_LIMIT, left, n[3];
    size_t i, k;
    for (i = 0; i < sizeof gem5art__cgroups / sizeof *gem5art__cgroups; i++) {
        const struct gem5art__cgroup *c = &gem5art__cgroups[i];
        char *path = c->memory == memory
                         ? gem5art__arena_copy(&arena, gem5art__proc_text(&arena, "/proc/self/cgroup", c->key)) : NULL;
        while (path && *path == '/') {
            char *slash = strrchr(path, '/');
            for (k = 0; k < 3; k++) {
                const char *file = gem5art__arena_printf(&arena, "%s%s/%s", c->mount, path, c->files[k]);
                n[k] = *c->files[k] ? gem5art__proc_number(&arena, file, c->keys[k]) : -1;
            }
            if (memory) left = n[0] < 0 || n[1] < 0 ? GEM5ART__NO_LIMIT : n[0] - n[1] + (n[2] > 0 ? n[2] : 0);
            else left = n[0] > 0 && n[1] > 0 ? n[0] / n[1] : GEM5ART__NO_LIMIT;
            if (left < least) least = left > 0 ? left : 0;
            slash[slash == path && path[1] ? 1 : 0] = 0; /* to the parent, "/", then "" */
        }
    }
    gem5art__arena_free(&arena);
    return least;
}
#endif

/* The CPUs that this process may use, by its affinity and its cgroups. */
static int gem5art__cpus(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
    cpu_set_t set;
    if (GEM5ART_SYS_SCHED_GETAFFINITY(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
#endif
#ifndef GEM5ART_NO_PROC
    {
        double quota = gem5art__cgroup_least(false);
        if (quota < (double)count) count = (long)quota + (quota > (double)(long)quota);
    }
#endif
    return count < 1 ? 1 : (int)count;
}

/* The bytes of memory that are available to this process; negative: not known. */
static double gem5art__available_memory(void) {
#ifdef GEM5ART_NO_PROC
    return -1;
#else
    gem5art__arena arena = {NULL, false};
    double available = gem5art__proc_number(&arena, "/proc/meminfo", "MemAvailable") * 1024;
    double least = gem5art__cgroup_least(true);
    gem5art__arena_free(&arena);
    return least < available ? least : available;
#endif
}

/* The bytes that this user may write to the file system of a path, or of its nearest folder. False: unknown. */
static bool gem5art__free_space(const char *path, double *bytes, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    char *at = gem5art__arena_copy(&arena, path), *slash;
    struct statvfs fs;
    int failed = -1;
    while (at && (failed = GEM5ART_SYS_STATVFS(at, &fs)) < 0 && errno == ENOENT && (slash = strrchr(at, '/')) != NULL &&
           slash != at)
        *slash = 0;
    if (at && failed == 0 && !fs.f_blocks) failed = -1, errno = ENOTSUP; /* a file system that does not count */
    if (!at) gem5art__fail_nomem(error);
    else if (failed) gem5art__fail_errno(error, "read the free space of", at);
    else *bytes = (double)fs.f_bavail * (double)(fs.f_frsize ? fs.f_frsize : fs.f_bsize);
    gem5art__arena_free(&arena);
    return failed == 0;
}

/* =============================================================== >>workers
   Threads for all work that touches a disk or waits for a process: the loop that steps a pool never blocks. */

typedef struct gem5art__task {
    struct gem5art__task *next;
    void (*work)(struct gem5art__task *task); /* in a worker's thread */
    gem5art__long_work control;
} gem5art__task;

typedef struct gem5art__task_list {
    gem5art__task *first, *last;
} gem5art__task_list;

enum { GEM5ART__QUEUES = 3, GEM5ART__MAX_WORKERS = 8 };

/* Tasks of one kind and their threads: no kind waits for another. */
typedef struct gem5art__queue {
    struct gem5art__workers *workers;
    pthread_cond_t more;
    pthread_t threads[GEM5ART__MAX_WORKERS];
    int count, limit, idle, waiting; /* threads, their limit, idle ones; waiting tasks */
    gem5art__task_list tasks;
} gem5art__queue;

typedef struct gem5art__workers {
    pthread_mutex_t mutex;
    gem5art__queue queues[GEM5ART__QUEUES];
    gem5art__task_list done; /* not yet processed by the pool */
    int wake;                /* see gem5art__wake */
    bool stop, ready;
} gem5art__workers;

static void gem5art__append_task(gem5art__task_list *list, gem5art__task *task) {
    *(list->first ? &list->last->next : &list->first) = task;
    list->last = task;
    task->next = NULL;
}

static gem5art__task *gem5art__first_task(gem5art__task_list *list) {
    gem5art__task *task = list->first;
    if (task) list->first = task->next;
    return task;
}

/* With the mutex held: does a task without it and hands it back. The first one handed back wakes the pool. */
static void gem5art__do_task(gem5art__workers *workers, gem5art__task *task) {
    bool first;
    pthread_mutex_unlock(&workers->mutex);
    gem5art__this_work = &task->control;
    (task->work)(task);
    gem5art__this_work = NULL;
    pthread_mutex_lock(&workers->mutex);
    first = !workers->done.first;
    gem5art__append_task(&workers->done, task);
    if (first) gem5art__wake(workers->wake);
}

static void *gem5art__worker_main(void *argument) {
    gem5art__queue *queue = (gem5art__queue *)argument;
    gem5art__workers *workers = queue->workers;
    pthread_mutex_lock(&workers->mutex);
    for (;;) {
        queue->idle++;
        while (!queue->tasks.first && !workers->stop) pthread_cond_wait(&queue->more, &workers->mutex);
        queue->idle--;
        if (workers->stop) break;
        queue->waiting--;
        gem5art__do_task(workers, gem5art__first_task(&queue->tasks));
    }
    pthread_mutex_unlock(&workers->mutex);
    return NULL;
}

static void gem5art__start_workers(gem5art__workers *workers, const int limits[GEM5ART__QUEUES], int wake) {
    int i;
    pthread_mutex_init(&workers->mutex, NULL);
    for (i = 0; i < GEM5ART__QUEUES; i++) {
        workers->queues[i].workers = workers;
        workers->queues[i].limit = limits[i] < GEM5ART__MAX_WORKERS ? limits[i] : GEM5ART__MAX_WORKERS;
        pthread_cond_init(&workers->queues[i].more, NULL);
    }
    workers->wake = wake;
    workers->ready = true;
}

/* Gives a task to the threads of a queue, one more if none is idle. If no thread can be made, it is done at once. */
static void gem5art__give_task(gem5art__queue *queue, gem5art__task *task, void (*work)(gem5art__task *task)) {
    sigset_t all, before;
    task->work = work;
    task->control.mutex = &queue->workers->mutex;
    pthread_mutex_lock(task->control.mutex);
    if (queue->idle <= queue->waiting && queue->count < queue->limit) {
        sigfillset(&all); /* signals are the host's */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        queue->count +=
            GEM5ART_SYS_PTHREAD_CREATE(&queue->threads[queue->count], NULL, gem5art__worker_main, queue) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (queue->count > 0) {
        gem5art__append_task(&queue->tasks, task);
        queue->waiting++;
        pthread_cond_signal(&queue->more);
    } else gem5art__do_task(queue->workers, task);
    pthread_mutex_unlock(task->control.mutex);
}

/* Asks a task that was given to end early, whether a worker has it or not. */
static void gem5art__give_up(gem5art__task *task) {
    pthread_mutex_lock(task->control.mutex);
    task->control.given_up = true;
    pthread_mutex_unlock(task->control.mutex);
}

/* Takes the next task that is done; NULL: none is. */
static gem5art__task *gem5art__take_done(gem5art__workers *workers) {
    gem5art__task *task;
    pthread_mutex_lock(&workers->mutex);
    task = gem5art__first_task(&workers->done);
    pthread_mutex_unlock(&workers->mutex);
    return task;
}

/* Ends the threads; waiting tasks are not begun. */
static void gem5art__stop_workers(gem5art__workers *workers) {
    int i, k;
    if (!workers->ready) return;
    pthread_mutex_lock(&workers->mutex);
    workers->stop = true;
    for (i = 0; i < GEM5ART__QUEUES; i++) pthread_cond_broadcast(&workers->queues[i].more);
    pthread_mutex_unlock(&workers->mutex);
    for (i = 0; i < GEM5ART__QUEUES; i++) {
        for (k = 0; k < workers->queues[i].count; k++) pthread_join(workers->queues[i].threads[k], NULL);
        pthread_cond_destroy(&workers->queues[i].more);
    }
    pthread_mutex_destroy(&workers->mutex);
}

/* ================================================================== >>pool
   Executes runs. A run in a pool is a job, in one list: first the active ones, then the queued ones in the order of
   their launch. The loop only moves jobs from state to state; all work is straight-line code in workers.

       QUEUED -> BEFORE -> SPAWNING -> RUNNING -> AFTER -> out of the pool
                  |  |         |                  | ^ |
                  |  |         +- not spawned ----|-+ +-> QUEUED (.retries)
                  |  +- artifact check failed ----+
                  +- too little disk space: QUEUED, in its turn
                  +- recorded, claimed, refused: skipped, out of the pool

   The table gem5art__states has what is done in each state and when it ends. A record becomes durable in
   gem5art__commit, a child is killed by gem5art__kill_job. */

typedef enum gem5art__job_state {
    GEM5ART__QUEUED,
    GEM5ART__BEFORE,
    GEM5ART__SPAWNING,
    GEM5ART__RUNNING,
    GEM5ART__AFTER
} gem5art__job_state;

/* Actions that are due at a time of the monotonic clock. */
typedef enum gem5art__timer {
    GEM5ART__TO_WORK,     /* the state's work: watch its files; try again to record it in a store that was locked */
    GEM5ART__TO_TIME_OUT,
    GEM5ART__TO_KILL,     /* SIGKILL follows a signal that did not end it */
    GEM5ART__TIMERS
} gem5art__timer;

/* How a worker's part of a job ended. */
typedef enum gem5art__result {
    GEM5ART__SKIPPED,      /* not launched: the error has the reason */
    GEM5ART__NO_ROOM,      /* not launched yet: see .min_disk */
    GEM5ART__READY,        /* to be spawned */
    GEM5ART__RECORDED,
    GEM5ART__NOT_RECORDED, /* the store refused it; the live entry stays */
    GEM5ART__STORE_BUSY
} gem5art__result;

/* A run in a pool. While a worker has it, `draft` and what follows it are the worker's. */
typedef struct gem5art__job {
    gem5art__task task;              /* first: a pointer to one is a pointer to the other */
    gem5art__task ahead;             /* see gem5art__check_ahead */
    struct gem5art__job *next, *previous;
    gem5art_pool *pool;
    gem5art__run *run;
    gem5art__job_state state;
    bool working;                    /* a worker has the task */
    double at[GEM5ART__TIMERS];      /* 0: not due */
    double begun;                    /* monotonic */
    int slot;                        /* its place among those that run, known to the warden; -1: none */
    int64_t turn;                    /* among the queued ones of its priority */
    int failures;                    /* attempts that count for .retries */
    const char *kill_reason;         /* NULL: it is not being ended */
    bool hurry;                      /* do not wait for its archive */
    double killed;                   /* monotonic: when SIGKILL was first asked for; 0: not yet */
    bool orphaned;                   /* its warden died: nobody waits for its processes */
    gem5art__end end;                /* of its child; .spawned 0: it never had one */
    gem5art_run draft;               /* becomes the run's public part when the work is done */
    gem5art__arena arena;            /* of this attempt */
    bool last_try;                   /* do not wait for a store that is locked */
    gem5art__result result;
    gem5art_error error;             /* for the event of its end; code OK: none */
    gem5art_error disk;              /* LIMIT: there is too little space; else why that is unknown; OK: enough */
    bool disk_asked;                 /* `disk` holds: the run came as far as that */
    gem5art__buf notes;              /* warnings for the log, one a line */
    int lost;                        /* lost attempts that were recorded */
    const char *const *probe;        /* variables, see gem5art__probe_begin */
    struct stat folder;              /* its outdir, */
    DIR *outdir;                     /* which is open while a worker has it; NULL also where it is gone */
    int64_t warden[2];               /* its pid and start, when the work began */
    gem5art__inputs inputs;          /* the files that it reads */
    gem5art__watch watch;
    const char *watch_reason;        /* to end it, found by the watch */
    int64_t child_start;             /* see gem5art__process_start; 0: unknown */
    double grown, next_beat;         /* monotonic */
    bool live_written, beaten;
    gem5art__buf lines;              /* its records */
    struct gem5art__job *next_commit;
    bool committed;
    gem5art_error commit_error;
} gem5art__job;

struct gem5art_pool {
    gem5art_db *db;
    gem5art__arena arena;
    gem5art_pool_desc desc;
    const char *cwd;      /* absolute */
    const gem5art__host_facts *host;
    gem5art__warden warden;
    gem5art__workers workers;
    bool unprocessed;     /* workers may have handed back jobs */
    gem5art__job *first, *last;
    gem5art__job *queued; /* the first QUEUED one; NULL: none */
    gem5art__job **slots; /* the job of each; NULL: free */
    const char *const *environment; /* name, value, ..., NULL: what is recorded of it */
    const int *cpus;      /* for each slot, where it is pinned */
    double stepped;       /* monotonic: when it was stepped last; 0: never */
    double launch_after;  /* monotonic: memory was short, and is checked again then */
    double disk_after;    /* monotonic: disk space is short, and a run that is launched then checks it */
    double disk_short;    /* monotonic: since when */
    gem5art_error disk;   /* what the last run that checked it found, while it is short or unknown; else OK */
    int64_t turns;        /* of its jobs so far */
    gem5art__index hashes; /* of every run it has had */
    gem5art_event counts; /* its numbers are kept up to date */
    int signals_handled;
    const char *stopping; /* why no more is launched; NULL: more is */
    bool signalled, stepping;
    int failures;         /* what counts for .max_failed */
    double took;          /* the seconds of all attempts that ended by themselves, and */
    int64_t took_count;   /* how many */
    gem5art_error first_error, last_error; /* of this step; of the last event that had one */
    gem5art_db *store;    /* a second handle of the store, for claims and look-ups: see gem5art__lock_store */
    gem5art_db *records;  /* a third one, for the thread that is `committing`: a slow disk holds up no launch */
    pthread_mutex_t store_mutex, commit_mutex;
    pthread_cond_t commit_done;
    gem5art__job *commits; /* those whose lines wait for the store */
    bool committing;
};

/* ---- in a worker: the store, and info.json */

/* The log of the pool's own handles of the store: warnings are passed on when the work is done. */
static void gem5art__note(const char *message, void *user_data) {
    gem5art__putf((gem5art__buf *)user_data, "%s\n", message);
}

static gem5art_db *gem5art__lock_store(gem5art__job *job) {
    pthread_mutex_lock(&job->pool->store_mutex);
    job->pool->store->user_data = &job->notes;
    return job->pool->store;
}

static void gem5art__unlock_store(gem5art__job *job) { pthread_mutex_unlock(&job->pool->store_mutex); }

/* Appends a job's lines to the store. While one thread writes, the lines of others gather and are written together. */
static bool gem5art__commit(gem5art__job *job, gem5art_error *error) {
    gem5art_pool *pool = job->pool;
    pthread_mutex_lock(&pool->commit_mutex);
    job->committed = false;
    job->next_commit = pool->commits;
    pool->commits = job;
    while (pool->committing && !job->committed) pthread_cond_wait(&pool->commit_done, &pool->commit_mutex);
    if (!job->committed) {
        gem5art__job *list = pool->commits, *each;
        gem5art__buf lines = {NULL, 0, 0, false};
        gem5art_error why;
        pool->commits = NULL;
        pool->committing = true;
        pthread_mutex_unlock(&pool->commit_mutex);
        for (each = list; each; each = each->next_commit) {
            if (each != list) gem5art__puts(&lines, ",\n");
            gem5art__put(&lines, each->lines.data, each->lines.length);
        }
        pool->records->user_data = &job->notes;
        gem5art__clear(&why);
        gem5art__record_lines(pool->records, &lines, &why);
        gem5art__buf_free(&lines);
        pthread_mutex_lock(&pool->commit_mutex);
        for (each = list; each; each = each->next_commit) each->commit_error = why, each->committed = true;
        pool->committing = false;
        pthread_cond_broadcast(&pool->commit_done);
    }
    *error = job->commit_error;
    pthread_mutex_unlock(&pool->commit_mutex);
    return error->code == GEM5ART_OK;
}

/* Opens the outdir for a worker. False: it is not there, or it is not the folder that the run began in. */
static bool gem5art__enter_outdir(gem5art__job *job, gem5art_error *error) {
    job->outdir = gem5art__open_outdir(job->draft.outdir, &job->folder, error);
    return job->outdir != NULL;
}

/* Is the folder at the outdir's path still the one that the run began in? */
static bool gem5art__still_there(const gem5art__job *job, gem5art_error *error) {
    struct stat st;
    if (GEM5ART_SYS_STAT(job->draft.outdir, &st) < 0)
        return gem5art__fail_errno(error, "find the outdir", job->draft.outdir);
    return gem5art__same_folder(job->draft.outdir, &st, &job->folder, error);
}

static void gem5art__leave_outdir(gem5art__job *job) {
    gem5art__close_folder(job->outdir);
    job->outdir = NULL;
}

/* Sets the draft's status and writes info.json. A failure is only noted: a full disk must not end a simulation. */
static void gem5art__show_state(gem5art__job *job, const char *status) {
    gem5art_error why;
    job->draft.status = status;
    if (job->outdir && !gem5art__write_info(&job->draft, job->outdir, &why)) gem5art__note(why.message, &job->notes);
}

/* Called by long work every GEM5ART_BEAT_SECONDS: keeps info.json fresh. */
static void gem5art__beat(void *data) {
    gem5art__job *job = (gem5art__job *)data;
    gem5art__show_state(job, job->draft.status);
}

/* Gives the attempt a new id where another program has recorded it, taken for lost (.take_lost, a removed lock file) or
   imported from its info.json: its outcome is recorded beside that. */
static bool gem5art__avoid_id(gem5art__job *job, gem5art_error *error) {
    gem5art_db *store = gem5art__lock_store(job);
    gem5art_run *r = &job->draft;
    const char *own = r->id;
    bool recorded;
    char id[37];
    if (gem5art__is_recorded(store, r->id, &recorded, NULL) && recorded && (own = NULL, gem5art__uuid(id, error)) &&
        (own = gem5art__arena_copy(&job->run->object.arena, id)) == NULL)
        gem5art__fail_nomem(error);
    if (own && own != r->id) {
        gem5art__warn(store, "another program has recorded this run already (%s): its outcome is recorded as %s", r->id,
                      own);
        gem5art__drop_live(store, r->hash, r->id);
        r->id = own;
        gem5art__show_state(job, r->status);
    }
    gem5art__unlock_store(job);
    return own != NULL;
}

/* Records the draft, and its archive if it has one; then drops the live entry and releases the claim. */
static void gem5art__record(gem5art__job *job, const gem5art_artifact *archive) {
    gem5art_db *store;
    gem5art_error why;
    bool ok = job->lines.length || /* they have been refused before */
              (gem5art__avoid_id(job, &why) && gem5art__put_run_lines(&job->lines, &job->draft, archive, &why));
    if (ok && !gem5art__commit(job, &why)) {
        job->result = GEM5ART__STORE_BUSY;
        if (why.code == GEM5ART_BUSY && !job->last_try) return;
        ok = false;
    }
    job->result = ok ? GEM5ART__RECORDED : GEM5ART__NOT_RECORDED;
    if (!ok) job->error = why;
    store = gem5art__lock_store(job);
    if (ok) gem5art__drop_live(store, job->draft.hash, job->draft.id);
    gem5art__unclaim_run(store, job->draft.hash);
    gem5art__unlock_store(job);
}

/* Records a run that was never spawned; job->error has the reason. */
static void gem5art__record_unspawned(gem5art__job *job, const char *status) {
    gem5art_run *r = &job->draft;
    r->running = false;
    r->rerunnable = true;
    r->end_time = gem5art__now();
    r->kill_reason = job->state == GEM5ART__AFTER ? gem5art__text_or(job->kill_reason, "") : "";
    r->error = r->cause = gem5art__text_or(gem5art__arena_copy(&job->run->object.arena, job->error.message), "");
    gem5art__show_state(job, status);
    gem5art__record(job, NULL);
}

/* ---- in a worker: before the spawn */

static void gem5art__cancelled(gem5art_error *why, const gem5art__job *job, const char *reason) {
    gem5art__fail(why, GEM5ART_CANCELLED, "run \"%s\" was not launched: it was cancelled (%s)", job->run->public_.name,
                  reason);
}

/* A list of name, value, ..., NULL: the pairs of `first`, then those of `more`; of one name the first counts. */
static const char *const *gem5art__join_pairs(gem5art__arena *arena, const char *const *first,
                                              const char *const *more) {
    const char *const *lists[2] = {first, more}, *const *from;
    const char **pairs;
    size_t count = 1, n = 0, k;
    int i;
    for (i = 0; i < 2; i++)
        for (from = lists[i]; from && *from; from++) count++;
    if ((pairs = (const char **)gem5art__arena_alloc(arena, count * sizeof *pairs)) == NULL) return gem5art__no_texts;
    for (i = 0; i < 2; i++)
        for (from = lists[i]; from && *from; from += 2) {
            for (k = 0; k < n && strcmp(pairs[k], *from) != 0;) k += 2;
            if (k < n) continue;
            pairs[n++] = gem5art__arena_copy(arena, from[0]);
            pairs[n++] = gem5art__arena_copy(arena, from[1]);
        }
    return pairs;
}

/* Bytes for people: "512 bytes", "3.1 GiB". */
static const char *gem5art__size_text(double bytes, char text[32]) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    size_t i;
    for (i = 0; bytes >= 1024 && i < 5; i++) bytes /= 1024;
    snprintf(text, 32, "%.*f %s", i ? 1 : 0, bytes, units[i]);
    return text;
}

/* Is there .min_disk on each file system that the run writes to? False, with LIMIT in job->disk, where there is not. */
static bool gem5art__has_room(gem5art__job *job) {
    const gem5art_db *db = job->pool->db;
    const char *const paths[] = {job->draft.outdir, db->path, db->storage};
    char texts[2][32];
    double needed = (double)job->pool->desc.min_disk, bytes = 0;
    int i;
    gem5art__clear(&job->disk);
    job->disk_asked = true;
    for (i = 0; needed > 0 && i < 3; i++)
        if (paths[i] && gem5art__free_space(paths[i], &bytes, &job->disk) && bytes < needed)
            return gem5art__fail(&job->disk, GEM5ART_LIMIT, "disk space: %s free, less than %s, at %s",
                                 gem5art__size_text(bytes, texts[0]), gem5art__size_text(needed, texts[1]), paths[i]);
    return true;
}

/* Claims the run and begins an attempt. False with the reason why it is skipped, or with job->result NO_ROOM. */
static bool gem5art__begin_run(gem5art__job *job, gem5art_error *error) {
    const gem5art_pool *pool = job->pool;
    gem5art__arena *arena = &job->run->object.arena;
    gem5art_db *store = gem5art__lock_store(job);
    gem5art_run *r = &job->draft;
    gem5art_error why;
    bool ok = gem5art__claim_run(store, r->hash, &why);
    if (!ok) {
        gem5art__unlock_store(job);
        return gem5art__fail(error, why.code, "run \"%s\" was not launched: %s", r->name, why.message);
    }
    arena->failed = false; /* earlier failures were already reported */
    ok = gem5art__check_queue(store, job->run, NULL, error) &&
         gem5art__take_lost(store, r->hash, pool->desc.take_lost, &job->lost, error) &&
         (pool->desc.rerun ? gem5art__refresh(store, error)
                           : gem5art__not_recorded(store, job->run, pool->desc.retries, &job->failures, error)) &&
         (strcmp(r->cwd, pool->cwd) == 0 || gem5art__same_script(store, job->run, pool->cwd, error));
    if (ok && !gem5art__has_room(job)) {
        job->result = GEM5ART__NO_ROOM;
        ok = false;
    }
    if (ok) {
        r->task_id = gem5art__arena_copy(arena, pool->desc.task_id);
        r->cwd = gem5art__arena_copy(arena, pool->cwd);
        r->host = pool->host->host;
        r->kernel = pool->host->kernel;
        r->user = pool->host->user;
        r->cpu_model = pool->host->cpu_model;
        r->environment = gem5art__join_pairs(arena, job->run->environment, pool->environment);
        ok = arena->failed ? gem5art__fail_nomem(error)
                           : gem5art__begin_attempt(store, job->run, r, &job->outdir, error) &&
                                 (GEM5ART_SYS_FSTAT(dirfd(job->outdir), &job->folder) == 0 ||
                                  gem5art__fail_errno(error, "read", r->outdir)) &&
                                 gem5art__write_live(store, r, 0, job->warden, error);
    }
    if (!ok) gem5art__unclaim_run(store, r->hash);
    if (!ok) *r = job->run->public_; /* it has not begun, and can be added again */
    gem5art__unlock_store(job);
    return ok;
}

/* Is the script that its repo does not track what it was when the run was created? */
static bool gem5art__check_script(gem5art__cache *cache, const gem5art__run *run, const char *path,
                                  gem5art_error *error) {
    gem5art__content content;
    if (!gem5art__hash_shared(cache, path, 0, &content, error)) return false;
    if (strcmp(content.hash, run->script_hash) == 0) return true;
    return gem5art__fail(error, GEM5ART_CHANGED,
                         "the script %s is not what it was when the run was created: its SHA-256 is %s, not %s; "
                         "create the run again",
                         path, content.hash, run->script_hash);
}

/* Checks the last repo of a lone run while its worker checks the others, so that it waits only once for git. */
static void *gem5art__check_ahead(void *argument) {
    gem5art__job *job = (gem5art__job *)argument;
    const gem5art__run *run = job->run;
    gem5art__arena arena = {NULL, false};
    const char *path;
    size_t k = run->used_count;
    gem5art__this_work = &job->ahead.control;
    while (k > 0 && !*run->used[k - 1]->git_hash) k--;
    path = k ? gem5art__join_path(&arena, job->pool->cwd, run->used[k - 1]->path) : NULL;
    if (path) gem5art__check(&job->pool->db->cache, run->used[k - 1], path, NULL); /* which keeps the commit */
    gem5art__arena_free(&arena);
    return NULL;
}

/* Checks every artifact, and a script that its repo does not track. Runs begin with different artifacts, to share the
   hashing of those that they have in common. False with the path of one that is not what was registered. */
static bool gem5art__check_used(gem5art__job *job, const char **path, gem5art_error *error) {
    const gem5art__run *run = job->run;
    gem5art__cache *cache = &job->pool->db->cache;
    size_t count = run->used_count + (run->script_hash != NULL), i;
    pthread_t thread;
    bool lone = job->pool->desc.jobs == 1 && !job->pool->counts.launched, ok = true;
    job->ahead.control.mutex = job->task.control.mutex;
    lone = lone && GEM5ART_SYS_PTHREAD_CREATE(&thread, NULL, gem5art__check_ahead, job) == 0;
    for (i = 0; ok && i < count; i++) {
        size_t k = (i + (size_t)job->slot) % count;
        bool script = k == run->used_count;
        *path = gem5art__join_path(&job->arena, job->pool->cwd, script ? job->draft.run_script : run->used[k]->path);
        if (!*path) ok = gem5art__fail_nomem(error);
        else if (script) ok = gem5art__check_script(cache, run, *path, error);
        else ok = gem5art__check(cache, run->used[k], *path, error);
    }
    if (lone) {
        gem5art__give_up(&job->ahead);
        pthread_join(thread, NULL);
    }
    if (ok) *path = NULL;
    return ok;
}

static bool gem5art__prepare_spawn(gem5art__job *job, gem5art_error *error) {
    gem5art_run *r = &job->draft;
    size_t i;
    bool ok = gem5art__claim_still_holds(gem5art__lock_store(job), r->hash, error);
    gem5art__unlock_store(job);
    if (!ok || !gem5art__watch_begin(&job->watch, r, job->outdir, error)) return false;
    gem5art__check_inputs(&job->inputs, job->run, r, &job->arena, job->pool->cwd);
    for (i = 0; i < r->warning_count; i++) gem5art__note(r->warnings[i].text, &job->notes);
    job->probe = gem5art__probe_begin(&job->arena, r, job->outdir, job->run->no_probe, job->run->environment);
    gem5art__show_state(job, "Spawning");
    return true;
}

static void gem5art__before(gem5art__task *task) {
    gem5art__job *job = (gem5art__job *)task;
    const char *path = NULL, *status = "Failed";
    bool cancelled = gem5art__given_up();
    job->result = GEM5ART__SKIPPED;
    job->disk_asked = false;
    if (cancelled) gem5art__cancelled(&job->error, job, "before it was begun");
    else if (gem5art__begin_run(job, &job->error)) {
        job->result = GEM5ART__READY;
        if (gem5art__check_used(job, &path, &job->error) && gem5art__prepare_spawn(job, &job->error))
            gem5art__clear(&job->error);
        else if (!gem5art__given_up()) { /* else it is cancelled, which gem5art__spawn reports */
            if (path) status = gem5art__arena_printf(&job->run->object.arena, "Failed artifact check for %s", path);
            gem5art__record_unspawned(job, gem5art__text_or(status, "Failed artifact check"));
        }
    }
    gem5art__leave_outdir(job);
}

/* ---- in a worker: while the child runs */

/* Looks for reasons to end the run in its files, and refreshes info.json when it is time. */
static void gem5art__watch_run(gem5art__task *task) {
    enum { GEM5ART__WATCH_BYTES = 8 << 20 }; /* of one round, so that a flood on a terminal holds up no other run */
    gem5art__job *job = (gem5art__job *)task;
    gem5art_error error;
    if (!job->live_written && pthread_mutex_trylock(&job->pool->store_mutex) == 0) { /* a slow disk holds up no watch */
        job->pool->store->user_data = &job->notes;
        job->child_start = gem5art__process_start(job->draft.pid, false);
        job->live_written = true;
        if (!gem5art__write_live(job->pool->store, &job->draft, job->child_start, NULL, &error))
            gem5art__note(error.message, &job->notes);
        gem5art__unlock_store(job);
    }
    job->beaten = gem5art__monotonic() >= job->next_beat;
    if (!gem5art__enter_outdir(job, &error) && job->beaten) gem5art__note(error.message, &job->notes);
    job->watch_reason = gem5art__watch_files(&job->watch, &job->draft, job->outdir, GEM5ART__WATCH_BYTES, false,
                                             &job->grown);
    if (job->beaten) {
        gem5art__show_state(job, job->draft.status);
        job->next_beat = gem5art__monotonic() + GEM5ART_BEAT_SECONDS;
    }
    gem5art__leave_outdir(job);
}

/* ---- in a worker: after the child's end */

/* Ends the processes that a dead warden has left. */
static void gem5art__end_orphans(const gem5art__job *job) {
    enum { GEM5ART__ORPHAN_TRIES = 500 }; /* 5 s: a process that outlives SIGKILL so long is not reaped */
    pid_t pid = (pid_t)job->draft.pid;
    int tries;
    for (tries = 0; tries < GEM5ART__ORPHAN_TRIES; tries++) {
        int64_t start = pid > 0 ? gem5art__process_start(pid, false) : 0;
        bool group = pid > 0 && (!start || start == job->child_start) && GEM5ART_SYS_KILL(-pid, SIGKILL) == 0;
        if (pid > 0) GEM5ART_SYS_WAITPID(pid, NULL, WNOHANG); /* where the host adopts orphans */
        if (gem5art__end_processes_of(job->draft.id, SIGKILL) == 0 && !group) return;
        GEM5ART_SYS_POLL(NULL, 0, 10);
    }
}

/* Archives the outdir and the folders of m5.fork; with .no_archive, archive->id stays "". */
static bool gem5art__archive_run(gem5art__job *job, gem5art_artifact *archive, gem5art_error *error) {
    gem5art_run *r = &job->draft;
    const char *path = gem5art__join_path(&job->arena, r->outdir, GEM5ART__RESULTS);
    char id[37], hash[65];
    memset(archive, 0, sizeof *archive);
    gem5art__set_defaults(gem5art__artifact_fields, archive);
    archive->type = "directory";
    archive->name = r->name;
    archive->documentation = "Compressed version of the results directory";
    archive->command = gem5art__arena_printf(&job->arena, "zip results.zip -r %s", r->outdir);
    archive->path = path;
    archive->cwd = ".";
    archive->is_zipped = true;
    if (!gem5art__uuid(id, error)) return false;
    if (!r->no_archive) r->results = archive->id = gem5art__arena_copy(&job->run->object.arena, id);
    if (!archive->id || job->arena.failed) return gem5art__fail_nomem(error);
    gem5art__show_state(job, r->status);
    if (r->no_archive) return gem5art__still_there(job, error);
    job->task.control.beat = NULL; /* the archived files must not change */
    if (!gem5art__archive(job->outdir, r->outdir, job->end.forks, r->archive_except, GEM5ART__RESULTS, &job->notes,
                          hash, &archive->size, error) ||
        !gem5art__still_there(job, error) || !gem5art__keep_copy(job->pool->db->storage, path, id, hash, error))
        return false;
    r->results_size = archive->size;
    archive->hash = gem5art__arena_copy(&job->arena, hash);
    archive->time = gem5art__now();
    return archive->hash ? true : gem5art__fail_nomem(error);
}

/* Results that could not be archived are not results. */
static void gem5art__not_archived(gem5art__job *job, const gem5art_error *why) {
    gem5art_run *r = &job->draft;
    const char *text = gem5art__arena_printf(&job->run->object.arena, "its results are not archived: %s", why->message);
    gem5art__note(text ? text : why->message, &job->notes);
    r->results = NULL;
    r->results_size = -1;
    r->rerunnable = true;
    r->error = text ? text : "its results are not archived: out of memory";
    if (strcmp(r->status, "Finished") == 0) r->cause = r->error;
    gem5art__show_state(job, "Failed");
}

static void gem5art__note_files(gem5art__job *job) {
    gem5art__run *run = job->run;
    gem5art_error error;
    bool ok = gem5art__hash_inputs(&job->inputs, run, &job->draft, job->outdir, &error);
    if (ok) {
        ok = gem5art__record_inputs(gem5art__lock_store(job), &job->inputs, &job->draft, &run->object.arena, &error);
        gem5art__unlock_store(job);
    }
    if (!ok) gem5art__note(error.message, &job->notes);
}

/* The outcome, from the child's end and its files, then the archive and the record. */
static void gem5art__end_run(gem5art__job *job) {
    gem5art_run *r = &job->draft;
    gem5art_artifact archive;
    gem5art_error error, gone;
    bool there = gem5art__enter_outdir(job, &gone), ok;
    if (job->orphaned) {
        r->error = "the warden process was killed while it ran this; run it again";
        gem5art__end_orphans(job);
    }
    job->end.forks = gem5art__forks_of(r->outdir, job->end.spawned, &job->arena);
    if (!gem5art__classify(r, &job->run->object.arena, &job->end, &job->watch, job->outdir, &error)) { /* no memory */
        r->running = false;
        r->rerunnable = true;
        r->status = "Failed";
        r->error = r->cause = "its outcome could not be read: out of memory";
    } else if (there) gem5art__note_files(job);
    ok = there && gem5art__archive_run(job, &archive, &error);
    if (!ok) gem5art__not_archived(job, there ? &error : &gone);
    gem5art__record(job, ok && *archive.id ? &archive : NULL);
}

static void gem5art__after(gem5art__task *task) {
    gem5art__job *job = (gem5art__job *)task;
    gem5art_error why;
    if (job->lines.length) gem5art__record(job, NULL);
    else if (job->end.spawned > 0) gem5art__end_run(job);
    else {
        if (!gem5art__enter_outdir(job, &why)) gem5art__note(why.message, &job->notes);
        gem5art__record_unspawned(job, "Failed");
    }
    gem5art__leave_outdir(job);
}

/* ---- the loop: jobs and their states */

/* Each state: what it is counted as, the work of its workers, and what ends it. Each state clears the timers of the one
   before it; those that are set are what is due in it: see gem5art__job_due. */
static const struct {
    size_t counter; /* in gem5art_event */
    int queue;
    void (*work)(gem5art__task *task);
} gem5art__states[] = {
    {offsetof(gem5art_event, queued), 0, NULL},                /* ends by gem5art__launch */
    {offsetof(gem5art_event, running), 0, gem5art__before},    /* with its work: gem5art__work_done */
    {offsetof(gem5art_event, running), 0, NULL},               /* with a report of the warden; TO_KILL */
    {offsetof(gem5art_event, running), 1, gem5art__watch_run}, /* with a report; TO_WORK, TO_TIME_OUT, TO_KILL */
    {offsetof(gem5art_event, ending), 2, gem5art__after}};     /* with its work; TO_WORK where the store was locked */

static int *gem5art__counter(gem5art__job *job) {
    return (int *)(void *)((char *)&job->pool->counts + gem5art__states[job->state].counter);
}

static void gem5art__set_state(gem5art__job *job, gem5art__job_state state) {
    --*gem5art__counter(job);
    job->state = state;
    job->killed = 0;
    ++*gem5art__counter(job);
    memset(job->at, 0, sizeof job->at);
}

/* The time of the first timer of a job, and which it is; 0: none is set. */
static double gem5art__job_due(const gem5art__job *job, gem5art__timer *timer) {
    double due = 0;
    int i;
    for (i = 0; i < GEM5ART__TIMERS; i++)
        if (job->at[i] > 0 && (due <= 0 || job->at[i] < due)) due = job->at[i], *timer = (gem5art__timer)i;
    return due;
}

/* The first active job, and the one after it. */
static gem5art__job *gem5art__first_active(const gem5art_pool *pool) {
    return pool->first == pool->queued ? NULL : pool->first;
}
static gem5art__job *gem5art__next_active(const gem5art__job *job) {
    return job->next == job->pool->queued ? NULL : job->next;
}

/* Is the turn of a queued job after this one's? */
static bool gem5art__goes_later(const gem5art__job *queued, const gem5art__job *job) {
    int priority = job->run->priority;
    return queued->run->priority < priority || (queued->run->priority == priority && queued->turn > job->turn);
}

/* Puts a job after the queued ones of its priority, or back in its turn. */
static void gem5art__enqueue(gem5art__job *job) {
    gem5art_pool *pool = job->pool;
    gem5art__job *at = pool->last;
    if (!job->turn) job->turn = ++pool->turns;
    while (at && at->state == GEM5ART__QUEUED && gem5art__goes_later(at, job)) at = at->previous;
    job->previous = at;
    job->next = at ? at->next : pool->first;
    *(at ? &at->next : &pool->first) = job;
    *(job->next ? &job->next->previous : &pool->last) = job;
    if (job->next == pool->queued) pool->queued = job;
    pool->counts.queued++;
}

static void gem5art__free_slot(gem5art__job *job) {
    if (job->slot >= 0) job->pool->slots[job->slot] = NULL;
    job->slot = -1;
}

/* A job leaves the pool; its caller counts it. */
static void gem5art__leave(gem5art__job *job) {
    gem5art_pool *pool = job->pool;
    --*gem5art__counter(job);
    if (pool->queued == job) pool->queued = job->next;
    *(job->previous ? &job->previous->next : &pool->first) = job->next;
    *(job->next ? &job->next->previous : &pool->last) = job->previous;
    gem5art__free_slot(job);
}

static int gem5art__pool_left(const gem5art_pool *pool) {
    return pool->counts.queued + pool->counts.running + pool->counts.ending;
}

/* Resets a job to what it was when it was added, except its failures. */
static void gem5art__reset_job(gem5art__job *job) {
    gem5art__run *run = job->run;
    gem5art_pool *pool = job->pool;
    int failures = job->failures;
    gem5art__watch_free(&job->watch);
    gem5art__arena_free(&job->arena);
    gem5art__buf_free(&job->notes);
    gem5art__buf_free(&job->lines);
    memset(job, 0, sizeof *job);
    job->run = run;
    job->pool = pool;
    job->failures = failures;
    job->slot = -1;
}

static void gem5art__free_job(gem5art__job *job) {
    gem5art__reset_job(job);
    job->run->in_pool = false;
    if (job->run->released) gem5art__free_run(job->run);
    gem5art__free(job);
}

/* ---- the loop: events */

/* Seconds until all have ended: what active and queued runs still need, shared out among as many slots as they fill. */
static double gem5art__eta(const gem5art_pool *pool) {
    int left = gem5art__pool_left(pool), slots = left < pool->desc.jobs ? left : pool->desc.jobs;
    const gem5art__job *job;
    double mean, work, now = gem5art__monotonic();
    if (!left) return 0;
    if (!pool->took_count) return -1;
    mean = pool->took / (double)pool->took_count;
    work = mean * pool->counts.queued;
    for (job = gem5art__first_active(pool); job; job = gem5art__next_active(job))
        if (job->begun + mean > now) work += job->begun + mean - now;
    return work / slots;
}

static void gem5art__emit(gem5art_pool *pool, gem5art_event_type type, const gem5art__run *run,
                          const gem5art_error *error) {
    gem5art_event event;
    if (error) pool->last_error = *error;
    if (!pool->desc.event) return;
    event = pool->counts;
    event.eta = gem5art__eta(pool);
    event.type = type;
    event.run = &run->public_;
    event.error = error;
    pool->desc.event(&event, pool->desc.user_data);
}

/* A job leaves the pool without having been launched. */
static void gem5art__skip_job(gem5art__job *job, const gem5art_error *error) {
    gem5art_pool *pool = job->pool;
    bool refused = error->code != GEM5ART_EXISTS && error->code != GEM5ART_BUSY && error->code != GEM5ART_CANCELLED;
    gem5art__leave(job);
    pool->counts.skipped++;
    pool->counts.recorded += error->code == GEM5ART_EXISTS;
    if (refused && pool->first_error.code == GEM5ART_OK) pool->first_error = *error;
    gem5art__emit(pool, GEM5ART_EVENT_SKIPPED, job->run, error);
    gem5art__free_job(job);
}

/* Skips all queued runs. Those that are added later are skipped too. */
static void gem5art__stop_launching(gem5art_pool *pool, const char *reason) {
    gem5art_error why;
    pool->stopping = reason;
    while (pool->queued) {
        gem5art__cancelled(&why, pool->queued, reason);
        gem5art__skip_job(pool->queued, &why);
    }
}

/* ---- the loop: killing */

static void gem5art__signal_job(gem5art__job *job, int number) {
    gem5art__warden_signal(&job->pool->warden, job->slot, number);
    if (number == SIGKILL && job->killed <= 0) job->killed = gem5art__monotonic();
}

/* In a pool that ends: were all running jobs killed long ago, without effect? Then they, or their warden (see
   gem5art__warden_check), are stuck in the kernel and not waited for. */
static bool gem5art__is_stuck(const gem5art_pool *pool) {
    double long_ago = gem5art__monotonic() - GEM5ART__STUCK_SECONDS;
    const gem5art__job *job = gem5art__first_active(pool);
    for (; job; job = gem5art__next_active(job))
        if ((job->state == GEM5ART__SPAWNING || job->state == GEM5ART__RUNNING) &&
            (job->killed <= 0 || job->killed > long_ago))
            return false;
    return pool->stopping != NULL;
}

/* Ends a run by SIGINT, and by SIGKILL after the grace time. One whose turn has not come is ended then. One that is just
   being spawned gets its SIGINT by gem5art__spawned; if its exec is stuck, only the SIGKILL. False: it has ended. */
static bool gem5art__kill_job(gem5art__job *job, const char *reason, bool at_once) {
    gem5art_pool *pool = job->pool;
    bool first = !job->kill_reason;
    double grace = at_once || pool->desc.grace < 0 ? 0 : pool->desc.grace;
    if (job->state == GEM5ART__AFTER) return false;
    if (first) job->kill_reason = reason;
    if (job->state == GEM5ART__BEFORE) gem5art__give_up(&job->task);
    if (job->state != GEM5ART__SPAWNING && job->state != GEM5ART__RUNNING) return true;
    if (grace <= 0) gem5art__signal_job(job, SIGKILL);
    else if (job->state == GEM5ART__RUNNING) gem5art__signal_job(job, SIGINT);
    job->at[GEM5ART__TO_KILL] = gem5art__monotonic() + (grace > 0 ? grace : 1);
    job->at[GEM5ART__TO_TIME_OUT] = 0;
    if (first && job->state == GEM5ART__RUNNING) {
        job->run->public_.kill_reason = reason;
        gem5art__emit(pool, GEM5ART_EVENT_KILLED, job->run, NULL);
    }
    return true;
}

/* Ends all runs. `at_once` waits for nothing: neither for grace times nor, where `hurry`, for archives. */
static void gem5art__stop_all(gem5art_pool *pool, const char *reason, bool at_once, bool hurry) {
    gem5art__job *job;
    pool->stopping = reason;
    for (job = gem5art__first_active(pool); job; job = gem5art__next_active(job)) {
        gem5art__kill_job(job, reason, at_once);
        job->hurry = job->hurry || hurry;
        if (hurry) gem5art__give_up(&job->task);
    }
    gem5art__stop_launching(pool, reason);
}

/* ---- the loop: disk space */

/* Processes what a job found about disk space. The log gets one line when runs wait, when they no longer do, and when
   the space is unknown. Runs that were launched before the wait began do not end it. */
static void gem5art__note_room(gem5art__job *job, double now) {
    gem5art_pool *pool = job->pool;
    bool is_short = job->disk.code == GEM5ART_LIMIT, was_short = pool->disk.code == GEM5ART_LIMIT;
    bool unknown = job->disk.code != GEM5ART_OK && !is_short;
    if (pool->desc.min_disk <= 0 || (!is_short && was_short && job->begun < pool->disk_short)) return;
    if (is_short && !was_short) {
        pool->disk_short = now;
        gem5art__warn(pool->db, "runs wait for %s", job->disk.message);
    }
    if (!is_short && was_short) gem5art__warn(pool->db, "there is enough disk space again: runs are launched");
    if (unknown && pool->disk.code != job->disk.code)
        gem5art__warn(pool->db, "%s: runs are launched without this check", job->disk.message);
    pool->disk = job->disk;
    pool->disk_after = is_short ? now + GEM5ART_WATCH_SECONDS : 0;
    pool->counts.waits_for = is_short ? pool->disk.message : NULL;
}

/* ---- the loop: handing jobs to workers */

/* Gives a job to a worker of its state, with a draft of its run. */
static void gem5art__start_work(gem5art__job *job) {
    job->at[GEM5ART__TO_WORK] = 0;
    job->working = true;
    job->draft = job->run->public_;
    job->last_try = job->pool->stopping != NULL;
    job->warden[0] = job->pool->warden.pid;
    job->warden[1] = job->pool->warden.start;
    job->task.control.given_up = job->hurry;
    job->task.control.beat = gem5art__beat;
    job->task.control.data = job;
    job->task.control.beat_at = gem5art__monotonic() + GEM5ART_BEAT_SECONDS;
    gem5art__give_task(&job->pool->workers.queues[gem5art__states[job->state].queue], &job->task,
                       gem5art__states[job->state].work);
}

/* The child has ended, or there was none: the slot is free, and the rest is a worker's, once the watch has ended. */
static void gem5art__start_after(gem5art__job *job) {
    gem5art__free_slot(job);
    gem5art__set_state(job, GEM5ART__AFTER);
    if (!job->working) gem5art__start_work(job);
}

/* A job whose outcome is recorded, or cannot be, leaves the pool or is queued again. */
static void gem5art__finish_job(gem5art__job *job) {
    gem5art_pool *pool = job->pool;
    const gem5art_run *r = &job->run->public_;
    bool finished = strcmp(r->status, "Finished") == 0, recorded = job->result == GEM5ART__RECORDED;
    if (!recorded && pool->first_error.code == GEM5ART_OK) pool->first_error = job->error;
    if (!r->rerunnable) {
        pool->took += gem5art__monotonic() - job->begun;
        pool->took_count++;
    }
    gem5art__leave(job);
    if (recorded && !pool->stopping && !finished && !r->rerunnable && job->failures++ < pool->desc.retries) {
        gem5art__reset_job(job);
        gem5art__enqueue(job);
        pool->counts.retried++;
        gem5art__emit(pool, GEM5ART_EVENT_RETRIED, job->run, NULL);
        return;
    }
    ++*(finished ? &pool->counts.finished : &pool->counts.failed);
    pool->failures += !finished && !gem5art__starts_with(r->kill_reason, "sig") && strcmp(r->kill_reason, "lost") != 0;
    gem5art__emit(pool, GEM5ART_EVENT_ENDED, job->run, job->error.code == GEM5ART_OK ? NULL : &job->error);
    gem5art__free_job(job);
    if (!pool->stopping && pool->desc.max_failed > 0 && pool->failures >= pool->desc.max_failed)
        gem5art__stop_launching(pool, "as many runs as .max_failed allows have failed");
}

/* ---- the loop: the warden's reports */

static void gem5art__spawned(gem5art__job *job, const gem5art__message *report) {
    const double first_watch = 0.05; /* a run that ends sooner is not watched: its files are read when it has ended */
    gem5art__run *run = job->run;
    double now = gem5art__monotonic();
    const char *reason = job->kill_reason; /* it was cancelled while it was spawned */
    gem5art__set_state(job, GEM5ART__RUNNING);
    job->kill_reason = NULL;
    job->end.spawned = gem5art__now();
    job->grown = job->next_beat = now;
    job->at[GEM5ART__TO_TIME_OUT] = run->public_.timeout > 0 ? now + run->public_.timeout : 0;
    job->at[GEM5ART__TO_WORK] = now + (GEM5ART_WATCH_SECONDS < first_watch ? GEM5ART_WATCH_SECONDS : first_watch);
    run->public_.pid = report->pid;
    run->public_.status = "Running";
    job->pool->counts.launched++;
    gem5art__emit(job->pool, GEM5ART_EVENT_SPAWNED, run, NULL);
    if (reason && !job->kill_reason) gem5art__kill_job(job, reason, false);
}

static void gem5art__spawn_failed(gem5art__job *job, const gem5art__exec_failure *failure) {
    const char *program = job->run->public_.command[0], *cwd = job->pool->cwd, *what = NULL;
    const char *why = strerror(failure->number), *path = gem5art__join_path(&job->arena, cwd, program);
    gem5art__arena *arena = &job->arena;
    if (failure->step == GEM5ART__OPEN_CONSOLE)
        what = gem5art__arena_printf(arena, "write %s/console.txt", job->run->public_.outdir);
    if (failure->step == GEM5ART__SET_NICE)
        what = gem5art__arena_printf(arena, "set the niceness %d (.nice)", job->run->nice);
    if (failure->step == GEM5ART__SET_CPU)
        what = gem5art__arena_printf(arena, "pin the run to CPU %d (.pin)", job->pool->cpus[job->slot]);
    if (failure->step == GEM5ART__ENTER_CWD) what = gem5art__arena_printf(arena, "enter the cwd %s", cwd);
    if (failure->step == GEM5ART__EXECUTE) {
        what = gem5art__arena_printf(arena, "execute %s in %s", program, cwd);
        if (failure->number == ENOENT && path && GEM5ART_SYS_ACCESS(path, F_OK) == 0)
            why = "the interpreter or loader that it names does not exist";
    }
    gem5art__fail(&job->error, GEM5ART_IO, "cannot %s: %s", what ? what : "spawn the run", why);
    gem5art__start_after(job);
}

/* The user's check, on the thread that steps the pool. */
static bool gem5art__fails_check(const gem5art__run *run) {
    return run->check_failure && (run->check_failure)(&run->public_, run->user_data);
}

/* The child has ended: the run is checked once more. */
static void gem5art__child_ended(gem5art__job *job, int status, int stragglers, const struct rusage *usage) {
    gem5art_run *r = &job->run->public_;
    r->end_time = gem5art__now();
    r->ru_utime = (double)usage->ru_utime.tv_sec + (double)usage->ru_utime.tv_usec / 1e6;
    r->ru_stime = (double)usage->ru_stime.tv_sec + (double)usage->ru_stime.tv_usec / 1e6;
    r->ru_maxrss = usage->ru_maxrss;
    r->ru_inblock = usage->ru_inblock;
    r->ru_oublock = usage->ru_oublock;
    r->ru_nvcsw = usage->ru_nvcsw;
    r->ru_nivcsw = usage->ru_nivcsw;
    if (!job->kill_reason && gem5art__fails_check(job->run)) job->kill_reason = "User defined kill";
    job->end.status = status;
    job->end.stragglers = stragglers;
    job->end.kill_reason = job->kill_reason;
    gem5art__start_after(job);
}

/* The warden was killed, or did not answer any more: its children must not outlive it. */
static void gem5art__warden_died(gem5art_pool *pool) {
    gem5art__job *job, *next;
    struct rusage none;
    pool->warden.dead = true;
    memset(&none, 0, sizeof none);
    gem5art__warn(pool->db, "the warden process (pid %ld) was killed: its runs are ended and recorded as lost",
                  (long)pool->warden.pid);
    for (job = gem5art__first_active(pool); job; job = next) {
        next = gem5art__next_active(job);
        if (job->state != GEM5ART__RUNNING && job->state != GEM5ART__SPAWNING) continue;
        if (!job->kill_reason) job->kill_reason = "lost";
        if (job->end.spawned <= 0) job->end.spawned = gem5art__now(); /* perhaps */
        job->orphaned = true;
        gem5art__child_ended(job, SIGKILL, 0, &none);
    }
}

/* Reads all reports before any timer is checked: a run that has ended does not time out, however late the pool is
   stepped. Checks the warden at least every second while it has children. */
static void gem5art__read_reports(gem5art_pool *pool) {
    const gem5art__message *report;
    bool more = true;
    while ((report = gem5art__warden_read(&pool->warden, &more)) != NULL) {
        gem5art__job *job = pool->slots[report->slot];
        if (!job) continue;
        if (report->type == GEM5ART__SPAWNED) gem5art__spawned(job, report);
        else if (report->type == GEM5ART__NOT_SPAWNED) gem5art__spawn_failed(job, &report->failure);
        else gem5art__child_ended(job, report->status, report->stragglers, &report->usage);
    }
    if (pool->warden.dead || !pool->counts.running) return;
    if (gem5art__is_stuck(pool)) pool->warden.lost = true;
    if (!gem5art__warden_check(&pool->warden, gem5art__monotonic())) gem5art__warden_died(pool);
}

/* ---- the loop: taking jobs back from workers */

/* Has a job's child spawned by the warden, or if that is dead, by a new one; unless the job was cancelled meanwhile. */
static void gem5art__spawn(gem5art__job *job) {
    gem5art_pool *pool = job->pool;
    gem5art__warden *warden = &pool->warden;
    int cpu = pool->cpus ? pool->cpus[job->slot] : -1, tries = 0;
    if (job->kill_reason) gem5art__cancelled(&job->error, job, job->kill_reason);
    for (; !job->kill_reason && tries < 2; tries++) {
        if (warden->dead && !gem5art__warden_start(warden, pool->desc.jobs, pool->desc.grace, &job->error)) break;
        if (gem5art__warden_spawn(warden, job->slot, job->run, cpu, pool->cwd, job->probe, &job->error)) {
            gem5art__set_state(job, GEM5ART__SPAWNING);
            return;
        }
        if (job->error.code != GEM5ART_IO) break;
        gem5art__warden_died(pool);
    }
    if (job->error.code == GEM5ART_IO) job->kill_reason = "lost";
    gem5art__start_after(job);
}

/* A round of watching a run's files has ended. */
static void gem5art__watch_done(gem5art__job *job) {
    gem5art__run *run = job->run;
    const char *reason = job->watch_reason;
    double now = gem5art__monotonic();
    job->at[GEM5ART__TO_WORK] = now + GEM5ART_WATCH_SECONDS;
    run->public_.current_time = job->draft.current_time;
    if (job->beaten) gem5art__emit(job->pool, GEM5ART_EVENT_BEAT, run, NULL);
    if (job->kill_reason) return;
    if (!reason && gem5art__fails_check(run)) reason = "User defined kill";
    if (!reason && run->public_.stall > 0 && now - job->grown >= run->public_.stall) reason = "stall";
    if (reason) gem5art__kill_job(job, reason, false);
}

static void gem5art__work_done(gem5art__job *job) {
    const char *note, *end;
    for (note = gem5art__text_or(job->notes.data, ""); *note; note = *end ? end + 1 : end) {
        end = note + strcspn(note, "\n");
        gem5art__warn(job->pool->db, "run \"%s\": %.*s", job->run->public_.name, (int)(end - note), note);
    }
    gem5art__buf_free(&job->notes);
    job->working = false;
    if (job->task.work == gem5art__watch_run) {
        if (job->state == GEM5ART__AFTER) gem5art__start_work(job);
        else gem5art__watch_done(job);
        return;
    }
    job->run->public_ = job->draft;
    job->pool->counts.lost += job->lost;
    job->lost = 0;
    if (job->state == GEM5ART__BEFORE && job->disk_asked) gem5art__note_room(job, gem5art__monotonic());
    if (job->result == GEM5ART__NO_ROOM && job->kill_reason) {
        gem5art__cancelled(&job->error, job, job->kill_reason);
        job->result = GEM5ART__SKIPPED;
    }
    if (job->result == GEM5ART__NO_ROOM) {
        gem5art__leave(job);
        job->state = GEM5ART__QUEUED;
        gem5art__enqueue(job);
    } else if (job->result == GEM5ART__SKIPPED) {
        gem5art_error why = job->error;
        gem5art__skip_job(job, &why);
    } else if (job->result == GEM5ART__READY) gem5art__spawn(job);
    else if (job->result == GEM5ART__STORE_BUSY) {
        gem5art__free_slot(job);
        gem5art__set_state(job, GEM5ART__AFTER);
        job->at[GEM5ART__TO_WORK] = gem5art__monotonic() + 1;
    } else gem5art__finish_job(job);
}

/* ---- the loop: timers */

static void gem5art__do_due(gem5art_pool *pool) {
    double now = gem5art__monotonic(), due;
    gem5art__job *job, *next;
    gem5art__timer timer;
    for (job = gem5art__first_active(pool); job; job = next) {
        next = gem5art__next_active(job);
        while ((due = gem5art__job_due(job, &timer)) > 0 && due <= now) {
            job->at[timer] = 0;
            if (timer == GEM5ART__TO_WORK) gem5art__start_work(job);
            else if (timer == GEM5ART__TO_TIME_OUT)
                gem5art__kill_job(job, gem5art__text_or(job->kill_reason, "timeout"), false);
            else {
                gem5art__signal_job(job, SIGKILL);
                job->at[timer] = now + 1; /* again, in case it was not sent */
            }
        }
    }
}

/* Counts at most a minute of the time since the last step, as the process or the machine may have been suspended. */
static void gem5art__forgive_absence(gem5art_pool *pool) {
    const double minute = 60;
    double now = gem5art__monotonic(), absent = pool->stepped > 0 ? now - pool->stepped - minute : 0;
    gem5art__job *job;
    pool->stepped = now;
    for (job = gem5art__first_active(pool); absent > 0 && job; job = gem5art__next_active(job)) {
        if (job->at[GEM5ART__TO_TIME_OUT] > 0) job->at[GEM5ART__TO_TIME_OUT] += absent;
        if (!job->working) job->grown += absent;
    }
}

/* ---- the loop: launching */

/* Is there too little memory for one more run? One that was launched lately may have yet to take its share. */
static bool gem5art__memory_is_short(const gem5art_pool *pool, double now) {
    double needed = (double)pool->desc.free_memory, available;
    const gem5art__job *job;
    if (pool->desc.free_memory <= 0 || pool->counts.running == 0) return false;
    for (job = gem5art__first_active(pool); job; job = gem5art__next_active(job))
        if (job->slot >= 0 && now - job->begun < GEM5ART_BEAT_SECONDS) needed += (double)pool->desc.free_memory;
    available = gem5art__available_memory();
    return available >= 0 && available < needed;
}

/* With .max_failed, a run that has ended may keep others from being launched until its outcome is known. */
static bool gem5art__can_launch(const gem5art_pool *pool, double now) {
    int running = pool->counts.running, ending = pool->counts.ending, jobs = pool->desc.jobs;
    return pool->queued && running + (pool->desc.max_failed > 0 ? ending : 0) < jobs && running + ending < 2 * jobs &&
           (running == 0 || now >= pool->launch_after) && now >= pool->disk_after;
}

/* Fills free slots until `until`: many skipped runs in a row must not keep the others from being watched. */
static void gem5art__launch(gem5art_pool *pool, double until) {
    double now = gem5art__monotonic();
    for (; gem5art__can_launch(pool, now) && now < until; now = gem5art__monotonic()) {
        gem5art__job *job = pool->queued;
        if (job->kill_reason || pool->stopping) {
            gem5art_error why;
            gem5art__cancelled(&why, job, pool->stopping ? pool->stopping : job->kill_reason);
            gem5art__skip_job(job, &why);
            continue;
        }
        if (gem5art__memory_is_short(pool, now)) {
            pool->launch_after = now + GEM5ART_WATCH_SECONDS;
            return;
        }
        for (job->slot = 0; pool->slots[job->slot];) job->slot++;
        pool->slots[job->slot] = job;
        pool->queued = job->next;
        job->begun = now;
        if (pool->counts.waits_for) pool->disk_after = now + GEM5ART_WATCH_SECONDS; /* one at a time, to check it */
        gem5art__set_state(job, GEM5ART__BEFORE);
        gem5art__start_work(job);
    }
}

/* ---- the loop: signals to the host, where a pool asked for them */

enum { GEM5ART__SIGNAL_POOLS = 16, GEM5ART__STOP_SIGNALS = 3 };
static const int gem5art__stop_signals[GEM5ART__STOP_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t gem5art__signal_count, gem5art__signal_last;
static volatile sig_atomic_t gem5art__signal_wakes[GEM5ART__SIGNAL_POOLS]; /* descriptors; 0: none */
static pthread_mutex_t gem5art__signal_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction gem5art__signal_before[GEM5ART__STOP_SIGNALS];

static void gem5art__on_signal(int number) {
    int i;
    gem5art__signal_last = number;
    gem5art__signal_count = gem5art__signal_count + 1;
    for (i = 0; i < GEM5ART__SIGNAL_POOLS; i++)
        if (gem5art__signal_wakes[i]) gem5art__wake((int)gem5art__signal_wakes[i]);
}

/* Puts a pool's wakes into the table (`from` 0) or takes them out (`to` 0). The first pool there sets the handlers, the
   last one restores the former ones. False: the table is full. */
static bool gem5art__change_signals(int from, int to) {
    struct sigaction action;
    int i, place = -1, used = 0;
    memset(&action, 0, sizeof action);
    action.sa_handler = gem5art__on_signal;
    sigemptyset(&action.sa_mask);
    pthread_mutex_lock(&gem5art__signal_mutex);
    for (i = 0; i < GEM5ART__SIGNAL_POOLS; i++) {
        if (gem5art__signal_wakes[i] == from) place = i;
        used += gem5art__signal_wakes[i] != 0;
    }
    if (place >= 0) gem5art__signal_wakes[place] = to;
    for (i = 0; i < GEM5ART__STOP_SIGNALS && place >= 0 && used == (to ? 0 : 1); i++) {
        int number = gem5art__stop_signals[i];
        if (to) sigaction(number, NULL, &gem5art__signal_before[i]);
        if (to && number == SIGHUP && gem5art__signal_before[i].sa_handler == SIG_IGN) continue; /* as nohup wants it */
        sigaction(number, to ? &action : &gem5art__signal_before[i], NULL);
    }
    pthread_mutex_unlock(&gem5art__signal_mutex);
    return place >= 0;
}

static bool gem5art__signals_unhandled(const gem5art_pool *pool) {
    return pool->desc.handle_signals && pool->signals_handled != (int)gem5art__signal_count;
}

/* The first signal ends the runs, the second kills them at once. */
static void gem5art__handle_signals(gem5art_pool *pool) {
    int seen = (int)gem5art__signal_count;
    bool again = pool->signalled || seen - pool->signals_handled > 1;
    if (!gem5art__signals_unhandled(pool)) return;
    gem5art__stop_all(pool, gem5art__find_signal(gem5art__signal_last)->reason, again, again);
    pool->signalled = true;
    pool->signals_handled = seen;
}

/* ---- the loop */

enum { GEM5ART__SLICE_MS = 20 }; /* after this long, deferrable work waits so that deadlines are met */

/* The time until the next step has something to do. */
GEM5ARTDEF int gem5art_pool_timeout(const gem5art_pool *pool) {
    double now = gem5art__monotonic(), next = now + 60, due;
    const gem5art__job *job;
    gem5art__timer timer;
    if (!pool || !gem5art__pool_left(pool)) return -1;
    if (pool->unprocessed || gem5art__can_launch(pool, now) || gem5art__signals_unhandled(pool)) return 0;
    if (pool->counts.running && !pool->warden.dead && pool->warden.check_at < next) next = pool->warden.check_at;
    if (pool->queued && pool->launch_after > now && pool->launch_after < next) next = pool->launch_after;
    if (pool->queued && pool->disk_after > now && pool->disk_after < next) next = pool->disk_after;
    if (pool->warden.unsent.length && next > now + 0.01) next = now + 0.01; /* the warden has not taken all requests */
    for (job = gem5art__first_active(pool); job; job = gem5art__next_active(job))
        if ((due = gem5art__job_due(job, &timer)) > 0 && due < next) next = due;
    return next <= now ? 0 : (int)((next - now) * 1000) + 1; /* not a little too early */
}

GEM5ARTDEF int gem5art_pool_step(gem5art_pool *pool, int timeout_ms, gem5art_error *error) {
    int wait = gem5art_pool_timeout(pool);
    gem5art__task *task;
    struct pollfd fd;
    double until;
    if (!gem5art__need(pool, "the pool", error)) return -1;
    if (pool->stepping)
        return gem5art__fail(error, GEM5ART_INVALID, "a pool cannot be stepped from its own event callback"), -1;
    fd.fd = pool->warden.reports;
    fd.events = POLLIN;
    if (wait > 0 && timeout_ms >= 0 && timeout_ms < wait) wait = timeout_ms;
    if (wait > 0) GEM5ART_SYS_POLL(&fd, 1, wait);
    pool->stepping = true;
    gem5art__clear(&pool->first_error);
    gem5art__forgive_absence(pool);
    gem5art__read_reports(pool);
    gem5art__handle_signals(pool);
    until = gem5art__monotonic() + (double)GEM5ART__SLICE_MS / 1e3;
    pool->unprocessed = true;
    while (pool->unprocessed && gem5art__monotonic() < until) {
        task = gem5art__take_done(&pool->workers);
        pool->unprocessed = task != NULL;
        if (task) gem5art__work_done((gem5art__job *)task);
    }
    gem5art__do_due(pool);
    gem5art__launch(pool, until);
    pool->stepping = false;
    if (pool->first_error.code == GEM5ART_OK) return gem5art__pool_left(pool);
    if (error) *error = pool->first_error;
    return -1;
}

/* ---- creation and end */

static bool gem5art__choose_cpus(gem5art_pool *pool, gem5art_error *error) {
#ifdef GEM5ART_SYS_SCHED_GETAFFINITY
    int *cpus = (int *)gem5art__arena_alloc(&pool->arena, (size_t)pool->desc.jobs * sizeof *cpus), cpu, count = 0;
    cpu_set_t set;
    if (!cpus) return gem5art__fail_nomem(error);
    if (GEM5ART_SYS_SCHED_GETAFFINITY(0, sizeof set, &set) < 0)
        return gem5art__fail_errno(error, "read the CPUs of", "this process");
    for (cpu = 0; cpu < CPU_SETSIZE && count < pool->desc.jobs; cpu++)
        if (CPU_ISSET((size_t)cpu, &set)) cpus[count++] = cpu;
    pool->cpus = cpus;
    if (count == pool->desc.jobs) return true;
    return gem5art__fail(error, GEM5ART_INVALID, ".pin gives each of the %d .jobs a CPU of its own, but this process "
                         "may use only %d: leave .jobs at its default, or do without .pin", pool->desc.jobs, count);
#else
    (void)pool;
    return gem5art__fail(error, GEM5ART_UNSUPPORTED, "this build or system cannot pin runs to CPUs: do without .pin");
#endif
}

/* Reads the variables that are recorded of the environment, if they are set. */
static bool gem5art__read_environment(gem5art_pool *pool, const char *const *names, gem5art_error *error) {
    size_t count = 0, n = 0;
    const char **pairs;
    while (names && names[count]) count++;
    if ((pairs = (const char **)gem5art__arena_alloc(&pool->arena, (2 * count + 1) * sizeof *pairs)) == NULL)
        return gem5art__fail_nomem(error);
    for (; names && *names; names++) {
        if (!**names || strchr(*names, '='))
            return gem5art__fail(error, GEM5ART_INVALID,
                                 "\"%s\" cannot be an environment variable: correct .environment", *names);
        if (!getenv(*names)) continue;
        pairs[n++] = gem5art__arena_copy(&pool->arena, *names);
        pairs[n++] = gem5art__arena_copy(&pool->arena, getenv(*names));
    }
    pool->environment = pairs;
    return true;
}

/* Takes the desc: what the pool does with each run. */
static bool gem5art__read_pool_desc(gem5art_pool *pool, const gem5art_pool_desc *desc, gem5art_error *error) {
    gem5art_pool_desc *d = &pool->desc;
    struct stat st;
    if (desc) *d = *desc;
    if (d->jobs == 0) d->jobs = gem5art__cpus();
    if (d->jobs < 0 || d->jobs > GEM5ART_MAX_JOBS) d->jobs = GEM5ART_MAX_JOBS;
    if (d->grace == 0) d->grace = 5;
    d->handle_signals = false; /* yet */
    pool->cwd = d->cwd = gem5art__absolute_path(&pool->arena, NULL, gem5art__text_or(d->cwd, "."), error);
    if (!pool->cwd) return false;
    if (GEM5ART_SYS_STAT(pool->cwd, &st) < 0) return gem5art__fail_errno(error, "use the cwd", pool->cwd);
    if (!S_ISDIR(st.st_mode))
        return gem5art__fail(error, GEM5ART_INVALID, "the cwd %s is not a folder: correct .cwd", pool->cwd);
    d->task_id = gem5art__arena_copy(&pool->arena, d->task_id);
    pool->slots = (gem5art__job **)gem5art__arena_alloc(&pool->arena, (size_t)d->jobs * sizeof(gem5art__job *));
    if (!gem5art__read_environment(pool, d->environment, error)) return false;
    if (pool->arena.failed) return gem5art__fail_nomem(error);
    if (d->free_memory > 0 && gem5art__available_memory() < 0)
        return gem5art__fail(error, GEM5ART_UNSUPPORTED,
                             "the available memory is unknown on this system: do without .free_memory");
    return !d->pin || gem5art__choose_cpus(pool, error);
}

/* Starts the warden and the workers, and opens the store for them. */
static bool gem5art__start_pool(gem5art_pool *pool, gem5art_error *error) {
    int limits[GEM5ART__QUEUES] = {1, 2, GEM5ART__MAX_WORKERS}; /* before, watch, after */
    pool->host = gem5art__host(pool->db, error);
    if (!pool->host || !gem5art__open_claims(pool->db, error) ||
        !gem5art__warden_start(&pool->warden, pool->desc.jobs, pool->desc.grace, error))
        return false;
    if (pool->desc.jobs > 1) limits[0] = gem5art__cpus(); /* they hash */
    gem5art__start_workers(&pool->workers, limits, pool->warden.wakes);
    pthread_mutex_init(&pool->store_mutex, NULL);
    pthread_mutex_init(&pool->commit_mutex, NULL);
    pthread_cond_init(&pool->commit_done, NULL);
    pool->store = gem5art__open_second(pool->db, gem5art__note, NULL, error);
    pool->records = pool->store ? gem5art__open_second(pool->db, gem5art__note, NULL, error) : NULL;
    return pool->records != NULL;
}

static void gem5art__free_pool(gem5art_pool *pool) {
    if (pool->desc.handle_signals) gem5art__change_signals(pool->warden.wakes, 0);
    if (pool->workers.ready) {
        gem5art__stop_workers(&pool->workers);
        pthread_mutex_destroy(&pool->store_mutex);
        pthread_mutex_destroy(&pool->commit_mutex);
        pthread_cond_destroy(&pool->commit_done);
    }
    gem5art__close_second(pool->store);
    gem5art__close_second(pool->records);
    gem5art__warden_stop(&pool->warden);
    gem5art__arena_free(&pool->arena);
    gem5art__index_free(&pool->hashes);
    gem5art__free(pool);
}

GEM5ARTDEF gem5art_pool *gem5art_pool_create(gem5art_db *db, const gem5art_pool_desc *desc, gem5art_error *error) {
    gem5art_pool *pool = gem5art__need(db, "the db", error) ? (gem5art_pool *)gem5art__alloc(sizeof *pool) : NULL;
    bool ok;
    if (db && !pool) gem5art__fail_nomem(error);
    if (!pool) return NULL;
    pool->db = db;
    ok = gem5art__read_pool_desc(pool, desc, error) && gem5art__start_pool(pool, error);
    if (ok && desc && desc->handle_signals) {
        pool->signals_handled = (int)gem5art__signal_count;
        ok = pool->desc.handle_signals = gem5art__change_signals(0, pool->warden.wakes);
        if (!ok)
            gem5art__fail(error, GEM5ART_LIMIT, "more than %d pools with .handle_signals: add all runs to one pool",
                          GEM5ART__SIGNAL_POOLS);
    }
    if (!ok) return gem5art__free_pool(pool), (gem5art_pool *)NULL;
    db->pools++;
    gem5art__cache_forget(&db->cache);
    return pool;
}

GEM5ARTDEF bool gem5art_pool_add(gem5art_pool *pool, gem5art_run *added, gem5art_error *error) {
    gem5art__run *run = (gem5art__run *)(void *)added;
    const char *name = run ? added->name : NULL, *hash = run ? added->hash : NULL;
    gem5art__job *job;
    if (!gem5art__need(pool, "the pool", error) || !gem5art__need(run, "the run", error)) return false;
    if (run->db != pool->db)
        return gem5art__fail(error, GEM5ART_INVALID, "run \"%s\" does not belong to the pool's db: add it to a pool of "
                             "its own db", name);
    if (run->in_pool) return gem5art__fail(error, GEM5ART_INVALID, "run \"%s\" is in a pool already", name);
    if (!run->base)
        return gem5art__fail(error, GEM5ART_INVALID,
                             "run \"%s\" was found in the store and cannot be executed: load its info.json", name);
    if (gem5art__index_next(&pool->hashes, gem5art__fnv1a(hash, strlen(hash)), 0))
        return gem5art__fail(error, GEM5ART_INVALID, "run \"%s\" is in the pool already, under this or another name "
                             "(hash %s): add it once", name, hash);
    job = (gem5art__job *)gem5art__alloc(sizeof *job);
    if (!job || !gem5art__index_add(&pool->hashes, hash, strlen(hash), 0))
        return gem5art__free(job), gem5art__fail_nomem(error);
    job->run = run;
    job->pool = pool;
    job->slot = -1;
    run->in_pool = true;
    gem5art__enqueue(job);
    pool->counts.added++;
    gem5art__emit(pool, GEM5ART_EVENT_QUEUED, run, NULL);
    return true;
}

GEM5ARTDEF bool gem5art_pool_cancel(gem5art_pool *pool, const char *run_id, gem5art_error *error) {
    gem5art__job *job;
    if (!gem5art__need(pool, "the pool", error) || !gem5art__need(run_id, "the run's id", error)) return false;
    for (job = pool->first; job && strcmp(job->run->public_.id, run_id) != 0;) job = job->next;
    if (!job)
        return gem5art__fail(error, GEM5ART_NOT_FOUND, "the pool has no queued or running run with the id \"%s\"",
                             run_id);
    return gem5art__kill_job(job, job->state == GEM5ART__QUEUED ? "gem5art_pool_cancel" : "sigterm", false) ||
           gem5art__fail(error, GEM5ART_NOT_FOUND,
                         "run %s has ended and is being recorded: it can no longer be cancelled", run_id);
}

GEM5ARTDEF void gem5art_pool_progress(const gem5art_pool *pool, gem5art_event *progress) {
    memset(progress, 0, sizeof *progress);
    if (!pool) return;
    *progress = pool->counts;
    progress->eta = gem5art__eta(pool);
}

GEM5ARTDEF int gem5art_pool_fd(const gem5art_pool *pool) { return pool ? pool->warden.reports : -1; }

GEM5ARTDEF bool gem5art_pool_wait(gem5art_pool *pool, gem5art_error *error) {
    gem5art_error first, why;
    if (!gem5art__need(pool, "the pool", error)) return false;
    gem5art__clear(&first);
    do {
        if (gem5art_pool_step(pool, -1, &why) < 0 && first.code == GEM5ART_OK) first = why;
    } while (gem5art__pool_left(pool) && !pool->stepping); /* stepping: from the event callback, which may not */
    if (error) *error = first;
    return first.code == GEM5ART_OK;
}

GEM5ARTDEF void gem5art_pool_destroy(gem5art_pool *pool) {
    if (!pool) return;
    if (gem5art__pool_left(pool)) {
        pool->desc.grace = -1;
        gem5art__stop_all(pool, "sigterm", true, false);
        gem5art_pool_wait(pool, NULL);
    }
    pool->db->pools--;
    gem5art__free_pool(pool);
}

GEM5ARTDEF bool gem5art_execute(gem5art_db *db, gem5art_run *run, const gem5art_pool_desc *desc, gem5art_error *error) {
    gem5art_pool_desc one;
    gem5art_pool *pool;
    const gem5art_error *last;
    gem5art_error why;
    bool ok;
    memset(&one, 0, sizeof one);
    if (desc) one = *desc;
    one.jobs = 1;
    if ((pool = gem5art_pool_create(db, &one, error)) == NULL) return false;
    ok = gem5art_pool_add(pool, run, error);
    if (ok) {
        gem5art_pool_wait(pool, &why);
        last = &pool->last_error;
        ok = !pool->counts.skipped && last->code != GEM5ART_CANCELLED && why.code == GEM5ART_OK &&
             (last->code == GEM5ART_OK || strcmp(run->status, "Failed") == 0);
        if (!ok && error) *error = *last; /* each failure of a step comes with an event */
    }
    gem5art_pool_destroy(pool);
    return ok;
}

/* ================================================================ >>public
   The calls of the API that need more than one section, each a thin entry. */

GEM5ARTDEF const char *gem5art_code_text(gem5art_code code) {
    static const char *const texts[] = {
#define GEM5ART__TEXT_OF(name, text) text,
        GEM5ART_CODES(GEM5ART__TEXT_OF)
#undef GEM5ART__TEXT_OF
    };
    return (size_t)code < sizeof texts / sizeof *texts ? texts[code] : "an unknown code";
}

GEM5ARTDEF const char *gem5art_version(void) { return GEM5ART_VERSION; }

/* ---- db */

/* `unchecked`: without a check of the file's first bytes. */
static gem5art_db *gem5art__open_db(const char *uri, const gem5art_open_desc *desc, bool unchecked,
                                    gem5art_error *error) {
    gem5art_db *db = gem5art__new_db(error);
    const char *storage;
    if (!db) return NULL;
    gem5art__clear(error);
    gem5art__cache_begin(&db->cache);
    db->unchecked = unchecked;
    if (desc) {
        db->dry_run = desc->dry_run;
        db->read_only = desc->read_only || desc->dry_run;
        db->log = desc->log;
        db->damaged = desc->read_only ? desc->damaged : NULL;
        db->user_data = desc->user_data;
    }
    storage = desc && !gem5art__empty(desc->storage) ? desc->storage : getenv("GEM5ART_STORAGE");
    if (!gem5art__empty(storage)) db->storage = gem5art__absolute_path(&db->arena, NULL, storage, error);
    if ((gem5art__empty(storage) || db->storage) && gem5art__store_open(db, uri, desc ? desc->shard : NULL, error))
        return db;
    gem5art__cache_end(&db->cache);
    gem5art__arena_free(&db->arena);
    gem5art__free(db);
    return NULL;
}

GEM5ARTDEF gem5art_db *gem5art_open(const char *uri, const gem5art_open_desc *desc, gem5art_error *error) {
    return gem5art__open_db(uri, desc, false, error);
}

GEM5ARTDEF const char *gem5art_store_path(const gem5art_db *db) { return db ? db->path : ""; }

GEM5ARTDEF bool gem5art_close(gem5art_db *db, gem5art_error *error) {
    gem5art__clear(error);
    if (!db) return true;
    if (db->pools || db->iters)
        return gem5art__fail(error, GEM5ART_BUSY, "the db %s has %d live pools and %d open iterators: end them first",
                             db->path, db->pools, db->iters);
    while (db->objects) {
        gem5art__object *object = db->objects;
        gem5art__disown(object);
        gem5art__free(object->owner);
    }
    gem5art__store_close(db);
    gem5art__cache_end(&db->cache);
    gem5art__arena_free(&db->arena);
    gem5art__free(db);
    return true;
}

/* ---- artifacts */

GEM5ARTDEF const gem5art_artifact *gem5art_register_artifact(gem5art_db *db, const gem5art_artifact_desc *desc,
                                                             gem5art_error *error) {
    return gem5art__need(db, "the db", error) ? gem5art__register(db, desc, error) : NULL;
}

GEM5ARTDEF const gem5art_artifact *gem5art_find_artifact(gem5art_db *db, const char *id_or_hash, gem5art_error *error) {
    gem5art__artifact *found = NULL;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(id_or_hash, "the id or hash", error)) return NULL;
    if (!gem5art__refresh(db, error) || !gem5art__lookup_artifact(db, id_or_hash, &found, error)) return NULL;
    if (found) return &found->public_;
    gem5art__fail(error, GEM5ART_NOT_FOUND, "there is no artifact with the id or hash \"%s\" in %s", id_or_hash,
                  db->path);
    return NULL;
}

GEM5ARTDEF bool gem5art_check_artifact(gem5art_db *db, const gem5art_artifact *artifact, const char *cwd,
                                       gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const char *path;
    bool ok;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(artifact, "the artifact", error)) return false;
    path = gem5art__join_path(&arena, cwd, artifact->path);
    ok = path ? gem5art__check(NULL, artifact, path, error) : gem5art__fail_nomem(error);
    gem5art__arena_free(&arena);
    return ok;
}

GEM5ARTDEF bool gem5art_hash_path(gem5art_db *db, const char *path, char hex[65], gem5art_error *error) {
    gem5art__content content;
    bool ok;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(path, "the path", error)) return false;
    ok = gem5art__hash_and_report(db, path, "", 0, &content, error);
    memcpy(hex, content.hash, sizeof content.hash);
    return ok;
}

GEM5ARTDEF bool gem5art_download_artifact(gem5art_db *db, const gem5art_artifact *artifact, const char *path,
                                          gem5art_error *error) {
    return gem5art__need(db, "the db", error) && gem5art__need(artifact, "the artifact", error) &&
           gem5art__need(path, "the path", error) && gem5art__download(db, artifact, path, error);
}

/* The field by which a record names an artifact that is `wanted`, or NULL. */
static const char *gem5art__find_reference(const gem5art_json *record,
                                           bool (*wanted)(const gem5art_json *id, const void *context),
                                           const void *context) {
    const gem5art_json *member, *item;
    for (member = record->first; member; member = member->next) {
        bool one = gem5art__ends_with(member->key, "artifact") || strcmp(member->key, "results") == 0;
        bool list = strcmp(member->key, "inputs") == 0 || strcmp(member->key, "artifacts") == 0;
        if (one && member->type == GEM5ART_JSON_STRING && wanted(member, context)) return member->key;
        for (item = list && member->type == GEM5ART_JSON_ARRAY ? member->first : NULL; item; item = item->next)
            if (item->type == GEM5ART_JSON_STRING && wanted(item, context)) return member->key;
    }
    return NULL;
}

static bool gem5art__is_id(const gem5art_json *id, const void *wanted) {
    return strcmp(id->text, (const char *)wanted) == 0;
}

/* With the store recovered: fails with BUSY if a record other than its own names the artifact. */
static bool gem5art__artifact_unused(gem5art_db *db, const char *id, gem5art_error *error) {
    gem5art__scan scan;
    gem5art__arena arena = {NULL, false};
    const gem5art_json *record;
    gem5art__step step = GEM5ART__FAILED;
    const char *field = NULL;
    if (!gem5art__scan_begin(db, NULL, &scan, error)) return false;
    while (!field && (step = gem5art__scan_next(&scan, error)) == GEM5ART__RECORD &&
           (step = gem5art__scan_parse(&scan, &arena, &record, error)) == GEM5ART__RECORD) {
        const char *other = gem5art__record_text(record, "_id");
        field = strcmp(other, id) == 0 ? NULL : gem5art__find_reference(record, gem5art__is_id, id);
        if (field)
            gem5art__fail(error, GEM5ART_BUSY, "artifact %s is used by %s \"%s\" (%s), as its %s: remove that first",
                          id, gem5art__record_text(record, "type"), gem5art__record_text(record, "name"), other, field);
        gem5art__arena_free(&arena);
    }
    gem5art__arena_free(&arena);
    gem5art__scan_end(&scan);
    return !field && step == GEM5ART__END;
}

/* False with BUSY where a live or a queued run uses the artifact, or with another error. */
static bool gem5art__artifact_idle(gem5art_db *db, const char *id, bool queued, gem5art_error *error) {
    gem5art__live_list list;
    bool ok = true;
    gem5art__entries_begin(&list, db, NULL, queued);
    while (ok && gem5art__live_next(&list))
        if (list.trust != GEM5ART__LIVE_NONE && gem5art__find_reference(list.live.record, gem5art__is_id, id) &&
            (queued || gem5art__is_live(db, &list.live, list.trust)))
            ok = gem5art__fail(error, GEM5ART_BUSY,
                               "artifact %s is used by a run that is %s, in %s: wait for its end, or end it", id,
                               queued ? "queued" : "being executed", list.live.outdir);
    return gem5art__live_end(&list, error) && ok;
}

/* With the claim held: false with BUSY if a supervisor executes the run all the same, as the lock file was removed. */
static bool gem5art__run_idle(gem5art_db *db, const char *hash, gem5art_error *error) {
    gem5art__live_list list;
    bool ok = true;
    gem5art__live_begin(&list, db, hash);
    while (ok && gem5art__live_next(&list))
        if (list.trust == GEM5ART__LIVE_TRUSTED && gem5art__find_supervisor(db, &list.live) == GEM5ART__RUN_LIVE)
            ok = gem5art__fail(error, GEM5ART_BUSY, "it is executed in %s", list.live.outdir);
    return gem5art__live_end(&list, error) && ok;
}

GEM5ARTDEF bool gem5art_artifacts_equal(const gem5art_artifact *a, const gem5art_artifact *b) {
    return a == b || (a && b && strcmp(a->hash, b->hash) == 0);
}

GEM5ARTDEF bool gem5art_artifacts_similar(const gem5art_artifact *a, const gem5art_artifact *b) {
    const gem5art__field *field;
    if (!a || !b) return a == b;
    for (field = gem5art__artifact_fields; field->name; field++)
        if (strcmp(field->name, "_id") != 0 && strcmp(field->name, "hash") != 0 && !gem5art__field_equal(field, a, b))
            return false;
    return true;
}

/* ---- runs */

static gem5art_run *gem5art__create_run(gem5art_db *db, const gem5art_run_desc *desc, bool fs, gem5art_error *error) {
    gem5art__run *run = gem5art__need(db, "the db", error) ? gem5art__new_run(db, error) : NULL;
    if (run && gem5art__fill_run(run, desc, fs, error) && gem5art__choose_outdir(run, &run->public_, NULL, error))
        return &run->public_;
    gem5art__free_run(run);
    return NULL;
}

GEM5ARTDEF gem5art_run *gem5art_create_se_run(gem5art_db *db, const gem5art_run_desc *desc, gem5art_error *error) {
    return gem5art__create_run(db, desc, false, error);
}

GEM5ARTDEF gem5art_run *gem5art_create_fs_run(gem5art_db *db, const gem5art_run_desc *desc, gem5art_error *error) {
    return gem5art__create_run(db, desc, true, error);
}

/* Fails with BUSY, as gem5art__claim_run and gem5art__take_lost would, if a run is claimed or may not be lost. */
static bool gem5art__not_busy(gem5art_db *db, const char *hash, bool take, gem5art_error *error) {
    gem5art__live_list list;
    bool ok = true;
    if (gem5art__is_claimed(db, hash)) return gem5art__fail_claimed(db, hash, error);
    gem5art__live_begin(&list, db, hash);
    while (ok && gem5art__live_next(&list))
        if (list.trust == GEM5ART__LIVE_TRUSTED) ok = gem5art__may_take(db, &list.live, take, error);
    return gem5art__live_end(&list, error) && ok;
}

GEM5ARTDEF bool gem5art_would_launch(gem5art_db *db, gem5art_run *run, const gem5art_pool_desc *desc,
                                     gem5art_error *error) {
    gem5art__run *own = (gem5art__run *)run;
    DIR *outdir;
    int failed;
    bool dry_run, ok;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(run, "the run", error)) return false;
    if (!gem5art__not_busy(db, run->hash, desc && desc->take_lost, error) ||
        !gem5art__check_queue(db, own, desc ? desc->replaces : NULL, error))
        return false;
    if (!(desc && desc->rerun) && !gem5art__not_recorded(db, own, desc ? desc->retries : 0, &failed, error))
        return false;
    dry_run = db->dry_run;
    db->dry_run = true;
    ok = gem5art__choose_outdir(own, run, &outdir, error);
    db->dry_run = dry_run;
    return ok;
}

GEM5ARTDEF bool gem5art_queue_run(gem5art_db *db, gem5art_run *run, const char *ticket, const char *replaces,
                                  const gem5art_pool_desc *desc, gem5art_error *error) {
    gem5art__run *own = (gem5art__run *)run;
    int failed, lost = 0;
    bool ok;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(run, "the run", error)) return false;
    if (gem5art__empty(ticket))
        return gem5art__fail(error, GEM5ART_INVALID, "a run cannot be queued without a ticket: give the id of the "
                             "scheduler's job");
    if (!gem5art__claim_run(db, run->hash, error)) return false;
    ok = gem5art__check_queue(db, own, replaces, error) &&
         gem5art__take_lost(db, run->hash, desc && desc->take_lost, &lost, error) &&
         (desc && desc->rerun ? gem5art__refresh(db, error)
                              : gem5art__not_recorded(db, own, desc ? desc->retries : 0, &failed, error)) &&
         gem5art__write_queued(db, own, ticket, replaces ? GEM5ART__REPLACE : GEM5ART__KEEP_EXISTING, error);
    gem5art__unclaim_run(db, run->hash);
    return ok;
}

/* Reads what a queued run has besides the fields of its info.json. */
static bool gem5art__read_queued(gem5art__run *run, const char *path, gem5art_error *error) {
    gem5art__queued queued;
    memset(&queued, 0, sizeof queued);
    if (!gem5art__read_object(&run->object.arena, gem5art__queued_fields, run->public_.record, &queued, path, error))
        return false;
    run->nice = (int)queued.nice;
    run->priority = (int)queued.priority;
    run->no_probe = queued.no_probe;
    run->environment = run->public_.environment;
    run->ticket = queued.ticket;
    run->public_.record = NULL; /* a record does not have what the queue's file adds */
    return true;
}

GEM5ARTDEF gem5art_run *gem5art_load_queued(gem5art_db *db, const char *hash, const char *ticket,
                                            gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art__run *run = NULL;
    const char *path;
    struct stat st;
    bool ok = false;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(hash, "the hash", error)) return NULL;
    path = gem5art__queued_path(db, &arena, hash, error);
    if (path && GEM5ART_SYS_LSTAT(path, &st) < 0)
        gem5art__fail(error, errno == ENOENT || errno == ENOTDIR ? GEM5ART_NOT_FOUND : GEM5ART_IO,
                      "the run %s is not queued: cannot read %s: %s", hash, path, strerror(errno));
    else if (path && (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 0022))
        gem5art__fail(error, GEM5ART_INVALID, "%s belongs to another user, or others may write it: only its owner "
                      "can launch that run", path);
    else if (path && (run = gem5art__new_run(db, error)) != NULL)
        ok = gem5art__fill_loaded(run, path, error) && gem5art__read_queued(run, path, error) &&
             (!ticket || strcmp(ticket, run->ticket) == 0 ||
              gem5art__fail(error, GEM5ART_NOT_FOUND, "the run %s is not queued with the ticket %s, but with %s", hash,
                            ticket, run->ticket));
    if (!ok && run) gem5art__free_run(run), run = NULL;
    gem5art__arena_free(&arena);
    return run ? &run->public_ : NULL;
}

GEM5ARTDEF bool gem5art_is_queued(gem5art_db *db, const char *hash, const char *ticket) {
    gem5art__arena arena = {NULL, false};
    const char *found = db && hash ? gem5art__read_ticket(db, &arena, hash, NULL) : "";
    bool is = !found || (*found && (!ticket || strcmp(found, ticket) == 0 || strcmp(found, "unknown") == 0));
    gem5art__arena_free(&arena);
    return is;
}

GEM5ARTDEF bool gem5art_unqueue_run(gem5art_db *db, const char *hash, const char *ticket, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const char *path, *found;
    bool ok = false;
    int fd = -1;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(hash, "the hash", error)) return false;
    path = gem5art__queued_path(db, &arena, hash, error);
    found = path && gem5art__lock_queued(path, &fd, error) ? gem5art__read_ticket(db, &arena, hash, error) : NULL;
    if (found && (!*found || (ticket && strcmp(ticket, found) != 0)))
        gem5art__fail(error, GEM5ART_NOT_FOUND, "the run %s is not queued%s%s", hash, ticket ? " with the ticket " : "",
                      gem5art__text_or(ticket, ""));
    else if (found) ok = GEM5ART_SYS_UNLINK(path) == 0 || gem5art__fail_errno(error, "remove", path);
    db->left_queue = db->left_queue || ok;
    gem5art__close(fd);
    gem5art__arena_free(&arena);
    return ok;
}

static bool gem5art__check_path(const gem5art_run_desc *desc, const char *path, const char *what, const char *field,
                                bool executable, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const char *joined = path ? gem5art__join_path(&arena, desc->cwd, path) : NULL;
    bool ok = !path || (joined ? gem5art__check_file(joined, what, field, executable, error)
                               : gem5art__fail_nomem(error));
    gem5art__arena_free(&arena);
    return ok;
}

GEM5ARTDEF bool gem5art_check_run(const gem5art_run_desc *desc, bool fs, gem5art_error *error) {
    gem5art__clear(error);
    return gem5art__check_run_desc(desc, fs, error) &&
           gem5art__check_path(desc, desc->run_script, "run script", ".run_script", false, error) &&
           gem5art__check_path(desc, desc->gem5_binary, "gem5 binary", ".gem5_binary", true, error) &&
           gem5art__check_path(desc, desc->linux_binary, "kernel", ".linux_binary", false, error) &&
           gem5art__check_path(desc, desc->disk_image, "disk image", ".disk_image", false, error);
}

GEM5ARTDEF gem5art_run *gem5art_load_run(gem5art_db *db, const char *info_json_path, gem5art_error *error) {
    gem5art__run *run;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(info_json_path, "the path of the info.json", error) ||
        (run = gem5art__new_run(db, error)) == NULL)
        return NULL;
    if (gem5art__fill_loaded(run, info_json_path, error)) return &run->public_;
    gem5art__free_run(run);
    return NULL;
}

GEM5ARTDEF const gem5art_run *gem5art_find_run(gem5art_db *db, const char *id_or_hash, gem5art_error *error) {
    gem5art__run *run;
    gem5art__arena arena = {NULL, false};
    gem5art__lookup lookup = {0, 0, NULL};
    const gem5art_json *record, *last = NULL;
    gem5art__step step;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(id_or_hash, "the id or hash", error)) return NULL;
    if (!gem5art__refresh(db, error) || (run = gem5art__new_run(db, error)) == NULL) return NULL;
    while ((step = gem5art__next_match(db, &lookup, id_or_hash, &arena, &record, error)) == GEM5ART__RECORD) {
        gem5art__arena previous = run->object.arena;
        if (!gem5art__is_run(gem5art__record_text(record, "type"))) {
            gem5art__arena_free(&arena);
            continue;
        }
        run->object.arena = arena; /* the latest match stays */
        arena.blocks = NULL;
        gem5art__arena_free(&previous);
        last = record;
    }
    gem5art__arena_free(&arena);
    if (last && step != GEM5ART__FAILED &&
        gem5art__read_object(&run->object.arena, gem5art__run_fields, last, &run->public_, db->path, error)) {
        run->public_.record = last;
        return &run->public_;
    }
    if (!last && step != GEM5ART__FAILED)
        gem5art__fail(error, GEM5ART_NOT_FOUND, "there is no run with the id or hash \"%s\" in %s", id_or_hash,
                      db->path);
    gem5art__free_run(run);
    return NULL;
}

/* Opens the folder, which must not be that of another attempt. */
static DIR *gem5art__open_reviewed(const gem5art_run *run, const char *path, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    gem5art_error why;
    const gem5art_json *info = gem5art__read_info(&arena, path, &why);
    DIR *outdir = gem5art__open_outdir(path, NULL, error);
    bool ok = outdir && (info || why.code != GEM5ART_NOMEM || gem5art__fail_nomem(error));
    if (ok && info && strcmp(gem5art__record_text(info, "_id"), run->id) != 0)
        ok = gem5art__fail(error, GEM5ART_NOT_FOUND, "%s holds another run's files, not those of run %s", path,
                           run->id);
    gem5art__arena_free(&arena);
    if (ok) return outdir;
    gem5art__close_folder(outdir);
    return NULL;
}

GEM5ARTDEF gem5art_run *gem5art_review_run(gem5art_db *db, const gem5art_run *run, const char *outdir,
                                           gem5art_error *error) {
    gem5art__end end;
    gem5art__watch watch;
    gem5art__run *named;
    DIR *folder;
    bool ok;
    gem5art__clear(error);
    if (!gem5art__need(db, "the db", error) || !gem5art__need(run, "the run", error)) return NULL;
    if ((strcmp(run->status, "Finished") != 0 && strcmp(run->status, "Failed") != 0) || !run->pid)
        return gem5art__fail(error, GEM5ART_INVALID, "run %s was not executed: there is no outcome to review", run->id),
               (gem5art_run *)NULL;
    if ((folder = gem5art__open_reviewed(run, outdir ? outdir : run->outdir, error)) == NULL) return NULL;
    if ((named = gem5art__new_run(db, error)) == NULL) return gem5art__close_folder(folder), (gem5art_run *)NULL;
    memset(&watch, 0, sizeof watch);
    memset(&end, 0, sizeof end);
    named->public_ = *run;
    if (outdir) named->public_.outdir = gem5art__arena_copy(&named->object.arena, outdir);
    named->public_.warning_count = 0;
    end.status = run->return_code < 0 ? (int)-run->return_code & 0x7f : (int)(run->return_code & 0xff) << 8;
    end.kill_reason = *run->kill_reason && strcmp(run->kill_reason, "kernel panic") != 0 ? run->kill_reason : NULL;
    end.spawned = run->start_time;
    if (named->public_.outdir)
        end.forks = gem5art__forks_of(named->public_.outdir, end.spawned, &named->object.arena);
    ok = end.forks && gem5art__classify(&named->public_, &named->object.arena, &end, &watch, folder, error);
    gem5art__close_folder(folder);
    gem5art__watch_free(&watch);
    if (ok) return &named->public_;
    gem5art__fail_nomem(error);
    gem5art__free_run(named);
    return NULL;
}

/* ---- removing, under the writer lock */

/* The record with this id, of a run or of an artifact; NULL: NOT_FOUND. */
static const gem5art_json *gem5art__find_removed(gem5art_db *db, const char *id, bool run, gem5art__arena *arena,
                                                 gem5art_error *error) {
    gem5art__lookup lookup = {0, 0, NULL};
    const gem5art_json *record;
    gem5art__step step;
    while ((step = gem5art__next_match(db, &lookup, id, arena, &record, error)) == GEM5ART__RECORD) {
        if (gem5art__is_run(gem5art__record_text(record, "type")) == run && gem5art__record_is(record, "_id", id))
            return record;
        gem5art__arena_free(arena); /* its hash, or the other kind */
    }
    if (step != GEM5ART__FAILED)
        gem5art__fail(error, GEM5ART_NOT_FOUND, "there is no %s with the id \"%s\" in %s", run ? "run" : "artifact", id,
                      db->path);
    return NULL;
}

/* Runs that are removed in one change. The ids and archives are in order. */
typedef struct gem5art__removing {
    gem5art_db *db;
    const char **ids, **archives; /* NULL-terminated; the archives are their results */
    size_t count, archive_count;
    bool *kept;                   /* archives that other records name */
    const char *other;            /* the id of the record at hand */
    gem5art__arena arena;
} gem5art__removing;

/* Adds a run and its archive. BUSY while it is claimed; attempts that begin later are recorded under other ids. */
static bool gem5art__add_removed(gem5art__removing *removing, const char *id, gem5art_error *error) {
    gem5art_db *db = removing->db;
    gem5art__arena arena = {NULL, false};
    const gem5art_json *record = gem5art__find_removed(db, id, true, &arena, error);
    const char *hash = record ? gem5art__record_text(record, "hash") : "", *archive;
    gem5art_error why;
    bool claimed = record && gem5art__claim_run(db, hash, &why), ok = claimed && gem5art__run_idle(db, hash, &why);
    if (claimed) gem5art__unclaim_run(db, hash);
    if (record && !ok && why.code == GEM5ART_BUSY)
        gem5art__fail(error, GEM5ART_BUSY, "run \"%s\" (%s) is being executed: wait for its end, or end it",
                      gem5art__record_text(record, "name"), id);
    else if (record && !ok) gem5art__pass_on(error, &why);
    archive = ok ? gem5art__arena_copy(&removing->arena, gem5art__record_text(record, "results")) : NULL;
    if (ok && !archive) ok = gem5art__fail_nomem(error);
    if (ok) removing->ids[removing->count++] = id;
    if (ok && *archive) removing->archives[removing->archive_count++] = archive;
    gem5art__arena_free(&arena);
    return ok;
}

/* Notes a reference from a record to an archive of another id. */
static bool gem5art__keep_archive(const gem5art_json *id, const void *context) {
    const gem5art__removing *removing = (const gem5art__removing *)context;
    size_t i = gem5art__find_id(removing->archives, removing->archive_count, id->text, strlen(id->text));
    if (i != SIZE_MAX && strcmp(id->text, removing->other) != 0) removing->kept[i] = true;
    return false;
}

/* Leaves out archives that a remaining record names, and results that are not an artifact. */
static bool gem5art__keep_archives(gem5art__removing *removing, gem5art_error *error) {
    gem5art__scan scan;
    gem5art__arena arena = {NULL, false};
    const gem5art_json *record;
    gem5art__step step = GEM5ART__FAILED;
    size_t i, count = removing->archive_count;
    if (!gem5art__scan_begin(removing->db, NULL, &scan, error)) return false;
    while ((step = gem5art__scan_next(&scan, error)) == GEM5ART__RECORD &&
           (step = gem5art__scan_parse(&scan, &arena, &record, error)) == GEM5ART__RECORD) {
        const char *id = removing->other = gem5art__record_text(record, "_id");
        bool run = gem5art__is_run(gem5art__record_text(record, "type"));
        if (gem5art__find_id(removing->ids, removing->count, id, strlen(id)) == SIZE_MAX || !run)
            gem5art__find_reference(record, gem5art__keep_archive, removing);
        i = run ? gem5art__find_id(removing->archives, count, id, strlen(id)) : SIZE_MAX;
        if (i != SIZE_MAX) removing->kept[i] = true;
        gem5art__arena_free(&arena);
    }
    gem5art__arena_free(&arena);
    gem5art__scan_end(&scan);
    for (i = removing->archive_count = 0; i < count; i++)
        if (!removing->kept[i]) removing->archives[removing->archive_count++] = removing->archives[i];
    return step == GEM5ART__END;
}

/* Removes what was added, and its archives. */
static bool gem5art__remove_added(gem5art__removing *removing, gem5art_error *error) {
    size_t i, unique = 0, removals;
    qsort(removing->ids, removing->count, sizeof *removing->ids, gem5art__compare_texts);
    qsort(removing->archives, removing->archive_count, sizeof *removing->archives, gem5art__compare_texts);
    for (i = 0; i < removing->archive_count; i++)
        if (!unique || strcmp(removing->archives[unique - 1], removing->archives[i]) != 0)
            removing->archives[unique++] = removing->archives[i];
    removing->archive_count = unique;
    if (unique && !gem5art__keep_archives(removing, error)) return false;
    for (i = 0; i < removing->archive_count; i++) removing->ids[removing->count++] = removing->archives[i];
    qsort(removing->ids, removing->count, sizeof *removing->ids, gem5art__compare_texts);
    removing->ids[removing->count] = NULL;
    return (removing->db->backend->remove)(removing->db, removing->ids, &removals, error);
}

static bool gem5art__begin_removing(gem5art__removing *removing, gem5art_db *db, size_t count, gem5art_error *error) {
    memset(removing, 0, sizeof *removing);
    removing->db = db;
    removing->ids = (const char **)gem5art__arena_alloc(&removing->arena, (2 * count + 1) * sizeof *removing->ids);
    removing->archives = (const char **)gem5art__arena_alloc(&removing->arena, (count + 1) * sizeof(char *));
    removing->kept = (bool *)gem5art__arena_alloc(&removing->arena, count + 1);
    return removing->ids && removing->archives && removing->kept ? true : gem5art__fail_nomem(error);
}

GEM5ARTDEF bool gem5art_remove_artifact(gem5art_db *db, const char *id, gem5art_error *error) {
    gem5art__arena arena = {NULL, false};
    const char *ids[2] = {id, NULL};
    size_t removals;
    int64_t merged;
    bool ok;
    if (!gem5art__need(db, "the db", error) || !gem5art__need(id, "the id", error) ||
        !gem5art__change_begin(db, &merged, error))
        return false;
    ok = gem5art__find_removed(db, id, false, &arena, error) &&
         /* First what is live: a run that ends is recorded before its entry goes. */
         gem5art__artifact_idle(db, id, false, error) && gem5art__artifact_idle(db, id, true, error) &&
         gem5art__artifact_unused(db, id, error) &&
         (db->backend->remove)(db, ids, &removals, error);
    gem5art__store_unlock(db);
    gem5art__arena_free(&arena);
    return ok;
}

GEM5ARTDEF bool gem5art_remove_runs(gem5art_db *db, const char *const *ids, size_t count, gem5art_error *errors,
                                    gem5art_error *error) {
    gem5art__removing removing;
    gem5art_error why, first;
    int64_t merged;
    size_t i;
    bool ok;
    gem5art__clear(&first);
    if (!gem5art__need(db, "the db", error) || !gem5art__need(ids, "the list of ids", error)) return false;
    for (i = 0; i < count; i++)
        if (!gem5art__need(ids[i], "an id", error)) return false;
    if (count == 0) return true;
    ok = gem5art__begin_removing(&removing, db, count, &why) && gem5art__change_begin(db, &merged, &why);
    if (ok) {
        for (i = 0; ok && i < count; i++) {
            gem5art__clear(&why);
            ok = gem5art__add_removed(&removing, ids[i], &why) || why.code == GEM5ART_BUSY ||
                 why.code == GEM5ART_NOT_FOUND;
            if (errors) errors[i] = why;
            if (first.code == GEM5ART_OK) first = why;
        }
        if (ok && removing.count) ok = gem5art__remove_added(&removing, &why);
        gem5art__store_unlock(db);
    }
    for (i = 0; !ok && errors && i < count; i++) errors[i] = why;
    if (error) *error = ok ? first : why;
    gem5art__arena_free(&removing.arena);
    return ok && first.code == GEM5ART_OK;
}

GEM5ARTDEF bool gem5art_remove_run(gem5art_db *db, const char *id, gem5art_error *error) {
    return gem5art__need(id, "the id", error) && gem5art_remove_runs(db, &id, 1, NULL, error);
}

GEM5ARTDEF void gem5art_release_artifact(gem5art_db *db, const gem5art_artifact *artifact) {
    if (db && artifact) gem5art__free_artifact((gem5art__artifact *)(uintptr_t)artifact);
}

GEM5ARTDEF void gem5art_release_run(gem5art_db *db, const gem5art_run *run) {
    gem5art__run *own = (gem5art__run *)(uintptr_t)run;
    if (!db || !run) return;
    if (own->in_pool) own->released = true;
    else gem5art__free_run(own);
}

/* ---- queries */

typedef enum gem5art__rows_of { GEM5ART__OF_RUNS, GEM5ART__OF_ARTIFACTS, GEM5ART__OF_RECORDS } gem5art__rows_of;

struct gem5art_iter {
    gem5art_db *db;
    gem5art__rows_of of;
    gem5art__arena arena, row_arena;
    gem5art_query query;
    gem5art__scan scan;
    gem5art__attempts attempts; /* of .run, instead of a scan */
    gem5art__live_list live;    /* with query.live or .queued, instead of a scan */
    bool done;
    gem5art_step step;          /* how the last one ended */
    int64_t returned;
    gem5art__buf text;
    gem5art_run run;
    gem5art_artifact artifact;
};

static gem5art_iter *gem5art__new_iter(gem5art_db *db, gem5art__rows_of of, gem5art_error *error) {
    gem5art_iter *iter = gem5art__need(db, "the db", error) ? (gem5art_iter *)gem5art__alloc(sizeof *iter) : NULL;
    if (db && !iter) gem5art__fail_nomem(error);
    if (!iter) return NULL;
    iter->db = db;
    iter->of = of;
    db->iters++;
    return iter;
}

static bool gem5art__begin_query(gem5art_iter *iter, const gem5art_query *query, gem5art_error *error) {
    gem5art_query *q = &iter->query;
    const char **texts[] = {&q->id_prefix, &q->hash, &q->name, &q->name_contains, &q->type, &q->status};
    size_t i;
    if (query) *q = *query;
    for (i = 0; i < 6; i++) *texts[i] = gem5art__arena_copy(&iter->arena, *texts[i]);
    if (iter->arena.failed) return gem5art__fail_nomem(error);
    if (iter->of != GEM5ART__OF_RUNS) q->live = q->queued = q->fs_only = q->rerunnable = false;
    if (!q->live && !q->queued) return gem5art__scan_begin(iter->db, q, &iter->scan, error);
    gem5art__entries_begin(&iter->live, iter->db, NULL, q->queued);
    return iter->live.trust == GEM5ART__LIVE_FAILED ? gem5art__live_end(&iter->live, error) : true;
}

static gem5art_iter *gem5art__query(gem5art_db *db, gem5art__rows_of of, const gem5art_query *query,
                                    gem5art_error *error) {
    gem5art_iter *iter = gem5art__new_iter(db, of, error);
    if (!iter || gem5art__begin_query(iter, query, error)) return iter;
    gem5art_iter_close(iter);
    return NULL;
}

/* Does a record match the query by its first four texts? Lines in the store's layout are not parsed for that. */
static bool gem5art__head_matches(const gem5art_iter *iter, const gem5art__head *head) {
    const gem5art_query *q = &iter->query;
    const char *id = head->text[0], *hash = head->text[1], *type = head->text[2], *name = head->text[3];
    size_t id_length = head->length[0], type_length = head->length[2], name_length = head->length[3];
    bool fs = gem5art__text_is(type, type_length, gem5art__type_fs);
    bool run = fs || gem5art__text_is(type, type_length, gem5art__type_se);
    if (iter->of != GEM5ART__OF_RECORDS && run != (iter->of == GEM5ART__OF_RUNS)) return false;
    if (q->id_prefix && (id_length < strlen(q->id_prefix) || memcmp(id, q->id_prefix, strlen(q->id_prefix)) != 0))
        return false;
    if (q->hash && !gem5art__text_is(hash, head->length[1], q->hash)) return false;
    if (q->fs_only && !fs) return false;
    if (q->type && iter->of != GEM5ART__OF_RUNS && !gem5art__text_is(type, type_length, q->type)) return false;
    if (q->name && !gem5art__text_is(name, name_length, q->name)) return false;
    return gem5art__contains(name, name_length, q->name_contains);
}

static bool gem5art__record_matches(const gem5art_iter *iter, const gem5art_json *record) {
    const char *wanted = iter->of == GEM5ART__OF_RUNS ? iter->query.status : NULL;
    const char *status = gem5art__record_text(record, "status");
    const gem5art_json *rerunnable = gem5art_json_get(record, "rerunnable");
    gem5art__head head;
    gem5art__parsed_head(record, &head);
    if (!gem5art__head_matches(iter, &head)) return false;
    if (iter->query.rerunnable && !(rerunnable && rerunnable->type == GEM5ART_JSON_BOOL && rerunnable->boolean))
        return false;
    return !wanted || strcmp(status, wanted) == 0 ||
           (strcmp(wanted, "Failed artifact check") == 0 && gem5art__starts_with(status, wanted));
}

/* The next stored record that matches; *record NULL: `text` is enough, and the line is in the store's layout. */
static gem5art_step gem5art__next_stored(gem5art_iter *iter, bool text, const gem5art_json **record,
                                         gem5art_error *error) {
    bool head_decides = !iter->query.status && !iter->query.rerunnable;
    gem5art__step step;
    gem5art__head head;
    while ((step = gem5art__scan_next(&iter->scan, error)) == GEM5ART__RECORD) {
        bool read = iter->scan.sealed && gem5art__read_head(iter->scan.data, iter->scan.size, &head);
        *record = NULL;
        if (read && !gem5art__head_matches(iter, &head)) continue;
        if (read && text && head_decides && iter->scan.intact) return GEM5ART_ROW;
        gem5art__arena_free(&iter->row_arena);
        step = gem5art__scan_parse(&iter->scan, &iter->row_arena, record, error);
        if (step != GEM5ART__RECORD) break;
        if (gem5art__record_matches(iter, *record)) return GEM5ART_ROW;
    }
    iter->done = true;
    return step == GEM5ART__FAILED ? GEM5ART_FAILED : GEM5ART_END;
}

/* The next queued run that matches, as its file has it, which lives until the next step. */
static gem5art_step gem5art__next_queued(gem5art_iter *iter, const gem5art_json **record, gem5art_error *error) {
    gem5art__arena_free(&iter->row_arena);
    while (gem5art__live_next(&iter->live)) {
        *record = iter->live.live.record;
        if (iter->live.trust != GEM5ART__LIVE_NONE && gem5art__record_matches(iter, *record)) return GEM5ART_ROW;
    }
    iter->done = true;
    return gem5art__live_end(&iter->live, error) ? GEM5ART_END : GEM5ART_FAILED;
}

/* The next live run's info.json that matches; one whose claim is free is lost. */
static gem5art_step gem5art__next_live(gem5art_iter *iter, const gem5art_json **record, bool *lost,
                                       gem5art_error *error) {
    const gem5art__live *live = &iter->live.live;
    gem5art_error why;
    while (gem5art__live_next(&iter->live)) {
        if (iter->live.trust == GEM5ART__LIVE_NONE) continue;
        gem5art__arena_free(&iter->row_arena);
        *record = gem5art__read_info(&iter->row_arena, live->outdir, &why);
        if (!*record && why.code == GEM5ART_NOMEM) return gem5art__fail_nomem(error), GEM5ART_FAILED;
        if (!*record && why.code == GEM5ART_IO) gem5art__warn(iter->db, "a live run is not listed: %s", why.message);
        if (!*record || strcmp(gem5art__record_text(*record, "_id"), live->id) != 0 ||
            !gem5art__record_matches(iter, *record))
            continue;
        *lost = !gem5art__is_live(iter->db, live, iter->live.trust);
        return GEM5ART_ROW;
    }
    iter->done = true;
    return gem5art__live_end(&iter->live, error) ? GEM5ART_END : GEM5ART_FAILED;
}

static gem5art_step gem5art__next_attempt(gem5art_iter *iter, const gem5art_json **record, gem5art_error *error) {
    gem5art__step step;
    gem5art__arena_free(&iter->row_arena);
    step = gem5art__attempts_next(&iter->attempts, &iter->row_arena, record, error);
    if (step == GEM5ART__RECORD) return GEM5ART_ROW;
    iter->done = true;
    return step == GEM5ART__FAILED ? GEM5ART_FAILED : GEM5ART_END;
}

/* Sets iter->step; true: it is ROW. */
static bool gem5art__next(gem5art_iter *iter, bool text, const gem5art_json **record, bool *lost,
                          gem5art_error *error) {
    *lost = false;
    *record = NULL;
    if (!gem5art__need(iter, "the iterator", error)) return false;
    if (iter->done || (iter->query.limit > 0 && iter->returned >= iter->query.limit)) iter->step = GEM5ART_END;
    else
        iter->step = iter->attempts.db      ? gem5art__next_attempt(iter, record, error)
                     : iter->query.queued ? gem5art__next_queued(iter, record, error)
                     : iter->query.live   ? gem5art__next_live(iter, record, lost, error)
                                        : gem5art__next_stored(iter, text, record, error);
    iter->returned += iter->step == GEM5ART_ROW;
    return iter->step == GEM5ART_ROW;
}

/* The next record that matches, read into the iterator. A viewer skips a record with a value of the wrong kind. */
static bool gem5art__next_row(gem5art_iter *iter, gem5art__rows_of of, const gem5art_json **record, bool *lost,
                              gem5art_error *error) {
    static const char *const holds[] = {"runs: use gem5art_next_run", "artifacts: use gem5art_next_artifact",
                                        "records of both kinds: use gem5art_next_json"};
    bool run = of == GEM5ART__OF_RUNS;
    gem5art_error why;
    if (iter && iter->of != of) {
        iter->step = GEM5ART_FAILED;
        return gem5art__fail(error, GEM5ART_INVALID, "this iterator has %s", holds[iter->of]);
    }
    while (gem5art__next(iter, false, record, lost, error)) {
        memset(run ? (void *)&iter->run : (void *)&iter->artifact, 0, run ? sizeof iter->run : sizeof iter->artifact);
        if (gem5art__read_object(&iter->row_arena, run ? gem5art__run_fields : gem5art__artifact_fields, *record,
                                 run ? (void *)&iter->run : (void *)&iter->artifact, iter->db->path, &why))
            return true;
        if (!iter->db->damaged || why.code != GEM5ART_INVALID) {
            iter->step = GEM5ART_FAILED;
            return gem5art__pass_on(error, &why);
        }
        (iter->db->damaged)(why.message, iter->db->user_data);
    }
    return false;
}

GEM5ARTDEF gem5art_iter *gem5art_get_runs(gem5art_db *db, const gem5art_query *query, gem5art_error *error) {
    return gem5art__query(db, GEM5ART__OF_RUNS, query, error);
}

GEM5ARTDEF gem5art_iter *gem5art_get_artifacts(gem5art_db *db, const gem5art_query *query, gem5art_error *error) {
    return gem5art__query(db, GEM5ART__OF_ARTIFACTS, query, error);
}

GEM5ARTDEF gem5art_iter *gem5art_get_records(gem5art_db *db, const gem5art_query *query, gem5art_error *error) {
    return gem5art__query(db, GEM5ART__OF_RECORDS, query, error);
}

GEM5ARTDEF gem5art_iter *gem5art_get_attempts(gem5art_db *db, const gem5art_run *run, gem5art_error *error) {
    gem5art_iter *iter = gem5art__need(run, "the run", error) ? gem5art__new_iter(db, GEM5ART__OF_RUNS, error) : NULL;
    if (!iter || gem5art__attempts_begin(&iter->attempts, db, run, error)) return iter;
    gem5art_iter_close(iter);
    return NULL;
}

GEM5ARTDEF gem5art_step gem5art_iter_step(const gem5art_iter *iter) { return iter ? iter->step : GEM5ART_FAILED; }

GEM5ARTDEF const gem5art_run *gem5art_next_run(gem5art_iter *iter, gem5art_error *error) {
    const gem5art_json *record;
    bool lost;
    if (!gem5art__next_row(iter, GEM5ART__OF_RUNS, &record, &lost, error)) return NULL;
    iter->run.record = record;
    if (iter->query.queued) iter->run.queued_by = (int64_t)iter->live.live.owner;
    if (lost) iter->run.kill_reason = "lost";
    return &iter->run;
}

GEM5ARTDEF const gem5art_artifact *gem5art_next_artifact(gem5art_iter *iter, gem5art_error *error) {
    const gem5art_json *record;
    bool lost;
    if (!gem5art__next_row(iter, GEM5ART__OF_ARTIFACTS, &record, &lost, error)) return NULL;
    iter->artifact.record = record;
    return &iter->artifact;
}

GEM5ARTDEF const char *gem5art_next_json(gem5art_iter *iter, size_t *length, gem5art_error *error) {
    const gem5art_json *record;
    gem5art_json_writer writer;
    bool lost, ok = true;
    if (!gem5art__next(iter, true, &record, &lost, error)) return NULL;
    iter->text.length = 0;
    if (!record && iter->scan.window) { /* the end takes the seal's place */
        memcpy(iter->scan.window + iter->scan.size - GEM5ART__SEAL - 1, "}", 2);
        if (length) *length = iter->scan.size - GEM5ART__SEAL;
        return iter->scan.window;
    }
    if (!record) {
        gem5art__put(&iter->text, iter->scan.data, iter->scan.size - GEM5ART__SEAL - 1);
        gem5art__puts(&iter->text, "}");
        if (iter->text.failed) ok = gem5art__fail_nomem(error);
    } else {
        gem5art_json_writer_init(&writer, 0);
        gem5art_json_begin_object(&writer);
        gem5art__write_members(&writer, record, NULL, 0);
        gem5art_json_end_object(&writer);
        ok = gem5art__put_written(&iter->text, &writer, false, error);
    }
    if (!ok) return iter->step = GEM5ART_FAILED, (const char *)NULL;
    if (length) *length = iter->text.length;
    return iter->text.data;
}

GEM5ARTDEF void gem5art_iter_close(gem5art_iter *iter) {
    if (!iter) return;
    iter->db->iters--;
    if (iter->query.live || iter->query.queued) gem5art__live_end(&iter->live, NULL);
    gem5art__scan_end(&iter->scan);
    gem5art__buf_free(&iter->text);
    gem5art__arena_free(&iter->arena);
    gem5art__arena_free(&iter->row_arena);
    gem5art__free(iter);
}

/* ---- records as JSON */

GEM5ARTDEF void gem5art_json_run(gem5art_json_writer *writer, const gem5art_run *run) {
    if (run) gem5art__write_object(writer, gem5art__run_fields, run, gem5art__is_fs(run->type), run->record);
    else gem5art_json_null(writer);
}

GEM5ARTDEF void gem5art_json_artifact(gem5art_json_writer *writer, const gem5art_artifact *artifact) {
    if (artifact) gem5art__write_object(writer, gem5art__artifact_fields, artifact, true, artifact->record);
    else gem5art_json_null(writer);
}

GEM5ARTDEF const char *gem5art_field_name(bool of_runs, size_t index) {
    const gem5art__field *field = of_runs ? gem5art__run_fields : gem5art__artifact_fields;
    while (field->name && index > 0) field++, index--;
    return field->name;
}

/* Records on their way into a store. */
typedef struct gem5art__adding {
    gem5art_db *db; /* NULL: an empty store */
    const gem5art_text *records;
    gem5art_addition *additions;
    gem5art__index ids;  /* an index of the ids of those that are added, by their place in `records` */
    gem5art__buf lines;
} gem5art__adding;

static const gem5art_json *gem5art__parse_added(const gem5art_text *text, gem5art__arena *arena, gem5art_error *error) {
    static const char *const needed[] = {"_id", "hash", "type"};
    const gem5art_json *record = gem5art__json_parse_in(arena, text->text, text->length, NULL, error);
    gem5art_artifact artifact;
    gem5art_run run;
    size_t i;
    bool ok;
    if (!record) return NULL;
    if (record->type != GEM5ART_JSON_OBJECT)
        return gem5art__fail(error, GEM5ART_SYNTAX, "the record is not a JSON object"),
               (const gem5art_json *)NULL;
    if (gem5art__is_sealed(text->text, text->length) && !gem5art__seal_holds(text->text, text->length))
        return gem5art__fail(error, GEM5ART_CORRUPT, "the record does not match its checksum: it is damaged"),
               (const gem5art_json *)NULL;
    for (i = 0; i < 3; i++)
        if (!*gem5art__record_text(record, needed[i]))
            return gem5art__fail(error, GEM5ART_INVALID, "the record has no text \"%s\": each artifact and run needs "
                                 "one", needed[i]), (const gem5art_json *)NULL;
    ok = gem5art__is_run(gem5art__record_text(record, "type"))
             ? gem5art__read_object(arena, gem5art__run_fields, record, &run, "the record", error)
             : gem5art__read_object(arena, gem5art__artifact_fields, record, &artifact, "the record", error);
    return ok ? record : NULL;
}

static bool gem5art__same_value(const gem5art_json *a, const gem5art_json *b) {
    const gem5art_json *x, *y;
    if (a->type != b->type || a->count != b->count) return false;
    if (a->type == GEM5ART_JSON_BOOL) return a->boolean == b->boolean;
    if (a->type == GEM5ART_JSON_STRING) return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    if (a->type == GEM5ART_JSON_NUMBER) {
        if (a->is_integer && b->is_integer) return a->integer == b->integer;
        if (a->number - b->number == 0) return true;
        return a->raw_length == b->raw_length && memcmp(a->raw, b->raw, a->raw_length) == 0; /* infinite as a double */
    }
    for (x = a->first, y = b->first; x; x = x->next, y = a->type == GEM5ART_JSON_ARRAY ? y->next : y) {
        const gem5art_json *other = a->type == GEM5ART_JSON_ARRAY ? y : gem5art__json_find(b, x->key, x->key_length);
        if (!other || !gem5art__same_value(x, other)) return false;
    }
    return true;
}

/* The first member of `a` that differs in `b` or is not there. The checksum does not count. */
static const gem5art_json *gem5art__differing(const gem5art_json *a, const gem5art_json *b) {
    const gem5art_json *member, *other;
    for (member = a->first; member; member = member->next) {
        if (strcmp(member->key, "crc32") == 0) continue;
        other = gem5art__json_find(b, member->key, member->key_length);
        if (!other || !gem5art__same_value(member, other)) return member;
    }
    return NULL;
}

/* The record with this id, of the store or of those that are added; *record NULL: there is none. */
static bool gem5art__find_present(gem5art__adding *adding, const char *id, gem5art__arena *arena,
                                  const gem5art_json **record, gem5art_error *error) {
    uint64_t key = gem5art__fnv1a(id, strlen(id));
    gem5art__lookup lookup = {0, 0, NULL};
    gem5art__step step = GEM5ART__END;
    size_t entry = 0;
    gem5art_db *db = adding->db;
    while (db && (step = gem5art__next_match(db, &lookup, id, arena, record, error)) == GEM5ART__RECORD)
        if (gem5art__record_is(*record, "_id", id)) return true;
    if (step == GEM5ART__FAILED) return false;
    while ((entry = gem5art__index_next(&adding->ids, key, entry)) != 0) {
        const gem5art_text *text = &adding->records[adding->ids.entries[entry - 1].at];
        if ((*record = gem5art__json_parse_in(arena, text->text, text->length, NULL, error)) == NULL) return false;
        if (gem5art__record_is(*record, "_id", id)) return true;
    }
    *record = NULL;
    return true;
}

static bool gem5art__find_hash(gem5art_db *db, const gem5art_json *wanted, gem5art__arena *arena, bool *found,
                               gem5art_error *error) {
    const char *hash = gem5art__record_text(wanted, "hash");
    bool run = gem5art__is_run(gem5art__record_text(wanted, "type"));
    gem5art__lookup lookup = {0, 0, NULL};
    const gem5art_json *record;
    gem5art__step step = GEM5ART__END;
    *found = false;
    while (db && !*found && (step = gem5art__next_match(db, &lookup, hash, arena, &record, error)) == GEM5ART__RECORD)
        *found = gem5art__record_is(record, "hash", hash) &&
                 gem5art__is_run(gem5art__record_text(record, "type")) == run;
    return step != GEM5ART__FAILED;
}

/* Compares a record with those that are stored, and adds its line if it is new. */
static bool gem5art__add_record(gem5art__adding *adding, size_t i, gem5art__arena *arena, size_t *bad,
                                gem5art_error *error) {
    gem5art_addition *addition = &adding->additions[i];
    const gem5art_json *record = gem5art__parse_added(&adding->records[i], arena, error), *present, *differing = NULL;
    const char *id;
    memset(addition, 0, sizeof *addition);
    if (!record) return *bad = i, false;
    id = gem5art__record_text(record, "_id");
    if (!gem5art__find_present(adding, id, arena, &present, error)) return false;
    if (!present) {
        if (!gem5art__find_hash(adding->db, record, arena, &addition->hash_present, error)) return false;
        if (!gem5art__index_add(&adding->ids, id, strlen(id), (off_t)i)) return gem5art__fail_nomem(error);
        if (adding->lines.length) gem5art__puts(&adding->lines, ",\n");
        return gem5art__put_record_line(&adding->lines, record, error);
    }
    if ((differing = gem5art__differing(record, present)) == NULL) differing = gem5art__differing(present, record);
    addition->result = differing ? GEM5ART_CONFLICT : GEM5ART_PRESENT;
    snprintf(addition->field, sizeof addition->field, "%s", differing ? differing->key : "");
    return true;
}

GEM5ARTDEF bool gem5art_add_records(gem5art_db *db, const gem5art_text *records, size_t count, bool dry_run,
                                    gem5art_addition *additions, size_t *bad, gem5art_error *error) {
    gem5art__adding adding;
    size_t i = 0, first_bad = count;
    bool ok, locked = false;
    gem5art__clear(error);
    memset(&adding, 0, sizeof adding);
    adding.db = db, adding.records = records, adding.additions = additions;
    ok = (dry_run && !db) || gem5art__need(db, "the db", error);
    if (count) ok = ok && gem5art__need(records, "the list of records", error) &&
                    gem5art__need(additions, "the list of additions", error);
    if (ok && db) ok = gem5art__refresh(db, error); /* what can be read without the lock is not read under it */
    if (ok && !dry_run) ok = locked = gem5art__append_begin(db, error);
    if (ok && locked) ok = gem5art__recover(db, error);
    for (; ok && i < count; i++) {
        gem5art__arena arena = {NULL, false};
        ok = gem5art__add_record(&adding, i, &arena, &first_bad, error);
        gem5art__arena_free(&arena);
    }
    if (ok && locked && adding.lines.length) ok = gem5art__append(db, &adding.lines, error);
    if (locked) gem5art__append_end(db);
    gem5art__index_free(&adding.ids);
    gem5art__buf_free(&adding.lines);
    if (bad) *bad = first_bad;
    return ok;
}

#ifdef __cplusplus
}
#endif

#endif /* GEM5ART_IMPLEMENTATION */
