#include "cli/contexts/change_config.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "cli/contexts/trusted_path.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/files.hpp"
#include "cli/core/lock_holder.hpp"

namespace facio {
namespace {

constexpr int kLookMs = 50, kToldAfterLooks = 14;

/// The open and locked lock file, to be held while the configuration is read, changed and replaced. The configuration itself cannot be
/// locked, as each change makes a new file.
Descriptor lock_file(const std::string& path, const LockTold& told) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file) (void)::fchmod(file.get(), 0600);  // whatever the umask; the next change must be able to open it
  for (int looks = 0; file && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR); ++looks) {
    (void)::poll(nullptr, 0, kLookMs);
    if (looks != kToldAfterLooks || !told) continue;
    const std::string holder = lock_holder(file.get());
    told("waiting for the lock " + path + (holder.empty() ? "" : ", which " + holder + " holds") + "; Ctrl-C stops waiting");
  }
  return file;
}

YamlTree list_of(const std::vector<std::string>& texts) {
  auto list = std::make_shared<YamlNode>();
  list->kind = JsonKind::array;
  for (const std::string& one : texts) list->items.push_back(yaml_text(one));
  return list;
}

}  // namespace

YamlTree yaml_of(const TokenSource& token) {
  auto map = std::make_shared<YamlNode>();
  map->kind = JsonKind::object;
  map->flow = true;
  if (!token.file.empty()) map->members.emplace_back("file", yaml_text(token.file));
  if (!token.environment.empty()) map->members.emplace_back("env", yaml_text(token.environment));
  if (!token.keyring.empty()) map->members.emplace_back("keyring", yaml_text(token.keyring));
  if (!token.exec.empty()) map->members.emplace_back("exec", list_of(token.exec));
  if (token.ttl_ms != 0) map->members.emplace_back("ttl", yaml_text(std::to_string(token.ttl_ms / 1000) + "s"));
  return map;
}

Result<Config> change_config(const std::string& named, const Environment& environment, const ConfigChange& change, bool mends,
                             const LockTold& told) {
  if (auto status = make_directories_above(named); !status) return fail(std::move(status.error()));
  if (auto trusted = check_trusted(named, "the configuration"); !trusted) return fail(std::move(trusted.error()));
  auto behind = file_behind(named);
  if (!behind) return fail(std::move(behind.error()));
  const std::string path = std::move(*behind);
  const Descriptor lock = lock_file(path + ".lock", told);
  if (!lock) return fail(Code::output, "cannot write " + path + ".lock: " + system_reason(errno));
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
  struct ::stat about {};
  const mode_t mode = ::stat(path.c_str(), &about) == 0 ? about.st_mode & 0777U : 0600U;
  if (auto status = replace_file(path, *after, mode); !status) return fail(std::move(status.error()));
  return result;
}

Result<std::string> edited(std::string text, const std::vector<ConfigEdit>& edits, const std::string& file) {
  if (text.empty()) text = "# Written by facioctl; `facioctl help contexts` explains it. It never contains a token.\nversion: 1\n";
  for (const ConfigEdit& edit : edits) {
    auto next = edit.value ? yaml_with(text, edit.path, edit.value, file) : yaml_without(text, edit.path, file);
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
    if (value) set(key, yaml_text("true", JsonKind::boolean));
  };
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) set(key, yaml_text(value));
  };
  text("url", context.url);
  // The default kind needs no line, and removes that of another.
  set("kind", context.kind == Context().kind ? nullptr : yaml_text(context.kind));
  if (context.kind == Context().kind) set("agent", nullptr);
  text("agent", context.agent);
  if (!context.tags.empty()) set("tags", list_of(context.tags));
  if (!context.token.empty()) set("token", yaml_of(context.token));
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
  const auto change = [&](const std::string& text, const Config& config) {
    std::vector<ConfigEdit> edits = edits_for(context);
    if (make_current || config.current.empty()) edits.insert(edits.begin(), {{"current"}, yaml_text(context.name)});
    return edited(text, edits, path);
  };
  return change_config(path, environment, change).map([](const Config&) {});
}

}  // namespace facio
