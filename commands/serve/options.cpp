#include "commands/serve/options.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/address.hpp"
#include "commands/serve/authority.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

constexpr unsigned kMostThreads = 2;
constexpr std::int64_t kLongestWaitMs = 30LL * 24 * 3600 * 1000;

/// Paths are passed to programs that may run in other directories.
std::string absolute(const std::string& path) {
  std::error_code error;
  return path.empty() ? path : std::filesystem::absolute(path, error).string();
}

struct Source {
  const FlagValues& values;
  const Environment& environment;

  /// The value of the flag, else of the variable, else ""; `name` is set to its name in error messages.
  [[nodiscard]] std::string text(std::string_view flag, std::string_view variable, std::string& name) const {
    if (const auto found = values.find(flag); found != values.end() && !found->second.empty()) {
      name = "--" + std::string(flag);
      std::ranges::replace(name, '_', '-');
      return found->second.front();
    }
    name = variable;
    return variable.empty() ? std::string{} : std::string(environment.get(variable));
  }
  [[nodiscard]] std::string text(std::string_view flag) const {
    std::string name;
    return text(flag, {}, name);
  }
  [[nodiscard]] bool is_set(std::string_view flag) const {
    const auto found = values.find(flag);
    return found != values.end() && (found->second.empty() || (found->second.front() != "false" && found->second.front() != "0"));
  }
  /// Reads a number into `to` if one is given.
  template <class T>
  [[nodiscard]] Status number(std::string_view flag, std::string_view variable, std::int64_t least, std::int64_t most, T& to) const {
    std::string name;
    const std::string given = text(flag, variable, name);
    std::int64_t value = 0;
    if (given.empty()) return {};
    if (!read_number(given, value) || value < least || value > most)
      return fail_field(Code::usage, name, name + ": must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    to = static_cast<T>(value);
    return {};
  }
  /// The same for a variable that is true or false.
  [[nodiscard]] Status variable_flag(std::string_view variable, bool& to) const {
    const std::string_view value = environment.get(variable);
    const bool yes = value == "1" || value == "true" || value == "yes" || value == "on";
    if (!yes && !value.empty() && value != "0" && value != "false" && value != "no" && value != "off")
      return fail_field(Code::usage, std::string(variable), std::string(variable) + ": must be true or false");
    if (!value.empty()) to = yes;
    return {};
  }
  [[nodiscard]] std::string_view variable(std::string_view name) const { return environment.get(name); }
};

/// The values of a repeatable flag, else those of a variable; each may be a comma-separated list.
std::vector<std::string> read_list(const Source& source, std::string_view flag, std::string_view variable) {
  std::vector<std::string> all;
  const auto add = [&](std::string_view list) {
    for (const std::string_view one : split(list, ','))
      if (!is_blank(one)) all.emplace_back(trimmed(one));
  };
  if (const auto found = source.values.find(flag); found != source.values.end()) std::ranges::for_each(found->second, add);
  else if (!variable.empty()) add(source.variable(variable));
  return all;
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string();
}

/// What a certificate made here is for, each name once: this machine by all its names, the address that the server listens on, and what
/// the user names.
std::vector<std::string> certificate_names(const Source& source, const ListenAddress& listen) {
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  const auto add = [&names](std::string name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  };
  if (listen.host != "0.0.0.0" && listen.host != "::") add(listen.host);
  if (std::string name = host_name(); is_certificate_name(name)) add(std::move(name));
  for (std::string& name : read_list(source, "tls_name", {})) add(std::move(name));
  if (const auto url = http::parse_address(source.text("public_url")); url && is_certificate_name(url->host)) add(url->host);
  return names;
}

Status read_tls(const Source& source, ServeOptions& options) {
  TlsOptions& tls = options.tls;
  const auto refuse = [](const char* field, std::string message, std::string hint) {
    return fail(Error(Code::usage, std::move(message)).with_field(field).with_hint(std::move(hint)));
  };
  const std::string given = source.text("tls");
  tls.client_ca = absolute(source.text("client_ca"));
  if (given.empty() && !tls.client_ca.empty())
    return refuse("client-ca", "--client-ca needs --tls: only TLS shows a client's certificate", "add --tls auto, or --tls CERT,KEY");
  if (given.empty() && source.is_set("tls_name"))
    return refuse("tls-name", "--tls-name needs --tls auto, which makes the certificate", "add --tls auto");
  if (given.empty()) return {};
  if (!options.listen.unix_path.empty())
    return refuse("tls", "--tls: a unix socket needs none; its file lets in its owner alone", "leave --tls out, or listen on HOST:PORT");
  options.listen.tls = true;
  tls.automatic = given == "auto";
  if (tls.automatic) tls.names = certificate_names(source, options.listen);
  for (const std::string& name : tls.names)
    if (!is_certificate_name(name))
      return refuse("tls-name", "--tls-name: '" + printable(name) + "' is neither a host name nor a numeric address",
                    "give a name as agent.example.net, or an address as 192.0.2.7");
  if (tls.automatic) return {};
  const std::size_t comma = given.find(',');
  if (comma == std::string::npos || comma == 0 || comma + 1 == given.size())
    return refuse("tls", "--tls: must be auto, or two files as CERT,KEY", "--tls server.pem,server.key");
  if (source.is_set("tls_name"))
    return refuse("tls-name", "--tls-name needs --tls auto; a certificate from a file has its names", "leave --tls-name out");
  tls.cert = absolute(given.substr(0, comma));
  tls.key = absolute(given.substr(comma + 1));
  return {};
}

Status read_listen(const Source& source, ServeOptions& options) {
  const std::string given = source.text("listen");
  if (!given.empty()) {
    auto address = parse_listen_address(given);
    if (!address) return fail(std::move(address.error()));
    options.listen = std::move(*address);
    options.listen.unix_path = absolute(options.listen.unix_path);
  } else {
    unsigned port = 8900;
    if (auto status = source.number("", "FACIO_API_PORT", 0, 65535, port); !status) return status;
    options.listen.port = std::to_string(port);
  }
  options.behind_proxy = source.is_set("behind_proxy");
  if (auto status = read_tls(source, options); !status) return status;
  if (options.listen.loopback || options.behind_proxy || options.tls.on()) return {};
  return fail(
      Error(Code::usage, "--listen: " + options.listen.host + " can be reached from other machines, and this server speaks plain HTTP")
          .with_field("listen")
          .with_hint("listen on 127.0.0.1, add --tls auto or --tls CERT,KEY, or --behind-proxy when a proxy with TLS stands before it"));
}

Status read_data(const Source& source, ServeOptions& options) {
  options.memory = source.is_set("memory");
  options.data = absolute(source.text("data"));
  if (options.memory && !options.data.empty())
    return fail(Error(Code::usage, "--memory and --data exclude each other").with_field("memory").with_hint("leave one of them out"));
  if (const auto runtime = source.variable("XDG_RUNTIME_DIR"); !runtime.empty())
    options.runtime_directory = std::string(runtime) + "/facioctl";
  options.workspace = absolute(source.text("workspace"));
  const auto config = source.variable("XDG_CONFIG_HOME");
  const auto home = source.variable("HOME");
  if (!config.empty() || !home.empty())
    options.client_files = (config.empty() ? std::string(home) + "/.config" : std::string(config)) + "/facioctl";
  if (options.memory || !options.data.empty()) return {};
  const auto xdg = source.variable("XDG_DATA_HOME");
  if (xdg.empty() && home.empty())
    return fail(Error(Code::usage, "no data directory: neither XDG_DATA_HOME nor HOME is set").with_hint("give --data DIR, or --memory"));
  options.data = (xdg.empty() ? std::string(home) + "/.local/share" : std::string(xdg)) + "/facioctl/serve";
  return {};
}

/// The key is outside the data directory, so that a copy of that directory reveals no secret.
Status read_vault_key(const Source& source, ServeOptions& options) {
  options.vault_key = Secret(std::string(source.variable("FACIOCTL_SECRETS_KEY")));
  options.vault_key_file = absolute(source.text("secrets_key_file"));
  if (!options.vault_key_file.empty() || options.memory) return {};
  if (const auto given = source.variable("CREDENTIALS_DIRECTORY"); !given.empty()) {
    const std::string file = std::string(given) + "/facioctl-secrets-key";
    std::error_code error;
    if (std::filesystem::exists(file, error)) options.vault_key_file = file;
  }
  if (options.vault_key_file.empty()) options.vault_key_file = options.data + ".key";
  return {};
}

Status read_surfaces(const Source& source, ServeOptions& options) {
  if (auto status = source.variable_flag("FACIO_MANAGEMENT_ENABLED", options.management); !status) return status;
  if (auto status = source.variable_flag("FACIO_A2A_ENABLED", options.a2a); !status) return status;
  options.management = options.management && !source.is_set("no_management");
  options.a2a = options.a2a || source.is_set("a2a");
  if (auto status = source.variable_flag("FACIO_OPEN_V1", options.open_v1); !status) return status;
  options.open_v1 = options.open_v1 || source.is_set("open_v1");
  std::string name;
  options.public_url = source.text("public_url", "FACIO_PUBLIC_URL", name);
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  if (const auto url = http::parse_address(options.public_url); !options.public_url.empty() && (!url || url->scheme == http::Scheme::local))
    return fail_field(Code::usage, name, name + ": must be an address as https://HOST");
  options.token_file = absolute(source.text("token_file"));
  options.token = Secret(std::string(source.variable("FACIO_MANAGEMENT_TOKEN")));
  options.a2a_token = Secret(std::string(source.variable("FACIO_A2A_TOKEN")));
  return {};
}

/// "https://placet.example:8443"; also of other schemes, as browsers' extensions have them.
bool is_origin(std::string_view text) {
  if (text == "*" || text == "null") return true;
  const auto scheme = text.find("://");
  return scheme != std::string_view::npos && scheme + 3 < text.size() && text.find_first_of("/?#", scheme + 3) == std::string_view::npos;
}

/// A name or a numeric address, without a port.
bool is_server_name(std::string_view text) {
  const auto fits = [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == ':'; };
  return std::ranges::all_of(text, fits) && std::ranges::count(text, ':') != 1;
}

/// Where web pages that may call come from, and the hosts that requests may name.
Status read_callers(const Source& source, ServeOptions& options) {
  const auto refuse = [&](std::string_view flag, std::string_view variable, const std::string& value, const char* what, const char* hint) {
    std::string name = source.values.contains(flag) ? "--" + std::string(flag) : std::string(variable);
    if (name.starts_with("--")) std::ranges::replace(name, '_', '-');
    return fail(Error(Code::usage, name + ": \"" + value + "\" is not " + what).with_field(name).with_hint(hint));
  };
  for (const std::string& given : read_list(source, "allowed_origin", "FACIO_ALLOWED_ORIGINS")) {
    std::string origin = lower(given);
    while (origin.ends_with('/')) origin.pop_back();
    if (!is_origin(origin))
      return refuse("allowed_origin", "FACIO_ALLOWED_ORIGINS", given, "an origin", "give scheme and host, as https://placet.example");
    options.allowed_origins.push_back(std::move(origin));
  }
  options.server_names = read_list(source, "server_name", "FACIO_SERVER_NAMES");
  for (const std::string& host : options.server_names)
    if (!is_server_name(host))
      return refuse("server_name", "FACIO_SERVER_NAMES", host, "the name of a host",
                    "give the name alone, without a port, as agent.example");
  // What the server's own certificate names is asked for by these names.
  options.server_names.insert(options.server_names.end(), options.tls.names.begin(), options.tls.names.end());
  return {};
}

Status read_outbound(const Source& source, ServeOptions& options) {
  const std::string name = source.values.contains("allow_host") ? "--allow-host" : "FACIO_ALLOW_HOSTS";
  for (const std::string& host : read_list(source, "allow_host", "FACIO_ALLOW_HOSTS"))
    if (auto status = options.allowed_hosts.add(host); !status)
      return fail_field(Code::usage, name, name + ": " + status.error().message());
  const struct {
    std::string_view variable;
    std::string* to;
    bool is_url;
  } kVariables[] = {{"FACIO_GITHUB_DEVICE_URL", &options.github.device_url, true},
                    {"FACIO_GITHUB_TOKEN_URL", &options.github.token_url, true},
                    {"FACIO_GITHUB_USER_URL", &options.github.user_url, true},
                    {"FACIO_GITHUB_CLIENT_ID", &options.github.client_id, false}};
  for (const auto& [variable, to, is_url] : kVariables) {
    const std::string given(source.variable(variable));
    if (given.empty()) continue;
    if (is_url)
      if (auto parsed = parse_outbound_url(given); !parsed)
        return fail_field(Code::usage, std::string(variable), std::string(variable) + ": " + parsed.error().message());
    *to = given;
  }
  return {};
}

Status read_duration(const std::string& given, const std::string& shown, std::int64_t least, std::int64_t most, std::int64_t& to) {
  if (given.empty()) return {};
  auto parsed = parse_duration(given);
  if (!parsed)
    return fail(
        Error(Code::usage, shown + ": " + parsed.error().message()).with_field(shown.substr(2)).with_hint("give a duration, as 10s"));
  if (*parsed < least || (most != 0 && *parsed > most))
    return fail_field(Code::usage, shown.substr(2), shown + ": must be from " + format_duration(least) + " to " + format_duration(most));
  to = *parsed;
  return {};
}

Status read_numbers(const Source& source, ServeOptions& options) {
  options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
  if (auto status = source.number("rate_limit_rpm", "FACIO_RATE_LIMIT_RPM", 0, 1'000'000, options.rate_limit_rpm); !status) return status;
  if (auto status = source.number("address_connections", {}, 1, 4096, options.limits.connections_of_address); !status) return status;
  if (auto status = source.number("ready_fd", {}, 0, 1'048'576, options.ready_fd); !status) return status;
  if (auto status = source.number("threads", {}, 1, 64, options.threads); !status) return status;
  const struct {
    std::string_view flag, shown;
    std::int64_t least, most;  ///< 0: no limit
    std::int64_t* to;
  } kDurations[] = {{"grace", "--grace", 0, 0, &options.grace_ms},
                    {"approval_expiry", "--approval-expiry", 1000, kLongestWaitMs, &options.approval_expiry_ms},
                    {"chat_timeout", "--chat-timeout", 1000, kLongestWaitMs, &options.chat_timeout_ms}};
  for (const auto& [flag, shown, least, most, to] : kDurations)
    if (auto status = read_duration(source.text(flag), std::string(shown), least, most, *to); !status) return status;
  return {};
}

}  // namespace

Result<ServeOptions> options_from(const FlagValues& values, const Environment& environment) {
  const Source source{values, environment};
  ServeOptions options;
  for (const auto read : {read_listen, read_data, read_vault_key, read_surfaces, read_callers, read_numbers, read_outbound})
    if (auto status = read(source, options); !status) return fail(std::move(status.error()));
  options.pid_file = source.text("pid_file");
  options.notify_socket = environment.get("NOTIFY_SOCKET");
  return options;
}

}  // namespace facio::serve
