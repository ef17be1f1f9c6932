// A client that sends exactly the bytes it is told and shows what came back.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace facio::tests {

struct RawReply {
  int status = 0;                              ///< 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
  }
};

class RawClient {
 public:
  /// "http://127.0.0.1:1234" or "unix:/path". Reads give up after 10 s.
  explicit RawClient(const std::string& url);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);
  /// The next answer; `head_only` for answers to HEAD.
  RawReply read(bool head_only = false);
  /// Everything until the server closes.
  std::string read_to_end();
  /// What comes up to and with these bytes.
  std::string read_until(std::string_view mark);
  /// Whether something can be read, now or after a while.
  bool has_input(int wait_ms);
  void wait_for_input() { has_input(10'000); }
  /// Reads a few KiB every few milliseconds until the server closes; how many bytes came.
  std::size_t drip_to_end();
  /// True when the server has closed and nothing is left to read.
  bool is_closed();
  RawReply ask(std::string_view bytes) {
    send(bytes);
    return read();
  }

 private:
  bool fill();
  int fd_;
  std::string pending_;
};

}  // namespace facio::tests
