// facioctl api: any request.
#include <algorithm>
#include <array>

#include "cli/catalogue/declared_route.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/sources.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/join.hpp"
#include "cli/core/secret_rule.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/event_stream.hpp"
#include "cli/http/media.hpp"
#include "cli/output/text_lines.hpp"
#include "commands/local/api/pages.hpp"

namespace facio::api {
namespace {

constexpr std::size_t kMostBodyBytes = std::size_t{64} * 1024 * 1024;
constexpr int kTimeoutMs = 60'000;

/// Method and target of the request.
Result<Request> read_route(const std::vector<std::string>& words) {
  if (words.size() > 2)
    return fail(Code::usage, "`api` needs a method and a path, but got '" + printable(words[2]) + "' as well",
                "facioctl api [METHOD] PATH");
  Request request{.method = words.size() == 2 ? upper(words.front()) : "GET", .target = words.back()};
  static constexpr std::array<std::string_view, 6> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};
  if (std::ranges::find(kMethods, request.method) == kMethods.end())
    return fail_field(Code::usage, "METHOD", "METHOD: '" + printable(words.front()) + "' is not one of " + joined(kMethods));
  if (!request.target.starts_with('/')) request.target.insert(0, "/");
  if (std::ranges::any_of(request.target, [](char c) { return c <= 0x20 || c >= 0x7f || c == '#'; }))
    return fail_field(Code::usage, "PATH", "PATH: contains a blank, a # or a character that must be percent-encoded, such as %20");
  return request;
}

/// What is declared of the body at a known route, so that its secrets are known: null for any other.
const Shape* body_at(std::string_view method, std::string_view target) {
  for (const Catalogue* known : all_catalogues())
    if (const Endpoint* endpoint = declared_route(*known, method, target); endpoint != nullptr) return endpoint->body;
  return nullptr;
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

/// Headers that only the program itself may set.
constexpr std::array<std::string_view, 7> kOwnHeaders = {"host",          "content-length",      "transfer-encoding", "connection",
                                                         "authorization", "proxy-authorization", "accept-encoding"};

/// Takes `NAME: VALUE`, also without the blank. A value that is secret by its name or its look is not shown anywhere.
Status add_headers(const Invocation& invocation, Request& request) {
  for (const std::string& text : invocation.all("header")) {
    const auto colon = text.find(':');
    std::string name(text.substr(0, colon));
    std::string value(colon == std::string::npos ? std::string_view{} : trimmed(std::string_view(text).substr(colon + 1)));
    if (colon == std::string::npos || name.empty() || !http::is_token(name) || !http::is_header_value(value))
      return fail_field(Code::usage, "--header", "--header: '" + printable(name) + "': expected NAME: VALUE, in printable ASCII");
    if (std::ranges::find(kOwnHeaders, lower(name)) != kOwnHeaders.end())
      return fail(Error(Code::usage, "--header: " + printable(name) + " is set by facioctl itself")
                      .with_field("--header")
                      .with_hint("for a token, --token-file FILE or FACIOCTL_TOKEN"));
    if (is_secret_name(name) || is_secret_place(name) || holds_secret(value)) request.secrets.push_back(value);
    request.headers.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

/// The body that --file, --field and --raw-field give, or the bytes of --input.
Result<bool> read_body(Client& client, Request& request) {
  const Invocation& invocation = client.invocation();
  Sources sources{client.streams(), client.environment(), {}, invocation.global.target.token_stdin};
  JsonDocument body = JsonDocument::object();
  bool given = invocation.given("file");
  if (given) {
    auto document = read_document(sources, std::string(invocation.value("file")), kMostBodyBytes, "--file");
    if (!document) return fail(std::move(document.error()));
    body = std::move(*document);
  }
  if (auto status = add_fields(invocation, body, given); !status) return fail(std::move(status.error()));
  if (!invocation.given("input")) {
    request.body = body.dump();
    return given;
  }
  if (given) return fail_field(Code::usage, "--input", "--input cannot be combined with --file, --field and --raw-field; give one of them");
  auto bytes = read_source(sources, std::string(invocation.value("input")), kMostBodyBytes, "--input");
  if (!bytes) return fail(std::move(bytes.error()));
  request.body = std::move(*bytes);
  if (http::find_header(request.headers, "Content-Type").empty()) request.headers.emplace_back("Content-Type", "application/octet-stream");
  return true;
}

Result<Request> build(Client& client) {
  const Invocation& invocation = client.invocation();
  auto request = read_route(invocation.all("request"));
  if (!request) return request;
  const bool reads = request->method == "GET" || request->method == "HEAD";
  request->accept = "application/json, */*";
  request->idempotent = reads || request->method == "PUT";
  request->timeout_ms = invocation.global.timeout_ms != 0 ? invocation.global.timeout_ms : kTimeoutMs;
  request->streams = invocation.is_set("stream");
  if (auto status = add_headers(invocation, *request); !status) return fail(std::move(status.error()));
  const auto given = read_body(client, *request);
  if (!given) return fail(given.error());
  if (*given && reads)
    return fail(Code::usage, request->method + " has no body; put the values into the path (?limit=5), or use another method");
  request->has_body = *given || request->method == "POST";
  if (auto target = client.target(); !target) return fail(std::move(target.error()));
  const auto roots = split_terminated(client.system().roots, ' ');
  if (std::ranges::none_of(roots, [&](std::string_view root) { return request->target.starts_with(root); }))
    request->target.insert(0, client.system().prefix);
  request->body_shape = body_at(request->method, request->target);
  return request;
}

/// Status and headers of the answer to HEAD. Cookies are secrets.
Status print_head(Client& client, const Response& response, OutputOptions output) {
  const auto shown = [](const std::string& name, const std::string& value) {
    return equals_ignoring_case(name, "Set-Cookie") ? std::string(kMask) : value;
  };
  if (client.invocation().global.output_given) {
    JsonDocument document = JsonDocument::object();
    document.set_integer("status", response.status);
    std::string headers = "{";
    for (const auto& [name, value] : response.headers) {
      if (headers.size() > 1) headers += ',';
      append_json_string(headers, lower(name));
      headers += ':';
      append_json_string(headers, shown(name, value));
    }
    return document.set_json("headers", headers + "}").and_then([&] { return print_json(client, document.dump(), output); });
  }
  std::string text =
      "HTTP/1.1 " + std::to_string(response.status) + (response.reason.empty() ? "" : " " + printable(response.reason)) + "\n";
  for (const auto& [name, value] : response.headers) text += printable(name) + ": " + printable(shown(name, value)) + "\n";
  return client.streams().out.write(text);
}

/// Prints server-sent events as they come: as they were sent, or as one JSON value a line where the user asks for a format.
class EventPrinter {
 public:
  explicit EventPrinter(Client& client) : client_(client), output_(client.invocation().global.output) {
    if (output_.format == OutputFormat::json) output_.format = OutputFormat::ndjson;
  }

  bool take(std::string_view piece) {
    if (client_.invocation().is_set("stream")) {
      status_ = client_.streams().out.write(output_.terminal ? terminal_text(piece) : std::string(piece));
      if (status_) status_ = client_.streams().out.flush();
      return status_.has_value();
    }
    reader_.feed(piece);
    while (auto event = reader_.next())
      if (status_ = print(*event); !status_) return false;
    if (reader_.waiting() > kMostBodyBytes) status_ = fail(Code::server, "an event of the agent's is larger than 64 MiB");
    else if (status_) status_ = client_.streams().out.flush();
    return status_.has_value();
  }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  Status print(const StreamEvent& event) {
    if (client_.invocation().global.output_given || !output_.query.empty()) return print_json(client_, json_of(event), output_);
    std::string text;
    if (event.type != "message") text += "event: " + shown(event.type) + "\n";
    if (!event.id.empty() && event.id != last_id_) text += "id: " + shown(event.id) + "\n";
    last_id_ = event.id;
    for (const std::string_view line : split(event.data, '\n')) text += "data: " + shown(line) + "\n";
    return client_.streams().out.write(text + "\n");
  }
  [[nodiscard]] std::string shown(std::string_view text) const { return output_.terminal ? printable(text) : std::string(text); }
  /// {"event":…,"id":…,"data":…}; data that are JSON stay JSON.
  static std::string json_of(const StreamEvent& event) {
    JsonDocument document = JsonDocument::object();
    document.set_string("event", event.type);
    if (!event.id.empty()) document.set_string("id", event.id);
    if (!document.set_json("data", event.data)) document.set_string("data", event.data);
    return document.dump();
  }

  Client& client_;
  OutputOptions output_;
  EventStreamReader reader_;
  std::string last_id_;
  Status status_;
};

/// Code::server for a body that cannot be read: the words are those of other commands.
Status check_readable(const Response& response) {
  const std::string what = http::foreign_coding(response.headers, response.body);
  return what.empty() ? Status() : fail(Code::server, "the agent's answer is " + what);
}

Status print_answer(Client& client, const Request& request, const Response& response) {
  const GlobalOptions& global = client.invocation().global;
  OutputOptions output = global.output;
  if (!global.output_given) output.format = OutputFormat::json;
  if (request.method == "HEAD") return print_head(client, response, output);
  if (response.body.empty()) return {};
  if (auto readable = check_readable(response); !readable) return after_change(client, readable);
  const bool json = lower(response.content_type).find("json") != std::string::npos;
  if (json) return print_json(client, response.body, output);
  return client.streams().out.write(output.terminal ? terminal_text(response.body) : response.body);
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
  if (global.all_pages && !global.only_shows()) return exit_code(print_all_pages(client, *request));
  EventPrinter printer(client);
  const auto response = show_or_send(client, *request, [&](std::string_view piece) { return printer.take(piece); });
  if (!printer.status()) return fail(printer.status().error());
  if (!response) return fail(response.error());
  return *response ? exit_code(print_answer(client, *request, **response)) : Result<int>(0);
}

}  // namespace facio::api
