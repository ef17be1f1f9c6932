#include "cli/command_line/sources.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "cli/command_line/parse.hpp"
#include "cli/command_line/terminal_input.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostSecretBytes = 1024 * 1024;

Result<std::string> read_stdin(Sources& sources, std::size_t limit, const std::string& shown) {
  if (sources.stdin_taken)
    return fail_field(Code::usage, shown, shown + ": another flag already reads standard input; use a file for one of them");
  sources.stdin_taken = true;
  auto text = sources.streams.in.read_all(limit);
  if (!text) return fail_field(Code::usage, shown, shown + ": " + text.error().message());
  return text;
}

/// A final line break comes from the editor and is not part of the secret.
std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string spelled_flag(const CommandFlag& flag) { return "--" + flag.name; }

Result<std::string> read_fd(const CommandFlag& flag, const std::string& value) {
  int fd = -1;
  if (!read_number(value, fd) || fd < 0)
    return fail_field(Code::usage, spelled_flag(flag), spelled_flag(flag) + ": '" + value + "' is not a file descriptor number");
  auto text = FdInput(fd).read_all(kMostSecretBytes);
  if (!text) return fail_field(Code::usage, spelled_flag(flag), spelled_flag(flag) + ": " + text.error().message());
  return text;
}

/// The flags that say where a secret is.
std::string ways(const CommandFlag& secret) {
  const std::string stem = "--" + secret.stem;
  return stem + "-file FILE, " + stem + "-env VAR, " + stem + "-fd N or " + stem + "-stdin";
}

}  // namespace

Result<std::string> read_source(Sources& sources, const std::string& path, std::size_t limit, const std::string& shown) {
  if (path == "-") return read_stdin(sources, limit, shown);
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_field(Code::usage, shown, shown + ": cannot read " + path + ": " + system_reason(errno));
  struct ::stat status {};
  if (::fstat(fd.get(), &status) == 0 && S_ISDIR(status.st_mode))
    return fail_field(Code::usage, shown, shown + ": " + path + " is a directory; name a file");
  auto text = FdInput(fd.get()).read_all(limit);
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

Result<std::vector<JsonDocument>> parse_documents(std::string_view text, const std::string& name) {
  std::vector<JsonDocument> documents;
  const auto add = [&](std::string_view json) {
    auto document = JsonDocument::parse(json);
    if (document) documents.push_back(std::move(*document));
    return document.has_value();
  };
  const auto start = text.find_first_not_of(" \t\r\n");
  const bool json = start != std::string_view::npos && (text[start] == '{' || text[start] == '[') &&
                    (add(text) || std::ranges::all_of(split_terminated(text), [&](auto line) { return is_blank(line) || add(line); }));
  if (!json) {
    documents.clear();
    auto trees = parse_yaml_documents(text, name);
    if (!trees) {
      auto only = parse_document(text, name);  // its message is about JSON where the text looks like that
      if (!only) return fail(std::move(only.error()));
      documents.push_back(std::move(*only));
    } else {
      for (const YamlTree& tree : *trees)
        if (!add(yaml_to_json(*tree))) return fail(Code::usage, name + ": a document of it cannot be read as JSON");
    }
  }
  if (documents.size() != 1 || documents.front().root().kind() != JsonKind::array) return documents;
  const JsonDocument list = std::move(documents.front());
  documents.clear();
  for (std::size_t i = 0; i < list.root().size(); ++i) add(list.root().at(i).dump());
  return documents;
}

Result<JsonDocument> read_document(Sources& sources, const std::string& path, std::size_t limit, const std::string& shown) {
  auto text = read_source(sources, path, limit, shown);
  if (!text) return fail(std::move(text.error()));
  return parse_document(*text, path == "-" ? "standard input" : path);
}

Result<std::string> read_secret(Sources& sources, const CommandFlag& flag, const std::string& value) {
  Result<std::string> text;
  switch (flag.role) {
    case FlagRole::secret_file: text = read_source(sources, value, kMostSecretBytes, spelled_flag(flag)); break;
    case FlagRole::secret_stdin: text = read_stdin(sources, kMostSecretBytes, spelled_flag(flag)); break;
    case FlagRole::secret_fd: text = read_fd(flag, value); break;
    default: {
      const std::string_view found = sources.environment.get_named(value);
      if (found.empty())
        return fail_field(Code::usage, spelled_flag(flag), spelled_flag(flag) + ": the environment variable " + value + " is not set");
      return std::string(found);
    }
  }
  return std::move(text).map(without_line_end);
}

const CommandFlag* asked_secret(const std::vector<CommandFlag>& flags) {
  const auto found = std::ranges::find_if(flags, [](const CommandFlag& flag) {
    return flag.in_body && flag.path == flag.field->name && flag.role == FlagRole::secret_literal && flag.field->required &&
           flag.field->type->kind == Kind::string;
  });
  return found == flags.end() ? nullptr : &*found;
}

tl::unexpected<Error> refuse_typed_secret(const Endpoint& endpoint, const CommandFlag& secret) {
  return fail(Error(Code::usage, "secrets are not accepted as arguments, because other users and the shell history can see them")
                  .with_field(secret.path)
                  .with_hint("facioctl " + command_usage(endpoint) + ", which prompts for it, or add " + ways(secret)));
}

Result<std::string> ask_secret(Sources& sources, const Endpoint& endpoint, const CommandFlag& secret) {
  const bool terminal = sources.streams.in.is_terminal();
  if (terminal && !sources.streams.err.is_terminal())
    return fail(Error(Code::usage, "without a terminal, nobody can be asked for the " + secret.path)
                    .with_field("--" + secret.stem + "-file")
                    .with_hint(ways(secret)));
  auto text = terminal ? read_hidden_line(secret.path + " (not shown): ", sources.streams)
                       : read_stdin(sources, kMostSecretBytes, "--" + secret.stem + "-stdin").map(without_line_end);
  if (!text) return text;
  if (text->empty())
    return fail(Error(Code::usage, terminal ? "no " + secret.path + " was typed" : "standard input contains no " + secret.path)
                    .with_field("--" + secret.stem + "-file")
                    .with_hint("facioctl " + command_usage(endpoint) + " at a terminal, or with " + ways(secret)));
  return text;
}

}  // namespace facio
