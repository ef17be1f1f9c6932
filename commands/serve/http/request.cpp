#include <algorithm>
#include <arpa/inet.h>
#include <exception>

#include "cli/core/text.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/http/decode.hpp"
#include "commands/serve/http/dispatcher.hpp"
#include "commands/serve/http/handler_work.hpp"
#include "commands/serve/http/reply_check.hpp"
#include "commands/serve/http/target.hpp"
#include "commands/serve/overload.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace {

constexpr std::uint64_t kSkippedBody = 64 * 1024;  ///< read and dropped, so that the connection can be kept
constexpr std::size_t kLongestPath = 512;          ///< of an unknown path in the audit log
constexpr const char* kUnexpected = "unexpected failure inside the server";

/// Whether an id of a request is worth repeating: 1 to 128 letters, digits and ._:-
bool is_request_id(std::string_view text) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == ':' || c == '-'; };
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, fits);
}

/// The last address of X-Forwarded-For; empty if it is not an address.
std::string last_forwarded(std::string_view header) {
  const std::string text(trimmed(header.substr(header.rfind(',') + 1)));
  unsigned char address[16];
  return ::inet_pton(AF_INET, text.c_str(), address) == 1 || ::inet_pton(AF_INET6, text.c_str(), address) == 1 ? text : std::string{};
}

}  // namespace

class Request final : public Exchange {
 public:
  Request(Dispatcher& dispatcher, const RequestHead& head, std::string_view peer);

  [[nodiscard]] bool decided() const override { return failure_.has_value() || preflight_; }
  [[nodiscard]] std::uint64_t body_limit() const override;
  void run(std::string body, UniqueFunction<void(Answer)> done) override;
  Answer refuse(Error error) override;
  bool abandoned() override;

 private:
  using Done = UniqueFunction<void(Answer)>;
  class Pending;

  /// Everything that does not need the body; sets failure_ if the request fails there.
  void examine();
  void find_place(const Match& match, unsigned allowed);
  [[nodiscard]] Status admit();
  [[nodiscard]] Status keep_pages_out(std::string_view authority);
  [[nodiscard]] Status check_body_type(const std::string& body);
  /// A refusal with a status that none of our codes has.
  tl::unexpected<Error> refuse_with(unsigned status, Code code, std::string message, std::string hint);
  void hand_over(std::string body, Done done);
  bool is_preflight(unsigned allowed);
  void handle(std::string_view body, Done done);
  void finish(Result<Reply> result, Done done);
  void note(unsigned status, UniqueFunction<void()> then);  ///< in the audit log
  Answer answer_to(Result<Reply>& result);                  ///< takes the body
  [[nodiscard]] bool is_audited() const { return surface_->audited && !call_.audited; }

  Dispatcher& dispatcher_;
  const RequestHead& head_;
  Call call_;
  Segments segments_;
  const Surface* surface_;        ///< whose forms the answer has
  const Route* route_ = nullptr;  ///< of the endpoint
  bool to_handler_ = false;       ///< the surface's handler answers instead of an endpoint
  std::string_view query_;
  std::optional<Error> failure_;
  unsigned failure_status_ = 0;  ///< of the answer; 0: the one of the error's code
  bool preflight_ = false;
  std::string headers_;  ///< lines for the answer
};

/// A handler's answer that is still to come. If an exception, anywhere on its way, makes it impossible, the request fails.
class Request::Pending {
 public:
  Pending(Request& request, Done done) : request_(&request), done_(std::move(done)) {}
  Pending(Pending&& other) noexcept : request_(std::exchange(other.request_, nullptr)), done_(std::move(other.done_)) {}
  Pending& operator=(Pending&&) = delete;
  ~Pending() {
    if (request_ != nullptr) (void)contained("a request", [this] { answer(fail(Code::internal, kUnexpected)); });
  }
  void answer(Result<Reply> result) { std::exchange(request_, nullptr)->finish(std::move(result), std::move(done_)); }
  void answer(Answer answer) {
    request_ = nullptr;
    done_(std::move(answer));
  }

 private:
  Request* request_;
  Done done_;
};

Request::Request(Dispatcher& dispatcher, const RequestHead& head, std::string_view peer)
    : dispatcher_(dispatcher), head_(head), surface_(&dispatcher.nowhere_) {
  call_.platform = &dispatcher.platform_;
  call_.head = &head;
  call_.received_ticks_us = ticks_us();
  call_.method = head.method;
  call_.remote = dispatcher.options_.behind_proxy ? last_forwarded(head.forwarded_for) : std::string{};
  if (call_.remote.empty()) call_.remote = peer;
  call_.request_id = is_request_id(head.request_id) ? head.request_id : dispatcher.make_request_id();
  headers_ = "X-Request-Id: " + call_.request_id + "\r\n" + dispatcher.origins_.lines(head.origin);
  examine();
}

