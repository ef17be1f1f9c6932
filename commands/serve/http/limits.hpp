// The limits of the HTTP server.
#pragma once

#include <cstddef>
#include <cstdint>

namespace facio::serve {

struct Limits {
  std::uint32_t header_bytes = 16 * 1024;
  std::size_t target_bytes = 8 * 1024;
  std::size_t connections = 4096;
  std::size_t connections_of_address = 2048;                   ///< a reverse proxy is one address, too
  std::size_t handshakes = 512;                                ///< of TLS, at the same time; each has `header_ms`
  std::int64_t header_ms = 10'000;                             ///< from a request's first byte to the end of its header
  std::int64_t body_ms = 30'000;                               ///< without progress in reading the body or sending the answer
  std::int64_t request_ms = 120'000;                           ///< from a request's first byte to its last
  std::size_t least_rate = 16 * 1024;                          ///< bytes a second at which an answer must be read, on the whole
  std::size_t waiting_bytes = std::size_t{256} * 1024 * 1024;  ///< of all large answers that are being sent; as much again of requests
  std::int64_t look_ms = 1'000;                                ///< between two looks whether a client still waits for its answer
  std::int64_t idle_ms = 75'000;                               ///< between requests
  std::size_t streams = 1024;                                  ///< at the same time
  std::int64_t linger_ms = 2'000;                              ///< reading on after a refusal, so that the client sees it
  std::int64_t heartbeat_ms = 15'000;                          ///< between keep-alives of a silent stream
};

}  // namespace facio::serve
