#include "commands/facio/workspace/server/service.hpp"

#include <absl/cleanup/cleanup.h>
#include <utility>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "commands/serve/files/tree.hpp"
#include "cli/files/workspace_files.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostRead = 7 * 1024 * 1024;  // in base64 still below what a client accepts
constexpr std::int64_t kLarge = 1024 * 1024;
constexpr std::size_t kMostReply = 10 * 1000 * 1000;  // below 10 MiB, with room for the rest of the reply

std::string file_json(std::string_view path, std::string_view bytes, std::string_view encoding) {
  std::string out = R"({"path":)";
  append_json_string(out, path);
  out += R"(,"size":)" + std::to_string(bytes.size()) + R"(,"encoding":")" + std::string(encoding) + R"(","content":)";
  if (encoding == "utf-8") append_json_string(out, bytes);
  else out += '"' + base64_encode(bytes) + '"';
  out += '}';
  return out;
}

}  // namespace

Result<serve::BodyMaker> WorkspaceService::tree(std::string_view path, std::int64_t depth) const {
  return serve::TreeText::open(files_, path, depth, kMostReply).map([this](serve::TreeText text) -> serve::BodyMaker {
    std::string head = R"({"root":)";
    append_json_string(head, files_.directory());
    head += R"(,"tree":)";
    return [text = std::move(text), head = std::move(head)](std::string& out) mutable {
      out += std::exchange(head, {});
      if (text.next(out)) return true;
      out += '}';
      return false;
    };
  });
}

Result<std::string> WorkspaceService::read(std::string_view path) const {
  const auto entry = files_.look(path);
  const bool large = entry && entry->size > kLarge;
  if (large) large_.acquire();
  const absl::Cleanup next = [&] {
    if (large) large_.release();
  };
  auto bytes = files_.read(path, kMostRead);
  if (!bytes && bytes.error().code() == Code::too_large)
    return fail(Code::too_large, std::string(path) + " is larger than 7 MiB: read it on the agent's machine");
  if (!bytes) return bytes;
  if (is_utf8(*bytes) && bytes->find('\0') == std::string::npos) {
    std::string text = file_json(path, *bytes, "utf-8");
    // Escaping makes a text of control characters six times as long.
    if (text.size() <= kMostReply) return text;
  }
  return file_json(path, *bytes, "base64");
}

Result<WorkspaceWritten> WorkspaceService::write(std::string_view path, std::string_view content, std::string_view encoding) const {
  std::optional<std::string> decoded;
  if (encoding == "base64") {
    decoded = base64_decode(content);
    if (!decoded) return reject_field("content", "is no base64; encode the bytes with padding and without line breaks");
    content = *decoded;
  }
  return files_.write(path, content).map([&](bool created) {
    return WorkspaceWritten{.path = std::string(path), .size = static_cast<std::int64_t>(content.size()), .created = created};
  });
}

Result<WorkspaceDeleted> WorkspaceService::remove(std::string_view path) const {
  return files_.remove(path).map([&] { return WorkspaceDeleted{std::string(path)}; });
}

}  // namespace facio
