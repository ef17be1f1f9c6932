// Reading the configuration file, and the paths in it.
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/contexts/contexts.hpp"
#include "cli/catalogue/system.hpp"
#include "cli/contexts/trusted_path.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/files.hpp"
#include "cli/core/time.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;

/// Reads a configuration from its tree; fails with the line of the first problem.
class Reader {
 public:
  Reader(Config& config, const Environment& environment) : config_(config), environment_(environment) {}

  Status read(const YamlNode& root) {
    if (root.kind == JsonKind::null) return {};
    if (root.kind != JsonKind::object) return refuse(root.line, "must be a map with the keys version, current and contexts");
    if (auto status = version(root); !status) return status;
    for (const auto& [key, value] : root.members) {
      Status status;
      if (key == "current") status = text(*value, key, config_.current);
      if (key == "contexts") status = contexts(*value);
      if (key == "groups") status = groups(*value);
      if (!status) return status;
      if (key != "version" && key != "current" && key != "contexts" && key != "groups") unknown(*value, key);
    }
    return {};
  }

 private:
  tl::unexpected<Error> refuse(int line, const std::string& why) const {
    return fail(Code::usage, config_.path + ": line " + std::to_string(line) + ": " + why);
  }
  void unknown(const YamlNode& node, const std::string& key) {
    config_.warnings.push_back(config_.path + ": line " + std::to_string(node.line) + ": unknown key " + key);
  }

  Status version(const YamlNode& root) const {
    const YamlNode* node = root.get("version");
    if (node == nullptr || (node->kind == JsonKind::integer && node->text == "1")) return {};
    return refuse(node->line, "version " + node->text + " is not supported by this facioctl, which reads version 1");
  }

  Status text(const YamlNode& node, const std::string& key, std::string& to) const {
    if (node.kind == JsonKind::null) return {};
    if (node.kind == JsonKind::object || node.kind == JsonKind::array) return refuse(node.line, key + ": must be text");
    to = node.text;
    return {};
  }
  /// A path. A variable in it that is not set makes its context unusable, and no other.
  Status expanded(const YamlNode& node, const std::string& key, Context& context, std::string& to) const {
    if (auto status = text(node, key, to); !status) return status;
    auto path = expand_path(to, config_.path, environment_);
    if (path) {
      to = std::move(*path);
      return {};
    }
    auto refused = refuse(node.line, key + ": " + path.error().message());
    if (path.error().field().empty()) return refused;
    if (context.unusable.empty()) context.unusable = refused.value().message();
    return {};
  }
  Status flag(const YamlNode& node, const std::string& key, bool& to) const {
    if (node.kind != JsonKind::boolean) return refuse(node.line, key + ": must be true or false");
    to = node.text == "true";
    return {};
  }

  Status contexts(const YamlNode& node) {
    if (node.kind == JsonKind::null) return {};
    if (node.kind != JsonKind::object) return refuse(node.line, "contexts: must be a map from name to context");
    for (const auto& [name, value] : node.members) {
      Context context;
      context.name = name;
      if (value->kind != JsonKind::object) return refuse(value->line, "context " + name + ": must be a map with at least url");
      for (const auto& [key, member] : value->members)
        if (auto status = context_member(context, key, *member); !status) return status;
      if (context.url.empty()) return refuse(value->line, "context " + name + ": url is missing");
      config_.contexts.push_back(std::move(context));
    }
    return {};
  }

  Status context_member(Context& context, const std::string& key, const YamlNode& node) {
    if (key == "kind") return kind(node, context);
    if (key == "url") return text(node, key, context.url);
    if (key == "agent") return text(node, key, context.agent);
    if (key == "tags") return texts(node, key, context.tags);
    if (key == "ca") return expanded(node, key, context, context.ca);
    if (key == "cert") return expanded(node, key, context, context.cert);
    if (key == "key") return expanded(node, key, context, context.key);
    if (key == "output") return text(node, key, context.output);
    if (key == "protected") return flag(node, key, context.is_protected);
    if (key == "readonly") return flag(node, key, context.readonly);
    if (key == "insecure_http") return flag(node, key, context.insecure_http);
    if (key == "timeout") return duration(node, 1, kDayMs, "timeout: must be a duration of at most 24h, such as 10s", context.timeout_ms);
    if (key == "token") return token(context, node);
    unknown(node, "contexts." + context.name + "." + key);
    return {};
  }

  Status kind(const YamlNode& node, Context& context) const {
    if (auto status = text(node, "kind", context.kind); !status) return status;
    if (find_system(context.kind) != nullptr) return {};
    return refuse(node.line, "kind: '" + context.kind + "' is unknown; the kind of a context is " + system_names());
  }

  Status texts(const YamlNode& node, const std::string& key, std::vector<std::string>& to) const {
    if (node.kind != JsonKind::array) return refuse(node.line, key + ": must be a list of words, such as [prod, eu]");
    for (const auto& item : node.items) {
      to.emplace_back();
      if (auto status = text(*item, key, to.back()); !status) return status;
      if (to.back().empty()) return refuse(item->line, key + ": must not contain empty text");
    }
    return {};
  }

  Status groups(const YamlNode& node) {
    if (node.kind == JsonKind::null) return {};
    if (node.kind != JsonKind::object) return refuse(node.line, "groups: must be a map from name to expression, such as eu: \"tag==eu\"");
    for (const auto& [name, value] : node.members) {
      Group group{name, {}};
      if (auto status = text(*value, "groups." + name, group.expression); !status) return status;
      if (auto status = check_group(group.expression); !status)
        return refuse(value->line, "groups." + name + ": " + status.error().message());
      config_.groups.push_back(std::move(group));
    }
    return {};
  }

