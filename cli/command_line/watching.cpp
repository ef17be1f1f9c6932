// --watch: a reading command again and again.
#include <poll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <csignal>
#include <unistd.h>

#include "cli/command_line/client.hpp"
#include "cli/core/files.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/time.hpp"
#include "cli/output/expressions.hpp"
#include "cli/output/changes.hpp"
#include "cli/output/pager.hpp"

namespace facio {
namespace {

constexpr int kMostFailures = 5;

/// Keeps what the command prints; it looks like the stream that it stands for. With `passes` it keeps nothing of what no drawing would be
/// disturbed by.
class Captured final : public Output {
 public:
  explicit Captured(Output& original, bool passes = false) : original_(original), passes_(passes && !original.is_terminal()) {}
  Status write(std::string_view text) override {
    if (passes_) return original_.write(text);
    text_ += text;
    return {};
  }
  Status flush() override { return passes_ ? original_.flush() : Status{}; }
  Status draw(std::string_view line) override { return original_.draw(line); }
  [[nodiscard]] bool is_terminal() const override { return original_.is_terminal(); }
  [[nodiscard]] int columns() const override { return original_.columns(); }
  std::string take() { return std::exchange(text_, {}); }

 private:
  Output& original_;
  const bool passes_;
  std::string text_;
};

/// How changes are shown: as events, by drawing over, or by printing again below.
enum class Manner : std::uint8_t { events, redraw, append };

Manner manner_of(const GlobalOptions& global) {
  const OutputOptions& output = global.output;
  const bool people = output.format == OutputFormat::table || output.format == OutputFormat::wide;
  if (output.format == OutputFormat::json || output.format == OutputFormat::ndjson) return Manner::events;
  if (people && output.terminal) return output.accessible ? Manner::append : Manner::redraw;
  return people && !output.format_given ? Manner::events : Manner::append;
}

/// Terminal lines that a line of text takes; colours take no space.
int height_of(std::string_view line, int width) {
  std::string plain;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      while (i < line.size() && line[i] != 'm') ++i;
      continue;
    }
    plain += line[i];
  }
  return width <= 0 ? 1 : std::max(1, (cell_width(plain) + width - 1) / width);
}

/// Text that is drawn over by the next one, cut to the height of the terminal.
class Drawing {
 public:
  std::string draw(const std::string& text, int width, int lines) {
    std::string out = lines_ > 0 ? "\x1b[" + std::to_string(lines_) + "A\r" : std::string();
    lines_ = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto feed = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, feed);
      const int height = height_of(line, width);
      // The last line is left to the cursor, the one before to the note about what is left out.
      if (lines > 2 && lines_ + height > lines - 2 && feed + 1 < rest.size()) {
        out += "… " + std::to_string(std::count(rest.begin(), rest.end(), '\n')) + " more lines\x1b[K\n";
        ++lines_;
        break;
      }
      out.append(line).append("\x1b[K\n");
      lines_ += height;
      rest.remove_prefix(std::min(feed + 1, rest.size()));
    }
    return out + "\x1b[J";
  }
  /// Something else was printed below: the next text starts there.
  void reset() { lines_ = 0; }

 private:
  int lines_ = 0;
};

/// Pauses between two drawings on a terminal, until something has disturbed what was drawn.
class Disturbances {
 public:
  enum class Kind : std::uint8_t { none, resized, continued };

  Disturbances() {
    ::sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGWINCH, SIGCONT}) ::sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  [[nodiscard]] Kind pause(int ms) const {
    pollfd watched{signals_.get(), POLLIN, 0};
    (void)::poll(&watched, 1, ms);
    Kind kind = Kind::none;
    for (signalfd_siginfo info{}; ::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info);)
      if (kind != Kind::resized) kind = info.ssi_signo == SIGWINCH ? Kind::resized : Kind::continued;
    return kind;
  }

 private:
  Descriptor signals_;
};

class Watch {
 public:
  Watch(Invocation& invocation, Streams& streams, const Environment& environment, ClientFunction function)
      : invocation_(invocation),
        streams_(streams),
        wanted_(invocation.global.output),
        manner_(manner_of(invocation.global)),
        interval_(invocation.global.watch_ms),
        out_(streams.out),
        err_(streams.err, true),
        inner_{streams.in, out_, err_},
        client_(invocation, inner_, environment),
        function_(function),
        changes_(*invocation.endpoint),
        follows_width_(manner_ == Manner::redraw && environment.get(Variable::columns).empty()) {
    if (manner_ == Manner::redraw) disturbances_.emplace();
    GlobalOptions& global = invocation.global;
    global.fail_empty = false;
    global.pager = false;
    if (manner_ != Manner::events) return;
    global.output.format = OutputFormat::json;
    global.output.format_given = global.output_given = true;
    global.output.query.clear();
    // Items are identified by their key, so it is always among the fields.
    auto& fields = global.output.fields;
    const std::string key(invocation.endpoint->form == ReplyForm::list ? invocation.endpoint->key : std::string_view{});
    if (!fields.empty() && !key.empty() && std::ranges::find(fields, key) == fields.end()) fields.insert(fields.begin(), key);
  }

