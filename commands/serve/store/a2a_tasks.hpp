// Tasks that other agents have given to an agent by the A2A protocol, as they are kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::store {

struct A2aTask {
  std::string id, context_id;
  int state = 0;
  std::int64_t updated_ms = 0;  ///< when the state was last set; epoch
  std::string json;             ///< the task
  std::string push = {};        ///< whom to tell, as JSON; empty: nobody
  bool push_due = false;        ///< somebody has not been told of the end
};

/// Filters of a list, the last changed first, then by id. `before`: what comes behind this one.
struct A2aTaskQuery {
  std::optional<std::string> context_id;
  std::optional<int> state;
  std::optional<std::int64_t> changed_from_ms;
  std::optional<std::pair<std::int64_t, std::string>> before;
  std::int64_t limit = 50;
};

struct A2aTaskPage {
  std::vector<A2aTask> tasks;
  std::int64_t total = 0;  ///< of all pages
  bool has_more = false;
};

class A2aTaskReads {
 public:
  virtual ~A2aTaskReads() = default;
  virtual Result<std::optional<A2aTask>> get(std::string_view agent, std::string_view id) = 0;
  virtual Result<A2aTaskPage> list(std::string_view agent, const A2aTaskQuery& query) = 0;
  /// Tasks in one of these states, and those whose end somebody waits to be told of, with their agents.
  virtual Result<std::vector<std::pair<std::string, A2aTask>>> unfinished(const std::vector<int>& states) = 0;
};

}  // namespace facio::store
