#include "commands/serve/http/server.hpp"

#include <absl/cleanup/cleanup.h>
#include <arpa/inet.h>
#include <boost/asio/post.hpp>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>

#include "commands/serve/http/rate_limit.hpp"
#include "commands/serve/http/reply_head.hpp"
#include "commands/serve/http/worker.hpp"
#include "commands/serve/overload.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds kRestAfterFailure{100};
constexpr int kPauseAfterFailure = 10;  ///< milliseconds, of our own
// While the server stops, deadlines are shorter than any set before.
constexpr std::int64_t kStoppingIntervalMs = 50;

/// The other end of a connection: "127.0.0.1", "2001:db8::1"; "unix" for a unix socket.
std::string peer_name(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
    return text;
  }
  if (address->sa_family != AF_INET6) return "unix";
  const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&ip)) ::inet_ntop(AF_INET, &ip.s6_addr[12], text, sizeof text);
  else ::inet_ntop(AF_INET6, &ip, text, sizeof text);
  return text;
}

}  // namespace

Worker::Entrance::Entrance(Application& to, const Executor& executor, int listener, TlsServer* secured_by)
    : application(to), acceptor(executor), socket(executor), rest(executor), tls(secured_by) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  acceptor.assign(Protocol(address.ss_family, 0), listener);
  is_tcp = address.ss_family != AF_UNIX;
  if (!is_tcp) tls = nullptr;
}

Worker::Worker(const Limits& limits, Shares& shares)
    : limits_(limits),
      shares_(shares),
      context_(1),
      guard_(context_.get_executor()),
      timer_(context_.get_executor()),
      shortest_ms_(std::max<std::int64_t>(1, std::min({limits.header_ms, limits.body_ms, limits.idle_ms, limits.linger_ms,
                                                       limits.heartbeat_ms, limits.request_ms, limits.look_ms}))) {}

void Worker::run() {
  while (!contained("an I/O thread", [this] {
    resume();
    context_.run();
  }))
    ::poll(nullptr, 0, kPauseAfterFailure);
}

/// Begins whatever should go on, at the start and after a failure.
void Worker::resume() {
  if (!stopping_)
    for (Entrance& entrance : entrances_)
      if (!entrance.waits) accept(entrance);
  if (!armed_ && !sessions_.empty()) arm_timer(now_ms() + shortest_ms_);
}

void Worker::begin_stop() {
  asio::post(context_, [this] {
    stop_accepting();
    for (const auto& session : std::vector(sessions_)) session->finish_soon();
    if (!sessions_.empty()) arm_timer(now_ms() + kStoppingIntervalMs);
    end_when_empty();
  });
}

void Worker::abort() {
  asio::post(context_, [this] {
    stop_accepting();
    for (const auto& session : std::vector(sessions_)) session->close();
    end_when_empty();
  });
}

bool Worker::came_round() {
  if (!came_round_.exchange(false)) return false;  // what it was asked then is still waiting
  asio::post(context_, [this] { came_round_ = true; });
  return true;
}

std::int64_t Worker::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now().time_since_epoch()).count();
}

void Worker::accept(Entrance& entrance) {
  entrance.peer = {};
  entrance.acceptor.async_accept(entrance.socket, entrance.peer,
                                 [this, &entrance](boost::system::error_code error) { on_accept(entrance, error); });
  entrance.waits = true;
}

void Worker::on_accept(Entrance& entrance, boost::system::error_code error) {
  entrance.waits = false;
  if (error == asio::error::operation_aborted || (error && stopping_)) return;
  if (error && error != asio::error::connection_aborted) {
    report_trouble("a connection could not be accepted",
                   error == asio::error::no_descriptors ? "no file descriptor is left" : "the system refused");
    return rest(entrance);
  }
  if (!error) (void)contained("a new connection", [&] { begin_session(entrance); });
  entrance.socket = Socket(context_.get_executor());
  if (!stopping_) accept(entrance);
}

/// Instead of spinning.
void Worker::rest(Entrance& entrance) {
  entrance.rest.expires_after(kRestAfterFailure);
  entrance.rest.async_wait([this, &entrance](boost::system::error_code cancelled) {
    entrance.waits = false;
    if (!cancelled && !stopping_) accept(entrance);
  });
  entrance.waits = true;
}

