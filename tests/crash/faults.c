// Preloaded into the program under test. Counts its calls that change files and lets the nth fail, come short, or be the last thing that
// the process does. Which, the test says while the program runs, in a page that both have in memory: the file $FACIO_FAULTS, as laid out in
// `struct control` (faults.py writes it). Without that file every call goes through.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation { WRITE, FSYNC, FDATASYNC, RENAME, OPEN, MKDIR, LINK, UNLINK, OPERATIONS };
enum { KILL = -1, SHORT = -2 };

struct control {
  uint32_t armed;             // bit n: operation n is counted and hit
  int32_t skip;               // calls that still go through
  int32_t times;              // then so many are hit; negative: all
  int32_t effect;             // an errno; KILL; SHORT: a write stores half of it and answers so
  int32_t victim;             // ended together with the caller; 0: nobody
  uint32_t hits;              // how many were hit
  uint32_t seen[OPERATIONS];  // calls of each operation while it was armed
};

static struct control* page(void) {
  static struct control* mapped;
  static int tried;
  struct control* known = __atomic_load_n(&mapped, __ATOMIC_ACQUIRE);
  if (known || __atomic_exchange_n(&tried, 1, __ATOMIC_ACQ_REL)) return known;
  const char* path = getenv("FACIO_FAULTS");
  if (!path) return NULL;
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) return NULL;
  void* memory = mmap(NULL, sizeof *known, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) return NULL;
  __atomic_store_n(&mapped, (struct control*)memory, __ATOMIC_RELEASE);
  return (struct control*)memory;
}

// Mapped before the program can drop privileges, descriptors or its environment.
__attribute__((constructor)) static void begin(void) { page(); }

