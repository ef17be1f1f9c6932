// Reading and writing the agent's files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command_line/client.hpp"

namespace facio::workspace {

/// The largest local file that is read.
inline constexpr std::size_t kMostLocal = 16 * 1024 * 1024;

/// The same command without --dry-run and --curl, for the requests that only read.
Invocation for_reading(const Invocation& invocation);
/// The file content in a reply of GET /workspace/file.
Result<std::string> bytes_of(JsonRef file);
/// A whole file; nothing when there is none.
Result<std::optional<std::string>> read_file(Client& client, const std::string& path);
/// The request that writes a file: as text where it is UTF-8, else in base64.
Result<Request> write_request(Client& client, const std::string& path, std::string_view bytes);

}  // namespace facio::workspace
