#include "commands/serve/http/server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <atomic>
#include <chrono>
#include <ctime>
#include <deque>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "commands/serve/http/peer.hpp"
#include "commands/serve/http/reply_head.hpp"
#include "commands/serve/http/session.hpp"

namespace facio::serve {
namespace asio = boost::asio;
namespace {

using Steady = std::chrono::steady_clock;
using Acceptor = asio::basic_socket_acceptor<Protocol, Executor>;
using Timer = asio::basic_waitable_timer<Steady, asio::wait_traits<Steady>, Executor>;

constexpr std::chrono::milliseconds kRestAfterFailure{100};
// While the server ends, connections get shorter deadlines than any before.
constexpr std::int64_t kStoppingPatrolMs = 50;

/// A listening socket of one I/O thread.
struct Entrance {
  Entrance(Application& answers, const Executor& executor, int listener)
      : application(answers), acceptor(executor), socket(executor), rest(executor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    acceptor.assign(Protocol(address.ss_family, 0), listener);
    is_tcp = address.ss_family != AF_UNIX;
  }
  Application& application;
  Acceptor acceptor;
  Socket socket;
  Protocol::endpoint peer;
  Timer rest;
  bool is_tcp = false;
};

/// One I/O thread with everything it touches.
class Worker final : public SessionOwner {
 public:
  Worker(const Limits& limits, std::atomic<std::size_t>& connections, std::atomic<std::size_t>& streams)
      : limits_(limits),
        connections_(connections),
        streams_(streams),
        context_(1),
        guard_(context_.get_executor()),
        patrol_(context_.get_executor()),
        shortest_ms_(
            std::max<std::int64_t>(1, std::min({limits.header_ms, limits.body_ms, limits.idle_ms, limits.linger_ms, limits.beat_ms}))) {}

  /// Takes the socket; before run().
  void open(Application& application, int listener) { entrances_.emplace_back(application, context_.get_executor(), listener); }
  void run() {
    for (Entrance& entrance : entrances_) accept(entrance);
    context_.run();
  }
  void begin_stop() {
    asio::post(context_, [this] {
      stopping_ = true;
      close_entrances();
      for (const auto& session : std::vector(sessions_)) session->finish_soon();
      if (!sessions_.empty()) arm_patrol(now_ms() + kStoppingPatrolMs);
      end_when_empty();
    });
  }
  void abort() {
    asio::post(context_, [this] {
      stopping_ = true;
      close_entrances();
      for (const auto& session : std::vector(sessions_)) session->close();
      end_when_empty();
    });
  }