  Result<int> run() {
    bool answered = false;
    for (int failures = 0;;) {
      invocation_.global.output.now_ms = now_ms();
      if (follows_width_) invocation_.global.output.width = streams_.out.columns();
      auto code = function_(client_);
      const std::string text = out_.take();
      if (auto noted = note(err_.take()); !noted) return fail(std::move(noted.error()));
      if (!code) {
        if (!answered || !info(code.error().code()).retryable || ++failures > kMostFailures) return code;
        const std::string words = "facioctl: warning: " + printable(code.error().message()) + "; trying again in " +
                                  format_duration(interval_) + " (" + std::to_string(failures) + " of " + std::to_string(kMostFailures) +
                                  ")\n";
        if (auto noted = note(words); !noted) return fail(std::move(noted.error()));
      } else {
        if (failures > 0)
          if (auto noted = note("facioctl: the agent answers again\n"); !noted) return fail(std::move(noted.error()));
        failures = 0;
        answered = true;
        if (auto shown = show(text); !shown) return fail(std::move(shown.error()));
      }
      if (auto flushed = streams_.out.flush(); !flushed) return fail(std::move(flushed.error()));
      if (auto paused = pause(); !paused) return fail(std::move(paused.error()));
    }
  }

 private:
  Status pause() {
    if (!disturbances_) return pause_while_read(interval_);
    const Disturbances::Kind kind = disturbances_->pause(interval_);
    if (kind != Disturbances::Kind::none) drawing_.reset();
    // Where lines that were cut or went on in the next one stand now differs from terminal to terminal.
    return kind == Disturbances::Kind::resized ? streams_.out.write("\x1b[H\x1b[2J") : Status{};
  }
  Status note(const std::string& text) {
    if (text.empty()) return {};
    drawing_.reset();
    if (auto noted = streams_.err.write(text); !noted) return noted;
    return streams_.err.flush();
  }
  Status show(const std::string& text) {
    if (manner_ == Manner::events) return show_events(text);
    if (manner_ == Manner::append) {
      if (text == last_ && shown_) return {};
      const bool people = wanted_.format == OutputFormat::table || wanted_.format == OutputFormat::wide;
      std::string separator = !shown_ ? "" : wanted_.format == OutputFormat::yaml ? "---\n" : people ? "\n" : "";
      shown_ = true;
      last_ = text;
      return streams_.out.write(separator + text);
    }
    return streams_.out.write(drawing_.draw(text.empty() ? "nothing to show\n" : text, streams_.out.columns(), terminal_lines()));
  }
  Status show_events(const std::string& text) {
    if (auto checked = json::check_json(text); !checked) return checked;
    for (const std::string& change : changes_.next(text)) {
      std::string line = change + "\n", notes;
      if (!wanted_.query.empty()) {
        line.clear();
        auto filtered = output::append_expression(change, wanted_, true, line, notes);
        if (!notes.empty())
          if (auto noted = note(notes); !noted) return noted;
        if (!filtered) return filtered;
      }
      if (auto written = streams_.out.write(line); !written) return written;
    }
    return {};
  }

  Invocation& invocation_;
  Streams& streams_;
  const OutputOptions wanted_;
  const Manner manner_;
  const int interval_;
  Captured out_, err_;
  Streams inner_;
  Client client_;
  const ClientFunction function_;
  output::Changes changes_;
  const bool follows_width_;  ///< the tables are as wide as the terminal
  std::optional<Disturbances> disturbances_;
  Drawing drawing_;
  std::string last_;
  bool shown_ = false;
};

}  // namespace

Result<int> watch(Invocation& invocation, Streams& streams, const Environment& environment, ClientFunction function) {
  if (invocation.endpoint->form == ReplyForm::text && manner_of(invocation.global) == Manner::events)
    invocation.global.output.format_given = true;  // text has no items; it is printed again
  return Watch(invocation, streams, environment, function).run();
}

}  // namespace facio
