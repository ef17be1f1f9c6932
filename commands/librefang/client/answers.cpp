#include "commands/librefang/client/answers.hpp"

#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/query.hpp"

namespace facio::librefang {
namespace {

/// The decoded value of a query parameter; nothing when it is not there.
std::optional<std::string> in_query(const Request& request, std::string_view name) {
  const auto value = http::in_query(request.target, name);
  if (!value) return std::nullopt;
  return percent_decode(*value, true).value_or(std::string(*value));
}

/// A value as it is written in a query.
std::string plain(JsonRef value) { return value.is(JsonKind::string) ? value.string() : value.dump(); }

/// Whether an object has the member, and, with "MEMBER=WORD", that word there.
bool says(JsonRef object, std::string_view pair) {
  const std::string_view member = split_off(pair, '=');
  const JsonRef value = object.get(member);
  return pair.empty() ? value.is(JsonKind::string) && !value.string().empty() : value.text() == pair;
}

std::string reason_in(JsonRef object) {
  const std::string& error = object.get("error").text();
  const std::string& text = error.empty() ? object.get("message").text() : error;
  return text.empty() ? "no reason is given" : printable(text);
}

/// The members that `from` has beyond those of `object`.
void add_members(JsonDocument& object, JsonRef from) {
  for (std::size_t at = 0; at < from.size(); ++at)
    if (const std::string name(from.name_at(at)); !object.root().get(name)) (void)object.set_json(name, from.at(at).dump());
}

/// An array whose objects have the members of those of `other` that have the same `key`.
std::string joined_array(JsonRef array, JsonRef other, std::string_view key) {
  std::string out = "[";
  for (std::size_t at = 0; at < array.size(); ++at) {
    auto object = JsonDocument::object();
    object.merge(array.at(at));
    for (std::size_t there = 0; there < other.size(); ++there)
      if (other.at(there).get(key).text() == array.at(at).get(key).text()) add_members(object, other.at(there));
    out += (at == 0 ? "" : ",") + object.dump();
  }
  return out + "]";
}

Status check_each(std::string_view line, const Response& response) {
  const auto body = JsonDocument::parse_foreign(response.body);
  if (line.empty() || !body) return {};
  const JsonRef list = body->root().get(split_off(line, ' '));
  std::string message;
  std::size_t failed = 0;
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (!says(list.at(at), line)) continue;
    ++failed;
    message += "; " + printable(list.at(at).get("id").text()) + ": " + reason_in(list.at(at));
  }
  if (failed == 0) return {};
  return fail(Code::partial, std::to_string(failed) + " of " + std::to_string(list.size()) + " failed" + message);
}

}  // namespace

std::string_view ignored_query(const Dialect& dialect, const Request& request) {
  std::string_view line = dialect.first("ignores");
  const std::string_view name = split_off(line, ' ');
  return !name.empty() && in_query(request, name) ? name : std::string_view{};
}

Status refuse_ignored(const Dialect& dialect, std::string_view parameter) {
  std::string_view command = dialect.first("ignores");
  split_off(command, ' ');
  return fail(Code::unsupported, "this LibreFang does not look at '" + std::string(parameter) + "': its answer would be about everything",
              "facioctl librefang " + std::string(command));
}

Status fill_from_daemon(const Dialect& dialect, Request& request, HttpClient& http) {
  const std::string_view field = dialect.first("home");
  auto body = field.empty() ? Result<JsonDocument>(JsonDocument::object()) : JsonDocument::parse(request.body);
  if (field.empty() || !body || body->root().get(field)) return {};
  const auto answer = http.send({.method = "GET", .target = "/api/status", .timeout_ms = request.timeout_ms});
  if (!answer) return fail(answer.error());
  const auto status = JsonDocument::parse_foreign(answer->body);
  if (!status) return {};
  const std::string& home = status->root().get("home_dir").text();
  const std::string& directory = home.empty() ? status->root().get("data_dir").text() : home;
  if (directory.empty()) return {};
  body->set_string(field, directory);
  request.body = body->dump();
  return {};
}

void find_failure(const Dialect& dialect, Response& response) {
  constexpr unsigned kBadGateway = 502;  // what the daemon depends on has failed
  if (dialect.first("fails").empty()) return;
  const auto body = JsonDocument::parse_foreign(response.body);
  if (!body) return;
  dialect.each("fails", [&](std::string_view pair) {
    if (says(body->root(), pair)) response.status = kBadGateway;
  });
}

