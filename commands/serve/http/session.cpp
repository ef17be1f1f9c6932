#include "commands/serve/http/session.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>

#include "cli/http/tls.hpp"
#include "commands/serve/http/reply_head.hpp"
#include "commands/serve/http/worker.hpp"

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

Session::Session(Worker& worker, Application& application, Socket socket, std::string peer)
    : worker_(worker), application_(application), socket_(std::move(socket)), peer_(std::move(peer)) {
  buffer_.resize(kSmallBuffer);
}

void Session::enter(State state, std::int64_t allowed_ms) {
  state_ = state;
  deadline_ = allowed_ms == kNever ? kNever : worker_.now_ms() + allowed_ms;
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
  if (tls_ && state_ == State::idle) tls_->end();  // after an answer that was cut off, its end must be missed
  enter(State::closed, kNever);
  tls_.reset();  // before its descriptor can become another connection's
  error_code ignored;
  socket_.close(ignored);
  drop_stream();
  worker_.forget(*this);
}

void Session::expire() {
  if (state_ == State::header || state_ == State::body) {
    error_code ignored;
    socket_.cancel(ignored);
    return refuse(exchange_ ? exchange_->refuse(too_slow()) : application_.refuse(too_slow(), 408));
  }
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
  if (state_ == State::idle) enter(State::header, worker_.limits().header_ms);
  if (state_ == State::body) enter(State::body, worker_.limits().body_ms);
  parse();
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
  enter(State::body, worker_.limits().body_ms);
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
  enter(State::working, kNever);
  exchange_->run(std::move(body_), [self = shared_from_this()](Answer answer) {
    asio::dispatch(self->socket_.get_executor(), [self, answer = std::move(answer)]() mutable { self->reply(std::move(answer)); });
  });
}

void Session::refuse(Answer answer) {
  keep_ = false;
  enter(State::working, kNever);
  reply(std::move(answer));
}

void Session::reply(Answer answer) {
  if (state_ != State::working) {
    if (answer.stream) answer.stream->disconnect();
    return;
  }
  if (answer.stream) return stream(std::move(answer));
  keep_ = keep_ && !worker_.stopping();
  const bool old = parser_ && parser_->is_header_done() && !parser_->modern();
  write_reply_head(reply_head_, answer, worker_.date_line(), keep_ ? (old ? Connection::keep : Connection::implied) : Connection::close);
  if (head_.method == "HEAD") reply_body_.clear();
  else reply_body_ = std::move(answer.body);
  written_ = 0;
  write();
}

void Session::write() {
  enter(State::writing, worker_.limits().body_ms);
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
    enter(State::header, worker_.limits().header_ms);
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
