#include "cli/command_line/sources.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "cli/contexts/yaml.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostSecretBytes = 1024 * 1024;

Result<std::string> read_stdin(Sources& sources, std::size_t limit, const std::string& shown) {
  if (sources.stdin_taken)
    return fail_field(Code::usage, shown, shown + ": standard input is read by another flag already; use a file for one of them");
  sources.stdin_taken = true;
  auto text = sources.streams.in.read_all(limit);
  if (!text) return fail_field(Code::usage, shown, shown + ": " + text.error().message());
  return text;
}

/// One line break at the end is the editor's, not the secret's.
std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string stem_of(const CommandFlag& flag) { return "--" + flag.name; }

Result<std::string> read_fd(const CommandFlag& flag, const std::string& value) {
  int fd = -1;
  if (!read_number(value, fd) || fd < 0)
    return fail_field(Code::usage, stem_of(flag), stem_of(flag) + ": '" + value + "' is not a file descriptor number");
  auto text = FdInput(fd).read_all(kMostSecretBytes);
  if (!text) return fail_field(Code::usage, stem_of(flag), stem_of(flag) + ": " + text.error().message());
  return text;
}

}  // namespace

Result<std::string> read_source(Sources& sources, const std::string& path, std::size_t limit, const std::string& shown) {
  if (path == "-") return read_stdin(sources, limit, shown);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail_field(Code::usage, shown, shown + ": cannot read " + path + ": " + system_reason(errno));
  struct ::stat status {};
  if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(fd);
    return fail_field(Code::usage, shown, shown + ": " + path + " is a directory; name a file");
  }
  auto text = FdInput(fd).read_all(limit);
  ::close(fd);
  if (!text) return fail_field(Code::usage, shown, shown + ": " + path + ": " + text.error().message());
  return text;
}

Result<JsonDocument> parse_document(std::string_view text, const std::string& name) {
  const auto start = text.find_first_not_of(" \t\r\n");
  const bool looks_json = start != std::string_view::npos && (text[start] == '{' || text[start] == '[');
  std::string json_error;
  if (looks_json) {
    auto document = JsonDocument::parse(text);
    if (document) return document;
    json_error = document.error().message();
  }
  auto tree = parse_yaml(text, name);
  if (!tree && looks_json) return fail(Code::usage, name + ": " + json_error);
  if (!tree) return fail(std::move(tree.error()));
  auto document = JsonDocument::parse(yaml_to_json(**tree));
  if (!document) return fail(Code::usage, name + ": " + document.error().message());
  return document;
}

Result<JsonDocument> read_document(Sources& sources, const std::string& path, std::size_t limit, const std::string& shown) {
  auto text = read_source(sources, path, limit, shown);
  if (!text) return fail(std::move(text.error()));
  return parse_document(*text, path == "-" ? "standard input" : path);
}

Result<std::string> read_secret(Sources& sources, const CommandFlag& flag, const std::string& value) {
  Result<std::string> text;
  switch (flag.role) {
    case FlagRole::secret_file: text = read_source(sources, value, kMostSecretBytes, stem_of(flag)); break;
    case FlagRole::secret_stdin: text = read_stdin(sources, kMostSecretBytes, stem_of(flag)); break;
    case FlagRole::secret_fd: text = read_fd(flag, value); break;
    default: {
      const std::string_view found = sources.environment.get(value);
      if (found.empty())
        return fail_field(Code::usage, stem_of(flag), stem_of(flag) + ": the environment variable " + value + " is not set");
      return std::string(found);
    }
  }
  if (!text) return text;
  return without_line_end(std::move(*text));
}

Result<std::string> read_standard_secret(Sources& sources, const CommandFlag& flag) {
  auto text = read_stdin(sources, kMostSecretBytes, "--" + flag.stem + "-stdin");
  if (!text) return text;
  return without_line_end(std::move(*text));
}

}  // namespace facio
