// What is waited for, told on standard error while it takes long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/core/streams.hpp"

namespace facio {

enum class ProgressStyle : std::uint8_t {
  none,
  line,   ///< one line after 300 ms, drawn over and erased at the end
  lines,  ///< a new line once it takes long, and every 30 s
  once,   ///< one line once it takes long
};

/// The words for a wait. Outside text in them is made printable.
struct Wait {
  std::string what;                         ///< "waiting for GET /api/v1/cron"
  std::string late = {};                    ///< what takes its place once it takes long; empty: the same
  std::string ending = {};                  ///< how to end it, said once it takes long: "Ctrl-C stops waiting"
  std::chrono::milliseconds is_long{3000};  ///< 0: lines are printed before anything is waited for
};

/// Tells on `err` what is waited for, as long as this lives. Others may write there in the meantime.
class Progress {
 public:
  Progress(Output& err, ProgressStyle style, Wait wait);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// From now on something else is waited for. As lines: told at once.
  void change(std::string what);

 private:
  void run();
  [[nodiscard]] std::string text(std::chrono::steady_clock::duration waited, bool with_time) const;
  void draw(std::chrono::steady_clock::duration waited);
  void print();

  Output& err_;
  const ProgressStyle style_;
  std::mutex mutex_;
  std::condition_variable over_;
  Wait wait_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace facio
