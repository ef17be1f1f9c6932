// A sign of life on standard error while something takes long.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/core/streams.hpp"

namespace facio {

enum class ProgressStyle : std::uint8_t {
  none,
  line,   ///< one line after 300 ms, painted over and erased at the end
  lines,  ///< a new line every 30 s
};

/// Tells on `err` what is waited for, as long as this lives. Nothing else may write there meanwhile.
class Progress {
 public:
  Progress(Output& err, ProgressStyle style, std::string_view what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
