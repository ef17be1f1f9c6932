// What a person at the terminal sees and can do while the agent makes an answer.
#pragma once

#include <csignal>
#include <set>
#include <string>
#include <thread>

#include "cli/command_line/client.hpp"

namespace facio::chat {

/// While it lives, calls of tools that wait for a decision are told on standard error, with the command that decides. With `stops`, Ctrl-C
/// stops what the agent does in the session instead of ending the program; the second one ends it.
class Meanwhile {
 public:
  Meanwhile(Client& client, std::string session, bool stops);
  ~Meanwhile();
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;

 private:
  void watch();
  void stop_run();
  /// False when the agent does not tell.
  bool tell_waiting();
  static void say(const std::string& text);

  Client& client_;
  std::string session_;
  bool stops_;
  std::set<std::string> told_;  ///< ids
  sigset_t before_{};
  int signals_ = -1, ended_ = -1;
  std::thread thread_;
};

}  // namespace facio::chat
