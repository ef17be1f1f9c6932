#include "tests/unit/cli/http/loopback_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace facio::test {

Peer::~Peer() { ::close(fd_); }

std::string Peer::request() {
  std::size_t wanted = 0;
  while (true) {
    const auto head = rest_.find("\r\n\r\n");
    if (head != std::string::npos) {
      const auto length = rest_.find("Content-Length: ");
      const std::size_t body = length < head ? std::strtoul(rest_.c_str() + length + 16, nullptr, 10) : 0;
      wanted = head + 4 + body;
      if (rest_.size() >= wanted) break;
    }
    char block[4096];
    const ssize_t got = ::recv(fd_, block, sizeof block, 0);
    if (got <= 0) return {};
    rest_.append(block, static_cast<std::size_t>(got));
  }
  std::string request = rest_.substr(0, wanted);
  rest_.erase(0, wanted);
  return request;
}

void Peer::send(const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t put = ::send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (put <= 0) return;
    sent += static_cast<std::size_t>(put);
  }
}

void Peer::wait_for_close() {
  char block[4096];
  while (::recv(fd_, block, sizeof block, 0) > 0) {
  }
}

void Peer::reset_on_close() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

LoopbackServer::LoopbackServer(std::vector<Script> scripts, std::string path) : path_(std::move(path)) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path_.c_str(), path_.size() + 1);
  const bool tcp = path_.empty();
  listener_ = ::socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* address = tcp ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&local);
  if (::bind(listener_, address, static_cast<socklen_t>(tcp ? sizeof v4 : sizeof local)) != 0 || ::listen(listener_, 8) != 0)
    throw std::runtime_error(std::string("cannot listen: ") + std::strerror(errno));
  socklen_t size = sizeof v4;
  if (tcp && ::getsockname(listener_, reinterpret_cast<sockaddr*>(&v4), &size) == 0) port_ = ntohs(v4.sin_port);
  thread_ = std::thread([this, scripts = std::move(scripts)] { serve(scripts); });
}

LoopbackServer::~LoopbackServer() {
  ::shutdown(listener_, SHUT_RDWR);  // wakes an accept that nobody will come for
  thread_.join();
  ::close(listener_);
}

void LoopbackServer::serve(const std::vector<Script>& scripts) {
  for (const Script& script : scripts) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    {
      const std::lock_guard lock(mutex_);
      ++accepted_;
    }
    {
      Peer peer(fd);
      script(peer);
    }
    const std::lock_guard lock(mutex_);
    ++closed_;
    changed_.notify_all();
  }
}

void LoopbackServer::wait_for_closed(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ >= count; });
}

std::string LoopbackServer::url() const { return path_.empty() ? "http://127.0.0.1:" + std::to_string(port_) : "unix:" + path_; }

int LoopbackServer::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::string reply(const std::string& status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace facio::test
