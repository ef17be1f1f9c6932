// facioctl mcp import: the configuration files of other MCP clients.
#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/command_line/hints.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/mcp/client/secrets.hpp"
#include "commands/facio/mcp/rules.hpp"

namespace facio::mcp {
namespace {

constexpr std::size_t kLargest = 4 * 1024 * 1024;

/// The servers of a file: `mcpServers` (Claude Desktop, Cursor), `servers` (VS Code), `mcp.servers` (its settings).
JsonRef servers_of(JsonRef root) {
  for (const std::string_view path : {"mcpServers", "servers", "mcp.servers"})
    if (const JsonRef found = root.find(path); found.is(JsonKind::object)) return found;
  return {};
}

std::string usable_name(std::string_view name) {
  std::string out(name.substr(0, 64));
  std::ranges::replace_if(
      out, [](char c) { return !is_letter(c) && !is_digit(c) && c != '_'; }, '-');
  return out;
}

/// Replaces `${env:NAME}` and `${input:NAME}` of other clients with the agent's `${credentials.NAME}`; adds the names to `keys`.
std::string with_own_placeholders(std::string text, std::vector<std::string>& keys) {
  for (const std::string_view start : {"${env:", "${input:"}) {
    for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at + 1)) {
      const std::size_t end = text.find('}', at);
      if (end == std::string::npos) break;
      std::string key = text.substr(at + start.size(), end - at - start.size());
      std::ranges::replace_if(
          key, [](char c) { return !is_letter(c) && !is_digit(c); }, '_');
      if (!find_pattern("key")->matches(key)) key.insert(0, "_");
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
      text.replace(at, end - at + 1, "${credentials." + key + "}");
    }
  }
  return text;
}

/// One server of the file as the body of `mcp add`.
Result<JsonDocument> body_of(std::string_view name, JsonRef server, std::vector<std::string>& keys, std::vector<std::string>& ignored) {
  JsonDocument body = JsonDocument::object();
  body.set_string("name", usable_name(name));
  if (server.kind() != JsonKind::object) return fail(Code::usage, "must be an object");
  for (std::size_t i = 0; i < server.size(); ++i) {
    const std::string_view field = server.name_at(i);
    const JsonRef value = server.at(i);
    if (field == "disabled" && value.kind() == JsonKind::boolean) {
      body.set_boolean("enabled", !value.boolean());
    } else if ((field == "type" || field == "transport") && value.kind() == JsonKind::string) {
      const std::string& type = value.string();
      const bool http = type == "http" || type == "streamable-http" || type == "streamable_http";
      body.set_string("type", http ? "streamableHttp" : type);
    } else if (field == "env" || field == "headers") {
      std::map<std::string, std::string> values;
      if (auto status = read_json(value, values, std::string(field)); !status) return fail(std::move(status.error()));
      for (auto& [key, text] : values) text = with_own_placeholders(std::move(text), keys);
      if (auto status = body.set_json(field, to_json(values)); !status) return fail(std::move(status.error()));
    } else if (shape_of<McpConfig>.find(field) != nullptr) {
      body.set(field, value);
    } else {
      ignored.emplace_back(field);
    }
  }
  if (auto status = validate(body.root(), shape_of<McpAdd>, Direction::sent); !status) return fail(std::move(status.error()));
  const auto config = from_json<McpConfig>(body.root());
  if (!config) return fail(config.error());
  if (auto status = check_config(*config); !status) return fail(std::move(status.error()));
  return body;
}

/// Sends (or only prints) one server; a failure goes into the result.
McpImported import_one(Client& client, std::string_view name, JsonRef server, std::vector<std::string>& keys, std::optional<Error>& first) {
  McpImported result{.name = usable_name(name), .added = false, .error = {}};
  std::vector<std::string> ignored;
  const auto failed = [&](const Error& why) {
    result.error = why.message();
    if (!first) first = why;
    return result;
  };
  const auto body = body_of(name, server, keys, ignored);
  if (!body) return failed(body.error());
  if (!client.invocation().global.quiet)
    for (const std::string& field : ignored)
      (void)client.streams().err.write("facioctl: warning: " + printable(name) + ": " + printable(field) +
                                       " is not supported here and was left out\n");
  auto request = client.request_to("mcp.add", {}, body->dump());
  if (!request) return failed(request.error());
  for (std::string& value : warn_of_secrets(client, *from_json<McpConfig>(body->root()))) request->secrets.push_back(std::move(value));
  const auto response = show_or_send(client, *request);
  if (!response) return failed(response.error());
  result.added = response->has_value();
  return result;
}

}  // namespace

Result<int> import_file(Client& client) {
  const Invocation& invocation = client.invocation();
  Sources sources{client.streams(), client.environment(), {}, invocation.global.target.token_stdin};
  const std::string file(invocation.value("file"));
  const auto document = read_document(sources, file, kLargest, "FILE");
  if (!document) return fail(document.error());
  const JsonRef servers = servers_of(document->root());
  if (!servers) return fail(Code::usage, file + ": contains neither mcpServers nor servers; is it the file of an MCP client?");
  McpImports imports;
  std::vector<std::string> keys;
  std::optional<Error> first;
  for (std::size_t i = 0; i < servers.size(); ++i)
    imports.items.push_back(import_one(client, servers.name_at(i), servers.at(i), keys, first));
  if (!invocation.global.only_shows() || first)
    if (auto status = print_as(client, *invocation.endpoint, to_json(imports), output_of(client)); !status)
      return fail(std::move(status.error()));
  if (!invocation.global.quiet)
    for (const std::string& key : keys)
      (void)client.streams().err.write(about_same_agent("next: facioctl credentials set " + key + "\n", client.invocation()));
  if (!first) return 0;
  const auto bad = std::ranges::count_if(imports.items, [](const McpImported& one) { return one.error.has_value(); });
  if (bad == std::ssize(imports.items)) return fail(std::move(*first));
  return fail(Code::partial,
              std::to_string(bad) + " of " + std::to_string(imports.items.size()) + " servers could not be imported: " + first->message());
}

}  // namespace facio::mcp
