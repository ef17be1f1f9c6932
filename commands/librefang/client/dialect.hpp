// How the versions of LibreFang differ from its document, endpoint by endpoint. It is data: lines "ID WHAT ARGUMENTS…" in AREA/dialects.txt,
// where ID is without the system's name. Lines that begin with # are comments.
//
// What of a request:
//   send PATH=FIELD…      the body's FIELD goes under PATH as well
//   const PATH=WORD…      the body has this text at PATH
//   drop FIELD…           the body has no FIELD
//   query NAME=VALUE…     the query has it, too; VALUE "@OTHER" is that of another parameter, when it was given
//   instead METHOD PATH   is asked where the route does not exist; the path's {parameters} are those of the endpoint, in their order
//   gone COMMAND          replaces a route that does not exist
// "real-send" and so on hold for a daemon that tells versions of its API (`api` in GET /api/version), as all do that were ever released:
// for bodies that either form alone understands.
//
// What of an answer, whose items, or itself, are objects:
//   items NAME…           other names of the list; "items" and a bare array are understood everywhere
//   names FIELD           an item that is a text is the object with this FIELD
//   pairs KEY VALUE       an object in the place of the list: its members are items with these two fields
//   read FIELD=PATH…      FIELD, where it is missing, is what stands at PATH
//   case FIELD…           the words of FIELD are written in snake case: "Running" is "running"
#pragma once

#include "cli/http/client.hpp"

namespace facio::librefang {

/// The lines of one endpoint.
class Dialect {
 public:
  /// `text`: all lines.
  Dialect(std::string_view text, std::string_view id);

  /// Whether the form of a request depends on the daemon.
  [[nodiscard]] bool asks_for_version() const;
  /// The request with the members that other versions want; `real`: only those of the lines that hold for such a daemon.
  [[nodiscard]] Result<Request> sent(const Request& request, bool real) const;
  /// What to ask where the route is missing; nothing when there is no such thing.
  [[nodiscard]] std::optional<Request> instead(const Request& request) const;
  /// The command that replaces a route that is missing; empty when none is known.
  [[nodiscard]] std::string_view replacement() const { return first("gone"); }
  /// The body of a success in the declared form; one that is no JSON stays as it is.
  /// One item, or an answer that is one object.
  [[nodiscard]] std::string item(std::string_view text) const;
  [[nodiscard]] std::string understood(const Request& request, const std::string& body) const;

 private:
  struct Line {
    std::string_view what, arguments;
  };
  [[nodiscard]] std::string_view first(std::string_view what) const;
  template <class Use>
  void each(std::string_view what, Use use) const;
  [[nodiscard]] std::string list(const Request& request, JsonRef root) const;
  [[nodiscard]] std::string_view items_of(const Endpoint& endpoint, JsonRef root) const;

  std::vector<Line> lines_;
};

}  // namespace facio::librefang