void Worker::begin_session(Entrance& entrance) {
  std::string peer = peer_name(entrance.peer.data());
  const std::string client = rate_limit_key(peer);
  if (const std::string_view why = shares_.take_connection(client); !why.empty()) return turn_away(entrance, why);
  absl::Cleanup give_back = [&] { shares_.give_connection(client); };
  if (entrance.is_tcp) {
    const int on = 1;
    ::setsockopt(entrance.socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  auto session = std::make_shared<Session>(*this, entrance.application, std::move(entrance.socket), peer, client);
  session->place = sessions_.size();
  sessions_.push_back(session);
  std::move(give_back).Cancel();  // forget() does it
  session->start(entrance.tls);
  if (stopping_) session->finish_soon();
  if (!armed_ || stopping_) arm_timer(now_ms() + (stopping_ ? kStoppingIntervalMs : shortest_ms_));
}

void Worker::stop_accepting() {
  stopping_ = true;
  boost::system::error_code ignored;
  for (Entrance& entrance : entrances_) {
    entrance.acceptor.close(ignored);
    entrance.rest.cancel();
  }
}

/// Refuses a client over the limit, without keeping anything for it.
void Worker::turn_away(Entrance& entrance, std::string_view why) {
  if (entrance.tls != nullptr) return;  // no words before a handshake; the socket is closed by its next use
  const Answer answer = entrance.application.refuse(overloaded(Code::unavailable, std::string(why)), 503);
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
  const std::shared_ptr<Session> last = std::move(sessions_.back());  // the caller may hold no other reference
  sessions_.pop_back();
  shares_.give_connection(session.client());
  (void)contained("the end of a connection", [&] { asio::post(context_, [last] {}); });
  end_when_empty();
}

void Worker::end_when_empty() {
  if (!stopping_ || !sessions_.empty()) return;
  timer_.cancel();
  guard_.reset();
}

/// One timer serves all deadlines. No new deadline can fall before `shortest_ms_` from now, so it need not be moved when one is set.
void Worker::arm_timer(std::int64_t at_ms) {
  timer_.expires_at(Steady::time_point(std::chrono::milliseconds(at_ms)));
  timer_.async_wait([this](boost::system::error_code error) {
    armed_ = false;
    if (!error) expire_sessions();
  });
  armed_ = true;
}

void Worker::expire_sessions() {
  const std::int64_t now = now_ms();
  std::vector<std::shared_ptr<Session>> late;
  for (const auto& session : sessions_)
    if (session->deadline() <= now) late.push_back(session);
  for (const auto& session : late) session->guarded([&session] { session->expire(); });
  if (sessions_.empty()) return;
  std::int64_t next = now + (stopping_ ? kStoppingIntervalMs : shortest_ms_);
  for (const auto& session : sessions_) next = std::min(next, session->deadline());
  arm_timer(std::max(next, now + 1));
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

HttpServer::HttpServer(const Limits& limits, const std::vector<Listener>& listeners)
    : limits_(limits), shares_(limits_), ended_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (const Listener& listener : listeners)
    for (std::size_t i = 0; i < listener.sockets.size(); ++i) {
      if (i == workers_.size()) workers_.push_back(std::make_unique<Worker>(limits_, shares_));
      workers_[i]->open(*listener.application, listener.sockets[i], listener.tls);
    }
}

HttpServer::~HttpServer() {
  if (threads_.empty()) return;
  abort();
  join();
}

Status HttpServer::start() {
  running_ = workers_.size();
  threads_.reserve(workers_.size());
  for (const auto& worker : workers_) {
    auto thread = Thread::start("an I/O thread", [this, work = worker.get()] {
      work->run();
      if (running_.fetch_sub(1) == 1) (void)::eventfd_write(ended_.get(), 1);
    });
    if (!thread) return fail(std::move(thread.error()));
    threads_.push_back(std::move(*thread));
  }
  return {};
}

bool HttpServer::is_alive() {
  bool all = true;
  for (const auto& worker : workers_) all = worker->came_round() && all;
  return all;
}

void HttpServer::begin_stop() {
  for (const auto& worker : workers_) worker->begin_stop();
}

void HttpServer::abort() {
  for (const auto& worker : workers_) worker->abort();
}

void HttpServer::join() {
  for (Thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace facio::serve
