// Events in files of one JSON object a line: read by the page, looked through for the words that a match must have, and parsed only then.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/filter.hpp"

namespace facio::audit {

/// Whole lines of a file, block by block; the last one may lack its end.
using VisitBlock = std::function<Result<bool>(std::string_view block)>;

/// A file as blocks of whole lines: a plain file is one block that is not copied; standard input ("-") and .zst come in pieces.
/// Code::usage when it cannot be read.
Status read_blocks(const std::string& path, const VisitBlock& visit);

/// One line that matches: its JSON and its members.
using VisitLine = std::function<Result<bool>(std::string_view line, const EventFields& fields)>;

/// Finds the lines of blocks that match.
class Scanner {
 public:
  /// `shallow`: the JSON inside of members is not checked; for counting.
  explicit Scanner(const Filter& filter, bool shallow = false);
  /// Visits the matching lines of a block in order; false: enough.
  Result<bool> scan(std::string_view block, const VisitLine& visit);
  /// The same from the end, for a block that is the whole file.
  Result<bool> scan_back(std::string_view block, const VisitLine& visit);

  [[nodiscard]] std::size_t bad_lines() const { return bad_; }
  [[nodiscard]] std::size_t first_bad_line() const { return first_bad_; }

 private:
  Result<bool> look(std::string_view line, std::string_view block, const VisitLine& visit);
  [[nodiscard]] bool may_match(std::string_view line) const;

  const Filter& filter_;
  std::vector<std::vector<std::string>> needles_;
  std::string rarest_;  ///< a needle that every matching line has; empty: there is none
  bool shallow_;
  std::size_t lines_before_ = 0, bad_ = 0, first_bad_ = 0;
};

/// `audit --file`. `all`: without a limit of lines.
Result<int> show_file(Client& client, const Filter& filter, bool all);
/// Tells on standard error of lines that are no events. Code::rejected when there was nothing else.
Status tell_bad_lines(Client& client, const Scanner& scanner);

}  // namespace facio::audit
