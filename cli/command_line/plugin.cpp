#include "cli/command_line/plugin.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "cli/command_line/invocation.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/contexts/trusted_path.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/process/run.hpp"
#include "cli/process/process.hpp"

namespace facio {
namespace {

constexpr std::string_view kPrefix = "facioctl-";
constexpr std::string_view kQuestion = "--facioctl-manifest";
constexpr Endpoint kAnyPlugin = {.id = "plugin", .summary = "A plugin", .form = ReplyForm::none, .surface = Surface::local, .remote = true};

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '-' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

/// Whether the file contains the question, as a program that answers it must.
bool knows_question(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct ::stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || status.st_size <= 0) return false;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* map = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (map == MAP_FAILED) return false;
  const bool found = ::memmem(map, size, kQuestion.data(), kQuestion.size()) != nullptr;
  ::munmap(map, size);
  return found;
}

/// A memory file with the token. Inherited by the plugin, and by those programs that the plugin hands it to.
Result<int> token_descriptor(const Secret& token) {
  const int fd = ::memfd_create("facioctl-token", MFD_ALLOW_SEALING);
  const std::string_view text = token.reveal();
  const bool good = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                    ::lseek(fd, 0, SEEK_SET) == 0 &&
                    ::fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0;
  if (good) return fd;
  return fail(Code::failed, "cannot hand the token to the plugin: " + system_reason(errno));
}

/// How a plugin's environment differs from our own. Variables with a token are dropped: it gets the token by a descriptor.
struct ChangedEnvironment {
  std::vector<std::string> own;
  std::vector<std::string_view> dropped = {"FACIOCTL_TOKEN", "FACIO_MANAGEMENT_TOKEN", "FACIOCTL_TOKEN_FILE", "FACIOCTL_TOKEN_FD"};
  void set(std::string_view name, const std::string& value) { own.push_back(std::string(name) + "=" + value); }
};

Status describe(ChangedEnvironment& to, const ResolvedTarget& target, const GlobalOptions& global) {
  const Context& context = target.context;
  to.set("FACIOCTL_CONTEXT_NAME", context.name);
  to.set("FACIOCTL_CONTEXT_URL", context.url);
  to.set("FACIOCTL_CONTEXT_KIND", context.kind);
  to.set("FACIOCTL_CONTEXT_AGENT", context.agent);
  to.set("FACIOCTL_CONTEXT_CA", context.ca);
  to.set("FACIOCTL_CONTEXT_PROTECTED", context.is_protected ? "true" : "false");
  to.set("FACIOCTL_CONTEXT_READONLY", context.readonly ? "true" : "false");
  // A facioctl started by the plugin talks to the same agent by default.
  if (!context.name.empty()) to.set("FACIOCTL_CONTEXT", context.name);
  if (context.name.empty()) to.set("FACIOCTL_URL", context.url);
  else to.dropped.emplace_back("FACIOCTL_URL");
  if (!global.config.empty()) to.set("FACIOCTL_CONFIG", global.config);
  if (!context.token.environment.empty()) to.dropped.emplace_back(context.token.environment);
  if (target.token.empty()) return {};
  auto fd = token_descriptor(target.token);
  if (!fd) return fail(std::move(fd.error()));
  to.set("FACIOCTL_TOKEN_FD", std::to_string(*fd));
  return {};
}

Status check(const Plugin& plugin, const PluginManifest& manifest, const GlobalOptions& global) {
  if (global.only_shows())
    return fail(Error(Code::usage, "what plugin " + plugin.name + " would send is unknown to facioctl")
                    .with_field(global.curl ? "--curl" : "--dry-run")
                    .with_hint("facioctl " + plugin.name + " --help"));
  if (!is_new_enough(manifest.min_version))
    return fail(Code::unsupported,
                "plugin " + plugin.name + " needs facioctl " + printable(manifest.min_version) + "; this is " FACIOCTL_VERSION);
  return {};
}

Result<ResolvedTarget> resolved_target(const GlobalOptions& global, Streams& streams, const Environment& environment, bool with_token) {
  auto config = load_config(config_path(environment, global.config), environment);
  if (!config) return fail(std::move(config.error()));
  auto target = resolve_told(global.target, *config, environment, streams, global, with_token);
  if (target && !target->warning.empty()) config->warnings.push_back(target->warning);
  if (!global.quiet)
    for (const std::string& warning : config->warnings) (void)streams.err.write("facioctl: warning: " + warning + "\n");
  return target;
}

}  // namespace

