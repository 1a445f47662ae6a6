/* test_hash.c - SHA-256, MD5, CRC-32 and hashing of files: published vectors, a second implementation
   written from FIPS 180-4, and every path of the library's beside each other. */

/* Faults: zero lets the real call through. */
static int fail_open, fail_read, interrupt_reads, fail_malloc;
static unsigned long read_limit;
#define GEM5ART_SYS_OPEN(path, flags, mode) (fail_open ? (errno = fail_open, -1) : open(path, flags, mode))
#define GEM5ART_SYS_PREAD(fd, data, size, offset)                    \
    (fail_read             ? (errno = fail_read, (ssize_t)-1)        \
     : interrupt_reads > 0 ? (interrupt_reads--, errno = EINTR, (ssize_t)-1) \
                           : pread(fd, data, read_limit && (size) > read_limit ? read_limit : (size), offset))
#define GEM5ART_MALLOC(size) (fail_malloc ? NULL : malloc(size))
#define GEM5ART_REALLOC(memory, size) realloc(memory, size)
#define GEM5ART_FREE(memory) free(memory)

#define GEM5ART_IMPLEMENTATION
#include "../gem5art.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "test.h"

/* ---- the paths: all that this build and this CPU have */

typedef struct sha256_path {
    const char *name;
    gem5art__hash_blocks *blocks;
} sha256_path;

static int get_paths(sha256_path paths[2]) {
    paths[0].name = "portable";
    paths[0].blocks = gem5art__sha256_blocks_portable;
#ifdef GEM5ART__SHA_EXTENSIONS
    if (gem5art__cpu_has(GEM5ART__CPU_SHA)) {
        paths[1].name = GEM5ART__SHA_EXTENSIONS;
        paths[1].blocks = gem5art__sha256_blocks_extensions;
        return 2;
    }
#endif
    return 1;
}

/* One message through one path, from a chosen address. */
static void sha256_by(const sha256_path *path, const uint8_t *data, size_t length, char hex[65]) {
    gem5art_sha256 hash;
    gem5art_sha256_init(&hash);
    gem5art__hash_update(path->blocks, hash.state, hash.block, &hash.length, data, length);
    gem5art__hash_final(path->blocks, hash.state, hash.block, &hash.length, 8, true, hex);
    CHECK_INT(hash.length % 64, 0);
}

static const char *sha256_of(const void *data, size_t length) {
    static char hex[65];
    gem5art_sha256 hash;
    gem5art_sha256_init(&hash);
    gem5art_sha256_update(&hash, data, length);
    gem5art_sha256_final(&hash, hex);
    return hex;
}

static const char *md5_of(const void *data, size_t length) {
    static char hex[33];
    gem5art_md5 hash;
    gem5art_md5_init(&hash);
    gem5art_md5_update(&hash, data, length);
    gem5art_md5_final(&hash, hex);
    return hex;
}

/* ---- FIPS 180-4 to the letter: the whole message padded in memory, T1 and T2, the constants computed
   from the primes. `before` bytes, a multiple of 64, count as hashed already: they left `h`. */

/* The first 32 bits of the fractional part of the root of this degree. */
static uint32_t root_bits(int prime, int degree) {
    double low = 0, high = prime;
    int i;
    for (i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        if ((degree == 2 ? middle * middle : middle * middle * middle) <= prime) low = middle;
        else high = middle;
    }
    return (uint32_t)((low - (int)low) * 4294967296.0);
}

