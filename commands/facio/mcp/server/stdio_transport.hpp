// MCP over the standard streams of a program.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "commands/facio/mcp/server/program.hpp"
#include "commands/facio/mcp/server/transport.hpp"
#include "commands/serve/thread.hpp"

namespace facio::serve {

/// The last lines of an endless text, bounded in number and length.
class LastLines {
 public:
  /// Gives every line that has ended to `each`.
  void add(std::string_view bytes, const std::function<void(std::string_view)>& each = {});
  /// Whether the last line has not ended yet, and each() has not got it.
  [[nodiscard]] bool is_open() const { return open_; }
  /// The lines, joined by " | ", without control characters.
  [[nodiscard]] std::string text() const;

 private:
  static constexpr std::size_t kMostLines = 12, kLongestLine = 400;
  std::deque<std::string> lines_;
  bool open_ = false;  ///< the last line may still grow
};

/// One thread reads and writes. To end the program its input is closed; if it stays, SIGTERM follows, then SIGKILL, to the whole group of
/// processes.
class StdioTransport final : public McpTransport {
 public:
  /// `said` gets each line of the program's standard error, from thread_, and must not block.
  explicit StdioTransport(McpProgramLine line, std::function<void(std::string_view)> said = {});
  ~StdioTransport() override { StdioTransport::close(); }

  Status open(McpReceiver& receiver, int cancel) override;
  Status request(const std::string& message, McpWaiting& waiting) override;
  Status notify(const std::string& message, int cancel) override;
  void post(std::string message) override;
  void set_version(std::string_view) override {}
  void close() override;
  [[nodiscard]] std::string last_errors() const override;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  enum class Stage : std::uint8_t { running, input_closed, terminated, killed };

  void loop();
  [[nodiscard]] bool asks() const;
  void end_line();
  void begin_shutdown();
  void next_stage();
  bool read_messages();
  void write_messages();
  [[nodiscard]] int until_next_stage() const;

  McpProgramLine line_;
  const std::function<void(std::string_view)> said_;
  McpProgram program_;
  McpReceiver* receiver_ = nullptr;
  Thread thread_;
  const Descriptor wake_;

  // Used by thread_ alone.
  Stage stage_ = Stage::running;
  Instant stage_end_;
  std::string incoming_;  ///< the beginning of a message
  std::string why_;       ///< why the connection ended, if not with the program

  mutable std::mutex mutex_;
  std::string outgoing_;
  std::size_t written_ = 0;  ///< of outgoing_
  bool closing_ = false;
  LastLines errors_;
};

}  // namespace facio::serve
