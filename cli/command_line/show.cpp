// Requests that are shown instead of sent: --dry-run, --curl, and --dry-run=check, which also shows the present state.
#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/core/encoding.hpp"
#include "cli/http/request.hpp"

namespace facio {
namespace {

std::size_t segments(std::string_view path) { return static_cast<std::size_t>(std::ranges::count(path, '/')); }

/// "/a/b" of "/a/b/c", 2.
std::string_view first_segments(std::string_view path, std::size_t count) {
  std::size_t end = 0;
  while (count-- > 0) end = std::min(path.find('/', end + 1), path.size());
  return path.substr(0, end);
}

/// The GET that reads the present state: of the same path, else of its longest prefix that has one.
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

/// Its request: the path and, where both have the same path, the query.
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

/// The member with this name, of the object itself or of one of its members: settings are read in groups, but changed by name.
JsonRef find(JsonRef state, std::string_view name) {
  if (const JsonRef own = state.get(name)) return own;
  for (std::size_t i = 0; i < state.size(); ++i)
    if (state.at(i).kind() == JsonKind::object)
      if (const JsonRef inner = state.at(i).get(name)) return inner;
  return {};
}

/// "schedule.expr: "0 7 * * *" -> "0 8 * * *"" for each value that would change.
void append_changes(JsonRef wanted, JsonRef state, const std::string& prefix, std::string& text) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string name = prefix + std::string(wanted.name_at(i));
    const JsonRef value = wanted.at(i);
    const JsonRef now = find(state, wanted.name_at(i));
    if (now && value.kind() == JsonKind::object && now.kind() == JsonKind::object) {
      append_changes(value, now, name + ".", text);
      continue;
    }
    const std::string before = now ? now.dump() : "none";
    if (before != value.dump()) text += "~ " + name + ": " + before + " -> " + value.dump() + "\n";
  }
}

bool is_text(JsonRef object, std::string_view name) { return !name.empty() && object.get(name).is(JsonKind::string); }

/// The item of a list or map with this key; empty when there is none.
JsonRef item_named(const Endpoint& state, JsonRef reply, const std::string& key) {
  const JsonRef items = reply.get(state.items);
  if (key.empty() || items.is_null()) return {};
  if (items.kind() == JsonKind::object) return items.get(key);
  for (std::size_t i = 0; i < items.size(); ++i)
    for (const std::string_view name : {state.key, std::string_view("name")})
      if (is_text(items.at(i), name) && items.at(i).get(name).string() == key) return items.at(i);
  return {};
}

/// The key of a new object: the body's member of that name, or `name`.
std::string key_of(const Endpoint& state, JsonRef body) {
  for (const std::string_view name : {state.key, std::string_view("name")})
    if (is_text(body, name)) return std::string(body.get(name).string());
  return {};
}

bool declares(const Endpoint& endpoint, Code code) { return std::ranges::find(endpoint.errors, code) != endpoint.errors.end(); }

/// What the change does to an object that exists.
std::string comparison(const Endpoint& changed, JsonRef body, JsonRef state) {
  if (changed.method == Method::del) return "- it exists and would be deleted:\n" + state.dump(2) + "\n";
  if (body.kind() != JsonKind::object || body.size() == 0) return "  it exists:\n" + state.dump(2) + "\n";
  std::string text;
  append_changes(body, state, {}, text);
  return text.empty() ? "  nothing would change\n" : text;
}

constexpr std::string_view kWouldBeMade = "+ it does not exist and would be created\n";

/// The same for one object of a collection, named by the body or by the rest of the path.
Result<std::string> comparison_in(const Endpoint& state, JsonRef reply, const Request& request, JsonRef body, std::string_view rest) {
  const Endpoint& changed = *request.endpoint;
  std::string key = key_of(state, body);
  if (rest.starts_with('/')) key = percent_decode(rest.substr(1, rest.find_first_of("/?", 1) - 1), false).value_or(key);
  const JsonRef item = item_named(state, reply, key);
  const bool made = changed.path == state.path && changed.method == Method::post;
  if (item && made && declares(changed, Code::conflict))
    return fail(Code::conflict, printable(key) + " already exists; " + request.method + " would be refused");
  if (!item && !made && declares(changed, Code::not_found))
    return fail(Code::not_found, "there is no " + printable(key) + "; " + request.method + " would be refused",
                "facioctl " + command_words(state));
  return item ? comparison(changed, body, item) : std::string(kWouldBeMade);
}

/// For --dry-run=check: reads what the request would change and prints how it is now. Code::not_found, Code::conflict and Code::forbidden
/// when the request would fail so.
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
  if (state == nullptr) return say("# nothing to compare with: no endpoint returns the current state\n");
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

/// The request as --curl or --dry-run show it, with a line feed.
Result<std::string> shown(const GlobalOptions& global, const Target& target, const Request& request) {
  auto text = global.curl ? curl_form(global.curl_form, target, request) : Result<std::string>(describe_request(target, request));
  if (text && !text->ends_with('\n')) *text += '\n';
  return text;
}

}  // namespace

Result<std::optional<Response>> show_or_send(Client& client, const Request& request, const StreamUse& use) {
  const GlobalOptions& global = client.invocation().global;
  if (!global.only_shows()) return client.send(request, use).map([](Response response) { return std::optional(std::move(response)); });
  const auto sent = client.as_sent(request);
  if (!sent) return fail(sent.error());
  const Target target = client.http_target();
  auto text = shown(global, target, *sent);
  if (!text) return fail(std::move(text.error()));
  if (auto status = client.streams().out.write(*text); !status) return fail(std::move(status.error()));
  if (const std::string note = global.curl ? curl_note(target, *sent) : std::string(); !note.empty() && !global.quiet)
    if (auto status = client.streams().err.write("# " + note + "\n"); !status) return fail(std::move(status.error()));
  if (global.dry_run_check && !global.curl)
    if (auto status = show_present_state(client, request); !status) return fail(std::move(status.error()));
  return std::optional<Response>{};
}

Result<std::optional<Response>> show_or_send(Client& client) {
  return client.request().and_then([&](const Request& request) { return show_or_send(client, request); });
}

Result<int> only_show(Client& client, std::string_view id, std::map<std::string, std::string, std::less<>> values) {
  return with_reply(client, client.request_to(id, std::move(values)), [](const Response&) { return 0; });
}

}  // namespace facio
