#include "cli/core/secret_rule.hpp"

#include <algorithm>
#include <array>

#include "cli/core/encoding.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

using Words = std::vector<std::string>;

bool one_of(std::string_view word, std::span<const std::string_view> words) { return std::ranges::find(words, word) != words.end(); }

/// "botTokenV2", "BOT_TOKEN_V2" and "bot-token-v2" as bot, token, v, 2.
Words words_of(std::string_view name) {
  Words words;
  char before = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool next_small = i + 1 < name.size() && is_lower(name[i + 1]);
    if (is_alphanumeric(c)) {
      const bool begins = !is_alphanumeric(before) || (is_upper(c) && (is_lower(before) || (is_upper(before) && next_small))) ||
                          is_digit(c) != is_digit(before);
      if (begins) words.emplace_back();
      words.back() += lower(c);
    }
    before = c;
  }
  return words;
}

/// Only its letters and digits, small: allow_from and allowFrom are the same.
std::string flat(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (is_alphanumeric(c)) out += lower(c);
  return out;
}

constexpr std::array<std::string_view, 27> kSecretWords = {
    "token",  "secret",        "secrets",  "password",   "passwords",   "passwd",  "passphrase", "passcode", "pwd",
    "apikey", "authorization", "cookie",   "credential", "credentials", "creds",   "bearer",     "jwt",      "signature",
    "otp",    "totp",          "mnemonic", "dsn",        "tokens",      "apikeys", "accesskey",  "authkey",  "secretkey"};
/// The last word of names that speak of a secret without being one.
constexpr std::array<std::string_view, 43> kAbout = {
    "url",      "uri",   "endpoint", "file",   "path",   "dir",   "name",   "type",     "id",       "ids",        "ttl",
    "count",    "limit", "length",   "size",   "max",    "min",   "budget", "expiry",   "expires",  "expiration", "expired",
    "at",       "in",    "ms",       "age",    "policy", "scope", "scopes", "issuer",   "audience", "algorithm",  "enabled",
    "required", "set",   "format",   "header", "param",  "label", "hint",   "rotation", "domain",   "mode"};
constexpr std::array<std::string_view, 10> kAmount = {"max",        "min",   "num",    "total", "prompt",
                                                      "completion", "input", "output", "limit", "used"};
constexpr std::array<std::string_view, 4> kSecretEnds = {"token", "key", "secret", "password"};
constexpr std::array<std::string_view, 18> kPlaces = {
    "headers", "header",      "httpheaders", "extraheaders", "customheaders", "requestheaders", "defaultheaders", "cookies",   "cookiejar",
    "env",     "environment", "environ",     "proxy",        "proxies",       "proxyurl",       "auth",           "basicauth", "httpauth"};

/// Well-known beginnings of tokens, with the least length of a whole one.
struct TokenForm {
  std::string_view start;
  std::size_t least;
};
constexpr TokenForm kTokenForms[] = {
    {"ghp_", 20},     {"gho_", 20},
    {"ghs_", 20},     {"ghu_", 20},
    {"ghr_", 20},     {"github_pat_", 30},
    {"glpat-", 16},   {"sk-", 20},
    {"xoxb-", 16},    {"xoxp-", 16},
    {"xoxa-", 16},    {"xoxs-", 16},
    {"xoxe-", 16},    {"xapp-", 16},
    {"AKIA", 20},     {"ASIA", 20},
    {"AIza", 30},     {"ya29.", 20},
    {"eyJ", 40},      {"hf_", 20},
    {"npm_", 20},     {"pypi-", 30},
    {"SG.", 30},      {"dop_v1_", 30},
    {"sk_live_", 16}, {"sk_test_", 16},
    {"rk_live_", 16}, {"whsec_", 16},
    {"shpat_", 16},   {"lin_api_", 16},
    {"pat_", 24},     {"gsk_", 20},
    {"hvs.", 20},     {"dckr_pat_", 20},
    {"glsa_", 20},    {"tskey-", 20},
    {"sq0csp-", 20},  {"AGE-SECRET-KEY-", 30},
};

bool is_word_char(char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '+'; }
bool is_name_char(char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; }
bool is_quote(char c) { return c == '"' || c == '\'' || c == '\\' || c == '`'; }

/// How often the kind of a character changes from one to the next: often in what chance made, seldom in words of people.
struct Mixture {
  std::size_t changes = 0, small = 0, capital = 0, digits = 0, others = 0;
  bool hex = true;
};
Mixture mixture_of(std::string_view word) {
  Mixture found;
  int before = 0;
  for (const char c : word) {
    const int kind = is_lower(c) ? 1 : is_upper(c) ? 2 : is_digit(c) ? 3 : 0;
    found.small += kind == 1;
    found.capital += kind == 2;
    found.digits += kind == 3;
    found.others += kind == 0;
    found.hex = found.hex && hex_value(c) >= 0;
    found.changes += kind != 0 && before != 0 && kind != before;
    if (kind != 0) before = kind;
  }
  return found;
}

