#include "commands/facio/sessions/client/pages.hpp"

namespace facio::sessions {
namespace {

constexpr std::size_t kPage = 500;

}  // namespace

Result<Found> list_all(Client& client, const Filters& filters) {
  Found found;
  for (std::size_t offset = 0;; offset += kPage) {
    Filters page = filters;
    page["limit"] = std::to_string(kPage);
    page["offset"] = std::to_string(offset);
    auto reply = client.ask("sessions.list", std::move(page));
    if (!reply) return fail(std::move(reply.error()));
    const JsonRef root = reply->root();
    const JsonRef items = root.get("items") ? root.get("items") : root.get("sessions");
    if (!items.is(JsonKind::array)) return fail(Code::server, "the answer is no list of sessions");
    for (std::size_t i = 0; i < items.size(); ++i) {
      const JsonRef key = items.at(i).get("key");
      if (!key.is(JsonKind::string)) return fail(Code::server, "a session in the list has no key");
      found.keys.push_back(key.string());
      found.items += (found.items.size() > 1 ? "," : "") + items.at(i).dump();
    }
    if (items.size() < kPage) break;
  }
  found.items += ']';
  return found;
}

}  // namespace facio::sessions
