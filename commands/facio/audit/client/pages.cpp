#include "commands/facio/audit/client/pages.hpp"

#include <set>

#include "cli/catalogue/system.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::audit {

Request get_request(std::string_view id, std::string target) {
  Request request;
  request.endpoint = find_endpoint(id);
  request.method = "GET";
  request.target = std::move(target);
  return request;
}

Result<std::vector<Event>> events_of(std::string_view body) {
  if (auto checked = json::check_json(body); !checked) return fail(std::move(checked.error()));
  const std::string_view items = json::member(trimmed(body), "items");
  if (json::kind_of(items) != json::Json::array)
    return fail(Code::server, "the answer is no page of audit events", "is this address that of an agent? facioctl api shows its answers");
  std::vector<Event> events;
  std::string_view one;
  for (json::Elements elements(items); elements.next(one);) events.push_back(event_of(one));
  return events;
}

Result<std::vector<Event>> get_events(Client& client, const Request& request) {
  return client.send(request).and_then([](const Response& response) { return events_of(response.body); });
}

Request run_request(std::string_view run) { return get_request("audit.run", "/api/v1/audit/runs/" + percent_encode(run)); }

Result<bool> visit_each(std::vector<Event>& events, const Visit& visit) {
  for (Event& event : events)
    if (auto going = visit(std::move(event)); !going || !*going) return going;
  return true;
}

Request Pages::request(bool ascending, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, std::size_t limit,
                       std::size_t offset) const {
  std::string target = "/api/v1/audit?limit=" + std::to_string(limit) + "&sortBy=ts&sortDir=" + (ascending ? "asc" : "desc");
  if (offset != 0) target += "&offset=" + std::to_string(offset);
  if (from_ms) target += "&from=" + percent_encode(format_rfc3339(*from_ms));
  if (to_ms) target += "&to=" + percent_encode(format_rfc3339(*to_ms));
  for (const auto& [name, values] : query_)
    for (const std::string& value : values) target += "&" + name + "=" + percent_encode(value);
  return get_request("audit.list", std::move(target));
}

Result<int> Pages::show(bool ascending, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms) {
  return show_or_send(client_, request(ascending, from_ms, to_ms)).map([](auto&&) { return 0; });
}

Result<Pages::Page> Pages::read(bool ascending, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms,
                                std::size_t offset) {
  auto response = client_.send(request(ascending, from_ms, to_ms, kPage, offset));
  if (!response) return fail(std::move(response.error()));
  auto events = events_of(response->body);
  if (!events) return fail(std::move(events.error()));
  const std::string_view more = json::member(trimmed(response->body), "hasMore");
  const bool full = events->size() >= kPage;
  return Page{std::move(*events), more == "true" || (more.empty() && full)};
}

// New events shift the pages while they are read: the end stays fixed, and events that come twice are dropped.
Status Pages::newest_first(std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit) {
  std::set<std::uint64_t> last_page;
  for (std::size_t offset = 0;;) {
    auto page = read(false, from_ms, to_ms, offset);
    if (!page) return fail(std::move(page.error()));
    if (page->events.empty()) return {};
    if (!to_ms) to_ms = page->events.front().ts_ms;
    offset += page->events.size();
    std::set<std::uint64_t> this_page;
    for (const Event& event : page->events) this_page.insert(event.id);
    std::erase_if(page->events, [&](const Event& event) { return last_page.contains(event.id); });
    auto going = visit_each(page->events, visit);
    if (!going) return fail(std::move(going.error()));
    if (!*going || !page->more) return {};
    last_page = std::move(this_page);
  }
}

// Each page begins at the time of the previous page's last event, so that nothing written meanwhile can shift it.
Status Pages::oldest_first(std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit) {
  std::set<std::uint64_t> known;  // the events of the instant from which the next page is read
  for (std::size_t offset = 0;;) {
    auto page = read(true, from_ms, to_ms, offset);
    if (!page) return fail(std::move(page.error()));
    if (page->events.empty()) return {};
    const std::int64_t last = page->events.back().ts_ms;
    const std::size_t count = page->events.size();
    std::set<std::uint64_t> at_last;
    for (const Event& event : page->events)
      if (event.ts_ms == last) at_last.insert(event.id);
    std::erase_if(page->events, [&](const Event& event) { return known.contains(event.id); });
    auto going = visit_each(page->events, visit);
    if (!going) return fail(std::move(going.error()));
    if (!*going || !page->more) return {};
    if (from_ms && *from_ms == last) {
      offset += count;  // a whole page of one instant
      known.merge(at_last);
    } else {
      offset = 0;
      from_ms = last;
      known = std::move(at_last);
    }
  }
}

}  // namespace facio::audit
