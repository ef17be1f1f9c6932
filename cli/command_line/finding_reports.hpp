// Findings in the forms that CI systems read.
#pragma once

#include <span>

#include "cli/catalogue/finding.hpp"

namespace facio {

/// As a SARIF 2.1.0 log with one run of this program; severities are the levels error, warning and note.
std::string as_sarif(const FindingList& findings);

/// One thing that was checked, and by which name findings are about it.
struct CheckedThing {
  std::string name;   ///< "cron/report"
  std::string where;  ///< Finding::where is this, or begins with it
  std::string file;
};

/// As JUnit XML: a suite for each file, and a case for each thing that was checked in it. Errors and warnings are failures of their case;
/// what could not be checked is skipped.
std::string as_junit(const FindingList& findings, std::span<const CheckedThing> things);

}  // namespace facio
