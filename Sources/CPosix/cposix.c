#include "CPosix.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

int cposix_rename_noreplace(int from_folder, const char *from, int to_folder, const char *to) {
  return renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE);
}

int cposix_lock_exclusively(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

int cposix_unlock(int descriptor) { return flock(descriptor, LOCK_UN); }

int cposix_is_locked(int descriptor) {
  if (flock(descriptor, LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK ? 1 : -1;
  flock(descriptor, LOCK_UN);
  return 0;
}

int cposix_try_read_lease(int descriptor) {
  if (fcntl(descriptor, F_SETLEASE, F_RDLCK) != 0) return -1;
  return fcntl(descriptor, F_SETLEASE, F_UNLCK);
}

int cposix_open_at(int folder, const char *path, int flags, unsigned mode) {
  return openat(folder, path, flags, (mode_t)mode);
}

int cposix_sync_file_system(int descriptor) { return syncfs(descriptor); }

int cposix_processors(void) {
  enum { most = 8192 };
  cpu_set_t *set = CPU_ALLOC(most);
  if (!set) return -1;
  size_t size = CPU_ALLOC_SIZE(most);
  int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : -1;
  CPU_FREE(set);
  return count;
}

void cposix_return_large_blocks(int bytes) {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, bytes);
#endif
}

long cposix_filesystem_type(const char *path) {
  struct statfs facts;
  return statfs(path, &facts) == 0 ? (long)facts.f_type : -1;
}

int cposix_spawn_in_folder(posix_spawn_file_actions_t *actions, const char *folder) {
  return posix_spawn_file_actions_addchdir_np(actions, folder);
}

/// Where the handler writes; set before it is installed.
static int stop_signals;

static void on_stop_signal(int number) {
  int before = errno;
  unsigned char byte = (unsigned char)number;
  // Where the pipe is full, it already tells of more than the two that count.
  ssize_t written = write(stop_signals, &byte, 1);
  (void)written;
  errno = before;
}

int cposix_hear_stop_signals(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  if (fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) return -1;
  stop_signals = ends[1];
  struct sigaction action = {.sa_handler = on_stop_signal, .sa_flags = SA_RESTART};
  sigfillset(&action.sa_mask);
  if (sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0) return -1;
  return signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : ends[0];
}
