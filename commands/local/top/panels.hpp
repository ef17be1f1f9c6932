// What the screen shows of a snapshot: panels of rows, and what can be done to a row.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "commands/local/top/snapshot.hpp"

namespace facio::top {

/// Something that a key does to a row.
struct Action {
  char key = 0;
  std::string endpoint;  ///< "cron.run-now"
  std::map<std::string, std::string, std::less<>> values;
  std::string body;     ///< JSON text; empty: none
  std::string command;  ///< what a person would type for it
};

struct Row {
  std::string text;  ///< safe for a terminal
  std::string id;    ///< keeps the choice on the row when others come and go; empty: it cannot be chosen
  std::vector<Action> actions;
  bool bad = false;
};

struct Panel {
  std::string title;
  std::string command;  ///< that shows the same
  std::vector<Row> rows;
  std::size_t weight = 1;  ///< how much of the room it gets
};

/// All panels. `program` is how commands begin, as "facioctl --context prod".
std::vector<Panel> panels_of(const Snapshot& snapshot, const std::string& program, std::int64_t now);

}  // namespace facio::top