Status check_answer(const Dialect& dialect, const Request& sent, const Response& response, bool is_real) {
  if (auto status = check_each(dialect.first("each-fails"), response); !status) return status;
  std::string_view line = dialect.first("real-echoes");
  if (line.empty() || !is_real) return {};
  const auto body = JsonDocument::parse(sent.body);
  const auto answer = JsonDocument::parse_foreign(response.body);
  if (!body || !answer) return {};
  const std::string_view member = split_off(line, '=');
  const std::string wanted = body->root().find(line).text();
  if (wanted.empty() || answer->root().find(member).text() == wanted) return {};
  return fail(
      Code::partial,
      "the daemon did it, but does not say that it was " + printable(wanted) + ": this LibreFang takes its first agent for every task",
      "facioctl librefang comms list");
}

std::string gathered(const Dialect& dialect, std::string body) {
  std::string_view join = dialect.first("join"), one = dialect.first("one");
  if (join.empty() && one.empty()) return body;
  auto document = JsonDocument::parse_foreign(body);
  if (!document || !document->root().is(JsonKind::object)) return body;
  if (!one.empty()) {
    const std::string_view list = split_off(one, ' ');
    if (document->root().get("items") || document->root().get(list)) return body;
    for (std::string_view rest = one; !rest.empty();) {
      const JsonRef value = document->root().get(split_off(rest, ' '));
      if (value.is(JsonKind::array)) return body;
      if (value.is(JsonKind::boolean) && !value.boolean()) return "[]";
    }
    return "[" + document->dump() + "]";
  }
  const std::string_view list = split_off(join, ' '), other = split_off(join, ' ');
  if (!document->root().get(list) || !document->root().get(other)) return body;
  (void)document->set_json(list, joined_array(document->root().get(list), document->root().get(other), join));
  document->erase(other);
  return document->dump();
}

std::string selected(const Dialect& dialect, const Request& request, std::string body) {
  if (dialect.first("where").empty()) return body;
  std::vector<std::pair<std::string_view, std::string>> wanted;
  dialect.each("where", [&](std::string_view pair) {
    const std::string_view field = split_off(pair, '=');
    if (auto value = in_query(request, pair)) wanted.emplace_back(field, std::move(*value));
  });
  auto document = JsonDocument::parse_foreign(body);
  if (wanted.empty() || !document) return body;
  const JsonRef items = document->root().get("items");
  std::string kept;
  std::int64_t count = 0;
  for (std::size_t at = 0; at < items.size(); ++at) {
    const auto fits = [&](const auto& pair) {
      const JsonRef value = items.at(at).find(pair.first);
      return !value || plain(value) == pair.second;
    };
    if (!std::ranges::all_of(wanted, fits)) continue;
    kept += (count++ == 0 ? "" : ",") + items.at(at).dump();
  }
  const bool is_all = !document->root().get("hasMore").is(JsonKind::boolean) || !document->root().get("hasMore").boolean();
  (void)document->set_json("items", "[" + kept + "]");
  if (is_all && document->root().get("total")) document->set_integer("total", count);
  return document->dump();
}

std::string completed(const Dialect& dialect, const Request& request, std::string body) {
  if (dialect.first("says").empty()) return body;
  auto document = body.empty() ? Result<JsonDocument>(JsonDocument::object()) : JsonDocument::parse_foreign(body);
  if (!document || !document->root().is(JsonKind::object)) return body;
  const auto begin = request.endpoint->path.find('{');
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  // One that ends the path may have slashes in it.
  const bool is_last = begin != std::string_view::npos && request.endpoint->path.find('/', begin) == std::string_view::npos;
  const auto values = path_values(request);
  const std::string_view first = is_last && begin < path.size() ? path.substr(begin) : values.empty() ? std::string_view{} : values.front();
  dialect.each("says", [&](std::string_view pair) {
    const std::string_view member = split_off(pair, '=');
    if (document->root().get(member)) return;
    const bool of_path = pair.starts_with('{');
    document->set_string(member, of_path ? percent_decode(first, false).value_or(std::string(first)) : std::string(pair));
  });
  return document->dump();
}

}  // namespace facio::librefang
