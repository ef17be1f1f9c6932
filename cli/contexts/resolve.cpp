// Which target is meant, and its token.
#include <sys/prctl.h>

#include "cli/contexts/choice.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/keyring.hpp"
#include "cli/contexts/token.hpp"
#include "cli/contexts/token_cache.hpp"

namespace facio {
namespace {

bool is_plain_http(std::string_view url) { return url.starts_with("http://") || url.starts_with("HTTP://"); }

tl::unexpected<Error> no_such_context(const std::string& name, const std::string& from, const Config& config) {
  std::string known;
  for (const Context& context : config.contexts) known += (known.empty() ? "" : ", ") + context.name;
  Error error(Code::usage,
              "there is no context '" + name + "' (" + from + "); " + (known.empty() ? "none is configured" : "known: " + known));
  return fail(std::move(error).with_field(from).with_hint("facioctl context add " + name + " --url URL"));
}

/// The kind of a source and what it is about: "file", "/run/t".
std::string_view after(std::string_view origin, std::string_view kind) {
  return origin.starts_with(kind) ? origin.substr(kind.size()) : std::string_view{};
}

Result<Secret> from_environment(const std::string& name, const Context& context, const Environment& environment,
                                const std::string& origin) {
  const std::string_view value = environment.get(name);
  if (value.empty())
    return fail(Code::unauthenticated, "the environment variable " + name + " that context " + context.name + " names is not set",
                "export " + name + "=…, or another source: facioctl auth login " + context.name);
  return clean_token(std::string(value), origin);
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
  if (const auto name = after(origin, "keyring "); !name.empty()) return token_from_keyring(std::string(name), context.name);
  return from_environment(std::string(after(origin, "environment ")), context, environment, origin);
}

}  // namespace

Status may_carry_secret(const Context& context) {
  if (!is_plain_http(context.url) || is_loopback(context.url) || context.insecure_http) return {};
  return fail(Code::unauthenticated, "the token would travel unencrypted to " + std::string(host_of(context.url)) + "; nothing was sent",
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
    target.context = *context;
  }
  const std::vector<Source> tokens = token_sources(choice, target.context, source.from, environment);
  if (tokens.empty()) return target;
  target.token_from = tokens.front().value;
  if (!need_token) return target;
  const bool open = is_plain_http(target.context.url) && !is_loopback(target.context.url);
  const std::string host(host_of(target.context.url));
  if (auto status = may_carry_secret(target.context); !status) return fail(std::move(status.error()));
  auto token = read_token(target.token_from, choice, target.context, environment, in);
  if (!token) return fail(std::move(token.error()));
  target.token = std::move(*token);
  // From here on no core dump and no other process of this user may look inside.
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (open) target.warning = "the token travels unencrypted to " + host + ", as context " + target.context.name + " allows";
  return target;
}

}  // namespace facio
