#include "commands/facio/manifest/client/secrets.hpp"

#include <fcntl.h>

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/error.hpp"
#include "cli/core/files.hpp"
#include "cli/core/short_text.hpp"
#include "cli/process/run.hpp"

namespace facio::manifest {
namespace {

using From = SecretSource::From;

constexpr std::size_t kMostSecret = 1024 * 1024, kMostWords = 100;
constexpr std::chrono::seconds kLongestProgram{30};
constexpr std::string_view kAgeText = "-----BEGIN AGE ENCRYPTED FILE-----", kOpReference = "op://";
constexpr ShortText<8> kNames[] = {"env", "file", "exec", "op", "age"};  // in the order of From

std::string_view name_of(From from) { return kNames[static_cast<std::size_t>(from)]; }

Result<std::string> value_in(std::string bytes, const std::string& where) {
  if (bytes.size() > kMostSecret) return fail(Code::usage, where + ": is larger than 1 MiB");
  if (bytes.ends_with('\n')) bytes.pop_back();
  if (bytes.ends_with('\r')) bytes.pop_back();
  if (bytes.empty()) return fail(Code::usage, where + ": is empty");
  return bytes;
}

Result<std::string> bytes_of_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string bytes;
  if (!file || !read_all(file.get(), bytes, kMostSecret)) return fail(Code::usage, path + ": " + system_reason(errno));
  return bytes;
}

/// What a program prints. Its words may be of the manifest, so that messages have its name alone.
Result<std::string> printed_by(ProgramQuestion question) {
  question.limit = kLongestProgram;
  const std::string name = question.command.front();
  auto end = ask_program(question);
  if (!end) return fail(Code::usage, end.error().message());
  if (end->why == RunEnd::Why::late) return fail(Code::usage, name + " has not answered within 30 seconds");
  if (end->why == RunEnd::Why::too_much) return fail(Code::usage, name + " prints more than a secret may have");
  if (end->why != RunEnd::Why::ended) return fail(Code::usage, name + " was stopped");
  if (end->code != 0) return fail(Code::usage, name + " ended with exit code " + std::to_string(end->code));
  return value_in(std::move(end->out), "what " + name + " prints");
}

Result<std::string> decrypted(const SecretSource& source) {
  ProgramQuestion question{.command = {"age", "--decrypt", "--identity", source.identity}};
  if (source.name.starts_with(kAgeText)) {
    question.input = source.name;
  } else {
    auto bytes = bytes_of_file(source.name);
    if (!bytes) return bytes;
    question.input = std::move(*bytes);
  }
  return printed_by(std::move(question));
}

Result<std::string> secret_of(const SecretSource& source, const Environment& environment, SecretPrograms programs) {
  switch (source.from) {
    case From::environment: {
      const std::string_view value = environment.get_named(source.name);
      if (value.empty()) return fail(Code::usage, "$" + source.name + " is not set");
      return std::string(value);
    }
    case From::file: return bytes_of_file(source.name).and_then([&](std::string bytes) { return value_in(std::move(bytes), source.name); });
    case From::op: return printed_by({.command = {"op", "read", "--no-newline", source.name}});
    case From::age: return decrypted(source);
    default:
      if (programs != SecretPrograms::all) return fail(Code::usage, "is what a command prints; --allow-exec runs it");
      return printed_by({.command = source.command});
  }
}

}  // namespace

std::optional<SecretSource> SecretSource::read(JsonRef from) {
  if (!from.is(JsonKind::object) || from.size() == 0) return std::nullopt;
  const JsonRef identity = from.get("identity");
  SecretSource source;
  const auto* const found = std::ranges::find_if(kNames, [&](const auto& name) { return static_cast<bool>(from.get(name)); });
  if (found == std::end(kNames)) return std::nullopt;
  source.from = static_cast<From>(found - std::begin(kNames));
  const JsonRef value = from.get(name_of(source.from));
  const bool is_age = source.from == From::age;
  if (from.size() != (is_age ? 2U : 1U) || (is_age && identity.text().empty())) return std::nullopt;
  source.identity = identity.text();
  if (source.from == From::command) {
    for (std::size_t i = 0; i < value.size() && value.is(JsonKind::array); ++i) {
      if (!value.at(i).is(JsonKind::string) || i == kMostWords) return std::nullopt;
      source.command.push_back(value.at(i).string());
    }
    return source.command.empty() || source.command.front().empty() ? std::nullopt : std::optional(std::move(source));
  }
  source.name = value.text();
  const bool good = source.from == From::op ? source.name.starts_with(kOpReference) : !source.name.empty();
  return good ? std::optional(std::move(source)) : std::nullopt;
}

std::string SecretSource::reference() const {
  JsonWriter json;
  json.begin_object();
  if (from == From::command) json.array(name_of(from), command);
  else json.member(name_of(from), std::string_view(name));
  if (from == From::age) json.member("identity", std::string_view(identity));
  return json.end_object().take();
}

void SecretSource::resolve(const std::string& directory) {
  const auto below = [&](std::string& path) {
    if (!path.empty() && !path.starts_with('/') && !path.starts_with(kAgeText)) path.insert(0, directory + "/");
  };
  if (from == From::file || from == From::age) below(name);
  below(identity);
}

SecretValues read_secrets(const SecretSources& sources, const Environment& environment, SecretPrograms programs) {
  SecretValues read;
  for (const auto& [pointer, source] : sources) {
    if (programs == SecretPrograms::unasked && source.from != From::environment && source.from != From::file) continue;
    auto value = secret_of(source, environment, programs);
    if (value) read.values.emplace(pointer, Secret(std::move(*value)));
    else read.missing.emplace(pointer, value.error().message());
  }
  return read;
}

}  // namespace facio::manifest
