// From a snapshot to the lines of a screen, and what keys do there.
#pragma once

#include <optional>

#include "commands/local/top/snapshot.hpp"

namespace facio::top {

/// Something that a key does to a row.
struct Action {
  char key = 0;
  std::string endpoint;  ///< "cron.run-now"
  Client::Values values;
  std::string body;     ///< JSON text; empty: none
  std::string command;  ///< what a person would type for it
};

struct Row {
  std::string text;     ///< safe for a terminal
  std::string id = {};  ///< keeps the row selected when others come and go; empty: it cannot be selected
  std::vector<Action> actions = {};
  bool bad = false;
};

struct Panel {
  std::string title;
  std::string command;  ///< that shows the same
  std::vector<Row> rows = {};
};

/// All panels. `program` is how commands begin, as "facioctl --context prod".
std::vector<Panel> panels_of(const Snapshot& snapshot, const std::string& program, std::int64_t now);

/// When a job is due, in milliseconds since 1970; 0 while it runs. Nothing for one that is paused or done.
std::optional<double> due_at(JsonRef job);
/// The jobs of a snapshot, what is due next first.
std::vector<JsonRef> jobs_by_next_run(const Snapshot& snapshot);

/// Of a view that is printed and not painted.
inline constexpr int kPlainColumns = 160, kPlainLines = 60;

/// What does not change while the view lives.
struct ViewOptions {
  std::string where;      ///< "prod  https://agent.example"
  std::string program;    ///< how commands begin
  std::string must_type;  ///< for a protected context its name, before anything is changed
  bool write = false;
  bool color = true;
};

class View {
 public:
  explicit View(ViewOptions options) : options_(std::move(options)) {}

  void show(std::shared_ptr<const Snapshot> snapshot) { snapshot_ = std::move(snapshot); }
  /// Shows a sentence in the last line.
  void note(std::string sentence) { note_ = std::move(sentence); }
  /// Takes what was typed; returns an action that was chosen and confirmed.
  std::optional<Action> type(std::string_view keys);
  [[nodiscard]] bool quit() const { return quit_; }
  /// Whether a refresh was asked for since the last call.
  bool wants_refresh() { return std::exchange(refresh_, false); }
  /// What has changed since the last call, below the first line: for those who cannot watch a screen being painted. All the first time.
  std::string changed_lines(std::int64_t now);
  /// The lines of a screen of this size at `now`; each has at most `columns` cells.
  std::vector<std::string> lines(int columns, int rows, std::int64_t now);

 private:
  std::optional<Action> answer(char key);
  void select(int step);
  void ask(const Action& action);
  [[nodiscard]] const Row* selected(const std::vector<Panel>& panels) const;
  [[nodiscard]] std::string head(std::int64_t now) const;
  [[nodiscard]] std::string foot(const std::vector<Panel>& panels) const;
  [[nodiscard]] std::string styled(std::string_view style, const std::string& text) const;

  ViewOptions options_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<Panel> panels_;
  std::string selected_;         ///< id of the row
  std::optional<Action> asked_;  ///< waits for confirmation
  std::string typed_;            ///< so far, of the name of a protected context
  std::string note_;
  std::string appended_;  ///< what changed_lines() compares with
  std::int64_t appended_at_ = 0;
  std::string escape_;  ///< the start of an escape sequence
  bool quit_ = false, refresh_ = false;
};

}  // namespace facio::top
