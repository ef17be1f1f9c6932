/* Loaded before libc into a server of a test: the sync of a directory fails, as on a disk with an error, as long as the file exists that
   $FAIL_SYNC_WHILE names. The sync of a file works: a new name is in its directory then, but not durably. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(int fd) {
  struct stat about;
  const char* flag = getenv("FAIL_SYNC_WHILE");
  return flag != NULL && access(flag, F_OK) == 0 && fstat(fd, &about) == 0 && S_ISDIR(about.st_mode);
}

int fsync(int fd) {
  if (!fails(fd)) return (int)syscall(SYS_fsync, fd);
  errno = EIO;
  return -1;
}

int fdatasync(int fd) {
  if (!fails(fd)) return (int)syscall(SYS_fdatasync, fd);
  errno = EIO;
  return -1;
}
