// Which target is meant, and its token.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/contexts/contexts.hpp"
#include "cli/contexts/expand.hpp"
#include "cli/contexts/token.hpp"

namespace facio {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8900";

/// "host" of "http://user@host:8900/x", without brackets.
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

bool is_plain_http(std::string_view url) { return url.starts_with("http://") || url.starts_with("HTTP://"); }

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

tl::unexpected<Error> no_such_context(const std::string& name, const std::string& from, const Config& config) {
  std::string known;
  for (const Context& context : config.contexts) known += (known.empty() ? "" : ", ") + context.name;
  Error error(Code::usage,
              "there is no context '" + name + "' (" + from + "); " + (known.empty() ? "none is configured" : "known: " + known));
  return fail(std::move(error).with_field(from).with_hint("facioctl context add " + name + " --url URL"));
}

struct Chosen {
  Context context;
  std::string from;
};

Result<Chosen> choose(const TargetChoice& choice, const Config& config, const Environment& environment) {
  const auto named = [&](const std::string& name, std::string from) -> Result<Chosen> {
    const Context* context = config.find(name);
    if (context == nullptr) return no_such_context(name, from, config);
    return Chosen{*context, std::move(from)};
  };
  const auto anonymous = [](std::string_view url, std::string from) {
    Chosen chosen;
    chosen.context.url = url;
    chosen.from = std::move(from);
    return chosen;
  };
  if (!choice.url.empty()) return anonymous(choice.url, "--url");
  if (!choice.context.empty()) return named(choice.context, "--context");
  if (const auto url = environment.get("FACIOCTL_URL"); !url.empty()) return anonymous(url, "FACIOCTL_URL");
  if (const auto name = environment.get("FACIOCTL_CONTEXT"); !name.empty()) return named(std::string(name), "FACIOCTL_CONTEXT");
  if (std::string name = project_context(); !name.empty()) return named(name, ".facioctl");
  if (!config.current.empty()) return named(config.current, "current");
  return anonymous(kDefaultUrl, "default");
}

/// Where the token would come from; nothing is read yet.
std::string token_origin(const TargetChoice& choice, const Context& context, const std::string& from, const Environment& environment) {
  if (!choice.token_file.empty()) return "file " + choice.token_file;
  if (choice.token_stdin) return "standard input";
  if (choice.token_fd >= 0) return "file descriptor " + std::to_string(choice.token_fd);
  if (const auto file = environment.get("FACIOCTL_TOKEN_FILE"); !file.empty()) return "file " + std::string(file);
  if (!environment.get("FACIOCTL_TOKEN").empty()) return "environment FACIOCTL_TOKEN";
  const bool url_was_named = from == "--url" || from == "FACIOCTL_URL";
  if (!environment.get("FACIO_MANAGEMENT_TOKEN").empty() && (url_was_named || is_loopback(context.url)))
    return "environment FACIO_MANAGEMENT_TOKEN";
  if (!context.token.file.empty()) return "file " + context.token.file;
  if (!context.token.environment.empty()) return "environment " + context.token.environment;
  if (!context.token.exec.empty()) return "program " + context.token.exec.front();
  return {};
}

Result<Secret> read_token(const std::string& origin, const TargetChoice& choice, const Context& context, const Environment& environment,
                          Input& in) {
  if (origin.empty()) return Secret();
  if (origin.starts_with("file descriptor ")) {
    FdInput input(choice.token_fd);
    return token_from_input(input, origin);
  }
  if (origin.starts_with("file ")) return token_from_file(origin.substr(5));
  if (origin == "standard input") return token_from_input(in, origin);
  if (origin.starts_with("program ")) return token_from_program(context.token.exec);
  const std::string name = origin.substr(std::string_view("environment ").size());
  const std::string_view value = environment.get(name);
  if (value.empty())
    return fail(Code::unauthenticated, "the environment variable " + name + " that context " + context.name + " names is not set");
  return clean_token(std::string(value), origin);
}

}  // namespace

Status may_carry_secret(const Context& context) {
  if (!is_plain_http(context.url) || is_loopback(context.url) || context.insecure_http) return {};
  return fail(Code::unauthenticated, "the token would travel unencrypted to " + std::string(host_of(context.url)) + "; nothing was sent",
              "an https address, or insecure_http: true in the context");
}

Result<ResolvedTarget> resolve_target(const TargetChoice& choice, const Config& config, const Environment& environment, Input& in,
                                      bool need_token) {
  auto chosen = choose(choice, config, environment);
  if (!chosen) return fail(std::move(chosen.error()));
  ResolvedTarget target;
  target.context = std::move(chosen->context);
  target.context_from = std::move(chosen->from);
  target.token_from = token_origin(choice, target.context, target.context_from, environment);
  if (!need_token || target.token_from.empty()) return target;
  if (auto status = may_carry_secret(target.context); !status) return fail(std::move(status.error()));
  auto token = read_token(target.token_from, choice, target.context, environment, in);
  if (!token) return fail(std::move(token.error()));
  target.token = std::move(*token);
  return target;
}

}  // namespace facio