static uint32_t rotr(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

static void fips_sha256(const uint8_t *message, size_t length, uint64_t before, char hex[65]) {
    static uint32_t K[64], H0[8];
    uint64_t bits = (before + length) * 8;
    size_t padded = length + 1, n, i;
    uint8_t *M;
    uint32_t H[8];
    int t, prime, found;
    if (!K[0])
        for (prime = 2, found = 0; found < 64; prime++) {
            for (t = 2; t < prime && prime % t; t++) {}
            if (t < prime) continue;
            if (found < 8) H0[found] = root_bits(prime, 2);
            K[found++] = root_bits(prime, 3);
        }
    while (padded % 64 != 56) padded++;
    padded += 8;
    M = (uint8_t *)calloc(padded, 1);
    if (!M) abort();
    if (length) memcpy(M, message, length);
    M[length] = 128;
    for (i = 1; i <= 8; i++, bits /= 256) M[padded - i] = (uint8_t)(bits % 256);
    memcpy(H, H0, sizeof H);
    for (n = 0; n < padded; n += 64) {
        uint32_t W[64], v[8];
        for (t = 0; t < 64; t++)
            if (t < 16)
                for (W[t] = 0, i = 0; i < 4; i++) W[t] = W[t] * 256 + M[n + 4 * (size_t)t + i];
            else
                W[t] = (rotr(W[t - 2], 17) ^ rotr(W[t - 2], 19) ^ (W[t - 2] >> 10)) + W[t - 7] +
                       (rotr(W[t - 15], 7) ^ rotr(W[t - 15], 18) ^ (W[t - 15] >> 3)) + W[t - 16];
        memcpy(v, H, sizeof v);
        for (t = 0; t < 64; t++) {
            uint32_t T1 = v[7] + (rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) +
                          K[t] + W[t];
            uint32_t T2 = (rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22)) +
                          ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            memmove(v + 1, v, 7 * sizeof v[0]);
            v[4] += T1;
            v[0] = T1 + T2;
        }
        for (t = 0; t < 8; t++) H[t] += v[t];
    }
    for (t = 0; t < 8; t++) snprintf(hex + 8 * t, 9, "%08x", (unsigned)H[t]);
    free(M);
}