// 0: the call goes through; else its effect.
static int effect_of(enum operation operation) {
  struct control* control = page();
  if (!control || !(__atomic_load_n(&control->armed, __ATOMIC_ACQUIRE) & (1U << operation))) return 0;
  __atomic_add_fetch(&control->seen[operation], 1, __ATOMIC_RELAXED);
  if (__atomic_fetch_sub(&control->skip, 1, __ATOMIC_ACQ_REL) > 0) return 0;
  __atomic_store_n(&control->skip, 0, __ATOMIC_RELEASE);
  if (control->times >= 0 && __atomic_fetch_sub(&control->times, 1, __ATOMIC_ACQ_REL) <= 0) {
    __atomic_store_n(&control->times, 0, __ATOMIC_RELEASE);
    return 0;
  }
  __atomic_add_fetch(&control->hits, 1, __ATOMIC_RELAXED);
  if (control->effect != KILL) return control->effect;
  if (control->victim > 0) kill(control->victim, SIGKILL);
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// True, with errno set, when the call is to fail.
static int fails(enum operation operation) {
  const int effect = effect_of(operation);
  if (effect == 0 || effect == SHORT) return 0;
  errno = effect;
  return 1;
}

static int is_file(int fd) {
  const int before = errno;
  struct stat about;
  const int yes = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  errno = before;
  return yes;
}

// What the system reads for itself is not the program's file.
static int counts(const char* path) {
  static const char* const others[] = {"/proc/", "/sys/", "/dev/", "/usr/", "/lib", "/etc/"};
  for (size_t i = 0; i < sizeof others / sizeof *others; ++i)
    if (path && strncmp(path, others[i], strlen(others[i])) == 0) return 0;
  return 1;
}

#define NEXT(type, name, ...)       \
  static type (*next)(__VA_ARGS__); \
  if (!next) next = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

// How many bytes a write is to take: all, half (at least one), or none with errno set (-1).
static ssize_t taken(int fd, size_t size) {
  if (fd <= 2 || !is_file(fd)) return (ssize_t)size;  // what it says is not what it stores
  const int effect = effect_of(WRITE);
  if (effect == 0) return (ssize_t)size;
  if (effect == SHORT) return size > 1 ? (ssize_t)(size / 2) : (ssize_t)size;
  errno = effect;
  return -1;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  NEXT(ssize_t, write, int, const void*, size_t);
  const ssize_t most = taken(fd, size);
  return most < 0 ? -1 : next(fd, bytes, (size_t)most);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  NEXT(ssize_t, pwrite64, int, const void*, size_t, off64_t);
  const ssize_t most = taken(fd, size);
  return most < 0 ? -1 : next(fd, bytes, (size_t)most, at);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }
ssize_t writev(int fd, const struct iovec* parts, int count) {
  NEXT(ssize_t, writev, int, const struct iovec*, int);
  const ssize_t most = taken(fd, 2);
  if (most == 1 && count > 0) return write(fd, parts[0].iov_base, parts[0].iov_len / 2);
  return most < 0 ? -1 : next(fd, parts, count);
}
int ftruncate64(int fd, off64_t size) {
  NEXT(int, ftruncate64, int, off64_t);
  return fails(WRITE) ? -1 : next(fd, size);
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int posix_fallocate64(int fd, off64_t at, off64_t size) {
  NEXT(int, posix_fallocate64, int, off64_t, off64_t);
  return fails(WRITE) ? errno : next(fd, at, size);
}
int posix_fallocate(int fd, off_t at, off_t size) { return posix_fallocate64(fd, at, size); }

int fsync(int fd) {
  NEXT(int, fsync, int);
  return fails(FSYNC) ? -1 : next(fd);
}
int fdatasync(int fd) {
  NEXT(int, fdatasync, int);
  return fails(FDATASYNC) ? -1 : next(fd);
}
int sync_file_range(int fd, off64_t at, off64_t size, unsigned flags) {
  NEXT(int, sync_file_range, int, off64_t, off64_t, unsigned);
  return fails(FDATASYNC) ? -1 : next(fd, at, size, flags);
}
int syncfs(int fd) {
  NEXT(int, syncfs, int);
  return fails(FSYNC) ? -1 : next(fd);
}

int rename(const char* from, const char* to) {
  NEXT(int, rename, const char*, const char*);
  return fails(RENAME) ? -1 : next(from, to);
}
int renameat(int above, const char* from, int below, const char* to) {
  NEXT(int, renameat, int, const char*, int, const char*);
  return fails(RENAME) ? -1 : next(above, from, below, to);
}
int renameat2(int above, const char* from, int below, const char* to, unsigned flags) {
  NEXT(int, renameat2, int, const char*, int, const char*, unsigned);
  return fails(RENAME) ? -1 : next(above, from, below, to, flags);
}
long syscall(long number, ...) {
  static long (*next)(long, ...);
  if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  va_list list;
  va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_renameat2 && fails(RENAME)) return -1;
  if (number == SYS_openat2 && counts((const char*)a[1]) && fails(OPEN)) return -1;
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static mode_t mode_of(int flags, va_list list) { return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(list, mode_t) : 0; }

int openat64(int above, const char* path, int flags, ...) {
  NEXT(int, openat64, int, const char*, int, ...);
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return counts(path) && fails(OPEN) ? -1 : next(above, path, flags, mode);
}
int openat(int above, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return openat64(above, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return openat64(AT_FDCWD, path, flags, mode);
}
int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return openat64(AT_FDCWD, path, flags, mode);
}
int mkostemp64(char* path, int flags) {
  NEXT(int, mkostemp64, char*, int);
  return fails(OPEN) ? -1 : next(path, flags);
}
int mkostemp(char* path, int flags) { return mkostemp64(path, flags); }
int mkstemp64(char* path) { return mkostemp64(path, 0); }
int mkstemp(char* path) { return mkostemp64(path, 0); }
FILE* fopen64(const char* path, const char* mode) {
  NEXT(FILE*, fopen64, const char*, const char*);
  return counts(path) && fails(OPEN) ? NULL : next(path, mode);
}
FILE* fopen(const char* path, const char* mode) { return fopen64(path, mode); }

int mkdir(const char* path, mode_t mode) {
  NEXT(int, mkdir, const char*, mode_t);
  return fails(MKDIR) ? -1 : next(path, mode);
}
int mkdirat(int above, const char* path, mode_t mode) {
  NEXT(int, mkdirat, int, const char*, mode_t);
  return fails(MKDIR) ? -1 : next(above, path, mode);
}
char* mkdtemp(char* path) {
  NEXT(char*, mkdtemp, char*);
  return fails(MKDIR) ? NULL : next(path);
}

int link(const char* from, const char* to) {
  NEXT(int, link, const char*, const char*);
  return fails(LINK) ? -1 : next(from, to);
}
int linkat(int above, const char* from, int below, const char* to, int flags) {
  NEXT(int, linkat, int, const char*, int, const char*, int);
  return fails(LINK) ? -1 : next(above, from, below, to, flags);
}
int symlink(const char* target, const char* path) {
  NEXT(int, symlink, const char*, const char*);
  return fails(LINK) ? -1 : next(target, path);
}
int symlinkat(const char* target, int above, const char* path) {
  NEXT(int, symlinkat, const char*, int, const char*);
  return fails(LINK) ? -1 : next(target, above, path);
}

int unlink(const char* path) {
  NEXT(int, unlink, const char*);
  return fails(UNLINK) ? -1 : next(path);
}
int unlinkat(int above, const char* path, int flags) {
  NEXT(int, unlinkat, int, const char*, int);
  return fails(UNLINK) ? -1 : next(above, path, flags);
}
int rmdir(const char* path) {
  NEXT(int, rmdir, const char*);
  return fails(UNLINK) ? -1 : next(path);
}
int remove(const char* path) {
  NEXT(int, remove, const char*);
  return fails(UNLINK) ? -1 : next(path);
}
