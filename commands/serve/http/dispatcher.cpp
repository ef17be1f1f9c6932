#include "commands/serve/http/dispatcher.hpp"

#include <atomic>
#include <charconv>

#include "cli/core/ids.hpp"
#include "commands/serve/http/answers.hpp"
#include "commands/serve/http/reply_check.hpp"
#include "commands/serve/http/request.hpp"

namespace facio::serve {
namespace {

bool is_under(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

}  // namespace

Dispatcher::Dispatcher(Runtime& runtime, RequestLog& log, const Catalogue& catalogue, std::span<const Route> routes,
                       DispatcherOptions options)
    : runtime_(runtime),
      log_(log),
      options_(std::move(options)),
      authentication_(options_.management_token, options_.a2a_token),
      origins_(options_.allowed_origins),
      rate_limit_(options_.rate_limit_rpm),
      id_prefix_(random_hex(6) + "-") {
  std::unordered_map<std::string_view, const Route*> by_id;
  for (const Route& route : routes) by_id.emplace(route.id, &route);
  std::vector<const Endpoint*> served;
  for (std::size_t position = 0; position < catalogue.size(); ++position) {
    const Endpoint& endpoint = catalogue.at(position);
    if (endpoint.method == Method::none || !mounted(endpoint.surface)) continue;
    router_.add(endpoint);
    const auto found = by_id.find(endpoint.id);
    if (found == by_id.end()) continue;
    routes_.emplace(&endpoint, *found->second);
    served.push_back(&endpoint);
  }
#ifdef FACIOCTL_CHECK_REPLIES
  note_routes(served);
#endif
}

bool Dispatcher::mounted(Surface surface) const {
  const bool has_management_token = !options_.management_token.empty();
  switch (surface) {
    case Surface::health:
    case Surface::openai: return true;
    case Surface::management: return options_.management && has_management_token;
    case Surface::card:
    case Surface::a2a: return options_.a2a && (has_management_token || !options_.a2a_token.empty());
    case Surface::local: return false;
  }
  return false;
}

Surface Dispatcher::guard_of(std::string_view path) const {
  if (is_under(path, "/api/v1") && mounted(Surface::management)) return Surface::management;
  if (is_under(path, "/a2a") && mounted(Surface::a2a)) return Surface::a2a;
  return Surface::local;
}

void Dispatcher::mount(std::string_view root, Surface surface, MountedSurface& handler) {
  if (mounted(surface)) mounts_.push_back({root, &handler});
}

MountedSurface* Dispatcher::mounted_at(std::string_view path) const {
  for (const Mount& mount : mounts_)
    if (is_under(path, mount.root)) return mount.handler;
  return nullptr;
}

const Route* Dispatcher::route_of(const Endpoint& endpoint) const {
  const auto found = routes_.find(&endpoint);
  return found == routes_.end() ? nullptr : &found->second;
}

std::string Dispatcher::make_request_id() {
  static std::atomic<std::uint64_t> next{1};
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, next.fetch_add(1, std::memory_order_relaxed), 16);
  return id_prefix_ + std::string(digits, end);
}

std::unique_ptr<Exchange> Dispatcher::begin(const RequestHead& head, std::string_view peer) {
  return std::make_unique<Request>(*this, head, peer);
}

Answer Dispatcher::refuse(Error error, unsigned status) {
  Answer answer = error_answer(error);
  answer.status = status;
  return answer;
}

}  // namespace facio::serve
