// Help, written from the catalogue alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/help_rows.hpp"
#include "cli/core/result.hpp"

namespace facio {

/// All areas, systems and local commands.
std::string overview_help();
/// The areas and commands of one system.
std::string system_help(const System& system);
/// The commands of one area; `system` is nullptr for one of this program or the default system.
std::string area_help(const System* system, std::string_view area);
/// At most 24 lines, examples first.
std::string short_help(const Endpoint& endpoint);
/// Everything that is declared.
std::string full_help(const Endpoint& endpoint);
/// A topic of help_topics(); empty for another word.
std::string topic_help(std::string_view topic);
/// What it is about, in a few words.
std::string_view topic_title(std::string_view topic);
/// Names of the topics.
std::span<const std::string_view> help_topics();
/// The environment variables that are read, with their meaning.
std::vector<HelpRow> environment_rows();
/// The exit codes as a JSON array.
std::string exit_codes_json();

/// Whatever `help WORDS` means: nothing, area, command or topic. Code::usage with suggestions for an unknown word.
/// The words of the system `here` need no prefix.
Result<std::string> help_about(std::span<const std::string_view> words, const System* here);

/// The failure for words that name no command, with the nearest ones.
Error unknown_command(std::string_view first, std::string_view second, std::string_view third = {}, const System* here = nullptr);

}  // namespace facio