std::optional<Plugin> find_plugin(std::string_view name, const Environment& environment) {
  if (!is_name(name)) return std::nullopt;
  std::string path = find_program(std::string(kPrefix).append(name), environment.get(Variable::path));
  return path.empty() ? std::nullopt : std::optional(Plugin{std::string(name), std::move(path)});
}

std::vector<Plugin> all_plugins(const Environment& environment) {
  std::vector<Plugin> all;
  for (const std::string& directory : path_directories(environment.get(Variable::path))) {
    DIR* open = ::opendir(directory.c_str());
    if (open == nullptr) continue;
    std::vector<Plugin> here;
    while (const dirent* entry = ::readdir(open)) {
      const std::string_view file = entry->d_name;
      if (!file.starts_with(kPrefix) || !is_name(file.substr(kPrefix.size()))) continue;
      if (std::string path = directory + "/" + std::string(file); is_program(path))
        here.push_back({std::string(file.substr(kPrefix.size())), std::move(path)});
    }
    ::closedir(open);
    std::ranges::sort(here, {}, &Plugin::name);
    all.insert(all.end(), here.begin(), here.end());
  }
  return all;
}

Result<PluginManifest> manifest_of(const Plugin& plugin) {
  if (auto trusted = check_trusted(plugin.path, "plugin " + plugin.name); !trusted) return fail(std::move(trusted.error()));
  if (!knows_question(plugin.path)) return PluginManifest();
  const auto answer = ask_program({.command = {plugin.path, std::string(kQuestion)}, .keep_errors = true});
  const auto bad = [&](const std::string& why) {
    return fail(Code::failed, "plugin " + plugin.name + " " + why + " to " + std::string(kQuestion),
                plugin.path + " " + std::string(kQuestion));
  };
  if (!answer) return fail(Code::failed, answer.error().message());
  if (answer->why == RunEnd::Why::late) return bad("did not answer within 5 seconds");
  if (answer->code != 0) return bad("answered with exit code " + std::to_string(answer->code));
  const auto document = JsonDocument::parse(answer->out);
  if (!document || document->root().kind() != JsonKind::object) return bad("did not answer with a JSON object");
  const auto flag = [&](const char* name, bool otherwise) {
    const JsonRef value = document->root().get(name);
    return value.is(JsonKind::boolean) ? value.boolean() : otherwise;
  };
  return PluginManifest{.given = true,
                        .mutating = flag("mutating", true),
                        .wants_token = flag("token", false),
                        .min_version = document->root().get("min_version").text(),
                        .summary = document->root().get("summary").text()};
}

bool is_new_enough(std::string_view version) {
  const auto wanted = split(version, '.'), own = split(FACIOCTL_VERSION, '.');
  const auto number_at = [](const std::vector<std::string_view>& parts, std::size_t at) {
    int number = 0;
    if (at < parts.size()) std::from_chars(parts[at].data(), parts[at].data() + parts[at].size(), number);
    return number;
  };
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (number_at(wanted, i) != number_at(own, i)) return number_at(own, i) > number_at(wanted, i);
  return true;
}

Error become_plugin(const Plugin& plugin, std::span<const std::string_view> before, std::span<const std::string_view> behind,
                    Streams& streams, const Environment& environment) {
  auto invocation = parse_invocation(kAnyPlugin, before, streams, environment, now_ms());
  if (!invocation) return invocation.error();
  auto manifest = manifest_of(plugin);
  if (!manifest) return manifest.error();
  if (auto status = check(plugin, *manifest, invocation->global); !status) return status.error();
  auto target = resolved_target(invocation->global, streams, environment, manifest->wants_token);
  if (!target) return target.error();
  if (target->context.readonly && manifest->mutating)
    return std::move(Error(Code::forbidden, "context " + target->context.name + " is read-only, and plugin " + plugin.name +
                                                (manifest->given ? " changes something" : " does not declare that it changes nothing")))
        .with_hint("another context with --context NAME");
  ChangedEnvironment changed;
  if (auto status = describe(changed, *target, invocation->global); !status) return status.error();
  if (invocation->global.verbose > 0) (void)streams.err.write("plugin " + plugin.name + " is " + plugin.path + "\n");
  (void)streams.err.flush();
  std::vector<std::string> words = {plugin.path};
  for (const std::string_view word : behind) words.emplace_back(word);
  EnvironmentPointers variables = own_environment(changed.own, changed.dropped);
  variables.push_back(nullptr);
  ::execve(plugin.path.c_str(), exec_pointers(words).data(), const_cast<char* const*>(variables.data()));  // NOLINT: its old signature
  return Error(Code::failed, "cannot start plugin " + plugin.name + " (" + plugin.path + "): " + system_reason(errno));
}

}  // namespace facio