void Request::examine() {
  Target target;
  Status readable = split_target(head_.target).map([&](Target parts) { target = parts; });
  if (readable) readable = split_path(target.path, segments_);
  query_ = target.query;
  call_.path = target.path.substr(0, kLongestPath);
  // From here on the path is what was decoded, also as far as it could be: surface and route are those of one reading.
  surface_ = &dispatcher_.surface_at(segments_);
  const Match match = readable ? dispatcher_.router_.find(method_of(head_.method), segments_) : Match{};
  unsigned allowed = match.allowed;
  if (readable && allowed == 0 && surface_->handler != nullptr) {
    allowed = surface_->handler->methods(segments_);
    to_handler_ = (allowed & 1U << static_cast<unsigned>(method_of(head_.method))) != 0;
  }
  if (match.mounted != nullptr) {
    call_.endpoint = match.mounted->endpoint;
    call_.path = call_.endpoint->path;
    surface_ = match.mounted->surface;
    route_ = match.mounted->route;
  }
  auto admitted = keep_pages_out(target.authority);
  if (admitted && head_.method == "OPTIONS" && is_preflight(allowed)) return;
  if (admitted) admitted = admit();
  if (admitted) admitted = std::move(readable);
  if (!admitted) failure_ = std::move(admitted.error());
  else find_place(match, allowed);
}

/// Sets failure_ if there is nothing that answers, or not with these parameters.
void Request::find_place(const Match& match, unsigned allowed) {
  if (match.mounted == nullptr && allowed == 0) {
    failure_ = Error(Code::not_found, "no such route");
  } else if (match.mounted == nullptr && !to_handler_) {
    headers_ += "Allow: " + allow_list(allowed, false) + "\r\n";
    failure_ = Error(Code::method_not_allowed, "this route does not support the method " + head_.method.substr(0, 32));
  } else if (match.mounted != nullptr && route_ == nullptr) {
    failure_ = Error(Code::unavailable, "the service behind " + std::string(call_.endpoint->area()) + " is absent in this deployment");
  } else if (match.mounted != nullptr) {
    auto arguments = decode_arguments(*call_.endpoint, match.parameters, query_, call_.arguments);
    if (!arguments) failure_ = std::move(arguments.error());
  }
}

tl::unexpected<Error> Request::refuse_with(unsigned status, Code code, std::string message, std::string hint) {
  failure_status_ = status;
  return fail(code, std::move(message), std::move(hint));
}

/// Before anything else, so that a page uses up nobody's rate limit.
Status Request::keep_pages_out(std::string_view authority) {
  constexpr std::size_t kMostShown = 200;
  const auto is_foreign = [&](std::string_view host) { return !dispatcher_.guard_.answers_for(host); };
  // A client of HTTP/1.0 need not name a host; browsers always do.
  if ((head_.has_host && is_foreign(head_.host)) || (!authority.empty() && is_foreign(authority))) {
    const std::string named(authority.empty() ? head_.host : authority);
    return refuse_with(421, Code::forbidden, "this server does not answer for the host \"" + named.substr(0, kMostShown) + "\"",
                       "use its address, or start it with --server-name or --public-url");
  }
  if (dispatcher_.guard_.admits_page(head_)) return {};
  const std::string from = head_.origin.empty() ? std::string("another site") : "\"" + head_.origin.substr(0, kMostShown) + "\"";
  return fail(Code::forbidden, "web pages of " + from + " may not use this server", "start it with --allowed-origin to let them");
}

/// A page may send a text or a form anywhere without asking, and with some effort a body of no type; never JSON, and never a token.
Status Request::check_body_type(const std::string& body) {
  if (body.empty() || is_json_type(head_.content_type) || (head_.content_type.empty() && call_.known)) return {};
  const std::string given = head_.content_type.empty() ? "without a Content-Type" : "\"" + head_.content_type.substr(0, 100) + "\"";
  return refuse_with(415, Code::rejected, "a body must be JSON, but this one is " + given, "send Content-Type: application/json");
}

