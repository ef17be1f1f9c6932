#include "cli/output/grid.hpp"

#include <algorithm>
#include <numeric>

namespace facio::output {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 4;

std::string_view start_of(Tone tone) {
  switch (tone) {
    case Tone::heading: return "\x1b[1m";
    case Tone::good: return "\x1b[32m";
    case Tone::bad: return "\x1b[31m";
    case Tone::attention: return "\x1b[33m";
    default: return {};
  }
}

}  // namespace

Tone tone_of(std::string_view word) {
  constexpr std::string_view good[] = {"ok", "passed", "applied", "approved", "connected", "healthy", "allow"};
  constexpr std::string_view bad[] = {"error", "failed", "denied", "deny", "rejected", "failed_validation"};
  constexpr std::string_view attention[] = {"skipped", "pending", "approval_requested", "proposed"};
  const auto is_in = [&](const auto& words) { return std::ranges::find(words, word) != std::end(words); };
  return is_in(good) ? Tone::good : is_in(bad) ? Tone::bad : is_in(attention) ? Tone::attention : Tone::none;
}

bool is_status(std::string_view path) { return path == "status" || path.ends_with("_status") || path.ends_with(".status"); }

void Grid::end_cell(Tone tone) {
  const std::size_t begin = cells_.empty() ? 0 : cells_.back().end;
  const int width = cell_width(std::string_view(text_).substr(begin));
  int& widest = widths_[cells_.size() % widths_.size()];
  widest = std::max(widest, width);
  cells_.push_back(
      {static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(width) & 0xFFFFFFF, static_cast<std::uint32_t>(tone) & 0xF});
}

/// Takes `surplus` cells from the widest columns except `spared`, down to kNarrowest each; returns what could not be taken.
int Grid::shrink(std::vector<int>& widths, int surplus, std::size_t spared) {
  while (surplus > 0) {
    int widest = 0, next = kNarrowest, count = 0;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (i != spared) widest = std::max(widest, widths[i]);
    if (widest <= kNarrowest) break;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i == spared) continue;
      if (widths[i] == widest) ++count;
      if (widths[i] < widest) next = std::max(next, widths[i]);
    }
    // The widest shrink together, to the next width or by as much as is still needed.
    const int share = std::min(widest - next, (surplus + count - 1) / count);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i == spared || widths[i] != widest) continue;
      const int less = std::min(share, surplus);
      widths[i] -= less;
      surplus -= less;
    }
  }
  return surplus;
}

std::vector<int> Grid::fitted(int width) const {
  std::vector<int> widths = widths_;
  if (width <= 0) return widths;
  const int whole = std::accumulate(widths.begin(), widths.end(), 0) + kGap * (static_cast<int>(widths.size()) - 1);
  const int left = shrink(widths, whole - width, kept_);
  if (left > 0) shrink(widths, left, widths.size());
  return widths;
}

void Grid::write(Writer& to, const OutputOptions& options) const {
  const std::vector<int> widths = fitted(options.width);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    const std::size_t column = i % widths.size();
    const std::string_view text = std::string_view(text_).substr(begin, cell.end - begin);
    begin = cell.end;
    int width = static_cast<int>(cell.width);
    const std::string_view start = options.colored ? start_of(static_cast<Tone>(cell.tone)) : std::string_view{};
    to.text += start;
    if (width <= widths[column]) {
      to.text += text;
    } else {
      const std::string shown = shortened(text, widths[column]);
      to.text += shown;
      width = cell_width(shown);
    }
    if (!start.empty()) to.text += "\x1b[0m";
    if (column + 1 < widths.size()) {
      to.text.append(static_cast<std::size_t>(widths[column] - width + kGap), ' ');
    } else {
      // Padding before empty last cells would leave blanks at the end of the line.
      while (!to.text.empty() && to.text.back() == ' ') to.text.pop_back();
      to.text += '\n';
      if (!to.next()) return;
    }
  }
}

}  // namespace facio::output
