#include "commands/local/top/view.hpp"

#include <algorithm>

#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::top {
namespace {

constexpr std::string_view kBold = "\x1b[1m", kDim = "\x1b[2m", kBad = "\x1b[31m", kSelected = "\x1b[7m", kAlarm = "\x1b[1;31m";
constexpr std::int64_t kBackShownMs = 5000;

/// How many rows each panel shows: one more for each in turn while there is room; the last one takes what is left.
std::vector<std::size_t> shares(const std::vector<Panel>& panels, std::size_t room) {
  std::vector<std::size_t> given(panels.size(), 0);
  for (bool more = true; more && room > 0;) {
    more = false;
    for (std::size_t i = 0; i < panels.size() && room > 0; ++i) {
      const bool last = i + 1 == panels.size();
      if (given[i] >= panels[i].rows.size() || (!last && given[i] >= 5)) continue;
      ++given[i];
      --room;
      more = true;
    }
  }
  return given;
}

std::string clock_text(std::int64_t at) { return at == 0 ? "-" : format_rfc3339(at, false).substr(11); }

}  // namespace

std::string View::styled(std::string_view style, const std::string& text) const {
  return options_.color && !style.empty() ? std::string(style) + text + "\x1b[0m" : text;
}

const Row* View::selected(const std::vector<Panel>& panels) const {
  for (const Panel& panel : panels)
    for (const Row& row : panel.rows)
      if (!row.id.empty() && row.id == selected_) return &row;
  return nullptr;
}

void View::select(int step) {
  std::vector<std::string> ids;
  for (const Panel& panel : panels_)
    for (const Row& row : panel.rows)
      if (!row.id.empty()) ids.push_back(row.id);
  if (ids.empty()) return;
  const auto at = std::ranges::find(ids, selected_);
  if (at == ids.end()) selected_ = step > 0 ? ids.front() : ids.back();
  else
    selected_ =
        ids[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at - ids.begin() + step, 0, static_cast<std::ptrdiff_t>(ids.size()) - 1))];
  note_.clear();
}

void View::ask(const Action& action) {
  if (!options_.write) {
    note_ = "--write is needed to change something; or run: " + action.command;
    return;
  }
  asked_ = action;
  typed_.clear();
}

std::optional<Action> View::answer(char key) {
  if (options_.must_type.empty()) {
    std::optional<Action> action = std::exchange(asked_, std::nullopt);
    if (key == 'y' || key == 'Y') return action;
    note_ = "nothing was done";
    return std::nullopt;
  }
  if (key == '\r' || key == '\n') {
    std::optional<Action> action = std::exchange(asked_, std::nullopt);
    if (typed_ == options_.must_type) return action;
    note_ = "nothing was done: '" + printable(typed_) + "' is not the name of the context";
  } else if (key == 0x7f || key == 0x08) {
    if (!typed_.empty()) typed_.pop_back();
  } else if (key >= ' ' && typed_.size() < 64) {
    typed_ += key;
  }
  return std::nullopt;
}

std::optional<Action> View::type(std::string_view keys) {
  for (const char key : keys) {
    if (key == 0x1b || !escape_.empty()) {
      escape_ = key == 0x1b ? std::string(1, key) : escape_ + key;
      if (escape_ == "\x1b[A") select(-1);
      if (escape_ == "\x1b[B") select(1);
      const bool open = escape_.size() == 1 || (escape_.size() == 2 && (key == '[' || key == 'O')) || (key >= '0' && key <= ';');
      if (open) continue;
      escape_.clear();
      continue;
    }
    if (asked_) {
      if (auto action = answer(key)) return action;
      continue;
    }
    if (key == 'q' || key == 'Q') quit_ = true;
    else if (key == 'k') select(-1);
    else if (key == 'j') select(1);
    else if (key == 'R' || key == '\f') refresh_ = true;
    else if (const Row* row = selected(panels_)) {
      const auto action = std::ranges::find(row->actions, key, &Action::key);
      if (action != row->actions.end()) ask(*action);
    }
  }
  return std::nullopt;
}

