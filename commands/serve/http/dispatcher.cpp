#include "commands/serve/http/dispatcher.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <unordered_map>

#include "cli/core/encoding.hpp"
#include "commands/serve/http/reply_check.hpp"
#include "commands/serve/overload.hpp"

namespace facio::serve {
namespace {

/// Whether a path is this prefix or below it. Decoded segments are compared: the same that the router looks at.
bool is_under(const Segments& path, std::string_view prefix) {
  if (prefix == "/") return true;
  std::size_t at = 0;
  for (std::string_view rest = prefix.substr(1); !rest.empty(); ++at)
    if (at == path.count || path.values[at] != take_until(rest, '/')) return false;
  return true;
}

}  // namespace

Dispatcher::Dispatcher(const Platform& platform, std::vector<Surface> surfaces, Options options)
    : platform_(platform),
      options_(std::move(options)),
      origins_(options_.allowed_origins),
      guard_(options_.names, origins_),
      rate_limit_(options_.rate_limit_rpm),
      surfaces_(std::move(surfaces)),
      id_prefix_(random_hex(6) + "-") {
  std::erase_if(surfaces_, [](const Surface& surface) { return !surface.mounted; });
  for (const Surface& surface : surfaces_) mount(surface);
}

void Dispatcher::mount(const Surface& surface) {
  std::unordered_map<std::string_view, const Route*> by_id;
  for (const Route& route : surface.routes) by_id.emplace(route.id, &route);
  std::vector<const Endpoint*> served;
  for (const Endpoint* endpoint : surface.endpoints) {
    const auto found = by_id.find(endpoint->id);
    const bool has_route = found != by_id.end();
    const Mounted& mounted = mounted_.emplace_back(Mounted{endpoint, &surface, has_route ? found->second : nullptr});
    router_.add(mounted);
    for (const OlderPath& path : surface.older_paths)
      if (path.now == endpoint->path) router_.add(mounted, path.old);
    if (has_route) served.push_back(endpoint);
  }
  for (const std::string_view header : surface.headers)
    if (std::ranges::find(kept_headers_, header) == kept_headers_.end()) kept_headers_.push_back(header);
#ifdef FACIOCTL_CHECK_REPLIES
  note_routes(served);
#endif
}

const Surface& Dispatcher::surface_at(const Segments& path) const {
  const Surface* nearest = &nowhere_;
  for (const Surface& surface : surfaces_)
    if (!surface.prefix.empty() && is_under(path, surface.prefix) && surface.prefix.size() > nearest->prefix.size()) nearest = &surface;
  return *nearest;
}

std::string Dispatcher::make_request_id() {
  static std::atomic<std::uint64_t> next{1};
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, next.fetch_add(1, std::memory_order_relaxed), 16);
  return id_prefix_ + std::string(digits, end);
}

Answer Dispatcher::refuse(Error error, unsigned status) {
  Answer answer = surface_at({}).answer_error(error);
  answer.status = status;
  answer.headers += retry_after_line(error);
  return answer;
}

}  // namespace facio::serve
