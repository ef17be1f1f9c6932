#include "commands/librefang/client/around.hpp"

#include "cli/command_line/meant.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/join.hpp"
#include "cli/core/utf8.hpp"
#include "commands/librefang/client/system.hpp"

namespace facio::librefang {
namespace {

bool succeeded(const Response& response) { return response.status >= 200 && response.status < 300; }

Result<Response> asked(const Request& about, std::string_view method, std::string target, HttpClient& http) {
  return http.send({.method = std::string(method), .target = std::move(target), .timeout_ms = about.timeout_ms});
}

/// The array of objects in a list of any form; empty when the answer is no list.
JsonRef array_in(JsonRef root) {
  if (root.is(JsonKind::array)) return root;
  for (std::string_view names = "items sessions triggers schedules jobs agents instances providers"; !names.empty();)
    if (const JsonRef items = root.get(split_off(names, ' ')); items.is(JsonKind::array)) return items;
  return {};
}

/// The item of a list whose `key` is this; nothing when there is none.
JsonRef item_of(JsonRef array, std::string_view key, std::string_view value) {
  for (std::size_t at = 0; at < array.size(); ++at)
    if (array.at(at).find(key).text() == value) return array.at(at);
  return {};
}

/// Every agent by id and name. Asked once for a request.
class Agents {
 public:
  Agents(const Request& about, HttpClient& http) : about_(about), http_(http) {}

  Result<std::string> id_of(const std::string& typed) {
    if (typed.empty() || is_uuid(typed)) return typed;
    if (auto status = read(); !status) return fail(std::move(status.error()));
    auto id = meant(typed, things_, 3);
    if (!id || !id->empty()) return id;
    return fail(Code::not_found, "there is no agent '" + printable(typed) + "'", "facioctl librefang agents list");
  }

 private:
  Status read() {
    if (is_read_) return {};
    const auto answer = asked(about_, "GET", "/api/agents?limit=500", http_);
    if (!answer) return fail(answer.error());
    if (!succeeded(*answer)) return check_status(kSystem.errors, about_, *answer);
    const auto body = JsonDocument::parse_foreign(answer->body);
    if (!body) return fail(body.error());
    const JsonRef all = array_in(body->root());
    for (std::size_t at = 0; at < all.size(); ++at) things_.push_back({all.at(at).get("id").text(), all.at(at).get("name").text()});
    is_read_ = true;
    return {};
  }

