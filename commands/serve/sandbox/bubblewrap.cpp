#include "commands/serve/sandbox/bubblewrap.hpp"

#include <array>
#include <sys/stat.h>

namespace facio::serve {
namespace {

constexpr std::string_view kUser = "1000";
constexpr std::string_view kPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
constexpr std::string_view kTemporaryBytes = "268435456";
/// Of /etc: what programs need to start and to know the time; nothing about the machine's users, hosts or services.
constexpr std::array<std::string_view, 9> kOfEtc = {"/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf",
                                                    "/etc/ld.so.conf.d", "/etc/localtime",   "/etc/timezone",
                                                    "/etc/mime.types",   "/etc/python3",     "/etc/magic"};

/// Of /proc: what changes or describes the whole machine, which a server running as root may access even without capabilities. The first
/// are made read-only, the others hidden.
constexpr std::array<std::string_view, 5> kReadOnlyProc = {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"};
constexpr std::array<std::string_view, 11> kHiddenProc = {"/proc/acpi", "/proc/asound",        "/proc/driver",     "/proc/kcore",
                                                          "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                                                          "/proc/mtrr", "/proc/sched_debug",   "/proc/scsi"};

using Words = std::vector<std::string>;

template <class... T>
void add(Words& to, const T&... words) {
  (to.emplace_back(words), ...);
}

/// The system's programs and libraries. Where /bin etc. are links into /usr, they are links inside as well.
void add_system(Words& arguments) {
  add(arguments, "--ro-bind", "/usr", "/usr");
  for (const char* name : {"bin", "sbin", "lib", "lib32", "lib64", "libx32"}) {
    const std::string path = std::string("/") + name;
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0) continue;
    if (S_ISLNK(about.st_mode)) add(arguments, "--symlink", std::string("usr/") + name, path);
    else add(arguments, "--ro-bind", path, path);
  }
  for (const std::string_view path : kOfEtc) add(arguments, "--ro-bind-try", path, path);
}

void add_proc(Words& arguments) {
  add(arguments, "--proc", "/proc");
  for (const std::string_view path : kReadOnlyProc) add(arguments, "--ro-bind-try", path, path);
  for (const std::string_view path : kHiddenProc) {
    struct stat about {};
    if (::stat(std::string(path).c_str(), &about) != 0) continue;
    if (S_ISDIR(about.st_mode)) add(arguments, "--size", "4096", "--tmpfs", path, "--remount-ro", path);
    else add(arguments, "--ro-bind", "/dev/null", path);
  }
}

/// Hides what is not the agent's, and protects what only the operator changes.
void protect(Words& arguments, const std::string& workspace, const HiddenPlaces& hidden) {
  const std::string inside = std::string(Sandbox::kWorkspace) + "/";
  for (const HiddenPlaces::Place& place : hidden.below(workspace)) {
    if (place.within) continue;
    if (place.directory) add(arguments, "--size", "4096", "--tmpfs", inside + place.path, "--remount-ro", inside + place.path);
    else add(arguments, "--ro-bind", "/dev/null", inside + place.path);
  }
  for (const std::string_view name : kOperatorsFiles) {
    const std::string path = workspace + "/" + std::string(name);
    struct stat about {};
    if (::lstat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode)) add(arguments, "--ro-bind", path, inside + std::string(name));
  }
}

bool is_fixed(std::string_view name) { return name == "PATH" || name == "HOME" || name == "LANG"; }

}  // namespace

std::vector<std::string> bubblewrap_arguments(const std::string& workspace, const HiddenPlaces& hidden, const SandboxCall& call,
                                              const SandboxDescriptors& open) {
  Words arguments;
  add(arguments, "--unshare-user", "--disable-userns", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
      "--unshare-cgroup-try");
  add(arguments, "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", kUser, "--gid", kUser, "--hostname", "agent");
  add(arguments, "--info-fd", std::to_string(open.about));
  if (open.filter >= 0) add(arguments, "--seccomp", std::to_string(open.filter));
  add_system(arguments);
  add(arguments, "--ro-bind-data", std::to_string(open.users), "/etc/passwd", "--ro-bind-data", std::to_string(open.groups), "/etc/group");
  add_proc(arguments);
  add(arguments, "--dev", "/dev", "--size", kTemporaryBytes, "--tmpfs", "/tmp");
  add(arguments, "--bind", workspace, Sandbox::kWorkspace);
  protect(arguments, workspace, hidden);
  add(arguments, "--remount-ro", "/", "--chdir", Sandbox::kWorkspace);
  add(arguments, "--clearenv", "--setenv", "PATH", kPath, "--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8");
  for (const auto& [name, value] : call.environment)
    if (!is_fixed(name)) add(arguments, "--setenv", name, value.reveal());
  return arguments;
}

std::string sandbox_users() { return "agent:x:1000:1000:agent:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"; }
std::string sandbox_groups() { return "agent:x:1000:\nnogroup:x:65534:\n"; }

}  // namespace facio::serve
