// MCP over the standard streams of a program.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "commands/facio/mcp/server/program.hpp"
#include "commands/facio/mcp/server/transport.hpp"

namespace facio::serve {

/// The last lines of an endless text, within bounds.
class LastLines {
 public:
  void add(std::string_view bytes);
  /// The lines, joined by " | "; what no terminal should get is left out.
  [[nodiscard]] std::string text() const;

 private:
  static constexpr std::size_t kMostLines = 12, kLongestLine = 400;
  std::deque<std::string> lines_;
  bool open_ = false;  ///< the last line may go on
};

/// One thread reads and writes. At the end the program's input is closed; when that does not end it SIGTERM follows, then SIGKILL, to the
/// whole group of processes.
class StdioTransport final : public McpTransport {
 public:
  explicit StdioTransport(McpProgramLine line);
  ~StdioTransport() override;

  Status open(McpReceiver& receiver, int cancel) override;
  Status ask(const std::string& message, McpWaiting& waiting) override;
  Status tell(const std::string& message, int cancel) override;
  void post(std::string message) override;
  void agreed(std::string_view) override {}
  void close() override;
  [[nodiscard]] std::string last_words() const override;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  enum class Stage : std::uint8_t { running, input_closed, terminated, killed };

  void loop();
  void leave();
  void next_stage();
  bool read_messages();
  bool read_errors();
  void write_messages();
  [[nodiscard]] int until_next_stage() const;

  McpProgramLine line_;
  McpProgram program_;
  McpReceiver* receiver_ = nullptr;
  std::thread thread_;
  int wake_;

  // Of the thread alone.
  Stage stage_ = Stage::running;
  Instant stage_end_;
  std::string came_;         ///< the beginning of a message
  std::string why_;          ///< the connection is of no use any more
  std::size_t written_ = 0;  ///< of the first message of the queue

  mutable std::mutex mutex_;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  bool closing_ = false;
  LastLines errors_;
};

}  // namespace facio::serve