std::string View::head(std::int64_t now) const {
  const JsonRef status = snapshot_->part(Part::status).root(), health = snapshot_->part(Part::health).root();
  std::string text = "facioctl top  " + options_.where;
  if (snapshot_->lost_ms != 0)
    return text + "  LOST " + format_relative(snapshot_->lost_ms, now) + ", as of " + clock_text(snapshot_->at_ms) + ": " +
           printable(snapshot_->lost);
  text += "  " + printable(health.find("status").text());
  if (snapshot_->back_ms != 0 && now - snapshot_->back_ms < kBackShownMs) text += "  BACK";
  const JsonRef busy = status ? status.get("busy") : JsonRef();
  const bool is_busy = busy.is(JsonKind::boolean) && busy.boolean();
  text += is_busy || !snapshot_->turns().empty() ? "  busy" : "  idle";
  if (const JsonRef restart = status ? status.get("restart_needed") : JsonRef(); restart.is(JsonKind::boolean) && restart.boolean())
    text += "  RESTART NEEDED (" + options_.program + " agent restart)";
  if (const std::string model = status.find("model").text(); !model.empty()) text += "  " + printable(model);
  if (const std::string version = health.find("version").text(); !version.empty()) text += "  v" + printable(version);
  text += "  up " + format_duration(static_cast<std::int64_t>(number_at(status, "uptime")) * 1000);
  if (const auto jobs = jobs_by_next_run(*snapshot_); !jobs.empty())
    if (const auto due = due_at(jobs.front()); due && *due != 0)
      text += "  next " + printable(jobs.front().find("name").text()) + " " + format_relative(static_cast<std::int64_t>(*due), now);
  return text + "  " + clock_text(now);
}

std::string View::foot(const std::vector<Panel>& panels) const {
  if (asked_ && options_.must_type.empty()) return "run `" + asked_->command + "`? y/n";
  if (asked_) return "type " + options_.must_type + " and Enter to run `" + asked_->command + "`: " + printable(typed_);
  if (!note_.empty()) return note_;
  const Row* row = selected(panels);
  if (row == nullptr)
    return std::string("q quits  up/down selects a row  R refreshes  ") + (options_.write ? "" : "read-only; --write for actions");
  std::string text;
  for (const Action& action : row->actions) text += (text.empty() ? "" : "   ") + std::string(1, action.key) + ": " + action.command;
  return text;
}

std::string View::changed_lines(std::int64_t now) {
  if (appended_at_ == 0) appended_at_ = now;
  const auto text_at = [this](std::int64_t when) {
    std::vector<std::string> shown = lines(kPlainColumns, kPlainLines, when);
    shown.pop_back();  // about keys
    while (!shown.empty() && shown.back().empty()) shown.pop_back();
    return shown;
  };
  // Times pass without anything having happened, so what is compared is as of the same moment.
  std::vector<std::string> compared = text_at(appended_at_);
  compared.erase(compared.begin());
  const bool lost = snapshot_->lost_ms != 0;
  const std::string text = std::string(lost ? "lost\n" : "") + join(compared, "\n");
  if (std::exchange(appended_, text) == text) return {};
  return join(text_at(now), "\n") + "\n";
}

std::vector<std::string> View::lines(int columns, int rows, std::int64_t now) {
  panels_ = panels_of(*snapshot_, options_.program, now);
  const auto fit = [columns](const std::string& text) { return shortened(text, columns); };
  std::vector<std::string> out;
  out.push_back(styled(snapshot_->lost_ms != 0 ? kAlarm : kBold, fit(head(now))));
  const std::size_t fixed = panels_.size() + 2;  // headings, first and last line
  const auto height = static_cast<std::size_t>(std::max(rows, 3));
  const auto given = shares(panels_, height > fixed ? height - fixed : 0);
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    const Panel& panel = panels_[i];
    if (out.size() + 1 >= height) break;
    const std::string more = given[i] < panel.rows.size() ? std::to_string(given[i]) + " of " + std::to_string(panel.rows.size())
                                                          : std::to_string(panel.rows.size());
    const std::string title = panel.title + " (" + more + ")";
    const int left = columns - cell_width(title) - 2;
    out.push_back(styled(kBold, fit(title)) + (left > 8 ? "  " + styled(kDim, shortened(panel.command, left)) : ""));
    for (std::size_t j = 0; j < given[i] && out.size() + 1 < height; ++j) {
      const Row& row = panel.rows[j];
      const bool is_selected = !row.id.empty() && row.id == selected_;
      out.push_back(styled(is_selected ? kSelected : row.bad ? kBad : std::string_view{}, fit((is_selected ? "> " : "  ") + row.text)));
    }
  }
  while (out.size() + 1 < height) out.emplace_back();
  out.push_back(styled(asked_ ? kAlarm : kDim, fit(foot(panels_))));
  return out;
}

}  // namespace facio::top
