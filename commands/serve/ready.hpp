// Announcing that the server is ready.
#pragma once

#include <cstdint>
#include <string>

#include "cli/core/result.hpp"

namespace facio::serve {

struct ReadyFacts {
  std::string url;
  std::int64_t pid = 0;
  std::string token_file;  ///< empty: the token came from the environment
  std::string ca_file;     ///< of the server's own authority; empty: it has none
  std::string data;        ///< empty: memory
  std::string context;     ///< that leads to it; empty: none was written
  std::int64_t took_ms = 0;
};

/// "ready http://127.0.0.1:8900 pid=1 token-file=/… data=/… in 4ms" and a line feed.
std::string ready_line(const ReadyFacts& facts);
/// The same as one line of JSON.
std::string ready_json(const ReadyFacts& facts);
/// Writes to an inherited descriptor, and closes it.
Status write_and_close(int fd, const std::string& text);

}  // namespace facio::serve
