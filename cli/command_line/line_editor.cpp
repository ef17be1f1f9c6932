#include "cli/command_line/line_editor.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <array>

namespace facio {
namespace {

// The first of these is reported first.
constexpr std::array kEditorSignals = {SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGINT, SIGWINCH};
constexpr std::string_view kPasteOn = "\x1b[?2004h", kPasteOff = "\x1b[?2004l";

/// As long as it lives, the terminal gives every key as it is typed, shows none by itself, and marks what is pasted.
class RawTerminal {
 public:
  RawTerminal(int fd, Output& err) : fd_(fd), err_(err) {
    if (::tcgetattr(fd, &before_) != 0) return;
    struct termios raw = before_;
    raw.c_lflag &= static_cast<tcflag_t>(~(ECHO | ECHONL | ICANON | IEXTEN));
    raw.c_iflag &= static_cast<tcflag_t>(~(IXON | ICRNL | INLCR));
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    set_ = ::tcsetattr(fd, TCSADRAIN, &raw) == 0;
    put(kPasteOn);
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() {
    if (!set_) return;
    put(kPasteOff);
    ::tcsetattr(fd_, TCSADRAIN, &before_);
  }
  [[nodiscard]] bool set() const { return set_; }

 private:
  void put(std::string_view text) {
    (void)err_.write(text);
    (void)err_.flush();
  }

  int fd_;
  Output& err_;
  bool set_ = false;
  struct termios before_ {};
};

}  // namespace

bool LineEditor::is_possible(const Environment& environment, bool accessible) {
  const std::string_view kind = environment.get(Variable::term);
  return !accessible && !kind.empty() && kind != "dumb";
}

LineEditor::LineEditor(Output& err, MessageHistory& history, Prompts prompts, std::string leave, std::size_t longest)
    : err_(err),
      history_(history),
      prompts_(std::move(prompts)),
      leave_(std::move(leave)),
      longest_(longest),
      terminal_(::open("/dev/tty", O_RDONLY | O_CLOEXEC)),
      keys_(terminal_.get(), longest) {}

Result<std::optional<std::string>> LineEditor::read() {
  buffer_.set({});
  shown_ = history_.messages().size();
  interrupted_ = false;
  row_ = 0;
  rows_ = {};
  for (;;) {
    raised_ = 0;
    const Outcome outcome = take_keys();
    if (outcome == Outcome::line) return std::optional(buffer_.text());
    if (outcome == Outcome::end) return std::optional<std::string>();
    if (raised_ == 0) return fail(Code::usage, "cannot read this terminal");
    (void)::raise(raised_);  // comes back only after a stop
    row_ = 0;
    rows_ = {};
  }
}

/// Until a line is there, the input ends, or a signal has to be raised.
LineEditor::Outcome LineEditor::take_keys() {
  const HeldSignals signals(kEditorSignals);
  const RawTerminal raw(terminal_.get(), err_);
  if (!raw.set()) return Outcome::leave_terminal;
  draw();
  for (;;) {
    const KeyPress press = keys_.next(signals);
    // A terminal is given back to a program that goes on as its shell left it.
    if (press.key == Key::signal && press.signal == SIGCONT) {
      raised_ = SIGCONT;
      return Outcome::leave_terminal;
    }
    const Outcome outcome = press.key == Key::signal ? handle_signal(press.signal) : handle(press);
    if (outcome != Outcome::more) return outcome;
    if (!keys_.more()) draw();
  }
}

LineEditor::Outcome LineEditor::handle_signal(int signal) {
  if (signal == SIGWINCH) return Outcome::more;
  if (signal == SIGINT && (!buffer_.text().empty() || !std::exchange(interrupted_, true))) {
    const bool typed = !buffer_.text().empty();
    finish("^C");
    if (!typed) (void)err_.write(leave_ + "\n");
    buffer_.set({});
    shown_ = history_.messages().size();
    return Outcome::more;
  }
  finish(signal == SIGTSTP ? "" : "^C");
  raised_ = signal;
  return Outcome::leave_terminal;
}

LineEditor::Outcome LineEditor::handle(const KeyPress& press) {
  if (press.key != Key::none) interrupted_ = false;
  switch (press.key) {
    case Key::gone: return Outcome::end;
    case Key::text: insert(press.text); return Outcome::more;
    case Key::newline: insert("\n"); return Outcome::more;
    case Key::enter: return enter();
    case Key::end_of_input:
      if (!buffer_.text().empty()) {
        buffer_.erase_right();
        return Outcome::more;
      }
      finish({});
      return Outcome::end;
    case Key::redraw:
      (void)err_.write("\x1b[H\x1b[2J");
      row_ = 0;
      rows_ = {};
      return Outcome::more;
    default: edit(press.key); return Outcome::more;
  }
}

LineEditor::Outcome LineEditor::enter() {
  if (buffer_.text().ends_with('\\') && buffer_.cursor() == buffer_.text().size()) {
    buffer_.erase_left();
    insert("\n");
    return Outcome::more;
  }
  finish({});
  return Outcome::line;
}

void LineEditor::edit(Key key) {
  switch (key) {
    case Key::left: return buffer_.left();
    case Key::right: return buffer_.right();
    case Key::home: return buffer_.line_start();
    case Key::end: return buffer_.line_end();
    case Key::word_left: return buffer_.word_left();
    case Key::word_right: return buffer_.word_right();
    case Key::erase_left: return buffer_.erase_left();
    case Key::erase_right: return buffer_.erase_right();
    case Key::cut_to_start: return buffer_.cut_to_line_start();
    case Key::cut_to_end: return buffer_.cut_to_line_end();
    case Key::cut_blank_word: return buffer_.cut_blank_word();
    case Key::cut_word_left: return buffer_.cut_word_left();
    case Key::cut_word_right: return buffer_.cut_word_right();
    case Key::put_back: return buffer_.put_back();
    case Key::up:
      if (!buffer_.up()) go_in_history(true);
      return;
    case Key::down:
      if (!buffer_.down()) go_in_history(false);
      return;
    default: return;
  }
}

void LineEditor::go_in_history(bool back) {
  const std::vector<std::string>& messages = history_.messages();
  if (back ? shown_ == 0 : shown_ == messages.size()) return;
  if (shown_ == messages.size()) unsent_ = buffer_.text();
  shown_ += back ? std::size_t(-1) : 1;
  buffer_.set(shown_ == messages.size() ? std::exchange(unsent_, {}) : messages[shown_]);
}

void LineEditor::insert(const std::string& text) {
  if (buffer_.text().size() + text.size() > longest_) (void)err_.write("\a");
  else buffer_.insert(text);
}

void LineEditor::draw() {
  winsize size{};
  const bool known = ::ioctl(terminal_.get(), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  const int columns = known ? size.ws_col : 80;
  const std::size_t from = columns == columns_ ? row_ : rows_.cursor_row_in(columns);
  rows_ = lay_out(prompts_, buffer_.text(), buffer_.cursor(), columns);
  columns_ = columns;
  (void)err_.write(painted(rows_, from, known ? size.ws_row : SIZE_MAX, row_));
  (void)err_.flush();
}

/// Leaves what was typed on the screen, whole, and goes to the line below it.
void LineEditor::finish(std::string_view mark) {
  const EditRows whole = lay_out(prompts_, buffer_.text(), buffer_.text().size(), columns_);
  std::size_t row = 0;
  (void)err_.write(painted(whole, row_, SIZE_MAX, row));
  (void)err_.write(std::string(mark) + "\r\n");
  (void)err_.flush();
  row_ = 0;
  rows_ = {};
}

}  // namespace facio
