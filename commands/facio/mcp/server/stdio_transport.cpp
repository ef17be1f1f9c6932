#include "commands/facio/mcp/server/stdio_transport.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "cli/core/secret_rule.hpp"

namespace facio::serve {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMostQueuedBytes = std::size_t{64} * 1024 * 1024;
constexpr int kQuestionMs = 1000;  // after which the beginning of a line counts as one
// How long a program may take to end after its input was closed, and after SIGTERM.
constexpr milliseconds kAfterClose{1500}, kAfterTerminate{1000};

/// Gives `take` whatever can be read now; false when nothing more can come, or take() says so.
template <class Take>
bool read_all(int fd, Take take) {
  std::array<char, 65536> buffer;
  ssize_t count = 0;
  while ((count = ::read(fd, buffer.data(), buffer.size())) > 0)
    if (!take(std::string_view(buffer.data(), static_cast<std::size_t>(count)))) return false;
  return count < 0 && (errno == EAGAIN || errno == EINTR);
}

}  // namespace

void LastLines::add(std::string_view bytes, const std::function<void(std::string_view)>& each) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    if (!open_) lines_.emplace_back();
    std::string& line = lines_.back();
    for (const char c : bytes.substr(0, end))
      if (line.size() < kLongestLine && (static_cast<unsigned char>(c) >= 0x20 || c == '\t') && c != 0x7f) line += c;
      else if (line.size() == kLongestLine) line += kCutMark;  // once: it is longer then
    open_ = end == std::string_view::npos;
    if (!open_ && line.empty()) lines_.pop_back();
    else if (!open_ && each) each(line);
    if (lines_.size() > kMostLines) lines_.pop_front();
    bytes.remove_prefix(open_ ? bytes.size() : end + 1);
  }
}

std::string LastLines::text() const {
  std::string out;
  for (const std::string& line : lines_) {
    if (!out.empty()) out += " | ";
    out += line;
  }
  return out;
}

StdioTransport::StdioTransport(McpProgramLine line, std::function<void(std::string_view)> said)
    : line_(std::move(line)), said_(std::move(said)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Status StdioTransport::open(McpReceiver& receiver, int) {
  receiver_ = &receiver;
  if (auto status = program_.start(line_); !status) return status;
  return Thread::start("a connection to an MCP server", [this] { read_contained(*receiver_, [this] { loop(); }); })
      .map([this](Thread thread) { thread_ = std::move(thread); });
}

void StdioTransport::post(std::string message) {
  const std::lock_guard lock(mutex_);
  if (closing_ || outgoing_.size() - written_ + message.size() > kMostQueuedBytes) return;
  if (written_ > outgoing_.size() / 2) outgoing_.erase(0, std::exchange(written_, 0));
  outgoing_ += message + '\n';
  (void)::eventfd_write(wake_.get(), 1);
}

Status StdioTransport::notify(const std::string& message, int) {
  {
    const std::lock_guard lock(mutex_);
    if (outgoing_.size() - written_ + message.size() > kMostQueuedBytes)
      return fail(Code::unavailable, "the program does not read its input");
  }
  post(message);
  return {};
}

Status StdioTransport::request(const std::string& message, McpWaiting& waiting) {
  if (auto status = notify(message, -1); !status) return status;
  waiting.wait();
  return {};
}

void StdioTransport::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    (void)::eventfd_write(wake_.get(), 1);
  }
  if (thread_.joinable()) thread_.join();
}

std::string StdioTransport::last_errors() const {
  const std::lock_guard lock(mutex_);
  return without_secrets(errors_.text());
}

void StdioTransport::begin_shutdown() {
  if (stage_ != Stage::running) return;
  program_.in.close();
  stage_ = Stage::input_closed;
  stage_end_ = steady_clock::now() + kAfterClose;
}

void StdioTransport::next_stage() {
  if (stage_ == Stage::input_closed) {
    program_.terminate();
    stage_ = Stage::terminated;
    stage_end_ = steady_clock::now() + kAfterTerminate;
  } else if (stage_ == Stage::terminated) {
    program_.kill();
    stage_ = Stage::killed;
  }
}

int StdioTransport::until_next_stage() const {
  if (stage_ == Stage::running || stage_ == Stage::killed) return -1;
  const auto left = std::chrono::ceil<milliseconds>(stage_end_ - steady_clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

/// False when nothing more can come.
bool StdioTransport::read_messages() {
  return read_all(program_.out.get(), [this](std::string_view bytes) {
    incoming_ += bytes;
    std::size_t at = 0;
    for (std::size_t end = 0; (end = incoming_.find('\n', at)) != std::string::npos; at = end + 1) {
      std::string_view line(incoming_.data() + at, end - at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty()) receiver_->received(line, nullptr);
    }
    incoming_.erase(0, at);
    if (incoming_.size() <= kLongestMessage) return true;
    why_ = "sent a message that is larger than 16 MiB";
    return false;
  });
}

void StdioTransport::write_messages() {
  const std::lock_guard lock(mutex_);
  while (written_ < outgoing_.size()) {
    const ssize_t count = ::write(program_.in.get(), outgoing_.data() + written_, outgoing_.size() - written_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    written_ =
        count < 0 ? outgoing_.size() : written_ + static_cast<std::size_t>(count);  // after an error the program's end will be noticed
  }
  outgoing_.clear();
  written_ = 0;
}

/// Whether the program has written the beginning of a line, as one does that asks for something.
bool StdioTransport::asks() const {
  const std::lock_guard lock(mutex_);
  return errors_.is_open();
}

void StdioTransport::end_line() {
  const std::lock_guard lock(mutex_);
  if (errors_.is_open()) errors_.add("\n", said_);
}

void StdioTransport::loop() {
  bool out_open = true, err_open = true, ended = false;
  while (!ended) {
    bool to_write = false;
    {
      const std::lock_guard lock(mutex_);
      to_write = stage_ == Stage::running && !outgoing_.empty() && !closing_;
    }
    std::array<pollfd, 5> fds{{{program_.ended_fd(), POLLIN, 0},
                               {wake_.get(), POLLIN, 0},
                               {out_open ? program_.out.get() : -1, POLLIN, 0},
                               {err_open ? program_.err.get() : -1, POLLIN, 0},
                               {to_write ? program_.in.get() : -1, POLLOUT, 0}}};
    const int wait = until_next_stage();
    const int ready = ::poll(fds.data(), fds.size(), wait < 0 && asks() ? kQuestionMs : wait);
    if (ready < 0) continue;
    if (ready == 0 && wait >= 0) next_stage();
    if (ready == 0 && wait < 0) end_line();
    ended = fds[0].revents != 0;
    eventfd_t dropped = 0;
    if (fds[1].revents != 0) (void)::eventfd_read(wake_.get(), &dropped);
    if (out_open && (fds[2].revents != 0 || ended)) out_open = read_messages();
    if (err_open && (fds[3].revents != 0 || ended))
      err_open = read_all(program_.err.get(), [this](std::string_view bytes) {
        const std::lock_guard lock(mutex_);
        errors_.add(bytes, said_);
        return true;
      });
    if (to_write && fds[4].revents != 0) write_messages();
    bool closing = false;
    {
      const std::lock_guard lock(mutex_);
      closing = closing_;
    }
    if (closing || !out_open) begin_shutdown();
  }
  end_line();
  const std::string outcome = program_.outcome();
  program_.in.close();
  program_.out.close();
  program_.err.close();
  receiver_->ended(Error(Code::unavailable, "the program " + (why_.empty() ? outcome : why_)));
}

}  // namespace facio::serve
