#include "cli/contexts/token_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "cli/contexts/expand.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/json.hpp"
#include "cli/core/replace_file.hpp"
#include "cli/core/time.hpp"
#include "cli/process/ask.hpp"

namespace facio {
namespace {

constexpr std::int64_t kBeforeItsEnd = 30'000;
constexpr std::size_t kMostKept = 128 * 1024;

/// A directory of this user that nobody else can write in.
bool is_private(const std::string& path) {
  struct ::stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & 022U) == 0;
}

/// The file of a context; its name has no letter that could lead elsewhere.
std::string file_of(const Context& context, const Environment& environment) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name;
  for (const char c : context.name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (plain) name += c;
    else name.append("%") += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return runtime_directory(environment) + "/facioctl/" + "helper-token-" + name;
}

/// What a kept token is for: another address or another program must not get it.
std::string purpose_of(const Context& context) {
  std::string text;
  append_json_string(text, context.url);
  for (const std::string& word : context.token.exec) append_json_string(text, word);
  return text;
}

struct Kept {
  std::int64_t until = 0;
  Secret token;
};

/// Three lines: until when, for what, the token.
std::optional<Kept> read_kept(const Context& context, const Environment& environment) {
  const int fd = ::open(file_of(context, environment).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  struct ::stat status {};
  const bool mine = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & 077U) == 0;
  auto text = mine ? FdInput(fd).read_all(kMostKept) : Result<std::string>(std::string());
  ::close(fd);
  if (!text) return std::nullopt;
  const Secret wiped(*text);
  const std::string_view all = wiped.reveal();
  explicit_bzero(text->data(), text->size());
  const auto first = all.find('\n');
  const auto second = first == std::string_view::npos ? first : all.find('\n', first + 1);
  Kept kept;
  if (second == std::string_view::npos || std::from_chars(all.data(), all.data() + first, kept.until).ec != std::errc{})
    return std::nullopt;
  if (all.substr(first + 1, second - first - 1) != purpose_of(context)) return std::nullopt;
  auto token = clean_token(std::string(all.substr(second + 1)), "the kept answer");
  if (!token) return std::nullopt;
  kept.token = std::move(*token);
  return kept;
}

/// Keeping is a convenience: where it cannot be done safely it is not done.
void keep(const Context& context, const Environment& environment, std::int64_t until, const Secret& token) {
  const std::string path = file_of(context, environment);
  const std::string directory = path.substr(0, path.rfind('/'));
  const std::string above = directory.substr(0, directory.rfind('/'));
  (void)::mkdir(above.c_str(), 0700);
  (void)::mkdir(directory.c_str(), 0700);
  if (!is_private(above) || !is_private(directory)) return;
  const Secret text(std::to_string(until) + "\n" + purpose_of(context) + "\n" + std::string(token.reveal()) + "\n");
  (void)replace_file(path, text.reveal(), 0600, Durable::no);
}

Result<std::int64_t> expiry(const JsonRef& value, const std::string& name) {
  if (value.kind() == JsonKind::integer) return value.integer() * 1000;
  if (value.kind() == JsonKind::string)
    if (auto instant = parse_rfc3339(value.string())) return *instant;
  return no_token("the " + name + " gave an `expires` that is neither an RFC 3339 time nor seconds since 1970");
}

}  // namespace

Result<ProgramToken> token_from_program(const std::vector<std::string>& command, bool refresh) {
  ProgramQuestion question{.command = command};
  if (refresh) question.environment.emplace_back("FACIOCTL_TOKEN_REFRESH=1");
  const std::string name = "token helper " + command[0];
  auto answer = ask_program(question);
  if (!answer) return no_token("the " + name + " cannot be used: " + answer.error().message(), "facioctl config edit");
  const Secret out(std::move(answer->out));
  if (answer->why == RunEnd::Why::too_much) return no_token("the " + name + " gave more than a token");
  if (answer->why != RunEnd::Why::ended)
    return no_token("the " + name + " did not " + (out.empty() ? "answer" : "end") + " within 5 seconds");
  if (answer->code != 0) return no_token("the " + name + " failed with code " + std::to_string(answer->code));
  ProgramToken found;
  if (!out.reveal().starts_with('{')) {
    auto token = clean_token(std::string(out.reveal()), name);
    if (!token) return fail(std::move(token.error()));
    found.token = std::move(*token);
    return found;
  }
  const auto document = JsonDocument::parse(out.reveal());
  const JsonRef token = document ? document->root().get("token") : JsonRef();
  if (!token.is(JsonKind::string)) return no_token("the " + name + " gave no JSON object with the text `token`");
  auto clean = clean_token(token.string(), name);
  if (!clean) return fail(std::move(clean.error()));
  found.token = std::move(*clean);
  if (const JsonRef expires = document->root().get("expires"); !expires.is_null()) {
    auto instant = expiry(expires, name);
    if (!instant) return fail(std::move(instant.error()));
    found.expires_ms = *instant;
  }
  return found;
}

Result<Secret> program_token(const Context& context, const Environment& environment, bool fresh) {
  const std::int64_t now = now_ms();
  if (!fresh)
    if (auto kept = read_kept(context, environment); kept && now < kept->until) return std::move(kept->token);
  auto answer = token_from_program(context.token.exec, fresh);
  if (!answer) {
    forget_kept_token(context, environment);
    return fail(std::move(answer.error()));
  }
  std::optional<std::int64_t> until;
  if (answer->expires_ms) until = *answer->expires_ms - kBeforeItsEnd;
  if (context.token.ttl_ms != 0) until = until ? std::min(*until, now + context.token.ttl_ms) : now + context.token.ttl_ms;
  if (until && *until > now) keep(context, environment, *until, answer->token);
  else forget_kept_token(context, environment);
  return std::move(answer->token);
}

std::optional<std::int64_t> kept_until(const Context& context, const Environment& environment) {
  const auto kept = read_kept(context, environment);
  if (!kept || kept->until <= now_ms()) return std::nullopt;
  return kept->until;
}

void forget_kept_token(const Context& context, const Environment& environment) { ::unlink(file_of(context, environment).c_str()); }

}  // namespace facio
