#include "commands/serve/options.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "cli/core/streams.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/address.hpp"
#include "cli/core/truth.hpp"
#include "commands/serve/authority.hpp"
#include "commands/serve/outbound/url.hpp"
#include "commands/serve/vault/key_sources.hpp"

namespace facio::serve {
namespace {

constexpr unsigned kMostThreads = 2;
constexpr std::int64_t kLongestKeepMs = 36500LL * 24 * 3600 * 1000;
constexpr std::int64_t kLeastAuditBytes = 1'000'000, kMostAuditBytes = 1'000'000'000'000'000;
constexpr std::int64_t kLongestWaitMs = 30LL * 24 * 3600 * 1000;

/// Paths are passed to programs that may run in other directories.
std::string absolute(const std::string& path) {
  std::error_code error;
  return path.empty() ? path : std::filesystem::absolute(path, error).string();
}

/// What sets one option, the strongest first: a flag by its declared name, a variable, a key of the file.
struct Knob {
  std::string_view flag = {};
  std::optional<Variable> variable = {};
  std::string_view key = {};
};

struct Source {
  const FlagValues& values;
  const Environment& environment;
  const SettingsFile& file;

  /// The value of the flag, else of the variable, else of the file's key, else ""; `name` is set to its name in error messages.
  [[nodiscard]] std::string text(const Knob& knob, std::string& name) const {
    const auto& [flag, variable, key] = knob;
    if (const auto found = values.find(flag); found != values.end() && !found->second.empty()) {
      name = "--" + std::string(flag);
      std::ranges::replace(name, '_', '-');
      return found->second.front();
    }
    if (variable && !environment.get(*variable).empty()) {
      name = info(*variable).name;
      return std::string(environment.get(*variable));
    }
    const FileSetting* setting = file.find(key);
    if (setting == nullptr) return {};
    name = file.place(*setting);
    return setting->values.front();
  }
  [[nodiscard]] std::string text(std::string_view flag) const {
    std::string name;
    return text({flag}, name);
  }
  [[nodiscard]] bool given(std::string_view flag) const { return values.find(flag) != values.end(); }
  [[nodiscard]] bool is_set(std::string_view flag) const {
    const auto found = values.find(flag);
    return found != values.end() && (found->second.empty() || (found->second.front() != "false" && found->second.front() != "0"));
  }
  /// Reads a number into `to` if one is given.
  template <class T>
  [[nodiscard]] Status number(const Knob& knob, std::int64_t least, std::int64_t most, T& to) const {
    std::string name;
    const std::string given = text(knob, name);
    std::int64_t value = 0;
    if (given.empty()) return {};
    if (!read_number(given, value) || value < least || value > most)
      return fail_field(Code::usage, name, name + ": must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    to = static_cast<T>(value);
    return {};
  }
  /// The same for what is true or false. A switch counts in both directions: --no-a2a, or --a2a=false, turns off what a variable turned on.
  [[nodiscard]] Status yes_or_no(const Knob& knob, bool& to) const {
    if (given(knob.flag)) {
      to = is_set(knob.flag);
      return {};
    }
    std::string name;
    const std::string value = text({{}, knob.variable, knob.key}, name);
    if (trimmed(value).empty()) return {};
    const auto said = truth_of(value);
    if (!said) return fail_field(Code::usage, name, name + ": must be true or false (or yes, no, on, off, 1, 0)");
    to = *said;
    return {};
  }
  [[nodiscard]] std::string_view variable(Variable one) const { return environment.get(one); }
};

/// The values of a repeatable flag, else those of a variable, else of the file; each may be a comma-separated list. `name` as for text().
std::vector<std::string> read_list(const Source& source, const Knob& knob, std::string& name) {
  std::vector<std::string> all;
  const auto add = [&](std::string_view list) {
    for (const std::string_view one : split(list, ','))
      if (!is_blank(one)) all.emplace_back(trimmed(one));
  };
  const std::string first = source.text(knob, name);
  const FileSetting* setting = source.file.find(knob.key);
  if (const auto found = source.values.find(knob.flag); found != source.values.end()) std::ranges::for_each(found->second, add);
  else if (setting != nullptr && name == source.file.place(*setting)) std::ranges::for_each(setting->values, add);
  else add(first);
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
  std::string from;
  for (std::string& name : read_list(source, {"tls_name"}, from)) add(std::move(name));
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
    return refuse("client-ca", "--client-ca needs --tls, because client certificates are part of TLS", "add --tls auto, or --tls CERT,KEY");
  if (given.empty() && source.is_set("tls_name"))
    return refuse("tls-name", "--tls-name needs --tls auto, which creates the certificate", "add --tls auto");
  if (given.empty()) return {};
  if (!options.listen.unix_path.empty())
    return refuse("tls", "--tls: a unix socket needs none, because only its owner can open it", "omit --tls, or listen on HOST:PORT");
  options.listen.tls = true;
  tls.automatic = given == "auto";
  if (tls.automatic) tls.names = certificate_names(source, options.listen);
  for (const std::string& name : tls.names)
    if (!is_certificate_name(name))
      return refuse("tls-name", "--tls-name: '" + printable(name) + "' is neither a host name nor a numeric address",
                    "give a name such as agent.example.net, or an address such as 192.0.2.7");
  if (tls.automatic) return {};
  const std::size_t comma = given.find(',');
  if (comma == std::string::npos || comma == 0 || comma + 1 == given.size() || given.find(',', comma + 1) != std::string::npos)
    return refuse("tls", "--tls: must be auto, or two files CERT,KEY", "--tls server.pem,server.key");
  if (source.is_set("tls_name"))
    return refuse("tls-name", "--tls-name needs --tls auto; a certificate from a file has its names", "omit --tls-name");
  tls.cert = absolute(given.substr(0, comma));
  tls.key = absolute(given.substr(comma + 1));
  return {};
}

Status read_listen(const Source& source, ServeOptions& options) {
  std::string given = source.text("listen"), from = "--listen";
  options.listen_given = !given.empty();
  if (given.empty()) {
    unsigned port = 8900;
    if (auto status = source.number({{}, Variable::facio_api_port, "api.port"}, 0, 65535, port); !status) return status;
    std::string host = source.text({{}, {}, "api.host"}, from);
    if (host.empty()) host = "127.0.0.1";
    given = (host.find(':') != std::string::npos && !host.starts_with('[') ? "[" + host + "]" : host) + ":" + std::to_string(port);
  }
  auto address = parse_listen_address(given);
  if (!address)
    return from == "--listen" ? Status(fail(std::move(address.error())))
                              : fail_field(Code::usage, from, from + ": is neither a numeric address nor localhost");
  options.listen = std::move(*address);
  options.listen.unix_path = absolute(options.listen.unix_path);
  options.behind_proxy = source.is_set("behind_proxy");
  if (auto status = read_tls(source, options); !status) return status;
  if (options.listen.loopback || options.behind_proxy || options.tls.on()) return {};
  return fail(
      Error(Code::usage, from + ": " + options.listen.host + " can be reached from other machines, and this server speaks plain HTTP")
          .with_field("listen")
          .with_hint("listen on 127.0.0.1, add --tls auto or --tls CERT,KEY, or use --behind-proxy if a TLS proxy is in front of it"));
}

Status read_data(const Source& source, ServeOptions& options) {
  options.memory = source.is_set("memory");
  options.data = absolute(source.text("data"));
  if (options.memory && !options.data.empty())
    return fail(Error(Code::usage, "--memory and --data cannot be combined").with_field("memory").with_hint("omit one of them"));
  if (const auto runtime = source.variable(Variable::xdg_runtime_dir); !runtime.empty())
    options.runtime_directory = std::string(runtime) + "/facioctl";
  options.workspace = absolute(source.text("workspace"));
  const auto config = source.variable(Variable::xdg_config_home);
  const auto home = source.variable(Variable::home);
  if (!config.empty() || !home.empty())
    options.client_files = (config.empty() ? std::string(home) + "/.config" : std::string(config)) + "/facioctl";
  if (options.memory || !options.data.empty()) return {};
  const auto xdg = source.variable(Variable::xdg_data_home);
  if (xdg.empty() && home.empty())
    return fail(Error(Code::usage, "no data directory: neither XDG_DATA_HOME nor HOME is set").with_hint("give --data DIR, or --memory"));
  options.data = (xdg.empty() ? std::string(home) + "/.local/share" : std::string(xdg)) + "/facioctl/serve";
  return {};
}

/// The file of a credential that systemd gave the service (LoadCredential=); empty if there is none of this name.
std::string systemd_credential(const Source& source, std::string_view name) {
  const std::string_view directory = source.variable(Variable::credentials_directory);
  if (!directory.starts_with('/')) return {};
  std::string file = std::string(directory) + "/" + std::string(name);
  std::error_code error;
  return std::filesystem::exists(file, error) ? file : std::string();
}

/// The key is outside the data directory, so that a copy of that directory reveals no secret.
Status read_vault_key(const Source& source, ServeOptions& options) {
  options.vault_key = Secret(std::string(source.variable(Variable::facioctl_secrets_key)));
  options.vault_key_file = absolute(source.text("secrets_key_file"));
  std::string from = "--secrets-key-file";
  if (options.memory) return {};
  if (options.vault_key_file.empty()) {
    options.vault_key_file = systemd_credential(source, "facioctl-secrets-key");
    from = "CREDENTIALS_DIRECTORY";
  }
  if (options.vault_key_file.empty()) {
    options.vault_key_file = options.data + ".key";  // nobody named it: the variable is enough
  } else if (!options.vault_key.empty()) {
    if (auto same = check_same_key(options.vault_key, options.vault_key_file, from); !same) return same;
    options.vault_key = Secret();  // the file, which was named, is the source
  }
  return {};
}

/// In the file a number alone is one of seconds.
Status read_duration(const Source& source, const Knob& knob, std::int64_t least, std::int64_t most, std::int64_t& to) {
  std::string shown;
  std::string given = source.text(knob, shown);
  if (given.empty()) return {};
  const bool by_flag = shown.starts_with("--");
  const std::string field = by_flag ? shown.substr(2) : std::string(knob.key);
  if (!by_flag && given.find_first_not_of("0123456789") == std::string::npos) given += 's';
  auto parsed = parse_duration(given);
  if (!parsed)
    return fail(Error(Code::usage, shown + ": " + parsed.error().message()).with_field(field).with_hint("give a duration such as 10s"));
  if (*parsed < least || (most != 0 && *parsed > most))
    return fail_field(Code::usage, field, shown + ": must be from " + format_duration(least) + " to " + format_duration(most));
  to = *parsed;
  return {};
}

/// "10GB", "512MiB"; nothing for another text.
std::optional<std::int64_t> bytes_from(std::string_view text) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {{"MB", 1'000'000},  {"GB", 1'000'000'000}, {"TB", 1'000'000'000'000},
                                                                  {"MiB", 1LL << 20}, {"GiB", 1LL << 30},    {"TiB", 1LL << 40}};
  for (const auto& [unit, size] : kUnits) {
    std::int64_t number = 0, bytes = 0;
    if (!text.ends_with(unit) || !read_number(text.substr(0, text.size() - unit.size()), number) || number < 0) continue;
    if (!__builtin_mul_overflow(number, size, &bytes)) return bytes;
  }
  return std::nullopt;
}

/// As the key of secrets; a flag beats the environment. Checkpoints stand beside the key, or where it would be.
Status read_audit(const Source& source, ServeOptions& options) {
  std::int64_t keep_ms = 0;
  if (auto status = read_duration(source, {"audit_keep"}, 1000, kLongestKeepMs, keep_ms); !status) return status;
  options.audit_keep_ms = keep_ms;
  if (const std::string given = source.text("audit_max"); !given.empty()) {
    const auto bytes = bytes_from(given);
    if (!bytes || *bytes < kLeastAuditBytes || *bytes > kMostAuditBytes)
      return fail(Error(Code::usage, "--audit-max: '" + printable(given) + "' is not a size from 1MB to 1000TB")
                      .with_field("audit-max")
                      .with_hint("give a size such as 500MB or 10GB"));
    options.audit_most_bytes = *bytes;
  }
  if (options.memory && (options.audit_keep_ms != 0 || options.audit_most_bytes != 0))
    return fail(Error(Code::usage, "--audit-keep and --audit-max cannot be combined with --memory, because archives need a data directory")
                    .with_field("memory")
                    .with_hint("give --data DIR instead of --memory"));
  options.audit_key_file = absolute(source.text("audit_key_file"));
  const bool named = !options.audit_key_file.empty();
  if (!named) options.audit_key = Secret(std::string(source.variable(Variable::facioctl_audit_key)));
  if (options.memory) return {};
  options.audit_beside = named ? options.audit_key_file : options.data + ".audit-key";
  if (named || !options.audit_key.empty()) return {};
  options.audit_key_file = systemd_credential(source, "facioctl-audit-key");
  if (options.audit_key_file.empty()) options.audit_key_file = options.audit_beside;
  return {};
}

Status read_surfaces(const Source& source, ServeOptions& options) {
  const Knob management{{}, Variable::facio_management_enabled, "api.managementEnabled"};
  if (auto status = source.yes_or_no(management, options.management); !status) return status;
  if (source.given("no_management")) options.management = !source.is_set("no_management");
  if (auto status = source.yes_or_no({"a2a", Variable::facio_a2a_enabled, "api.a2aEnabled"}, options.a2a); !status) return status;
  if (auto status = source.yes_or_no({"open_v1", Variable::facio_open_v1}, options.open_v1); !status) return status;
  std::string name;
  options.public_url = source.text({"public_url", Variable::facio_public_url}, name);
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  if (const auto url = http::parse_address(options.public_url); !options.public_url.empty() && (!url || url->scheme == http::Scheme::local))
    return fail_field(Code::usage, name, name + ": must be an address such as https://HOST");
  options.token_file = absolute(source.text("token_file"));
  if (options.token_file.empty()) options.token_file = systemd_credential(source, "facio-token");
  options.token = Secret(std::string(source.variable(Variable::facio_management_token)));
  options.a2a_token = Secret(std::string(source.variable(Variable::facio_a2a_token)));
  options.a2a_token_file = systemd_credential(source, "facio-a2a-token");
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
  std::string name;
  const auto refuse = [&](const std::string& value, const char* what, const char* hint) {
    return fail(Error(Code::usage, name + ": \"" + value + "\" is not " + what).with_field(name).with_hint(hint));
  };
  for (const std::string& given : read_list(source, {"allowed_origin", Variable::facio_allowed_origins, "api.allowedOrigins"}, name)) {
    std::string origin = lower(given);
    while (origin.ends_with('/')) origin.pop_back();
    if (!is_origin(origin)) return refuse(given, "an origin", "give scheme and host, such as https://placet.example");
    options.allowed_origins.push_back(std::move(origin));
  }
  options.server_names = read_list(source, {"server_name", Variable::facio_server_names}, name);
  for (const std::string& host : options.server_names)
    if (!is_server_name(host)) return refuse(host, "the name of a host", "give only the name, without a port, such as agent.example");
  // What the server's own certificate names is asked for by these names.
  options.server_names.insert(options.server_names.end(), options.tls.names.begin(), options.tls.names.end());
  return {};
}

Status read_outbound(const Source& source, ServeOptions& options) {
  std::string name;
  for (const std::string& host : read_list(source, {"allow_host", Variable::facio_allow_hosts}, name))
    if (auto status = options.allowed_hosts.add(host); !status)
      return fail_field(Code::usage, name, name + ": " + status.error().message());
  const struct {
    Variable variable;
    std::string* to;
    bool is_url;
  } kVariables[] = {{Variable::facio_github_device_url, &options.github.device_url, true},
                    {Variable::facio_github_token_url, &options.github.token_url, true},
                    {Variable::facio_github_user_url, &options.github.user_url, true},
                    {Variable::facio_github_client_id, &options.github.client_id, false}};
  for (const auto& [variable, to, is_url] : kVariables) {
    const std::string given(source.variable(variable));
    if (given.empty()) continue;
    if (is_url)
      if (auto parsed = parse_outbound_url(given); !parsed)
        return fail_field(Code::usage, std::string(info(variable).name),
                          std::string(info(variable).name) + ": " + parsed.error().message());
    *to = given;
  }
  return {};
}

/// What is meant for another process counts for nothing here.
void read_service_manager(const Source& source, ServeOptions& options) {
  options.notify_socket = source.variable(Variable::notify_socket);
  const std::string_view pid = source.variable(Variable::watchdog_pid);
  std::int64_t limit = 0;
  if (read_number(source.variable(Variable::watchdog_usec), limit) && limit > 0 && (pid.empty() || pid == std::to_string(::getpid())))
    options.watchdog_us = limit;
}

Status read_numbers(const Source& source, ServeOptions& options) {
  options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
  const Knob rate{"rate_limit_rpm", Variable::facio_rate_limit_rpm, "api.rateLimitRpm"};
  if (auto status = source.number(rate, 0, 1'000'000, options.rate_limit_rpm); !status) return status;
  if (auto status = source.number({"address_connections"}, 1, 4096, options.limits.connections_of_address); !status) return status;
  if (auto status = source.number({"memory_limit"}, 1, 1'048'576, options.memory_limit_mib); !status) return status;
  if (!options.memory && source.is_set("memory_limit"))
    return fail(
        Error(Code::usage, "--memory-limit needs --memory; a store on disk is limited only by the disk").with_field("memory-limit"));
  if (auto status = source.number({"ready_fd"}, 0, 1'048'576, options.ready_fd); !status) return status;
  if (auto status = source.number({"threads"}, 1, 64, options.threads); !status) return status;
  const struct {
    Knob knob;
    std::int64_t least, most;  ///< 0: no limit
    std::int64_t* to;
  } kDurations[] = {{{"grace"}, 0, 0, &options.grace_ms},
                    {{"approval_expiry"}, 1000, kLongestWaitMs, &options.approval_expiry_ms},
                    {{"chat_timeout", {}, "api.timeout"}, 1000, kLongestWaitMs, &options.chat_timeout_ms}};
  for (const auto& [knob, least, most, to] : kDurations)
    if (auto status = read_duration(source, knob, least, most, *to); !status) return status;
  return {};
}

}  // namespace

Result<ServeOptions> options_from(const FlagValues& values, const Environment& environment, const SettingsFile& file) {
  if (auto status = check_settings(file); !status) return fail(std::move(status.error()));
  const Source source{values, environment, file};
  ServeOptions options;
  for (const auto read : {read_listen, read_data, read_vault_key, read_audit, read_surfaces, read_callers, read_numbers, read_outbound})
    if (auto status = read(source, options); !status) return fail(std::move(status.error()));
  options.pid_file = source.text("pid_file");
  read_service_manager(source, options);
  return options;
}

}  // namespace facio::serve
