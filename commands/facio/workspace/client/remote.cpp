#include "commands/facio/workspace/client/remote.hpp"

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::workspace {
namespace {

tl::unexpected<Error> unusable_reply(const std::string& why) { return fail(Code::server, "the agent's answer cannot be used: " + why); }

}  // namespace

Invocation for_reading(const Invocation& invocation) {
  Invocation own;
  own.endpoint = invocation.endpoint;
  own.global = invocation.global;
  own.global.dry_run = own.global.curl = false;
  own.values = invocation.values;
  own.secrets = invocation.secrets;
  return own;
}

Result<std::string> bytes_of(JsonRef file) {
  const auto read = from_json<WorkspaceFile>(file);
  if (!read) return unusable_reply(read.error().message());
  if (read->encoding != "base64") return read->content;
  auto bytes = base64_decode(read->content);
  if (!bytes) return unusable_reply("content is no base64");
  return std::move(*bytes);
}

Result<std::optional<std::string>> read_file(Client& client, const std::string& path) {
  auto answer = client.ask("workspace.read", {{"path", {path}}});
  if (!answer && answer.error().code() == Code::not_found) return std::optional<std::string>();
  if (!answer) return fail(std::move(answer.error()));
  return bytes_of(answer->root());
}

Result<Request> write_request(Client& client, const std::string& path, std::string_view bytes) {
  const bool text = is_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
  std::string body = R"({"content":)";
  append_json_string(body, text ? std::string(bytes) : base64_encode(bytes));
  body += text ? R"(,"encoding":"utf-8"})" : R"(,"encoding":"base64"})";
  if (body.size() > 16 * 1024 * 1024)
    return fail(Code::too_large, path + ": a request of " + std::to_string(body.size()) + " bytes is over the agent's limit of 16 MiB");
  return client.request_to("workspace.write", {{"path", {path}}}, body);
}

}  // namespace facio::workspace