/// Whether a word of letters, digits and -_+ was made by chance rather than by people.
bool is_random(std::string_view word) {
  if (word.size() < 20 || is_uuid(word)) return false;
  const Mixture m = mixture_of(word);
  if (m.hex && m.others == 0) {
    constexpr std::size_t kCommit = 40;  // its hash is no secret
    return word.size() >= 32 && word.size() != kCommit && m.digits > 0 && m.digits < word.size() && m.changes * 6 >= word.size();
  }
  if (m.digits == 0 && (m.small == 0 || m.capital == 0)) return false;
  const bool all_kinds = m.small > 0 && m.capital > 0 && m.digits > 0;
  if (all_kinds && word.size() >= 32) return m.others * 6 < word.size() || m.changes * 3 >= word.size();
  const std::size_t letters = word.size() - m.others;
  if (m.others * 5 > word.size()) return false;  // many-words-with-dashes
  return all_kinds ? m.changes * 5 >= letters * 2 : word.size() >= 24 && m.changes * 4 >= letters && m.digits * 8 >= letters;
}

bool is_token(std::string_view word) {
  for (const TokenForm& form : kTokenForms)
    if (word.starts_with(form.start) && word.size() >= form.least) return true;
  return std::ranges::any_of(split(word, '.'), is_random);
}

/// Whether a value only says where the secret is.
bool refers(std::string_view value) {
  if (value.empty() || value.starts_with('$') || value.starts_with("{{")) return true;
  if (value.starts_with('/') || value.starts_with("./") || value.starts_with("~/"))
    return std::ranges::none_of(split(value, '/'), is_token);
  return one_of(value, std::array<std::string_view, 6>{"true", "false", "null", "none", "file", "env"});
}

