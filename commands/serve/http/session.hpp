// One connection: reads requests one by one and answers them in order.
#pragma once

#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/parser.hpp"
#include "commands/serve/http/shares.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::http {
class TlsSession;
}

namespace facio::serve {

class TlsServer;
using Executor = boost::asio::io_context::executor_type;
using Protocol = boost::asio::generic::stream_protocol;
using Socket = boost::asio::basic_stream_socket<Protocol, Executor>;

class Worker;

class Session final : public std::enable_shared_from_this<Session> {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// `client`: as of Shares.
  Session(Worker& worker, Application& application, Socket socket, std::string peer, std::string client);

  ~Session();

  /// With `tls` the connection is secured first.
  void start(TlsServer* tls);
  /// Closes an idle connection now, a busy one after its answer; one that may be about to send a request gets a moment.
  void finish_soon();
  void close();
  /// When expire() is due, by the worker's clock.
  [[nodiscard]] std::int64_t deadline() const { return deadline_; }
  /// Its time is over, or it is time to look whether the client still waits.
  void expire();
  [[nodiscard]] const std::string& client() const { return client_; }
  /// Runs a step of the session; what it throws ends this connection and no other.
  template <class Step>
  void guarded(Step&& step) noexcept {
    if (!contained("a connection", step)) (void)contained("a connection", [this] { close(); });
  }

  std::size_t place = 0;  ///< where the worker keeps the session

 private:
  enum class State : std::uint8_t { securing, idle, header, body, working, writing, streaming, lingering, closed };
  using error_code = boost::system::error_code;
  using Then = void (Session::*)(error_code, std::size_t);

  /// A handler that calls `step` and keeps the session alive until then.
  auto then(Then step) {
    return [self = shared_from_this(), step](error_code error, std::size_t count) {
      self->guarded([&] { (self.get()->*step)(error, count); });
    };
  }
  [[nodiscard]] bool reading() const { return state_ == State::idle || state_ == State::header || state_ == State::body; }
  void enter(State state, std::int64_t allowed_ms);
  void enter_body();
  void enter_sending(State state);
  void expect_sent(std::size_t bytes);
  [[nodiscard]] bool has_hung_up();
  void look_for_client();
  /// Reads some bytes, then calls `step`.
  void receive(char* to, std::size_t size, Then step) {
    if (tls_) return receive_secured(to, size, step);
    socket_.async_read_some(boost::asio::buffer(to, size), then(step));
  }
  /// Writes some bytes of both pieces, together, then calls `step`.
  void send(std::string_view first, std::string_view second, Then step) {
    if (tls_) return send_secured(first, second, step);
    const std::array pieces = {boost::asio::const_buffer(first.data(), first.size()),
                               boost::asio::const_buffer(second.data(), second.size())};
    socket_.async_write_some(pieces, then(step));
  }
  /// Whether the client has sent what is not read yet.
  bool has_input();
  void read();
  bool make_room();
  void on_read(error_code error, std::size_t count);
  void begin_request();
  void parse();
  bool on_header();
  void on_bad_request(error_code error);
  void send_continue();
  void on_continued(error_code error, std::size_t count);
  void dispatch();
  void refuse(Answer answer);
  void reply(Answer answer);
  void write();
  void on_written(error_code error, std::size_t count);
  void on_answered();
  void part();
  void next();

  // A streaming answer: session_stream.cpp.
  void stream(Answer answer);
  void watch_client();
  void pump();
  void send_piece(std::string_view bytes);
  void on_piece(error_code error, std::size_t count);
  void drop_stream();
  void linger();

  // TLS: session_tls.cpp.
  template <class Again>
  void when_ready(bool to_write, Again again, Then stop);
  void secure(TlsServer& server);
  void shake_hands();
  void on_unsecured(error_code error, std::size_t count);
  void end_handshake();
  void complete(Then step, error_code error, std::size_t count);
  void receive_secured(char* to, std::size_t size, Then step);
  void send_secured(std::string_view first, std::string_view second, Then step);
  bool is_gone_secured();

  Worker& worker_;  ///< the I/O thread that it belongs to
  Application& application_;
  Socket socket_;
  const std::string peer_, client_;
  std::unique_ptr<facio::http::TlsSession> tls_;  ///< empty: the connection is plain
  TlsServer* handshake_of_ = nullptr;             ///< who counts the handshake that is going on
  State state_ = State::idle;
  bool keep_ = true;
  bool fresh_ = true;  ///< nothing has been read yet
  bool left_ = false;  ///< the client has gone away, or at least sends nothing any more
  std::int64_t deadline_ = kNever;
  std::int64_t begun_ms_ = 0;    ///< the request's first byte has come
  std::int64_t sent_by_ms_ = 0;  ///< when the client must have read what is being sent
  std::string buffer_;           ///< read but not yet parsed: [parsed_, filled_)
  std::size_t parsed_ = 0, filled_ = 0;
  RequestHead head_;
  std::string body_;
  std::optional<RequestParser> parser_;
  std::unique_ptr<Exchange> exchange_;
  std::weak_ptr<const void> asked_;  ///< held by whoever is to answer
  Shares::Bytes received_, sent_;
  std::string reply_head_;
  std::string reply_body_;
  std::size_t written_ = 0;
  std::shared_ptr<BodyStream> stream_;
  bool chunked_ = false, sending_ = false, stream_over_ = false;
  std::uint64_t streams_ = 0;  ///< how many there have been
};

}  // namespace facio::serve
