#include "cli/command_line/context_system.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/contexts/contexts.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostConfig = std::size_t{1024} * 1024;

/// Whether the file may say of a context that it is of another kind than the default.
bool may_name_kinds(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  struct ::stat status {};
  std::string text;
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
      static_cast<std::size_t>(status.st_size) <= kMostConfig) {
    text.resize(static_cast<std::size_t>(status.st_size));
    const ssize_t got = ::read(fd, text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  ::close(fd);
  return text.find("kind") != std::string::npos;
}

}  // namespace

const System* system_in_use(const TargetChoice& choice, std::string_view config, const Environment& environment) {
  if (!choice.url.empty() || (choice.context.empty() && !environment.get("FACIOCTL_URL").empty())) return nullptr;
  const std::string path = config_path(environment, config);
  if (!may_name_kinds(path)) return nullptr;
  const auto loaded = load_config(path, environment);
  if (!loaded) return nullptr;
  const auto sources = target_sources(choice, *loaded, environment, false);
  const Context* context = sources.empty() || sources.front().is_address() ? nullptr : loaded->find(sources.front().value);
  const System* system = context == nullptr ? nullptr : find_system(context->kind);
  return system == &default_system() ? nullptr : system;
}

}  // namespace facio