  /// A duration in these bounds; anything else has this problem.
  template <class Milliseconds>
  Status duration(const YamlNode& node, std::int64_t least, std::int64_t most, const char* problem, Milliseconds& to) const {
    const auto parsed = parse_duration(node.text);
    if (!parsed || *parsed < least || *parsed > most) return refuse(node.line, problem);
    to = static_cast<Milliseconds>(*parsed);
    return {};
  }

  Status token(Context& context, const YamlNode& node) {
    if (node.kind != JsonKind::object)
      return refuse(node.line,
                    "token: must say where the token is: { file: PATH }, { env: NAME }, { keyring: NAME } or "
                    "{ exec: [PROGRAM, ARGUMENT] }; it is never in this file");
    int sources = 0;
    for (const auto& [key, value] : node.members) {
      Status status;
      if (key == "file") status = expanded(*value, "token.file", context, context.token.file);
      if (key == "env") status = text(*value, "token.env", context.token.environment);
      if (key == "exec") status = command(*value, context.token.exec);
      if (key == "keyring") status = text(*value, "token.keyring", context.token.keyring);
      if (key == "ttl")
        status =
            duration(*value, kSecondMs, 7 * kDayMs, "token.ttl: must be a duration between 1s and 7d, such as 10m", context.token.ttl_ms);
      if (!status) return status;
      const bool known = key == "file" || key == "env" || key == "exec" || key == "keyring";
      sources += known ? 1 : 0;
      if (!known && key != "ttl") unknown(*value, "contexts." + context.name + ".token." + key);
    }
    if (sources > 1) return refuse(node.line, "token: file, env, keyring and exec cannot be combined; keep one");
    if (context.token.ttl_ms != 0 && context.token.exec.empty()) return refuse(node.line, "token.ttl: only the result of exec is cached");
    return {};
  }

  Status command(const YamlNode& node, std::vector<std::string>& to) const {
    if (node.kind != JsonKind::array || node.items.empty()) return refuse(node.line, "token.exec: must be a list, program first");
    for (const auto& item : node.items) {
      to.emplace_back();
      if (auto status = text(*item, "token.exec", to.back()); !status) return status;
    }
    return {};
  }

  Config& config_;
  const Environment& environment_;
};

Result<std::optional<std::string>> text_if_any(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (auto trusted = check_trusted(path, "the configuration"); !trusted) return fail(std::move(trusted.error()));
  auto text = file ? FdInput(file.get()).read_all(kMostBytes) : Result<std::string>(fail(Code::usage, system_reason(errno)));
  if (!text) return fail(Code::usage, "cannot read the configuration " + path + ": " + text.error().message());
  return std::move(*text);
}

}  // namespace

std::string state_directory(const Environment& environment) {
  const auto home = environment.get(Variable::xdg_state_home);
  return (home.starts_with('/') ? std::string(home) : home_directory(environment) + "/.local/state") + "/facioctl";
}

std::string home_directory(const Environment& environment) {
  if (const auto home = environment.get(Variable::home); !home.empty()) return std::string(home);
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "/";
}

std::string runtime_directory(const Environment& environment) {
  if (const auto found = environment.get(Variable::xdg_runtime_dir); found.starts_with('/')) return std::string(found);
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
    const std::string value = name == "XDG_RUNTIME_DIR" ? runtime_directory(environment) : std::string(environment.get_named(name));
    if (value.empty()) return fail_field(Code::usage, std::string(name), "uses ${" + std::string(name) + "}, which is not set");
    out += value;
    path.remove_prefix(close + 1);
  }
  if (out.empty() || out.front() == '/') return out;
  const auto slash = file.rfind('/');
  return slash == std::string_view::npos ? out : std::string(file.substr(0, slash + 1)) + out;
}

Status check_usable(const Context& context) {
  return context.unusable.empty() ? Status() : fail(Code::usage, context.unusable, "another context with --context NAME");
}

const Context* Config::find(std::string_view name) const {
  const auto found = std::ranges::find(contexts, name, &Context::name);
  return found == contexts.end() ? nullptr : &*found;
}

std::string config_path(const Environment& environment, std::string_view flag) {
  if (!flag.empty()) return std::string(flag);
  if (const auto path = environment.get(Variable::facioctl_config); !path.empty()) return std::string(path);
  if (const auto home = environment.get(Variable::xdg_config_home); home.starts_with('/'))
    return std::string(home) + "/facioctl/config.yaml";
  return home_directory(environment) + "/.config/facioctl/config.yaml";
}

Result<Config> read_config(const std::string& text, const std::string& path, const Environment& environment) {
  Config config;
  config.path = path;
  config.exists = true;
  auto tree = parse_yaml(text, path);
  if (!tree) return fail(std::move(tree.error()));
  if (auto status = Reader(config, environment).read(**tree); !status) return fail(std::move(status.error()));
  return config;
}

Result<std::string> config_file_text(const std::string& path) {
  return text_if_any(path).map([](const std::optional<std::string>& text) { return text.value_or(std::string()); });
}

Result<Config> load_config(const std::string& path, const Environment& environment) {
  auto text = text_if_any(path);
  if (!text) return fail(std::move(text.error()));
  if (*text) return read_config(**text, path, environment);
  Config config;
  config.path = path;
  return config;
}

}  // namespace facio
