// The named rules for strings, and what documents say of the formats.
#include <algorithm>
#include <array>

#include "cli/core/text.hpp"
#include "cli/core/usage_groups.hpp"
#include "cli/core/validate.hpp"

namespace facio {
namespace {

bool all(std::string_view text, std::size_t most, bool (*allowed)(char)) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, allowed);
}
bool is_name_character(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
bool is_control(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }
bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

bool is_key(std::string_view text) {
  return all(text, 128, [](char c) { return is_alphanumeric(c) || c == '_'; }) && !is_digit(text.front());
}

/// Takes an http or https scheme with "://" off the front.
bool take_scheme(std::string_view& url) {
  const std::string scheme = lower(url.substr(0, std::min(url.find("://"), url.size())));
  if (scheme != "http" && scheme != "https") return false;
  url.remove_prefix(scheme.size());
  if (!url.starts_with("://")) return false;
  url.remove_prefix(3);
  return true;
}

bool is_host_and_port(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos ||
        !all(text.substr(1, end - 1), 45, [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; }))
      return false;
    text.remove_prefix(end + 1);
  } else {
    const std::string_view host = text.substr(0, text.find(':'));
    const auto inner = [](char c) { return is_name_character(c) || c == '.'; };
    if (!all(host, 253, inner) || !is_alphanumeric(host.front()) || !is_alphanumeric(host.back())) return false;
    text.remove_prefix(host.size());
  }
  return text.empty() || (text.starts_with(':') && all(text.substr(1), 5, is_digit));
}

/// An http address of any form; what cannot be connected to is told by the connection.
bool is_http_any(std::string_view url) {
  return take_scheme(url) && !url.empty() && url.front() != '/' &&
         std::ranges::none_of(url, [](char c) { return c == ' ' || is_control(c); });
}

/// An http address without a fragment, user name and backslash; `query`: it may have one.
bool is_http_url(std::string_view url, bool query) {
  if (!take_scheme(url)) return false;
  const auto end = std::min(url.find_first_of("/?"), url.size());
  const std::string_view rest = url.substr(end);
  return is_host_and_port(url.substr(0, end)) && std::ranges::all_of(rest, is_visible) &&
         rest.find_first_of(query ? "#\\" : "#\\?") == std::string_view::npos;
}

bool is_proxy(std::string_view text) {
  if (text == "***" || text.starts_with("${credentials.")) return true;
  for (const std::string_view scheme : {"http://", "https://", "socks4://", "socks5://"})
    if (text.starts_with(scheme)) return text.size() > scheme.size() && text.find(' ') == std::string_view::npos;
  return false;
}

bool is_group_list(std::string_view text) {
  while (!text.empty())
    if (const std::string_view word = split_off(text, ','); !word.empty() && !is_usage_group(word)) return false;
  return true;
}

/// Names apart by slashes, of which the first begins with a capital: whether there is such a zone is for others to say.
bool is_zone_like(std::string_view text) {
  if (!is_upper(text.front())) return false;
  for (bool more = true; more;) {
    more = text.find('/') != std::string_view::npos;
    const std::string_view part = split_off(text, '/');
    if (!all(part, part.size(), [](char c) { return is_name_character(c) || c == '+'; }) || !is_letter(part.front())) return false;
  }
  return true;
}

