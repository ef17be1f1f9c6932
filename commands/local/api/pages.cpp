#include "commands/local/api/pages.hpp"

#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/http/query.hpp"

namespace facio::api {
namespace {

constexpr std::size_t kMostPages = 10'000;

/// The list in an answer; nothing when there is none, or more than one that it could be.
JsonRef list_in(JsonRef root) {
  if (root.is(JsonKind::array)) return root;
  if (const JsonRef items = root.get("items"); items.is(JsonKind::array)) return items;
  JsonRef only;
  for (std::size_t at = 0; root.is(JsonKind::object) && at < root.size(); ++at) {
    if (!root.at(at).is(JsonKind::array)) continue;
    if (only) return {};
    only = root.at(at);
  }
  return only;
}

/// What to put into the query for the next page; empty when this was the last.
std::string next_position(const Paging& paging, JsonRef root, std::size_t read, std::size_t pages) {
  const JsonRef next = root.is(JsonKind::object) ? root.find(paging.next) : JsonRef();
  if (paging.by == Paging::By::token) return next.is(JsonKind::integer) ? next.dump() : next.text();
  const JsonRef total = root.is(JsonKind::object) ? root.get("total") : JsonRef();
  const bool more = next.is(JsonKind::boolean)    ? next.boolean()
                    : total.is(JsonKind::integer) ? total.integer() > static_cast<std::int64_t>(read)
                                                  : false;
  if (!more) return {};
  return std::to_string(paging.by == Paging::By::page ? pages + 1 : read);
}

}  // namespace

Status print_all_pages(Client& client, const Request& request) {
  if (request.method != "GET") return fail_field(Code::usage, "--all", "--all: only GET has pages, not " + request.method);
  const Paging& paging = client.system().paging;
  if (http::in_query(request.target, paging.position))
    return fail_field(Code::usage, "--all", "--all and " + std::string(paging.position) + "= in the path cannot be combined");
  std::string items, position, before;
  std::size_t count = 0;
  for (std::size_t pages = 1; pages <= kMostPages; ++pages) {
    Request page = request;
    if (!position.empty())
      (page.target += page.target.find('?') == std::string::npos ? '?' : '&').append(paging.position).append("=").append(position);
    auto answer = client.send(page);
    if (!answer) return fail(std::move(answer.error()));
    const auto body = JsonDocument::parse_foreign(answer->body);
    const JsonRef list = body ? list_in(body->root()) : JsonRef();
    if (!list) return fail_field(Code::server, "--all", "--all: the answer has no list, or several; ask for one page at a time");
    // A route that knows nothing of pages gives the same one for ever.
    const std::string text = list.dump();
    if (!position.empty() && text == before)
      return fail_field(Code::server, "--all", "--all: the agent gave the same page twice: this route has no pages");
    before = text;
    for (std::size_t at = 0; at < list.size(); ++at) items.append(count++ == 0 ? "" : ",").append(list.at(at).dump());
    position = list.size() == 0 ? std::string() : next_position(paging, body->root(), count, pages);
    if (position.empty()) break;
  }
  OutputOptions output = client.invocation().global.output;
  if (!client.invocation().global.output_given) output.format = OutputFormat::json;
  return print_json(client, "{\"items\":[" + items + "],\"total\":" + std::to_string(count) + "}", output);
}

}  // namespace facio::api
