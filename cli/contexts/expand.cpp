#include "cli/contexts/expand.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace facio {

std::string home_directory(const Environment& environment) {
  if (const auto home = environment.get("HOME"); !home.empty()) return std::string(home);
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "/";
}

std::string runtime_directory(const Environment& environment) {
  if (const auto found = environment.get("XDG_RUNTIME_DIR"); found.starts_with('/')) return std::string(found);
  const std::string user = std::to_string(::getuid());
  struct ::stat status {};
  std::string run = "/run/user/" + user;
  if (::stat(run.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return run;
  return "/tmp/facioctl-" + user;
}

Result<std::string> expand_path(std::string_view path, std::string_view file, const Environment& environment) {
  std::string out;
  if (path == "~" || path.starts_with("~/")) {
    out = home_directory(environment);
    path.remove_prefix(1);
  }
  while (!path.empty()) {
    const auto dollar = path.find("${");
    out += path.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    const auto close = path.find('}', dollar);
    if (close == std::string_view::npos) return fail(Code::usage, "'${' without '}'");
    const std::string_view name = path.substr(dollar + 2, close - dollar - 2);
    const std::string value = name == "XDG_RUNTIME_DIR" ? runtime_directory(environment) : std::string(environment.get(name));
    if (value.empty()) return fail(Code::usage, "the environment variable " + std::string(name) + " is not set");
    out += value;
    path.remove_prefix(close + 1);
  }
  if (out.empty() || out.front() == '/') return out;
  const auto slash = file.rfind('/');
  return slash == std::string_view::npos ? out : std::string(file.substr(0, slash + 1)) + out;
}

}  // namespace facio
