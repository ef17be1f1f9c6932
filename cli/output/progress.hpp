// Signs of progress on standard error while a request takes long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "cli/core/streams.hpp"

namespace facio {

enum class ProgressStyle : std::uint8_t {
  none,
  line,   ///< one line after 300 ms, drawn over and erased at the end
  lines,  ///< a new line every 30 s
};

/// Says on `err` what is waited for, as long as this lives. Nothing else may write there in the meantime.
class Progress {
 public:
  Progress(Output& err, ProgressStyle style, std::string_view what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

 private:
  void run();
  void draw(std::chrono::steady_clock::duration waited);

  Output& err_;
  const ProgressStyle style_;
  const std::string what_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace facio
