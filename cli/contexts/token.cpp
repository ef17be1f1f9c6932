#include "cli/contexts/token.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "cli/contexts/contexts.hpp"
#include "cli/contexts/token_storage.hpp"
#include "cli/contexts/trusted_path.hpp"
#include "cli/core/files.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/process/run.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostOfToken = 64 * 1024;

Descriptor open_file(const std::string& path) { return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)); }

/// Reads a token. `what` is the place in messages about reading, `from` in those about its form.
Result<Secret> token_from(Input& input, const std::string& what, const std::string& from) {
  auto text = input.read_all(kMostOfToken);
  if (!text) return no_token("cannot read " + what + ": " + text.error().message());
  return clean_token(std::move(*text), from);
}

/// A link, as those of mounted secrets, is followed where nobody else can change the way.
Result<Descriptor> open_token_file(const std::string& path) {
  Descriptor file = open_file(path);
  if (file || errno != ELOOP) return file;
  if (auto trusted = check_trusted(path, "the token file"); !trusted) return no_token(trusted.error().message(), trusted.error().hint());
  return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

Status check_owner(int fd, const std::string& path) {
  struct ::stat status {};
  if (::fstat(fd, &status) != 0) return no_token("cannot read the token file " + path + ": " + system_reason(errno));
  if (!S_ISREG(status.st_mode)) return no_token("the token file " + path + " is not a regular file");
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    return no_token("the token file " + path + " belongs to another user", "give a file of your own with --token-file");
  // What mounts a secret owns it, and opens it to this user by a group (defaultMode 0440 and fsGroup).
  if (status.st_uid != ::geteuid() && (status.st_mode & 027U) != 0)
    return no_token("the token file " + path + " can be read or changed by others", "mount it with mode 0440");
  if (status.st_uid == ::geteuid() && (status.st_mode & 077U) != 0)
    return no_token("the token file " + path + " can be read by others", "chmod 600 " + path);
  return {};
}

constexpr std::int64_t kBeforeItsEnd = 30'000;
constexpr std::size_t kMostKept = 128 * 1024;

/// Whether this is a directory of the user that nobody else can write to.
bool is_private(const std::string& path) {
  struct ::stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & 022U) == 0;
}

/// The cache file of a context, whose name is escaped so that it cannot lead elsewhere.
std::string file_of(const Context& context, const Environment& environment) {
  std::string name;
  for (const char c : context.name) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_alphanumeric(c) || c == '-' || c == '_' || c == '.') name += c;
    else name.append({'%', "0123456789abcdef"[byte >> 4U], "0123456789abcdef"[byte & 15U]});
  }
  return runtime_directory(environment) + "/facioctl/" + "helper-token-" + name;
}

/// What a cached token is for: it must not be used for another address or program.
std::string purpose_of(const Context& context) {
  std::string text;
  append_json_string(text, context.url);
  for (const std::string& word : context.token.exec) append_json_string(text, word);
  return text;
}

/// Milliseconds since the machine was started, which nobody can set.
std::int64_t since_start_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

/// A token that is good until the clock shows a time, and for no longer by the time that passes: setting the clock back lengthens nothing.
struct Kept {
  std::int64_t until = 0, since_start_from = 0, since_start_until = 0;
  Secret token;

  [[nodiscard]] bool is_good() const {
    const std::int64_t passed = since_start_ms();
    return now_ms() < until && passed >= since_start_from && passed < since_start_until;
  }
};

/// Three lines: until when, by both clocks, for what, the token.
std::optional<Kept> read_kept(const Context& context, const Environment& environment) {
  const Descriptor file = open_file(file_of(context, environment));
  struct ::stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid() ||
      (status.st_mode & 077U) != 0)
    return std::nullopt;
  auto text = FdInput(file.get()).read_all(kMostKept);
  if (!text) return std::nullopt;
  const Secret wiped(std::move(*text));
  std::string_view rest = wiped.reveal();
  Kept kept;
  if (std::ranges::count(rest, '\n') < 2) return std::nullopt;
  std::string_view times = split_off(rest, '\n');
  for (std::int64_t* const time : {&kept.until, &kept.since_start_from, &kept.since_start_until})
    if (!read_number(split_off(times, ' '), *time)) return std::nullopt;
  if (split_off(rest, '\n') != purpose_of(context)) return std::nullopt;
  auto token = clean_token(std::string(rest), "the cached result");
  if (!token) return std::nullopt;
  kept.token = std::move(*token);
  return kept;
}

/// Does nothing where it cannot be done safely: the cache is a convenience.
void keep(const Context& context, const Environment& environment, std::int64_t until, const Secret& token) {
  const std::string path = file_of(context, environment);
  const std::string directory = path.substr(0, path.rfind('/'));
  const std::string above = directory.substr(0, directory.rfind('/'));
  (void)make_directory(above);
  (void)make_directory(directory);
  if (!is_private(above) || !is_private(directory)) return;
  const std::int64_t from = since_start_ms();
  const Secret text(std::to_string(until) + " " + std::to_string(from) + " " + std::to_string(from + until - now_ms()) + "\n" +
                    purpose_of(context) + "\n" + std::string(token.reveal()) + "\n");
  (void)replace_file(path, text.reveal(), 0600, Durable::no);
}

