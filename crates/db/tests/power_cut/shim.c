/* Records what a process does to the files of one folder, in order, for a power cut to be played on.
 *
 * Loaded before libc (LD_PRELOAD). FERRYMAN_CUT_FOLDER names the folder, FERRYMAN_CUT_LOG the record.
 * A record is: one letter (W write, T truncate, S sync, U unlink), the length of the file's name in
 * two bytes, an offset and a count in eight bytes each, the name, and for a write its bytes.
 * A sync is only recorded, not done: the disk that matters is the one that is played back. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record_fd = -2;

/* The part of a path after the folder; NULL when the path lies elsewhere. */
static const char *inside(const char *path) {
    const char *folder = getenv("FERRYMAN_CUT_FOLDER");
    size_t length = folder ? strlen(folder) : 0;
    if (!length || strncmp(path, folder, length) || path[length] != '/') return NULL;
    return path + length + 1;
}

/* The name of an open file, when it lies in the folder. */
static const char *name_of(int fd, char *room) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, room, PATH_MAX - 1);
    if (length < 0) return NULL;
    room[length] = 0;
    return inside(room);
}

static void put(const void *bytes, size_t count) {
    const char *next = bytes;
    while (count) {
        ssize_t done = syscall(SYS_write, record_fd, next, count);
        if (done <= 0) abort();
        next += done;
        count -= (size_t)done;
    }
}

/* The lock is held. */
static void record(char what, const char *name, uint64_t offset, const void *bytes, uint64_t count) {
    if (record_fd == -2) {
        const char *path = getenv("FERRYMAN_CUT_LOG");
        record_fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
        if (record_fd < 0) abort();
    }
    uint16_t length = (uint16_t)strlen(name);
    put(&what, 1);
    put(&length, 2);
    put(&offset, 8);
    put(&count, 8);
    put(name, length);
    if (bytes) put(bytes, count);
}

static ssize_t write_at(int fd, const void *bytes, size_t count, int64_t offset) {
    char room[PATH_MAX];
    const char *name = name_of(fd, room);
    int moves = offset < 0;
    if (!name) return moves ? syscall(SYS_write, fd, bytes, count) : syscall(SYS_pwrite64, fd, bytes, count, offset);
    pthread_mutex_lock(&lock);
    if (moves) offset = lseek(fd, 0, SEEK_CUR);
    ssize_t done = syscall(SYS_pwrite64, fd, bytes, count, offset);
    if (done > 0) {
        if (moves) lseek(fd, offset + done, SEEK_SET);
        record('W', name, (uint64_t)offset, bytes, (uint64_t)done);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

static int truncate_to(int fd, int64_t length) {
    char room[PATH_MAX];
    const char *name = name_of(fd, room);
    if (!name) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int failed = (int)syscall(SYS_ftruncate, fd, length);
    if (!failed) record('T', name, (uint64_t)length, NULL, 0);
    pthread_mutex_unlock(&lock);
    return failed;
}

static int sync_file(int fd, long call) {
    char room[PATH_MAX];
    const char *name = name_of(fd, room);
    if (!name) return (int)syscall(call, fd);
    pthread_mutex_lock(&lock);
    record('S', name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

ssize_t write(int fd, const void *bytes, size_t count) { return write_at(fd, bytes, count, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return write_at(fd, bytes, count, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) { return write_at(fd, bytes, count, offset); }
int ftruncate(int fd, off_t length) { return truncate_to(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncate_to(fd, length); }
int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

int unlink(const char *path) {
    const char *name = inside(path);
    pthread_mutex_lock(&lock);
    int failed = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (name && !failed) record('U', name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return failed;
}
