// Named targets: the configuration file, which context is meant, and where its token comes from (anchors: kubectl contexts).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// Where a context's token is; at most one is set.
struct TokenSource {
  std::string file, environment;
  std::vector<std::string> exec;
};

struct Context {
  std::string name;
  std::string kind = "facio";
  std::string url;
  std::string agent;  ///< which agent behind the address, for systems that have several
  TokenSource token;
  std::string ca;
  bool is_protected = false;
  bool readonly = false;
  bool insecure_http = false;
  int timeout_ms = 0;  ///< 0: the default
  std::string output;
};

struct Config {
  std::string path;  ///< of the file, also when it does not exist
  bool exists = false;
  std::string current;
  std::vector<Context> contexts;
  std::vector<std::string> warnings;  ///< unknown keys, with line numbers
  [[nodiscard]] const Context* find(std::string_view name) const;
};

/// $FACIOCTL_CONFIG, else $XDG_CONFIG_HOME/facioctl/config.yaml, else ~/.config/facioctl/config.yaml.
std::string config_path(const Environment& environment, std::string_view flag);
/// A file that does not exist is an empty configuration. Code::usage names file and line.
Result<Config> load_config(const std::string& path, const Environment& environment);
/// Adds or replaces one context and writes the file atomically with mode 0600; makes it current when there is no current one or `make_current`.
Status save_context(const std::string& path, const Context& context, bool make_current, const Environment& environment);

/// Whether a secret may travel to the context's address. Code::unauthenticated for plain HTTP to another machine that was not allowed.
Status may_carry_secret(const Context& context);

/// What the command line and the environment say about the target.
struct TargetChoice {
  std::string context, url, token_file;
  bool token_stdin = false;
  int token_fd = -1;
};

struct ResolvedTarget {
  Context context;  ///< with url filled; name empty for an anonymous one
  Secret token;
  std::string token_from;    ///< "file /…", "environment FACIOCTL_TOKEN", "" when there is none
  std::string context_from;  ///< "--context", "FACIOCTL_CONTEXT", ".facioctl", "current", "--url", …
};

/// Choice: --url > --context > FACIOCTL_URL > FACIOCTL_CONTEXT > .facioctl upward > current > http://127.0.0.1:8900.
/// Token: --token-file, --token-stdin, --token-fd > FACIOCTL_TOKEN_FILE > FACIOCTL_TOKEN > FACIO_MANAGEMENT_TOKEN (loopback or named url only) > the context's own.
/// An address given by --url never gets a named context's token. Code::unauthenticated for a token file that others can read.
Result<ResolvedTarget> resolve_target(const TargetChoice& choice, const Config& config, const Environment& environment, Input& in,
                                      bool need_token);

}  // namespace facio
