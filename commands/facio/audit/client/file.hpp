// Events in files of one JSON object a line: read in blocks, searched for the words that a match must have, and only then parsed.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/filter.hpp"

namespace facio::audit {

/// Receives whole lines of a file, block by block; the last line may lack its line feed. False: enough.
using VisitBlock = std::function<Result<bool>(std::string_view block)>;

/// Reads a file in blocks of whole lines: a plain file is one block, not copied; standard input ("-") and .zst come in pieces. Code::usage
/// when it cannot be read.
Status read_blocks(const std::string& path, const VisitBlock& visit);

/// Receives a matching line and its members; false: enough.
using VisitLine = std::function<Result<bool>(std::string_view line, const EventFields& fields)>;

/// Finds matching lines in blocks.
class Scanner {
 public:
  /// `shallow`: do not check the JSON inside of members; enough for counting.
  explicit Scanner(const Filter& filter, bool shallow = false);
  /// Visits the matching lines of a block in order; gives false when the visitor has enough.
  Result<bool> scan(std::string_view block, const VisitLine& visit);

  [[nodiscard]] std::size_t bad_lines() const { return bad_; }
  [[nodiscard]] std::size_t first_bad_line() const { return first_bad_; }

 private:
  Result<bool> check(std::string_view line, std::string_view block, const VisitLine& visit);
  [[nodiscard]] bool may_match(std::string_view line) const;

  const Filter& filter_;
  std::vector<std::vector<std::string>> needles_;
  std::string rarest_;  ///< the longest needle that every matching line has, if there is one
  bool shallow_;
  std::size_t lines_before_ = 0, bad_ = 0, first_bad_ = 0;
};

/// `audit --file`. `all`: do not limit the number of lines.
Result<int> show_file(Client& client, const Filter& filter, bool all);
/// Warns on standard error of lines that are not events.
Status warn_of_bad_lines(Client& client, const Scanner& scanner);

}  // namespace facio::audit
