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

/// Takes as many words as fit into so many cells; of a longer word all when `whole`, else what fits.
std::string_view words_within(std::string_view& rest, int cells, bool whole) {
  std::size_t end = 0;
  for (std::size_t blank = 0; blank != std::string_view::npos && end < rest.size();) {
    blank = rest.find(' ', end + 1);
    const std::string_view longer = rest.substr(0, blank);
    if (end != 0 && cell_width(longer) > cells) break;
    end = longer.size();
  }
  std::string_view line = rest.substr(0, end);
  while (!whole && cell_width(line) > cells && line.size() > 1) {
    do line.remove_suffix(1);
    while (line.size() > 1 && (static_cast<unsigned char>(rest[line.size()]) & 0xC0) == 0x80);
    end = line.size();
  }
  rest.remove_prefix(end < rest.size() && rest[end] == ' ' ? end + 1 : end);
  return line;
}

}  // namespace

Tone tone_of(std::string_view word) {
  constexpr std::string_view good[] = {"ok", "passed", "applied", "approved", "connected", "healthy", "allow"};
  constexpr std::string_view bad[] = {"error", "failed", "denied", "deny", "rejected", "failed_validation"};
  constexpr std::string_view attention[] = {"skipped", "pending", "approval_requested", "proposed", "warning"};
  const auto is_in = [&](const auto& words) { return std::ranges::find(words, word) != std::end(words); };
  return is_in(good) ? Tone::good : is_in(bad) ? Tone::bad : is_in(attention) ? Tone::attention : Tone::none;
}

bool is_status(std::string_view path) {
  return path == "status" || path.ends_with("_status") || path.ends_with(".status") || path == "severity";
}

bool is_advice(std::string_view path) { return path == "fix"; }

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

int Grid::write_cell(std::string& to, std::string_view text, std::size_t column, int width, std::vector<std::string_view>& more) const {
  if (cell_width(text) <= width) {
    to += text;
    return cell_width(text);
  }
  if (!wrapped_[column]) {
    const std::string shown = shortened(text, width);
    to += shown;
    return cell_width(shown);
  }
  const bool last = column + 1 == widths_.size();
  const std::string_view first = words_within(text, width, last);
  to += first;
  while (!text.empty()) more.push_back(words_within(text, width, last));
  return cell_width(first);
}

void Grid::write_more(std::string& to, const Pieces& more, const std::vector<int>& widths) {
  std::size_t lines = 0;
  for (const auto& pieces : more) lines = std::max(lines, pieces.size());
  for (std::size_t line = 0; line < lines; ++line) {
    int at = 0, begin = 0;
    for (std::size_t column = 0; column < more.size(); begin += widths[column++] + kGap) {
      if (line >= more[column].size()) continue;
      to.append(static_cast<std::size_t>(begin - at), ' ').append(more[column][line]);
      at = begin + cell_width(more[column][line]);
    }
    to += '\n';
  }
}

void Grid::write(Writer& to, const OutputOptions& options) const {
  const std::vector<int> widths = fitted(options.width);
  Pieces more(widths.size());
  std::size_t begin = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    const std::size_t column = i % widths.size();
    const std::string_view text = std::string_view(text_).substr(begin, cell.end - begin);
    begin = cell.end;
    const std::string_view start = options.colored ? start_of(static_cast<Tone>(cell.tone)) : std::string_view{};
    to.text += start;
    const int width = write_cell(to.text, text, column, widths[column], more[column]);
    if (!start.empty()) to.text += "\x1b[0m";
    if (column + 1 < widths.size()) {
      to.text.append(static_cast<std::size_t>(std::max(widths[column] - width, 0) + kGap), ' ');
      continue;
    }
    // Padding before empty last cells would leave blanks at the end of the line.
    while (!to.text.empty() && to.text.back() == ' ') to.text.pop_back();
    to.text += '\n';
    write_more(to.text, more, widths);
    for (auto& pieces : more) pieces.clear();
    if (!to.next()) return;
  }
}

}  // namespace facio::output
