/* Reads the prose of an area's commands, descriptions and examples, from its text file (commands/.../help.txt).

     ## cron.pause
     A paragraph of the description, wrapped where it suits: its lines are joined by one blank.
     This is still the same paragraph.

     An empty line begins the next paragraph; in the description, "\n\n" does.

     ---
     What is said of the command alone and not of its route: flags, the terminal, files, exit codes. The OpenAPI document is without it.

     $ cron pause 5f0c9a12
         keep the job, stop its runs
     $ cron create --name report --cron '0 7 * * 1-5' --tz Europe/Berlin \
         --message 'Write the daily report'
         every weekday at seven in Berlin

   `## ID` begins the texts of an endpoint, each id once a file. The description comes first and is optional, like the notes below ---. A
   line `$ COMMAND` is an example, without the program's name; one that ends in " \" continues on the next line. The indented lines below
   say what it does. Lines are joined by one blank. Empty lines around headings, paragraphs and examples mean nothing. No line ends in a
   blank or holds a tab. */
#pragma once

#include <deque>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/result.hpp"

namespace facio {

/// The prose of one endpoint.
struct HelpText {
  struct Example {
    std::string command;  ///< without the program's name
    std::string says;
  };

  std::string id;
  std::string description, notes;
  std::vector<Example> examples;
  std::string place;  ///< "commands/facio/cron/help.txt:12", for messages
};

/// All entries of a file in their order; `name` is the file's in messages. Code::rejected with file, line and remedy.
Result<std::vector<HelpText>> read_help_text(std::string_view text, std::string_view name);

/// Sets the description, notes and examples of each endpoint in `texts`. The records then refer to `texts` and to `examples`. Returns a
/// line for each text whose endpoint does not exist, or has a text already.
std::vector<std::string> add_prose(std::vector<Endpoint>& endpoints, const std::vector<HelpText>& texts,
                                   std::deque<std::vector<Example>>& examples);

}  // namespace facio
