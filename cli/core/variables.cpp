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
    "FACIOCTL_URL|*|address of the agent, instead of a context's\n"
    "FACIO_API_PORT|* serve|port of an agent on this machine, if nothing else gives one\n"
    "FACIOCTL_TOKEN_FILE|*|file that holds the token\n"
    "CREDENTIALS_DIRECTORY|* serve|systemd's credentials directory; facio-token in it is the token\n"
    "FACIOCTL_TOKEN|*|the token\n"
    "FACIO_MANAGEMENT_TOKEN|* serve|the token, for an agent on this machine or an address that was given\n"
    "FACIOCTL_OUTPUT|*|output format, such as json\n"
    "FACIOCTL_TIMEOUT|*|longest wait for an answer, such as 30s\n"
    "FACIOCTL_CONFIG|* serve|configuration file with the contexts\n"
    "FACIOCTL_PAGER|*|pager for long output on a terminal; set it to the empty string to disable paging\n"
    "FACIOCTL_CHAT_HISTORY|chat.send|off: do not keep the messages of conversations for the arrow keys\n"
    "PAGER|*|pager, if FACIOCTL_PAGER is unset\n"
    "LESS|*|options of the pager less; FRX if unset\n"
    "https_proxy|*|proxy for https agents on other machines, such as http://HOST:PORT\n"
    "HTTPS_PROXY|*|used if https_proxy is unset\n"
    "http_proxy|*|proxy for http agents on other machines\n"
    "HTTP_PROXY|*|used if http_proxy is unset\n"
    "REQUEST_METHOD|*|set by web servers; HTTP_PROXY is then ignored, as a client may have set it\n"
    "no_proxy|*|addresses that need no proxy, such as .example,10.0.0.0/8\n"
    "NO_PROXY|*|used if no_proxy is unset\n"
    "VISUAL|*|editor for the edit commands\n"
    "EDITOR|*|editor, if VISUAL is unset\n"
    "ACCESSIBLE|*|1: never redraw the screen, and never convey meaning by a symbol alone\n"
    "NO_COLOR|*|any value: no colour\n"
    "CLICOLOR|*|0: no colour\n"
    "CLICOLOR_FORCE|*|colour even if the output is not a terminal, unless it is 0\n"
    "FORCE_COLOR|*|the same as CLICOLOR_FORCE\n"
    "TERM|*|dumb: no colour, and nothing full-screen\n"
    "COLUMNS|*|width of tables and help on a terminal, instead of its own\n"
    "TZ|* serve|time zone for times you enter without one\n"
    "TZDIR|* serve|directory of the time zones, instead of /usr/share/zoneinfo\n"
    "HOME|* serve|home directory, for places that no other variable sets\n"
    "PATH|* serve|where to look for programs: plugins, editors, git, MCP servers\n"
    "TMPDIR|* serve|where files are edited, instead of /tmp; passed on to MCP servers\n"
    "XDG_CONFIG_HOME|* serve|where the configuration is: $XDG_CONFIG_HOME/facioctl/config.yaml\n"
    "XDG_DATA_HOME|context.add doctor serve serve.backup serve.restore serve.verify|where serve keeps its data: "
    "$XDG_DATA_HOME/facioctl/serve\n"
    "XDG_STATE_HOME|context.use chat.send mcp.tools adopt applies apply clone confirm diff drift forget plan rollback|where `use -` finds "
    "the previous context, chat its messages, mcp tools what it saw last, and apply what it applied: $XDG_STATE_HOME/facioctl\n"
    "XDG_CACHE_HOME|*|where names for completion are cached: $XDG_CACHE_HOME/facioctl/completion\n"
    "XDG_RUNTIME_DIR|* serve|where a token helper's result is cached, and serve --memory creates its token\n"
    "SSL_CERT_FILE|* serve|PEM file of trusted certificate authorities\n"
    "SSL_CERT_DIR|* serve|directory of trusted certificate authorities, instead of /etc/ssl/certs\n"
    "LC_ALL|providers.login mcp.login serve|character set; QR codes need UTF-8\n"
    "LC_CTYPE|providers.login mcp.login serve|used if LC_ALL is unset\n"
    "LANG|providers.login mcp.login serve|used if both are unset\n"
    "USER|approvals.approve approvals.reject approvals.watch apply clone confirm rollback serve|name recorded for whoever decides on a "
    "call, or applies a manifest\n"
    "LOGNAME|approvals.approve approvals.reject approvals.watch apply clone confirm rollback serve|used if USER is unset\n"
    "SHELL|doctor serve|shell whose completion is checked\n"
    "MANPATH|doctor|further directories to check for manual pages\n"
    "PLACET_API_KEY|placet.agents placet.set-management placet.clear-management placet.rotate-management "
    "placet.set-webhook placet.delete-webhook placet.set-subagent|Placet API key\n"
    "FACIO_MANAGEMENT_ENABLED|serve|false: do not serve the management routes\n"
    "FACIO_A2A_ENABLED|serve|true: serve the routes for other agents, like --a2a\n"
    "FACIO_A2A_TOKEN|serve|token with which other agents authenticate\n"
    "FACIO_ALLOWED_ORIGINS|serve|like --allowed-origin, separated by commas\n"
    "FACIO_SERVER_NAMES|serve|like --server-name, separated by commas\n"
    "FACIO_ALLOW_HOSTS|serve|like --allow-host, separated by commas\n"
    "FACIO_OPEN_V1|serve|true: like --open-v1\n"
    "FACIO_PUBLIC_URL|serve|like --public-url\n"
    "FACIO_RATE_LIMIT_RPM|serve|like --rate-limit-rpm\n"
    "FACIO_GITHUB_DEVICE_URL|serve|where the GitHub Copilot login starts, instead of GitHub\n"
    "FACIO_GITHUB_TOKEN_URL|serve|where that login gets its token\n"
    "FACIO_GITHUB_USER_URL|serve|where that login looks up the user's name\n"
    "FACIO_GITHUB_CLIENT_ID|serve|client id of that login\n"
    "FACIOCTL_SECRETS_KEY|serve serve.backup serve.restore serve.verify|key that encrypts stored secrets\n"
    "FACIOCTL_AUDIT_KEY|serve|key that signs the audit log\n"
    "NOTIFY_SOCKET|serve|systemd's socket, to report that the server is ready\n"
    "WATCHDOG_USEC|serve|how long systemd waits for a sign of life, in microseconds\n"
    "WATCHDOG_PID|serve|process that this is meant for\n"
    "LISTEN_FDS|serve|how many listening sockets systemd opened, from descriptor 3 on\n"
    "LISTEN_PID|serve|process that they are meant for\n"
    "LISTEN_FDNAMES|serve|their names, for messages\n"
    "JOURNAL_STREAM|serve|systemd's mark of a standard error that leads to the journal\n"
    "FACIOCTL_CONTEXT_URL||for a plugin: the address that the token is for\n"
    "FACIOCTL_TOKEN_FD||for a plugin: the file descriptor of the token, valid only for that address\n"
    "FACIOCTL_HOOK_FD||for the shell hook of `use`: where to write the name of the context\n"
    "FACIOCTL_PREVIOUS||by the shell hook of `use`: this shell's previous context, for `use -`\n"
    "FACIOCTL_SERVE_HANDOVER||for serve when it restarts: its listening sockets\n";

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