/// Rate limit, then authentication.
Status Request::admit() {
  if (surface_->rate_limited) {
    const std::int64_t wait_s = dispatcher_.rate_limit_.take(call_.remote, call_.received_ticks_us);
    if (wait_s > 0) return fail(overloaded(Code::throttled, "too many requests from this address", static_cast<unsigned>(wait_s)));
  }
  if (!surface_->authenticate) return {};
  auto caller = surface_->authenticate(head_);
  if (caller) {
    call_.known = caller->known;
    call_.trusted = caller->trusted;
    return {};
  }
  if (!surface_->challenge.empty()) ((headers_ += "WWW-Authenticate: ") += surface_->challenge) += "\r\n";
  return fail(std::move(caller.error()));
}

bool Request::is_preflight(unsigned allowed) {
  if (allowed == 0 || head_.preflight_method.empty() || !dispatcher_.origins_.allows(head_.origin)) return false;
  headers_ += Origins::preflight_lines(allow_list(allowed, true));
  preflight_ = true;
  return true;
}

std::uint64_t Request::body_limit() const {
  if (!decided() && to_handler_) return surface_->handler_body;
  if (decided() || call_.endpoint->method == Method::get) return kSkippedBody;
  return call_.endpoint->max_body;
}

void Request::run(std::string body, Done done) {
  if (preflight_) return done(Answer{.body = "{}", .headers = std::move(headers_)});
  if (failure_) return finish(fail(std::move(*failure_)), std::move(done));
  const bool checks = !to_handler_ || !surface_->handler->checks_body_type();
  if (checks && method_of(head_.method) != Method::get)  // the body of a GET is never looked at
    if (auto status = check_body_type(body); !status) return finish(fail(std::move(status.error())), std::move(done));
  if (to_handler_) return hand_over(std::move(body), std::move(done));
  handle(body, std::move(done));
}

void Request::hand_over(std::string body, Done done) {
  MountedCall call{head_, segments_, query_, call_.agent, call_.request_id, call_.trusted, std::move(body)};
  auto answer = [this, pending = Pending(*this, std::move(done))](Answer made) mutable {
    made.headers.insert(0, headers_);
    pending.answer(std::move(made));
  };
  (void)contained("a request", [&] { surface_->handler->answer(std::move(call), std::move(answer)); });
}

void Request::handle(std::string_view body, Done done) {
  if (auto status = decode_body(*call_.endpoint, body, call_); !status) return finish(fail(std::move(status.error())), std::move(done));
  if (route_->read != nullptr) {
    Result<Reply> result = fail(Code::internal, kUnexpected);
    (void)contained("a request", [&] { result = route_->read(route_->service, call_); });
    return finish(std::move(result), std::move(done));
  }
  auto respond = [pending = Pending(*this, std::move(done))](Result<Reply> result) mutable { pending.answer(std::move(result)); };
  (void)contained("a request", [&] { route_->async(route_->service, call_, std::move(respond)); });
}

/// What a handler of a surface does goes on without its client, and can be asked for later.
bool Request::abandoned() {
  if (call_.gone) std::exchange(call_.gone, {})();
  else if (!to_handler_) return false;
  return true;
}

Answer Request::answer_to(Result<Reply>& result) {
  if (!result) {
    Answer answer = surface_->answer_error(result.error());
    if (failure_status_ != 0) answer.status = failure_status_;
    answer.headers.insert(0, headers_);
    answer.headers += retry_after_line(result.error());
    return answer;
  }
  Answer answer{.status = result->status != 0 ? result->status : call_.endpoint->success,
                .body = std::move(result->body),
                .media = call_.endpoint->media,
                .headers = std::move(headers_) + result->headers,
                .cache = result->cache,
                .stream = std::move(result->stream)};
  if (surface_->wrap != nullptr && call_.endpoint->form != ReplyForm::text && !answer.body.empty())
    surface_->wrap(answer.body, result->beside);
  return answer;
}

/// Answers do not wait for their event, unless thousands of events are unwritten: then no thread waits, but answers do until there are
/// fewer, so that the number of connections bounds the memory.
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

/// An earlier failure is the better answer.
Answer Request::refuse(Error error) {
  Result<Reply> result = fail(failure_ ? std::move(*failure_) : std::move(error));
#ifdef FACIOCTL_CHECK_REPLIES
  // Bytes that are no HTTP are not the endpoint's failure.
  if (call_.endpoint != nullptr && result.error().code() != Code::rejected) (void)check_reply(*call_.endpoint, result);
#endif
  Answer answer = answer_to(result);
  if (is_audited()) note(answer.status, [] {});
  return answer;
}

std::unique_ptr<Exchange> Dispatcher::begin(const RequestHead& head, std::string_view peer) {
  return std::make_unique<Request>(*this, head, peer);
}

}  // namespace facio::serve
