/* Loaded before libc into every process of a test: keeps what has been synced, and nothing else, as a disk does that loses its power.
   $SYNCED_FROM is the tree that is watched, $SYNCED_TO where what is durable is kept: KEY.data.WHEN for the content of a file as of one
   fsync, KEY.names.WHEN for the entries of a directory as of one of its own. KEY is inode and time of birth, WHEN in nanoseconds. A name
   is durable when its directory has been synced, whatever was synced in the file: no more than POSIX promises. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int key_of(int directory, const char* name, int flags, char* key, mode_t* mode) {
  struct statx about;
  if (statx(directory, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &about) != 0) return 0;
  sprintf(key, "%llu-%lld.%u", (unsigned long long)about.stx_ino, (long long)about.stx_btime.tv_sec, about.stx_btime.tv_nsec);
  *mode = about.stx_mode;
  return 1;
}

static int open_kept(const char* key, const char* what, char* final, char* draft) {
  const char* to = getenv("SYNCED_TO");
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  snprintf(final, PATH_MAX, "%s/%s.%s.%lld%09ld", to, key, what, (long long)now.tv_sec, now.tv_nsec);
  snprintf(draft, PATH_MAX, "%s.draft", final);
  return open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void keep_file(int fd, const char* key) {
  char final[PATH_MAX], draft[PATH_MAX], piece[65536];
  const int out = open_kept(key, "data", final, draft);
  off_t at = 0;
  for (ssize_t got; (got = pread(fd, piece, sizeof piece, at)) > 0; at += got)
    if (write(out, piece, (size_t)got) != got) abort();
  close(out);
  rename(draft, final);
}

static void keep_names(int fd, const char* key) {
  char final[PATH_MAX], draft[PATH_MAX];
  const int out = open_kept(key, "names", final, draft);
  const int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = fdopendir(again);
  for (const struct dirent* next; stream != NULL && (next = readdir(stream)) != NULL;) {
    char below[64];
    mode_t mode = 0;
    if (strcmp(next->d_name, ".") == 0 || strcmp(next->d_name, "..") == 0 || !key_of(again, next->d_name, 0, below, &mode)) continue;
    dprintf(out, "%c %o %s %s%c", S_ISDIR(mode) ? 'd' : S_ISREG(mode) ? 'f' : 'o', mode & 07777u, below, next->d_name, 0);
  }
  if (stream != NULL) closedir(stream);
  close(out);
  rename(draft, final);
}

static void keep(int fd) {
  const char* from = getenv("SYNCED_FROM");
  char link[64], path[PATH_MAX], key[64], again[64];
  mode_t mode = 0;
  sprintf(link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (from == NULL || length <= 0) return;
  path[length] = 0;
  if (strncmp(path, from, strlen(from)) != 0 || !key_of(fd, "", AT_EMPTY_PATH, key, &mode)) return;
  if (S_ISDIR(mode)) {
    keep_names(fd, key);
  } else if (S_ISREG(mode)) {
    sprintf(again, "/proc/self/fd/%d", fd); /* it may be open for writing only */
    const int readable = open(again, O_RDONLY | O_CLOEXEC);
    if (readable < 0) abort();
    keep_file(readable, key);
    close(readable);
  }
}

static void keep_all(const char* path) {
  const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return;
  keep(fd);
  DIR* stream = fdopendir(fd);
  if (stream == NULL) {
    close(fd);
    return;
  }
  for (const struct dirent* next; (next = readdir(stream)) != NULL;) {
    char below[PATH_MAX];
    if (strcmp(next->d_name, ".") == 0 || strcmp(next->d_name, "..") == 0) continue;
    snprintf(below, sizeof below, "%s/%s", path, next->d_name);
    if (next->d_type == DT_DIR || next->d_type == DT_REG) keep_all(below);
  }
  closedir(stream);
}

int fsync(int fd) {
  const int result = (int)syscall(SYS_fsync, fd);
  if (result == 0) keep(fd);
  return result;
}

int fdatasync(int fd) {
  const int result = (int)syscall(SYS_fdatasync, fd);
  if (result == 0) keep(fd);
  return result;
}

int syncfs(int fd) {
  const int result = (int)syscall(SYS_syncfs, fd);
  if (result == 0 && getenv("SYNCED_FROM") != NULL) keep_all(getenv("SYNCED_FROM"));
  return result;
}

/* For the tree as the test has prepared it. */
__attribute__((constructor)) static void begin(void) {
  if (getenv("SYNCED_NOW") != NULL && getenv("SYNCED_FROM") != NULL) keep_all(getenv("SYNCED_FROM"));
}
