// Makes a catalogue larger than it is, for the check that its size costs nothing at start.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "cli/catalogue/endpoint.hpp"

namespace facio {

/// What made-up endpoints refer to.
struct MadeUp {
  std::deque<std::string> texts;
  std::deque<Shape> shapes;
};

/// Adds `count` copies of the endpoints, in turn, each with a name, a path, a text and shapes of its own.
void add_more(std::vector<Endpoint>& endpoints, unsigned count, MadeUp& made);

}  // namespace facio
