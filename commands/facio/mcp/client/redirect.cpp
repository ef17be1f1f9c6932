#include "commands/facio/mcp/client/redirect.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>

#include "cli/http/address.hpp"

namespace facio::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kForRequest{2000};
constexpr std::size_t kLongestRequest = std::size_t{16} * 1024;
constexpr std::string_view kUsualPath = "/callback";

/// The head of a request, as far as it arrives in time.
std::string read_request(int fd) {
  std::string text;
  const auto end = steady_clock::now() + kForRequest;
  while (text.size() < kLongestRequest && text.find("\r\n\r\n") == std::string::npos) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now()).count();
    pollfd one{fd, POLLIN, 0};
    if (left <= 0 || ::poll(&one, 1, static_cast<int>(left)) <= 0) break;
    char buffer[4096];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

void send_page(int fd, std::string_view status, std::string_view text) {
  const std::string body = "<!doctype html><meta charset=utf-8><title>facioctl</title><p>" + std::string(text) + "</p>\n";
  const std::string answer = "HTTP/1.1 " + std::string(status) +
                             "\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
                             "Content-Security-Policy: default-src 'none'\r\nConnection: close\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body;
  (void)::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)::shutdown(fd, SHUT_WR);
}

/// Whether the query has this value of `state`, which needs no decoding: it was made of hexadecimal digits.
bool has_state(std::string_view target, std::string_view state) {
  const std::string wanted = "state=" + std::string(state);
  for (std::size_t at = target.find(wanted); at != std::string_view::npos; at = target.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    if ((target[at - 1] == '?' || target[at - 1] == '&') && (end == target.size() || target[end] == '&')) return true;
  }
  return false;
}

Result<Descriptor> listen_at(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(socket.get(), 8) != 0)
    return fail(Code::conflict, "cannot listen at 127.0.0.1:" + std::to_string(port) + ", to which the browser is redirected",
                "stop what listens there, or use --no-wait");
  return socket;
}

}  // namespace

Result<std::optional<RedirectListener>> RedirectListener::open(std::string_view uri) {
  std::uint16_t port = 0;
  std::string path(kUsualPath);
  if (!uri.empty()) {
    const std::size_t slash = std::min(uri.find('/', std::min(uri.find("://"), uri.size() - 1) + 3), uri.size());
    const auto address = http::parse_address(uri.substr(0, slash));
    const bool here = address && address->scheme == http::Scheme::plain && (address->host == "127.0.0.1" || address->host == "localhost");
    if (!here || uri.substr(0, slash).rfind(':') <= uri.find("://")) return std::optional<RedirectListener>{};
    std::from_chars(address->port.data(), address->port.data() + address->port.size(), port);
    path = slash == uri.size() ? "/" : std::string(uri.substr(slash, uri.find('?', slash) - slash));
  }
  auto socket = listen_at(port);
  if (!socket) return fail(std::move(socket.error()));
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  (void)::getsockname(socket->get(), reinterpret_cast<sockaddr*>(&bound), &size);
  std::string full = uri.empty() ? "http://127.0.0.1:" + std::to_string(ntohs(bound.sin_port)) + path : std::string(uri);
  return std::optional(RedirectListener(std::move(*socket), std::move(full), std::move(path)));
}

std::optional<std::string> RedirectListener::take(std::string_view state) {
  browser_ = Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (browser_.get() < 0) return std::nullopt;
  const std::string request = read_request(browser_.get());
  const std::size_t end = request.find(" HTTP/1.");
  const std::string target = request.starts_with("GET ") && end != std::string::npos ? request.substr(4, end - 4) : std::string();
  if (target.starts_with(path_ + "?") && target.find_first_of(" \r\n") == std::string::npos && has_state(target, state))
    return "http://127.0.0.1" + target;
  answer(false, "This is not the response to the current login.");
  return std::nullopt;
}

void RedirectListener::answer(bool well, std::string_view text) {
  send_page(browser_.get(), well ? "200 OK" : "404 Not Found", text);
  browser_ = Descriptor();
}

}  // namespace facio::mcp
