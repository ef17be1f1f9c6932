// Named targets: the configuration file, which context is meant, and where its token comes from (anchors: kubectl contexts).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// Where a context's token is; at most one source is set.
struct TokenSource {
  std::string file = {};
  std::string environment = {};
  std::vector<std::string> exec = {};
  std::string keyring = {};  ///< name of the entry in the desktop's keyring
  std::int64_t ttl_ms = 0;   ///< how long the answer of `exec` is good when it does not say so itself; 0: it is not kept

  [[nodiscard]] bool empty() const { return file.empty() && environment.empty() && exec.empty() && keyring.empty(); }
  friend bool operator==(const TokenSource&, const TokenSource&) = default;
};

struct Context {
  std::string name;
  std::string kind = "facio";
  std::string url;
  TokenSource token = {};
  std::string agent = {};  ///< which of several agents, where the system has more than one
  std::vector<std::string> tags = {};
  std::string ca = {};
  std::string cert = {}, key = {};  ///< PEM files of the client's certificate, for https
  bool is_protected = false;
  bool readonly = false;
  bool insecure_http = false;
  int timeout_ms = 0;  ///< 0: the default
  std::string output = {};
};

/// A name for those contexts that meet an expression; see groups.hpp.
struct Group {
  std::string name, expression;
};

struct Config {
  std::string path;  ///< of the file, also when it does not exist
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
/// A file that does not exist is an empty configuration. Code::usage names file and line.
Result<Config> load_config(const std::string& path, const Environment& environment);
/// The same from a text; `path` is named in messages, and paths in it are relative to that.
Result<Config> read_config(const std::string& text, const std::string& path, const Environment& environment);
/// Adds a context, or sets in one what is set in this one; everything else in the file stays. Makes it current when there is no current one
/// or `make_current`.
Status save_context(const std::string& path, const Context& context, bool make_current, const Environment& environment);

/// Whether a secret may travel to the context's address. Code::unauthenticated for plain HTTP to another machine that was not allowed.
Status may_carry_secret(const Context& context);

/// What the command line and the environment say about the target.
struct TargetChoice {
  std::string context, url, token_file;
  bool token_stdin = false;
  int token_fd = -1;
  bool own_token = false;    ///< the context's own token only: set where several contexts are asked, so that none gets another's
  bool fresh_token = false;  ///< a token helper is asked again, whatever it said before
};

struct ResolvedTarget {
  Context context;  ///< with url filled; name empty for an anonymous one
  Secret token;
  std::string token_from;    ///< "file /…", "environment FACIOCTL_TOKEN", "" when there is none
  std::string context_from;  ///< "--context", "FACIOCTL_CONTEXT", ".facioctl", "current", "--url", …
  std::string warning;       ///< to be told each time; empty: none
};

/// Choice: --url > --context > FACIOCTL_URL > FACIOCTL_CONTEXT > .facioctl upward > current > FACIO_API_PORT > http://127.0.0.1:8900.
/// Token: --token-file, --token-stdin, --token-fd > FACIOCTL_TOKEN_FILE > $CREDENTIALS_DIRECTORY/facio-token > FACIOCTL_TOKEN >
/// FACIO_MANAGEMENT_TOKEN (loopback or named url only) > the context's own.
/// An address given by --url never gets a named context's token. Code::unauthenticated for a token file that others can read, and for a
/// token that would travel in the clear to another machine. Where a token is held, no core dump is written.
Result<ResolvedTarget> resolve_target(const TargetChoice& choice, const Config& config, const Environment& environment, Input& in,
                                      bool need_token);

}  // namespace facio
