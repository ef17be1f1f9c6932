// facioctl api: any request.
#include <algorithm>
#include <array>

#include "cli/command_line/client.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::api {
namespace {

constexpr std::size_t kMostBodyBytes = std::size_t{64} * 1024 * 1024;
constexpr int kTimeoutMs = 60'000;

/// Method and target of the request.
Result<Request> read_route(const std::vector<std::string>& words) {
  if (words.size() > 2)
    return fail(Code::usage, "`api` takes a method and a path, but got '" + printable(words[2]) + "' as well",
                "facioctl api [METHOD] PATH");
  Request request{.method = words.size() == 2 ? upper(words.front()) : "GET", .target = words.back()};
  static constexpr std::array<std::string_view, 6> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};
  if (std::ranges::find(kMethods, request.method) == kMethods.end())
    return fail_field(Code::usage, "METHOD", "METHOD: '" + printable(words.front()) + "' is not one of " + joined(kMethods));
  if (!request.target.starts_with('/')) request.target.insert(0, "/");
  if (std::ranges::any_of(request.target, [](char c) { return c <= 0x20 || c >= 0x7f || c == '#'; }))
    return fail_field(Code::usage, "PATH", "PATH: holds a blank, a # or a character that must be percent-encoded, as %20");
  return request;
}

Status add_fields(const Invocation& invocation, JsonDocument& body, bool& given) {
  for (const std::string flag : {"field", "raw-field"}) {
    for (const std::string& text : invocation.all(flag)) {
      const auto equal = text.find('=');
      if (equal == std::string::npos || equal == 0)
        return fail_field(Code::usage, "--" + flag, "--" + flag + ": '" + printable(text) + "': expected KEY=VALUE");
      const std::string key = text.substr(0, equal);
      const std::string value = text.substr(equal + 1);
      given = true;
      if (flag == "raw-field") {
        body.set_string(key, value);
        continue;
      }
      const bool structured = value.starts_with('{') || value.starts_with('[') || value.starts_with('"');
      if (structured && !JsonDocument::parse(value)) return fail_field(Code::usage, "--field", "--field " + key + ": is not valid JSON");
      if (auto status = body.set_json(key, structured ? value : plain_scalar_json(value)); !status) return status;
    }
  }
  return {};
}

Result<Request> build(Client& client) {
  const Invocation& invocation = client.invocation();
  auto request = read_route(invocation.all("request"));
  if (!request) return request;
  const bool reads = request->method == "GET" || request->method == "HEAD";
  request->accept = "application/json, */*";
  request->idempotent = reads || request->method == "PUT";
  request->timeout_ms = invocation.global.timeout_ms != 0 ? invocation.global.timeout_ms : kTimeoutMs;
  JsonDocument body = JsonDocument::object();
  bool given = invocation.given("file");
  if (given) {
    Sources sources{client.streams(), client.environment(), now_ms(), invocation.global.target.token_stdin};
    auto document = read_document(sources, std::string(invocation.value("file")), kMostBodyBytes, "--file");
    if (!document) return fail(std::move(document.error()));
    body = std::move(*document);
  }
  if (auto status = add_fields(invocation, body, given); !status) return fail(std::move(status.error()));
  if (given && reads)
    return fail(Code::usage, request->method + " has no body; write the values into the path, as ?limit=5, or name another method");
  request->has_body = given || request->method == "POST";
  if (request->has_body) request->body = body.dump();
  if (auto target = client.target(); !target) return fail(std::move(target.error()));
  const auto roots = split_terminated(client.system().roots, ' ');
  if (std::ranges::none_of(roots, [&](std::string_view root) { return request->target.starts_with(root); }))
    request->target.insert(0, client.system().prefix);
  return request;
}

}  // namespace

Result<int> call(Client& client) {
  const auto request = build(client);
  if (!request) return fail(request.error());
  const GlobalOptions& global = client.invocation().global;
  if (request->method == "DELETE" && !global.only_shows()) {
    const auto target = client.target();
    if (!target) return fail(target.error());
    if ((*target)->context.is_protected)
      if (auto status = client.confirm("DELETE " + request->target); !status) return fail(std::move(status.error()));
  }
  const auto response = show_or_send(client, *request);
  if (!response) return fail(response.error());
  if (!*response) return 0;
  const std::string& body = (*response)->body;
  OutputOptions output = global.output;
  if (!global.output_given) output.format = OutputFormat::json;
  const bool json = (*response)->content_type.find("json") != std::string::npos;
  return exit_code(json ? render_json(body, output, client.streams()) : client.streams().out.write(body));
}

}  // namespace facio::api