static uint32_t slow_crc32(const uint8_t *data, size_t length) {
    uint32_t crc = 0xffffffffu;
    int bit;
    for (; length; length--)
        for (crc ^= *data++, bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    return ~crc;
}

/* ---- inputs */

static uint32_t random_state = 1;
static uint32_t random_below(uint32_t limit) { /* xorshift32: the same in every run */
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static void fill(uint8_t *data, size_t size) {
    size_t i;
    for (i = 0; i < size; i++) data[i] = (uint8_t)(i * 7 + i / 8 * 13 + 5);
}

/* ---- threads first, so that they are the first to ask for the CPU's extensions */

static void *hash_abc(void *hex) {
    gem5art_sha256 hash;
    gem5art_sha256_init(&hash);
    gem5art_sha256_update(&hash, "abc", 3);
    gem5art_sha256_final(&hash, (char *)hex);
    return NULL;
}

TEST(threads_that_ask_at_once_get_the_same) {
    pthread_t threads[4];
    char hex[4][65];
    int i;
    for (i = 0; i < 4; i++) REQUIRE(pthread_create(&threads[i], NULL, hash_abc, hex[i]) == 0);
    for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    for (i = 0; i < 4; i++) CHECK_STR(hex[i], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* ---- SHA-256 */

TEST(sha256_vectors) { /* NIST's, by every path */
    static const struct {
        const char *message, *digest;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
         "nopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    char *million = (char *)malloc(1000000), hex[65];
    sha256_path paths[2];
    int count = get_paths(paths), p;
    size_t i;
    REQUIRE(million);
    memset(million, 'a', 1000000);
    for (p = 0; p < count; p++) {
        for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
            sha256_by(&paths[p], (const uint8_t *)vectors[i].message, strlen(vectors[i].message), hex);
            CHECK_STR(hex, vectors[i].digest);
            CHECK_STR(sha256_of(vectors[i].message, strlen(vectors[i].message)), vectors[i].digest);
        }
        sha256_by(&paths[p], (const uint8_t *)million, 1000000, hex);
        CHECK_STR(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
    CHECK_STR(sha256_of(million, 1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK_STR(sha256_of(NULL, 0), vectors[0].digest);
    free(million);
}

TEST(sha256_names_what_it_runs_on) {
    sha256_path paths[2];
    CHECK_STR(gem5art_sha256_implementation(), paths[get_paths(paths) - 1].name);
#ifdef GEM5ART_NO_SHA_EXTENSIONS
    CHECK_STR(gem5art_sha256_implementation(), "portable");
#endif
}

TEST(sha256_of_every_length_and_alignment) {
    uint8_t data[320], moved[320];
    char expected[65], hex[65];
    sha256_path paths[2];
    int count = get_paths(paths), p;
    size_t length, offset;
    fill(data, sizeof data);
    for (length = 0; length <= 300; length++) {
        fips_sha256(data, length, 0, expected);
        CHECK_STR(sha256_of(data, length), expected);
        for (offset = 0; offset < 16; offset++) {
            memcpy(moved + offset, data, length);
            for (p = 0; p < count; p++) {
                sha256_by(&paths[p], moved + offset, length, hex);
                CHECK_THAT(strcmp(hex, expected) == 0, "%s: %zu bytes at offset %zu give %s, not %s", paths[p].name,
                           length, offset, hex, expected);
            }
        }
    }
}

TEST(sha256_paths_agree_on_random_blocks_and_states) {
    uint8_t data[64 * 9];
    sha256_path paths[2];
    int count = get_paths(paths), p, round, i;
    for (round = 0; round < 500; round++) {
        uint32_t start[8], first[8], state[8];
        size_t blocks = random_below(10);
        for (i = 0; i < 8; i++) start[i] = random_below(0xffffffffu);
        for (i = 0; i < (int)sizeof data; i++) data[i] = (uint8_t)random_below(256);
        memcpy(first, start, sizeof start);
        paths[0].blocks(first, data, blocks);
        CHECK_INT(memcmp(first, start, sizeof start) == 0, blocks == 0);
        for (p = 1; p < count; p++) {
            memcpy(state, start, sizeof start);
            paths[p].blocks(state, data, blocks);
            CHECK_THAT(memcmp(state, first, sizeof state) == 0, "%s differs after %zu blocks", paths[p].name, blocks);
        }
    }
}

/* ---- MD5 and CRC-32 */

TEST(md5_vectors) { /* RFC 1321, A.5 */
    static const char *const vectors[][2] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    size_t i;
    for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        CHECK_STR(md5_of(vectors[i][0], strlen(vectors[i][0])), vectors[i][1]);
}

TEST(crc32_vectors) {
    static const struct {
        const char *message;
        uint32_t crc;
    } vectors[] = {
        {"", 0},
        {"a", 0xe8b7be43u},
        {"abc", 0x352441c2u},
        {"123456789", 0xcbf43926u},
        {"message digest", 0x20159d7fu},
        {"The quick brown fox jumps over the lazy dog", 0x414fa339u},
    };
    uint8_t same[32];
    size_t i;
    for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        CHECK_INT(gem5art_crc32(0, vectors[i].message, strlen(vectors[i].message)), vectors[i].crc);
    memset(same, 0, sizeof same);
    CHECK_INT(gem5art_crc32(0, same, sizeof same), 0x190a55adu);
    memset(same, 0xff, sizeof same);
    CHECK_INT(gem5art_crc32(0, same, sizeof same), 0xff6cab0bu);
    CHECK_INT(gem5art_crc32(0xcbf43926u, NULL, 0), 0xcbf43926u);
}

TEST(crc32_of_every_length_and_alignment) {
    uint8_t data[320], moved[320];
    size_t length, offset;
    fill(data, sizeof data);
    for (length = 0; length <= 300; length++)
        for (offset = 0; offset < 16; offset++) {
            memcpy(moved + offset, data, length);
            CHECK_INT(gem5art_crc32(0, moved + offset, length), slow_crc32(data, length));
        }
}

/* The hash of the hashes of the first 0, 1, ... 300 bytes, as Python's hashlib and zlib have them. */
TEST(hashes_of_hashes) {
    uint8_t data[300];
    gem5art_sha256 sha256;
    gem5art_md5 md5;
    char hex[65];
    uint32_t crc = 0;
    size_t length;
    fill(data, sizeof data);
    gem5art_sha256_init(&sha256);
    gem5art_md5_init(&md5);
    for (length = 0; length <= 300; length++) {
        gem5art_sha256_update(&sha256, sha256_of(data, length), 64);
        gem5art_md5_update(&md5, md5_of(data, length), 32);
        snprintf(hex, sizeof hex, "%08x", (unsigned)gem5art_crc32(0, data, length));
        crc = gem5art_crc32(crc, hex, 8);
    }
    gem5art_sha256_final(&sha256, hex);
    CHECK_STR(hex, "229f4dde0ac8c5b5e16a5e7991588fd0e8ea4a473eb5c46ddaf5287fead69925");
    gem5art_md5_final(&md5, hex);
    CHECK_STR(hex, "d44a7703e4f0562658c2e19b948d8d7e");
    CHECK_INT(crc, 0x93dd723cu);
}

/* ---- all three, as streams */

TEST(any_split_gives_the_same) {
    static uint8_t data[5000];
    int round;
    fill(data, sizeof data);
    for (round = 0; round < 1000; round++) {
        size_t length = random_below(sizeof data), done = 0;
        uint32_t longest = 1 + random_below(round % 2 ? 20 : 300);
        gem5art_sha256 sha256;
        gem5art_md5 md5;
        uint32_t crc = 0;
        char hex[65];
        gem5art_sha256_init(&sha256);
        gem5art_md5_init(&md5);
        while (done < length) {
            size_t part = random_below(longest + 1);
            if (part > length - done) part = length - done;
            gem5art_sha256_update(&sha256, data + done, part);
            gem5art_md5_update(&md5, data + done, part);
            crc = gem5art_crc32(crc, data + done, part);
            done += part;
        }
        gem5art_sha256_final(&sha256, hex);
        CHECK_STR(hex, sha256_of(data, length));
        gem5art_md5_final(&md5, hex);
        CHECK_STR(hex, md5_of(data, length));
        CHECK_INT(crc, gem5art_crc32(0, data, length));
    }
}

/* As if 2^32 bits, 2^32 bytes, or half of what a message may have, had been hashed and left the first state. */
TEST(lengths_beyond_32_bits) {
    static const uint64_t before[] = {(uint64_t)1 << 29, (uint64_t)1 << 32, (uint64_t)1 << 60};
    static const char *const md5s[] = {"b3a92e03774527e5a52e5b61d0a767ab", "daa1a373afb44d2540d6452013c23c82",
                                       "93143e88de96413fa0dcd005eb5e460b"};
    char hex[65], expected[65];
    size_t i;
    for (i = 0; i < 3; i++) {
        gem5art_sha256 sha256;
        gem5art_md5 md5;
        gem5art_sha256_init(&sha256);
        sha256.length = before[i];
        gem5art_sha256_update(&sha256, "abc", 3);
        gem5art_sha256_final(&sha256, hex);
        fips_sha256((const uint8_t *)"abc", 3, before[i], expected);
        CHECK_STR(hex, expected);
        gem5art_md5_init(&md5);
        md5.length = before[i];
        gem5art_md5_update(&md5, "abc", 3);
        gem5art_md5_final(&md5, hex);
        CHECK_STR(hex, md5s[i]);
    }
}

/* ---- files */

static char folder[512];

static void remove_folder(void) {
    if (rmdir(folder) == 0) return;
    perror(folder); /* a test left something in it */
    _exit(1);
}

static const char *in_folder(const char *name) {
    static char full[600];
    if (!*folder) {
        const char *tmp = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/gem5art-hash-XXXXXX", tmp && *tmp ? tmp : "/tmp");
        if (!mkdtemp(folder)) {
            perror(folder);
            exit(1);
        }
        atexit(remove_folder);
    }
    snprintf(full, sizeof full, "%s/%s", folder, name);
    return full;
}

static bool write_file(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wb");
    bool ok = file && fwrite(data, 1, size, file) == size;
    return file && fclose(file) == 0 && ok;
}

static int next_descriptor(void) {
    int fd = dup(0);
    close(fd);
    return fd;
}

TEST(file_of_every_kind_of_size) {
    static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, GEM5ART__HASH_CHUNK - 1, GEM5ART__HASH_CHUNK,
                                   GEM5ART__HASH_CHUNK + 1, 2 * GEM5ART__HASH_CHUNK, 3 * GEM5ART__HASH_CHUNK + 77};
    uint8_t *data = (uint8_t *)malloc(4 * GEM5ART__HASH_CHUNK);
    const char *name = in_folder("file");
    int fd = next_descriptor();
    size_t i;
    REQUIRE(data);
    fill(data, 4 * GEM5ART__HASH_CHUNK);
    for (i = 0; i < 3 * sizeof sizes / sizeof sizes[0]; i++) {
        size_t wanted = sizes[i / 3];
        char sha256[65], md5[33];
        int64_t size = -1;
        gem5art_error error = {GEM5ART_IO, "left over"};
        REQUIRE(write_file(name, data, wanted));
        read_limit = i % 3 == 1 ? 1000 : 0;    /* short reads */
        interrupt_reads = i % 3 == 2 ? 3 : 0;
        CHECK(gem5art_sha256_file(name, sha256, &error));
        CHECK_INT(error.code, GEM5ART_OK);
        CHECK_STR(error.message, "");
        CHECK_STR(sha256, sha256_of(data, wanted));
        memset(sha256, 0, sizeof sha256);
        CHECK(gem5art__hash_file(name, sha256, md5, &size, NULL));
        CHECK_STR(sha256, sha256_of(data, wanted));
        CHECK_STR(md5, md5_of(data, wanted));
        CHECK_INT(size, wanted);
        read_limit = 0;
        CHECK_INT(interrupt_reads, 0);
    }
    CHECK_INT(next_descriptor(), fd);
    unlink(name);
    free(data);
}

TEST(file_over_4_gib) {
    /* A hole costs nothing on tmpfs, and 4 GiB of page cache elsewhere. */
    char name[620], hex[65] = "";
    int fd;
    bool slow = strcmp(gem5art_sha256_implementation(), "portable") == 0;
#ifndef __OPTIMIZE__
    slow = true;
#endif
    if (slow) {
        printf("%s: left out without SHA extensions or optimisation, where it takes 20 s\n", test_current);
        return;
    }
    snprintf(name, sizeof name, "%s.XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm/gem5art-hash" : in_folder("big"));
    fd = mkstemp(name);
    REQUIRE(fd >= 0);
    CHECK(ftruncate(fd, ((off_t)1 << 32) + 3) == 0);
    CHECK(pwrite(fd, "abc", 3, (off_t)1 << 32) == 3);
    close(fd);
    CHECK(gem5art_sha256_file(name, hex, NULL));
    CHECK_STR(hex, "493aa9f5af1e681d1bcc8db0c96a2ae4b5e6b3e51cefddb7efe24bdc7bdefa91"); /* sha256sum's */
    unlink(name);
}

static void check_refused(const char *name, gem5art_code code, const char *words) {
    gem5art_error error;
    char hex[65];
    int fd = next_descriptor();
    memset(&error, 0, sizeof error);
    CHECK(!gem5art_sha256_file(name, hex, &error));
    CHECK_THAT(error.code == code, "the code is %d, not %d: %s", (int)error.code, (int)code, error.message);
    CHECK_CONTAINS(error.message, words);
    if (name) CHECK_CONTAINS(error.message, name);
    CHECK(!gem5art_sha256_file(name, hex, NULL));
    CHECK_INT(next_descriptor(), fd);
}

TEST(file_errors) {
    const char *name = in_folder("error");
    check_refused(NULL, GEM5ART_INVALID, "give its path");
    check_refused("", GEM5ART_INVALID, "give its path");
    check_refused(name, GEM5ART_NOT_FOUND, strerror(ENOENT));
    check_refused(folder, GEM5ART_INVALID, "is a folder, not a file");
    check_refused("/dev/null", GEM5ART_INVALID, "a device, not a file");
    REQUIRE(write_file(name, "x", 1));
    check_refused(in_folder("error/below"), GEM5ART_NOT_FOUND, strerror(ENOTDIR));
    name = in_folder("error");
    fail_open = EACCES;
    check_refused(name, GEM5ART_IO, strerror(EACCES));
    fail_open = 0;
    fail_read = EIO;
    check_refused(name, GEM5ART_IO, strerror(EIO));
    fail_read = 0;
    fail_malloc = 1;
    check_refused(NULL, GEM5ART_INVALID, "give its path");
    {
        gem5art_error error;
        char hex[65];
        CHECK(!gem5art_sha256_file(name, hex, &error));
        CHECK_INT(error.code, GEM5ART_NOMEM);
    }
    fail_malloc = 0;
    unlink(name);
}

TEST(fifo_and_socket_are_refused_at_once) {
    struct sockaddr_un address;
    const char *name = in_folder("fifo");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    alarm(20); /* a FIFO without a writer would wait for ever */
    REQUIRE(mkfifo(name, 0600) == 0);
    check_refused(name, GEM5ART_INVALID, "is a pipe");
    unlink(name);
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    name = in_folder("socket");
    REQUIRE(fd >= 0 && strlen(name) < sizeof address.sun_path);
    memcpy(address.sun_path, name, strlen(name));
    REQUIRE(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    check_refused(name, GEM5ART_INVALID, "a socket");
    close(fd);
    unlink(name);
    alarm(0);
}

int main(int argc, char **argv) { return test_main(argc, argv); }
