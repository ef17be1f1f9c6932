#include "commands/serve/http/session.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <poll.h>
#include <utility>

#include "cli/http/tls.hpp"
#include "commands/serve/http/reply_head.hpp"
#include "commands/serve/http/worker.hpp"
#include "commands/serve/overload.hpp"

namespace facio::serve {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace {

constexpr std::size_t kSmallBuffer = 4 * 1024;
constexpr std::size_t kLargeBuffer = 64 * 1024;
// How long a stopping server waits for the request of a client that has just connected.
constexpr std::int64_t kLastRequestMs = 250;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Error body_too_large(std::uint64_t limit) { return {Code::too_large, "the body is larger than " + std::to_string(limit) + " bytes"}; }
Error too_slow() { return {Code::timeout, "the request did not arrive in time"}; }

}  // namespace

Session::Session(Worker& worker, Application& application, Socket socket, std::string peer, std::string client)
    : worker_(worker), application_(application), socket_(std::move(socket)), peer_(std::move(peer)), client_(std::move(client)) {
  buffer_.resize(kSmallBuffer);
}

void Session::enter(State state, std::int64_t allowed_ms) {
  state_ = state;
  deadline_ = allowed_ms == kNever ? kNever : worker_.now_ms() + allowed_ms;
}

/// A body must go on coming, and come to an end.
void Session::enter_body() {
  const std::int64_t left = begun_ms_ + worker_.limits().request_ms - worker_.now_ms();
  enter(State::body, std::clamp<std::int64_t>(left, 0, worker_.limits().body_ms));
}

/// An answer must go on being read, and not by single bytes.
void Session::enter_sending(State state) {
  enter(state, std::clamp<std::int64_t>(sent_by_ms_ - worker_.now_ms(), 0, worker_.limits().body_ms));
}

void Session::expect_sent(std::size_t bytes) {
  const Limits& limits = worker_.limits();
  sent_by_ms_ = worker_.now_ms() + limits.body_ms + static_cast<std::int64_t>(bytes * 1000 / limits.least_rate);
}

void Session::start(TlsServer* tls) {
  if (tls != nullptr) return secure(*tls);
  enter(State::idle, worker_.limits().header_ms);  // a client that connects is about to send
  read();
}

void Session::finish_soon() {
  keep_ = false;
  if (state_ == State::lingering) return close();
  if (state_ == State::streaming) return stream_->notify_stopping();
  if (state_ == State::securing) enter(State::securing, std::min(kLastRequestMs, worker_.limits().header_ms));
  if (state_ != State::idle) return;
  // A request that is already on its way gets its answer; closing now would lose it.
  if (!fresh_ && !has_input()) return close();
  enter(State::idle, std::min(kLastRequestMs, worker_.limits().header_ms));
}

bool Session::has_input() {
  error_code ignored;
  return socket_.available(ignored) != 0 || (tls_ && tls_->has_input());
}

void Session::close() {
  if (state_ == State::closed) return;
  const bool works = state_ == State::working && !asked_.expired();
  if (tls_ && state_ == State::idle) tls_->end();  // after an answer that was cut off, its end must be missed
  enter(State::closed, kNever);
  tls_.reset();  // before its descriptor can become another connection's
  error_code ignored;
  socket_.close(ignored);
  received_.give_back();
  sent_.give_back();
  drop_stream();
  worker_.forget(*this);
  if (works && !std::exchange(left_, true)) (void)exchange_->abandoned();
}

void Session::expire() {
  if (state_ == State::header || state_ == State::body) {
    error_code ignored;
    socket_.cancel(ignored);
    return refuse(exchange_ ? exchange_->refuse(too_slow()) : application_.refuse(too_slow(), 408));
  }
  if (state_ == State::working) return look_for_client();
  if (state_ == State::streaming && !sending_) return send_piece(stream_->keep_alive());
  close();
}

bool Session::make_room() {
  if (parsed_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + parsed_, filled_ - parsed_);
    filled_ -= parsed_;
    parsed_ = 0;
  }
  const bool large_body = state_ == State::body && parser_->declared_length() > buffer_.size();
  if (filled_ < buffer_.size() && !large_body) return true;
  if (buffer_.size() >= kLargeBuffer) return filled_ < buffer_.size();
  buffer_.resize(large_body ? kLargeBuffer : buffer_.size() * 2);
  return true;
}

void Session::read() {
  if (!make_room()) return on_bad_request(http::make_error_code(http::error::header_limit));
  receive(buffer_.data() + filled_, buffer_.size() - filled_, &Session::on_read);
}

void Session::on_read(error_code error, std::size_t count) {
  if (state_ == State::lingering) return error ? close() : linger();
  if (!reading()) return;
  if (error) return close();
  filled_ += count;
  fresh_ = false;
  if (state_ == State::idle) begin_request();
  if (state_ == State::body) enter_body();
  parse();
}

/// Its first bytes are there.
void Session::begin_request() {
  begun_ms_ = worker_.now_ms();
  enter(State::header, worker_.limits().header_ms);
}

void Session::parse() {
  if (!parser_) parser_.emplace(head_, body_, worker_.limits().header_bytes, application_.kept_headers());
  while (true) {
    error_code error;
    if (parsed_ < filled_) parsed_ += parser_->put(asio::const_buffer(buffer_.data() + parsed_, filled_ - parsed_), error);
    if (error && error != http::error::need_more) return on_bad_request(error);
    if (!exchange_ && parser_->is_header_done() && !on_header()) return;
    if (parser_->is_done()) return dispatch();
    if (error == http::error::need_more || parsed_ == filled_) return read();
  }
}

