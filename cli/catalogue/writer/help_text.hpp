/* Reads the text files that hold the prose of an area's commands (commands/.../help.txt): descriptions and examples. What is short and
   structured stays in endpoints.hpp; what is read as a text is written as one.

     ## cron.pause
     A paragraph of the description, wrapped where it suits: its lines are joined by one blank.
     This is still the same paragraph.

     An empty line begins the next paragraph; in the description they are parted by an empty line, too ("\n\n").

     $ cron pause 5f0c9a12
         keep the job, stop its runs
     $ cron create --name report --cron '0 7 * * 1-5' --tz Europe/Berlin \
         --message 'Write the daily report'
         every weekday at seven in Berlin

   `## ID` begins the texts of an endpoint; each id of the file comes once. The description comes first and may be left out. A line `$
   COMMAND` is an example, without the program's name; one that ends in " \" goes on in the next line, joined by one blank. The indented
   lines below are what it says, joined in the same way. Empty lines around headings, paragraphs and examples mean nothing. No line ends
   in a blank or holds a tab. */
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio {

/// The prose of one endpoint.
struct HelpText {
  struct Example {
    std::string command;  ///< without the program's name
    std::string says;
  };

  std::string id;
  std::string description;
  std::vector<Example> examples;
  std::string place;  ///< "commands/facio/cron/help.txt:12", for messages
};

/// All entries of one file in their order; `name` is the file's in messages. Code::rejected with file, line and remedy when it has not this
/// form.
Result<std::vector<HelpText>> read_help_text(std::string_view text, std::string_view name);

}  // namespace facio