Result<std::int64_t> expiry(const JsonRef& value, const std::string& name) {
  if (value.kind() == JsonKind::integer) return value.integer() * 1000;
  if (value.kind() == JsonKind::string)
    if (auto instant = parse_rfc3339(value.string())) return *instant;
  return no_token("the " + name + " printed an `expires` that is neither an RFC 3339 time nor seconds since 1970");
}

}  // namespace

tl::unexpected<Error> no_token(std::string message, std::string hint) {
  return fail(Code::unauthenticated, std::move(message), std::move(hint));
}

Result<Secret> clean_token(std::string text, const std::string& from) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return no_token("the token from " + from + " is empty");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x21 || c == 0x7f; }))
    return no_token("the token from " + from + " contains a blank or a control character; a token is one word");
  return Secret(std::move(text));
}

Result<Secret> token_from_file(const std::string& path) {
  const auto file = open_token_file(path);
  if (!file) return fail(file.error());
  if (!*file) return no_token("cannot read the token file " + path + ": " + system_reason(errno));
  if (auto owned = check_owner(file->get(), path); !owned) return fail(std::move(owned.error()));
  FdInput input(file->get());
  return token_from(input, "the token file " + path, "file " + path);
}

Result<Secret> token_from_input(Input& input, const std::string& from) { return token_from(input, "the token from " + from, from); }

Result<Secret> token_from_plugin_descriptor(const std::string& number) {
  int fd = -1;
  if (!read_number(number, fd) || fd < 0) return no_token("FACIOCTL_TOKEN_FD is not a file descriptor number", "unset FACIOCTL_TOKEN_FD");
  std::string text(kMostOfToken, '\0');
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  if (got < 0)
    return no_token("cannot read the token from file descriptor " + number + ": " + system_reason(errno), "unset FACIOCTL_TOKEN_FD");
  text.resize(static_cast<std::size_t>(got));
  return clean_token(std::move(text), "file descriptor " + number);
}

Result<Secret> token_from_credential(const std::string& path) {
  const Descriptor file = open_file(path);
  if (!file) return no_token("cannot read the credential " + path + ": " + system_reason(errno));
  struct ::stat status {};
  // The service manager may own the file, and open it to this user alone by an access list, which shows as a right of the group.
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || (status.st_uid != ::geteuid() && status.st_uid != 0) ||
      (status.st_mode & 027U) != 0)
    return no_token("the credential " + path + " must be readable and writable only by its owner");
  FdInput input(file.get());
  return token_from(input, "the credential " + path, "credential " + path);
}

Result<ProgramToken> token_from_program(const std::vector<std::string>& command, bool refresh) {
  ProgramQuestion question{.command = command};
  if (refresh) question.environment.emplace_back("FACIOCTL_TOKEN_REFRESH=1");
  const std::string name = "token helper " + command[0];
  if (command[0].find('/') != std::string::npos)
    if (auto trusted = check_trusted(command[0], "the " + name); !trusted)
      return no_token(trusted.error().message(), trusted.error().hint());
  auto answer = ask_program(question);
  if (!answer) return no_token("the " + name + " cannot be used: " + answer.error().message(), "facioctl config edit");
  const Secret out(std::move(answer->out));
  if (answer->why == RunEnd::Why::too_much) return no_token("the " + name + " printed more than a token");
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
  if (!token.is(JsonKind::string)) return no_token("the " + name + " did not print a JSON object with the string `token`");
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
    if (auto kept = read_kept(context, environment); kept && kept->is_good()) return std::move(kept->token);
  auto answer = token_from_program(context.token.exec, fresh);
  if (!answer) {
    (void)forget_kept_token(context, environment);
    return fail(std::move(answer.error()));
  }
  std::optional<std::int64_t> until;
  if (answer->expires_ms) until = *answer->expires_ms - kBeforeItsEnd;
  if (context.token.ttl_ms != 0) until = until ? std::min(*until, now + context.token.ttl_ms) : now + context.token.ttl_ms;
  if (until && *until > now) keep(context, environment, *until, answer->token);
  else (void)forget_kept_token(context, environment);
  return std::move(answer->token);
}

std::optional<std::int64_t> kept_until(const Context& context, const Environment& environment) {
  const auto kept = read_kept(context, environment);
  if (!kept || !kept->is_good()) return std::nullopt;
  return kept->until;
}

Status forget_kept_token(const Context& context, const Environment& environment) {
  return remove_token_file(file_of(context, environment));
}

}  // namespace facio