bool Session::on_header() {
  const auto refused = [this](Answer answer) {
    refuse(std::move(answer));
    return false;
  };
  keep_ = keep_ && parser_->keep_alive();
  if (head_.target.size() > worker_.limits().target_bytes)
    return refused(application_.refuse(
        Error(Code::rejected, "the address is longer than " + std::to_string(worker_.limits().target_bytes) + " bytes"), 414));
  if (head_.malformed || (!head_.has_host && parser_->modern()))
    return refused(
        application_.refuse(Error(Code::rejected, head_.malformed ? "contradictory headers" : "the Host header is missing"), 400));
  exchange_ = application_.begin(head_, peer_);
  const std::uint64_t limit = exchange_->body_limit();
  const bool waits = head_.expects_continue && parsed_ == filled_ && !parser_->is_done();
  if (parser_->declared_length() > limit || (waits && exchange_->decided())) return refused(exchange_->refuse(body_too_large(limit)));
  if (parser_->is_done()) return true;
  parser_->set_body_limit(limit);
  parser_->eager(true);
  if (!worker_.shares().take_bytes(Shares::Way::in, parser_->declared_length() != 0 ? parser_->declared_length() : limit, received_))
    return refused(exchange_->refuse(overloaded(Code::unavailable, "too many large requests at the moment")));
  enter_body();
  if (waits) send_continue();
  return !waits;
}

void Session::send_continue() {
  written_ = 0;
  on_continued({}, 0);
}

void Session::on_continued(error_code error, std::size_t count) {
  if (state_ != State::body) return;
  if (error) return close();
  written_ += count;
  if (written_ < kContinue.size()) return send(kContinue.substr(written_), {}, &Session::on_continued);
  read();
}

void Session::on_bad_request(error_code error) {
  if (error == http::error::body_limit && exchange_) return refuse(exchange_->refuse(body_too_large(exchange_->body_limit())));
  Error told(Code::rejected, error == http::error::header_limit
                                 ? "the header is larger than " + std::to_string(worker_.limits().header_bytes) + " bytes"
                                 : "not a valid HTTP/1.1 request: " + error.message());
  if (exchange_) return refuse(exchange_->refuse(std::move(told)));
  refuse(application_.refuse(std::move(told), error == http::error::header_limit ? 431 : 400));
}

void Session::dispatch() {
  enter(State::working, worker_.limits().look_ms);
  auto asked = std::make_shared<const char>();
  asked_ = asked;
  exchange_->run(std::move(body_), [self = shared_from_this(), asked = std::move(asked)](Answer answer) {
    asio::dispatch(self->socket_.get_executor(),
                   [self, asked, answer = std::move(answer)]() mutable { self->guarded([&] { self->reply(std::move(answer)); }); });
  });
}

/// Whether the client has closed its end. It is not read for that: further requests may be on their way, in any number.
bool Session::has_hung_up() {
  pollfd watched{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) == 1;
}

/// While the request is worked on.
void Session::look_for_client() {
  if (asked_.expired()) {
    report_trouble("a request", "the server dropped it without an answer");
    return close();
  }
  if (!left_ && has_hung_up()) {
    left_ = true;
    if (exchange_->abandoned()) return close();
  }
  enter(State::working, worker_.limits().look_ms);
}

void Session::refuse(Answer answer) {
  keep_ = false;
  enter(State::working, worker_.limits().look_ms);
  reply(std::move(answer));
}

void Session::reply(Answer answer) {
  if (state_ != State::working) {
    if (answer.stream) answer.stream->disconnect();
    return;
  }
  if (answer.stream) return stream(std::move(answer));
  if (!worker_.shares().take_bytes(Shares::Way::out, answer.body.size(), sent_))
    answer = application_.refuse(overloaded(Code::unavailable, "too many large replies at the moment"), 503);
  received_.give_back();
  keep_ = keep_ && !worker_.stopping();
  const bool old = parser_ && parser_->is_header_done() && !parser_->modern();
  write_reply_head(reply_head_, answer, worker_.date_line(), keep_ ? (old ? Connection::keep : Connection::implied) : Connection::close);
  if (head_.method == "HEAD") reply_body_.clear();
  else reply_body_ = std::move(answer.body);
  written_ = 0;
  expect_sent(reply_body_.size());
  write();
}

void Session::write() {
  enter_sending(State::writing);
  const std::size_t of_head = std::min(written_, reply_head_.size());
  const std::size_t of_body = written_ - of_head;
  send(std::string_view(reply_head_).substr(of_head), std::string_view(reply_body_).substr(of_body), &Session::on_written);
}

void Session::on_written(error_code error, std::size_t count) {
  if (state_ != State::writing) return;
  if (error) return close();
  written_ += count;
  if (written_ < reply_head_.size() + reply_body_.size()) return write();
  on_answered();
}

void Session::on_answered() {
  sent_.give_back();
  if (keep_) return next();
  if (worker_.stopping() && parser_ && parser_->is_done() && parsed_ == filled_) return close();
  part();
}

/// Says that nothing follows, and waits until the client has seen it.
void Session::part() {
  if (tls_) tls_->end();
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  enter(State::lingering, worker_.limits().linger_ms);
  linger();
}

void Session::next() {
  parser_.reset();
  exchange_.reset();
  if (worker_.stopping()) return close();
  if (parsed_ < filled_) {
    begin_request();
    return parse();
  }
  parsed_ = filled_ = 0;
  if (buffer_.size() > kSmallBuffer) std::string(kSmallBuffer, '\0').swap(buffer_);
  if (reply_body_.capacity() > kLargeBuffer) std::string().swap(reply_body_);
  enter(State::idle, worker_.limits().idle_ms);
  read();
}

/// Reads and drops what the client still sends: closing with unread bytes would reset the connection and lose the answer.
void Session::linger() { socket_.async_read_some(asio::buffer(buffer_), then(&Session::on_read)); }

}  // namespace facio::serve
