// The named rules for strings, and what documents say of the formats.
#include <algorithm>

#include "cli/core/text.hpp"
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
  while (!text.empty()) {
    const std::string_view word = split_off(text, ',');
    if (!word.empty() && word != "date" && word != "model" && word != "origin" && word != "channel" && word != "session_key" &&
        word != "run_id")
      return false;
  }
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
constexpr Pattern kPatterns[] = {
    {"key", "^[A-Za-z_][A-Za-z0-9_]{0,127}$", is_key},
    {"secret-key", "^(?!providers$)[A-Za-z_][A-Za-z0-9_]{0,127}$",
     [](std::string_view text) { return is_key(text) && text != "providers"; },
     "must be letters, digits and _, not beginning with a digit, and not providers"},
    {"variable", "^[A-Za-z_][A-Za-z0-9_]{0,127}$", is_key, "is no name of a variable; use letters, digits and _"},
    {"mcp-name", "^[A-Za-z0-9_-]{1,64}$", [](std::string_view text) { return all(text, 64, is_name_character); }},
    {"channel-name", "^[a-z][a-z0-9_-]{0,63}$",
     [](std::string_view text) {
       return all(text, 64, [](char c) { return is_name_character(c) && !is_upper(c); }) && is_lower(text.front());
     }},
    {"alias", "^(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,64}$",
     [](std::string_view text) {
       return all(text, 64, [](char c) { return is_name_character(c) || c == '.'; }) && text != "." && text != "..";
     }},
    {"sha", "^[0-9A-Fa-f]{7,64}$",
     [](std::string_view text) { return text.size() >= 7 && all(text, 64, [](char c) { return hex_value(c) >= 0; }); }},
    {"header", "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
     [](std::string_view text) {  // a token of RFC 9110
       return all(text, text.size(),
                  [](char c) { return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos; });
     },
     "is not a header name; use letters, digits and -"},
    {"text-line", "^[^\\x00-\\x08\\x0a-\\x1f\\x7f]*$",
     [](std::string_view text) { return std::ranges::none_of(text, [](char c) { return c != '\t' && is_control(c); }); },
     "must not contain control characters"},
    {"no-nul", "^[^\\x00]*$", [](std::string_view text) { return text.find('\0') == std::string_view::npos; },
     "must not contain NUL characters"},
    {"one-line", "^[^\\x00-\\x1f\\x7f]*$", [](std::string_view text) { return std::ranges::none_of(text, is_control); },
     "must not contain line breaks and other control characters"},
    {"line", "^[^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f][^\\x00-\\x1f\\x7f]*$",
     [](std::string_view text) { return !is_blank(text) && std::ranges::none_of(text, is_control); },
     "must not be blank, nor contain line breaks and other control characters"},
    {"token", "^[!-~]*$", [](std::string_view text) { return std::ranges::all_of(text, is_visible); },
     "must not contain blanks, control characters and letters outside ASCII"},
    {"http-url", "^[Hh][Tt][Tt][Pp][Ss]?://" HOST "([/?][!\"$-\\[\\]-~]*)?$", [](std::string_view text) { return is_http_url(text, true); },
     "must be an http or https address, as https://host/path"},
    {"http-base", "^[Hh][Tt][Tt][Pp][Ss]?://" HOST "(/[!\"$->@-\\[\\]-~]*)?$",
     [](std::string_view text) { return is_http_url(text, false); },
     "must be an absolute URL such as https://host/path, without a query (?)"},
    {"proxy", "^(\\*\\*\\*|\\$\\{credentials\\.[^\\x00-\\x1f\\x7f]*|(https?|socks[45])://[^ \\x00-\\x1f\\x7f]+)$",
     [](std::string_view text) { return is_proxy(text) && std::ranges::none_of(text, is_control); },
     "must be an address such as http://host:3128; null removes the proxy"},
    {"domain", "^[^/:@ ?#\\x00-\\x1f\\x7f]+$",
     [](std::string_view text) {
       return all(text, text.size(), [](char c) { return !is_control(c) && std::string_view("/:@ ?#").find(c) == std::string_view::npos; });
     },
     "is not a domain; write it like example.com, without scheme, port and path"},
    {"one-message",
     {},
     [](std::string_view) { return true; },
     "must contain exactly one message of the user: the agent keeps the history itself, by session_id, and does not accept messages of the "
     "roles system and developer; put instructions into AGENTS.md in the workspace"},
    {"user-role", "^user$", [](std::string_view text) { return text == "user"; },
     "must be user: the agent keeps the history itself, and does not accept messages of the roles system and developer; put instructions "
     "into AGENTS.md in the workspace"},
    {"zone-or-none", "^([A-Z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*)*)?$",
     [](std::string_view text) { return text.empty() || is_zone_like(text); }, "must be an IANA time zone such as Europe/Berlin"},
    {"effort", "^(minimal|low|medium|high)?$",
     [](std::string_view text) { return text.empty() || text == "minimal" || text == "low" || text == "medium" || text == "high"; },
     "must be one of minimal, low, medium, high"},
    {"usage-groups", "^(date|model|origin|channel|session_key|run_id)?(,(date|model|origin|channel|session_key|run_id)?)*$", is_group_list,
     "must be a comma-separated list of date, model, origin, channel, session_key, run_id"},
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
struct FormatText {
  Format format;
  std::string_view regex, example;
};
constexpr FormatText kFormats[] = {
    {Format::time, {}, "2026-01-02T03:04:05Z"},
    {Format::date, {}, "2026-01-02"},
    {Format::time_or_date, {}, "2026-01-02"},
    {Format::zone, "^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*)*$", "Europe/Berlin"},
    {Format::cron,
     "^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|" CRON_FIELD("[0-5]?[0-9]", "([1-9]|[1-5][0-9])") " "  // minute
     CRON_FIELD("([01]?[0-9]|2[0-3])", "([1-9]|1[0-9]|2[0-3])") " "                                                    // hour
     CRON_FIELD("(0?[1-9]|[12][0-9]|3[01])", "([1-9]|[12][0-9]|3[01])") " "                                            // day
     CRON_FIELD("(0?[1-9]|1[0-2]|" MONTHS ")", "([1-9]|1[0-2])") " "                                                   // month
     CRON_FIELD("([0-7]|" WEEKDAYS ")", "[1-7]") ")$",
     "0 7 * * 1-5"},
    {Format::url, "^[^ \\t\\r\\n]*://[^ \\t\\r\\n]*$", "https://agent.example.net"},
    {Format::base64, "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$", "aGVsbG8="},
    {Format::path, "^(" PATH_NAME "(/+" PATH_NAME ")*/?)?$", "notes/today.md"},
};

}  // namespace

const Pattern* find_pattern(std::string_view name) {
  const auto* const found = std::ranges::find(kPatterns, name, &Pattern::name);
  return found == std::end(kPatterns) ? nullptr : found;
}

std::string_view regex_of(Format format) {
  const auto* const found = std::ranges::find(kFormats, format, &FormatText::format);
  return found == std::end(kFormats) ? std::string_view{} : found->regex;
}

std::string_view example_of(Format format) {
  const auto* const found = std::ranges::find(kFormats, format, &FormatText::format);
  return found == std::end(kFormats) ? std::string_view{} : found->example;
}

}  // namespace facio
