#include "commands/serve/sandbox/call_filter.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <vector>

namespace facio::serve {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

constexpr std::uint32_t kForeign = 0x40000000;  // set in the numbers of x32
constexpr std::uint32_t kSpecial = S_ISUID | S_ISGID;
// Newer than the headers of this system.
constexpr std::uint32_t kFchmodat2 = 452;

constexpr std::uint32_t place_of_argument(unsigned which) {  // its lower half; every architecture above is little-endian
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) + which * 8;
}

class Filter {
 public:
  void load(std::size_t place) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(place)); }
  void answer(int error) { add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)); }
  void allow() { add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW); }
  /// Skips so many instructions where the loaded value is, or is not, this one; or has one of these bits, or has none.
  void skip_unless_equal(std::uint32_t value, std::uint8_t count) { add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count); }
  void skip_if_equal(std::uint32_t value, std::uint8_t count) { add(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0); }
  void skip_unless_any(std::uint32_t bits, std::uint8_t count) { add(BPF_JMP | BPF_JSET | BPF_K, bits, 0, count); }
  void keep(std::uint32_t bits) { add(BPF_ALU | BPF_AND | BPF_K, bits); }

  void refuse_call(std::uint32_t number, int error) {
    skip_unless_equal(number, 1);
    answer(error);
  }
  /// The call of this number is refused when its argument has one of the special bits.
  void refuse_special(std::uint32_t number, unsigned argument) {
    skip_unless_equal(number, 4);
    load(place_of_argument(argument));
    skip_unless_any(kSpecial, 1);
    answer(EPERM);
    allow();
  }
  /// The same for a call that opens, whose mode counts only when it makes a file.
  void refuse_special_open(std::uint32_t number, unsigned flags, unsigned mode) {
    skip_unless_equal(number, 6);
    load(place_of_argument(flags));
    skip_unless_any(O_CREAT | (O_TMPFILE & ~O_DIRECTORY), 3);
    load(place_of_argument(mode));
    skip_unless_any(kSpecial, 1);
    answer(EPERM);
    allow();
  }
  /// The same for what makes nodes, devices too.
  void refuse_node(std::uint32_t number, unsigned argument) {
    skip_unless_equal(number, 8);
    load(place_of_argument(argument));
    skip_unless_any(kSpecial, 1);
    answer(EPERM);
    keep(S_IFMT);
    skip_if_equal(S_IFCHR, 2);
    skip_if_equal(S_IFBLK, 1);
    allow();
    answer(EPERM);
  }
  [[nodiscard]] std::string bytes() const { return {reinterpret_cast<const char*>(code_.data()), code_.size() * sizeof(sock_filter)}; }

 private:
  void add(unsigned code, std::uint32_t value, std::uint8_t yes = 0, std::uint8_t no = 0) {
    code_.push_back({static_cast<std::uint16_t>(code), yes, no, value});
  }
  std::vector<sock_filter> code_;
};

/// A filter that has loaded the call's number; those of other architectures are ENOSYS.
Filter begin_filter() {
  Filter filter;
  filter.load(offsetof(seccomp_data, arch));
  filter.skip_if_equal(kArchitecture, 1);
  filter.answer(ENOSYS);
  filter.load(offsetof(seccomp_data, nr));
  filter.skip_unless_any(kForeign, 1);
  filter.answer(ENOSYS);
  return filter;
}

constexpr long kNeverNeeded[] = {
    SYS_ptrace,      SYS_process_vm_readv, SYS_process_vm_writev, SYS_kexec_load,      SYS_kexec_file_load, SYS_bpf,
    SYS_init_module, SYS_finit_module,     SYS_delete_module,     SYS_reboot,          SYS_swapon,          SYS_swapoff,
    SYS_acct,        SYS_settimeofday,     SYS_clock_settime,     SYS_perf_event_open, SYS_userfaultfd,     SYS_open_by_handle_at,
#ifdef SYS_iopl
    SYS_iopl,        SYS_ioperm,
#endif
};

}  // namespace

std::string server_call_filter() {
  if (kArchitecture == 0) return {};
  Filter filter = begin_filter();
  for (const long number : kNeverNeeded) filter.refuse_call(static_cast<std::uint32_t>(number), EPERM);
  filter.allow();
  return filter.bytes();
}

std::string call_filter() {
  if (kArchitecture == 0) return {};
  Filter filter = begin_filter();
  for (const long number : {SYS_openat2, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register})
    filter.refuse_call(static_cast<std::uint32_t>(number), ENOSYS);
#ifdef SYS_open
  filter.refuse_special_open(SYS_open, 1, 2);
  filter.refuse_special(SYS_creat, 1);
  filter.refuse_special(SYS_chmod, 1);
  filter.refuse_node(SYS_mknod, 1);
#endif
  filter.refuse_special_open(SYS_openat, 2, 3);
  filter.refuse_special(SYS_fchmod, 1);
  filter.refuse_special(SYS_fchmodat, 2);
  filter.refuse_special(kFchmodat2, 2);
  filter.refuse_node(SYS_mknodat, 2);
  filter.allow();
  return filter.bytes();
}

}  // namespace facio::serve
