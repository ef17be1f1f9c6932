// Named targets: the configuration file, which context is meant, and where its token comes from.
#pragma once

#include <vector>

#include "cli/core/secret.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// Where a context's token is; at most one source is set.
struct TokenSource {
  std::string file = {};
  std::string environment = {};
  std::vector<std::string> exec = {};
  std::string keyring = {};  ///< name of the entry in the desktop's keyring
  std::int64_t ttl_ms = 0;   ///< how long the answer of `exec` is valid if it does not say so itself; 0: it is not cached

  [[nodiscard]] bool empty() const { return file.empty() && environment.empty() && exec.empty() && keyring.empty(); }
  friend bool operator==(const TokenSource&, const TokenSource&) = default;
};

struct Context {
  std::string name;
  std::string kind = "facio";
  std::string url;
  TokenSource token = {};
  std::string agent = {};  ///< which agent, where the system has more than one
  std::vector<std::string> tags = {};
  std::string ca = {};
  std::string cert = {}, key = {};  ///< PEM files of the client's certificate, for https
  bool is_protected = false;
  bool readonly = false;
  bool insecure_http = false;
  int timeout_ms = 0;  ///< 0: the default
  std::string output = {};
  std::string unusable = {};  ///< with file and line, which variable in a path is not set; other contexts work nevertheless
};

/// Code::usage for a context that is unusable.
Status check_usable(const Context& context);

/// A name for the contexts that match an expression.
struct Group {
  std::string name, expression;
};

struct Config {
  std::string path;  ///< of the file, which may not exist
  bool exists = false;
  std::string current;
  std::vector<Context> contexts;
  std::vector<Group> groups;
  std::vector<std::string> warnings;  ///< unknown keys, with line numbers
  [[nodiscard]] const Context* find(std::string_view name) const;
};

/// $FACIOCTL_CONFIG, else $XDG_CONFIG_HOME/facioctl/config.yaml, else ~/.config/facioctl/config.yaml.
std::string config_path(const Environment& environment, std::string_view flag);
/// The text of the file; empty when there is none.
Result<std::string> config_file_text(const std::string& path);
/// A missing file is an empty configuration. Code::usage names file and line.
Result<Config> load_config(const std::string& path, const Environment& environment);
/// The same from a text; `path` is for messages, and what relative paths in it are relative to.
Result<Config> read_config(const std::string& text, const std::string& path, const Environment& environment);
/// Adds a context, or sets in the existing one what is set in this one. Makes it the current one if there is none, or if `make_current`.
Status save_context(const std::string& path, const Context& context, bool make_current, const Environment& environment);

/// Whether a secret may be sent to the context's address: Code::unauthenticated for plain HTTP to another machine unless that is allowed,
/// Code::usage for what is no address.
Status may_carry_secret(const Context& context);

/// What the command line says about the target.
struct TargetChoice {
  std::string context, url, token_file;
  bool token_stdin = false;
  int token_fd = -1;
  bool own_token = false;    ///< only the context's own token: where several contexts are asked, none may get another's
  bool fresh_token = false;  ///< asks a token helper again instead of using its cached answer
};

struct ResolvedTarget {
  Context context;  ///< with url filled; name empty for an anonymous one
  Secret token;
  std::string token_from;    ///< "file /…", "environment FACIOCTL_TOKEN", "" when there is none
  std::string context_from;  ///< "--context", "FACIOCTL_CONTEXT", ".facioctl", "current", "--url", …
  std::string warning;       ///< to be shown every time; empty: none
};

/// Target: --url > --context > FACIOCTL_URL > FACIOCTL_CONTEXT > .facioctl upward > current > FACIO_API_PORT > http://127.0.0.1:8900.
/// Token: --token-file, --token-stdin, --token-fd > FACIOCTL_TOKEN_FILE > $CREDENTIALS_DIRECTORY/facio-token > FACIOCTL_TOKEN >
/// FACIO_MANAGEMENT_TOKEN (loopback or named url only) > the context's own. An address given by --url never gets a context's token.
/// Code::usage for a context that is unusable. Code::unauthenticated for a token file that others can read, and for a token that would be
/// sent unencrypted to another machine. Once a token is read, no core dump is written.
Result<ResolvedTarget> resolve_target(const TargetChoice& choice, const Config& config, const Environment& environment, Input& in,
                                      bool need_token);

struct Source {
  std::string from;   ///< "--context", "FACIOCTL_CONTEXT", ".facioctl", "current", "--url", "FACIOCTL_URL", "FACIO_API_PORT", "default"
  std::string value;  ///< a context's name, or an address
  [[nodiscard]] bool is_address() const {
    return from == "--url" || from == "FACIOCTL_URL" || from == "FACIO_API_PORT" || from == "default";
  }
};

/// What names the target. The first one counts; without `all` it is the only one returned.
std::vector<Source> target_sources(const TargetChoice& choice, const Config& config, const Environment& environment, bool all);

/// Where the token of this context can come from, according to flags, variables and the context: "file /…", "environment NAME", "program
/// op", "keyring NAME", "standard input", "file descriptor N", "credential /…". The first one counts; without any there is no token.
/// `chosen_by` is the `from` of the target.
std::vector<Source> token_sources(const TargetChoice& choice, const Context& context, std::string_view chosen_by,
                                  const Environment& environment);

/// Checks an expression over tag, name, kind, url, agent, protected and readonly, e.g. `tag==eu && !name~test`. Code::usage.
Status check_group(std::string_view expression);

/// The group of all contexts, unless one of this name is configured.
inline constexpr std::string_view kAllContexts = "all";

/// The contexts of a group, given by its name or as an expression, in the file's order; possibly none. Code::usage for an unknown name and
/// a bad expression. Use them with TargetChoice::own_token, so that no token reaches another host.
Result<std::vector<const Context*>> contexts_of(const Config& config, std::string_view group);

/// $HOME, else the home directory of the user database.
std::string home_directory(const Environment& environment);
/// Where what is remembered from one command to the next is kept: $XDG_STATE_HOME/facioctl.
std::string state_directory(const Environment& environment);

/// Replaces ${NAME} by the variable (XDG_RUNTIME_DIR as in runtime_directory()) and a leading ~/. A relative result is relative to the
/// directory of `file`. Code::usage; the field is the variable when one is not set.
Result<std::string> expand_path(std::string_view path, std::string_view file, const Environment& environment);

/// $XDG_RUNTIME_DIR, else /run/user/UID if that exists, else /tmp/facioctl-UID.
std::string runtime_directory(const Environment& environment);

}  // namespace facio
