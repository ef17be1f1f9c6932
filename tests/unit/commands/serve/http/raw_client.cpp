#include "tests/unit/commands/serve/http/raw_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace facio::tests {

RawClient::RawClient(const std::string& url) {
  const timeval patience{10, 0};
  if (url.starts_with("unix:")) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, url.data() + 5, url.size() - 5);
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

RawClient::~RawClient() { ::close(fd_); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server may refuse before it has read everything
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::fill() {
  char block[16 * 1024];
  const ssize_t got = ::recv(fd_, block, sizeof block, 0);
  if (got < 0 && errno == EAGAIN) FAIL("the server did not answer within 10 s");
  if (got <= 0) return false;
  pending_.append(block, static_cast<std::size_t>(got));
  return true;
}

RawReply RawClient::read(bool head_only) {
  RawReply reply;
  std::size_t end = 0;
  while ((end = pending_.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return reply;
  reply.status = std::stoi(pending_.substr(9, 3));
  for (std::size_t at = pending_.find("\r\n") + 2; at < end;) {
    const std::size_t line_end = pending_.find("\r\n", at);
    const std::size_t colon = pending_.find(": ", at);
    std::string name = pending_.substr(at, colon - at);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    reply.headers[name] = pending_.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  pending_.erase(0, end + 4);
  if (head_only || reply.status == 100) return reply;
  const std::size_t length = std::stoul(reply.header("content-length"));
  while (pending_.size() < length)
    if (!fill()) break;
  reply.body = pending_.substr(0, length);
  pending_.erase(0, length);
  return reply;
}

std::string RawClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(pending_, {});
}

std::string RawClient::read_until(std::string_view mark) {
  std::size_t at = 0;
  while ((at = pending_.find(mark)) == std::string::npos)
    if (!fill()) return std::exchange(pending_, {});
  std::string found = pending_.substr(0, at + mark.size());
  pending_.erase(0, found.size());
  return found;
}

bool RawClient::has_input(int wait_ms) {
  pollfd watched{fd_, POLLIN, 0};
  return ::poll(&watched, 1, wait_ms) == 1;
}

std::size_t RawClient::drip_to_end() {
  char block[4096];
  std::size_t all = 0;
  for (ssize_t got = 0; (got = ::recv(fd_, block, sizeof block, 0)) > 0; all += static_cast<std::size_t>(got)) ::poll(nullptr, 0, 2);
  return all;
}

bool RawClient::is_closed() { return pending_.empty() && !fill(); }

}  // namespace facio::tests
