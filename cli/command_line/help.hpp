// Help, written from the catalogue alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/command_flags.hpp"
#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"

namespace facio {

/// Help is laid out for so many cells where it is not written to a terminal.
inline constexpr int kHelpWidth = 80;
/// The terminal's width, or that of COLUMNS, on a terminal; else kHelpWidth.
int help_width(const Streams& streams, const Environment& environment);

/// All areas, systems and local commands.
std::string overview_help(int width = kHelpWidth);
/// The areas and commands of one system.
std::string system_help(const System& system, int width = kHelpWidth);
/// The commands of one area; `system` is nullptr for one of this program or the default system.
std::string area_help(const System* system, std::string_view area, int width = kHelpWidth);
/// At most 24 lines, examples first.
std::string short_help(const Endpoint& endpoint, int width = kHelpWidth);
/// Everything that is declared.
std::string full_help(const Endpoint& endpoint, int width = kHelpWidth);
/// Whatever `help WORDS` means: nothing, area, command or topic. Code::usage with suggestions for an unknown word. The words of the system
/// `here` need no prefix.
Result<std::string> help_about(std::span<const std::string_view> words, const System* here, int width = kHelpWidth);
/// The failure for words that name no command, with the nearest ones.
Error unknown_command(std::string_view first, std::string_view second, std::string_view third = {}, const System* here = nullptr);

struct Topic {
  std::string_view name, title, text;
};
/// The topics of `facioctl help`.
std::vector<Topic> help_topics();
/// What `facioctl help NAME` prints; empty when there is no such topic.
std::string topic_help(std::string_view name, int width = kHelpWidth);
/// The first row of the code table for each exit code.
std::vector<const CodeInfo*> exit_rows();
/// The exit codes as a JSON array.
std::string exit_codes_json();

/// A line of help pages and manual pages: what is on the left and what on the right.
struct HelpRow {
  std::string left, right;
};
/// The environment variables that are read, with their meaning; those that `reader` reads (VariableInfo::readers) when one is given.
std::vector<HelpRow> environment_rows();
std::vector<HelpRow> environment_rows(std::string_view reader);
/// What holds for all of them, in one sentence.
inline constexpr std::string_view kEnvironmentRule = "An empty variable counts as unset, except for FACIOCTL_PAGER.";
/// A flag that every command has.
HelpRow global_row(const GlobalFlag& flag, bool with_choices);
/// All flags of a command's own; `with_limits` adds which values they take.
std::vector<HelpRow> flag_rows(const Endpoint& endpoint, bool with_limits);
/// What is typed without a flag.
std::vector<HelpRow> argument_rows(const Endpoint& endpoint);
/// The keys of KEY=VALUE, dotted.
std::vector<HelpRow> key_rows(const Shape& shape);

}  // namespace facio
