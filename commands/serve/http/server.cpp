#include "commands/serve/http/server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <atomic>
#include <chrono>
#include <ctime>
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

/// One I/O thread with everything it touches.
class Worker final : public SessionOwner {
 public:
  Worker(Application& application, const Limits& limits, std::atomic<std::size_t>& connections, std::atomic<std::size_t>& streams,
         int listener)
      : application_(application),
        limits_(limits),
        connections_(connections),
        streams_(streams),
        context_(1),
        guard_(context_.get_executor()),
        acceptor_(context_.get_executor()),
        socket_(context_.get_executor()),
        patrol_(context_.get_executor()),
        rest_(context_.get_executor()),
        shortest_ms_(
            std::max<std::int64_t>(1, std::min({limits.header_ms, limits.body_ms, limits.idle_ms, limits.linger_ms, limits.beat_ms}))) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    acceptor_.assign(Protocol(address.ss_family, 0), listener);
    is_tcp_ = address.ss_family != AF_UNIX;
  }

  void run() {
    accept();
    context_.run();
  }
  void begin_stop() {
    asio::post(context_, [this] {
      stopping_ = true;
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      rest_.cancel();
      for (const auto& session : std::vector(sessions_)) session->finish_soon();
      if (!sessions_.empty()) arm_patrol(now_ms() + kStoppingPatrolMs);
      end_when_empty();
    });
  }
  void abort() {
    asio::post(context_, [this] {
      stopping_ = true;
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      for (const auto& session : std::vector(sessions_)) session->close();
      end_when_empty();
    });
  }

  Application& application() override { return application_; }
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
  void accept();
  void on_accept(boost::system::error_code error);
  void turn_away();
  void arm_patrol(std::int64_t at_ms);
  void patrol();
  void end_when_empty();

  Application& application_;
  const Limits& limits_;
  std::atomic<std::size_t>& connections_;
  std::atomic<std::size_t>& streams_;
  asio::io_context context_;
  asio::executor_work_guard<Executor> guard_;
  Acceptor acceptor_;
  Socket socket_;
  Protocol::endpoint peer_;
  Timer patrol_, rest_;
  const std::int64_t shortest_ms_;
  std::vector<std::shared_ptr<Session>> sessions_;
  bool stopping_ = false, armed_ = false, is_tcp_ = false;
  std::time_t date_of_ = 0;
  std::string date_;
};

void Worker::accept() {
  peer_ = {};
  acceptor_.async_accept(socket_, peer_, [this](boost::system::error_code error) { on_accept(error); });
}

void Worker::on_accept(boost::system::error_code error) {
  if (error == asio::error::operation_aborted || (error && stopping_)) return;
  if (error && error != asio::error::connection_aborted) {  // most likely no descriptors are left: rest instead of spinning
    rest_.expires_after(kRestAfterFailure);
    rest_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled && !stopping_) accept();
    });
    return;
  }
  if (!error) {
    if (connections_.fetch_add(1, std::memory_order_relaxed) >= limits_.connections) {
      connections_.fetch_sub(1, std::memory_order_relaxed);
      turn_away();
    } else {
      if (is_tcp_) {
        const int on = 1;
        ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      }
      auto session = std::make_shared<Session>(*this, std::move(socket_), peer_name(peer_.data()));
      session->place = sessions_.size();
      sessions_.push_back(session);
      session->start();
      if (stopping_) session->finish_soon();
      if (!armed_ || stopping_) arm_patrol(now_ms() + (stopping_ ? kStoppingPatrolMs : shortest_ms_));
    }
  }
  socket_ = Socket(context_.get_executor());
  if (!stopping_) accept();
}

/// Tells a client over the limit why, without keeping anything for it.
void Worker::turn_away() {
  const Answer answer = application_.refuse(Error(Code::unavailable, "too many connections"), 503);
  std::string text;
  write_reply_head(text, answer, date_line(), Connection::close);
  text += answer.body;
  const int fd = socket_.native_handle();
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

HttpServer::HttpServer(Application& application, const Limits& limits, std::vector<int> listeners) : impl_(std::make_unique<Impl>()) {
  impl_->limits = limits;
  for (const int listener : listeners)
    impl_->workers.push_back(std::make_unique<Worker>(application, impl_->limits, impl_->connections, impl_->streams, listener));
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
