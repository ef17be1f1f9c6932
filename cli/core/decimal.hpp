// Numbers as texts, compared digit by digit: a double holds no integer beyond 2^53.
#pragma once

#include <string_view>

namespace facio {

/// Less than, equal to or more than 0, as the first of two decimal numbers is to the second. They are as in JSON ("-12", "1.5e3"), also
/// with a plus sign; exact for any number of digits. An exponent beyond 18 digits counts as the largest.
int compare_decimals(std::string_view a, std::string_view b);

}  // namespace facio
