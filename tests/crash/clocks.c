// Preloaded into the program under test: its wall clock is that of the machine and what the file $FACIO_CLOCK says, eight bytes with
// nanoseconds that the test changes while the program runs. What counts elapsed time stays true.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const int64_t kSecond = 1000000000;
static int64_t* page;

static int64_t ahead(void) { return page ? __atomic_load_n(page, __ATOMIC_ACQUIRE) : 0; }

static void move(struct timespec* when, int64_t by) {
  int64_t nanoseconds = when->tv_nsec + by % kSecond;
  when->tv_sec += by / kSecond + (nanoseconds >= kSecond) - (nanoseconds < 0);
  nanoseconds += nanoseconds < 0 ? kSecond : nanoseconds >= kSecond ? -kSecond : 0;
  when->tv_nsec = nanoseconds;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  static int (*next)(clockid_t, struct timespec*);
  if (!next) next = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  const int status = next(clock, now);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) move(now, ahead());
  return status;
}
int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  (void)zone;
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
time_t time(time_t* to) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (to) *to = exact.tv_sec;
  return exact.tv_sec;
}
int timespec_get(struct timespec* now, int base) { return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0; }

// A moment of the wrong clock is waited for by the machine's.
static struct timespec by_machine(const struct timespec* when) {
  struct timespec moved = *when;
  if (when->tv_sec || when->tv_nsec) move(&moved, -ahead());
  if (moved.tv_sec < 0) moved = (struct timespec){0, 1};
  return moved;
}
int clock_nanosleep(clockid_t clock, int flags, const struct timespec* when, struct timespec* left) {
  static int (*next)(clockid_t, int, const struct timespec*, struct timespec*);
  if (!next) next = (int (*)(clockid_t, int, const struct timespec*, struct timespec*))dlsym(RTLD_NEXT, "clock_nanosleep");
  const struct timespec moved = clock == CLOCK_REALTIME && (flags & TIMER_ABSTIME) ? by_machine(when) : *when;
  return next(clock, flags, &moved, left);
}

// Timers that are to be told when the clock is set (TFD_TIMER_CANCEL_ON_SET). Setting the machine's clock does it; here a thread watches
// the page, lets the timer ring, and the program reads ECANCELED.
enum { MOST_TIMERS = 64 };
static int cancellable[MOST_TIMERS];  // the descriptor plus one
static int cancelled[MOST_TIMERS];

static int (*real_settime)(int, int, const struct itimerspec*, struct itimerspec*);

int timerfd_settime(int fd, int flags, const struct itimerspec* new_value, struct itimerspec* old_value) {
  if (!real_settime) real_settime = (int (*)(int, int, const struct itimerspec*, struct itimerspec*))dlsym(RTLD_NEXT, "timerfd_settime");
  struct itimerspec moved = *new_value;
  // Only timers of the wall clock take moments this far from the start of the machine, or are cancelled.
  const int wall = (flags & TFD_TIMER_CANCEL_ON_SET) || moved.it_value.tv_sec > 500000000;
  if ((flags & TFD_TIMER_ABSTIME) && wall) moved.it_value = by_machine(&moved.it_value);
  if ((flags & TFD_TIMER_CANCEL_ON_SET) && fd < MOST_TIMERS) __atomic_store_n(&cancellable[fd], fd + 1, __ATOMIC_RELEASE);
  return real_settime(fd, flags, &moved, old_value);
}

ssize_t read(int fd, void* bytes, size_t size) {
  static ssize_t (*next)(int, void*, size_t);
  if (!next) next = (ssize_t(*)(int, void*, size_t))dlsym(RTLD_NEXT, "read");
  const ssize_t got = next(fd, bytes, size);
  if (fd < 0 || fd >= MOST_TIMERS || got != 8 || !__atomic_exchange_n(&cancelled[fd], 0, __ATOMIC_ACQ_REL)) return got;
  errno = ECANCELED;
  return -1;
}

static void* watch(void* none) {
  (void)none;
  int64_t known = ahead();
  for (;;) {
    const struct timespec pause = {0, 20000000};
    syscall(SYS_futex, page, FUTEX_WAIT, (uint32_t)known, &pause, NULL, 0);
    const int64_t now = ahead();
    if (now == known) continue;
    known = now;
    const struct itimerspec at_once = {.it_value = {0, 1}};
    for (int fd = 0; fd < MOST_TIMERS; ++fd) {
      if (!__atomic_load_n(&cancellable[fd], __ATOMIC_ACQUIRE)) continue;
      __atomic_store_n(&cancelled[fd], 1, __ATOMIC_RELEASE);
      real_settime(fd, 0, &at_once, NULL);
    }
  }
  return NULL;
}

__attribute__((constructor)) static void begin(void) {
  const char* path = getenv("FACIO_CLOCK");
  const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void* memory = mmap(NULL, sizeof *page, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) return;
  page = memory;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  pthread_create(&thread, NULL, watch, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}
