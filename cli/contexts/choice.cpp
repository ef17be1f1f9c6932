#include "cli/contexts/choice.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace facio {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8900";
constexpr std::string_view kCredential = "/facio-token";  // in $CREDENTIALS_DIRECTORY, as systemd's LoadCredential= puts it

/// The name in the nearest `.facioctl` file of this directory or one above; a file of another user is not believed.
std::string project_context() {
  std::string prefix;
  for (int level = 0; level < 64; ++level, prefix += "../") {
    const int fd = ::open((prefix + ".facioctl").c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct ::stat status {};
    if (fd >= 0) {
      const bool mine = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
      auto text = mine ? FdInput(fd).read_all(256) : Result<std::string>(std::string());
      ::close(fd);
      if (!mine || !text) continue;
      const auto begin = text->find_first_not_of(" \t\r\n");
      if (begin == std::string::npos) continue;
      return text->substr(begin, text->find_first_of(" \t\r\n", begin) - begin);
    }
    struct ::stat here {};
    struct ::stat above {};
    if (::stat((prefix + ".").c_str(), &here) != 0 || ::stat((prefix + "..").c_str(), &above) != 0) break;
    if (here.st_ino == above.st_ino && here.st_dev == above.st_dev) break;
  }
  return {};
}

}  // namespace

std::string_view host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  if (url.starts_with('[')) return url.substr(1, url.find(']') - 1);
  return url.substr(0, url.rfind(':'));
}

bool is_loopback(std::string_view url) {
  if (url.starts_with("unix:")) return true;
  const std::string_view host = host_of(url);
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::vector<Source> target_sources(const TargetChoice& choice, const Config& config, const Environment& environment, bool all) {
  std::vector<Source> found;
  const auto enough = [&](const char* from, std::string_view value) {
    if (!value.empty()) found.push_back({from, std::string(value)});
    return !found.empty() && !all;
  };
  if (enough("--url", choice.url) || enough("--context", choice.context) || enough("FACIOCTL_URL", environment.get("FACIOCTL_URL")) ||
      enough("FACIOCTL_CONTEXT", environment.get("FACIOCTL_CONTEXT")) || enough(".facioctl", project_context()) ||
      enough("current", config.current))
    return found;
  // The agent's own variable, where a shell has its settings.
  const std::string_view port = environment.get("FACIO_API_PORT");
  const bool is_port = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string_view::npos;
  if (enough("FACIO_API_PORT", is_port ? "http://127.0.0.1:" + std::string(port) : std::string())) return found;
  (void)enough("default", kDefaultUrl);
  return found;
}

std::vector<Source> token_sources(const TargetChoice& choice, const Context& context, std::string_view chosen_by,
                                  const Environment& environment) {
  std::vector<Source> found;
  const auto add = [&](std::string from, const char* kind, std::string_view what) {
    if (!what.empty()) found.push_back({std::move(from), std::string(kind) + std::string(what)});
  };
  const auto variable = [&](const char* name) { add(name, "environment ", environment.get(name).empty() ? "" : name); };
  if (!choice.own_token) {
    add("--token-file", "file ", choice.token_file);
    add("--token-stdin", "", choice.token_stdin ? "standard input" : "");
    add("--token-fd", "file descriptor ", choice.token_fd >= 0 ? std::to_string(choice.token_fd) : std::string());
    add("FACIOCTL_TOKEN_FILE", "file ", environment.get("FACIOCTL_TOKEN_FILE"));
    if (const auto directory = environment.get("CREDENTIALS_DIRECTORY"); directory.starts_with('/'))
      if (const std::string path = std::string(directory) + std::string(kCredential); ::access(path.c_str(), F_OK) == 0)
        add("CREDENTIALS_DIRECTORY", "credential ", path);
    // What facioctl gave a plugin, for the agent that it gave it for.
    if (!environment.get("FACIOCTL_CONTEXT_URL").empty() && environment.get("FACIOCTL_CONTEXT_URL") == context.url)
      add("FACIOCTL_TOKEN_FD", "file descriptor ", environment.get("FACIOCTL_TOKEN_FD"));
    variable("FACIOCTL_TOKEN");
    if (chosen_by == "--url" || chosen_by == "FACIOCTL_URL" || is_loopback(context.url)) variable("FACIO_MANAGEMENT_TOKEN");
  }
  const TokenSource& own = context.token;
  const std::string from = "context " + context.name;
  add(from, "file ", own.file);
  add(from, "environment ", own.environment);
  add(from, "program ", own.exec.empty() ? std::string_view{} : std::string_view(own.exec.front()));
  add(from, "keyring ", own.keyring);
  return found;
}

}  // namespace facio
