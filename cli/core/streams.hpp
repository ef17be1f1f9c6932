// What the program reads and writes. Every write is checked; nothing below main touches the standard streams.
#pragma once

#include <mutex>
#include <optional>

#include "cli/core/result.hpp"
#include "cli/core/variables.hpp"

namespace facio {

/// A buffered, checked output. A failed write is remembered and returned by every later call (Code::output).
class Output {
 public:
  virtual ~Output() = default;
  virtual Status write(std::string_view text) = 0;
  /// Passes everything on to the operating system.
  virtual Status flush() = 0;
  /// Draws a line that stands at the cursor only until something is written, or another one or "" is drawn: whatever is said meanwhile,
  /// from any thread, is a line of its own. Nothing where this is no terminal.
  virtual Status draw(std::string_view /*line*/) { return {}; }
  [[nodiscard]] virtual bool is_terminal() const { return false; }
  /// The terminal's width in cells; 0 when this is not one.
  [[nodiscard]] virtual int columns() const { return 0; }
};

class Input {
 public:
  virtual ~Input() = default;
  /// All bytes until the end; Code::usage when they exceed `limit`.
  virtual Result<std::string> read_all(std::size_t limit) = 0;
  [[nodiscard]] virtual bool is_terminal() const { return false; }
};

/// Ends the process by SIGPIPE, as a write would, when nobody will ever read what is written to standard output: for those who wait long
/// before they have something to write. Where SIGPIPE is ignored: Code::output.
Status check_reader();
/// Sleeps, but no longer than there is a reader; then the same.
Status pause_while_read(int ms);

struct Streams {
  Input& in;
  Output& out;
  Output& err;
};

/// Streams by file descriptor, which stays the caller's. A write to a closed pipe ends the process by SIGPIPE, as the shell expects.
/// Several threads may write.
class FdOutput final : public Output {
 public:
  explicit FdOutput(int fd) : fd_(fd) {}
  ~FdOutput() override { (void)flush(); }
  Status write(std::string_view text) override;
  Status flush() override;
  Status draw(std::string_view line) override;
  [[nodiscard]] bool is_terminal() const override;
  [[nodiscard]] int columns() const override;

 private:
  Status pass_on();
  void erase_drawn();

  int fd_;
  std::mutex mutex_;  ///< for what follows
  int failed_errno_ = 0;
  bool drawn_ = false;  ///< a line of draw() is shown
  std::string buffer_;
};

class FdInput final : public Input {
 public:
  explicit FdInput(int fd) : fd_(fd) {}
  Result<std::string> read_all(std::size_t limit) override;
  [[nodiscard]] bool is_terminal() const override;

 private:
  int fd_;
};

/// For tests, and for output that is built before it is written.
class StringOutput final : public Output {
 public:
  Status write(std::string_view text) override {
    text_ += text;
    return {};
  }
  Status flush() override { return {}; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};
class StringInput final : public Input {
 public:
  explicit StringInput(std::string text) : text_(std::move(text)) {}
  Result<std::string> read_all(std::size_t limit) override {
    if (text_.size() > limit) return fail(Code::usage, "input is larger than " + std::to_string(limit) + " bytes");
    return text_;
  }

 private:
  std::string text_;
};

/// Environment variables; an empty value counts as unset.
class Environment {
 public:
  virtual ~Environment() = default;
  /// Empty when unset.
  [[nodiscard]] std::string_view get(Variable variable) const { return get_named(info(variable).name); }
  /// Whether it is set, be it to nothing.
  [[nodiscard]] bool is_set(Variable variable) const { return look_up(info(variable).name).has_value(); }
  /// A variable whose name the user gives, in a flag or in the configuration; empty when unset.
  [[nodiscard]] std::string_view get_named(std::string_view name) const { return look_up(name).value_or(std::string_view{}); }

 private:
  [[nodiscard]] virtual std::optional<std::string_view> look_up(std::string_view name) const = 0;
};
class ProcessEnvironment final : public Environment {
  [[nodiscard]] std::optional<std::string_view> look_up(std::string_view name) const override;
};

/// The same of this process, where nobody hands an Environment on.
inline std::string_view own_variable(Variable variable) { return ProcessEnvironment().get(variable); }

}  // namespace facio
