// Restarting in place: the program starts itself again in the same process and goes on with the same listening sockets, so that nobody
// is refused meanwhile: new connections wait in the sockets' queues.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"
#include "commands/serve/http/listener.hpp"

namespace facio::serve {

/// The sockets that this process listened on before it started itself again; nothing at a first start.
std::optional<Listening> handed_over(const Environment& environment);

/// Keeps listening sockets open while the server that uses them ends.
class Handover {
 public:
  explicit Handover(const Listening& listening);
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;
  ~Handover();

  /// Starts the program again, from the same file with the same arguments and environment. Only returns when that failed. To be called
  /// when no thread is left and everything is closed.
  [[nodiscard]] Error start_again() const;

 private:
  std::vector<int> sockets_;
  std::string url_;
  std::string program_;
};

}  // namespace facio::serve
