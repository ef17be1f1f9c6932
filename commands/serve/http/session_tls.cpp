// The part of a connection that is secured by TLS. Nothing here waits: a step that cannot go on is tried again when the socket is ready.
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <sys/socket.h>

#include "cli/core/text.hpp"
#include "cli/http/tls.hpp"
#include "commands/serve/http/tls_server.hpp"
#include "commands/serve/http/worker.hpp"

namespace facio::serve {
namespace asio = boost::asio;
namespace {

using TlsStep = facio::http::TlsSession::Step;
/// What fits into one record, so that a small answer is one packet.
constexpr std::size_t kRecordBytes = 16 * 1024;

bool must_wait(TlsStep step) { return step == TlsStep::want_read || step == TlsStep::want_write; }

boost::system::error_code outcome(TlsStep step) {
  if (step == TlsStep::done) return {};
  return step == TlsStep::closed ? asio::error::make_error_code(asio::error::eof)
                                 : asio::error::make_error_code(asio::error::connection_reset);
}

}  // namespace

Session::~Session() { end_handshake(); }

/// When the socket is ready for what `step` wants, calls `again`; when the wait is cut short, calls `stop` as a failed transfer.
template <class Again>
void Session::when_ready(bool to_write, Again again, Then stop) {
  socket_.async_wait(to_write ? Socket::wait_write : Socket::wait_read, [self = shared_from_this(), again, stop](error_code error) {
    self->guarded([&] {
      if (!error && self->tls_) return again(*self);
      (self.get()->*stop)(error ? error : asio::error::make_error_code(asio::error::operation_aborted), 0);
    });
  });
}

/// Begins the handshake with the client's first byte. A client that speaks plain HTTP is told so in plain HTTP.
void Session::secure(TlsServer& server) {
  tls_ = server.begin_handshake(socket_.native_handle(), worker_.limits().handshakes);
  if (!tls_) return close();
  handshake_of_ = &server;
  enter(State::securing, worker_.limits().header_ms);
  when_ready(
      false,
      [](Session& self) {
        char first = 0;
        if (::recv(self.socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1 || !is_letter(first)) return self.shake_hands();
        self.end_handshake();
        self.tls_.reset();
        self.refuse(self.application_.refuse(
            Error(Code::rejected, "this port speaks HTTPS, but the request was plain HTTP; use an https:// address"), 400));
      },
      &Session::on_unsecured);
}

void Session::shake_hands() {
  const TlsStep step = tls_->handshake();
  if (must_wait(step))
    return when_ready(
        step == TlsStep::want_write, [](Session& self) { self.shake_hands(); }, &Session::on_unsecured);
  end_handshake();
  if (step == TlsStep::closed) return close();
  if (step == TlsStep::failed) return part();  // the client must see the alert
  enter(State::idle, worker_.limits().header_ms);
  if (worker_.stopping()) finish_soon();
  if (state_ == State::idle) read();
}

void Session::on_unsecured(error_code, std::size_t) { close(); }

void Session::end_handshake() {
  if (handshake_of_ != nullptr) handshake_of_->end_handshake();
  handshake_of_ = nullptr;
}

/// Calls `step` as if the transfer had waited: from a handler of its own, so that many in a row do not nest.
void Session::complete(Then step, error_code error, std::size_t count) {
  asio::post(socket_.get_executor(), [handler = then(step), error, count] { handler(error, count); });
}

void Session::receive_secured(char* to, std::size_t size, Then step) {
  std::size_t got = 0;
  const TlsStep made = tls_->read(to, size, got);
  if (!must_wait(made)) return complete(step, outcome(made), got);
  const auto again = [to, size, step](Session& self) {
    if (self.reading()) self.receive_secured(to, size, step);  // else the request was refused meanwhile
  };
  when_ready(made == TlsStep::want_write, again, step);
}

/// Sends a part of both pieces; what a repeated attempt gets begins with the same bytes, as TLS demands.
void Session::send_secured(std::string_view first, std::string_view second, Then step) {
  std::string joined;
  if (!first.empty() && !second.empty() && first.size() < kRecordBytes) {
    joined.reserve(kRecordBytes);
    joined.append(first).append(second.substr(0, kRecordBytes - first.size()));
  }
  std::size_t put = 0;
  const TlsStep made = tls_->write(!joined.empty() ? std::string_view(joined) : first.empty() ? second : first, put);
  if (!must_wait(made)) return complete(step, outcome(made), put);
  when_ready(
      made == TlsStep::want_write, [first, second, step](Session& self) { self.send_secured(first, second, step); }, step);
}

/// Whether the client has gone, when its socket is readable during a streaming answer; nothing when it only sends more.
bool Session::is_gone_secured() {
  const TlsStep step = tls_->peek();
  if (step == TlsStep::want_read) watch_client();
  return step == TlsStep::closed || step == TlsStep::failed;
}

}  // namespace facio::serve
