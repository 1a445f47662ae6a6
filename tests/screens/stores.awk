# stores.awk - a store as a research group has it: awk -v store=NAME -v now=UNIXTIME -f stores.awk >db.json
#
# NAME: boot, spec, npb, one, edit, many; boot also takes what `live` below names. The same arguments give the same bytes. No time
# is near the end of a minute, an hour or a day before `now`: a table of the store is the same ten seconds later.

function id(n) { return sprintf("%08x-0000-4000-8000-%012x", n * 2654435761 % 2147483647, n) }

# Ends a run `ago` seconds before now, after `took` seconds; its fields that follow are set by the callers.
function run(ago, took, status, more) {
    count++
    printf "%s{\"_id\":\"%s\",\"hash\":\"%016x%016x%032x\",\"type\":\"gem5 run%s\",\"name\":\"%s\"," \
        "\"gem5_binary_path\":\"%s\",\"run_script\":\"%s\",%s\"params\":[%s],\"status\":\"%s\",\"start_time\":%.3f," \
        "\"end_time\":%.3f,\"host\":\"%s\",\"outdir\":\"/scratch/ana/%s/%d\",\"variables\":{%s},\"results_size\":%d%s}",
        (count > 1 ? ",\n" : "[\n"), id(count), hash * 7919, hash, hash, mode, name, gem5, script, files, params, status,
        now - ago - took, now - ago, host, store, count, variables, 1048576 * (hash % 7 + 1.5), more
}
function finished(ago, took) { run(ago, took, "Finished", ",\"return_code\":0") }
function killed(ago, took, reason) { run(ago, took, "Failed", sprintf(",\"return_code\":-9,\"kill_reason\":\"%s\"", reason)) }
function exited(ago, took, code, cause) {
    run(ago, took, "Failed", sprintf(",\"return_code\":%d,\"cause\":\"%s\"", code, cause))
}
function pair(key, value) { return sprintf("\"%s\":\"%s\"", key, value) }
function fs(linux, disk) {
    mode = " fs"
    files = pair("linux_binary_path", linux) "," pair("disk_image_path", disk) ","
}

# Kernels, CPUs and memory systems: the matrix of gem5's boot tests. The first launch had a bug in its script.
function boot_run(n,    k, c, m) {
    k = kernels[int(n / 8) + 1]; c = cpus[int(n / 2) % 4 + 1]; m = memories[n % 2 + 1]
    fs("/home/ana/linux/vmlinux-" k, "/home/ana/disk-image/boot-exit")
    hash = n + 1
    name = "boot " k " " c " " m
    params = "\"" c "\",\"" m "\",\"1\",\"init\""
    variables = pair("kernel", k) "," pair("cpu", c) "," pair("memory", m)
}
function boot(    n, ago) {
    split("4.4.186 4.19.83 5.4.49", kernels)
    split("kvm atomic timing o3", cpus)
    split("classic MESI_Two_Level", memories)
    gem5 = "/home/ana/gem5/build/X86/gem5.opt"; script = "/home/ana/boot-tests/configs/run_exit.py"; host = "n17"
    for (n = 0; n < 8; n++) {
        boot_run(n)
        exited(200000 - n * 100, 0.41, 1, "NameError: name 'systm' is not defined")
    }
    for (n = 0; n < 24; n++) {
        boot_run(n)
        ago = 88200.5 - n * 3600
        if (n == 7) killed(ago, 8123.4, "timeout")
        else if (n == 15) exited(ago, 3611.9, 0, "m5_fail instruction encountered, code 1")
        else if (n == 20) killed(ago, 1211.7, "kernel panic")
        else if (n < 22) finished(ago, 55 + n * n * 17.7)
        else live(93630 - n * 300, n)
    }
}

