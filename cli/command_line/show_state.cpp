// --dry-run=check: what a request would change, as it is now.
#include <algorithm>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/show.hpp"
#include "cli/core/encoding.hpp"
#include "cli/http/request.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace {

std::size_t segments(std::string_view path) { return static_cast<std::size_t>(std::ranges::count(path, '/')); }

/// "/a/b" of "/a/b/c", 2.
std::string_view first_segments(std::string_view path, std::size_t count) {
  std::size_t end = 0;
  while (count-- > 0) end = std::min(path.find('/', end + 1), path.size());
  return path.substr(0, end);
}

/// The GET that tells the present state: of the same path, else of the longest beginning of it that has one.
const Endpoint* state_of(const Endpoint& changed) {
  const Endpoint* best = nullptr;
  for (const Endpoint* of_area : catalogue_of(changed).of_area(changed.area())) {
    const Endpoint& one = *of_area;
    if (one.method != Method::get || one.surface != changed.surface || one.form == ReplyForm::text) continue;
    const bool begins = changed.path == one.path || (changed.path.starts_with(one.path) && changed.path[one.path.size()] == '/');
    if (begins && (best == nullptr || one.path.size() > best->path.size())) best = &one;
  }
  return best;
}

/// The request for it: path and, where both are the same address, the query.
Request request_for(const Endpoint& state, const Request& change) {
  const std::string_view target = change.target;
  const std::string_view path = target.substr(0, target.find('?'));
  Request request;
  request.endpoint = &state;
  request.method = "GET";
  request.target = first_segments(path, segments(state.path));
  if (state.path == change.endpoint->path) request.target += target.substr(path.size());
  request.timeout_ms = change.timeout_ms;
  return request;
}

/// The value at the name, in the object itself or in one of its members: settings are told in groups, and changed by name.
JsonRef find(JsonRef state, std::string_view name) {
  if (const JsonRef own = state.get(name)) return own;
  for (std::size_t i = 0; i < state.size(); ++i)
    if (state.at(i).kind() == JsonKind::object)
      if (const JsonRef inner = state.at(i).get(name)) return inner;
  return {};
}

/// "schedule.expr: "0 7 * * *" -> "0 8 * * *"" for each value that would become another.
void tell_changes(JsonRef wanted, JsonRef state, const std::string& prefix, std::string& text) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string name = prefix + std::string(wanted.name_at(i));
    const JsonRef value = wanted.at(i);
    const JsonRef now = find(state, wanted.name_at(i));
    if (now && value.kind() == JsonKind::object && now.kind() == JsonKind::object) {
      tell_changes(value, now, name + ".", text);
      continue;
    }
    const std::string before = now ? now.dump() : "none";
    if (before != value.dump()) text += "~ " + name + ": " + before + " -> " + value.dump() + "\n";
  }
}

bool is_text(JsonRef object, std::string_view name) {
  const JsonRef value = name.empty() ? JsonRef() : object.get(name);
  return value.is(JsonKind::string);
}

/// The item of a list or map that a body names by the key; nothing when there is none.
JsonRef item_named(const Endpoint& state, JsonRef reply, const std::string& key) {
  const JsonRef items = reply.get(state.items);
  if (key.empty() || items.is_null()) return {};
  if (items.kind() == JsonKind::object) return items.get(key);
  for (std::size_t i = 0; i < items.size(); ++i)
    for (const std::string_view name : {state.key, std::string_view("name")})
      if (is_text(items.at(i), name) && items.at(i).get(name).string() == key) return items.at(i);
  return {};
}

/// The name by which a new object will be known: the body's member of the declared key, or `name`.
std::string key_of(const Endpoint& state, JsonRef body) {
  for (const std::string_view name : {state.key, std::string_view("name")})
    if (is_text(body, name)) return std::string(body.get(name).string());
  return {};
}

bool declares(const Endpoint& endpoint, Code code) { return std::ranges::find(endpoint.errors, code) != endpoint.errors.end(); }

/// What a change of an object that there is does to it.
std::string comparison(const Endpoint& changed, JsonRef body, JsonRef state) {
  if (changed.method == Method::del) return "- it is there now, and would be deleted:\n" + state.dump(2) + "\n";
  if (body.kind() != JsonKind::object || body.size() == 0) return "  it is there now:\n" + state.dump(2) + "\n";
  std::string text;
  tell_changes(body, state, {}, text);
  return text.empty() ? "  nothing would change\n" : text;
}

constexpr std::string_view kWouldBeMade = "+ it is not there yet, and would be made\n";

/// The same for one object of a collection: the body names it, or the path behind the collection's.
Result<std::string> comparison_in(const Endpoint& state, JsonRef reply, const Request& request, JsonRef body, std::string_view rest) {
  const Endpoint& changed = *request.endpoint;
  std::string key = key_of(state, body);
  if (rest.starts_with('/')) key = percent_decode(rest.substr(1, rest.find_first_of("/?", 1) - 1), false).value_or(key);
  const JsonRef item = item_named(state, reply, key);
  const bool made = changed.path == state.path && changed.method == Method::post;
  if (item && made && declares(changed, Code::conflict))
    return fail(Code::conflict, printable(key) + " is there already; " + request.method + " would be refused");
  if (!item && !made && declares(changed, Code::not_found))
    return fail(Code::not_found, "there is no " + printable(key) + "; " + request.method + " would be refused",
                "facioctl " + command_words(state));
  return item ? comparison(changed, body, item) : std::string(kWouldBeMade);
}

}  // namespace

Status show_present_state(Client& client, const Request& request) {
  const Endpoint* changed = request.endpoint;
  if (changed == nullptr || changed->method == Method::none || changed->method == Method::get) return {};
  auto resolved = client.target();
  if (!resolved) return fail(std::move(resolved.error()));
  const Context& context = (*resolved)->context;
  if (context.readonly) return fail(Code::forbidden, "context " + context.name + " is read-only; " + request.method + " would not be sent");
  const auto say = [&](const std::string& text) {
    return client.streams().out.write("\n" + http::masked(text, request, (*resolved)->token));
  };
  const Endpoint* state = state_of(*changed);
  if (state == nullptr) return say("# there is nothing to compare with: no endpoint tells the state of this\n");
  const Request asked = request_for(*state, request);
  const std::string heading = "# GET " + asked.target + "\n";
  auto response = client.send(asked);
  if (!response) {
    if (changed->method != Method::put || response.error().code() != Code::not_found) return fail(std::move(response.error()));
    return say(heading + std::string(kWouldBeMade));
  }
  const auto reply = json_of(*response);
  const auto body = JsonDocument::parse(request.has_body && !request.body.empty() ? request.body : "{}");
  if (!reply) return fail(reply.error());
  if (!body) return fail(body.error());
  const bool collection = state->form == ReplyForm::list || state->form == ReplyForm::map;
  const JsonRef inner = state->unwrap.empty() ? JsonRef() : reply->root().get(state->unwrap);
  const auto text = collection
                        ? comparison_in(*state, reply->root(), request, body->root(),
                                        std::string_view(request.target).substr(std::min(asked.target.size(), request.target.size())))
                        : Result<std::string>(comparison(*changed, body->root(), inner ? inner : reply->root()));
  if (!text) return fail(text.error());
  return say(heading + *text);
}

}  // namespace facio
