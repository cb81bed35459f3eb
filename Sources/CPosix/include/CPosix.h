#ifndef CPOSIX_H
#define CPOSIX_H


/// What Swift's Glibc hides or cannot call. Each returns as the call it names does: -1 and errno where it fails.

/// renameat2(2) with RENAME_NOREPLACE: fails with EEXIST where `to` is there.
int cposix_rename_noreplace(int from_folder, const char *_Nonnull from, int to_folder, const char *_Nonnull to);
/// flock(2) with LOCK_EX | LOCK_NB.
int cposix_lock_exclusively(int descriptor);
/// flock(2) with LOCK_UN.
int cposix_unlock(int descriptor);
/// Says whether another open file holds the lock: 1 or 0, or -1 and errno. Takes the lock shared for a moment.
int cposix_is_locked(int descriptor);
/// Takes a read lease (fcntl F_SETLEASE, F_RDLCK) and gives it back at once: fails with EAGAIN while any process holds
/// the file open for writing, with EACCES where the rights for leases are missing.
int cposix_try_read_lease(int descriptor);
/// open(2), which is variadic and so takes its mode here.
int cposix_open_at(int folder, const char *_Nonnull path, int flags, unsigned mode);
/// syncfs(2): all that was written to the file system that holds the open file.
int cposix_sync_file_system(int descriptor);
/// How many processors this process may run on (sched_getaffinity), or -1.
int cposix_processors(void);
/// mallopt(3) with M_MMAP_THRESHOLD: blocks of so many bytes and more are mapped singly, and so are gone once freed. Does
/// nothing where the C library has no such setting.
void cposix_return_large_blocks(int bytes);
/// Lets each SIGTERM and SIGINT that the process gets be a byte, the signal's number, in a pipe, and ignores SIGPIPE. Gives
/// the end to read from, or -1 and errno. For one caller a process.
int cposix_hear_stop_signals(void);
/// The file system's type number (statfs f_type), or -1.
long cposix_filesystem_type(const char *_Nonnull path);

/// posix_spawn_file_actions_addchdir_np(3), which needs _GNU_SOURCE. Gives an error number, or 0.
#include <spawn.h>
int cposix_spawn_in_folder(posix_spawn_file_actions_t *_Nonnull actions, const char *_Nonnull folder);

#endif
