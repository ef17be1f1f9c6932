// What the server has given up is tried in a process of its own.
#include <catch2/catch.hpp>

#include <cerrno>
#include <functional>
#include <linux/audit.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/serve/privileges.hpp"

namespace facio::serve {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

/// The answer of `work` in a child that has given up its privileges: at most 255.
int without_privileges(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(give_up_privileges().empty() ? work() : 255);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

int error_of(long number, long first = 0, long second = 0, long third = 0) {
  errno = 0;
  return ::syscall(number, first, second, third, 0L, 0L) == 0 ? 0 : errno;
}

}  // namespace

TEST_CASE("system calls that nobody needs are refused", "[privileges]") {
  CHECK(without_privileges([] { return ::syscall(SYS_getppid) == ::getppid() ? 0 : 1; }) == 0);
  for (const long number : {SYS_ptrace, SYS_process_vm_readv, SYS_kexec_load, SYS_bpf, SYS_init_module, SYS_delete_module, SYS_reboot,
                            SYS_swapoff, SYS_settimeofday, SYS_perf_event_open, SYS_userfaultfd, SYS_open_by_handle_at}) {
    INFO(number);
    CHECK(without_privileges([number] { return error_of(number, -1, -1, -1); }) == EPERM);
  }
}

TEST_CASE("no core dump, no new privileges, no look inside", "[privileges]") {
  CHECK(without_privileges([] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }) == 1);
  CHECK(without_privileges([] { return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }) == 0);
  CHECK(without_privileges([] {
          rlimit cores{};
          ::getrlimit(RLIMIT_CORE, &cores);
          return cores.rlim_cur == 0 && cores.rlim_max == 0 ? 1 : 0;
        }) == 1);
}

TEST_CASE("what is started has given it up too", "[privileges]") {
  CHECK(without_privileges([] {
          ::execl("/bin/sh", "sh", "-c", "grep -q 'NoNewPrivs:.1' /proc/self/status && grep -q 'Seccomp:.2' /proc/self/status",
                  static_cast<char*>(nullptr));
          return 254;
        }) == 0);
}
#endif

}  // namespace facio::serve
