#include "commands/serve/http/request.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <exception>

#include "cli/core/time.hpp"
#include "commands/serve/http/answers.hpp"
#include "commands/serve/http/decode.hpp"
#include "commands/serve/http/handler_work.hpp"
#include "commands/serve/http/reply_check.hpp"
#include "commands/serve/http/target.hpp"
#include "commands/serve/http/ticks.hpp"

namespace facio::serve {
namespace {

constexpr std::uint64_t kSkippedBody = 64 * 1024;  ///< read and dropped, so that the connection can go on
constexpr std::size_t kLongestPath = 512;          ///< of an unknown path in the audit log

Error internal_failure() { return {Code::internal, "unexpected failure inside the server"}; }

}  // namespace

bool is_request_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':' || c == '-';
  };
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, fits);
}

std::string last_forwarded(std::string_view header) {
  const auto comma = header.rfind(',');
  if (comma != std::string_view::npos) header.remove_prefix(comma + 1);
  const auto first = header.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  const std::string text(header.substr(first, header.find_last_not_of(' ') + 1 - first));
  unsigned char address[16];
  return ::inet_pton(AF_INET, text.c_str(), address) == 1 || ::inet_pton(AF_INET6, text.c_str(), address) == 1 ? text : std::string{};
}

Request::Request(Dispatcher& dispatcher, const RequestHead& head, std::string_view peer) : dispatcher_(dispatcher), head_(head) {
  call_.platform = &dispatcher.platform_;
  call_.received_ms = now_ms();
  call_.received_ticks_us = ticks_us();
  call_.method = head.method;
  call_.if_none_match = head.if_none_match;
  call_.a2a_version = head.a2a_version;
  call_.last_event_id = head.last_event_id;
  call_.remote = dispatcher.options_.behind_proxy ? last_forwarded(head.forwarded_for) : std::string{};
  if (call_.remote.empty()) call_.remote = peer;
  call_.request_id = is_request_id(head.request_id) ? head.request_id : dispatcher.make_request_id();
  headers_ = "X-Request-Id: " + call_.request_id + "\r\n" + dispatcher.origins_.lines(head.origin);
  examine();
}

void Request::examine() {
  const auto [path, query] = split_target(head_.target);
  call_.path = path.substr(0, kLongestPath);
  guard_ = dispatcher_.guard_of(path);
  if (auto split = split_path(path, segments_); !split) {
    Status admitted = admit(guard_);
    failure_ = admitted ? std::move(split.error()) : std::move(admitted.error());
    return;
  }
  mounted_ = dispatcher_.mounted_at(path);
  if (mounted_ != nullptr) return examine_mounted(query);
  const Match match = dispatcher_.router_.find(method_of(head_.method), segments_);
  if (head_.method == "OPTIONS" && is_preflight(match.allowed)) return;
  call_.endpoint = match.endpoint;
  if (match.endpoint != nullptr) {
    call_.path = match.endpoint->path;
    guard_ = match.endpoint->surface;
  }
  if (auto status = admit(guard_); !status) {
    failure_ = std::move(status.error());
  } else if (match.endpoint == nullptr && match.allowed != 0) {
    headers_ += "Allow: " + allow_list(match.allowed, false) + "\r\n";
    failure_ = Error(Code::method_not_allowed, "this route does not know the method " + head_.method.substr(0, 32));
  } else if (match.endpoint == nullptr) {
    failure_ = Error(Code::not_found, "no such route");
  } else if (dispatcher_.route_of(*match.endpoint) == nullptr) {
    failure_ = Error(Code::unavailable, "the service behind " + std::string(match.endpoint->area()) + " is absent in this deployment");
  } else if (auto arguments = decode_arguments(*match.endpoint, match.parameters, query, call_.arguments); !arguments) {
    failure_ = std::move(arguments.error());
  }
}

void Request::examine_mounted(std::string_view query) {
  query_ = query;
  const unsigned methods = mounted_->methods(segments_);
  if (head_.method == "OPTIONS" && is_preflight(methods)) return;
  if (auto status = admit(guard_); !status) {
    failure_ = std::move(status.error());
  } else if (methods == 0) {
    failure_ = Error(Code::not_found, "no such route");
  } else if (const Method method = method_of(head_.method);
             method == Method::none || (methods & 1U << static_cast<unsigned>(method)) == 0) {
    headers_ += "Allow: " + allow_list(methods, false) + "\r\n";
    failure_ = Error(Code::method_not_allowed, "this route does not know the method " + head_.method.substr(0, 32));
  }
}

