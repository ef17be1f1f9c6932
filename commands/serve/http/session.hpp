// One connection: reads requests one after the other and answers them in order.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/limits.hpp"
#include "commands/serve/http/parser.hpp"

namespace facio::serve {

using Executor = boost::asio::io_context::executor_type;
using Protocol = boost::asio::generic::stream_protocol;
using Socket = boost::asio::basic_stream_socket<Protocol, Executor>;

class Session;

/// The I/O thread that a session belongs to.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  [[nodiscard]] virtual const Limits& limits() const = 0;
  /// Steady clock in milliseconds.
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;
  /// The Date header line of this second.
  virtual std::string_view date_line() = 0;
  [[nodiscard]] virtual bool stopping() const = 0;
  /// The session is closed; called once.
  virtual void forget(Session& session) = 0;
  /// Counts an answer that goes on; false: there are too many.
  virtual bool begin_stream() = 0;
  virtual void end_stream() = 0;
};

class Session final : public std::enable_shared_from_this<Session> {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  Session(SessionOwner& owner, Application& application, Socket socket, std::string peer);

  /// Waits for the first request.
  void start();
  /// Closes an idle connection now, a busy one after its answer; one whose request is about to come gets a moment.
  void finish_soon();
  /// Closes now.
  void close();
  /// When expire() is due, by the owner's clock.
  [[nodiscard]] std::int64_t deadline() const { return deadline_; }
  /// The client was too slow.
  void expire();

  std::size_t place = 0;  ///< the owner's note where it keeps the session

 private:
  enum class State : std::uint8_t { idle, header, body, working, writing, streaming, lingering, closed };
  using error_code = boost::system::error_code;

  [[nodiscard]] bool reading() const { return state_ == State::idle || state_ == State::header || state_ == State::body; }
  void enter(State state, std::int64_t allowed_ms);
  void read();
  bool make_room();
  void on_read(error_code error, std::size_t count);
  void parse();
  bool on_header();
  void on_bad_request(error_code error);
  void send_continue();
  void dispatch();
  void refuse(Answer answer);
  void reply(Answer answer);
  void write();
  void on_written(error_code error, std::size_t count);
  void on_answered();
  void next();

  // An answer that goes on: session_stream.cpp.
  void stream(Answer answer);
  void watch_client();
  void pump();
  void send_piece(std::string_view bytes);
  void on_piece(error_code error, std::size_t count);
  void drop_stream();
  void linger();

  SessionOwner& owner_;
  Application& application_;
  Socket socket_;
  const std::string peer_;
  State state_ = State::idle;
  bool keep_ = true;
  bool fresh_ = true;  ///< nothing has been read yet
  std::int64_t deadline_ = kNever;
  std::string buffer_;  ///< bytes read and not yet parsed stand at [parsed_, filled_)
  std::size_t parsed_ = 0, filled_ = 0;
  RequestHead head_;
  std::string body_;
  std::optional<RequestParser> parser_;
  std::unique_ptr<Exchange> exchange_;
  std::string reply_head_;
  std::string reply_body_;
  std::size_t written_ = 0;
  std::shared_ptr<BodyStream> stream_;
  bool chunked_ = false, sending_ = false, stream_over_ = false;
  std::uint64_t streams_ = 0;  ///< how many there have been
};

}  // namespace facio::serve
