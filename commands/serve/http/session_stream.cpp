// The part of a connection that sends a streaming answer.
#include <boost/asio/post.hpp>
#include <charconv>

#include "commands/serve/http/reply_head.hpp"
#include "commands/serve/http/worker.hpp"
#include "commands/serve/overload.hpp"

namespace facio::serve {
namespace asio = boost::asio;
namespace {

void append_chunk(std::string& out, std::string_view bytes) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, bytes.size(), 16);
  out.append(digits, end);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
}

}  // namespace

void Session::stream(Answer answer) {
  if (!worker_.shares().take_stream()) {
    answer.stream->disconnect();
    return reply(application_.refuse(overloaded(Code::unavailable, "too many open streams"), 503));
  }
  received_.give_back();
  stream_ = std::move(answer.stream);
  chunked_ = parser_->modern();
  // Without chunks, closing the connection ends the body.
  keep_ = keep_ && chunked_ && !worker_.stopping();
  write_reply_head(reply_head_, answer, worker_.date_line(), keep_ ? Connection::implied : Connection::close,
                   chunked_ ? Framing::chunked : Framing::closing);
  if (head_.method == "HEAD") {
    drop_stream();
    reply_body_.clear();
    written_ = 0;
    expect_sent(0);
    return write();
  }
  state_ = State::streaming;
  ++streams_;
  stream_over_ = false;
  stream_->attach(
      [self = shared_from_this()] { asio::post(self->socket_.get_executor(), [self] { self->guarded([&] { self->pump(); }); }); });
  if (worker_.stopping()) stream_->notify_stopping();
  watch_client();
  send_piece({});
}

/// Notices a client that disconnects although nothing is being sent. One that sends its next request early is no longer watched.
void Session::watch_client() {
  socket_.async_wait(Socket::wait_read, [self = shared_from_this(), number = streams_](error_code error) {
    if (self->state_ != State::streaming || number != self->streams_) return;
    error_code unknown;
    if (error || (self->tls_ ? self->is_gone_secured() : self->socket_.available(unknown) == 0)) self->guarded([&] { self->close(); });
  });
}

void Session::pump() {
  if (state_ != State::streaming || sending_) return;
  std::string bytes;
  const auto state = stream_->take(bytes);
  if (state == BodyStream::State::aborted) return close();
  stream_over_ = state == BodyStream::State::finished;
  if (!worker_.shares().take_bytes(Shares::Way::out, bytes.size(), sent_)) return close();
  if (bytes.empty() && !stream_over_)
    return enter(State::streaming, stream_->keep_alive().empty() ? kNever : worker_.limits().heartbeat_ms);
  send_piece(bytes);
}

/// Sends the head, unless it has been sent, and a piece.
void Session::send_piece(std::string_view bytes) {
  reply_body_ = std::move(reply_head_);
  reply_head_.clear();
  if (!chunked_) reply_body_ += bytes;
  else if (!bytes.empty()) append_chunk(reply_body_, bytes);
  if (chunked_ && stream_over_) reply_body_ += "0\r\n\r\n";
  written_ = 0;
  expect_sent(reply_body_.size());
  sending_ = true;
  on_piece({}, 0);
}

void Session::on_piece(error_code error, std::size_t count) {
  if (state_ != State::streaming) return;
  if (error) return close();
  written_ += count;
  if (written_ < reply_body_.size()) {
    enter_sending(State::streaming);
    return send(std::string_view(reply_body_).substr(written_), {}, &Session::on_piece);
  }
  sending_ = false;
  if (!stream_over_) return pump();
  drop_stream();
  error_code ignored;
  socket_.cancel(ignored);  // watch_client()
  on_answered();
}

void Session::drop_stream() {
  if (!stream_) return;
  const auto stream = std::move(stream_);
  stream_.reset();
  sending_ = false;
  worker_.shares().give_stream();
  stream->disconnect();
}

}  // namespace facio::serve
