// Puts the prose of the areas' text files into the records.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/catalogue/writer/help_text.hpp"

namespace facio {

/// Gives each endpoint the description and the examples that stand in `texts`, which the records refer to from then on, as they do to
/// `examples`. A line for each text whose endpoint is not declared and for each that the declaration, or another text, has already.
std::vector<std::string> add_prose(std::vector<Endpoint>& endpoints, const std::vector<HelpText>& texts,
                                   std::deque<std::vector<Example>>& examples);

}  // namespace facio
