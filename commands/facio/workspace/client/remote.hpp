// The agent's files as the commands of the workspace use them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command_line/client.hpp"

namespace facio::workspace {

/// The largest file of this machine that is read.
inline constexpr std::size_t kMostLocal = 16 * 1024 * 1024;

/// The same command for a client that really asks the agent: --dry-run and --curl keep only the changes from it.
Invocation for_reading(const Invocation& invocation);
/// The bytes that a reply of GET /workspace/file holds.
Result<std::string> bytes_of(JsonRef file);
/// A whole file; nothing when there is none.
Result<std::optional<std::string>> read_file(Client& client, const std::string& path);
/// The request that writes a file: as text where it is UTF-8, else in base64.
Result<Request> write_request(Client& client, const std::string& path, std::string_view bytes);

}  // namespace facio::workspace
