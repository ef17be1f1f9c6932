// Where values come from besides the arguments: files, standard input, the environment, file descriptors.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_line/tokens.hpp"
#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"
#include "cli/core/typed_time.hpp"

namespace facio {

struct Sources {
  Streams& streams;
  const Environment& environment;
  TimeRule times = {};
  bool stdin_taken = false;  ///< standard input can be read once
};

/// A whole file, or standard input for "-". `shown` is the flag in messages. Code::usage when it cannot be read or is over `limit`.
Result<std::string> read_source(Sources& sources, const std::string& path, std::size_t limit, const std::string& shown);

/// A YAML or JSON file, told apart by its content.
Result<JsonDocument> read_document(Sources& sources, const std::string& path, std::size_t limit, const std::string& shown);
/// The same for text; `name` is the file in messages.
Result<JsonDocument> parse_document(std::string_view text, const std::string& name);
/// The same for several: YAML documents apart by `---`, the elements of a list, or a JSON object a line.
Result<std::vector<JsonDocument>> parse_documents(std::string_view text, const std::string& name);

/// The value that one of the secret flags --X-file, --X-env, --X-fd, --X-stdin gives; one trailing line break is removed.
Result<std::string> read_secret(Sources& sources, const CommandFlag& flag, const std::string& value);

/// The one required secret of the command's body, which is asked for when no flag says where it is; null when there is none.
const CommandFlag* asked_secret(const std::vector<CommandFlag>& flags);
/// The failure for a secret typed as an argument; does not repeat it.
tl::unexpected<Error> refuse_typed_secret(const Endpoint& endpoint, const CommandFlag& secret);
/// Reads it: without echo at a terminal, else from standard input. Code::usage when there is nothing, or nobody to ask.
Result<std::string> ask_secret(Sources& sources, const Endpoint& endpoint, const CommandFlag& secret);

}  // namespace facio
