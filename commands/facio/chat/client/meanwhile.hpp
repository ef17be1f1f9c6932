// While an answer is waited for: what it waits for is told, and Ctrl-C is understood.
#pragma once

#include <atomic>
#include <csignal>
#include <set>
#include <string>
#include <thread>

#include "cli/command_line/client.hpp"

namespace facio::chat {

/// What Ctrl-C does while an answer is waited for. A second one always ends the program.
enum class OnInterrupt : std::uint8_t {
  says,   ///< ends the program, after the command that stops the run was told
  stops,  ///< stops the run on the agent; the agent's answer says so
};

/// While it lives, what the answer waits for is reported on standard error, with the command that ends the waiting: another turn of the
/// session, tool calls that need a decision.
class Meanwhile {
 public:
  Meanwhile(Client& client, std::string session, OnInterrupt on_interrupt);
  ~Meanwhile();
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;

  /// Whether Ctrl-C came; to be asked once the answer is there.
  [[nodiscard]] bool was_interrupted() const { return interrupted_; }

 private:
  void say(const std::string& text);
  void watch();
  void interrupted();
  void stop_run();
  void report_turn();
  bool report_waiting();

  Client& client_;
  std::string session_;
  const OnInterrupt on_interrupt_;
  const std::string stop_command_;
  bool hears_ = true, looked_at_turn_ = false;
  std::atomic<bool> interrupted_{false};
  std::set<std::string> reported_;  ///< ids
  sigset_t before_{};
  int signals_ = -1, ended_ = -1;
  std::thread thread_;
};

}  // namespace facio::chat
