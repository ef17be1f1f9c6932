#include "commands/serve/privileges.hpp"

#include <cerrno>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/process/process.hpp"
#include "commands/serve/sandbox/call_filter.hpp"

namespace facio::serve {
namespace {

/// A bubblewrap that is setuid gets its rights from that, and would get none. (Sanitizers need what is given up.)
[[maybe_unused]] bool sandbox_needs_setuid() {
  struct stat about {};
  return ::stat(find_program("bwrap").c_str(), &about) == 0 && (about.st_mode & S_ISUID) != 0 && ::geteuid() != 0;
}

[[maybe_unused]] bool install_filter() {
  std::string code = server_call_filter();
  if (code.empty()) return false;
  const sock_fprog program{static_cast<unsigned short>(code.size() / sizeof(sock_filter)), reinterpret_cast<sock_filter*>(code.data())};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

}  // namespace

std::vector<std::string> give_up_privileges() {
  std::vector<std::string> kept;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const auto keeps = [&kept](std::string what) { kept.push_back(std::move(what) + ": " + system_reason(errno)); };
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) keeps("other processes of this user can read its memory");
  constexpr rlimit kNone{0, 0};
  if (::setrlimit(RLIMIT_CORE, &kNone) != 0) keeps("it can leave core dumps");
  if (sandbox_needs_setuid()) {
    kept.emplace_back("it can gain privileges through setuid programs, because bwrap is one here, and it can make any system call");
    return kept;
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) keeps("it can gain privileges through setuid programs");
  if (!install_filter()) keeps("it can make any system call");
#endif
  return kept;
}

}  // namespace facio::serve
