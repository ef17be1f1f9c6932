// Reading and writing the agent's files.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"

namespace facio::workspace {

/// What a file can have to be sent: a request holds 16 MiB, and what is no text three quarters of that.
inline constexpr std::size_t kMostSent = 16 * 1024 * 1024;
/// The largest file of a folder that is compared or copied.
inline constexpr std::int64_t kMostCopied = 256LL * 1024 * 1024;

/// The file content in a reply of GET /workspace/file.
Result<std::string> bytes_of(JsonRef file);
/// A whole file; nothing when there is none. What is too large for one answer is read in pieces.
Result<std::optional<std::string>> read_file(Client& client, const std::string& path);
/// Passes a file to `take` in pieces, in order. Code::conflict when it is changed meanwhile; Code::too_large when the agent has no pieces.
Status read_pieces(Client& client, const std::string& path, const std::function<Status(std::string_view bytes)>& take);
/// The request that writes a file: as text where it is UTF-8, else in base64. `executable`: whether it can be run; without it as before.
Result<Request> write_request(Client& client, const std::string& path, std::string_view bytes,
                              std::optional<bool> executable = std::nullopt);

/// The paths of all regular files of the workspace; names that could lead out of a folder are left out with a warning. Code::partial when a
/// part of it cannot be listed.
Result<std::vector<std::string>> list_all_files(Client& client);
/// Writes files below a local directory, which is made; neither a name nor a link in it leads out of it.
Status write_below(Client& client, const std::string& directory, const std::map<std::string, std::string>& files);

}  // namespace facio::workspace
