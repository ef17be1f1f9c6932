#include "cli/contexts/change_config.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cli/contexts/yaml_edit.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;

tl::unexpected<Error> cannot(const std::string& what, const std::string& path) {
  return fail(Code::output, "cannot " + what + " " + path + ": " + std::strerror(errno));
}

Status make_directories(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (::mkdir(path.substr(0, slash).c_str(), 0700) != 0 && errno != EEXIST) return cannot("make the directory", path.substr(0, slash));
  return {};
}

Status write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(Code::output, std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status replace_file(const std::string& path, const std::string& text) {
  struct ::stat before {};
  const mode_t mode = ::stat(path.c_str(), &before) == 0 ? before.st_mode & 0777U : 0600U;
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);  // 0600
  if (fd < 0) return cannot("write", path);
  const bool written = write_all(fd, text).has_value() && ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0;
  const bool closed = ::close(fd) == 0;
  if (written && closed && ::rename(temporary.c_str(), path.c_str()) == 0) return {};
  auto failure = cannot("write", path);
  ::unlink(temporary.c_str());
  return failure;
}

/// The file itself where the path is a link to it, as in a repository of settings.
std::string real_path(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string found = real;
  std::free(real);
  return found;
}

/// Held while the file is read, changed and replaced. A file of its own: the configuration is a new one after each change.
class Lock {
 public:
  explicit Lock(const std::string& path) : fd_(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    while (fd_ >= 0 && ::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] bool held() const { return fd_ >= 0; }

 private:
  int fd_;
};

YamlTree list_of(const std::vector<std::string>& texts) {
  auto list = std::make_shared<YamlNode>();
  list->kind = JsonKind::array;
  for (const std::string& one : texts) list->items.push_back(std::make_shared<YamlNode>(yaml_text(one)));
  return list;
}

YamlTree text_of(const std::string& text) { return std::make_shared<YamlNode>(yaml_text(text)); }

YamlTree token_of(const TokenSource& token) {
  auto map = std::make_shared<YamlNode>();
  map->kind = JsonKind::object;
  map->flow = true;
  if (!token.file.empty()) map->members.emplace_back("file", text_of(token.file));
  if (!token.environment.empty()) map->members.emplace_back("env", text_of(token.environment));
  if (!token.keyring.empty()) map->members.emplace_back("keyring", text_of(token.keyring));
  if (!token.exec.empty()) map->members.emplace_back("exec", list_of(token.exec));
  if (token.ttl_ms != 0) map->members.emplace_back("ttl", text_of(std::to_string(token.ttl_ms / 1000) + "s"));
  return map;
}

}  // namespace

Result<std::string> config_file_text(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::string();
    return fail(Code::usage, "cannot read the configuration " + path + ": " + std::strerror(errno));
  }
  auto text = FdInput(fd).read_all(kMostBytes);
  ::close(fd);
  if (!text) return fail(Code::usage, "cannot read the configuration " + path + ": " + text.error().message());
  return text;
}

Result<Config> change_config(const std::string& named, const Environment& environment, const ConfigChange& change, bool mends) {
  if (auto status = make_directories(named); !status) return fail(std::move(status.error()));
  const std::string path = real_path(named);
  const Lock lock(path);
  if (!lock.held()) return cannot("write", path + ".lock");
  auto before = config_file_text(path);
  if (!before) return fail(std::move(before.error()));
  auto config = read_config(*before, named, environment);
  if (!config && mends) config = Config();
  if (!config) return config;
  auto after = change(*before, *config);
  if (!after) return fail(std::move(after.error()));
  if (*after == *before) return config;
  auto result = read_config(*after, named, environment);
  if (!result) return result;
  if (auto status = replace_file(path, *after); !status) return fail(std::move(status.error()));
  return result;
}

Result<std::string> edited(std::string text, const std::vector<ConfigEdit>& edits, const std::string& file) {
  if (text.empty()) text = "# Written by facioctl; `facioctl help contexts` explains it. It never holds a token.\nversion: 1\n";
  for (const ConfigEdit& edit : edits) {
    auto next = edit.value ? yaml_with(text, edit.path, *edit.value, file) : yaml_without(text, edit.path, file);
    if (!next && !edit.value && next.error().code() == Code::not_found) continue;
    if (!next) return next;
    text = std::move(*next);
  }
  return text;
}

std::vector<ConfigEdit> edits_for(const Context& context) {
  std::vector<ConfigEdit> edits;
  const auto set = [&](const char* key, YamlTree value) { edits.push_back({{"contexts", context.name, key}, std::move(value)}); };
  const auto flag = [&](const char* key, bool value) {
    if (value) set(key, std::make_shared<YamlNode>(yaml_flag(true)));
  };
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) set(key, text_of(value));
  };
  text("url", context.url);
  // The default needs no line, and takes away that of another kind.
  set("kind", context.kind == Context().kind ? nullptr : text_of(context.kind));
  if (context.kind == Context().kind) set("agent", nullptr);
  text("agent", context.agent);
  if (!context.tags.empty()) set("tags", list_of(context.tags));
  if (!context.token.empty()) set("token", token_of(context.token));
  text("ca", context.ca);
  text("cert", context.cert);
  text("key", context.key);
  flag("protected", context.is_protected);
  flag("readonly", context.readonly);
  flag("insecure_http", context.insecure_http);
  if (context.timeout_ms != 0) text("timeout", std::to_string(context.timeout_ms) + "ms");
  text("output", context.output);
  return edits;
}

Status save_context(const std::string& path, const Context& context, bool make_current, const Environment& environment) {
  auto changed = change_config(path, environment, [&](const std::string& text, const Config& config) {
    std::vector<ConfigEdit> edits;
    if (make_current || config.current.empty()) edits.push_back({{"current"}, text_of(context.name)});
    for (ConfigEdit& edit : edits_for(context)) edits.push_back(std::move(edit));
    return edited(text, edits, path);
  });
  if (!changed) return fail(std::move(changed.error()));
  return {};
}

}  // namespace facio
