// facioctl api: any request.
#include <algorithm>
#include <array>

#include "cli/command_line/client.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/command_line/values.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"

namespace facio::api {
namespace {

constexpr std::size_t kMostBodyBytes = std::size_t{64} * 1024 * 1024;
constexpr int kTimeoutMs = 60'000;

struct Route {
  std::string method = "GET";
  std::string path;
};

Result<Route> read_route(const std::vector<std::string>& words) {
  Route route;
  if (words.size() > 2)
    return fail(Code::usage, "`api` takes a method and a path, but got '" + printable(words[2]) + "' as well",
                "facioctl api [METHOD] PATH");
  route.path = words.back();
  if (words.size() == 2) {
    route.method = words.front();
    std::ranges::transform(route.method, route.method.begin(),
                           [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
  }
  static constexpr std::array<std::string_view, 6> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};
  if (std::ranges::find(kMethods, route.method) == kMethods.end())
    return fail_field(Code::usage, "METHOD",
                      "METHOD: '" + printable(words.front()) + "' is not one of GET, POST, PUT, PATCH, DELETE, HEAD");
  if (!route.path.starts_with('/')) route.path.insert(0, "/");
  if (std::ranges::any_of(
          route.path, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '#'; }))
    return fail_field(Code::usage, "PATH", "PATH: holds a blank, a # or a character that must be percent-encoded, as %20");
  return route;
}

/// Whether a path stands as it is: below one of the roots of the system, which are separated by blanks.
bool is_whole(std::string_view path, std::string_view roots) {
  while (!roots.empty()) {
    const std::string_view root = roots.substr(0, roots.find(' '));
    roots.remove_prefix(std::min(roots.size(), root.size() + 1));
    if (path.starts_with(root)) return true;
  }
  return false;
}

Status add_fields(const Invocation& invocation, JsonDocument& body, bool& given) {
  for (const std::string_view flag : {"field", "raw-field"}) {
    const auto found = invocation.values.find(flag);
    if (found == invocation.values.end()) continue;
    for (const std::string& text : found->second) {
      const auto equal = text.find('=');
      if (equal == std::string::npos || equal == 0)
        return fail_field(Code::usage, "--" + std::string(flag),
                          "--" + std::string(flag) + ": '" + printable(text) + "': expected KEY=VALUE");
      const std::string key = text.substr(0, equal);
      const std::string value = text.substr(equal + 1);
      given = true;
      if (flag == "raw-field") {
        body.set_string(key, value);
        continue;
      }
      const bool structured = value.starts_with('{') || value.starts_with('[') || value.starts_with('"');
      if (structured && !JsonDocument::parse(value)) return fail_field(Code::usage, "--field", "--field " + key + ": is not valid JSON");
      if (auto status = body.set_json(key, structured ? value : guessed_json(value)); !status) return status;
    }
  }
  return {};
}

Result<Request> build(Client& client) {
  const Invocation& invocation = client.invocation();
  auto route = read_route(invocation.values.find("request")->second);
  if (!route) return fail(std::move(route.error()));
  Request request;
  request.method = std::move(route->method);
  request.target = std::move(route->path);
  request.accept = "application/json, */*";
  request.idempotent = request.method == "GET" || request.method == "HEAD" || request.method == "PUT";
  request.timeout_ms = invocation.global.timeout_ms != 0 ? invocation.global.timeout_ms : kTimeoutMs;
  JsonDocument body = JsonDocument::object();
  bool given = false;
  if (invocation.given("file")) {
    Sources sources{client.streams(), client.environment(), now_ms(), invocation.global.target.token_stdin};
    auto document = read_document(sources, std::string(invocation.value("file")), kMostBodyBytes, "--file");
    if (!document) return fail(std::move(document.error()));
    body = std::move(*document);
    given = true;
  }
  if (auto status = add_fields(invocation, body, given); !status) return fail(std::move(status.error()));
  if (given && (request.method == "GET" || request.method == "HEAD"))
    return fail(Code::usage, request.method + " has no body; write the values into the path, as ?limit=5, or name another method");
  request.has_body = given || request.method == "POST";
  if (request.has_body) request.body = body.dump();
  if (auto target = client.target(); !target) return fail(std::move(target.error()));
  if (!is_whole(request.target, client.system().roots)) request.target.insert(0, client.system().prefix);
  return request;
}

}  // namespace

Result<int> call(Client& client) {
  auto request = build(client);
  if (!request) return fail(std::move(request.error()));
  const GlobalOptions& global = client.invocation().global;
  if (request->method == "DELETE" && !global.only_shows()) {
    auto target = client.target();
    if (!target) return fail(std::move(target.error()));
    if ((*target)->context.is_protected)
      if (auto status = client.confirm("DELETE " + request->target); !status) return fail(std::move(status.error()));
  }
  auto response = show_or_send(client, *request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  Streams& streams = client.streams();
  const bool json = (*response)->content_type.find("json") != std::string::npos;
  OutputOptions output = global.output;
  if (!global.output_given) output.format = OutputFormat::json;
  auto status = json ? render_json((*response)->body, output, streams) : streams.out.write((*response)->body);
  if (!status) return fail(std::move(status.error()));
  return 0;
}

}  // namespace facio::api
