// Restarting in place: the program executes itself again and keeps its listening sockets, so that no connection is refused meanwhile: new
// ones wait in the sockets' queues.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/core/files.hpp"
#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"
#include "commands/serve/http/listener.hpp"

namespace facio::serve {

/// The sockets that this process listened on before it executed itself again; nothing at a first start.
std::optional<Listening> handed_over(const Environment& environment);

/// Keeps listening sockets open while their server stops.
class Handover {
 public:
  explicit Handover(const Listening& listening);

  /// There will be no restart: closes them.
  void give_up() { sockets_.clear(); }
  /// Executes the program again, from the same file with the same arguments and environment. Returns only if that fails. Call it when no
  /// thread is left and everything is closed.
  [[nodiscard]] Error start_again() const;

 private:
  std::vector<Descriptor> sockets_;
  std::string url_;  ///< and the mark of borrowed sockets
  std::string program_;
};

}  // namespace facio::serve
