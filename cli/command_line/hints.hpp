// Commands that sentences name: they must be about the same agent as the sentence.
#pragma once

#include <string>

#include "cli/command_line/invocation.hpp"

namespace facio {

/// How commands begin that are about the same agent: "facioctl", and --context or --url where the person has given one.
std::string program_words(const Invocation& invocation);

/// A sentence or hint whose commands "facioctl AREA VERB …" begin so, as far as they talk to an agent and name none themselves.
std::string about_same_agent(const std::string& text, const Invocation& invocation);

}  // namespace facio
