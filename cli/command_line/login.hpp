// What commands that wait for a login have in common: the address and the code on the terminal, and signals during the wait.
#pragma once

#include <poll.h>

#include <chrono>
#include <csignal>
#include <span>
#include <string>

#include "cli/command_line/client.hpp"

namespace facio {

/// While it lives, the first SIGINT or SIGTERM only ends a pause; the second one ends the program. One at a time.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// The signal that arrived; 0: none.
  [[nodiscard]] static int arrived();
  /// Sleeps until a signal arrives (or returns at once when one already has) or one of `watched` is ready, whose revents say so then.
  void pause(std::chrono::milliseconds length, std::span<pollfd> watched = {}) const;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM};
  struct sigaction before_[2]{};
};

/// What a person has to open and, if there is a code, to type.
struct LoginAddress {
  std::string address, code;
  std::string complete = {};  ///< the address with the code in it, for the QR code
};
/// Shows it on standard error, since standard output is for the reply alone; as a QR code too where the terminal can. `hint` is left out
/// with --quiet.
Status show_login(Client& client, const LoginAddress& login, const std::string& hint);

/// Writes `text` to standard error, then dies by the signal that has arrived.
Result<int> end_by_signal(Client& client, const std::string& text);

/// A word quoted for a POSIX shell.
std::string shell_word(const std::string& word);

}  // namespace facio