  const Request& about_;
  HttpClient& http_;
  std::vector<NamedThing> things_ = {};
  bool is_read_ = false;
};

/// The same in one field of a body: a text, or an array of them.
Status resolve_field(JsonDocument& body, std::string_view field, Agents& agents) {
  const JsonRef value = body.root().find(field);
  if (value.is(JsonKind::string)) {
    auto id = agents.id_of(value.string());
    if (!id) return fail(std::move(id.error()).with_field(std::string(field)));
    body.set_string(field, *id);
  } else if (value.is(JsonKind::array)) {
    std::string ids;
    for (std::size_t at = 0; at < value.size(); ++at) {
      auto id = agents.id_of(value.at(at).text());
      if (!id) return fail(std::move(id.error()).with_field(std::string(field)));
      ids += at == 0 ? "[" : ",";
      append_json_string(ids, *id);
    }
    if (!ids.empty()) return body.set_json(field, ids + "]");
  }
  return {};
}

Status resolve_in_query(std::string& target, const std::string& name, Agents& agents) {
  for (const char before : {'?', '&'}) {
    const auto at = target.find(before + name + "=");
    if (at == std::string::npos) continue;
    const auto begin = at + name.size() + 2, end = std::min(target.size(), target.find('&', begin));
    const auto typed = percent_decode(std::string_view(target).substr(begin, end - begin), true);
    if (!typed) continue;
    auto id = agents.id_of(*typed);
    if (!id) return fail(std::move(id.error()).with_field(name));
    target.replace(begin, end - begin, percent_encode(*id));
  }
  return {};
}

/// The first value of the path, as it was typed.
std::string first_value(const Request& request) {
  const auto values = path_values(request);
  return values.empty() ? std::string() : percent_decode(values.front(), false).value_or(std::string(values.front()));
}

/// The fields of one line of what was sent that the daemon does not have.
void add_missing(std::string_view line, const Request& sent, const Response& response, HttpClient& http,
                 std::vector<std::string>& missing) {
  const std::string path = filled(split_off(line, ' '), sent, response.body);
  const auto body = JsonDocument::parse(sent.body);
  const auto answer = asked(sent, "GET", path, http);
  if (!body || !answer || !succeeded(*answer)) return;  // nothing can be said
  const auto there = JsonDocument::parse_foreign(answer->body);
  if (!there) return;
  JsonRef thing = there->root();
  if (const JsonRef array = array_in(thing)) thing = item_of(array, "id", first_value(sent));
  while (!line.empty()) {
    std::string_view pair = split_off(line, ' ');
    const std::string_view field = split_off(pair, '=');
    const JsonRef wanted = body->root().find(field), found = thing.find(pair);
    if (wanted && (!found || wanted.dump() != found.dump())) missing.emplace_back(field);
  }
}

/// The same of all lines.
std::vector<std::string> missing_fields(const Dialect& dialect, const Request& sent, const Response& response, HttpClient& http) {
  std::vector<std::string> missing;
  dialect.each_line("holds", [&](std::string_view line) { add_missing(line, sent, response, http, missing); });
  return missing;
}

/// The request that makes up for fields that were not taken; nothing when none of them can be.
std::optional<Request> repair(std::string_view line, const Request& sent, const std::vector<std::string>& missing) {
  Request out = sent;
  out.method = split_off(line, ' ');
  out.target = filled(split_off(line, ' '), sent);
  const auto from = JsonDocument::parse(sent.body);
  if (!from) return std::nullopt;
  JsonDocument body = JsonDocument::object();
  bool is_any = false;
  while (!line.empty()) {
    const std::string_view word = split_off(line, ' ');
    const auto sign = word.find_first_of("=:");
    const std::string_view path = word.substr(0, sign), what = word.substr(std::min(word.size(), sign + 1));
    if (word[sign] == ':') {
      body.set_string(path, what);
    } else if (std::ranges::find(missing, what) != missing.end()) {
      body.set(path, from->root().find(what));
      is_any = true;
    }
  }
  out.body = body.dump();
  return is_any ? std::optional(out) : std::nullopt;
}

/// Why things of a list could not be done.
Status check_failures(std::string_view member, const Response& response) {
  const auto body = JsonDocument::parse_foreign(response.body);
  const JsonRef count = body ? body->root().find(member) : JsonRef();
  if (!count.is(JsonKind::integer) || count.integer() == 0) return {};
  std::string message = std::to_string(count.integer()) + " failed";
  const JsonRef results = body->root().get("results"), total = body->root().get("total");
  if (total.is(JsonKind::integer)) message = std::to_string(count.integer()) + " of " + std::to_string(total.integer()) + " failed";
  for (std::size_t at = 0; at < results.size(); ++at) {
    const JsonRef one = results.at(at);
    if (const std::string& why = one.get("error").text(); !why.empty())
      message +=
          "; " + printable(one.get("agent_id") ? one.get("agent_id").text() : "number " + std::to_string(at + 1)) + ": " + printable(why);
  }
  return fail(Code::partial, std::move(message), "facioctl librefang agents list");
}

/// Code::usage for a member of the body that the daemon would keep but never use.
Status check_known(std::string_view line, const Request& request, const Response& answer) {
  const std::string_view list = split_off(line, ' ');
  const auto body = JsonDocument::parse(request.body), there = JsonDocument::parse_foreign(answer.body);
  if (!body || !there) return {};
  const JsonRef items = there->root().get(list);
  std::string names;
  for (std::size_t at = 0; at < items.size(); ++at) names += (names.empty() ? "" : ", ") + printable(items.at(at).get(line).text());
  for (std::size_t at = 0; at < body->root().size(); ++at) {
    const std::string name(body->root().name_at(at));
    if (item_of(items, line, name)) continue;
    return fail(Error(Code::usage, "'" + printable(name) + "' is no setting; nothing was changed")
                    .with_field(name)
                    .with_hint(names.empty() ? "there is none" : "there is " + names));
  }
  return {};
}

}  // namespace

Status resolve_agents(const Dialect& dialect, Request& request, HttpClient& http) {
  if (dialect.first("agent").empty()) return {};
  Agents agents(request, http);
  Status status;
  std::optional<JsonDocument> body;
  if (request.has_body)
    if (auto parsed = JsonDocument::parse(request.body)) body = std::move(*parsed);
  dialect.each("agent", [&](std::string_view field) {
    if (status && body) status = resolve_field(*body, field, agents);
    if (status) status = resolve_in_query(request.target, std::string(field), agents);
  });
  if (status && body) request.body = body->dump();
  return status;
}

Result<Standing> standing_of(const Dialect& dialect, const Request& request, HttpClient& http) {
  Standing standing;
  if (const std::string_view path = dialect.first("exists"); !path.empty()) {
    auto answer = asked(request, "GET", filled(path, request), http);
    if (!answer) return fail(std::move(answer.error()));
    if (succeeded(*answer)) standing.thing = std::move(answer->body);
    else if (!lacks_route(*answer)) standing.absent = std::move(*answer);
    if (standing.absent || !standing.thing.empty()) return standing;
  }
  if (std::string_view known = dialect.first("known"); !known.empty()) {
    auto answer = asked(request, "GET", filled(split_off(known, ' '), request), http);
    if (!answer) return fail(std::move(answer.error()));
    if (!succeeded(*answer)) standing.absent = std::move(*answer);
    else if (auto status = check_known(known, request, *answer); !status) return fail(std::move(status.error()));
    return standing;
  }
  std::string_view line = dialect.first("listed");
  if (line.empty()) return standing;
  const std::string_view path = split_off(line, ' ');
  auto answer = asked(request, "GET", std::string(path), http);
  if (!answer) return fail(std::move(answer.error()));
  if (!succeeded(*answer)) {
    standing.absent = std::move(*answer);
    return standing;
  }
  const auto list = JsonDocument::parse_foreign(answer->body);
  if (!list) return standing;
  while (!line.empty())
    if (item_of(array_in(list->root()), split_off(line, ' '), first_value(request))) return standing;
  auto absent = JsonDocument::object();
  absent.set_string("error", "not found: '" + first_value(request) + "'");
  standing.absent = Response{.status = 404, .body = absent.dump(), .content_type = "application/json"};
  return standing;
}

std::string belonging(const Dialect& dialect, std::string body, const std::string& thing) {
  std::string_view member = dialect.first("only");
  const std::string_view field = split_off(member, '=');
  const auto of = JsonDocument::parse_foreign(thing);
  auto list = JsonDocument::parse_foreign(body);
  if (field.empty() || thing.empty() || !of || !list) return body;
  const std::string& wanted = of->root().find(member).text();
  const JsonRef items = list->root().get("items");
  std::string kept;
  for (std::size_t at = 0; at < items.size(); ++at)
    if (items.at(at).find(field).text() == wanted) kept += (kept.empty() ? "" : ",") + items.at(at).dump();
  (void)list->set_json("items", "[" + kept + "]");
  return list->dump();
}

Status check_done(const Dialect& dialect, const Request& sent, const Response& response, HttpClient& http) {
  if (const std::string_view member = dialect.first("failed"); !member.empty())
    if (auto status = check_failures(member, response); !status) return status;
  if (dialect.first("holds").empty() || !sent.has_body) return {};
  auto missing = missing_fields(dialect, sent, response, http);
  if (!missing.empty() && !dialect.first("repair").empty()) {
    if (const auto again = repair(dialect.first("repair"), sent, missing)) {
      const auto answer = http.send(*again);
      if (answer && succeeded(*answer)) missing = missing_fields(dialect, sent, response, http);
    }
  }
  if (missing.empty()) return {};
  return fail(Code::partial, "the daemon accepted this, but did not take " + joined(missing) + ": it is as it was",
              "facioctl librefang " + std::string(sent.endpoint->area()) + " list");
}

}  // namespace facio::librefang