  [[nodiscard]] const Limits& limits() const override { return limits_; }
  [[nodiscard]] std::int64_t now_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now().time_since_epoch()).count();
  }
  std::string_view date_line() override;
  [[nodiscard]] bool stopping() const override { return stopping_; }
  void forget(Session& session) override;
  bool begin_stream() override {
    if (streams_.fetch_add(1, std::memory_order_relaxed) < limits_.streams) return true;
    end_stream();
    return false;
  }
  void end_stream() override { streams_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  void accept(Entrance& entrance);
  void on_accept(Entrance& entrance, boost::system::error_code error);
  void begin_session(Entrance& entrance);
  void turn_away(Entrance& entrance);
  void close_entrances();
  void arm_patrol(std::int64_t at_ms);
  void patrol();
  void end_when_empty();

  const Limits& limits_;
  std::atomic<std::size_t>& connections_;
  std::atomic<std::size_t>& streams_;
  asio::io_context context_;
  asio::executor_work_guard<Executor> guard_;
  std::deque<Entrance> entrances_;
  Timer patrol_;
  const std::int64_t shortest_ms_;
  std::vector<std::shared_ptr<Session>> sessions_;
  bool stopping_ = false, armed_ = false;
  std::time_t date_of_ = 0;
  std::string date_;
};

void Worker::accept(Entrance& entrance) {
  entrance.peer = {};
  entrance.acceptor.async_accept(entrance.socket, entrance.peer,
                                 [this, &entrance](boost::system::error_code error) { on_accept(entrance, error); });
}

void Worker::on_accept(Entrance& entrance, boost::system::error_code error) {
  if (error == asio::error::operation_aborted || (error && stopping_)) return;
  if (error && error != asio::error::connection_aborted) {  // most likely no descriptors are left: rest instead of spinning
    entrance.rest.expires_after(kRestAfterFailure);
    entrance.rest.async_wait([this, &entrance](boost::system::error_code cancelled) {
      if (!cancelled && !stopping_) accept(entrance);
    });
    return;
  }
  if (!error) begin_session(entrance);
  entrance.socket = Socket(context_.get_executor());
  if (!stopping_) accept(entrance);
}

void Worker::begin_session(Entrance& entrance) {
  if (connections_.fetch_add(1, std::memory_order_relaxed) >= limits_.connections) {
    connections_.fetch_sub(1, std::memory_order_relaxed);
    return turn_away(entrance);
  }
  if (entrance.is_tcp) {
    const int on = 1;
    ::setsockopt(entrance.socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  auto session = std::make_shared<Session>(*this, entrance.application, std::move(entrance.socket), peer_name(entrance.peer.data()));
  session->place = sessions_.size();
  sessions_.push_back(session);
  session->start();
  if (stopping_) session->finish_soon();
  if (!armed_ || stopping_) arm_patrol(now_ms() + (stopping_ ? kStoppingPatrolMs : shortest_ms_));
}

void Worker::close_entrances() {
  boost::system::error_code ignored;
  for (Entrance& entrance : entrances_) {
    entrance.acceptor.close(ignored);
    entrance.rest.cancel();
  }
}

/// Tells a client over the limit why, without keeping anything for it.
void Worker::turn_away(Entrance& entrance) {
  const Answer answer = entrance.application.refuse(Error(Code::unavailable, "too many connections"), 503);
  std::string text;
  write_reply_head(text, answer, date_line(), Connection::close);
  text += answer.body;
  const int fd = entrance.socket.native_handle();
  (void)::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::shutdown(fd, SHUT_WR);
  char dropped[4096];
  (void)::recv(fd, dropped, sizeof dropped, MSG_DONTWAIT);
}

void Worker::forget(Session& session) {
  const std::size_t place = session.place;
  sessions_[place].swap(sessions_.back());
  sessions_[place]->place = place;
  const std::shared_ptr<Session> last = std::move(sessions_.back());  // the caller may be the last to hold it
  sessions_.pop_back();
  connections_.fetch_sub(1, std::memory_order_relaxed);
  asio::post(context_, [last] {});
  end_when_empty();
}

void Worker::end_when_empty() {
  if (!stopping_ || !sessions_.empty()) return;
  patrol_.cancel();
  guard_.reset();
}

/// One timer watches all deadlines. No new deadline can fall before `shortest_ms_` from now, so it need not be moved when one is set.
void Worker::arm_patrol(std::int64_t at_ms) {
  armed_ = true;
  patrol_.expires_at(Steady::time_point(std::chrono::milliseconds(at_ms)));
  patrol_.async_wait([this](boost::system::error_code error) {
    armed_ = false;
    if (!error) patrol();
  });
}

void Worker::patrol() {
  const std::int64_t now = now_ms();
  std::vector<std::shared_ptr<Session>> late;
  for (const auto& session : sessions_)
    if (session->deadline() <= now) late.push_back(session);
  for (const auto& session : late) session->expire();
  if (sessions_.empty()) return;
  std::int64_t next = now + (stopping_ ? kStoppingPatrolMs : shortest_ms_);
  for (const auto& session : sessions_) next = std::min(next, session->deadline());
  arm_patrol(std::max(next, now + 1));
}

std::string_view Worker::date_line() {
  const std::time_t now = std::time(nullptr);
  if (now != date_of_) {
    date_of_ = now;
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[64];
    date_.assign(text, std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts));
  }
  return date_;
}

}  // namespace

struct HttpServer::Impl {
  Limits limits;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> streams{0};
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;
  std::atomic<std::size_t> running{0};
  int ended = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
};

HttpServer::HttpServer(const Limits& limits, const std::vector<Door>& doors) : impl_(std::make_unique<Impl>()) {
  impl_->limits = limits;
  for (const Door& door : doors)
    for (std::size_t i = 0; i < door.sockets.size(); ++i) {
      if (i == impl_->workers.size()) impl_->workers.push_back(std::make_unique<Worker>(impl_->limits, impl_->connections, impl_->streams));
      impl_->workers[i]->open(*door.application, door.sockets[i]);
    }
}

HttpServer::~HttpServer() {
  if (!impl_->threads.empty()) {
    abort();
    join();
  }
  ::close(impl_->ended);
}

void HttpServer::start() {
  impl_->running = impl_->workers.size();
  for (const auto& worker : impl_->workers)
    impl_->threads.emplace_back([this, work = worker.get()] {
      work->run();
      if (impl_->running.fetch_sub(1) == 1) {
        const std::uint64_t one = 1;
        (void)!::write(impl_->ended, &one, sizeof one);
      }
    });
}

void HttpServer::begin_stop() {
  for (const auto& worker : impl_->workers) worker->begin_stop();
}

void HttpServer::abort() {
  for (const auto& worker : impl_->workers) worker->abort();
}

void HttpServer::join() {
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

int HttpServer::ended_fd() const { return impl_->ended; }

std::size_t HttpServer::connections() const { return impl_->connections.load(std::memory_order_relaxed); }

}  // namespace facio::serve