#define HOST R"(([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{1,45}\])(:[0-9]{1,5})?)"
/// Name, expression and text of each rule, apart by tabs: in one text, of which nothing is relocated at start.
constexpr std::string_view kTexts =
    "key\t"
    "^[A-Za-z_][A-Za-z0-9_]{0,127}$\t\n"
    "secret-key\t"
    "^(?!providers$)[A-Za-z_][A-Za-z0-9_]{0,127}$\t"
    "must be letters, digits and _, not beginning with a digit, and not providers\n"
    "variable\t"
    "^[A-Za-z_][A-Za-z0-9_]{0,127}$\t"
    "is not a variable name; use letters, digits and _\n"
    "mcp-name\t"
    "^[A-Za-z0-9_-]{1,64}$\t\n"
    "channel-name\t"
    "^[a-z][a-z0-9_-]{0,63}$\t\n"
    "alias\t"
    "^(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,64}$\t\n"
    "sha\t"
    "^[0-9A-Fa-f]{7,64}$\t\n"
    "header\t"
    "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$\t"
    "is not a header name; use letters, digits and -\n"
    "text-line\t"
    "^[^\\x00-\\x08\\x0a-\\x1f\\x7f]*$\t"
    "must not contain control characters\n"
    "no-nul\t"
    "^[^\\x00]*$\t"
    "must not contain NUL characters\n"
    "one-line\t"
    "^[^\\x00-\\x1f\\x7f]*$\t"
    "must not contain line breaks and other control characters\n"
    "line\t"
    "^[^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f][^\\x00-\\x1f\\x7f]*$\t"
    "must not be blank, nor contain line breaks and other control characters\n"
    "token\t"
    "^[!-~]*$\t"
    "must not contain blanks, control characters and letters outside ASCII\n"
    "http-any\t"
    "^[Hh][Tt][Tt][Pp][Ss]?://[^/\\x00-\\x20\\x7f][^\\x00-\\x20\\x7f]*$\t"
    "must be an http or https URL such as https://host/mcp\n"
    "http-url\t"
    "^[Hh][Tt][Tt][Pp][Ss]?://" HOST
    "([/?][!\"$-\\[\\]-~]*)?$\t"
    "must be an http or https address, as https://host/path\n"
    "http-base\t"
    "^[Hh][Tt][Tt][Pp][Ss]?://" HOST
    "(/[!\"$->@-\\[\\]-~]*)?$\t"
    "must be an absolute URL such as https://host/path, without a query (?)\n"
    "proxy\t"
    "^(\\*\\*\\*|\\$\\{credentials\\.[^\\x00-\\x1f\\x7f]*|(https?|socks[45])://[^ \\x00-\\x1f\\x7f]+)$\t"
    "must be an address such as http://host:3128; null removes the proxy\n"
    "domain\t"
    "^[^/:@ ?#\\x00-\\x1f\\x7f]+$\t"
    "is not a domain; write it like example.com, without scheme, port and path\n"
    "one-message\t\t"
    "must contain exactly one message of the user: the agent keeps the history itself, by session_id, and does not accept messages of the "
    "roles system and developer; put instructions into AGENTS.md in the workspace\n"
    "user-role\t"
    "^user$\t"
    "must be user: the agent keeps the history itself, and does not accept messages of the roles system and developer; put instructions "
    "into AGENTS.md in the workspace\n"
    "zone-or-none\t"
    "^([A-Z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*)*)?$\t"
    "must be an IANA time zone such as Europe/Berlin\n"
    "effort\t"
    "^(minimal|low|medium|high)?$\t"
    "must be one of minimal, low, medium, high\n"
    "usage-groups\t"
    "^(" FACIO_USAGE_GROUPS ")?(,(" FACIO_USAGE_GROUPS
    ")?)*$\t"
    "must be a comma-separated list of date, model, origin, channel, session_key, run_id\n";
/// Whether a text fits, in the same order.
constexpr bool (*kMatchers[])(std::string_view) = {
    is_key,                                                                     // key
    [](std::string_view text) { return is_key(text) && text != "providers"; },  // secret-key
    is_key,                                                                     // variable
    [](std::string_view text) { return all(text, 64, is_name_character); },     // mcp-name
    [](std::string_view text) {
      return all(text, 64, [](char c) { return is_name_character(c) && !is_upper(c); }) && is_lower(text.front());
    },  // channel-name
    [](std::string_view text) {
      return all(text, 64, [](char c) { return is_name_character(c) || c == '.'; }) && text != "." && text != "..";
    },                                                                                                                  // alias
    [](std::string_view text) { return text.size() >= 7 && all(text, 64, [](char c) { return hex_value(c) >= 0; }); },  // sha
    [](std::string_view text) {
      return all(text, text.size(),
                 [](char c) { return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos; });
    },                                                                                                                    // header
    [](std::string_view text) { return std::ranges::none_of(text, [](char c) { return c != '\t' && is_control(c); }); },  // text-line
    [](std::string_view text) { return text.find('\0') == std::string_view::npos; },                                      // no-nul
    [](std::string_view text) { return std::ranges::none_of(text, is_control); },                                         // one-line
    [](std::string_view text) { return !is_blank(text) && std::ranges::none_of(text, is_control); },                      // line
    [](std::string_view text) { return std::ranges::all_of(text, is_visible); },                                          // token
    is_http_any,                                                                                                          // http-any
    [](std::string_view text) { return is_http_url(text, true); },                                                        // http-url
    [](std::string_view text) { return is_http_url(text, false); },                                                       // http-base
    [](std::string_view text) { return is_proxy(text) && std::ranges::none_of(text, is_control); },                       // proxy
    [](std::string_view text) {
      return all(text, text.size(), [](char c) { return !is_control(c) && std::string_view("/:@ ?#").find(c) == std::string_view::npos; });
    },                                                                         // domain
    [](std::string_view) { return true; },                                     // one-message
    [](std::string_view text) { return text == "user"; },                      // user-role
    [](std::string_view text) { return text.empty() || is_zone_like(text); },  // zone-or-none
    [](std::string_view text) {
      return text.empty() || text == "minimal" || text == "low" || text == "medium" || text == "high";
    },              // effort
    is_group_list,  // usage-groups
};
#undef HOST

