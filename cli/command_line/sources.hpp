// Where values come from besides the arguments: files, standard input, the environment, file descriptors.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_line/tokens.hpp"
#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// What values may be read from.
struct Sources {
  Streams& streams;
  const Environment& environment;
  std::int64_t now_ms = 0;
  bool stdin_taken = false;  ///< standard input can be read once
};

/// A whole file, or standard input for "-". `shown` is the flag in messages. Code::usage when it cannot be read or is over `limit`.
Result<std::string> read_source(Sources& sources, const std::string& path, std::size_t limit, const std::string& shown);

/// A file that is YAML or JSON, decided by its content.
Result<JsonDocument> read_document(Sources& sources, const std::string& path, std::size_t limit, const std::string& shown);
/// The same for text that was read already; `name` is the file in messages.
Result<JsonDocument> parse_document(std::string_view text, const std::string& name);

/// The value that one of the secret flags --X-file, --X-env, --X-fd, --X-stdin gives; one trailing line break is removed.
Result<std::string> read_secret(Sources& sources, const CommandFlag& flag, const std::string& value);

/// A secret from standard input, as --X-stdin gives it.
Result<std::string> read_standard_secret(Sources& sources, const CommandFlag& flag);

}  // namespace facio
