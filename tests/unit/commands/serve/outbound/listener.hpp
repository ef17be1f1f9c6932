// A server for the tests of what goes out: one thread, one answer for every connection.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

namespace facio::tests {

/// Reads a request's head and gives a fixed answer; an empty one means: stay silent.
class Listener {
 public:
  /// What happens to a connection after its answer.
  enum class After : std::uint8_t {
    closes,
    waits,           ///< until the other side sends something or closes it
    serves,          ///< further requests
    reads_one_more,  ///< and closes without an answer to it
  };
  explicit Listener(std::string answer, After after = After::closes)
      : answer_(std::move(answer)), after_(after), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0) std::abort();
    (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Listener() {
    (void)::eventfd_write(stop_, 1);
    thread_.join();
    ::close(listener_);
    ::close(stop_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const { return "http://" + host + ":" + std::to_string(port_); }
  [[nodiscard]] int accepted() const { return accepted_; }
  [[nodiscard]] int requests() const { return requests_; }
  [[nodiscard]] std::string request() {
    const std::lock_guard guard(mutex_);
    return request_;
  }

 private:
  bool wait(int fd) const {
    pollfd entries[] = {{fd, POLLIN, 0}, {stop_, POLLIN, 0}};
    return ::poll(entries, 2, -1) > 0 && entries[1].revents == 0;
  }
  void serve() {
    while (wait(listener_)) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      ++accepted_;
      if (receive(fd)) respond(fd);
      if (after_ == After::waits) (void)wait(fd);
      if (after_ == After::reads_one_more) (void)receive(fd);
      while (after_ == After::serves && receive(fd)) respond(fd);
      ::close(fd);
    }
  }
  /// A head, and of a body what comes with it; false when there is none.
  bool receive(int fd) {
    std::string head;
    char block[4096];
    while (head.find("\r\n\r\n") == std::string::npos && wait(fd)) {
      const ssize_t got = ::recv(fd, block, sizeof block, 0);
      if (got <= 0) break;
      head.append(block, static_cast<std::size_t>(got));
    }
    if (head.empty()) return false;
    const std::lock_guard guard(mutex_);
    request_ = head;
    ++requests_;
    return true;
  }
  void respond(int fd) {
    if (answer_.empty()) (void)wait(fd);
    else (void)::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
  }

  const std::string answer_;
  const After after_;
  const int listener_;
  const int stop_ = ::eventfd(0, EFD_CLOEXEC);
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0, requests_ = 0;
  std::mutex mutex_;
  std::string request_;
  std::thread thread_;
};

inline std::string answer(const std::string& status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
         "\r\n" + body;
}

}  // namespace facio::tests