/// Rate limit, then authentication. The open health route is never limited: probes must not be starved.
Status Request::admit(Surface guard) {
  if (guard != Surface::health) {
    const std::int64_t wait_s = dispatcher_.rate_limit_.take(call_.remote, call_.received_ticks_us);
    if (wait_s > 0) {
      headers_ += "Retry-After: " + std::to_string(wait_s) + "\r\n";
      return fail(Code::throttled, "too many requests from this address", "wait " + std::to_string(wait_s) + " s");
    }
  }
  auto status = dispatcher_.authentication_.check(guard, head_.authorization);
  if (guard == Surface::openai || guard == Surface::a2a)
    call_.trusted = dispatcher_.authentication_.check(Surface::management, head_.authorization).has_value();
  if (!status) headers_ += "WWW-Authenticate: Bearer\r\n";
  return status;
}

bool Request::is_preflight(unsigned allowed) {
  if (allowed == 0 || head_.preflight_method.empty() || !dispatcher_.origins_.allows(head_.origin)) return false;
  headers_ += Origins::preflight_lines(allow_list(allowed, true));
  preflight_ = true;
  return true;
}

std::uint64_t Request::body_limit() const {
  if (!decided() && mounted_ != nullptr) return mounted_->body_limit();
  if (decided() || call_.endpoint->method == Method::get) return kSkippedBody;
  return call_.endpoint->max_body;
}

void Request::run(std::string body, Done done) {
  if (preflight_) {
    Answer answer;
    answer.body = "{}";
    answer.headers = std::move(headers_);
    return done(std::move(answer));
  }
  if (failure_) return finish(fail(std::move(*failure_)), std::move(done));
  if (mounted_ != nullptr) return hand_over(std::move(body), std::move(done));
  handle(body, std::move(done));
}

void Request::hand_over(std::string body, Done done) {
  MountedCall call{.head = head_, .segments = segments_, .query = query_, .agent = call_.agent, .request_id = call_.request_id};
  call.trusted = dispatcher_.authentication_.check(Surface::management, head_.authorization).has_value();
  call.body = std::move(body);
  mounted_->answer(std::move(call), [this, done = std::move(done)](Answer answer) mutable {
    answer.headers.insert(0, headers_);
    done(std::move(answer));
  });
}

void Request::handle(std::string_view body, Done done) {
  if (auto status = decode_body(*call_.endpoint, body, call_); !status) return finish(fail(std::move(status.error())), std::move(done));
  const Route& route = *dispatcher_.route_of(*call_.endpoint);
  if (route.read != nullptr) {
    Result<Reply> result = fail(internal_failure());
    try {
      result = route.read(route.service, call_);
    } catch (const std::exception&) {  // what it says may hold a secret
      result = fail(internal_failure());
    }
    return finish(std::move(result), std::move(done));
  }
  route.async(route.service, call_,
              [this, done = std::move(done)](Result<Reply> result) mutable { finish(std::move(result), std::move(done)); });
}

bool Request::is_audited() const { return guard_ == Surface::management && !call_.audited; }

Answer Request::answer_to(Result<Reply>& result) {
  Answer answer;
  if (result) {
    answer.status = result->status != 0 ? result->status : call_.endpoint->success;
    answer.media = call_.endpoint->media;
    answer.body = std::move(result->body);
  } else {
    const Surface surface = call_.endpoint != nullptr ? call_.endpoint->surface : Surface::local;
    answer = error_answer(result.error(), surface);
    // Clients of that interface send again by themselves what failed so; the message is in the history already.
    if (surface == Surface::openai && answer.status >= 500) headers_ += "X-Should-Retry: false\r\n";
  }
  answer.headers = std::move(headers_);
  if (!result) return answer;
  answer.headers += result->headers;
  answer.cache = result->cache;
  answer.stream = std::move(result->stream);
  return answer;
}

/// Requests are answered without waiting for their event. When requests come faster than the disk takes their events, and thousands wait,
/// answers wait for theirs: no thread does, and memory is bounded by the number of connections.
void Request::note(unsigned status, UniqueFunction<void()> then) {
  dispatcher_.platform_.store.note(call_.agent, api_request_event(call_, status), std::move(then));
}

void Request::finish(Result<Reply> result, Done done) {
#ifdef FACIOCTL_CHECK_REPLIES
  if (call_.endpoint != nullptr) {
    if (auto status = check_reply(*call_.endpoint, result); !status) result = fail(std::move(status.error()));
  }
#endif
  Answer answer = answer_to(result);
  if (!is_audited()) return done(std::move(answer));
  const unsigned status = answer.status;
  note(status, [answer = std::move(answer), done = std::move(done)]() mutable { done(std::move(answer)); });
}

/// The request stays unread, so an earlier failure is the better answer.
Answer Request::refuse(Error error) {
  Result<Reply> result = fail(failure_ ? std::move(*failure_) : std::move(error));
  Answer answer = answer_to(result);
  if (is_audited()) note(answer.status, [] {});
  return answer;
}

}  // namespace facio::serve
