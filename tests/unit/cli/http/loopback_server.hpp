// A real server for the tests of the client: plain sockets, one thread, a script of what to do with each connection.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace facio::test {

/// One accepted connection, used by the script.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  /// Reads one request with its body; empty when the client has closed.
  std::string request();
  void send(const std::string& text);
  /// Waits until the client closes.
  void wait_for_close();
  /// Makes the end of this connection a reset.
  void reset_on_close();
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
  std::string rest_;
};

class LoopbackServer {
 public:
  using Script = std::function<void(Peer&)>;
  /// Serves as many connections as there are scripts, one after the other; `path` not empty: on a unix socket.
  explicit LoopbackServer(std::vector<Script> scripts, std::string path = {});
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] int port() const { return port_; }
  /// Connections accepted so far.
  [[nodiscard]] int accepted() const;
  /// Waits until that many connections are closed on this side.
  void wait_for_closed(int count);

 private:
  void serve(const std::vector<Script>& scripts);

  int listener_ = -1;
  int port_ = 0;
  std::string path_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int accepted_ = 0, closed_ = 0;
  std::thread thread_;
};

/// "HTTP/1.1 STATUS" with the length and the body.
std::string reply(const std::string& status, const std::string& body, const std::string& headers = {});

}  // namespace facio::test
