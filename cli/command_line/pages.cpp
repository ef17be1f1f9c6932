// --all: every page of a list as one reply.
#include "cli/command_line/client.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/columns.hpp"

namespace facio {
namespace {

using namespace json;
using namespace output;

constexpr int kMostTries = 5;
constexpr std::int64_t kUsualPage = 100;

/// The longest page that the endpoint gives.
std::int64_t page_size(const Endpoint& endpoint, const Paging& paging) {
  for (const Param& param : endpoint.params)
    if (param.field.name == paging.size && param.field.attr.max != kNoLimit) return static_cast<std::int64_t>(param.field.attr.max);
  return kUsualPage;
}

/// The items read so far, as they were sent.
struct Collected {
  std::string items;  ///< with commas between
  std::size_t count = 0;
  std::string last;  ///< identity of the last one
  std::size_t pages = 0;
  std::string next;  ///< the token of the next page
  bool more = true;
};

/// What identifies an item.
std::string identity(const Endpoint& endpoint, std::string_view item) {
  const std::string_view key = endpoint.key.empty() ? std::string_view{} : member(item, endpoint.key);
  return std::string(key.empty() ? item : key);
}

/// Finds out whether another page follows, and its token.
void look_ahead(const Paging& paging, std::string_view body, std::size_t items, std::int64_t size, Collected& to) {
  const std::string_view next = value_at(trimmed(body), paging.next);
  if (paging.by == Paging::By::token) {
    to.next = kind_of(next) == Json::string ? unescaped(next) : kind_of(next) == Json::number ? std::string(next) : std::string();
    to.more = !to.next.empty();
  } else {
    to.more = next.empty() ? items >= static_cast<std::size_t>(size) : next == "true";
  }
}

/// False when the list was changed since the page before.
Result<bool> add_page(const System& system, const Endpoint& endpoint, std::string_view body, std::int64_t size, Collected& to) {
  if (auto checked = check_json(body); !checked) return fail(std::move(checked.error()));
  const std::string_view declared = system.envelope.empty() ? body : value_at(trimmed(body), system.envelope);
  const ReplyView view = view_of(endpoint, declared);
  if (!view.is_list) return fail(Code::server, "--all: a page of the list has no array \"" + std::string(endpoint.items) + "\"");
  std::size_t next = 0;
  if (to.count > 0 && system.paging.by == Paging::By::offset) {
    // New items in front shift the others: everything up to the known item was seen already, or is newer than this reading.
    while (next < view.items.size() && identity(endpoint, view.items[next].value) != to.last) ++next;
    if (next == view.items.size()) return false;
    ++next;
  }
  for (; next < view.items.size(); ++next) {
    if (to.count++ > 0) to.items += ',';
    to.items += view.items[next].value;
  }
  if (!view.items.empty()) to.last = identity(endpoint, view.items.back().value);
  ++to.pages;
  look_ahead(system.paging, body, view.items.size(), size, to);
  return true;
}

/// The position of the next page for the query; `start` is that of the first one.
std::string position_of(const Paging& paging, const Collected& all, std::int64_t start) {
  switch (paging.by) {
    case Paging::By::token: return all.next;
    case Paging::By::page: return std::to_string(start + static_cast<std::int64_t>(all.pages));
    case Paging::By::offset: break;
  }
  const auto before = static_cast<std::int64_t>(all.count);
  return std::to_string(start + before - (before > 0 ? 1 : 0));
}

}  // namespace

/// Reads the pages of the command's list one after the other, each as long as the endpoint allows, and returns one reply with all items.
/// Each page begins with the last item of the one before: when that is missing, something was removed in the meantime, and reading starts
/// again. Code::usage for --limit beside --all, Code::conflict when the list kept changing; failures of a page are its own.
Result<Response> Client::read_all_pages() {
  const Invocation& asked = invocation_;
  const Endpoint& endpoint = *asked.endpoint;
  const System& system = *system_of(endpoint);
  const Paging& paging = system.paging;
  const std::string limit(paging.size), position(paging.position);
  const std::string shown = "--" + kebab(limit);
  if (!limit.empty() && asked.given(limit))
    return fail_field(Code::usage, "--all", "--all and " + shown + " cannot be combined; give one of them");
  const std::int64_t size = page_size(endpoint, paging);
  Invocation page;
  page.endpoint = &endpoint;
  page.values = asked.values;
  page.global.timeout_ms = asked.global.timeout_ms;
  if (!limit.empty()) page.values[limit] = {std::to_string(size)};
  const bool counted = paging.by != Paging::By::token;
  const std::int64_t first = paging.by == Paging::By::page ? 1 : 0;
  const std::int64_t start = counted && asked.given(position) ? std::stoll(std::string(asked.value(position))) : first;
  for (int attempt = 0; attempt < kMostTries; ++attempt) {
    Collected all;
    Response response;
    bool unchanged = true;
    while (all.more && unchanged) {
      const std::size_t before = all.count;
      const std::string token = all.next;
      if (counted || all.pages > 0) page.values[position] = {position_of(paging, all, start)};
      auto answer = build_request(page).and_then([this](const Request& request) { return send(request); });
      if (!answer) return answer;
      response = std::move(*answer);
      auto added = add_page(system, endpoint, response.body, size, all);
      if (!added) return fail(std::move(added.error()));
      // A page that promises more but has nothing would be asked for forever; so would the same page again.
      const bool stuck = counted ? all.count == before : all.next == token;
      unchanged = *added && !(all.more && stuck);
    }
    if (!counted) page.values.erase(position);
    if (!unchanged) continue;
    response.body =
        "{\"" + std::string(endpoint.items) + "\":[" + all.items + "],\"total\":" + std::to_string(all.count) + ",\"hasMore\":false}";
    return response;
  }
  return fail(Error(Code::conflict,
                    "--all: the list changed while its pages were read, " + std::to_string(kMostTries) + " times; nothing was printed")
                  .with_field("--all")
                  .with_hint("facioctl " + command_words(endpoint) + (limit.empty() ? "" : " " + shown + " " + std::to_string(size))));
}

}  // namespace facio