/// Finds the parts from left to right; each step looks at every character a bounded number of times.
class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text) {}

  std::vector<TextPart> found() {
    if (text_.find("PRIVATE KEY-----") != std::string_view::npos) return {{0, text_.size()}};
    while (at_ < text_.size()) {
      if (!is_word_char(text_[at_])) {
        ++at_;
        continue;
      }
      const std::size_t end = end_of(at_, is_word_char);
      word(at_, end);
    }
    return std::move(parts_);
  }

 private:
  static constexpr std::size_t kLongestRun = 2048;

  template <class Is>
  [[nodiscard]] std::size_t end_of(std::size_t from, Is is) const {
    while (from < text_.size() && is(text_[from])) ++from;
    return from;
  }
  [[nodiscard]] std::string_view rest(std::size_t from) const { return text_.substr(std::min(from, text_.size())); }

  void add(std::size_t begin, std::size_t end) {
    if (begin < end && (parts_.empty() || parts_.back().end <= begin)) parts_.push_back({begin, end});
    at_ = std::max(at_, end);
  }

  /// The end of a stretch without blanks and quotes, which is bounded where it may be looked at more than once.
  [[nodiscard]] std::size_t end_of_run(std::size_t from) const {
    const auto stop = std::min(from + kLongestRun, text_.size());
    while (from < stop && !is_blank(text_[from]) && !is_quote(text_[from])) ++from;
    return from;
  }
  [[nodiscard]] bool at_start_of_line(std::size_t at) const {
    while (at > 0 && is_quote(text_[at - 1])) --at;
    return at == 0 || text_[at - 1] == '\n' || text_[at - 1] == '\r';
  }

  void word(std::size_t begin, std::size_t end) {
    if (rest(end).starts_with("://")) return address(begin, end + 3);
    if (bearer(begin, end) || assigned(begin) || user(begin)) return;
    std::size_t start = begin;
    while (start < end && text_[start] == '-') ++start;
    const std::string_view before = text_.substr(0, begin);
    const bool digest = before.ends_with("sha256:") || before.ends_with("sha512:") || before.ends_with("sha1:") || before.ends_with("md5:");
    at_ = end;
    if (digest || !is_token(text_.substr(start, end - start))) return;
    const std::size_t padded = end_of(end, [](char c) { return c == '='; });
    add(start, padded < text_.size() && is_word_char(text_[padded]) ? end : padded);
  }

  /// scheme://USER:PASSWORD@host
  void address(std::size_t scheme, std::size_t begin) {
    const std::string_view run = text_.substr(begin, end_of_run(begin) - begin);
    const std::size_t stop = std::min(run.find_first_of("/?#"), run.size());
    auto sign = run.substr(0, stop).rfind('@');
    const auto colon = run.substr(0, stop).find(':');
    if (sign == std::string_view::npos && colon != std::string_view::npos && colon + 1 < stop && !is_digit(run[colon + 1]) &&
        !run.starts_with('['))
      sign = run.find('@');  // a password with a slash in it
    at_ = begin;
    if (sign == std::string_view::npos || sign == 0) {
      at_ = begin + stop;  // a host is no secret
      return;
    }
    const std::string_view user = run.substr(0, sign);
    const bool login = user == "git" && text_.substr(scheme, begin - scheme).ends_with("ssh://");
    if (!login && !user.starts_with("${")) add(begin, begin + sign);
    at_ = begin + std::max(sign, stop);
  }

  /// Bearer TOKEN and Basic TOKEN.
  bool bearer(std::size_t begin, std::size_t end) {
    const std::string_view scheme = text_.substr(begin, end - begin);
    const bool basic = equals_ignoring_case(scheme, "Basic"), bearer = equals_ignoring_case(scheme, "Bearer");
    if ((!basic && !bearer) || !rest(end).starts_with(' ')) return false;
    const std::size_t value = end_of(end, [](char c) { return c == ' '; });
    const std::size_t stop = end_of_run(value);
    const std::string_view token = text_.substr(value, stop - value);
    if (refers(token)) return false;
    const auto before = begin == 0 ? std::string_view::npos : text_.substr(0, begin).find_last_not_of(" \"'\\");
    const bool header = before == std::string_view::npos || text_[before] == ':' || text_[before] == '=';
    if (token != kMask && !header) return false;
    if (basic && token != kMask && base64_decode(token).value_or("").find(':') == std::string::npos) return false;
    if (bearer && token != kMask && token.size() < 6) return false;
    add(value, stop);
    return true;
  }

  /// NAME=VALUE, "NAME": "VALUE", and NAME: VALUE at the start of a line.
  bool assigned(std::size_t begin) {
    const std::size_t name_end = end_of(begin, is_name_char);
    std::size_t at = end_of(name_end, is_quote);
    const bool quoted = at > name_end;
    if (quoted) at = end_of(at, [](char c) { return c == ' '; });
    if (at >= text_.size() || (text_[at] != '=' && text_[at] != ':')) return false;
    const bool line = text_[at] == ':' && !quoted;
    if ((line && !at_start_of_line(begin)) || rest(at).starts_with("==")) return false;
    if (!is_secret_name(text_.substr(begin, name_end - begin))) return false;
    at = end_of(at + 1, [](char c) { return c == ' '; });
    const std::size_t open = at;
    at = end_of(at, is_quote);
    std::size_t stop = line        ? std::min(text_.find_first_of("\r\n", at), text_.size())
                       : at > open ? end_of(at, [](char c) { return !is_quote(c) && c != '\n'; })
                                   : end_of(at, [](char c) { return !is_blank(c) && !is_quote(c) && c != '&' && c != ';' && c != ','; });
    while (stop > at && line && (is_quote(text_[stop - 1]) || text_[stop - 1] == ' ')) --stop;
    at_ = stop;
    if (refers(text_.substr(at, stop - at))) return true;
    std::size_t from = at;
    for (const std::string_view scheme : {"Bearer ", "Basic ", "Token "})
      if (starts_with_ignoring_case(rest(at), scheme)) from = std::min(at + scheme.size(), stop);
    if (!refers(text_.substr(from, stop - from))) add(from, stop);
    return true;
  }

  /// USER:PASSWORD@host without a scheme.
  bool user(std::size_t begin) {
    if (begin > 0 && !is_blank(text_[begin - 1]) && !is_quote(text_[begin - 1]) && text_[begin - 1] != '=') return false;
    const std::size_t colon = end_of(begin, is_name_char);
    if (colon >= text_.size() || text_[colon] != ':' || rest(colon).starts_with("://")) return false;
    const std::string_view scheme = text_.substr(begin, colon - begin);
    if (one_of(scheme, std::array<std::string_view, 6>{"mailto", "acct", "sip", "sips", "xmpp", "npm"})) return false;
    const std::string_view run = text_.substr(colon, end_of_run(colon) - colon);
    const std::size_t sign = colon + std::min(run.find_first_of("@/"), run.size());
    if (sign >= text_.size() || text_[sign] != '@' || sign == colon + 1 || text_[colon + 1] == '$') return false;
    const std::size_t host = end_of(sign + 1, [](char c) { return is_alphanumeric(c) || c == '.' || c == '-'; });
    const std::string_view name = text_.substr(sign + 1, host - sign - 1);
    const bool port = host < text_.size() && text_[host] == ':' && host + 1 < text_.size() && is_digit(text_[host + 1]);
    if (name.empty() || name.starts_with("sha") || name.starts_with("thread.") || (!port && name.find('.') == std::string_view::npos))
      return false;
    add(begin, sign);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<TextPart> parts_;
};

