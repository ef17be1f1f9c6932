// The options of `facioctl serve`, from flags, environment and file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/streams.hpp"
#include "commands/serve/http/limits.hpp"
#include "commands/serve/http/listener.hpp"
#include "commands/serve/outbound/device_flow.hpp"
#include "commands/serve/outbound/guard.hpp"
#include "commands/serve/settings_file.hpp"

namespace facio::serve {

struct TlsOptions {
  bool automatic = false;          ///< certificates of an authority of the server's own
  std::string cert, key;           ///< PEM files
  std::string client_ca;           ///< PEM file of the authorities that clients need a certificate of; empty: they need none
  std::vector<std::string> names;  ///< for the certificate made with `automatic`
  [[nodiscard]] bool on() const { return automatic || !cert.empty(); }
};

struct ServeOptions {
  ListenAddress listen;
  TlsOptions tls;
  std::string data;  ///< directory; empty with `memory`
  bool memory = false;
  std::int64_t memory_limit_mib = 512;                   ///< of what the store holds with `memory`
  std::string workspace;                                 ///< directory of the agent's files; empty: workspace/ in the data directory
  Secret vault_key;                                      ///< from the environment
  std::string vault_key_file;                            ///< used without vault_key; made if it is missing
  Secret audit_key;                                      ///< from the environment
  std::string audit_key_file;                            ///< used without audit_key; made if it is missing
  std::string audit_beside;                              ///< what the files of checkpoint and findings begin with; empty with `memory`
  std::int64_t audit_keep_ms = 0, audit_most_bytes = 0;  ///< 0: everything stays
  std::string token_file;                                ///< as given; empty: `token`, or a new one
  Secret token;                                          ///< from the environment
  Secret a2a_token;
  std::string a2a_token_file;     ///< a systemd credential, which beats a2a_token; empty: none
  std::string client_files;       ///< directory of the command line's own configuration, with its tokens; empty: unknown
  std::string runtime_directory;  ///< private directory for a token if there is no `data`; empty: below /tmp
  int ready_fd = -1;
  std::string pid_file;
  std::int64_t rate_limit_rpm = 0;
  std::vector<std::string> allowed_origins;
  bool management = true;
  bool a2a = false;
  bool behind_proxy = false;
  bool open_v1 = false;                   ///< the OpenAI interface takes no token although others can reach it
  std::string public_url;                 ///< as reachable by others; empty: the address it listens on
  std::vector<std::string> server_names;  ///< further hosts that requests may name
  std::int64_t grace_ms = 10'000;
  std::int64_t approval_expiry_ms = 24LL * 3600 * 1000;  ///< how long a call waits for a person
  std::int64_t chat_timeout_ms = 10LL * 60 * 1000;       ///< how long an answer of the OpenAI interface may take
  unsigned threads = 0;                                  ///< 0: as many as cores, at most 2
  AllowedHosts allowed_hosts;                            ///< exempt from the guard of outbound requests
  DeviceFlow github;                                     ///< for the login of github_copilot
  bool listen_given = false;                             ///< by --listen
  std::string notify_socket;                             ///< of the service manager
  std::int64_t watchdog_us = 0;                          ///< how long it waits for a sign of life; 0: it does not
  Limits limits;

  /// Whether not only programs of this machine can reach the server.
  [[nodiscard]] bool reached_by_others() const { return !listen.loopback || behind_proxy || !public_url.empty(); }
};

using FlagValues = std::map<std::string, std::vector<std::string>, std::less<>>;

/// `values`: flags by declared name, plus `token_file` from the option that every command has. A flag beats the environment, and that the
/// file. Code::usage names the flag, the variable, or the file's line and key.
Result<ServeOptions> options_from(const FlagValues& values, const Environment& environment, const SettingsFile& file = {});

}  // namespace facio::serve
