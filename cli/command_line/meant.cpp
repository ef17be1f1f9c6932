#include "cli/command_line/meant.hpp"

#include <algorithm>
#include <functional>

#include "cli/command_line/client.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/columns.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostShown = 10;
constexpr std::string_view kMostNamed = "1000";  // things among which a name is looked for

/// "8cdb0cec (report)".
std::string shown(const NamedThing& thing) {
  return printable(thing.id) + (thing.name.empty() || thing.name == thing.id ? "" : " (" + printable(thing.name) + ")");
}

Result<std::string> only_one(std::string_view typed, const std::vector<const NamedThing*>& found) {
  if (found.empty()) return std::string();
  if (found.size() == 1) return found.front()->id;
  std::string message = "'" + printable(typed) + "' matches " + std::to_string(found.size()) + ": ";
  for (std::size_t i = 0; i < std::min(found.size(), kMostShown); ++i) message += (i == 0 ? "" : ", ") + shown(*found[i]);
  if (found.size() > kMostShown) message += ", …";
  return fail(Code::usage, std::move(message), "use an id, or more characters of it");
}

}  // namespace

std::vector<NamedThing> named_things(const NameSource& source, std::string_view body) {
  std::vector<NamedThing> things;
  if (source.kind != NameSource::Kind::list || !json::check_json(body)) return things;
  const output::ReplyView view = output::view_of(*source.list, body);
  if (!view.is_list) return things;
  for (const output::Item& item : view.items) {
    const std::string_view name = json::value_at(item.value, "name");
    NamedThing thing{.id = source.key.empty() ? json::unescaped(item.name, false) : json::plain(json::value_at(item.value, source.key))};
    if (json::kind_of(name) == json::Json::string) thing.name = json::plain(name);
    if (!thing.id.empty()) things.push_back(std::move(thing));
  }
  std::ranges::stable_sort(things, {}, &NamedThing::id);
  const auto is_same = [](const NamedThing& a, const NamedThing& b) { return a.id == b.id; };
  things.erase(std::unique(things.begin(), things.end(), is_same), things.end());
  return things;
}

Result<std::string> meant(std::string_view typed, const std::vector<NamedThing>& things, std::size_t least) {
  const auto all = [&](const std::function<bool(std::string_view)>& fits) {
    std::vector<const NamedThing*> found;
    for (const NamedThing& thing : things)
      if (fits(thing.id) || fits(thing.name)) found.push_back(&thing);
    return found;
  };
  if (typed.empty()) return std::string();
  if (std::ranges::find(things, typed, &NamedThing::id) != things.end()) return std::string(typed);
  if (const auto exact = all([&](std::string_view name) { return name == typed; }); !exact.empty()) return only_one(typed, exact);
  if (typed.size() < least) return std::string();
  return only_one(typed, all([&](std::string_view name) { return name.starts_with(typed); }));
}

/// The same request for the thing that its name, or the beginning of its id, means.
Result<Client::Meant> Client::meant_request(const Request& request) {
  if (!request.by_name || request.named.empty()) return Meant();
  const Endpoint& endpoint = *request.endpoint;
  const auto param = std::ranges::find(endpoint.params, Place::path, &Param::place);
  const NameSource source = name_source(endpoint, *param, system_);
  if (source.kind != NameSource::Kind::list) return Meant();
  Values values;
  if (std::ranges::any_of(source.list->params, [](const Param& p) { return p.place == Place::query && p.field.name == "limit"; }))
    values.emplace("limit", std::string(kMostNamed));
  auto asked = request_to(source.list->id, std::move(values));
  if (asked) asked = forwarded(*asked);
  if (!asked) return Meant();
  const auto answer = converse(*asked);
  if (!answer || answer->status != 200) return Meant();
  Meant found{.listed = source.list->path};
  auto id = meant(request.named, named_things(source, answer->body), least_of_name(endpoint));
  if (!id) return fail(std::move(id.error()));
  if (id->empty() || *id == request.named) return found;
  found.request = request;
  found.request->target.replace(endpoint.path.find('{'), percent_encode(request.named).size(), percent_encode(*id));
  found.request->by_name = false;
  return found;
}

}  // namespace facio
