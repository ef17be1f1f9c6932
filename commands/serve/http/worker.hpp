// One I/O thread of the HTTP server, with everything that it touches.
#pragma once

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <ctime>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/limits.hpp"
#include "commands/serve/http/shares.hpp"
#include "commands/serve/http/session.hpp"

namespace facio::serve {

class Worker {
 public:
  Worker(const Limits& limits, Shares& shares);

  /// Takes a listening socket; before run().
  void open(Application& application, int listener, TlsServer* tls) {
    entrances_.emplace_back(application, context_.get_executor(), listener, tls);
  }
  /// Runs until the worker is stopping and no session is left.
  void run();
  // From any thread, as HttpServer's.
  void begin_stop();
  void abort();
  /// Whether the thread has come round since the last call; asks it to come round again.
  bool came_round();

  // For sessions, on this thread.

  [[nodiscard]] const Limits& limits() const { return limits_; }
  /// Steady clock in milliseconds.
  [[nodiscard]] std::int64_t now_ms() const;
  /// The Date header line of this second.
  std::string_view date_line();
  [[nodiscard]] bool stopping() const { return stopping_; }
  /// The session is closed; called once.
  void forget(Session& session);
  [[nodiscard]] Shares& shares() { return shares_; }

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<Protocol, Executor>;
  using Steady = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>, Executor>;
  struct Entrance {
    Entrance(Application& application, const Executor& executor, int listener, TlsServer* tls);
    Application& application;
    Acceptor acceptor;
    Socket socket;
    Protocol::endpoint peer;
    Timer rest;
    bool is_tcp = false;
    TlsServer* tls;      ///< null: connections are plain
    bool waits = false;  ///< for a client, or rests
  };

  void resume();
  void accept(Entrance& entrance);
  void rest(Entrance& entrance);
  void on_accept(Entrance& entrance, boost::system::error_code error);
  void begin_session(Entrance& entrance);
  void turn_away(Entrance& entrance, std::string_view why);
  void stop_accepting();
  void arm_timer(std::int64_t at_ms);
  void expire_sessions();
  void end_when_empty();

  const Limits& limits_;
  Shares& shares_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<Executor> guard_;
  std::deque<Entrance> entrances_;
  Timer timer_;  ///< for the deadlines of all sessions
  const std::int64_t shortest_ms_;
  std::vector<std::shared_ptr<Session>> sessions_;
  bool stopping_ = false, armed_ = false;
  std::atomic<bool> came_round_ = true;
  std::time_t date_of_ = 0;
  std::string date_;
};

}  // namespace facio::serve
