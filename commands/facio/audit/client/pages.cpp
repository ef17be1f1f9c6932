#include "commands/facio/audit/client/pages.hpp"

#include <limits>
#include <set>

#include "cli/catalogue/system.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"

namespace facio::audit {

namespace {

/// The member `archived` of a page, for people; empty when there is none.
std::string archived_text(std::string_view body) {
  const std::string_view archived = json::member(body, "archived");
  if (json::kind_of(archived) != json::Json::object) return {};
  return "events 1 to " + std::string(json::member(archived, "events")) + ", up to " + printable(plain(json::member(archived, "until"))) +
         ", are in files in " + printable(plain(json::member(archived, "files"))) + " on the agent's machine";
}

}  // namespace

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
    return fail(Code::server, "the answer is not a page of audit events",
                "is this the address of an agent? facioctl api shows its answers");
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
                       std::size_t offset, std::optional<std::int64_t> after_seq) const {
  std::string target = "/api/v1/audit?limit=" + std::to_string(limit) + "&sortBy=ts&sortDir=" + (ascending ? "asc" : "desc");
  if (offset != 0) target += "&offset=" + std::to_string(offset);
  if (from_ms) target += "&from=" + percent_encode(format_rfc3339(*from_ms));
  if (after_seq) target += "&afterSeq=" + std::to_string(*after_seq);
  if (to_ms) target += "&to=" + percent_encode(format_rfc3339(*to_ms));
  for (const auto& [name, values] : query_)
    for (const std::string& value : values) target += "&" + name + "=" + percent_encode(value);
  return get_request("audit.list", std::move(target));
}

Result<int> Pages::show(bool ascending, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms) {
  return show_or_send(client_, request(ascending, from_ms, to_ms)).map([](auto&&) { return 0; });
}

Result<Pages::Page> Pages::read(const Request& request) {
  auto response = client_.send(request);
  if (!response) return fail(std::move(response.error()));
  auto events = events_of(response->body);
  if (!events) return fail(std::move(events.error()));
  const std::string_view more = json::member(trimmed(response->body), "hasMore");
  const bool full = events->size() >= kPage;
  return Page{std::move(*events), more == "true" || (more.empty() && full), archived_text(trimmed(response->body))};
}

// New events shift the pages while they are read. In a log with numbers, what comes again has no lower number than what was read; elsewhere
// the end stays fixed, and events that come twice are dropped.
Status Pages::newest_first(std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit) {
  std::set<std::uint64_t> last_page;
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  for (std::size_t offset = 0;;) {
    auto page = read(request(false, from_ms, to_ms, kPage, offset));
    if (!page) return fail(std::move(page.error()));
    if (page->events.empty()) return {};
    if (!to_ms && page->events.front().seq == 0) to_ms = page->events.front().ts_ms;
    offset += page->events.size();
    std::set<std::uint64_t> this_page;
    for (const Event& event : page->events) this_page.insert(event.id);
    const std::int64_t last = page->events.back().seq;
    std::erase_if(page->events, [&](const Event& event) { return event.seq > 0 ? event.seq >= lowest : last_page.contains(event.id); });
    if (last > 0) lowest = std::min(lowest, last);
    auto going = visit_each(page->events, visit);
    if (!going) return fail(std::move(going.error()));
    if (*going && !page->archived.empty()) archived_ = std::move(page->archived);
    if (!*going || !page->more) return {};
    last_page = std::move(this_page);
  }
}

Status Pages::oldest_first(LogPlace from, std::optional<std::int64_t> to_ms, const Visit& visit) {
  if (!from.after_seq) return by_time(from.from_ms, to_ms, visit, 0);
  return by_number(from, {}, to_ms, visit, true);
}

/// Each page begins behind the number of the previous page's last event. An agent that takes no number, and a log that was begun anew, are
/// read by the time. `fresh`: nothing was read so far.
Status Pages::by_number(LogPlace from, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit,
                        bool fresh) {
  for (;; fresh = false) {
    auto page = read(request(true, from_ms, to_ms, kPage, 0, from.after_seq));
    if (!page) return fail(std::move(page.error()));
    if (page->events.empty() && !fresh) return {};
    takes_numbers_ = page->events.empty() || page->events.front().seq > *from.after_seq;
    if (page->events.empty() || !takes_numbers_) return by_time(from.from_ms, to_ms, visit, fresh ? 0 : *from.after_seq);
    from.after_seq = page->events.back().seq;
    from.from_ms = page->events.back().ts_ms;
    auto going = visit_each(page->events, visit);
    if (!going) return fail(std::move(going.error()));
    if (!*going || !page->more) return {};
  }
}

/// Each page begins at the time of the previous page's last event, so that nothing written meanwhile can shift it. `read_seq`: events up to
/// this number were read already.
Status Pages::by_time(std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit, std::int64_t read_seq) {
  const std::optional<std::int64_t> wanted = from_ms;
  std::set<std::uint64_t> known;  // the events of the instant from which the next page is read
  for (std::size_t offset = 0;;) {
    auto page = read(request(true, from_ms, to_ms, kPage, offset));
    if (!page) return fail(std::move(page.error()));
    if (archived_.empty()) archived_ = std::move(page->archived);
    if (page->events.empty()) return {};
    const std::int64_t last = page->events.back().ts_ms, number = page->events.back().seq;
    const std::size_t count = page->events.size();
    std::set<std::uint64_t> at_last;
    for (const Event& event : page->events)
      if (event.ts_ms == last) at_last.insert(event.id);
    const auto read_before = [&](const Event& event) { return known.contains(event.id) || (event.seq > 0 && event.seq <= read_seq); };
    std::erase_if(page->events, read_before);
    auto going = visit_each(page->events, visit);
    if (!going) return fail(std::move(going.error()));
    if (!*going || !page->more) return {};
    if (takes_numbers_ && number > 0) return by_number({last, number}, wanted, to_ms, visit, false);
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
