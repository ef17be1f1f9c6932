// What a machine format may send to a terminal.
#pragma once

#include "cli/core/streams.hpp"
#include "cli/output/render.hpp"

namespace facio::output {

/// Hands text on so that it cannot steer the terminal: in JSON and YAML as \u escapes, which mean the same; elsewhere as printable() does,
/// line breaks and tabs excepted. Characters must come whole.
class TerminalOutput final : public Output {
 public:
  TerminalOutput(Output& to, bool json) : to_(to), json_(json) {}
  Status write(std::string_view text) override;
  Status flush() override { return to_.flush(); }
  [[nodiscard]] bool is_terminal() const override { return true; }
  [[nodiscard]] int columns() const override { return to_.columns(); }

 private:
  Output& to_;
  bool json_;
};

}  // namespace facio::output
