#include "commands/facio/workspace/client/service.hpp"

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::workspace {
namespace {

tl::unexpected<Error> unusable_reply(const std::string& why) { return fail(Code::server, "the agent's answer cannot be used: " + why); }

}  // namespace

Result<std::string> bytes_of(JsonRef file) {
  const auto read = from_json<WorkspaceFile>(file);
  if (!read) return unusable_reply(read.error().message());
  if (read->encoding != "base64") return read->content;
  auto bytes = base64_decode(read->content);
  if (!bytes) return unusable_reply("content is not base64");
  return std::move(*bytes);
}

Result<std::optional<std::string>> read_file(Client& client, const std::string& path) {
  auto answer = client.ask("workspace.read", {{"path", {path}}});
  if (answer) return bytes_of(answer->root());
  if (answer.error().code() == Code::not_found) return std::optional<std::string>();
  if (answer.error().code() != Code::too_large) return fail(std::move(answer.error()));
  std::string whole;
  auto status = read_pieces(client, path, [&](std::string_view bytes) -> Status {
    if (whole.size() + bytes.size() > static_cast<std::size_t>(kMostCopied))
      return fail(Code::too_large, printable(path) + " is larger than 256 MiB", "facioctl workspace cat " + path);
    whole += bytes;
    return {};
  });
  if (!status) return fail(std::move(status.error()));
  return whole;
}

Status read_pieces(Client& client, const std::string& path, const std::function<Status(std::string_view bytes)>& take) {
  std::optional<WorkspaceFile> first;
  for (std::int64_t at = 0; !first || at < first->size;) {
    auto answer = client.ask("workspace.read", {{"path", {path}}, {"offset", {std::to_string(at)}}});
    if (!answer) return fail(std::move(answer.error()));
    auto piece = from_json<WorkspaceFile>(answer->root());
    if (!piece) return unusable_reply(piece.error().message());
    if (piece->offset != at) return unusable_reply("it does not start at byte " + std::to_string(at));
    if (first && (piece->size != first->size || piece->mtime != first->mtime))
      return fail(Code::conflict, printable(path) + " was changed while it was read", "run the same command again");
    const auto bytes = bytes_of(answer->root());
    if (!bytes) return fail(bytes.error());
    if (bytes->empty() && at < piece->size) return unusable_reply("a piece is empty");
    if (auto status = take(*bytes); !status) return status;
    at += static_cast<std::int64_t>(bytes->size());
    if (!first) first = std::move(*piece);
  }
  return {};
}

Result<Request> write_request(Client& client, const std::string& path, std::string_view bytes, std::optional<bool> executable) {
  const bool text = is_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
  std::string body = R"({"content":)";
  append_json_string(body, text ? std::string(bytes) : base64_encode(bytes));
  body += text ? R"(,"encoding":"utf-8")" : R"(,"encoding":"base64")";
  if (executable) body += *executable ? R"(,"executable":true)" : R"(,"executable":false)";
  body += '}';
  if (body.size() > kMostSent)
    return fail(Code::too_large, path + ": a request of " + std::to_string(body.size()) + " bytes is over the agent's limit of 16 MiB");
  return client.request_to("workspace.write", {{"path", {path}}}, body);
}

}  // namespace facio::workspace
