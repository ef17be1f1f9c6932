#include "commands/serve/sandbox/bubblewrap.hpp"

#include <array>
#include <sys/stat.h>

namespace facio::serve {
namespace {

constexpr std::string_view kUser = "1000";
constexpr std::string_view kPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
constexpr std::string_view kTemporaryBytes = "268435456";
/// Of /etc: what programs need to start and to tell the time; nothing about the machine's users, hosts or services.
constexpr std::array<std::string_view, 9> kOfEtc = {"/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf",
                                                    "/etc/ld.so.conf.d", "/etc/localtime",   "/etc/timezone",
                                                    "/etc/mime.types",   "/etc/python3",     "/etc/magic"};

/// Of /proc: what changes or tells of the whole machine. A server that runs as root is root to it even without capabilities. The first are
/// made read-only, the others are not there.
constexpr std::array<std::string_view, 5> kReadOnlyProc = {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"};
constexpr std::array<std::string_view, 11> kHiddenProc = {"/proc/acpi", "/proc/asound",        "/proc/driver",     "/proc/kcore",
                                                          "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                                                          "/proc/mtrr", "/proc/sched_debug",   "/proc/scsi"};

class Options {
 public:
  template <class... T>
  void add(const T&... words) {
    (all_.emplace_back(words), ...);
  }
  std::vector<std::string> take() { return std::move(all_); }

 private:
  std::vector<std::string> all_;
};

/// The system's programs and libraries. Where /bin and the like are links into /usr, as on every newer system, they are so inside.
void add_system(Options& arguments) {
  arguments.add("--ro-bind", "/usr", "/usr");
  for (const char* name : {"bin", "sbin", "lib", "lib32", "lib64", "libx32"}) {
    const std::string path = std::string("/") + name;
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0) continue;
    if (S_ISLNK(about.st_mode)) arguments.add("--symlink", std::string("usr/") + name, path);
    else arguments.add("--ro-bind", path, path);
  }
  for (const std::string_view path : kOfEtc) arguments.add("--ro-bind-try", path, path);
}

void add_proc(Options& arguments) {
  arguments.add("--proc", "/proc");
  for (const std::string_view path : kReadOnlyProc) arguments.add("--ro-bind-try", path, path);
  for (const std::string_view path : kHiddenProc) {
    struct stat about {};
    if (::stat(std::string(path).c_str(), &about) != 0) continue;
    if (S_ISDIR(about.st_mode)) arguments.add("--size", "4096", "--tmpfs", path, "--remount-ro", path);
    else arguments.add("--ro-bind", "/dev/null", path);
  }
}

/// The place of a host's path inside; empty when it is not in the workspace.
std::string place_inside(const std::string& workspace, const std::string& path) {
  if (!path.starts_with(workspace + "/")) return {};
  return std::string(Sandbox::kWorkspace) + path.substr(workspace.size());
}

/// The server's own files, should somebody have put them in the workspace. Beside the directory lies the key of its secrets.
void hide(Options& arguments, const std::string& workspace, const std::string& data) {
  struct stat about {};
  if (const std::string inside = place_inside(workspace, data); !inside.empty()) arguments.add("--tmpfs", inside);
  const std::string key = data + ".key";
  if (const std::string inside = place_inside(workspace, key); !inside.empty() && ::stat(key.c_str(), &about) == 0)
    arguments.add("--ro-bind", "/dev/null", inside);
}

bool is_fixed(std::string_view name) { return name == "PATH" || name == "HOME" || name == "LANG"; }

}  // namespace

std::vector<std::string> bubblewrap_arguments(const std::string& workspace, const std::string& data, const SandboxCall& call,
                                              const SandboxDescriptors& open) {
  Options arguments;
  arguments.add("--unshare-user", "--disable-userns", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
                "--unshare-cgroup-try");
  arguments.add("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", kUser, "--gid", kUser, "--hostname", "agent");
  arguments.add("--info-fd", std::to_string(open.about));
  add_system(arguments);
  arguments.add("--ro-bind-data", std::to_string(open.users), "/etc/passwd", "--ro-bind-data", std::to_string(open.groups), "/etc/group");
  add_proc(arguments);
  arguments.add("--dev", "/dev", "--size", kTemporaryBytes, "--tmpfs", "/tmp");
  arguments.add("--bind", workspace, Sandbox::kWorkspace);
  hide(arguments, workspace, data);
  arguments.add("--remount-ro", "/", "--chdir", Sandbox::kWorkspace);
  arguments.add("--clearenv", "--setenv", "PATH", kPath, "--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8");
  for (const auto& [name, value] : call.environment)
    if (!is_fixed(name)) arguments.add("--setenv", name, value.reveal());
  return arguments.take();
}

std::string sandbox_users() { return "agent:x:1000:1000:agent:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"; }
std::string sandbox_groups() { return "agent:x:1000:\nnogroup:x:65534:\n"; }

}  // namespace facio::serve