/// Collects the secret texts of a configuration.
void collect(JsonRef value, Secrecy secrecy, const SecretDeclaration& declared, std::vector<std::string>& out) {
  if (value.is(JsonKind::string)) {
    const std::string& text = value.string();
    if (secrecy == Secrecy::secret && !text.empty() && text != kMask && !text.starts_with("${")) out.push_back(text);
    if (secrecy == Secrecy::by_looks)
      for (const TextPart& part : secret_parts(text))
        if (const auto one = text.substr(part.begin, part.end - part.begin); one != kMask) out.push_back(one);
  } else if (secrecy == Secrecy::secret && (value.is(JsonKind::integer) || value.is(JsonKind::number))) {
    out.push_back(value.dump());
  }
  std::string_view pair_name;
  for (std::size_t i = 0; value.is(JsonKind::object) && i < value.size(); ++i)
    if (is_pair_name(value.name_at(i)) && value.at(i).is(JsonKind::string)) pair_name = value.at(i).string();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool object = value.is(JsonKind::object);
    collect(value.at(i), object ? secrecy_of(value.name_at(i), pair_name, secrecy, declared) : secrecy, declared, out);
  }
}

}  // namespace

bool is_secret_name(std::string_view name) {
  const std::string small = lower(name);
  if (std::ranges::any_of(kSecretEnds, [&small](std::string_view end) { return small.ends_with(end); })) return true;
  const Words words = words_of(name);
  if (words.empty()) return false;
  const auto is_secret = [](const std::string& word) { return one_of(word, kSecretWords); };
  const std::string& last = words.back();
  if (one_of(last, kAbout)) return false;
  if (one_of(last, std::array<std::string_view, 7>{"tokens", "keys", "auth", "pass", "sid", "pin", "sig"}))
    return words.size() == 1 ? last != "keys" : !one_of(words.front(), kAmount) && last != "pin";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_secret(words[i])) return true;
    const bool key = words[i] == "key" && i > 0;
    if (key && one_of(words[i - 1], std::array<std::string_view, 5>{"api", "access", "private", "secret", "auth"})) return true;
  }
  return false;
}

bool is_secret_place(std::string_view name) { return one_of(flat(name), kPlaces); }

std::vector<TextPart> secret_parts(std::string_view text) { return Finder(text).found(); }

std::vector<std::vector<TextPart>> secret_parts_of_arguments(std::span<const std::string> arguments) {
  std::vector<std::vector<TextPart>> all;
  std::string_view before;
  for (const std::string& argument : arguments) {
    const bool option = before.starts_with('-') && before.find('=') == std::string_view::npos;
    const bool user = one_of(before, std::array<std::string_view, 4>{"-u", "--user", "--proxy-user", "--login"}) &&
                      argument.find(':') != std::string::npos;
    const bool announced = option && (user || is_secret_name(before)) && !argument.starts_with('-') && !refers(argument);
    all.push_back(announced ? std::vector<TextPart>{{0, argument.size()}} : secret_parts(argument));
    before = argument;
  }
  return all;
}

std::string with_masks(std::string_view text, std::span<const TextPart> parts) {
  std::string out;
  std::size_t from = 0;
  for (const TextPart& part : parts) {
    out.append(text.substr(from, part.begin - from)).append(kMask);
    from = part.end;
  }
  return out.append(text.substr(from));
}

bool SecretDeclaration::declares_secret(std::string_view name) const {
  return std::ranges::any_of(secret, [one = flat(name)](std::string_view declared) { return flat(declared) == one; });
}
bool SecretDeclaration::declares_open(std::string_view name) const {
  return std::ranges::any_of(open, [one = flat(name)](std::string_view declared) { return flat(declared) == one; });
}

bool is_pair_name(std::string_view member) {
  return one_of(flat(member), std::array<std::string_view, 6>{"name", "key", "field", "header", "variable", "param"});
}

Secrecy secrecy_of(std::string_view member, std::string_view pair_name, Secrecy above, const SecretDeclaration& declared) {
  if (above == Secrecy::secret) return above;
  if (declared.declares_secret(member)) return Secrecy::secret;
  if (declared.declares_open(member)) return Secrecy::open;
  if (is_secret_name(member) || is_secret_place(member)) return Secrecy::secret;
  const bool value = one_of(flat(member), std::array<std::string_view, 4>{"value", "val", "content", "data"});
  return value && is_secret_name(pair_name) ? Secrecy::secret : Secrecy::by_looks;
}

std::vector<std::string> secret_texts(JsonRef value, const SecretDeclaration& declared) {
  std::vector<std::string> out;
  collect(value, Secrecy::by_looks, declared, out);
  return out;
}

}  // namespace facio