#define CRON_PART(value, step) "(\\*|" value "(-" value ")?)(/" step ")?"
#define CRON_FIELD(value, step) CRON_PART(value, step) "(," CRON_PART(value, step) ")*"
#define PATH_NAME                                                                                               \
  "([^./\\\\\\x00-\\x1f][^/\\\\\\x00-\\x1f]{0,254}|\\.[^./\\\\\\x00-\\x1f][^/\\\\\\x00-\\x1f]{0,253}|\\.\\.[^/" \
  "\\\\\\x00-\\x1f]{1,253}|\\.)"
#define MONTHS                                                        \
  "[Jj][Aa][Nn]|[Ff][Ee][Bb]|[Mm][Aa][Rr]|[Aa][Pp][Rr]|[Mm][Aa][Yy]|" \
  "[Jj][Uu][Nn]|[Jj][Uu][Ll]|[Aa][Uu][Gg]|[Ss][Ee][Pp]|[Oo][Cc][Tt]|" \
  "[Nn][Oo][Vv]|[Dd][Ee][Cc]"
#define WEEKDAYS "[Ss][Uu][Nn]|[Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt]"
/// Expression and example of each format of the list below, apart by tabs.
constexpr std::string_view kFormatTexts =
    "" "\t" "2026-01-02T03:04:05Z" "\n"
    "" "\t" "2026-01-02" "\n"
    "" "\t" "2026-01-02" "\n"
    "^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*)*$" "\t" "Europe/Berlin" "\n"
    "^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|" CRON_FIELD("[0-5]?[0-9]", "([1-9]|[1-5][0-9])") " "  
     CRON_FIELD("([01]?[0-9]|2[0-3])", "([1-9]|1[0-9]|2[0-3])") " "                                                    
     CRON_FIELD("(0?[1-9]|[12][0-9]|3[01])", "([1-9]|[12][0-9]|3[01])") " "                                            
     CRON_FIELD("(0?[1-9]|1[0-2]|" MONTHS ")", "([1-9]|1[0-2])") " "                                                   
     CRON_FIELD("([0-7]|" WEEKDAYS ")", "[1-7]") ")$" "\t" "0 7 * * 1-5" "\n"
    "^[^ \\t\\r\\n]*://[^ \\t\\r\\n]*$" "\t" "https://agent.example.net" "\n"
    "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$" "\t" "aGVsbG8=" "\n"
    "^(" PATH_NAME "(/" PATH_NAME ")*)?$" "\t" "notes/today.md" "\n";
constexpr Format kFormats[] = {Format::time, Format::date, Format::time_or_date, Format::zone,
                               Format::cron, Format::url,  Format::base64,       Format::path};

std::array<Pattern, std::size(kMatchers)> all_patterns() {
  std::array<Pattern, std::size(kMatchers)> all{};
  std::string_view rest = kTexts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::string_view row = split_off(rest, '\n');
    all[i].name = split_off(row, '\t');
    all[i].regex = split_off(row, '\t');
    all[i].says = row;
    all[i].matches = kMatchers[i];
  }
  return all;
}

/// The line of a format: its expression, a tab, its example.
std::string_view line_of(Format format) {
  std::string_view rest = kFormatTexts;
  for (const Format one : kFormats)
    if (const std::string_view line = split_off(rest, '\n'); one == format) return line;
  return {};
}

}  // namespace

const Pattern* find_pattern(std::string_view name) {
  if (name.empty()) return nullptr;
  static const std::array kPatterns = all_patterns();
  const auto* const found = std::ranges::find(kPatterns, name, &Pattern::name);
  return found == kPatterns.end() ? nullptr : found;
}

std::string_view regex_of(Format format) {
  std::string_view line = line_of(format);
  return split_off(line, '\t');
}

std::string_view example_of(Format format) {
  std::string_view line = line_of(format);
  split_off(line, '\t');
  return line;
}

}  // namespace facio
