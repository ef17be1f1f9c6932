// The limits of the HTTP server.
#pragma once

#include <cstddef>
#include <cstdint>

namespace facio::serve {

struct Limits {
  std::uint32_t header_bytes = 16 * 1024;
  std::size_t target_bytes = 8 * 1024;
  std::size_t connections = 4096;
  std::size_t handshakes = 512;        ///< of TLS, at the same time; each has `header_ms`
  std::int64_t header_ms = 10'000;     ///< from a request's first byte to the end of its header
  std::int64_t body_ms = 30'000;       ///< without progress in reading the body or sending the answer
  std::int64_t idle_ms = 75'000;       ///< between requests
  std::size_t streams = 1024;          ///< at the same time
  std::int64_t linger_ms = 2'000;      ///< reading on after a refusal, so that the client sees it
  std::int64_t heartbeat_ms = 15'000;  ///< between keep-alives of a silent stream
};

}  // namespace facio::serve