# A run that goes on: its live entry in the folder `entries`, its outdir below `outdirs`. The first one's supervisor is the
# process `pid`, which began at `began` clock ticks; that of others was on a host that is not known.
function live(ago, n,    folder, file, owner) {
    count++
    folder = outdirs "/" n
    system("mkdir -p '" folder "/.gem5art' '" entries "'")
    if (!lives) {
        file = folder "/.gem5art/events.tsv"
        printf "50000000000\t0\tworkbegin\t3.100\n1250500000000\t0\tm5_exit instruction encountered\t80.250\n125" >file
        close(file)
    }
    file = folder "/info.json"
    printf "{\"_id\":\"%s\",\"hash\":\"%016x%016x%032x\",\"type\":\"gem5 run%s\",\"name\":\"%s\"," \
        "\"gem5_binary_path\":\"%s\",\"run_script\":\"%s\",%s\"params\":[%s],\"status\":\"Running\",\"running\":true," \
        "\"start_time\":%.3f,\"current_time\":%.3f,\"host\":\"%s\",\"outdir\":\"%s\",\"variables\":{%s}}\n",
        id(count), hash * 7919, hash, hash, mode, name, gem5, script, files, params, now - ago, now, host, folder,
        variables >file
    close(file)
    owner = lives++ ? "\"host\":\"elsewhere\"" : "\"boot_id\":\"" boot_id "\",\"pid_space\":\"" pid_space "\""
    file = sprintf("%s/%016x%016x%032x.%s", entries, hash * 7919, hash, hash, id(count))
    printf "{\"_id\":\"%s\",\"hash\":\"%016x%016x%032x\",\"outdir\":\"%s\",%s,\"supervisor\":%d," \
        "\"supervisor_start\":%d}\n", id(count), hash * 7919, hash, hash, folder, owner, pid, began >file
    close(file)
}

# SPEC by two configurations, each a build of gem5 of its own.
function spec(    b, c, benchmarks, count_of, configs) {
    count_of = split("500.perlbench_r 502.gcc_r 505.mcf_r 520.omnetpp_r 523.xalancbmk_r 525.x264_r 531.deepsjeng_r " \
        "541.leela_r 548.exchange2_r 557.xz_r", benchmarks)
    split("baseline stride-prefetcher", configs)
    mode = ""; files = ""; script = "/home/ana/spec/se_spec.py"
    for (c = 1; c <= 2; c++) for (b = 1; b <= count_of; b++) {
        hash = c * 100 + b
        host = "n" 11 + b % 3
        gem5 = "/home/ana/gem5-" (c == 1 ? "main" : "prefetch") "/build/X86/gem5.opt"
        name = "spec2017-" benchmarks[b] "-" configs[c]
        params = "\"--cpu-type=O3CPU\",\"--benchmark=" benchmarks[b] "\",\"--config=" configs[c] \
            "\",\"--maxinsts=1000000000\""
        variables = pair("benchmark", benchmarks[b]) "," pair("config", configs[c])
        if (c == 2 && b == 4) killed(3 * 86400 - b * 1000, 86400, "timeout")
        else if (c == 2 && b == 7) exited(3 * 86400 - b * 1000, 12.25, 1, "fatal: Out of memory, please increase size")
        else finished((5 - c) * 86400 - b * 1000, 20000 + b * 1733.3)
    }
}

# Python gem5art recorded these: there are no variables, but params in a fixed order.
function npb(    b, c, t, benchmarks, cpus) {
    split("bt cg ep ft is lu mg sp", benchmarks)
    split("kvm timing", cpus)
    gem5 = "gem5/build/X86_MESI_Two_Level/gem5.opt"; script = "npb-configs/run_npb.py"; host = ""
    fs("linux-stable/vmlinux-4.19.83", "disk-image/npb/npb-image/npb")
    for (c = 1; c <= 2; c++) for (b = 1; b <= 8; b++) for (t = 1; t <= 4; t *= 4) {
        hash = c * 1000 + b * 10 + t
        name = "npb tests"
        params = "\"" cpus[c] "\",\"" benchmarks[b] ".A.x\",\"" t "\""
        variables = ""
        if (c == 2 && b == 4) killed(40 * 86400 - hash, 43200, "timeout")
        else finished(40.5 * 86400 - hash, 100.25 * c * b)
    }
}

