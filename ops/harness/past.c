// Another date for one program, by LD_PRELOAD: what it takes for the time of day. Clocks that only go on, timers and
// time-outs are as ever. PAST_CLOCK names a file of three doubles, which may change while the program runs:
// seconds to add, when that was said (seconds since 1970), how fast time goes since.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const double *settings;
static int (*real)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("PAST_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *page = mmap(NULL, 3 * sizeof(double), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
  if (page != MAP_FAILED) settings = page;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = real ? real(clock, now) : (int)syscall(SYS_clock_gettime, clock, now);
  if (result || !settings || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  double seconds = (double)now->tv_sec + (double)now->tv_nsec / 1e9;
  double shown = seconds + settings[0] + (seconds - settings[1]) * (settings[2] - 1);
  now->tv_sec = (time_t)floor(shown);
  now->tv_nsec = (long)((shown - floor(shown)) * 1e9);
  return 0;
}

int gettimeofday(struct timeval *now, void *zone) {
  struct timespec precise;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  (void)zone;
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return result;
}

time_t time(time_t *place) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (place) *place = now.tv_sec;
  return now.tv_sec;
}
