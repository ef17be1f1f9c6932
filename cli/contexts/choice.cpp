#include "cli/contexts/contexts.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/contexts/token_storage.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "cli/http/address.hpp"

namespace facio {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8900";
constexpr std::string_view kCredential = "/facio-token";  // in $CREDENTIALS_DIRECTORY, as systemd's LoadCredential= puts it

/// The name in the nearest `.facioctl` file, in this directory or one above; files of other users are ignored.
std::string project_context() {
  std::string prefix;
  for (int level = 0; level < 64; ++level, prefix += "../") {
    const Descriptor file(::open((prefix + ".facioctl").c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct ::stat status {};
    if (file) {
      if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) continue;
      const auto text = FdInput(file.get()).read_all(256);
      if (!text || is_blank(*text)) continue;
      const std::string_view name = trimmed(*text);
      return std::string(name.substr(0, name.find_first_of(kBlanks)));
    }
    struct ::stat here {};
    struct ::stat above {};
    if (::stat((prefix + ".").c_str(), &here) != 0 || ::stat((prefix + "..").c_str(), &above) != 0) break;
    if (here.st_ino == above.st_ino && here.st_dev == above.st_dev) break;
  }
  return {};
}

bool is_this_machine(const std::string& url) {
  const auto address = http::parse_address(url);
  return address && address->is_loopback();
}

tl::unexpected<Error> no_such_context(const std::string& name, const std::string& from, const Config& config) {
  const std::string known = config.contexts.empty() ? "none is configured" : "known: " + join(config.contexts, ", ", &Context::name);
  return fail(Error(Code::usage, "there is no context '" + name + "' (" + from + "); " + known)
                  .with_field(from)
                  .with_hint("facioctl context add " + name + " --url URL"));
}

/// What follows the kind of a source: "/run/t" of "file /run/t"; empty for another kind.
std::string_view after(std::string_view origin, std::string_view kind) {
  return origin.starts_with(kind) ? origin.substr(kind.size()) : std::string_view{};
}

Result<Secret> read_token(const std::string& origin, const TargetChoice& choice, const Context& context, const Environment& environment,
                          Input& in) {
  if (const auto number = after(origin, "file descriptor "); !number.empty()) {
    if (choice.token_fd < 0) return token_from_plugin_descriptor(std::string(number));
    FdInput input(choice.token_fd);
    return token_from_input(input, origin);
  }
  if (origin == "standard input") return token_from_input(in, origin);
  if (const auto path = after(origin, "file "); !path.empty()) {
    auto token = token_from_file(std::string(path));
    if (!token && token.error().hint().empty() && !context.name.empty() && path == context.token.file)
      return fail(Code::unauthenticated, token.error().message(), "facioctl auth login " + context.name);
    return token;
  }
  if (const auto path = after(origin, "credential "); !path.empty()) return token_from_credential(std::string(path));
  if (origin.starts_with("program ")) return program_token(context, environment, choice.fresh_token);
  if (const auto entry = after(origin, "keyring "); !entry.empty()) return token_from_keyring(std::string(entry), context.name);
  const std::string name(after(origin, "environment "));
  if (const std::string_view value = environment.get_named(name); !value.empty()) return clean_token(std::string(value), origin);
  return fail(Code::unauthenticated, "the environment variable " + name + " that context " + context.name + " names is not set",
              "export " + name + "=…, or another source: facioctl auth login " + context.name);
}

}  // namespace

std::vector<Source> target_sources(const TargetChoice& choice, const Config& config, const Environment& environment, bool all) {
  std::vector<Source> found;
  const auto enough = [&](const char* from, std::string_view value) {
    if (!value.empty()) found.push_back({from, std::string(value)});
    return !found.empty() && !all;
  };
  if (enough("--url", choice.url) || enough("--context", choice.context) ||
      enough("FACIOCTL_URL", environment.get(Variable::facioctl_url)) ||
      enough("FACIOCTL_CONTEXT", environment.get(Variable::facioctl_context)) || enough(".facioctl", project_context()) ||
      enough("current", config.current))
    return found;
  // The agent's own variable, in case the shell has its settings.
  const std::string_view port = environment.get(Variable::facio_api_port);
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
  const auto variable = [&](Variable one) {
    const std::string name(info(one).name);
    add(name, "environment ", environment.get(one).empty() ? std::string_view{} : std::string_view(name));
  };
  if (!choice.own_token) {
    add("--token-file", "file ", choice.token_file);
    add("--token-stdin", "", choice.token_stdin ? "standard input" : "");
    add("--token-fd", "file descriptor ", choice.token_fd >= 0 ? std::to_string(choice.token_fd) : std::string());
    add("FACIOCTL_TOKEN_FILE", "file ", environment.get(Variable::facioctl_token_file));
    if (const auto directory = environment.get(Variable::credentials_directory); directory.starts_with('/'))
      if (const std::string path = std::string(directory) + std::string(kCredential); ::access(path.c_str(), F_OK) == 0)
        add("CREDENTIALS_DIRECTORY", "credential ", path);
    // What facioctl gave a plugin, only for the agent that it was meant for.
    if (const auto meant = environment.get(Variable::facioctl_context_url); !meant.empty() && meant == context.url)
      add("FACIOCTL_TOKEN_FD", "file descriptor ", environment.get(Variable::facioctl_token_fd));
    variable(Variable::facioctl_token);
    if (chosen_by == "--url" || chosen_by == "FACIOCTL_URL" || is_this_machine(context.url)) variable(Variable::facio_management_token);
  }
  const TokenSource& own = context.token;
  const std::string from = "context " + context.name;
  add(from, "file ", own.file);
  add(from, "environment ", own.environment);
  add(from, "program ", own.exec.empty() ? std::string_view{} : std::string_view(own.exec.front()));
  add(from, "keyring ", own.keyring);
  return found;
}

Status may_carry_secret(const Context& context) {
  const auto address = http::parse_address(context.url);
  if (!address) return fail(address.error());
  if (!address->is_exposed() || context.insecure_http) return {};
  return fail(Code::unauthenticated, "the token would be sent unencrypted to " + address->host + "; nothing was sent",
              "an https address, or insecure_http: true in the context");
}

Result<ResolvedTarget> resolve_target(const TargetChoice& choice, const Config& config, const Environment& environment, Input& in,
                                      bool need_token) {
  const std::vector<Source> sources = target_sources(choice, config, environment, false);
  const Source& source = sources.front();
  ResolvedTarget target;
  target.context_from = source.from;
  if (source.is_address()) {
    target.context.url = source.value;
  } else {
    const Context* context = config.find(source.value);
    if (context == nullptr) return no_such_context(source.value, source.from, config);
    if (auto usable = check_usable(*context); !usable) return fail(std::move(usable.error()));
    target.context = *context;
  }
  const std::vector<Source> tokens = token_sources(choice, target.context, source.from, environment);
  if (tokens.empty()) return target;
  target.token_from = tokens.front().value;
  if (!need_token) return target;
  if (auto status = may_carry_secret(target.context); !status) return fail(std::move(status.error()));
  auto token = read_token(target.token_from, choice, target.context, environment, in);
  if (!token) return fail(std::move(token.error()));
  target.token = std::move(*token);
  // From now on no core dump and no other process of this user may see our memory.
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (const auto address = http::parse_address(target.context.url); address && address->is_exposed())
    target.warning = "the token is sent unencrypted to " + address->host + ", as context " + target.context.name + " allows";
  return target;
}

}  // namespace facio