function repo(name, commit) { # returns its id
    count++
    printf "%s{\"_id\":\"%s\",\"hash\":\"%s\",\"type\":\"git repo\",\"name\":\"%s\",\"git\":{\"hash\":\"%s\"}}",
        (count > 1 ? ",\n" : "[\n"), id(count), commit, name, commit
    return id(count)
}

# A sweep; the script is edited and committed; the sweep again.
function edit(    n, cpus, sizes, commits, gem5_repo, scripts) {
    split("atomic timing o3", cpus)
    split("256kB 1MB", sizes)
    split("4baffa1e8c9dd79bdd41aeee47ee3ea44dc00f4d 306f411b0f4aa72b1b1c1d9c79c2ed2ae9a1f5a0", commits)
    gem5 = "/home/ana/gem5/build/X86/gem5.opt"; script = "/home/ana/scripts/cache.py"; host = "n11"; mode = ""
    gem5_repo = repo("gem5", "ba3573c79f3bcd6a8f3c2f1f0a9f4c6fd93f6c21")
    for (n = 0; n < 12; n++) {
        if (n % 6 == 0) scripts = repo("scripts", commits[int(n / 6) + 1])
        files = pair("gem5_git_artifact", gem5_repo) "," pair("run_script_git_artifact", scripts) ","
        hash = n + 1
        name = "cache " cpus[int(n / 2) % 3 + 1] " " sizes[n % 2 + 1]
        params = "\"" cpus[int(n / 2) % 3 + 1] "\",\"" sizes[n % 2 + 1] "\""
        variables = pair("cpu", cpus[int(n / 2) % 3 + 1]) "," pair("l2", sizes[n % 2 + 1])
        if (n == 5) exited(90000 - n * 3000, 12.5, 1, "fatal: Can't load checkpoint file")
        else finished(90000 - n * 3000, 600 + n * 100)
    }
}

function one() {
    gem5 = "/home/ana/gem5/build/ALL/gem5.opt"; script = "/home/ana/hello/hello.py"; host = "laptop"
    mode = ""; files = ""; hash = 1; name = "hello"; params = "\"--binary=hello\""; variables = ""
    finished(210, 4.25)
}

# A year of many sweeps, the last of them of caches.
function many(    n, s, cpus, sizes) {
    split("atomic timing minor o3", cpus)
    split("256kB 512kB 1MB 2MB 4MB", sizes)
    for (n = 0; n < 5000; n++) {
        s = int(n / 250)
        hash = n + 1
        host = "n" 10 + n % 8
        mode = ""; files = ""
        gem5 = "/home/ana/gem5/build/" (s % 2 ? "X86" : "ARM") "/gem5.opt"
        script = "/home/ana/sweeps/cache.py"
        name = sprintf("sweep%02d %s %s seed%d", s, cpus[n % 4 + 1], sizes[int(n / 4) % 5 + 1], int(n / 20) % 13)
        params = "\"" cpus[n % 4 + 1] "\",\"" sizes[int(n / 4) % 5 + 1] "\",\"" int(n / 20) % 13 "\""
        variables = pair("cpu", cpus[n % 4 + 1]) "," pair("l2", sizes[int(n / 4) % 5 + 1]) "," \
            pair("seed", int(n / 20) % 13)
        if (n % 97 == 13) killed(1000 + (5000 - n) * 6000, 7200, "stall")
        else if (n % 61 == 59) exited(1000 + (5000 - n) * 6000, 2.5, 2, "fatal: Can't load checkpoint file")
        else finished(1000 + (5000 - n) * 6000, 600 + n % 1000)
    }
}

BEGIN {
    if (store == "boot") boot()
    else if (store == "spec") spec()
    else if (store == "npb") npb()
    else if (store == "one") one()
    else if (store == "edit") edit()
    else if (store == "many") many()
    else exit 1
    print "]"
}
