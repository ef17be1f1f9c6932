// The form of unified diffs as git writes them: where a hunk ends, and how names are quoted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace facio {

/// Follows a diff line by line. Inside a hunk "--- x" is a removed line, not a header.
class DiffReader {
 public:
  /// Whether this line, the next one, is part of a hunk (its "@@" line is not).
  bool in_hunk(std::string_view line);

 private:
  std::size_t old_lines_ = 0, new_lines_ = 0;  ///< that the hunk still has
};

/// The name that git has written in C's form, with quotation marks: "\303\274" is ü. `rest`, unless null, gets what follows it. Nothing
/// when this is no such name.
std::optional<std::string> unquoted_name(std::string_view text, std::string_view* rest = nullptr);

/// The same diff, with the names in its headers as they are. Dashboards find the files by lines that begin with "diff --git a/", which
/// therefore never have quotation marks: there only a control character is written in C's form. Other lines keep the marks for such names.
/// `git apply` accepts the result, unless a name has control characters.
std::string with_plain_names(std::string_view diff);

}  // namespace facio
