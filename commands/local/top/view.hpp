// From a snapshot to the lines of a screen, and what keys do there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/local/top/panels.hpp"

namespace facio::top {

/// What does not change while the view lives.
struct ViewOptions {
  std::string where;      ///< "prod  https://agent.example"
  std::string program;    ///< how commands begin
  std::string must_type;  ///< on a protected context its name, before anything is changed
  int every_ms = 1000;
  bool write = false;
  bool color = true;
};

class View {
 public:
  explicit View(ViewOptions options) : options_(std::move(options)) {}

  void show(std::shared_ptr<const Snapshot> snapshot) { snapshot_ = std::move(snapshot); }
  /// A sentence for the last line.
  void tell(std::string sentence) { told_ = std::move(sentence); }
  /// What was typed; an action when one was asked for and confirmed.
  std::optional<Action> type(std::string_view keys);
  [[nodiscard]] bool quit() const { return quit_; }
  /// Whether everything is to be asked anew (once).
  bool wants_refresh() { return std::exchange(refresh_, false); }

  /// The lines of a screen of this size, at `now`; each at most that wide.
  std::vector<std::string> lines(int columns, int rows, std::int64_t now);

 private:
  std::optional<Action> answer(char key);
  void choose(int step);
  void ask(const Action& action);
  [[nodiscard]] const Row* chosen(const std::vector<Panel>& panels) const;
  [[nodiscard]] std::string head(std::int64_t now) const;
  [[nodiscard]] std::string foot(const std::vector<Panel>& panels) const;
  [[nodiscard]] std::string styled(std::string_view style, const std::string& text) const;

  ViewOptions options_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<Panel> panels_;
  std::string chosen_;           ///< id of the row
  std::optional<Action> asked_;  ///< waits for a yes
  std::string typed_;            ///< so far, of the name of a protected context
  std::string told_;
  std::string escape_;  ///< beginning of an escape sequence
  bool quit_ = false, refresh_ = false;
};

}  // namespace facio::top
