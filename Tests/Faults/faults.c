// Lets one call to the system fail, once: loaded before the program by LD_PRELOAD, see sweep.py.
//
// Counted are the calls that touch something below FAULTS_ROOT, in all processes of the program together; the count
// lies in the file FAULTS_COUNTER, which must be there and hold zero bytes. FAULTS_SET chooses `own` (all but the
// ledger's files) or `ledger` (those alone). The call whose number is FAULTS_AT fails with FAULTS_ERRNO and is not
// made; it is written down in FAULTS_LOG. Without FAULTS_AT, calls are only counted.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *root, *logfile;
static size_t root_length;
static long at;
static int code, is_ledger_set;
static _Atomic long *counter;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS_COUNTER"), *set = getenv("FAULTS_SET"), *number = getenv("FAULTS_AT");
  root = getenv("FAULTS_ROOT");
  logfile = getenv("FAULTS_LOG");
  if (!path || !root) return;
  root_length = strlen(root);
  at = number ? atol(number) : 0;
  code = getenv("FAULTS_ERRNO") ? atoi(getenv("FAULTS_ERRNO")) : EIO;
  is_ledger_set = set && strcmp(set, "ledger") == 0;
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (file < 0) return;
  void *place = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (place != MAP_FAILED) counter = place;
}

// Whether a path is below the root and in the set.
static int counts(const char *path) {
  if (strncmp(path, root, root_length) != 0 || (path[root_length] != '/' && path[root_length] != 0)) return 0;
  return (strstr(path, "/ledger.sqlite") != NULL) == is_ledger_set;
}

// The path that a descriptor stands for; empty where it has none.
static void named(int descriptor, char *out) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, out, PATH_MAX - 1);
  out[length < 0 ? 0 : length] = 0;
}

static int hit(const char *call, const char *path) {
  long number = atomic_fetch_add(counter, 1) + 1;
  if (number != at) return 0;
  if (logfile) {
    char line[PATH_MAX + 100];
    int length = snprintf(line, sizeof line, "%s %s (%s)\n", call, path, strerror(code));
    int file = (int)syscall(SYS_openat, AT_FDCWD, logfile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file >= 0) {
      ssize_t ignored = syscall(SYS_write, file, line, (size_t)length);
      (void)ignored;
      syscall(SYS_close, file);
    }
  }
  errno = code;
  return 1;
}

static int fails_at(const char *call, int folder, const char *path) {
  if (!counter || !path) return 0;
  char whole[2 * PATH_MAX + 2];
  if (path[0] == '/') return counts(path) && hit(call, path);
  if (folder == AT_FDCWD) {
    if (!getcwd(whole, PATH_MAX)) return 0;
  } else {
    named(folder, whole);
  }
  size_t length = strlen(whole);
  snprintf(whole + length, PATH_MAX, "/%s", path);
  return counts(whole) && hit(call, whole);
}

static int fails_of(const char *call, int descriptor) {
  if (!counter) return 0;
  int saved = errno;
  char path[PATH_MAX];
  named(descriptor, path);
  errno = saved;
  return counts(path) && hit(call, path);
}

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list list; \
    va_start(list, flags); \
    mode = va_arg(list, mode_t); \
    va_end(list); \
  }

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    MODE(flags) \
    REAL(int, #name, const char *, int, ...); \
    return fails_at("open", AT_FDCWD, path) ? -1 : real(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    MODE(flags) \
    REAL(int, #name, int, const char *, int, ...); \
    return fails_at("openat", folder, path) ? -1 : real(folder, path, flags, mode); \
  }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int file, const void *bytes, size_t count) {
  REAL(ssize_t, "write", int, const void *, size_t);
  return fails_of("write", file) ? -1 : real(file, bytes, count);
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return fails_of("writev", file) ? -1 : real(file, pieces, count);
}

#define PWRITE(name, offset_type) \
  ssize_t name(int file, const void *bytes, size_t count, offset_type offset) { \
    REAL(ssize_t, #name, int, const void *, size_t, offset_type); \
    return fails_of("pwrite", file) ? -1 : real(file, bytes, count, offset); \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define OF(name) \
  int name(int file) { \
    REAL(int, #name, int); \
    return fails_of(#name, file) ? -1 : real(file); \
  }
OF(fsync)
OF(fdatasync)
OF(syncfs)

#define TRUNCATE(name, offset_type) \
  int name(int file, offset_type length) { \
    REAL(int, #name, int, offset_type); \
    return fails_of("ftruncate", file) ? -1 : real(file, length); \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return fails_at("rename", AT_FDCWD, to) ? -1 : real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  REAL(int, "renameat", int, const char *, int, const char *);
  return fails_at("renameat", to_folder, to) ? -1 : real(from_folder, from, to_folder, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
  return fails_at("renameat2", to_folder, to) ? -1 : real(from_folder, from, to_folder, to, flags);
}

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  return fails_at("unlink", AT_FDCWD, path) ? -1 : real(path);
}

int unlinkat(int folder, const char *path, int flags) {
  REAL(int, "unlinkat", int, const char *, int);
  return fails_at("unlinkat", folder, path) ? -1 : real(folder, path, flags);
}

int rmdir(const char *path) {
  REAL(int, "rmdir", const char *);
  return fails_at("rmdir", AT_FDCWD, path) ? -1 : real(path);
}

int link(const char *from, const char *to) {
  REAL(int, "link", const char *, const char *);
  return fails_at("link", AT_FDCWD, to) ? -1 : real(from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  REAL(int, "linkat", int, const char *, int, const char *, int);
  return fails_at("linkat", to_folder, to) ? -1 : real(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  return fails_at("mkdir", AT_FDCWD, path) ? -1 : real(path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
  REAL(int, "mkdirat", int, const char *, mode_t);
  return fails_at("mkdirat", folder, path) ? -1 : real(folder, path, mode);
}
