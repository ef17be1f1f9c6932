#include "cli/core/variables.hpp"

#include <algorithm>
#include <array>

#include "cli/core/text.hpp"

namespace facio {
namespace {

using enum Variable;

/// One line each, in the order of the enumeration: NAME|READERS|MEANING. A text and no array of texts, whose addresses would all have to be
/// set at each start.
constexpr std::string_view kRows =
    "FACIOCTL_CONTEXT|*|context to use\n"
    "FACIOCTL_URL|*|address to talk to, without a context\n"
    "FACIO_API_PORT|* serve|port of an agent on this machine, when nothing else names one\n"
    "FACIOCTL_TOKEN_FILE|*|file that holds the token\n"
    "CREDENTIALS_DIRECTORY|* serve|systemd's directory of credentials: facio-token is the token\n"
    "FACIOCTL_TOKEN|*|the token\n"
    "FACIO_MANAGEMENT_TOKEN|* serve|the token, for an agent on this machine or an address that was named\n"
    "FACIOCTL_OUTPUT|*|output format, as json\n"
    "FACIOCTL_TIMEOUT|*|longest wait for an answer, as 30s\n"
    "FACIOCTL_CONFIG|* serve|configuration file, which has the contexts\n"
    "FACIOCTL_PAGER|*|program that shows long text on a terminal; set to nothing: none\n"
    "PAGER|*|the same, for every program; FACIOCTL_PAGER comes before it\n"
    "LESS|*|options of the pager less; unset: FRX\n"
    "https_proxy|*|proxy on the way to agents by https, as http://HOST:PORT; never to this machine\n"
    "HTTPS_PROXY|*|the same, when https_proxy is not set\n"
    "http_proxy|*|proxy on the way to agents by http\n"
    "HTTP_PROXY|*|the same, when http_proxy is not set\n"
    "REQUEST_METHOD|*|set by web servers: then HTTP_PROXY may come from whoever asks, and is not used\n"
    "no_proxy|*|addresses without a proxy, as .example,10.0.0.0/8\n"
    "NO_PROXY|*|the same, when no_proxy is not set\n"
    "VISUAL|*|editor of commands that edit\n"
    "EDITOR|*|the same, when VISUAL is not set\n"
    "ACCESSIBLE|*|1: nothing is painted over, and no sign alone has a meaning\n"
    "NO_COLOR|*|no colours\n"
    "CLICOLOR_FORCE|*|colours also when the output is no terminal; 0: not\n"
    "FORCE_COLOR|*|the same\n"
    "TERM|*|dumb: no colours, and nothing that fills the screen\n"
    "COLUMNS|*|width of tables on a terminal, in place of its own\n"
    "TZ|* serve|zone of times that are typed without one\n"
    "TZDIR|* serve|directory of the time zones, in place of /usr/share/zoneinfo\n"
    "HOME|* serve|home directory, for the places that no other variable names\n"
    "PATH|* serve|where programs are looked for: plugins, editors, git, servers of MCP\n"
    "TMPDIR|* serve|where files are edited, in place of /tmp; passed on to servers of MCP\n"
    "XDG_CONFIG_HOME|* serve|where the configuration is: $XDG_CONFIG_HOME/facioctl/config.yaml\n"
    "XDG_DATA_HOME|context.add doctor serve serve.backup serve.restore serve.verify|where serve keeps its data: "
    "$XDG_DATA_HOME/facioctl/serve\n"
    "XDG_STATE_HOME|context.use|where `use -` finds the context before: $XDG_STATE_HOME/facioctl\n"
    "XDG_CACHE_HOME|*|where names for completion are kept: $XDG_CACHE_HOME/facioctl/completion\n"
    "XDG_RUNTIME_DIR|* serve|where a token helper's answer is kept, and the token of serve --memory is made\n"
    "SSL_CERT_FILE|* serve|PEM file of the authorities to trust\n"
    "SSL_CERT_DIR|* serve|directory of the authorities to trust, in place of /etc/ssl/certs\n"
    "LC_ALL|providers.login mcp.login serve|character set: UTF-8 lets QR codes be drawn\n"
    "LC_CTYPE|providers.login mcp.login serve|the same, when LC_ALL is not set\n"
    "LANG|providers.login mcp.login serve|the same, when neither is set\n"
    "USER|approvals.approve approvals.reject approvals.watch serve|who decides about a call, as it is recorded\n"
    "LOGNAME|approvals.approve approvals.reject approvals.watch serve|the same, when USER is not set\n"
    "SHELL|doctor serve|shell whose completion is looked for\n"
    "MANPATH|doctor|where the manual pages are looked for, too\n"
    "PLACET_API_KEY|placet.agents placet.set-management placet.clear-management placet.rotate-management "
    "placet.set-webhook placet.delete-webhook placet.set-subagent|API key of an agent at Placet\n"
    "FACIO_MANAGEMENT_ENABLED|serve|false: the management routes are not mounted\n"
    "FACIO_A2A_ENABLED|serve|true: the routes for other agents are mounted, as with --a2a\n"
    "FACIO_A2A_TOKEN|serve|token of requests by other agents\n"
    "FACIO_ALLOWED_ORIGINS|serve|as --allowed-origin, joined by commas\n"
    "FACIO_SERVER_NAMES|serve|as --server-name, joined by commas\n"
    "FACIO_ALLOW_HOSTS|serve|as --allow-host, joined by commas\n"
    "FACIO_OPEN_V1|serve|true: as --open-v1\n"
    "FACIO_PUBLIC_URL|serve|as --public-url\n"
    "FACIO_RATE_LIMIT_RPM|serve|as --rate-limit-rpm\n"
    "FACIO_GITHUB_DEVICE_URL|serve|where the login of GitHub Copilot begins, in place of GitHub\n"
    "FACIO_GITHUB_TOKEN_URL|serve|where that login gets its token\n"
    "FACIO_GITHUB_USER_URL|serve|where that login asks for the user's name\n"
    "FACIO_GITHUB_CLIENT_ID|serve|the application that the login is for\n"
    "FACIOCTL_SECRETS_KEY|serve serve.backup serve.restore serve.verify|the key that seals stored secrets\n"
    "FACIOCTL_AUDIT_KEY|serve|the key that signs the audit log\n"
    "NOTIFY_SOCKET|serve|systemd's socket, which is told when the server is ready\n"
    "FACIOCTL_CONTEXT_URL||for a plugin: the address that the token is for\n"
    "FACIOCTL_TOKEN_FD||for a plugin: the file descriptor of the token, for that address alone\n"
    "FACIOCTL_HOOK_FD||for the shell hook of `use`: where the name of the context goes\n"
    "FACIOCTL_PREVIOUS||by the shell hook of `use`: this shell's context before, for `use -`\n"
    "FACIOCTL_SERVE_HANDOVER||for serve when it starts again: its listening sockets\n";

constexpr std::size_t kVariables = static_cast<std::size_t>(facioctl_serve_handover) + 1;
static_assert(std::ranges::count(kRows, '\n') == static_cast<std::ptrdiff_t>(kVariables), "each variable has a row");

std::array<VariableInfo, kVariables> read_rows() noexcept {
  std::array<VariableInfo, kVariables> table;
  std::string_view rest = kRows;
  for (std::size_t i = 0; i < kVariables; ++i) {
    std::string_view line = split_off(rest, '\n');
    const std::string_view name = split_off(line, '|'), readers = split_off(line, '|');
    table[i] = {static_cast<Variable>(i), name, readers, line};
  }
  return table;
}

const std::array<VariableInfo, kVariables>& table() noexcept {
  static const std::array<VariableInfo, kVariables> rows = read_rows();
  return rows;
}

}  // namespace

bool VariableInfo::is_read_by(std::string_view reader) const noexcept {
  for (std::string_view rest = readers; !rest.empty();)
    if (split_off(rest, ' ') == reader) return true;
  return false;
}

const VariableInfo& info(Variable variable) noexcept { return table()[static_cast<std::size_t>(variable)]; }

std::span<const VariableInfo> variable_table() noexcept { return table(); }

}  // namespace facio
